"""The tables of the gap that the page shows, and the object that the command line writes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.measure.gap.causes import kind_of
from analytics.measure.gap.constants import LEAST_EMPTIED, LEAST_OVERLAP
from analytics.measure.gap.metric import COST
from analytics.present import words
from analytics.present.readings.gap import gap_reading
from analytics.present.readings.gap_advice import advice
from analytics.present.readings.gap_inputs import unit_text
from analytics.present.readings.gap_parts import PART_WORDS
from analytics.present.tables.slices import json_value

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.answers.gap.inputs import Inputs
    from analytics.measure.gap.density import Joint
    from analytics.measure.gap.inputs import InputChange
    from analytics.measure.gap.time import GapTime
    from analytics.measure.intervals import Interval

_BEHIND = ("rows_reference", "rows_production")
BARS = ("bars_reference", "bars_production")
_SLICE_FIELDS = (
    "value",
    "n_reference",
    "n_production",
    "share_reference",
    "share_production",
    "rate_reference",
    "rate_production",
    "mix",
    "within",
    "contribution",
    "contribution_low",
    "contribution_high",
    "p_value",
    "p_adjusted",
    "few_rows",
)


def gap_json(gap: Gap, inputs: Inputs, joint: Joint | None, time: GapTime | None) -> dict[str, Any]:
    """Return the answer as one object, numbers unrounded."""
    flow = gap.waterfall
    names = gap.sides.names()
    columns = []
    for row in gap.columns.iter_rows(named=True):
        slices = [
            {name: json_value(part[name]) for name in _fields(gap.slices[row["column"]])}
            for part in gap.slices[row["column"]].iter_rows(named=True)
        ]
        columns.append({**{name: json_value(value) for name, value in row.items()}, "slices": slices})
    return {
        "metric": flow.metric,
        "reference": json_value(flow.reference),
        "production": json_value(flow.production),
        **_bounded("change", flow.change),
        "sides": {"reference": names[0], "production": names[1]},
        "n_reference": flow.n_reference,
        "n_production": flow.n_production,
        "n_pending": flow.n_pending,
        **_sampled_json(gap),
        **_prevalence(gap),
        "change_pending_low": json_value(flow.pending_low),
        "change_pending_high": json_value(flow.pending_high),
        "kind": kind_of(gap),
        "reading": gap_reading(gap),
        "by": list(gap.by),
        "is_carried": gap.is_carried,
        "is_entangled": gap.is_entangled,
        "without_counterpart": [{"column": name, "share": share} for name, share in gap.apart],
        "parts": [{"part": name, **_bounded("value", part)} for name, part in flow.parts.items()],
        "columns": columns,
        "jointly": None if joint is None else _joint_json(joint),
        "since": None if time is None or time.since is None else json_value(time.since),
        "inputs": [{"column": name, **_input_json(change)} for name, change in inputs.changes.items()],
        "sampled_one_in": list(inputs.one_in),
        "left_out": [{"column": name, "reason": reason} for name, reason in gap.left_out],
        "mend": [asdict(each) for each in advice(gap, inputs)],
    }


def _fields(slices: pl.DataFrame) -> tuple[str, ...]:
    """Return what is told of a slice: where counts are weighted, the rows behind them too."""
    return (*_SLICE_FIELDS[:3], *(name for name in _BEHIND if name in slices.columns), *_SLICE_FIELDS[3:])


def _sampled_json(gap: Gap) -> dict[str, Any]:
    """Return what judged rows stand for and how alike those of one unit are; nothing where each stands alone for itself."""
    found: dict[str, Any] = {}
    if gap.waterfall.weighted is not None:
        for side, each in zip(("reference", "production"), gap.waterfall.weighted, strict=True):
            found |= {f"n_weighted_{side}": each.n, f"n_eff_{side}": each.n_eff}
    if gap.design_effect is not None:
        found["design_effect"] = json_value(gap.design_effect)
    return found


def _prevalence(gap: Gap) -> dict[str, Any]:
    """Return the share of positives on both sides, nothing where rows are right or wrong."""
    if gap.sides.production.log.is_right_or_wrong:
        return {}
    return {"prevalence_reference": gap.prevalence[0], "prevalence_production": gap.prevalence[1]}


def _bounded(name: str, part: Interval) -> dict[str, Any]:
    """Return a value with its interval under a name."""
    ends = zip((name, f"{name}_low", f"{name}_high"), (part.value, part.low, part.high), strict=True)
    return {key: json_value(float(value)) for key, value in ends}


def _joint_json(joint: Joint) -> dict[str, Any]:
    """Return the effect of all inputs together."""
    return {
        **_bounded("expected", joint.expected),
        **_bounded("effect", joint.effect),
        "effective_rows": json_value(joint.effective_rows),
        "n_rows": joint.n_rows,
        "alone": json_value(joint.alone),
        "separation": json_value(joint.separation),
        "is_conclusive": joint.is_conclusive,
        "columns": list(joint.columns),
    }


def _input_json(change: InputChange) -> dict[str, Any]:
    """Return the comparison of one column."""
    found = {
        name: json_value(value) if not isinstance(value, tuple) else value for name, value in asdict(change).items()
    }
    found["new"] = [{"value": value, "share": share} for value, share in change.new]
    found["vanished"] = [{"value": value, "share": share} for value, share in change.vanished]
    found |= {"spike": None, "medians": change.medians, "moved": change.moved}
    if change.spike is not None:
        found["spike"] = dict(zip(("value", "share_reference", "share_production"), change.spike, strict=True))
    return {**found, "is_beyond_noise": change.is_beyond_noise}


def part_rows(gap: Gap) -> pl.DataFrame:
    """Return the waterfall as a table: ``part, value, low, high`` from the reference to production."""
    flow = gap.waterfall
    ends = {PART_WORDS[name]: (part.value, part.low, part.high) for name, part in flow.parts.items()}
    rows: list[tuple[str, float, float | None, float | None]] = [("reference", flow.reference, None, None)]
    rows += [(name, float(value), float(low), float(high)) for name, (value, low, high) in ends.items()]
    rows.append(("production", flow.production, None, None))
    schema = {"part": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def has_effect() -> pl.Expr:
    """Return whether a column's effect can be told: most rows have a counterpart by it, or it is a fault itself."""
    return (pl.col("overlap") >= LEAST_OVERLAP) | pl.col("is_fault")


