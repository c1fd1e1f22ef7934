"""From the options of a command to the log and the question that they mean."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from analytics.answers.labels_answer import mature
from analytics.answers.question import Question
from analytics.commands.given import listed_columns, read_path
from analytics.commands.in_spark import known_log_in_spark, log_in_spark
from analytics.commands.options import ROLE_OPTIONS, Asked, Source
from analytics.commands.right import with_right
from analytics.commands.roles import finite_threshold, require_settled, said_roles, with_weight
from analytics.errors import AnalysisError, QuestionError
from analytics.log import class_columns, hints, positives, roles, score_form
from analytics.log.column import PERCENT, Column
from analytics.log.conflicts import conflicts, require_values
from analytics.log.judge import is_one_of
from analytics.log.mapping import Mapping
from analytics.log.reader import outdated_sentence
from analytics.log.schema import Log, Reading
from analytics.log.value_words import is_plain_pair, known
from analytics.log.workspace import Workspace
from analytics.query import spark_log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.spark_session import is_in_spark
from analytics.query.where import filtered_name, parse_where
from analytics.reading import api, logged
from analytics.reading.inbox import is_there


def _overridden(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return the mapping with what the command line says.

    Raises
    ------
    QuestionError
        If the log has no such column, no row holds such a value, or two options contradict each other.
    """
    said = said_roles(source, reading)
    taken = {name for name in said.values() if name is not None}
    cleared: dict[str, Any] = {
        role: None
        for role in ROLE_OPTIONS.values()
        if role not in said
        and getattr(mapping, role) in taken
        and (role, getattr(mapping, role)) != ("label_time", mapping.label)
    }
    given: dict[str, Any] = {**said, **cleared}
    changed = replace(mapping, **given)
    if source.segments:
        names = listed_columns(source.segments, reading.names)
        changed = replace(changed, segments=tuple(reading.column(name).name for name in names))
    moved = {role for role in ROLE_OPTIONS.values() if getattr(changed, role) != getattr(mapping, role)}
    changed = _with_said_values(_with_values_of(changed, reading, moved), reading, source)
    changed = with_weight(changed, reading, source)
    changed = _with_score_form(changed, reading, source, moved)
    changed = with_right(changed, reading, source)
    if source.names_roles and (found := conflicts(changed, reading)):
        is_unjudged = changed.score is None and changed.decision is None and changed.right is None
        raise QuestionError(found[0] + (hints.judged_hint(reading, changed.label) if is_unjudged else ""))
    return changed


def _with_values_of(mapping: Mapping, reading: Reading, moved: Collection[str]) -> Mapping:
    """Return the mapping with the values of the columns that changed; those of the others stay as they are."""
    if "label" in moved:
        positive, negative = positives.split_values(reading.column(mapping.label)) if mapping.label else ((), ())
        mapping = replace(mapping, positive=positive, negative=negative)
    return positives.with_decision_values(mapping, reading) if "decision" in moved else mapping


def _with_score_form(mapping: Mapping, reading: Reading, source: Source, moved: Collection[str]) -> Mapping:
    """Return the mapping with a score that is read as said, and a threshold to begin with where what is judged changed."""
    if source.score_as and mapping.score is None:
        raise QuestionError("Expected a column for --score-as, found none. Name it with --score.")
    if source.positive and source.score is None and not source.decision:
        found = class_columns.score_of_said(reading, mapping, source.positive)
        if found and found != mapping.score:
            mapping, moved = replace(mapping, score=found), {*moved, "score"}
    if "score" in moved or ("decision" in moved and mapping.score is None):
        mapping = score_form.with_form(mapping, reading)
        mapping = replace(mapping, threshold=score_form.first_threshold(mapping, reading))
    if source.score_as is None:
        return mapping
    scale = 1.0 if source.score_as == "number" else mapping.score_scale
    mapping = replace(
        mapping,
        score_scale=float(PERCENT) if source.score_as == "percent" else scale,
        score_missing=() if source.score_as == "number" else mapping.score_missing,
        is_score_clipped=False if source.score_as == "number" else mapping.is_score_clipped,
        is_confidence=source.score_as == "confidence",
    )
    if mapping.is_confidence and mapping.decision is None:
        raise QuestionError("Expected the decision whose confidence the score is, found none. Name it with --decision.")
    mapping = replace(mapping, score_minus=None)
    mapping = score_form.turned(mapping, reading) if source.score_as == "reversed" else mapping
    return replace(mapping, threshold=score_form.first_threshold(mapping, reading))


