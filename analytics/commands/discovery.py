"""``discover``: slices that are found on one part of the rows and confirmed on the other."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from analytics.answers.discovery import answer as discovery
from analytics.answers.discovery import search as slice_search
from analytics.answers.discovery.either import discover_either
from analytics.answers.labels import selective_of
from analytics.commands.asking import ask, cohort_of, columns_of
from analytics.commands.options import METRIC_HELP, Asked, Output, Source, Texts
from analytics.commands.priced import leading_metric
from analytics.commands.roles import roles_of
from analytics.commands.writing import say, write
from analytics.errors import QuestionError
from analytics.log.unit import unit_of
from analytics.measure.thresholds.costs import Costs
from analytics.query.discovery.objectives import OBJECTIVES, PRICED, objective_for

_IN_TEXT = (
    "slice",
    "n",
    "rate",
    "rate_complement",
    "difference",
    "difference_low",
    "difference_high",
    "p_adjusted",
    "excess_errors",
    "excess_base_rate",
    "excess_model",
    "share_of_errors",
    "status",
)
_OBJECTIVE = f"What fails: {', '.join(OBJECTIVES)}."
_METRIC = f"The metric that matters, which chooses the objective where none is named. {METRIC_HELP}"
_REFERENCE = "Filter of the reference of --objective change, as --where. Repeatable."
_HELD_BACK = "How the rows that confirm are held back; by default by entity where ids repeat, else by row."


def discover(
    source: Source,
    asked: Asked,
    output: Output,
    objective: Annotated[str | None, typer.Option(help=_OBJECTIVE)] = None,
    metric: Annotated[str | None, typer.Option(help=_METRIC)] = None,
    reference: Annotated[Texts, typer.Option(help=_REFERENCE)] = None,
    min_support: Annotated[
        float, typer.Option(help="Least share of the judged rows that a slice holds.")
    ] = slice_search.MIN_SHARE,
    min_rows: Annotated[int, typer.Option(help="Least number of judged rows of a slice.")] = slice_search.MIN_ROWS,
    max_depth: Annotated[int, typer.Option(help="Most predicates of a slice.")] = slice_search.MAX_DEPTH,
    by: Annotated[str | None, typer.Option(help="Search these segment columns only, separated by commas.")] = None,
    split: Annotated[Literal["row", "entity", "time"] | None, typer.Option(help=_HELD_BACK)] = None,
    no_split: Annotated[
        bool, typer.Option("--no-split", help="Search and report all rows; nothing is confirmed.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="List every slice, the largest divergence first.")] = False,
    cost_tp: Annotated[float, typer.Option(help="Cost of a true positive.")] = 0.0,
    cost_fp: Annotated[float | None, typer.Option(help="Cost of a false positive; 1 where not said.")] = None,
    cost_fn: Annotated[float | None, typer.Option(help="Cost of a false negative; 1 where not said.")] = None,
    cost_tn: Annotated[float, typer.Option(help="Cost of a true negative.")] = 0.0,
    cost_review: Annotated[float, typer.Option(help="Cost of a look at each flagged row.")] = 0.0,
    amount_cells: Annotated[
        Texts, typer.Option(help="Cell whose cost is multiplied by the amount. Repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the split and of the noise.")] = 0,
) -> None:
    """Slices that fail, found on one part of the rows and confirmed on the other."""
    from analytics.present.readings import discovery_reading
    from analytics.present.selective import behind_unseen
    from analytics.present.tables.discovery import discovery_json_rows
    from analytics.present.weights import found_part

    engine, question = ask(source, asked)
    is_named = objective is not None
    if objective is None:
        is_priced = metric is None and (cost_fp is not None or cost_fn is not None)
        objective = (
            objective_for("cost")
            if is_priced
            else objective_for(metric or leading_metric(question.log), is_right_or_wrong=question.log.is_right_or_wrong)
        )
        objective = "change" if reference else objective
    if objective in PRICED and cost_fp is None and cost_fn is None:
        raise QuestionError("Expected what errors cost, found nothing. Say it with --cost-fp and --cost-fn.")
    cells = tuple(cell for text in amount_cells or () for cell in text.split(","))
    search = slice_search.Search(
        max_members=None if output.format == "json" else slice_search.MAX_MEMBERS,
        objective=objective,
        min_support=min_support,
        min_rows=min_rows,
        max_depth=max_depth,
        every=every,
        seed=seed,
        split="none" if no_split else split,
        columns=tuple(columns_of(by, question.log)) if by else None,
        costs=Costs(
            cost_tp,
            1.0 if cost_fp is None else cost_fp,
            1.0 if cost_fn is None else cost_fn,
            cost_tn,
            cost_review,
            cells,
        ),
        reference=cohort_of(reference, question.log) if reference else None,
        unit=unit_of(question.log) if objective in PRICED else "",
    )
    ask_for = discovery.discover if is_named else discover_either
    answer = ask_for(engine, question, search)
    said = discovery_reading(answer, None if is_named else search.objective)
    said = behind_unseen(said, selective_of(engine, question), search.objective)
    say(engine, said, question, at_threshold=OBJECTIVES[answer.search.objective].hangs_on_threshold)
    if said := found_part(question.log.mapping.weight, answer):
        typer.echo(said, err=True)
    rows = discovery_json_rows(answer)
    if output.format == "table":
        from analytics.present.discovery import slice_words

        rows = [
            {**{name: row[name] for name in _IN_TEXT if name in row}, "slice": slice_words(found)}
            for row, found in zip(rows, answer.slices, strict=True)
        ]
    write(rows, output, {"roles": roles_of(source, question.log)})
