"""``compare``: whether the candidate should replace what is live, from pairs of answers to the same input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer

from analytics.answers.compare.answer import Comparison
from analytics.answers.compare.answer import compare as compare_answer
from analytics.answers.compare.deciders import deciders
from analytics.answers.compare.slices import by_column, flipped
from analytics.answers.compare.whole import losing_slices_of
from analytics.answers.question import Question
from analytics.commands.compare_preferences import preferences_told, write_preferences
from analytics.commands.compare_sides import (
    Both,
    further_sides,
    grade_told,
    judged_by_both,
    require_margin,
    side_options,
    sides_asked,
)
from analytics.commands.options import Asked, Output, Source, Text, Texts, named
from analytics.commands.roles import roles_of
from analytics.commands.writing import say, write
from analytics.log.workspace import Workspace
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine

_SIDES, _JUDGED = "Sides", "What is judged"


@dataclass(frozen=True, kw_only=True)
class _Preferred:
    """Judgements that say which of two answers was better."""

    preference: Annotated[
        Text, named("Column that says which answer was better: model_a, model_b, tie; or 1 to 2.", panel=_SIDES)
    ] = None
    other_order: Annotated[
        Text,
        named("Column of the same judgements with the answers in the other order.", "--other-order", panel=_SIDES),
    ] = None
    length_controlled: Annotated[
        bool,
        named("Also the win rate were both answers of one length.", "--length-controlled", panel=_SIDES),
    ] = False
    live_wins: Annotated[Texts, named("Value that means the live answer. Repeatable.", "--live-wins", panel=_SIDES)] = (
        None
    )
    candidate_wins: Annotated[
        Texts, named("Value that means the candidate's. Repeatable.", "--candidate-wins", panel=_SIDES)
    ] = None


@dataclass(frozen=True, kw_only=True)
class _Money:
    """What errors cost."""

    cost_fp: Annotated[float | None, named("Cost of a false positive; negative is gain.", panel=_JUDGED)] = None
    cost_fn: Annotated[
        float | None, named("Cost of a false negative; one of both alone: the other is 1.", panel=_JUDGED)
    ] = None
    policy: Annotated[Text, named("Name of a saved policy, in place of costs.", panel=_JUDGED)] = None

    def costs(self, workspace: Workspace) -> Costs | None:
        """Return the costs that are said, None without any."""
        if self.policy is not None:
            return Policy.from_text(workspace.saved_policy(self.policy)).costs
        if self.cost_fp is None and self.cost_fn is None:
            return None
        return Costs(fp=1.0 if self.cost_fp is None else self.cost_fp, fn=1.0 if self.cost_fn is None else self.cost_fn)


def compare(
    source: Source,
    asked: Asked,
    both: Both,
    preferred: _Preferred,
    price: _Money,
    output: Output,
    other: Annotated[
        str | None, typer.Argument(metavar="CANDIDATE", help="The log of the candidate, where it is another one.")
    ] = None,
    metric: Annotated[
        Text, named("The metric of the verdict; by default that of the house, or the cost.", panel=_JUDGED)
    ] = None,
    by: Annotated[Text, named("A segment column: both sides slice by slice.", panel=_JUDGED)] = None,
    rows: Annotated[int, named("Rows that flipped, the worst first; in JSON.", panel=_JUDGED)] = 0,
    search: Annotated[
        bool, named("Search for slices in which the candidate loses or wins.", "--search/--no-search", panel=_JUDGED)
    ] = True,
    margin: Annotated[
        float | None, named("How much worse the candidate may be in it; by default 0.01 of a share.", panel=_JUDGED)
    ] = None,
) -> None:
    """Whether the candidate should replace what is live: both answers to the same input, pair by pair."""
    from analytics.present.readings import (
        but_worse,
        by_judge_alone,
        compare_reading,
        judged_reading,
        losing_reading,
        running_reading,
    )
    from analytics.present.tables.compare import (
        column_rows,
        compare_json,
        flipped_rows_json,
        judged_json,
        losing_rows,
        metric_rows,
        running_rows,
    )
    from analytics.present.weights import counts_rows_part

    require_margin(margin)
    workspace = Workspace()
    column = preferred.preference or preferences_told(workspace, source, both)
    if column is not None:
        wins = {"live_wins": preferred.live_wins or (), "candidate_wins": preferred.candidate_wins or ()}
        more = {"other_order": preferred.other_order, "by": by, "margin": margin}
        is_equal = preferred.length_controlled
        write_preferences(source, asked, both, other, output, column, is_equal=is_equal, **wins, **more)
        return
    if other is not None or both.names_a_side:
        source = grade_told(workspace, source, both)
    engine, pairing = sides_asked(workspace, source, asked, both, other)
    answer = compare_answer(engine, pairing, metric, margin, price.costs(workspace))
    found, own = compare_json(answer), replace(source, **side_options(source, both, "live"))
    if by_both := judged_by_both(engine, workspace, answer.pairing, both, margin):
        found["corrected"] = judged_json(by_both)
        typer.echo(judged_reading(by_both), err=True)
    slices = None
    if search and answer.account.judged and answer.hanging is None and pairing.live.log.mapping.segments:
        aside = {*filter(None, (both.live_judge, both.candidate_judge)), *(both.also or ())}
        slices = losing_slices_of(engine, answer, aside)
        found["slices"] = [] if slices is None else losing_rows(slices)
    reading = but_worse(compare_reading(answer, with_options=True), answer.verdict.word, slices)
    reading = reading if by_both is None else by_judge_alone(reading)
    say(engine, reading, _live_of(pairing))
    if slices is not None:
        typer.echo(losing_reading(slices), err=True)
        if weighted := counts_rows_part(pairing.live.log.mapping.weight, "In slices and in what answers take"):
            typer.echo(weighted, err=True)
    if by:
        found["by"] = column_rows(
            by_column(engine, answer.pairing, answer.metric, pairing.live.log.column(by).name, answer.costs)
        )
    if both.also:
        found["deciders"] = _deciders(engine, answer, further_sides(workspace, asked, both, _live_of(pairing)))
    found["operations"] = running_rows(answer.running)
    if not answer.running.is_empty():
        typer.echo(running_reading(answer.running), err=True)
    if rows and answer.account.judged:
        found["flipped"] = flipped_rows_json(answer, flipped(engine, answer.pairing, answer.metric, rows, answer.costs))
    shown = (
        found["by"]
        if by
        else found["deciders"]
        if both.also
        else found["metrics"]
        if output.format == "csv"
        else metric_rows(answer).to_dicts()
    )
    said = roles_of(own, pairing.live.log) | ({} if output.format == "json" else _judged_at(answer))
    write(found if output.format == "json" else shown, output, {"roles": said})


def _live_of(pairing: Pairing) -> Question:
    """Return the question of the live side."""
    return Question(pairing.live.log, pairing.live.cohort, pairing.live.threshold)


def _deciders(engine: Engine, answer: Comparison, further: list[tuple[str, Pairing]]) -> list[dict[str, Any]]:
    """Hold all deciders against each other on the same rows, and say who errs least."""
    from analytics.present.readings import deciders_reading
    from analytics.present.tables.slices import json_value

    names = (*answer.names, *(name for name, _ in further))
    found = deciders(engine, [answer.pairing, *(pairing for _, pairing in further)], names, answer.costs)
    typer.echo(deciders_reading(found), err=True)
    return [{name: json_value(value) for name, value in row.items()} for row in found.table.iter_rows(named=True)]


def _judged_at(answer: Comparison) -> dict[str, str]:
    """Say how either side decides: by its score at a threshold, or by its decision; nothing where no side has a score."""
    from analytics.present import words

    if not any(side.log.mapping.score for side in answer.pairing.sides):
        return {}
    sides = zip(("live", "candidate"), answer.pairing.sides, answer.pairing.thresholds, strict=True)
    parts = [
        f"{name} {words.threshold_text(at)}" if side.log.mapping.score else f"{name} by its decision"
        for name, side, at in sides
    ]
    return {"sides": f"Thresholds: {', '.join(parts)}"}
