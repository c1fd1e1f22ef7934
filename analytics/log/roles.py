"""A first guess at the role of every column, each with its reason, from names, types and values."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from analytics.log import class_columns, classes
from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.log.mapping import Mapping
from analytics.log.paths import short_name
from analytics.log.schema import Reading
from analytics.log.value_words import POSITIVE_WORDS, UNKNOWN_WORDS, plain

_NAME_PATTERNS: dict[str, tuple[str, ...]] = {
    "score": (
        r"score",
        r"(y_)?pred(icted)?_prob(a|ability)?.*",
        r"y_score",
        r"prob(a|ability)?",
        r"model_score",
        r"risk_score",
        r"predicted_probability",
        r"p_?hat",
        r"decile_score",
        r".*_score",
        r".*prob(a|ability)?.*",
        r"score.*",
        r".*propensity.*",
        r"confidence",
        r".*risk.*",
        r"pd",
        r"(model_|clf_|raw_)?output",
        r".*predicted_p",
        r"deciles?",
        r"logits?",
    ),
    "label": (
        r"label(_value)?",
        r"y_?true",
        r"ground_?truth",
        r"target",
        r"actual",
        r"two_year_recid",
        r"outcome",
        r"y",
        r".*_label",
        r"true_.*",
        r"class",
        r"is_(fraud|default|churn|late|spam).*",
        r"repaid",
        r"employed",
        r"loan_status",
        r"obs(erved)?",
        r".*_?(fraud(ulent)?|churn(ed)?|default(ed)?|recid|bad|outcome|result)$",
    ),
    "decision": (
        r"decision",
        r"y_pred",
        r"pred(icted|iction)?",
        r"(predicted|predict|prediction|pred|model)_(label|class|outcome|value|target)",
        r"(label|class|outcome|target)_(predicted|prediction|pred)",
        r"predict",
        r"i_(churn|bad|default|fraud|target|label|outcome|y|is_.*)",
        r"action",
        r"approved",
        r"flagged",
        r"decision_.*",
        r".*_decision",
    ),
    "row_id": (
        r"(row|record|event|request|prediction|case|entity|transaction|flight|application)_?id",
        r"id",
        r"uuid",
        r".*_id",
        r"key",
    ),
    "time": (
        r"(scored|predicted|created|requested|logged|event|decided)_?(at|on|time|date)",
        r"timestamp",
        r"(event_|request_)?time",
        r"date(time)?",
        r"ts",
        r".*screening_date",
        r".*_at",
        r".*(date|time)$",
        r".*timestamp.*",
    ),
    "amount": (
        r"amount",
        r".*_amount",
        r"amt",
        r".*(cost|value_usd|price|revenue|exposure|loss)$",
        r"(loan|funded)_am(oun)?t",
    ),
    "model_version": (r"model_?(version|id|name)?", r"version", r".*model_version"),
}
_TELLING_WORDS = {*POSITIVE_WORDS, "yes", "y", "t", "ja", "si", "sí", "oui"}
"""Words of which one makes a column of two values a label."""

_KEY = re.compile(r"[\w.:/+=-]{1,64}")
_PREDICTION = re.compile(r"(.*_)?(pred|preds|predict|predicted|prediction|predictions|y_?hat|forecast)(_.*)?")
"""Names of what a model said, which is never the label."""

_NEVER_LABEL_TIME = re.compile(r".*(label|available|outcome|updated|birth|due).*")


@dataclass(frozen=True)
class _Guess:
    """A mapping and, for every column, why it got its role."""

    mapping: Mapping
    reasons: dict[str, str]


def guess(reading: Reading) -> _Guess:
    """Guess the role of every column of a reading."""
    columns = reading.columns
    reasons: dict[str, str] = {}
    chosen: dict[str, str] = {}
    for role in ("label", "decision", "score", "time", "row_id", "model_version", "amount"):
        taken = set(chosen.values())
        if role == "label" and reading.labels:
            chosen[role] = reading.labels.label_column
            reasons[chosen[role]] = f"it holds the labels of {reading.labels.source!r}"
            continue
        free = [column for column in columns if column.name not in taken]
        if found := _hinted(role, reading, free) or best(role, free, reading.rows_kept, reading.origin.paths):
            chosen[role], reasons[found[0]] = found
    _by_values(columns, chosen, reasons, reading.rows_kept)
    if found := class_columns.score_of(reading, chosen.get("label"), chosen.get("score")):
        reasons.pop(chosen.get("score", ""), None)
        chosen["score"], reasons[found[0]] = found
    elif class_columns.is_place_of_many(reading, chosen.get("score")):
        reasons[chosen.pop("score")] = "one place of a list: which class it is the score of is not said"
    mapping = Mapping(**chosen)  # type: ignore[arg-type]
    segments, texts = [], []
    for column in columns:
        if column.name in reasons:
            if column.name == mapping.model_version:
                segments.append(column.name)
            continue
        role, reason = _rest(column, reading.rows_kept)
        reasons[column.name] = reason
        if role == "segment":
            segments.append(column.name)
        elif role == "text":
            texts.append(column.name)
    mapping = replace(mapping, segments=tuple(segments), text=tuple(texts))
    return _Guess(classes.with_values(mapping, reading), reasons)


def _by_values(columns: Sequence[Column], chosen: dict[str, str], reasons: dict[str, str], n_rows: int) -> None:
    """Fill roles that no name suggested from types and values, where these leave no doubt."""

    def take(role: str, column: Column | None, reason: str) -> None:
        if role not in chosen and column is not None:
            chosen[role] = column.name
            reasons[column.name] = f"{reason}; no column is named like this role"

    def free() -> list[Column]:
        return [column for column in columns if column.name not in chosen.values()]

    if "decision" not in chosen:
        take(
            "score", _only([column for column in free() if _is_fraction(column)]), "the only fractions between 0 and 1"
        )
    if "score" in chosen or "decision" in chosen:
        take("label", any_binary(free()), "has two values")
    times = [
        column for column in free() if column.kind == "time" and not _NEVER_LABEL_TIME.fullmatch(column.name.casefold())
    ]
    take("time", times[0] if times else None, "the first column of times")
    take("row_id", next((column for column in free() if _is_key(column, n_rows)), None), "every row has its own value")


def _only(columns: Sequence[Column]) -> Column | None:
    """Return the one column that is left, None where there are more or none."""
    return columns[0] if len(columns) == 1 else None


def _is_fraction(column: Column) -> bool:
    """Whether a column holds many different numbers between 0 and 1."""
    if column.kind != "number" or column.n_distinct <= 24 or _is_whole(column):
        return False
    try:
        return 0 <= float(column.low or "nan") <= float(column.high or "nan") <= 1
    except ValueError:
        return False


def _is_key(column: Column, n_rows: int) -> bool:
    """Whether every row has a short value of its own, as an id has."""
    if n_rows <= 24 or column.n_missing or column.n_distinct < n_rows:
        return False
    return _is_whole(column) or (column.kind == "text" and all(_KEY.fullmatch(value) for value, _ in column.top))


def _hinted(role: str, reading: Reading, columns: Sequence[Column]) -> tuple[str, str] | None:
    """Return the column in which the kind of payload that was recognised keeps a role, with the reason."""
    for column in columns:
        if (role, column.name) in reading.origin.hints and (reason := _fits(role, column, reading.rows_kept)):
            return column.name, f"where logs of this kind keep it, and {reason}"
    return None


def best(role: str, columns: Sequence[Column], n_rows: int, paths: Collection[str] = ()) -> tuple[str, str] | None:
    """Return the name of the column that fits ``role`` best, with the reason; None where none fits.

    Of names that are ``paths`` into values the end counts as well.
    """
    for pattern in _NAME_PATTERNS[role]:
        for column in columns:
            names = [column.name, *([short_name(column.name)] if column.name in paths else [])]
            folded = [re.sub(r"[\s\-.]+", "_", name.strip()).casefold() for name in names]
            if role == "label" and any(map(_PREDICTION.fullmatch, folded)):
                continue
            if any(re.fullmatch(pattern, name) for name in folded) and (reason := _fits(role, column, n_rows)):
                return column.name, f"its name, and {reason}"
    return None


def _fits(role: str, column: Column, n_rows: int) -> str | None:
    """Say why the values of a column allow a role, None where they do not."""
    if column.n_distinct == 0 or column.n_missing == n_rows:
        return None
    if role == "score" and column.kind in ("number", "text"):
        if column.kind == "text":
            return "most of its values are numbers" if _share_of_numbers(column) > 0.5 else None
        return f"numbers from {column.low} to {column.high}"
    if role in ("label", "decision") and column.n_distinct <= 24 and column.kind != "time":
        return f"{column.n_distinct} different value{'s' * (column.n_distinct != 1)}"
    if role == "time" and column.kind == "time" and not _NEVER_LABEL_TIME.fullmatch(column.name.casefold()):
        return f"times from {str(column.low)[:10]} to {str(column.high)[:10]}"
    if role == "row_id" and column.n_distinct >= 0.5 * n_rows and column.kind in ("number", "text"):
        return "nearly every row has its own value"
    if role == "amount" and column.kind == "number" and column.n_distinct > 24:
        return f"numbers from {column.low} to {column.high}"
    if role == "model_version" and column.n_distinct <= 50:
        return f"{column.n_distinct} different value{'s' * (column.n_distinct != 1)}"
    return None


def _share_of_numbers(column: Column) -> float:
    """Return the share of the most frequent values of a text column that are numbers."""
    numbers = sum(rows for value, rows in column.top if re.fullmatch(r"\s*[+-]?\d*\.?\d+([eE][+-]?\d+)?\s*", value))
    total = sum(rows for _, rows in column.top)
    return numbers / total if total else 0.0


def any_binary(columns: Sequence[Column]) -> Column | None:
    """Return the last column with the values 0 and 1, else the only one with two values of which one is a known word."""
    pairs = [
        (column, {plain(value) for value, _ in column.top if plain(value) not in UNKNOWN_WORDS}) for column in columns
    ]
    numbers = [column for column, values in pairs if values in ({"0", "1"}, {"false", "true"})]
    words = [column for column, values in pairs if len(values) == 2 and values & _TELLING_WORDS]
    return numbers[-1] if numbers else _only(words)


def _rest(column: Column, n_rows: int) -> tuple[str, str]:
    """Return the role of a column that no single role claimed, with the reason."""
    if column.n_missing == n_rows:
        return "segment", "is empty throughout: being missing can still be sliced"
    if column.kind == "number":
        if column.n_distinct >= 0.95 * n_rows and n_rows > 24 and _is_whole(column):
            return "ignore", "numbers that nearly all differ, as in an id"
        return "segment", "numbers, sliced by value" if column.n_distinct <= 24 else "numbers, sliced in bins"
    if column.kind == "boolean":
        return "segment", "true or false"
    if column.kind == "time":
        return "ignore", "a second time; it can still be filtered"
    if column.n_distinct <= MAX_SEGMENT_VALUES and column.n_distinct <= max(24, 0.5 * n_rows):
        return "segment", f"text with {column.n_distinct:,} different value{'s' * (column.n_distinct != 1)}"
    longest = max((len(value) for value, _ in column.top), default=0)
    if longest >= 60:
        return "text", "long text that nearly always differs"
    return "ignore", f"text with {column.n_distinct:,} different values, too many to slice by"


def _is_whole(column: Column) -> bool:
    """Whether a numeric column holds whole numbers only."""
    return column.type == "BIGINT"