def column_rows(gap: Gap) -> pl.DataFrame:
    """Return the columns as people read them, effects in points where the metric is a share.

    Of a column by which most rows have no counterpart no effect is told.
    """
    scale = 100.0 if gap.metric.is_share else 1.0
    table = gap.columns
    digits = 1 if gap.metric.is_share or gap.metric.name == COST else 4
    told = table.select(has_effect()).to_series()

    def effects(name: str) -> pl.Series:
        ends = table.select(pl.col(name, f"{name}_low", f"{name}_high") * scale).rows()
        texts = [
            f"{words.signed(value, digits)} ({words.between(words.plain(low, digits), words.plain(high, digits))})"
            for value, low, high in ends
        ]
        texts = [text if known else words.UNDEFINED for text, known in zip(texts, told, strict=True)]
        return pl.Series(name, texts, dtype=pl.String)

    explained = [words.UNDEFINED if value is None else f"{value * scale:.{digits}f}" for value in table["explained"]]
    return table.select(
        "column",
        pl.Series("explained", explained, dtype=pl.String),
        effects("mix"),
        effects("within"),
        pl.col("overlap") * 100,
    )


def slice_rows(gap: Gap, column: str) -> pl.DataFrame:
    """Return the slices of a column as people read them."""
    share = gap.metric.is_share
    scale, digits = (100.0, 1) if share else (1.0, 1 if gap.metric.name == COST else 4)
    table = gap.slices[column]
    ends = table.select(pl.col("contribution_low", "contribution_high") * scale).rows()
    texts = [
        words.UNDEFINED if low is None else words.between(words.plain(low, digits), words.plain(high, digits))
        for low, high in ends
    ]
    return table.select(
        pl.Series("value", [words.value_label(value) for value in table["value"]], dtype=pl.String),
        pl.col("n_reference", "n_production").round().cast(pl.Int64),
        *(name for name in _BEHIND if name in table.columns),
        pl.col("share_reference", "share_production") * 100,
        pl.col("rate_reference", "rate_production", "mix", "within", "contribution") * scale,
        pl.Series("interval", texts, dtype=pl.String),
        "p_adjusted",
        "few_rows",
    )


def input_rows(gap: Gap, inputs: Inputs) -> pl.DataFrame:
    """Return the inputs as people read them: in the order of the sentence above them."""
    explained = dict(gap.columns.select("column", "explained").iter_rows())
    rows = []
    for name in inputs.farthest:
        change = inputs.changes[name]
        rows.append(
            {
                "column": name,
                "explained": explained.get(name, 0.0),
                "distance": change.distance,
                "noise": change.noise,
                "psi": change.psi,
                "missing_reference": 100 * change.missing_reference,
                "missing_production": 100 * change.missing_production,
                "what": what_changed(change),
                **dict(zip(BARS, _on_one_scale(change), strict=True)),
            }
        )
    numbers = ("explained", "distance", "noise", "psi", "missing_reference", "missing_production")
    schema: dict[str, pl.DataType] = {
        "column": pl.String(),
        "what": pl.String(),
        **dict.fromkeys(numbers, pl.Float64()),
        **dict.fromkeys(BARS, pl.List(pl.Float64)),
    }
    return pl.DataFrame(rows, schema=schema)


def _on_one_scale(change: InputChange) -> tuple[list[float], list[float]]:
    """Return the shares of both sides in percent of the largest of them, so that two small charts have one scale."""
    most = max(*change.shares_reference, *change.shares_production, 1e-9)
    before, after = (
        [100 * share / most for share in side] for side in (change.shares_reference, change.shares_production)
    )
    return before, after


def what_changed(change: InputChange) -> str:
    """Say in short what is new about a column."""
    found = []
    missing = (change.missing_reference, change.missing_production)
    if abs(missing[1] - missing[0]) >= LEAST_EMPTIED:
        found.append(f"empty {words.share(missing[0])} → {words.share(missing[1])}")
    if change.unit is not None:
        found.append(f"unit {unit_text(change.unit)}")
    if change.spike is not None:
        found.append(f"{change.spike[0]} in {words.share(change.spike[2])}")
    for label, values in (("new", change.new), ("gone", change.vanished)):
        if values:
            first = words.shortened(words.one_line(values[0][0]), 30)
            more = f" and {len(values) - 1} more" if len(values) > 1 else ""
            found.append(f"{label}: {first}{more}")
    if change.outside:
        found.append(f"{words.share(change.outside)} beyond the range")
    if change.is_beyond_noise and change.medians is not None:
        medians = [f"{median:.4g}".replace("-", words.MINUS) for median in change.medians]
        if medians[0] != medians[1]:
            found.append(f"median {' → '.join(medians)}")
    if change.is_beyond_noise and change.moved is not None:
        value, before, after = change.moved
        found.append(f"{words.shortened(words.one_line(value), 30)} {words.share(before)} → {words.share(after)}")
    return "; ".join(found) or ("other shares" if change.is_beyond_noise else "within noise")
