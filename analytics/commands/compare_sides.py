"""What tells the two sides of a comparison apart on the command line: a second log, filters, or columns of either answer."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.answers.compare.judged import Judged, by_people, judged
from analytics.answers.compare.sides import pairing_of
from analytics.answers.question import Question
from analytics.commands.asking import open_side, question_of, remapped
from analytics.commands.given import listed_columns, read_path
from analytics.commands.options import ROLE_OPTIONS, Asked, Source, Text, Texts, named
from analytics.commands.roles import finite_threshold, said_roles
from analytics.errors import QuestionError
from analytics.log import roles, score_form
from analytics.log.grade_words import steps_of
from analytics.log.hints import only_truths, sides_hint
from analytics.log.operation_names import OPERATION_ROLES
from analytics.log.other_answer import own_labels, with_decider
from analytics.log.preferred import preferred
from analytics.log.schema import Log, Reading
from analytics.log.two_answers import two_answers_hint
from analytics.log.workspace import Workspace
from analytics.query.cohort import Cohort
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine
from analytics.query.where import parse_where
from analytics.reading.inbox import is_there

_SIDES = "Sides"
_SIDED = ("score", "decision", "label", "grade", "right")
"""Options that either side may have for itself where both answers stand in one row."""


@dataclass(frozen=True, kw_only=True)
class Both:
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

    candidate_took: Annotated[
        Texts,
        named(
            "What the candidate's answers took, where no name tells: latency=COLUMN, run-cost=, refused=, timed-out=, broken=. "
            "Repeatable.",
            panel=_SIDES,
        ),
    ] = None

    def own(self, side: str) -> dict[str, Any]:
        """Return the options that a side has for itself."""
        found = {name: getattr(self, f"{side}_{name}", None) for name in _SIDED}
        return {name: value for name, value in found.items() if value is not None}

    also: Annotated[
        Texts,
        named(
            "A further decider on the same rows: a column (of decisions, scores or grades), or a filter. Repeatable.",
            panel=_SIDES,
        ),
    ] = None

    @property
    def is_by_row(self) -> bool:
        """Whether both answers stand in one row."""
        return bool(self.own("live") or self.own("candidate"))

    @property
    def names_a_side(self) -> bool:
        """Whether anything of a second side is said."""
        return bool(self.live or self.candidate or self.is_by_row) or self.candidate_threshold is not None


def sides_asked(
    workspace: Workspace,
    source: Source,
    asked: Asked,
    both: Both,
    other: str | None,
) -> tuple[Engine, Pairing]:
    """Return how the rows of both sides meet: of two logs, two parts of one, or two answers in one row."""
    engine, live, candidate = _two_questions(workspace, source, asked, both, other)
    on = listed_columns(both.on, live.log.reading.names) if both.on else []
    pairing = pairing_of(live, candidate, on, by_row=both.is_by_row)
    is_given = asked.threshold is not None
    return engine, replace(pairing, is_given=(is_given, is_given or both.candidate_threshold is not None))


def grade_told(workspace: Workspace, source: Source, both: Both) -> Source:
    """Return what is said of a log, with its one column of grades of 1 and 0 where nobody says by what to judge it."""
    found = nothing_else_judges(workspace, source, both, only_truths)
    if found is None:
        return source
    _, name = found
    typer.echo(f"A row is right where {name!r} is 1 (guessed: its name and its values).", err=True)
    return replace(source, grade=name, mark="1")


def nothing_else_judges(
    workspace: Workspace, source: Source, both: Both, find: Callable[[Reading], str | None]
) -> tuple[Reading, str] | None:
    """Return a log and the column that is found in it, where nobody says by what to judge it and nothing else of it does."""
    is_said = both.is_by_row or any((source.score, source.decision, source.label, source.grade, source.right))
    if is_said or not is_there(Path(source.log)):
        return None
    reading = read_path(workspace, source).reading
    name = find(reading)
    if name is None:
        return None
    guess = roles.guess(reading, said_roles(source, reading)).mapping
    is_judged = guess.has_score or guess.decision is not None or guess.right is not None
    return None if is_judged else (reading, name)


def live_source(source: Source, both: Both) -> Source:
    """Return how the log of the live side is read: where both answers stand in one row, what is live is what is judged."""
    return replace(source, **side_options(source, both, "live")) if both.is_by_row else source


def side_options(source: Source, both: Both, side: str) -> dict[str, Any]:
    """Return what one side says of the log for itself; a grade of 0 and 1 is right where it is 1."""
    own = both.own(side) | (_took(both.candidate_took or ()) if side == "candidate" else {})
    if ("grade" in own or source.grade is not None) and source.mark is None:
        own["mark"] = "1"
    return own


def _took(said: list[str] | tuple[str, ...]) -> dict[str, str]:
    """Read which columns say what the candidate's answers took, by their roles.

    >>> _took(["latency=ms (new)", "timed-out = late"])
    {'latency': 'ms (new)', 'timed_out': 'late'}
    """
    found = {}
    for text in said:
        role, _, column = (part.strip() for part in text.partition("="))
        name = role.lower().replace("-", "_")
        if name not in OPERATION_ROLES or not column:
            known = ", ".join(each.replace("_", "-") for each in OPERATION_ROLES)
            raise QuestionError(
                f"Expected what is taken and its column, as latency=COLUMN, found {text[:40]!r}. Known: {known}."
            )
        found[name] = column
    return found


def further_sides(workspace: Workspace, asked: Asked, both: Both, live: Question) -> list[tuple[str, Pairing]]:
    """Return the further deciders by name: columns of the live log, or parts of it that meet the live rows by the id."""
    found = []
    for text in both.also or ():
        if text not in live.log.reading.names:
            on = listed_columns(both.on, live.log.reading.names) if both.on else ()
            part = _with_filters(question_of(workspace, live.log, asked)[1], [text])
            found.append((text, pairing_of(live, part, on)))
            continue
        mapping = with_decider(live.log.mapping, live.log.reading, text)
        log = remapped(workspace, live.log, mapping)
        at = live.threshold if mapping.score and score_form.is_alike(mapping, live.log.mapping) else None
        question = Question(log, live.cohort, mapping.threshold if at is None else at)
        found.append((text, pairing_of(live, question, by_row=True)))
    return found


def require_margin(margin: float | None) -> None:
    """Refuse a margin that is none."""
    if margin is not None and not margin > 0:
        raise QuestionError(f"Expected a margin above 0, found {margin:g}. Say how much worse is still no worse.")


def _two_questions(
    workspace: Workspace, source: Source, asked: Asked, both: Both, other: str | None
) -> tuple[Engine, Question, Question]:
    """Return the live side and the candidate: two logs, two parts of one, or two answers in one row."""
    if other is None and not both.names_a_side:
        raise QuestionError(
            "Expected two sides, found one. Name a second log, filter both sides, as in "
            '--live "model=v3" --candidate "model=v4", or name the column of either, as in --live-score v3 --candidate-score v4.'
            + _hint(workspace, source)
        )
    if bool(both.own("live")) is not bool(both.own("candidate")):
        raise QuestionError(
            "Expected a column of either side, found that of one. Name both, as in --live-score and --candidate-score."
        )
    sources = [replace(source, **side_options(source, both, side)) for side in ("live", "candidate")]
    if other is not None:
        sources[1] = of_candidate(workspace, replace(sources[1], log=other, labels=None))
    engine, live = question_of(workspace, open_side(workspace, sources[0]), asked)
    candidate = live
    if sources[1] != sources[0]:
        candidate = question_of(workspace, open_side(workspace, sources[1]), asked)[1]
    if source.weight and live.log.mapping.weight is None:
        raise QuestionError(
            f"Expected the weight of a pair in the log of what is live, found no column {source.weight!r} there. Put it beside "
            "its rows, or name no weight."
        )
    for question in (live, candidate):
        _require_numbers(question.log)
    live, candidate = _by_own_labels(workspace, source, both, live, candidate)
    if both.candidate_threshold is not None:
        candidate = replace(candidate, threshold=finite_threshold(both.candidate_threshold))
    return engine, _with_filters(live, both.live), _with_filters(candidate, both.candidate)


def _by_own_labels(
    workspace: Workspace, source: Source, both: Both, live: Question, candidate: Question
) -> tuple[Question, Question]:
    """Hold two decisions of one row each to its own label, where nobody named a label."""
    is_said = source.label is not None or source.right is not None
    if is_said or not set(both.own("live")) == set(both.own("candidate")) == {"decision"}:
        return live, candidate
    own = own_labels(live.log, str(candidate.log.mapping.judged))
    if own is None:
        return live, candidate
    logs = [remapped(workspace, live.log, mapping) for mapping in own]
    first, second = (replace(live, log=log, threshold=log.mapping.threshold) for log in logs)
    return first, second


def _hint(workspace: Workspace, source: Source) -> str:
    """Say what of a file could tell two sides apart, or says which answer was better."""
    if not is_there(Path(source.log)):
        return ""
    reading = read_path(workspace, source).reading
    found = preferred(reading)
    said = "" if found is None else f" {found!r} could say which answer was better: --preference {shlex.quote(found)}."
    return (two_answers_hint(reading) or sides_hint(reading)) + said


def _require_numbers(log: Log) -> None:
    """Refuse grades that are text: none of them would be judged."""
    right = log.mapping.right
    if right is None or right.kind != "grades" or (column := log.column(right.true)).kind != "text":
        return
    if steps_of(column):
        return
    raise QuestionError(
        f"Expected numbers as grades in {column.name!r}, found text such as {column.top[0][0]!r}. Write 1 for right and 0 for "
        "wrong, or name the columns of answer and truth with --live-right and --candidate-right."
    )


def of_candidate(workspace: Workspace, source: Source) -> Source:
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


def judged_by_both(
    engine: Engine, workspace: Workspace, pairing: Pairing, both: Both, margin: float | None
) -> Judged | None:
    """Correct a judge's grades by people's: of the judge that is named, or of the one that people's columns are called after."""
    if both.live_judge and both.candidate_judge:
        return judged(engine, pairing, both.live_judge, both.candidate_judge, margin)
    found = by_people(pairing, partial(remapped, workspace))
    return None if found is None else judged(engine, *found, margin)
