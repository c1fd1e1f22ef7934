"""``overview``: headline metrics with intervals."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from analytics.answers.overview import overview as overview_answer
from analytics.commands.asking import ask, leading_metric
from analytics.commands.options import METRIC_HELP, Asked, Output, Source
from analytics.commands.roles import roles_of
from analytics.commands.writing import finite, write
from analytics.measure.metrics import named


def overview(
    source: Source,
    asked: Asked,
    output: Output,
    metric: Annotated[str | None, typer.Option(help=f"The metric that leads the sentence. {METRIC_HELP}")] = None,
) -> None:
    """Headline metrics with intervals."""
    from analytics.present.readings import overview_reading

    engine, question = ask(source, asked)
    metric = named((metric or leading_metric(question.log),))[0].name
    answer = overview_answer(engine, question)
    typer.echo(overview_reading(answer, question, metric), err=True)
    row: dict[str, Any] = {**answer.counts, "metric": metric}
    for entry in answer.metrics.iter_rows(named=True):
        name = entry["metric"]
        row |= {name: entry["value"], f"{name}_low": entry["low"], f"{name}_high": entry["high"]}
    if answer.rows is not None:
        row |= {f"rows_{name}": n for name, n in answer.rows.items()}
        row |= {"n_eff": answer.n_eff, "design_effect": answer.design_effects.get(metric)}
    if answer.n_units is not None:
        row |= {"n_units": answer.n_units, "design_effect": answer.design_effects.get(metric)}
    write({key: finite(value) for key, value in row.items()}, output, {"roles": roles_of(source, question.log)})
