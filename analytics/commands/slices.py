"""``slices``: metrics by slice, against the complement."""

from __future__ import annotations

from typing import Annotated

import typer

from analytics.answers.labels import selective_of
from analytics.answers.slices import slices as slices_answer
from analytics.answers.slices_ranking import ranked_by_kind, ranked_columns
from analytics.commands.asking import ask, columns_of
from analytics.commands.options import METRIC_HELP, Asked, Output, Source, Text
from analytics.commands.priced import Priced, metric_asked, policy_of
from analytics.commands.roles import roles_of
from analytics.commands.writing import say, write
from analytics.measure.metrics import METRICS, used_in
from analytics.measure.slices import MIN_SUPPORT

_IN_TEXT = ("excess_errors", "excess_base_rate", "excess_model", "share_of_errors", "status")


def slices(
    source: Source,
    asked: Asked,
    costs: Priced,
    output: Output,
    by: Annotated[
        Text, typer.Option(help="One or two segment columns, separated by a comma; without it all are ranked.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help=METRIC_HELP)] = None,
    min_support: Annotated[int, typer.Option(min=0, help="Judged rows below which a slice is marked.")] = MIN_SUPPORT,
) -> None:
    """Metrics by slice, against the complement; without ``--by`` which column separates the errors most."""
    from analytics.present.marks.slices import p_column
    from analytics.present.readings import chosen_reading, positives_of, ranking_reading, slices_reading
    from analytics.present.tables.slices import slice_json_rows

    engine, question = ask(source, asked, by)
    policy = policy_of(costs, question.log)
    is_named, metric = metric is not None, metric_asked(question.log, metric, policy)
    if by is None:
        asked_for, is_graver = metric, False
        if is_named:
            ranked = ranked_columns(engine, question, metric, policy)
        else:
            metric, ranked, is_graver = ranked_by_kind(engine, question, metric, policy)
        is_by_rule = question.log.is_right_or_wrong
        seen = selective_of(engine, question)
        said = ranking_reading(
            ranked,
            min_support,
            metric,
            is_right_or_wrong=is_by_rule,
            instead_of=asked_for,
            is_graver=is_graver,
            selective=seen,
        )
        say(engine, said, question, at_threshold=METRICS[metric].hangs_on_threshold)
        rows = [{**row, "metric": metric} for row in ranked.to_dicts()]
        write(rows, output, {"roles": roles_of(source, question.log)})
        return
    columns = columns_of(by, question.log)
    metrics = None if output.format == "table" else used_in("slices", question.log.mapping.kind)
    answer = slices_answer(
        engine, question, columns, metric=metric, metrics=metrics, min_support=min_support, policy=policy
    )
    chosen = chosen_reading(question, answer.overall.row(0, named=True))
    said = chosen or slices_reading(answer, positives_of(question.log))
    say(engine, said, question, at_threshold=METRICS[metric].hangs_on_threshold)
    rows = slice_json_rows(answer)
    if output.format == "table":
        hidden = ("excess_model",) if question.log.is_right_or_wrong else ()
        own = (metric, f"{metric}_low", f"{metric}_high", "fpr", "fnr", "difference", p_column(metric), "excess_cost")
        shown = dict.fromkeys(("slice", "n", "n_labelled", *own, *_IN_TEXT))
        rows = [{name: row[name] for name in shown if name in row and name not in hidden} for row in rows]
    write(rows, output, {"roles": roles_of(source, question.log)})
