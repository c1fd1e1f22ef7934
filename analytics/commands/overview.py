"""``overview``: headline metrics with intervals."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from analytics.answers.overview import overview as overview_answer
from analytics.answers.thresholds.priced import priced
from analytics.commands.asking import ask
from analytics.commands.options import METRIC_HELP, Asked, Output, Source
from analytics.commands.priced import Priced, counted_metric, metric_asked, policy_of
from analytics.commands.roles import roles_of
from analytics.commands.writing import finite, write
from analytics.measure.slices_cost import COST

_OF_CLASSES = ("n_flagged", "n_pos", "tp", "fp", "fn", "tn")
"""Counts that only rows of two classes have."""


def overview(
    source: Source,
    asked: Asked,
    costs: Priced,
    output: Output,
    metric: Annotated[str | None, typer.Option(help=f"The metric that leads the sentence. {METRIC_HELP}")] = None,
) -> None:
    """Headline metrics with intervals."""
    from analytics.present.readings import overview_reading

    engine, question = ask(source, asked)
    policy = policy_of(costs, question.log)
    metric = metric_asked(question.log, metric, policy)
    what = priced(engine, question, policy) if metric == COST else None
    answer = replace(overview_answer(engine, question), priced=what)
    typer.echo(overview_reading(answer, question, counted_metric(question.log, metric)), err=True)
    counts = dict(answer.counts)
    if question.log.is_right_or_wrong:
        counts = {name: n for name, n in counts.items() if name not in _OF_CLASSES}
        counts |= {"n_right": answer.counts["tn"], "n_wrong": answer.counts["fp"]}
    row: dict[str, Any] = {**counts, "metric": metric}
    if answer.selective is not None:
        row["labels_hang_on"] = "flagged" if answer.selective.is_of_flagged else "not flagged"
    for entry in answer.metrics.iter_rows(named=True):
        name = entry["metric"]
        row |= {name: entry["value"], f"{name}_low": entry["low"], f"{name}_high": entry["high"]}
    if answer.rows is not None:
        row |= {f"rows_{name}": n for name, n in answer.rows.items()}
        row |= {"n_eff": answer.n_eff, "design_effect": answer.design_effects.get(metric)}
    if answer.n_units is not None:
        row |= {"n_units": answer.n_units, "design_effect": answer.design_effects.get(metric)}
    if what is not None:
        row |= {COST: what.cost, f"{COST}_low": what.low, f"{COST}_high": what.high}
    write({key: finite(value) for key, value in row.items()}, output, {"roles": roles_of(source, question.log)})
