"""The tables of calibration that pages show, and the rows that the command line writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.log.column import unique_names
from analytics.present import words
from analytics.present.tables.slices import json_value

if TYPE_CHECKING:
    from analytics.answers.calibration.answer import Calibration, CalibrationSlices
    from analytics.answers.calibration.classes import ClassCalibration

NUMBERS = (
    ("n", "Judged rows", "Rows with a label and a score."),
    ("difference", "Mean less observed, points", "Calibration in the large: above 0 the scores are too high."),
    ("ece", "ECE", "Mean gap between score and observed rate over the bins of the figure."),
    ("mce", "Largest gap", "Gap of the bin that is furthest off (MCE)."),
    (
        "brier",
        "Brier score",
        "Mean squared distance between score and label: reliability − resolution + uncertainty + within.",
    ),
    ("reliability", "· Reliability", "Mean squared gap of the bins; 0 is right."),
    ("resolution", "· Resolution", "How far the bins' rates lie from the overall rate; more is better."),
    ("uncertainty", "· Uncertainty", "Overall rate × (1 − overall rate): nothing the model can change."),
    ("within", "· Within bins", "What the bins leave out: variance of scores less twice their covariance with labels."),
    ("brier_skill", "Brier skill", "Share of the overall rate's Brier score that the model saves; 0 is no better."),
    ("log_loss", "Log loss", "Mean of −log(probability of the label)."),
    (
        "slope",
        "Slope",
        "Of the labels on the log-odds of the scores, which are kept in [1e-6, 1 − 1e-6]; below 1 is too extreme.",
    ),
    ("intercept", "Intercept", "Of the same regression; 0 is right where the slope is 1."),
    (
        "in_the_large",
        "Intercept at slope 1",
        "How far all log-odds would have to move; above 0 the scores are too low.",
    ),
    (
        "calibration_p",
        "p of slope 1, intercept 0",
        "Likelihood-ratio test; with many rows it rejects harmless deviations too.",
    ),
    ("spiegelhalter_p", "p of Spiegelhalter's z", "Test of the Brier score; the same caveat."),
)
_SHORT = ("slope", "intercept", "in_the_large")
_SHOWN = (
    "n",
    "mean_score",
    "observed",
    "difference",
    "interval",
    "p_adjusted",
    "slope",
    "slope_interval",
    "slope_p_adjusted",
    "ece",
    "ece_chance_high",
    "few_rows",
)
_SCANNED = (
    "column",
    "value",
    "n",
    "mean_score",
    "observed",
    "difference",
    "to_the_rest",
    "p_adjusted",
    "slope",
    "slope_interval",
    "slope_p_adjusted",
    "ece",
    "ece_chance_high",
)
_BIN_FIELDS = ("low", "high", "n", "mean_score", "observed", "observed_low", "observed_high")


def calibration_json_rows(answer: CalibrationSlices) -> list[dict[str, Any]]:
    """Return one dictionary per slice for JSON: ``slice``, ``bins`` and the numbers of `calibration_table`, unrounded."""
    bins: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in answer.bins.iter_rows(named=True):
        key = tuple(row[name] for name in answer.keys)
        bins.setdefault(key, []).append({name: json_value(row[name]) for name in _BIN_FIELDS})
    rows = []
    for row in answer.table.iter_rows(named=True):
        key = tuple(row[name] for name in answer.keys)
        found = {column: json_value(value) for column, value in zip(answer.by, key, strict=True)}
        numbers = {name: json_value(value) for name, value in row.items() if name not in answer.keys}
        rows.append({"slice": found, "bins": bins.get(key, []), **numbers})
    return rows


def number_rows(answer: Calibration) -> pl.DataFrame:
    """Return the numbers of calibration as people read them, each beside what a calibrated model would show."""
    row = answer.numbers.row(0, named=True)
    chance = {found["metric"]: found for found in answer.chance.iter_rows(named=True)}
    rows = []
    for name, label, _ in NUMBERS:
        found = chance.get(name)
        calibrated = "" if found is None else _with_ends(name, found, "chance")
        rows.append(
            {
                "Number": label,
                "Value": _with_ends(name, row, name),
                "If calibrated": calibrated,
                "That is": _side_of_chance(found),
            }
        )
    return pl.DataFrame(rows)


def number_frame(answer: Calibration) -> pl.DataFrame:
    """Return the numbers of calibration unrounded.

    Returns
    -------
    DataFrame
        ``number, value, low, high, chance, chance_low, chance_high``, what a calibrated model would show, and ``that_is``.
    """
    row = answer.numbers.row(0, named=True)
    chance = {found["metric"]: found for found in answer.chance.iter_rows(named=True)}
    ends = ("", "_low", "_high")
    rows = [
        [
            label,
            *(row.get(f"{name}{end}") for end in ends),
            *(chance.get(name, {}).get(f"chance{end}") for end in ends),
            _side_of_chance(chance.get(name)) or None,
        ]
        for name, label, _ in NUMBERS
    ]
    numbers = dict.fromkeys(("value", "low", "high", "chance", "chance_low", "chance_high"), pl.Float64)
    return pl.DataFrame(rows, schema={"number": pl.String, **numbers, "that_is": pl.String}, orient="row", strict=False)


def _side_of_chance(found: dict[str, Any] | None) -> str:
    """Say where a number lies beside its chance range.

    >>> _side_of_chance({"value": 0.02, "chance_low": 0.003, "chance_high": 0.01})
    'above'
    """
    if found is None or found["value"] is None or found["chance_low"] is None:
        return ""
    if found["value"] > found["chance_high"]:
        return "above"
    return "below" if found["value"] < found["chance_low"] else "within"


def _with_ends(name: str, row: dict[str, Any], key: str) -> str:
    """Write a number with its interval where it has one."""
    value, low, high = (row.get(f"{key}{end}") for end in ("", "_low", "_high"))
    if name == "n":
        return words.count(value)
    if name.endswith("_p"):
        return (
            words.p_value(value)
            if low is None
            else f"{words.p_value(value)} ({words.between(*map(words.p_value, (low, high)))})"
        )
    if name == "difference":
        return words.points(value, low, high).replace(" points", "")
    digits = 2 if name in _SHORT else 4
    text = words.number(value, digits)
    return text if low is None else f"{text} ({words.between(words.number(low, digits), words.number(high, digits))})"


def slice_rows(answer: CalibrationSlices) -> pl.DataFrame:
    """Return the ranked table of slices as people read it: shares in percent, intervals as text."""
    labels = [
        pl.Series(name, [words.value_label(value) for value in answer.table[key]], dtype=pl.String)
        for name, key in zip(unique_names([*_SHOWN, *answer.by])[len(_SHOWN) :], answer.keys, strict=True)
    ]
    interval = _intervals(answer.table.select(pl.col("difference_low", "difference_high") * 100), 1)
    shown = _in_words(answer.table.with_columns(interval=interval))
    return pl.DataFrame([*labels, *shown.select(_SHOWN).get_columns()])


def scan_rows(scan: pl.DataFrame) -> pl.DataFrame:
    """Return the slices of all segment columns as people read them."""
    shown = scan.with_columns(pl.col("value").fill_null(words.MISSING), _in_points("to_the_rest"))
    return _in_words(shown).select(_SCANNED)


def class_rows(answer: ClassCalibration) -> pl.DataFrame:
    """Return the table of classes as people read it, worst first."""
    labels = pl.Series("class", [words.value_label(value) for value in answer.table["class"]], dtype=pl.String)
    interval = _intervals(answer.table.select(pl.col("difference_low", "difference_high") * 100), 1)
    shown = _in_words(answer.table.with_columns(interval=interval))
    return pl.DataFrame([labels, *shown.select("n_pos", *_SHOWN[1:]).get_columns()])


def class_json_rows(answer: ClassCalibration) -> list[dict[str, Any]]:
    """Return one dictionary per class for JSON, unrounded."""
    return [{name: json_value(value) for name, value in row.items()} for row in answer.table.iter_rows(named=True)]


def map_rows(table: pl.DataFrame) -> pl.DataFrame:
    """Return the maps compared as people read them: the level in points, costs per 1,000 rows."""
    return table.with_columns(_in_points("difference"), pl.col("cost_at_formula", "cost_at_best") * 1000)


def _in_points(*names: str) -> pl.Expr:
    """Return shares in percentage points with one digit; what rounds to 0 has no sign."""
    rounded = (pl.col(*names) * 100).round(1)
    return pl.when(rounded != 0).then(rounded).when(rounded == 0).then(0.0)


def _in_words(table: pl.DataFrame) -> pl.DataFrame:
    """Write shares in percent, the slope's interval as text, and p-values as text, which never says that they are 0."""
    p = {
        name: pl.Series([words.p_value(value) for value in table[name]], dtype=pl.String)
        for name in ("p_adjusted", "slope_p_adjusted")
    }
    return table.with_columns(
        _in_points("mean_score", "observed", "difference"),
        slope_interval=_intervals(table.select("slope_low", "slope_high"), 2),
        **p,
    )


def _intervals(ends: pl.DataFrame, digits: int) -> pl.Series:
    """Write intervals as text; ``ends`` are their two columns."""
    texts = [
        words.UNDEFINED if low is None else words.between(words.number(low, digits), words.number(high, digits))
        for low, high in ends.iter_rows()
    ]
    return pl.Series(texts, dtype=pl.String)
