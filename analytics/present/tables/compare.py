"""The tables of a comparison: the object that the command line writes, and its metrics as people read them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.measure.compare.difference import COST, difference_table, direction_of
from analytics.measure.metrics import METRICS
from analytics.present.discovery import slice_words
from analytics.present.readings.compare import compare_reading, difference_text, value_text
from analytics.present.tables.slices import json_value
from analytics.present.words import missing_text

if TYPE_CHECKING:
    from analytics.answers.compare.answer import Comparison
    from analytics.answers.compare.judged import Judged
    from analytics.answers.compare.slices import LosingSlices
    from analytics.measure.compare.verdict import Verdict


def compare_json(answer: Comparison) -> dict[str, Any]:
    """Return the answer as one object, numbers unrounded."""
    live, candidate = answer.names
    return {
        "verdict": answer.verdict.word,
        "metric": answer.metric,
        **_verdict_json(answer.verdict),
        "ready_on": answer.ready_on.isoformat() if answer.ready_on else None,
        "to_show": answer.to_show,
        "reading": compare_reading(answer, with_options=True),
        "sides": {"live": live, "candidate": candidate},
        "thresholds": dict(zip(("live", "candidate"), answer.pairing.thresholds, strict=True)),
        "unchosen": dict(zip(("live", "candidate"), answer.unchosen, strict=True)),
        "labels_hang_on": None if answer.hanging is None else "live" if answer.hanging.is_of_live else "candidate",
        "at_live_threshold": None
        if answer.at_live is None
        else {"verdict": answer.at_live.word, **_verdict_json(answer.at_live)},
        "other": None
        if answer.other is None
        else {"metric": answer.other[0], "verdict": answer.other[1].word, **_verdict_json(answer.other[1])},
        "pairing": asdict(answer.account),
        "agreement": None if answer.agreement is None else float(answer.agreement.value),
        "days": answer.days,
        "metrics": _rows(difference_table(answer.differences)),
        "changes": _rows(answer.changes),
    }


def losing_rows(found: LosingSlices) -> list[dict[str, Any]]:
    """Return the slices in which the candidate loses or wins as objects."""
    rows = _rows(found.table)
    return [{"slice": slice_words(each), **row} for each, row in zip(found.slices, rows, strict=True)]


def judged_json(answer: Judged) -> dict[str, Any]:
    """Return a difference by people's verdicts and a judge's as an object."""
    numbers = {name: json_value(value) for name, value in asdict(answer.found).items()}
    return {"verdict": answer.verdict.word, **numbers, "n": answer.n, "n_rest": answer.n_rest, "by": list(answer.by)}


def running_rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what either side took as objects."""
    return _rows(table)


def flipped_rows_json(answer: Comparison, rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Return flipped rows as objects, columns by the names of the file, what the candidate answered under ``candidate``."""
    live, other = answer.pairing.live.log, answer.pairing.candidate.log
    own = {column.sql_name: column.name for column in live.columns}
    theirs = {f"b_{column.sql_name}": column.name for column in other.columns}
    found = []
    for row in _rows(rows):
        parts = {own[name]: value for name, value in row.items() if name in own}
        said = {theirs[name]: value for name, value in row.items() if name in theirs}
        plain = {name: value for name, value in row.items() if name not in own and name not in theirs}
        found.append({**plain, "row": parts, "candidate": said})
    return found


def column_rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the slices of a column as objects."""
    return [{"slice": missing_text(row.pop("slice")), **row} for row in _rows(table)]


def _verdict_json(said: Verdict) -> dict[str, Any]:
    """Return the numbers of a verdict."""
    names = ("improvement", "low", "high", "margin", "n", "more", "likely")
    return {name: json_value(getattr(said, name)) for name in names}


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a table as objects."""
    return [{name: json_value(value) for name, value in row.items()} for row in table.iter_rows(named=True)]


def metric_rows(answer: Comparison) -> pl.DataFrame:
    """Return every metric as people read it: both values, the difference with its interval, and which side it speaks for.

    Where labels hang on one side's decision it speaks for neither.
    """
    rows, is_known = [], answer.hanging is None
    for found in answer.differences:
        _, low, high = found.improvement
        is_told = is_known and direction_of(found.metric) != "neither"
        word = "better" if low > 0 else "worse" if high < 0 else ""
        label = "Cost per row" if found.metric == COST else METRICS[found.metric].label
        values = (value_text(found.metric, value) for value in (found.live, found.candidate))
        rows.append((label, *values, difference_text(found), word if is_told else "", round(found.n), found.method))
    names = ("metric", "live", "candidate", "difference", "candidate is", "pairs", "how")
    schema = {name: pl.Int64 if name == "pairs" else pl.String for name in names}
    return pl.DataFrame(rows, schema=schema, orient="row")
