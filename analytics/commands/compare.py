"""``compare``: whether the candidate should replace what is live, from pairs of answers to the same input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.answers.compare.answer import Comparison
from analytics.answers.compare.answer import compare as compare_answer
from analytics.answers.compare.judged import judged
from analytics.answers.compare.operations import running
from analytics.answers.compare.sides import pairing_of
from analytics.answers.compare.slices import LosingSlices, by_column, flipped, losing
from analytics.answers.question import Question
from analytics.commands.asking import listed_columns, open_log, question_of, read_path
from analytics.commands.compare_preferences import write_preferences
from analytics.commands.options import ROLE_OPTIONS, Asked, Output, Source, Text, Texts, named
from analytics.commands.roles import finite_threshold, roles_of
from analytics.commands.writing import write
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.where import parse_where
from analytics.reading.inbox import is_there

_SIDES, _JUDGED = "Sides", "What is judged"
_SIDED = ("score", "decision", "label", "grade", "right")
"""Options that either side may have for itself where both answers stand in one row."""


@dataclass(frozen=True, kw_only=True)
class _Both:
    """What tells the two sides apart."""

    live: Annotated[Texts, named("Filter of the live side alone, as --where. Repeatable.", panel=_SIDES)] = None
    candidate: Annotated[Texts, named("Filter of the candidate alone. Repeatable.", panel=_SIDES)] = None
    on: Annotated[Text, named("Columns by which rows meet, separated by commas; by default the id.", panel=_SIDES)] = (
        None
    )
    live_score: Annotated[
        Text, named("Column of the live scores, in one row with the candidate's.", "--live-score", panel=_SIDES)
    ] = None
    candidate_score: Annotated[Text, named("Column of the candidate's scores.", "--candidate-score", panel=_SIDES)] = (
        None
    )
    live_decision: Annotated[Text, named("Column of the live decisions.", "--live-decision", panel=_SIDES)] = None
    candidate_decision: Annotated[
        Text, named("Column of the candidate's decisions.", "--candidate-decision", panel=_SIDES)
    ] = None
    live_grade: Annotated[
        Text, named("Column of the grades of live answers: 1 and 0, or with --pass.", "--live-grade", panel=_SIDES)
    ] = None
    candidate_grade: Annotated[
        Text, named("Column of the grades of the candidate's answers.", "--candidate-grade", panel=_SIDES)
    ] = None
    live_judge: Annotated[
        Text,
        named("Column of a judge's grades of live answers, where people graded some.", "--live-judge", panel=_SIDES),
    ] = None
    candidate_judge: Annotated[
        Text, named("Column of the judge's grades of the candidate's answers.", "--candidate-judge", panel=_SIDES)
    ] = None
    live_right: Annotated[Text, named('"PREDICTED = TRUE" of the live side.', "--live-right", panel=_SIDES)] = None
    candidate_right: Annotated[
        Text, named('"PREDICTED = TRUE" of the candidate.', "--candidate-right", panel=_SIDES)
    ] = None
    candidate_threshold: Annotated[
        float | None,
        named("Threshold of the candidate, where it is another one.", "--candidate-threshold", panel=_SIDES),
    ] = None

    def own(self, side: str) -> dict[str, Any]:
        """Return the options that a side has for itself."""
        found = {name: getattr(self, f"{side}_{name}", None) for name in _SIDED}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def is_by_row(self) -> bool:
        """Whether both answers stand in one row."""
        return bool(self.own("live") or self.own("candidate"))


@dataclass(frozen=True, kw_only=True)
class _Preferred:
    """Judgements that say which of two answers was better."""

    preference: Annotated[
        Text, named("Column that says which answer was better: model_a, model_b, tie; or 1 to 2.", panel=_SIDES)
    ] = None
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
    both: _Both,
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
    from analytics.present.readings import compare_reading, judged_reading
    from analytics.present.tables.compare import (
        column_rows,
        compare_json,
        flipped_rows_json,
        judged_json,
        losing_rows,
        metric_rows,
        running_rows,
    )

    if margin is not None and not margin > 0:
        raise QuestionError(f"Expected a margin above 0, found {margin:g}. Say how much worse is still no worse.")
    if preferred.preference is not None:
        wins = {"live_wins": preferred.live_wins or (), "candidate_wins": preferred.candidate_wins or ()}
        write_preferences(source, asked, output, preferred.preference, **wins, by=by, margin=margin)
        return
    workspace = Workspace()
    engine, live, candidate = _two_questions(workspace, source, asked, both, other)
    on = listed_columns(both.on, live.log.reading.names) if both.on else ()
    pairing = pairing_of(live, candidate, on, by_row=both.is_by_row)
    is_given = asked.threshold is not None
    pairing = replace(pairing, is_given=(is_given, is_given or both.candidate_threshold is not None))
    answer = compare_answer(engine, pairing, metric, margin, price.costs(workspace))
    found, own = compare_json(answer), replace(source, **_side(source, both, "live"))
    if both.live_judge and both.candidate_judge:
        by_both = judged(engine, answer.pairing, both.live_judge, both.candidate_judge, margin)
        found["corrected"] = judged_json(by_both)
        typer.echo(judged_reading(by_both), err=True)
    typer.echo(compare_reading(answer, with_options=True), err=True)
    if search and answer.account.judged and answer.hanging is None and live.log.mapping.segments:
        slices = _searched(engine, answer)
        found["slices"] = [] if slices is None else losing_rows(slices)
    if by:
        found["by"] = column_rows(
            by_column(engine, answer.pairing, answer.metric, live.log.column(by).name, answer.costs)
        )
    found["operations"] = running_rows(running(engine, answer.pairing))
    if rows and answer.account.judged:
        found["flipped"] = flipped_rows_json(answer, flipped(engine, answer.pairing, answer.metric, rows, answer.costs))
    shown = found["by"] if by else found["metrics"] if output.format == "csv" else metric_rows(answer).to_dicts()
    said = roles_of(own, live.log) | ({} if output.format == "json" else _judged_at(answer))
    write(found if output.format == "json" else shown, output, {"roles": said})


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


def _searched(engine: Engine, answer: Comparison) -> LosingSlices | None:
    """Search for slices, and say what was found; None where no column is left to search by."""
    from analytics.present.readings import losing_reading
    from analytics.present.weights import counts_rows_part

    try:
        slices = losing(engine, answer.pairing, answer.metric, answer.costs)
    except QuestionError:
        return None
    typer.echo(losing_reading(slices), err=True)
    if said := counts_rows_part(answer.pairing.live.log.mapping.weight, "In slices and in what answers take"):
        typer.echo(said, err=True)
    return slices


def _side(source: Source, both: _Both, side: str) -> dict[str, Any]:
    """Return what one side says of the log for itself; a grade of 0 and 1 is right where it is 1."""
    own = both.own(side)
    if ("grade" in own or source.grade is not None) and source.mark is None:
        own["mark"] = 1.0
    return own


def _two_questions(
    workspace: Workspace, source: Source, asked: Asked, both: _Both, other: str | None
) -> tuple[Engine, Question, Question]:
    """Return the live side and the candidate: two logs, two parts of one, or two answers in one row."""
    is_alone = other is None and not (both.live or both.candidate or both.is_by_row)
    if is_alone and both.candidate_threshold is None:
        raise QuestionError(
            "Expected two sides, found one. Name a second log, filter both sides, as in "
            '--live "model=v3" --candidate "model=v4", or name the column of either, as in --live-score v3 --candidate-score v4.'
        )
    if bool(both.own("live")) is not bool(both.own("candidate")):
        raise QuestionError(
            "Expected a column of either side, found that of one. Name both, as in --live-score and --candidate-score."
        )
    sources = [replace(source, **_side(source, both, side)) for side in ("live", "candidate")]
    if other is not None:
        sources[1] = _of_candidate(workspace, replace(sources[1], log=other, labels=None))
    engine, live = question_of(workspace, open_log(workspace, sources[0]), asked)
    candidate = live
    if sources[1] != sources[0]:
        candidate = question_of(workspace, open_log(workspace, sources[1]), asked)[1]
    for question in (live, candidate):
        _require_numbers(question.log)
    if both.candidate_threshold is not None:
        candidate = replace(candidate, threshold=finite_threshold(both.candidate_threshold))
    return engine, _with_filters(live, both.live), _with_filters(candidate, both.candidate)


def _require_numbers(log: Log) -> None:
    """Refuse grades that are text: none of them would be judged."""
    right = log.mapping.right
    if right is None or right.kind != "grades" or (column := log.column(right.true)).kind != "text":
        return
    raise QuestionError(
        f"Expected numbers as grades in {column.name!r}, found text such as {column.top[0][0]!r}. Write 1 for right and 0 for "
        "wrong, or name the columns of answer and truth with --live-right and --candidate-right."
    )


def _of_candidate(workspace: Workspace, source: Source) -> Source:
    """Return how the candidate's log is read: it need not have the columns of the live side, and no label is no fault."""
    if not is_there(Path(source.log)):
        return source
    read = read_path(workspace, source)
    missing: dict[str, Any] = {
        option: "none" if option == "label" else None
        for option in ROLE_OPTIONS
        if getattr(source, option) is not None and getattr(source, option) not in read.reading.names
    }
    return replace(source, **missing)


def _with_filters(question: Question, filters: list[str] | None) -> Question:
    """Return a question with further filters."""
    names = [column.name for column in question.log.columns]
    clauses = tuple(parse_where(text, names) for text in filters or ())
    return replace(question, cohort=Cohort((*question.cohort.clauses, *clauses), question.cohort.outcomes))
