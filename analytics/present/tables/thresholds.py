"""The tables of thresholds that pages show, and the object that the command line writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import polars.selectors as cs

from analytics.measure.intervals import ratio
from analytics.measure.thresholds.costs import CELLS
from analytics.present import words
from analytics.present.money import money, per_week
from analytics.present.tables.slices import json_value

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.answers.thresholds.by_slice import SlicePolicy
    from analytics.answers.thresholds.deciding import Deciding
    from analytics.answers.thresholds.handover import Handover
    from analytics.measure.thresholds.human_band import Band
    from analytics.measure.thresholds.operating import Point

_CELL_LABELS = {"tp": "True positives", "fp": "False positives", "fn": "False negatives", "tn": "True negatives"}


def sweep_frame(answer: ThresholdAnswer) -> pl.DataFrame:
    """Return the whole sweep: ``threshold`` (null: flags nothing), counts, rates, ``cost`` with its band, ``cost_per_1000``."""
    sweep = answer.sweep
    n, tp, fp, fn, tn = (getattr(sweep, name)[0] for name in ("n_flagged", *CELLS))
    columns = {
        "threshold": np.append(answer.edges, np.nan),
        "cost": sweep.cost[0],
        "cost_low": answer.certainty.low,
        "cost_high": answer.certainty.high,
        "cost_per_1000": 1000 * ratio(sweep.cost[0], tp + fp + fn + tn),
        "precision": ratio(tp, tp + fp),
        "recall": ratio(tp, tp + fn),
        "fpr": ratio(fp, fp + tn),
        "selection_rate": ratio(n, n[0]),
    }
    counts = {
        name: values.astype(np.int64) for name, values in zip(("n_flagged", *CELLS), (n, tp, fp, fn, tn), strict=True)
    }
    frame = pl.DataFrame({**columns, **counts, "keeps_limits": answer.allowed})
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None)).select(
        "threshold", "n_flagged", *CELLS, *list(columns)[1:], "keeps_limits"
    )


def move_frame(answer: ThresholdAnswer, to: Point) -> pl.DataFrame:
    """Return what a move from the present threshold does to each outcome, in rows and money per week where days are known.

    Returns
    -------
    DataFrame
        ``outcome, rows_now, rows_then, rows_change``, and where costs were given ``cost_now, cost_then, cost_change``.
    """
    factor, _ = per_week(answer)
    names = [
        *((label, cell, f"money_{cell}") for cell, label in _CELL_LABELS.items()),
        *([("Reviews", "reviews", "money_review")] if answer.policy.costs.review else []),
        ("Together", "n", "cost"),
    ]
    rows = [
        [label, *(_rows_at(answer, count, point) * factor for point in (answer.present, to))]
        + [answer.value(amount, point) * factor for point in (answer.present, to)]
        for label, count, amount in names
    ]
    ends = ("rows_now", "rows_then", "cost_now", "cost_then")
    schema = {"outcome": pl.String, **dict.fromkeys(ends, pl.Float64)}
    changes = {f"{of}_change": pl.col(f"{of}_then") - pl.col(f"{of}_now") for of in ("rows", "cost")}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(**changes)
    kept = ["outcome", *(f"{of}_{at}" for of in ("rows", "cost") for at in ("now", "then", "change"))]
    return frame.select(kept if answer.policy.has_costs else kept[:4])


def move_table(answer: ThresholdAnswer, to: Point) -> pl.DataFrame:
    """Return what `move_frame` does as people read it."""
    span, unit, rows = per_week(answer)[1], answer.policy.unit, []
    for row in move_frame(answer, to).iter_rows(named=True):
        shown = {
            "Outcome": row["outcome"],
            f"Rows {span}, now": words.count(row["rows_now"]),
            "then": words.count(row["rows_then"]),
            "Change": words.signed(row["rows_change"]) if row["outcome"] != "Together" else words.UNDEFINED,
        }
        if answer.policy.has_costs:
            shown |= {
                f"Cost {span}, now": money(row["cost_now"], unit),
                "Cost, then": money(row["cost_then"], unit),
                "Change of cost": money(row["cost_change"], unit, signed=True),
            }
        rows.append(shown)
    return pl.DataFrame(rows)


def _rows_at(answer: ThresholdAnswer, name: str, point: Point) -> float:
    """Return the judged rows of a cell at a point, of those that are looked at, or of all."""
    if name == "n":
        return float(answer.n_judged)
    if name == "reviews":
        return answer.value("tp", point) + answer.value("fp", point)
    return answer.value(name, point)


def slice_policy_frame(slices: SlicePolicy) -> pl.DataFrame:
    """Return the table of thresholds per slice under the names of its columns, slices as text."""
    table = slices.table
    labels = [
        pl.Series(name, [words.value_label(value) for value in table[f"slice_{place}"]], dtype=pl.String)
        for place, name in enumerate(slices.by)
    ]
    return pl.DataFrame(labels).hstack(table.drop(f"slice_{place}" for place in range(len(slices.by))))


def threshold_json(
    answer: ThresholdAnswer, slices: SlicePolicy | None = None, band: Band | None = None
) -> dict[str, Any]:
    """Return one object for JSON, numbers unrounded; a threshold that flags nothing is null."""
    best, sure, region = answer.best, answer.certainty, answer.region
    at_best = {} if best is None else {name: answer.value(name, best) for name in ("n_flagged", *CELLS)}
    found: dict[str, Any] = {
        "best_threshold": None if best is None else answer.threshold_at(best.bin),
        "best_low": answer.threshold_at(sure.best_low),
        "best_high": answer.threshold_at(sure.best_high),
        "flags_nothing": best is not None and best.bin == len(answer.edges) and not best.share,
        "share_of_ties": 0.0 if best is None else best.share,
        "tied_score": float(answer.edges[best.bin - 1]) if best is not None and best.share else None,
        "indifference_low": None if region is None else answer.threshold_at(region[0]),
        "indifference_high": None if region is None else answer.threshold_at(region[1]),
        "cost_at_best": None if best is None else answer.value("cost", best),
        "threshold_now": answer.threshold,
        "cost_now": answer.value("cost", answer.present) if answer.n_judged and answer.policy.has_costs else None,
        **{
            name: json_value(float(value)) if answer.n_judged else None
            for name, value in (
                ("saving", answer.saving.value),
                ("saving_low", answer.saving.low),
                ("saving_high", answer.saving.high),
            )
        },
        "theoretical_threshold": answer.theoretical,
        "has_costs": answer.policy.has_costs,
        "unit": answer.policy.unit,
        "days": answer.days,
        "n": answer.n,
        "n_judged": answer.n_judged,
        "n_unlabelled": answer.n_unlabelled,
        "n_unscored": answer.n_unscored,
        "at_best": at_best,
        "flagged_per_day": at_best["n_flagged"] / answer.days if at_best and answer.days else None,
        "limits": [{"limit": entry.name, "binds": entry.binds, "price": entry.price} for entry in answer.pressures],
        "worth_of_one_more": answer.worth,
        "sensitivity": [vars(entry) for entry in answer.ranges],
    }
    if answer.decisions is not None:
        place = answer.present.bin
        found["decisions"] = {
            **answer.decisions.counts,
            "cost": answer.decisions.cost if answer.policy.has_costs else None,
            "cost_of_score": answer.decisions.model_cost if answer.policy.has_costs else None,
            "scored_and_not_decided": int(answer.decisions.not_decided[place]),
            "decided_and_not_scored": int(answer.decisions.not_scored_so[place]),
        }
    if slices is not None:
        found |= _slices_json(slices)
    if band is not None:
        rates = {"recall": band.totals.recall, "precision": band.totals.precision}
        numbers = {name: value for name, value in vars(band).items() if name != "totals"}
        ends = {"low": answer.threshold_at(band.low), "high": answer.threshold_at(band.high)}
        found["band"] = {**numbers, **ends, **rates}
    frame = sweep_frame(answer)
    rows = (frame if answer.policy.has_costs else frame.drop(cs.starts_with("cost"))).iter_rows(named=True)
    return {**found, "sweep": [{name: json_value(value) for name, value in row.items()} for row in rows]}


def deciding_json(part: Deciding[ThresholdAnswer] | None) -> dict[str, Any]:
    """Return what the rows that can say it say of the threshold: ``deciding``, None where these are all."""
    if part is None:
        return {"deciding": None}
    whole = threshold_json(part.answer)
    names = ("best_threshold", "best_low", "best_high", "saving", "saving_low", "saving_high", "days", "n_judged")
    return {"deciding": {**deciding_ends(part), **{name: whole[name] for name in names}}}


def deciding_ends(part: Deciding[ThresholdAnswer] | Deciding[Handover]) -> dict[str, str | None]:
    """Return the days between which rows decide: ``from`` and ``before``."""
    since, until = (None if day is None else day.isoformat() for day in (part.since, part.until))
    return {"from": since, "before": until}


def _slices_json(slices: SlicePolicy) -> dict[str, Any]:
    """Return thresholds per slice for JSON: ``slices`` and what they save together."""
    keys = [f"slice_{place}" for place in range(len(slices.by))]
    rows = [
        {
            "slice": {column: json_value(row[key]) for column, key in zip(slices.by, keys, strict=True)},
            **{name: json_value(value) for name, value in row.items() if name not in (*keys, "curve")},
        }
        for row in slices.table.iter_rows(named=True)
    ]
    saving = {
        f"slices_saving{end}": float(value)
        for end, value in (("", slices.saving.value), ("_low", slices.saving.low), ("_high", slices.saving.high))
    }
    return {"rule": slices.rule, "single_threshold": slices.single, **saving, "slices": rows}
