"""The tables of answering or handing over that pages show, and the object that the command line writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import polars.selectors as cs

from analytics.measure.intervals import Interval, ratio
from analytics.measure.thresholds.operating import Point
from analytics.present import words
from analytics.present.money import money, per_month, per_week
from analytics.present.readings.thresholds_handover import risk_text
from analytics.present.tables.slices import json_value
from analytics.present.tables.thresholds import deciding_ends

if TYPE_CHECKING:
    from analytics.answers.thresholds.deciding import Deciding
    from analytics.answers.thresholds.handover import Handover
    from analytics.answers.thresholds.handover_slices import HandoverSlices

_COVERAGES = (0.95, 0.9, 0.8, 0.7, 0.5)
"""Shares answered of which a table has a line: those that people speak of. A choice."""


def handover_frame(answer: Handover) -> pl.DataFrame:
    """Return every confidence: ``threshold`` (null: answers nothing), counts, coverage, risk, and where costs are said cost."""
    swept = answer.swept
    counts = {
        "n_answered": swept.answered[0],
        "n_handed_over": swept.handed_over[0],
        "n_judged": swept.judged[0],
        "n_wrong": swept.wrong[0],
    }
    shares = {
        "threshold": np.append(answer.edges, np.nan),
        "coverage": swept.coverage[0],
        "risk": swept.risk.value[0],
        "risk_low": swept.risk.low[0],
        "risk_high": swept.risk.high[0],
        "cost": answer.cost,
        "cost_low": answer.cost_low,
        "cost_high": answer.cost_high,
        "cost_per_1000": 1000 * ratio(answer.cost, answer.n_judged),
    }
    frame = pl.DataFrame({**shares, **{name: values.astype(np.int64) for name, values in counts.items()}})
    frame = frame.with_columns(pl.col(pl.Float64).fill_nan(None), keeps_capacity=pl.Series(answer.allowed))
    names = ["threshold", *counts, *[name for name in shares if name != "threshold"], "keeps_capacity"]
    return frame.select(names) if answer.policy.has_costs else frame.select(names).drop(cs.starts_with("cost"))


def marked(answer: Handover, to: Point | None = None) -> list[tuple[str, Point]]:
    """Return the points that figure and table name; one that is another's has no line of its own."""
    found = [("now", answer.present)]
    is_full = answer.best is not None and answer.best.share > 0
    for name, point in (("best", answer.best), ("capacity", None if is_full else answer.filled), ("considered", to)):
        if point is not None and all(answer.at(point).answered != answer.at(known).answered for _, known in found):
            found.append((name, point))
    return found


def _points(answer: Handover, to: Point) -> list[tuple[str, Point]]:
    """Return the named points and some between, most answered first."""
    named = marked(answer, to)
    coverage = answer.swept.coverage[0]
    for share in _COVERAGES:
        point = Point(int(np.flatnonzero(coverage >= share)[-1])) if np.nanmax(coverage) >= share else None
        if point is not None and all(answer.at(point).answered != answer.at(known).answered for _, known in named):
            named.append(("", point))
    return sorted(named, key=lambda entry: -answer.at(entry[1]).answered)


def points_frame(answer: Handover, to: Point) -> pl.DataFrame:
    """Return what is answered, wrong and handed over at some points, rows per week and cost per month where days are known.

    Returns
    -------
    DataFrame
        ``point, answered_from`` (null: nothing is answered), ``answered, wrong_among_the_answered`` (shares, the second with
        ``_low`` and ``_high``), ``wrong_answers, to_people`` (rows), and where costs were given ``cost``.
    """
    factor, per, rows = per_week(answer)[0], per_month(answer)[0], []
    for name, point in _points(answer, to):
        at = answer.at(point)
        edge = answer.threshold if point == answer.present else answer.edges[min(point.bin, len(answer.edges) - 1)]
        wrong = [float(end) for end in (at.risk.value, at.risk.low, at.risk.high)]
        counts = (at.wrong * factor, at.handed_over * factor, at.cost * per)
        rows.append([name, float(edge) if at.answered else None, at.coverage, *wrong, *counts])
    wrong_ends = [f"wrong_among_the_answered{end}" for end in ("", "_low", "_high")]
    numbers = ("answered_from", "answered", *wrong_ends, "wrong_answers", "to_people", "cost")
    schema = {"point": pl.String, **dict.fromkeys(numbers, pl.Float64)}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))
    return frame if answer.policy.has_costs else frame.drop("cost")


def points_table(answer: Handover, to: Point) -> pl.DataFrame:
    """Return what `points_frame` does as people read it."""
    rows = []
    for row in points_frame(answer, to).iter_rows(named=True):
        wrong, low, high = (row[f"wrong_among_the_answered{end}"] for end in ("", "_low", "_high"))
        start, risk = row["answered_from"], [np.array(np.nan if end is None else end) for end in (wrong, low, high)]
        shown = {
            "Point": row["point"],
            "Answered from": "none answered" if start is None else words.threshold_text(start),
            "Answered": words.share(row["answered"]),
            "Wrong among the answered": risk_text(Interval(*risk)),
            "Wrong answers": words.count(row["wrong_answers"]),
            "To people": words.count(row["to_people"]),
        }
        rows.append(shown | ({"Cost": money(row["cost"], answer.policy.unit)} if answer.policy.has_costs else {}))
    return pl.DataFrame(rows)


