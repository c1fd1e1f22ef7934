"""From the options of a command to the log and the question that they mean."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analytics.answers.question import Question
from analytics.commands.options import Asked, Source
from analytics.errors import AnalysisError, QuestionError
from analytics.log import classes, roles
from analytics.log.column import Column
from analytics.log.conflicts import conflicts, require_values
from analytics.log.judge import is_one_of
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading
from analytics.log.value_words import UNKNOWN_WORDS, plain
from analytics.log.workspace import Workspace
from analytics.measure.headline import headline
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.where import parse_where
from analytics.reading import api
from analytics.reading.inbox import is_there

_ROLE_OPTIONS: dict[str, str] = {
    "score": "score",
    "label": "label",
    "decision": "decision",
    "id": "row_id",
    "time": "time",
    "amount": "amount",
    "model_version": "model_version",
}


def _overridden(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return the mapping with what the command line says.

    Raises
    ------
    QuestionError
        If the log has no such column, no row holds such a value, or two options contradict each other.
    """
    chosen = {role: name for option, role in _ROLE_OPTIONS.items() if (name := getattr(source, option))}
    for name in chosen.values():
        reading.column(name)
    taken = set(chosen.values())
    cleared: dict[str, Any] = {
        role: None for role in _ROLE_OPTIONS.values() if role not in chosen and getattr(mapping, role) in taken
    }
    changed = replace(mapping, **chosen, **cleared)
    if source.segments:
        names = listed_columns(source.segments, reading.names)
        changed = replace(changed, segments=tuple(reading.column(name).name for name in names))
    changed = _with_said_values(_with_values_of(changed, reading, chosen), reading, source)
    if source.names_roles and (found := conflicts(changed, reading)):
        raise QuestionError(found[0])
    return changed


def _with_values_of(mapping: Mapping, reading: Reading, chosen: Collection[str]) -> Mapping:
    """Return the mapping with the values of the columns that were chosen; those of the others stay as they are."""
    guess = classes.with_values(mapping, reading)
    if "label" in chosen:
        mapping = replace(mapping, positive=guess.positive, negative=guess.negative)
    if "decision" in chosen:
        mapping = replace(mapping, decision_positive=classes.decision_values(mapping, reading))
    return replace(mapping, threshold=guess.threshold) if "score" in chosen or "decision" in chosen else mapping


