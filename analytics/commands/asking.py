"""From the options of a command to the log and the question that they mean."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from analytics import intake, labelling
from analytics.answers import Question
from analytics.commands.options import Asked, Source
from analytics.errors import AnalysisError, QuestionError
from analytics.log import roles
from analytics.log.schema import Log, Mapping, Reading
from analytics.log.workspace import Workspace
from analytics.query.cohort import Cohort, parse_where
from analytics.query.engine import Engine

ROLE_OPTIONS: dict[str, str] = {
    "score": "score", "label": "label", "decision": "decision", "id": "row_id", "time": "time", "amount": "amount",
    "model_version": "model_version",
}  # fmt: skip


def overridden(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return the mapping with what the command line says."""
    chosen = {role: name for option, role in ROLE_OPTIONS.items() if (name := getattr(source, option))}
    for name in chosen.values():
        reading.column(name)
    taken = set(chosen.values())
    cleared: dict[str, Any] = {
        role: None for role in ROLE_OPTIONS.values() if role not in chosen and getattr(mapping, role) in taken
    }
    changed = replace(mapping, **chosen, **cleared)
    if source.segments:
        names = listed_columns(source.segments, reading.names)
        changed = replace(changed, segments=tuple(reading.column(name).name for name in names))
    changed = with_values_of(changed, reading, chosen)
    if source.positive:
        changed = replace(changed, positive=tuple(source.positive), negative=())
        if changed.label:
            others = [
                value for value, _ in reading.column(changed.label).top if value not in roles.positive_texts(changed)
            ]
            changed = replace(changed, negative=tuple(v for v in others if v.strip().casefold() not in roles.UNKNOWN_WORDS
                                                      or roles.is_plain_zero_one([*source.positive, v])))  # fmt: skip
    if source.negative:
        changed = replace(changed, negative=tuple(source.negative))
    return changed


def with_values_of(mapping: Mapping, reading: Reading, chosen: Collection[str]) -> Mapping:
    """Return the mapping with the values of the columns that were chosen; those of the others stay as they are."""
    guess = roles.with_values(mapping, reading)
    if "label" in chosen:
        mapping = replace(mapping, positive=guess.positive, negative=guess.negative)
    if "decision" in chosen:
        mapping = replace(mapping, decision_positive=guess.decision_positive)
    return replace(mapping, threshold=guess.threshold) if "score" in chosen or "decision" in chosen else mapping


def open_log(workspace: Workspace, source: Source, *, is_current: bool = False) -> Log:
    """Return the log that the command line means, in the state that its roles ask for."""
    if Path(source.log).exists():
        return kept(workspace, read_path(workspace, source), source, is_current=is_current)
    try:
        found = workspace.find(source.log)
    except QuestionError as error:
        raise QuestionError(f"Expected the path of a file or the id of a log, found {source.log!r}. {error}") from error
    if source.labels:
        attached = labelling.attach(workspace, found, source.labels, id_column=source.id, label_column=source.label)
        return kept(workspace, attached, source, is_current=is_current, first=attached.mapping)
    return intake.remap(workspace, found, overridden(found.mapping, found.reading, source), is_current=is_current)


def read_path(workspace: Workspace, source: Source) -> intake.Staged | Log:
    """Read the file that the command line names."""
    return intake.read_file(
        workspace,
        Path(source.log),
        labels=source.labels,
        id_column=source.id,
        label_column=source.label,
        csv=source.csv,
    )


def kept(
    workspace: Workspace, read: intake.Staged | Log, source: Source, *, is_current: bool, first: Mapping | None = None
) -> Log:
    """Return the log of what was read, with its roles as guessed, or as they were first, and as the command line says."""
    try:
        mapping = overridden(first or roles.guess(read.reading).mapping, read.reading, source)
        if isinstance(read, intake.Staged):
            return intake.build_staged(workspace, read, mapping)
        return intake.remap(workspace, read, mapping, is_current=is_current)
    except AnalysisError:
        if isinstance(read, intake.Staged):
            intake.discard(workspace, read.staged_id)
        raise


def ask(source: Source, asked: Asked) -> tuple[Engine, Question]:
    """Return the engine and the question of a command."""
    workspace = Workspace()
    found = open_log(workspace, source)
    names = [column.name for column in found.columns]
    cohort = Cohort(tuple(parse_where(text, names) for text in asked.where or ()))
    threshold = found.mapping.threshold if asked.threshold is None else asked.threshold
    if not math.isfinite(threshold):
        raise QuestionError(f"Expected a number as threshold, found {threshold}.")
    return Engine(workspace), Question(found, cohort, threshold)


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