def handover_slices_frame(slices: HandoverSlices) -> pl.DataFrame:
    """Return coverage and risk of every slice under the names of its columns, slices as text."""
    keys = [f"slice_{place}" for place in range(len(slices.by))]
    labels = [
        pl.Series(name, [words.value_label(value) for value in slices.table[key]], dtype=pl.String)
        for name, key in zip(slices.by, keys, strict=True)
    ]
    return pl.DataFrame(labels).hstack(slices.table.drop(keys))


def handover_json(answer: Handover, slices: HandoverSlices | None = None) -> dict[str, Any]:
    """Return one object for JSON, numbers unrounded; a confidence that answers nothing is null.

    ``coverage`` and ``risk`` are those at ``threshold_now``.
    """
    best = answer.best
    now = _standing(answer, answer.present)
    found: dict[str, Any] = {
        **{name: now[name] for name in ("coverage", "risk", "risk_low", "risk_high", "n_answered", "n_handed_over")},
        **{
            f"aurc{end}": json_value(float(value))
            for end, value in zip(("", "_low", "_high"), vars(answer.area).values(), strict=True)
        },
        "threshold_now": answer.threshold,
        "best_threshold": None if best is None else answer.threshold_at(best.bin),
        "best_low": answer.threshold_at(answer.best_low),
        "best_high": answer.threshold_at(answer.best_high),
        "indifference_low": None if answer.region is None else answer.threshold_at(answer.region[0]),
        "indifference_high": None if answer.region is None else answer.threshold_at(answer.region[1]),
        "answers_nothing": best is not None and not answer.at(best).answered,
        "share_of_ties": 0.0 if best is None else best.share,
        "cost_now": now["cost"] if answer.policy.has_costs else None,
        "cost_at_best": None if best is None else _standing(answer, best)["cost"],
        **{
            f"saving{end}": json_value(float(value))
            for end, value in zip(("", "_low", "_high"), vars(answer.saving).values(), strict=True)
        },
        "theoretical_threshold": answer.theoretical,
        "at_best": None if best is None else _standing(answer, best),
        "capacity": answer.limits.capacity,
        "at_capacity": None if answer.filled is None else _standing(answer, answer.filled),
        "price_of_capacity": answer.price,
        "worth_of_one_more": answer.worth,
        "has_costs": answer.policy.has_costs,
        "cost_wrong": answer.policy.costs.fn if answer.policy.has_costs else None,
        "cost_person": answer.policy.costs.fp if answer.policy.has_costs else None,
        "unit": answer.policy.unit,
        "days": answer.days,
        "handed_over_per_week": now["n_handed_over"] * per_week(answer)[0] if answer.days else None,
        "n": answer.n,
        "n_judged": answer.n_judged,
        "n_unlabelled": answer.n_unlabelled,
        "n_unscored": answer.n_unscored,
    }
    if slices is not None:
        found["slices"] = _slices_json(slices)
    rows = handover_frame(answer).iter_rows(named=True)
    return {**found, "sweep": [{name: json_value(value) for name, value in row.items()} for row in rows]}


def deciding_handover_json(part: Deciding[Handover] | None) -> dict[str, Any]:
    """Return what the rows that can say it say of the confidence: ``deciding``, None where these are all."""
    if part is None:
        return {"deciding": None}
    whole = handover_json(part.answer)
    names = (
        *("risk", "risk_low", "risk_high", "coverage", "best_threshold", "best_low", "best_high"),
        *("saving", "saving_low", "saving_high", "days", "n_judged"),
    )
    return {"deciding": {**deciding_ends(part), **{name: whole[name] for name in names}}}


def _standing(answer: Handover, point: Point) -> dict[str, Any]:
    """Return a point for JSON."""
    at = answer.at(point)
    numbers = {
        "coverage": at.coverage,
        "risk": float(at.risk.value),
        "risk_low": float(at.risk.low),
        "risk_high": float(at.risk.high),
        "n_answered": at.answered,
        "n_handed_over": at.handed_over,
        "n_wrong": at.wrong,
        "cost": at.cost if answer.policy.has_costs else None,
    }
    return {"threshold": answer.threshold_at(point.bin), **{name: json_value(value) for name, value in numbers.items()}}


def _slices_json(slices: HandoverSlices) -> list[dict[str, Any]]:
    """Return coverage and risk per slice for JSON."""
    keys = [f"slice_{place}" for place in range(len(slices.by))]
    return [
        {
            "slice": {column: json_value(row[key]) for column, key in zip(slices.by, keys, strict=True)},
            **{name: json_value(value) for name, value in row.items() if name not in keys},
        }
        for row in slices.table.iter_rows(named=True)
    ]
