"""Replay: what a new log or model version makes of the cases of the library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import polars as pl

from analytics.answers.question import Question
from analytics.answers.review.queue import Row
from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.query import review
from analytics.query.engine import Engine
from analytics.review.library import KeptCase, Scalar, scalar

STATES = ("fixed", "still wrong", "regressed", "still right", "not comparable")


@dataclass(frozen=True)
class Replayed:
    """What became of one case.

    Attributes
    ----------
    case : KeptCase
    state : str
        One of `STATES`.
    why : str
        What it was compared with, or why it was not.
    n_rows : int
        Rows that match.
    score : float or None
        Of the matching rows, their mean.
    """

    case: KeptCase
    state: str
    why: str
    n_rows: int = 0
    score: float | None = None


@dataclass(frozen=True)
class Replay:
    """The library on the rows of a cohort: every case is in exactly one state."""

    by: tuple[str, ...]
    cases: tuple[Replayed, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many cases are in each state; they add up to the cases."""
        found = Counter(entry.state for entry in self.cases)
        return {state: found[state] for state in STATES}


def replay(engine: Engine, question: Question, kept: Sequence[KeptCase], by: Sequence[str] = ()) -> Replay:
    """Answer "what of our counterexamples is fixed?" for the rows that a cohort keeps.

    A case was wrong if its score fell on the other side of its threshold than its truth lies: what a reviewer expects, else
    the label, the new one before the old one. It is *fixed* if it was wrong and is right, *still wrong*, *regressed* if it was
    right and is wrong, *still right*, or *not comparable*: no row matches, the rows that match were decided differently, or
    score or truth is not known.

    Parameters
    ----------
    kept : sequence of KeptCase
    by : sequence of str
        Columns by which a row matches a case; by default the id of the log.

    Raises
    ------
    QuestionError
        If there is nothing to match by, or such a column is unknown or holds times.
    """
    log = question.log
    by = tuple(by) or ((log.mapping.row_id,) if log.mapping.row_id else ())
    if not by:
        raise QuestionError(
            "Expected columns to match cases by, found none: this log has no id. Name one on the Logs page, or choose columns."
        )
    columns = [log.column(name) for name in by]
    is_by_id = by == (log.mapping.row_id,)
    keys = [_key_of(case, columns, is_by_id=is_by_id) for case in kept]
    usable = {key for key in keys if key is not None}
    rows = _matching(engine, question, columns, usable) if usable else {}
    return Replay(
        by,
        tuple(
            _judged(case, None if key is None else rows.get(key, _NO_MATCH), question.threshold)
            for case, key in zip(kept, keys, strict=True)
        ),
    )


def _key_of(case: KeptCase, columns: Sequence[Column], *, is_by_id: bool) -> tuple[Any, ...] | None:
    """Return the values by which a case is found, as the columns hold them; None where it has no such field."""
    values = []
    for column in columns:
        if is_by_id and case.case_id is not None:
            value: Scalar = case.case_id
        elif column.name in case.fields:
            value = case.fields[column.name]
        else:
            return None
        try:
            values.append(_as_stored(value, column))
        except (ValueError, OverflowError):
            return None
    return None if is_by_id and values[0] is None else tuple(values)


def _as_stored(value: Scalar, column: Column) -> object:
    """Return a value of the library as a column of a log holds it; `ValueError` where it cannot."""
    if value is None:
        return None
    if column.kind == "number":
        is_whole = "INT" in column.type
        return int(str(value)) if is_whole and "." not in str(value) else float(value)
    if column.kind == "time":
        return datetime.fromisoformat(str(value))
    if column.kind == "boolean":
        if str(value).lower() not in ("true", "false"):
            raise ValueError(value)
        return str(value).lower() == "true"
    return str(value)


@dataclass(frozen=True)
class _Match:
    """The rows that match a case: how many, how many of them are what, and their mean score."""

    n: int
    n_scored: int
    n_flagged: int
    n_pos: int
    n_neg: int
    score_mean: float | None


_NO_MATCH = _Match(0, 0, 0, 0, 0, None)


def _matching(
    engine: Engine, question: Question, columns: Sequence[Column], keys: set[tuple[Any, ...]]
) -> dict[tuple[Any, ...], _Match]:
    """Return, by key, what the rows with that key have in common."""
    names = [column.sql_name for column in columns]
    values = {name: list({key[place] for key in keys}) for place, name in enumerate(names)}
    frame = engine.kept(question.log, question.cohort, question.threshold)
    found = engine.collect(review.matches(frame, values, question.threshold))
    found = found.with_columns(
        pl.col(name).cast(pl.Float64 if found[name].dtype == pl.Decimal else pl.String)
        for name in names
        if found[name].dtype in (pl.Decimal, pl.Categorical, pl.Enum)
    )
    counts = found.select(entry.name for entry in fields(_Match))
    keys_found = found.select(names).iter_rows()
    return {key: _Match(*row) for key, row in zip(keys_found, counts.iter_rows(), strict=True)}


def _judged(case: KeptCase, rows: _Match | None, threshold: float) -> Replayed:
    """Return the state of a case beside the rows that match it."""

    def not_comparable(why: str) -> Replayed:
        return Replayed(case, "not comparable", why, n, score)

    n, score = (rows.n, rows.score_mean) if rows else (0, None)
    if rows is None:
        return not_comparable("the case has no value to match by")
    if not n:
        return not_comparable("no row matches")
    if rows.n_scored < n:
        return not_comparable("a matching row has no score")
    if 0 < rows.n_flagged < n:
        return not_comparable(f"{n} rows match, and were decided differently")
    labels = {value for value, count in ((1, rows.n_pos), (0, rows.n_neg)) if count}
    if len(labels) == 2 and case.expected_label is None:
        return not_comparable(f"{n} rows match, and have different labels")
    truth = case.expected_label
    if truth is None:
        truth = labels.pop() if labels else case.label
    if truth is None or case.score is None:
        return not_comparable("its label is not known yet" if truth is None else "the case has no score")
    was_right = (case.score >= case.threshold) == (truth == 1)
    is_right = (rows.n_flagged == n) == (truth == 1)
    state = ("still right" if is_right else "regressed") if was_right else ("fixed" if is_right else "still wrong")
    side = "at least" if rows.n_flagged else "under"
    return Replayed(case, state, f"scores {side} {threshold:g}" + (f" on {n} rows" if n > 1 else ""), n, score)


def kept_case(question: Question, row: Row) -> KeptCase:
    """Return a row of a queue as a case of the library, without a verdict."""
    log = question.log
    id_column, version = log.mapping.row_id, log.mapping.model_version
    values = {column.name: scalar(row.values[column.sql_name]) for column in log.columns}
    return KeptCase(
        content_hash=log.reading.content_hash,
        row_id=row.row_id,
        log_name=log.name,
        case_id=None if id_column is None or values[id_column] is None else str(values[id_column]),
        cohort=question.cohort.to_words(),
        threshold=question.threshold,
        model_version=None if version is None or values[version] is None else str(values[version]),
        score=row.score,
        label=row.label,
        decision=row.decision,
        error_kind=row.error_kind,
        fields=values,
    )