def _with_said_values(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return the mapping with the values that the command line calls positive and negative."""
    for option, role, said in (
        ("--positive", "label", source.positive),
        ("--negative", "label", source.negative),
        ("--decision-positive", "decision", source.decision_positive),
    ):
        if said:
            name = getattr(mapping, role)
            if name is None:
                raise QuestionError(f"Expected a column for {option}, found none. Name it with --{role}.")
            require_values(reading.column(name), said, option)
    label = reading.column(mapping.label) if mapping.label else None
    if source.positive and label:
        mapping = replace(mapping, positive=tuple(source.positive))
        mapping = replace(mapping, negative=_negatives(mapping, label))
    if source.negative and label:
        mapping = replace(mapping, negative=tuple(source.negative))
        mapping = mapping if source.positive else replace(mapping, positive=_positives(mapping, label))
    if source.decision_positive:
        return replace(mapping, decision_positive=tuple(source.decision_positive))
    if mapping.decision and (source.positive or source.label):
        shared = classes.shared_values(mapping, reading.column(mapping.decision))
        return replace(mapping, decision_positive=shared or mapping.decision_positive)
    return mapping


def _negatives(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the values of a label that are negative once the positive ones are said: all others that are known."""
    others = [value for value, _ in column.top if not is_one_of(value, column, mapping.positive)]
    return tuple(
        value
        for value in others
        if plain(value) not in UNKNOWN_WORDS or classes.is_plain_zero_one([*mapping.positive, value])
    )


def _positives(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the values of a label that are positive once the negative ones are said: as they were, else all others."""
    others = [value for value, _ in column.top if not is_one_of(value, column, mapping.negative)]
    return tuple(value for value in others if is_one_of(value, column, mapping.positive)) or tuple(others)


def open_log(workspace: Workspace, source: Source, *, threshold: float | None = None, is_current: bool = False) -> Log:
    """Return the log that the command line means, in the state that its roles ask for."""
    if is_there(Path(source.log)):
        return kept(workspace, read_path(workspace, source), source, threshold=threshold, is_current=is_current)
    try:
        found = workspace.find(source.log)
    except QuestionError as error:
        known = str(error).rpartition("Logs in the workspace")[1:]
        raise QuestionError(
            f"Expected the path of a file or the id of a log, found {source.log!r}. Check the path. {''.join(known)}"
        ) from error
    if source.labels:
        attached = api.attach(workspace, found, source.labels, id_column=source.id, label_column=source.label)
        return kept(workspace, attached, source, threshold=threshold, is_current=is_current, first=attached.mapping)
    mapping = _with_threshold(_overridden(found.mapping, found.reading, source), threshold)
    return api.remap(workspace, found, mapping, is_current=is_current)


def read_path(workspace: Workspace, source: Source, further: Sequence[Path] = ()) -> api.Staged | Log:
    """Read the file, the folder or the files that the command line names."""
    return api.read_file(
        workspace,
        [Path(source.log), *further] if further else Path(source.log),
        labels=source.labels,
        id_column=source.id,
        label_column=source.label,
        csv=source.csv,
    )


def kept(
    workspace: Workspace,
    read: api.Staged | Log,
    source: Source,
    *,
    threshold: float | None = None,
    is_current: bool,
    first: Mapping | None = None,
) -> Log:
    """Return the log of what was read: with the roles that it has, guessed for a new one, and what the command line says."""
    try:
        if first is None:
            first = read.mapping if isinstance(read, Log) else roles.guess(read.reading).mapping
        mapping = _with_threshold(_overridden(first, read.reading, source), threshold)
        if isinstance(read, api.Staged):
            return api.build_staged(workspace, read, mapping)
        return api.remap(workspace, read, mapping, is_current=is_current)
    except AnalysisError:
        if isinstance(read, api.Staged):
            api.discard(workspace, read.staged_id)
        raise


def _with_threshold(mapping: Mapping, threshold: float | None) -> Mapping:
    """Return the mapping with the threshold that is to be the log's own, where one is said."""
    return mapping if threshold is None else replace(mapping, threshold=finite_threshold(threshold))


def finite_threshold(threshold: float) -> float:
    """Return a threshold that is a number."""
    if not math.isfinite(threshold):
        raise QuestionError(f"Expected a number as threshold, found {threshold}.")
    return threshold


def ask(source: Source, asked: Asked) -> tuple[Engine, Question]:
    """Return the engine and the question of a command."""
    workspace = Workspace()
    return question_of(workspace, open_log(workspace, source), asked)


def question_of(workspace: Workspace, log: Log, asked: Asked) -> tuple[Engine, Question]:
    """Return the engine and the question that a command asks of a log."""
    threshold = log.mapping.threshold if asked.threshold is None else finite_threshold(asked.threshold)
    return Engine(workspace), Question(log, cohort_of(asked.where, log), threshold)


def leading_metric(log: Log) -> str:
    """Return the metric that leads where none is named."""
    return headline(log.n_positive, log.n_labelled).metric


def cohort_of(filters: Sequence[str] | None, log: Log) -> Cohort:
    """Return the cohort that filters of the command line keep."""
    names = [column.name for column in log.columns]
    return Cohort(tuple(parse_where(text, names) for text in filters or ()))


def columns_of(by: str, log: Log) -> list[str]:
    """Return the columns that ``--by`` names."""
    return listed_columns(by, log.reading.names)


def listed_columns(text: str, names: Collection[str]) -> list[str]:
    """Return the names in a list that is separated by commas; a name that holds a comma stands alone or in quotes."""
    if text in names:
        return [text]
    try:
        cells = next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error as error:
        raise QuestionError(
            f"Expected names of columns, separated by commas, found {text!r}. Put them in quotes."
        ) from error
    return [name if name in names else name.strip() for name in cells]
