"""A few rows as they will be judged under a mapping, before any log is built."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.right import Right, fold, written_number
from analytics.log.schema import Reading
from analytics.log.value_words import BLANK, FIRST_YEAR, GIVEN, LAST_YEAR

OUTCOMES = ("TP", "FP", "FN", "TN", "right", "wrong", "with its query", "not known yet", "no score")
_YEAR = re.compile(r"\d{4}-")
_OF_QUERY = "with its query"
"""What a row of a ranking is judged by: not alone."""


@dataclass(frozen=True)
class Judged:
    """One row: what the score says, what the label says, and what follows."""

    score: float | None
    predicted: str | None
    label: str
    outcome: str
    row: tuple[str | None, ...]


def judge(rows: Sequence[Sequence[str | None]], reading: Reading, mapping: Mapping) -> list[Judged]:
    """Judge rows, given as text in the order of the reading's columns, by the rules by which a log is built."""
    return [_judge_row(tuple(row), reading, mapping) for row in rows]


def _judge_row(row: tuple[str | None, ...], reading: Reading, mapping: Mapping) -> Judged:
    """Judge one row."""
    places = {column.name: column for column in reading.columns}

    def cell(name: str | None) -> str | None:
        return row[places[name].position] if name in places else None

    if mapping.right is not None and mapping.kind == "rankings":
        relevance = cell(mapping.right.true)
        outcome = "not known yet" if relevance is None else _OF_QUERY
        return Judged(_number(cell(mapping.right.predicted)), None, relevance or "not known yet", outcome, row)
    if mapping.right is not None and mapping.kind != "yes/no":
        names = [name for name in (mapping.score, *mapping.right.columns) if name]
        of_classes = [name for name in (mapping.right.true, mapping.right.predicted) if name]
        by_value = any(places[name].kind != "text" for name in of_classes)
        return _judge_right(row, {name: cell(name) for name in names}, mapping, by_value=by_value)

    label = member(cell(mapping.label), places.get(mapping.label or ""), mapping.positive, mapping.negative)
    decided = member(
        cell(mapping.decision),
        places.get(mapping.decision or ""),
        mapping.decision_positive,
        mapping.decision_negative,
    )
    if mapping.score:
        is_text = mapping.score in places and places[mapping.score].kind == "text"
        number = _number(cell(mapping.score)) if is_text else _quantity(cell(mapping.score))
        score = _score_of(number, mapping, decided)
    else:
        score = None if decided is None else float(decided)
    flagged = None if score is None else score >= (mapping.threshold if mapping.score else 1.0)
    words = {True: "positive", False: "negative"}
    if flagged is None:
        outcome = "no score"
    elif label is None:
        outcome = "not known yet"
    else:
        outcome = {(True, True): "TP", (True, False): "FP", (False, True): "FN", (False, False): "TN"}[flagged, label]
    return Judged(
        score,
        None if flagged is None else words[flagged],
        "not known yet" if label is None else words[label],
        outcome,
        row,
    )


def _judge_right(
    row: tuple[str | None, ...], cells: dict[str, str | None], mapping: Mapping, *, by_value: bool
) -> Judged:
    """Judge one row by a rule of what is right."""
    right = mapping.right
    assert right is not None
    true = cells.get(right.true)
    true = None if true in right.unknown else true
    scores = {value: _number(cells.get(name)) for value, name in right.class_scores}
    known = {value: score for value, score in scores.items() if score is not None}
    predicted = (
        cells.get(right.predicted) if right.predicted else max(known, key=lambda value: known[value], default=None)
    )
    if right.kind == "grades":
        predicted = true
    grade = next((f"{grade:g}" for text, grade in right.steps if text == true), None) if right.steps else true
    is_right = None if grade is None or predicted is None else _is_right(predicted, grade, right, by_value=by_value)
    score = _quantity(cells.get(mapping.score or ""))
    if score is not None:
        score = _score_of(score, mapping, None)
    elif mapping.score is None and predicted is not None:
        score = next((each for value, each in known.items() if fold(value, right) == fold(predicted, right)), None)
    outcome = "not known yet" if is_right is None else "right" if is_right else "wrong"
    return Judged(score, None if right.kind == "grades" else predicted, true or "not known yet", outcome, row)


def _is_right(predicted: str, true: str, right: Right, *, by_value: bool) -> bool | None:
    """Return whether a prediction is right, as `reading.sql.right` does in the engine; None where there are no numbers."""
    numbers = _number(predicted), _number(true)
    if right.kind == "classes":
        numbers = written_number(predicted), written_number(true)
        same = by_value and None not in numbers and numbers[0] == numbers[1]
        return same or fold(predicted, right) == fold(true, right)
    if right.kind == "grades":
        return None if numbers[1] is None else numbers[1] >= right.mark
    if numbers[0] is None or numbers[1] is None:
        return None
    return abs(numbers[0] - numbers[1]) <= right.tolerance * (abs(numbers[1]) if right.is_relative else 1)


def _score_of(number: float | None, mapping: Mapping, decided: bool | None) -> float | None:
    """Return the score that a number of the score's column means, as `score_expression` does in the engine."""
    if number is None or any(number == float(value) for value in mapping.score_missing):
        return None
    score = number / mapping.score_scale
    if mapping.is_score_clipped:
        score = min(max(score, 0.0), 1.0)
    if mapping.score_minus is not None:
        score = mapping.score_minus - score
    if not mapping.is_confidence:
        return score
    return None if decided is None else score if decided else 1 - score


def member(text: str | None, column: Column | None, positive: Sequence[str], negative: Sequence[str]) -> bool | None:
    """Return whether a value is positive; None where it is neither, or missing."""
    if column is None:
        return None
    if column.kind == "time" and GIVEN in positive and text is not None:
        text = text if _YEAR.match(text) and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR else None
        return True if text is not None else (False if BLANK in negative else None)
    if text is None or not text.strip():
        return False if BLANK in negative else None
    if is_one_of(text, column, positive):
        return True
    return False if not negative or is_one_of(text, column, negative) else None


def is_one_of(text: str, column: Column, values: Sequence[str]) -> bool:
    """Whether a value is one of ``values``; numbers and truth values are compared as numbers."""
    if column.kind in ("number", "boolean"):
        own = _quantity(text)
        return own is not None and any(_quantity(value) == own for value in values)
    return text in values


def _quantity(text: str | None) -> float | None:
    """Return the number that a value of a numeric or boolean column means."""
    words = {"true": 1.0, "false": 0.0}
    return words.get((text or "").strip().casefold(), _number(text))


def _number(text: str | None) -> float | None:
    """Return the finite number that a text means, None where it means none; as the reader does, without ``1_000`` and ``١``."""
    if text is None or "_" in text or not text.isascii():
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def mixed(judged: Sequence[Judged], limit: int = 10) -> list[Judged]:
    """Return a few rows in which every outcome that occurs is shown, in the order of the file within each."""
    groups = [[row for row in judged if row.outcome == outcome] for outcome in OUTCOMES]
    chosen: list[Judged] = []
    for rank in range(limit):
        chosen += [group[rank] for group in groups if rank < len(group)]
    return sorted(chosen[:limit], key=lambda row: OUTCOMES.index(row.outcome))