def _with_said_values(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return the mapping with the values that the command line calls positive and negative."""
    for option, role, said in (
        ("--positive", "label", source.positive),
        ("--negative", "label", source.negative),
        ("--decision-positive", "decision", source.decision_positive),
        ("--decision-negative", "decision", source.decision_negative),
    ):
        if said:
            name = getattr(mapping, role)
            if name is None:
                raise QuestionError(f"Expected a column for {option}, found none. Name it with --{role}.")
            require_values(reading.column(name), said, option)
    label = reading.column(mapping.label) if mapping.label else None
    if label and label.kind == "time" and (source.positive or source.negative):
        raise QuestionError(
            f"Expected no --positive or --negative for {label.name!r}, found one: of times any is positive, and "
            "nothing negative. Leave it out."
        )
    if source.positive and label:
        mapping = replace(mapping, positive=tuple(source.positive))
        mapping = replace(mapping, negative=_negatives(mapping, label))
    if source.negative and label:
        mapping = replace(mapping, negative=tuple(source.negative))
        mapping = mapping if source.positive else replace(mapping, positive=_positives(mapping, label))
    return _with_said_decisions(mapping, reading, source) if mapping.decision else mapping


def _with_said_decisions(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return the mapping with the values of the decision that are said; those of the label where the label's are said."""
    column = reading.column(mapping.decision or "")
    if source.positive or source.label:
        mapping = positives.with_decision_values(mapping, reading)
    if source.decision_positive:
        guessed = (*mapping.decision_positive, *mapping.decision_negative)
        decided = guessed if positives.is_of_label(mapping, column) else positives.decided_values(column)
        other = tuple(value for value in decided if value not in source.decision_positive)
        mapping = replace(mapping, decision_positive=tuple(source.decision_positive), decision_negative=other)
    if source.decision_negative:
        negative = tuple(source.decision_negative)
        positive = tuple(value for value in mapping.decision_positive if value not in negative)
        rest = tuple(value for value in positives.decided_values(column) if value not in negative)
        mapping = replace(mapping, decision_positive=positive or rest, decision_negative=negative)
    return mapping


def _negatives(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the values of a label that are negative once the positive ones are said: all others that are known."""
    others = [value for value, _ in column.top if not is_one_of(value, column, mapping.positive)]
    counted = {*known([*mapping.positive, *others])}
    return tuple(value for value in others if value in counted or is_plain_pair([*mapping.positive, value]))


def _positives(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the values of a label that are positive once the negative ones are said: as they were, else all others."""
    others = [value for value, _ in column.top if not is_one_of(value, column, mapping.negative)]
    return tuple(value for value in others if is_one_of(value, column, mapping.positive)) or tuple(others)


def open_log(
    workspace: Workspace,
    source: Source,
    *,
    threshold: float | None = None,
    is_current: bool = False,
    also: Sequence[str] = (),
    asks: bool = True,
) -> Log:
    """Return the log that the command line means, in the state that its roles ask for; ``also`` are names beside the roles."""
    if is_in_spark(source.log):
        log = log_in_spark(source, threshold, _overridden)
        if is_current:
            spark_log.keep(workspace, log)
        return log
    if is_there(Path(source.log)):
        read = read_path(workspace, source, also=also)
        return kept(workspace, read, source, threshold=threshold, is_current=is_current, asks=asks)
    try:
        found = workspace.find(source.log)
    except QuestionError as error:
        known = str(error).rpartition("Logs in the workspace")[1:]
        raise QuestionError(
            f"Expected the path of a file or the id of a log, found {source.log!r}. Check the path. {''.join(known)}"
        ) from error
    if found.reading.is_in_spark:
        return known_log_in_spark(workspace, found, source, threshold, _overridden, is_current=is_current)
    if said := outdated_sentence(found.reading):
        typer.echo(said, err=True)
    if source.labels:
        attached = api.attach(workspace, found, source.labels, id_column=source.id, label_column=source.label)
        return kept(workspace, attached, source, threshold=threshold, is_current=is_current, first=attached.mapping)
    mapping = _as_said(workspace, found, found.mapping, source, threshold)
    return api.remap(workspace, found, mapping, is_current=is_current)


def remapped(workspace: Workspace, log: Log, mapping: Mapping) -> Log:
    """Return a log under another mapping for one question, counted where its rows are."""
    remap = spark_log.remap if log.reading.is_in_spark else api.remap
    return remap(workspace, log, mapping, is_current=False)


def kept(
    workspace: Workspace,
    read: api.Staged | Log,
    source: Source,
    *,
    threshold: float | None = None,
    is_current: bool,
    first: Mapping | None = None,
    asks: bool = True,
) -> Log:
    """Return the log of what was read, with the roles that are guessed from it and what the command line says.

    What the workspace knows of the same file does not matter: the answer is that of an empty one. With ``asks`` a role that
    stays open is refused with a question.
    """
    try:
        guess = roles.guess(read.reading, said_roles(source, read.reading))
        before, is_guess = first or guess.mapping, first is None
        mapping = _as_said(workspace, read, before, source, threshold, is_guess=is_guess)
        if asks:
            require_settled(guess, mapping, source, read.reading)
        if isinstance(read, api.Staged):
            return api.build_staged(workspace, read, mapping)
        return api.remap(workspace, read, mapping, is_current=is_current)
    except AnalysisError:
        if isinstance(read, api.Staged):
            api.discard(workspace, read.staged_id)
        raise


def _as_said(
    workspace: Workspace,
    read: api.Staged | Log,
    before: Mapping,
    source: Source,
    threshold: float | None,
    *,
    is_guess: bool = False,
) -> Mapping:
    """Return a mapping with what the command line says; its threshold is the one that is said, else that of its decisions.

    One that was confirmed under the mapping before stays where that still makes sense; a guess has none of that kind.
    """
    mapping = _overridden(before, read.reading, source)
    if threshold is not None and mapping.kind == "yes/no":
        return replace(mapping, threshold=finite_threshold(threshold))
    if is_guess:
        return replace(mapping, threshold=logged.first_threshold(workspace, read, mapping))
    return logged.with_own_threshold(workspace, read, mapping, before)


def open_side(workspace: Workspace, source: Source) -> Log:
    """Open the log of a side; where it lacks the weight that is named, each of its rows stands for itself."""
    try:
        return open_log(workspace, source)
    except QuestionError:
        if source.weight is None:
            raise
        log = open_log(workspace, replace(source, weight=None, weight_as=None))
        if of_side(source, log).weight is not None:
            raise
        typer.echo(f"{log.name!r} has no column {source.weight!r}: each of its rows stands for itself.", err=True)
        return log


def of_side(source: Source, log: Log) -> Source:
    """Return what is said of the log of a side: no weight where it has no such column."""
    return source if source.weight in log.reading.names else replace(source, weight=None, weight_as=None)


def ask(
    source: Source, asked: Asked, by: str | None = None, *, takes_confidence: bool = False, asks: bool = True
) -> tuple[Engine, Question]:
    """Return the engine and the question of a command; what it filters or slices ``by`` may be a way into nested values.

    With ``takes_confidence`` a threshold may also be the confidence from which rows that are right or wrong are answered; without
    ``asks`` a role may stay open.
    """
    workspace = Workspace()
    also = [*filter(None, [by]), *(filtered_name(text) for text in asked.where or ())]
    log = open_log(workspace, source, also=also, asks=asks)
    return question_of(workspace, log, asked, takes_confidence=takes_confidence)


def question_of(
    workspace: Workspace, log: Log, asked: Asked, *, takes_confidence: bool = False
) -> tuple[Engine, Question]:
    """Return the engine and the question that a command asks of a log; no threshold is taken where every answer counts."""
    if log.is_right_or_wrong and asked.threshold is not None and not takes_confidence:
        raise QuestionError(
            "Expected no --threshold where rows are right or wrong, found one: every answer counts. Weigh handing rows over with "
            "the command thresholds, or name one class with --class."
        )
    threshold = log.mapping.threshold if asked.threshold is None else finite_threshold(asked.threshold)
    engine, cohort = Engine(workspace), cohort_of(asked.where, log)
    question = Question(log, cohort.known_on(asked.as_of) if asked.as_of else cohort, threshold)
    return engine, mature(engine, question) if asked.mature else question


def cohort_of(filters: Sequence[str] | None, log: Log) -> Cohort:
    """Return the cohort that filters of the command line keep."""
    names = [column.name for column in log.columns]
    return Cohort(tuple(parse_where(text, names) for text in filters or ()))


def columns_of(by: str, log: Log) -> list[str]:
    """Return the columns that ``--by`` names."""
    return listed_columns(by, log.reading.names)
