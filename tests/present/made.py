"""Answers built from small score tables, without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import polars as pl

from analytics.answers.overview import Overview, histogram
from analytics.answers.question import Question
from analytics.answers.slices import COUNTED, SliceAnswer
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.receipt import CheckResult, SetAside
from analytics.log.schema import Log, Reading, ScoreKind
from analytics.measure.estimates import estimate_table
from analytics.measure.metrics import metrics_of
from analytics.measure.overview import trend_table
from analytics.measure.slices import slice_table
from analytics.query.cohort import Clause, Cohort
from analytics.query.score_table import ScoreTable

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "=1+1",
    "🙈 émoji & Co",
    "two\nlines",
    "\u202egnirts",
    '"quoted" %{x} $a$',
    "x" * 500,
    "",
    "(missing)",
    None,
)
SUMS = ("score_sum", "score_sq_sum", "score_pos_sum", "log_loss_sum")
EDGES = np.array([0.2, 0.8])
THRESHOLD_BIN = 1


def score_rows(slices: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    """Return a score table: per slice its values, then tp, fp, fn, tn, rows not known yet, rows without a score."""
    rows = []
    width = len(slices[0]) - 6 if slices else 1
    for entry in slices:
        keys, (tp, fp, fn, tn, unknown, unscored) = entry[:width], entry[width:]
        for score_bin, n_pos, n_neg, n_unknown in ((1, tp, fp, 0), (0, fn, tn, unknown), (None, 0, unscored, 0)):
            n = n_pos + n_neg + n_unknown
            if n:
                score = 0.0 if score_bin is None else float(EDGES[score_bin])
                found = {f"slice_{place}": key for place, key in enumerate(keys)}
                sums = dict.fromkeys(SUMS, score * n)
                counts = {"n": n, "n_pos": n_pos, "n_unlabelled": n_unknown}
                rows.append({**found, "score_bin": score_bin, **counts, **sums})
    schema = {"score_bin": pl.Int64, "n": pl.Int64, "n_pos": pl.Int64, "n_unlabelled": pl.Int64}
    if not rows:
        return pl.DataFrame(schema={"slice_0": pl.String, **schema, **dict.fromkeys(SUMS, pl.Float64)})
    return pl.DataFrame(rows, schema_overrides=schema)


def make_answer(
    slices: Sequence[tuple[object, ...]],
    by: tuple[str, ...] = ("carrier",),
    metric: str = "error_rate",
    metrics: Sequence[str] = COUNTED,
) -> SliceAnswer:
    """Return the answer that the engine would give to these slices."""
    frame = score_rows(slices)
    keys = [f"slice_{place}" for place in range(len(by))]
    asked = tuple(dict.fromkeys([*metrics, metric]))
    table = slice_table(
        frame, EDGES, by=keys, threshold_bin=THRESHOLD_BIN, metrics=asked, metric=metric, is_probability=True
    )
    overall = estimate_table(frame, EDGES, by=(), threshold_bin=THRESHOLD_BIN, metrics=asked, is_probability=True)
    ranked = table.sort(["few_rows", "excess_errors", "n"], descending=[False, True, True], nulls_last=True)
    return SliceAnswer(by, metric, ranked, overall, 30)


def make_overview(tp: int, fp: int, fn: int, tn: int, unknown: int = 0, unscored: int = 0, weeks: int = 4) -> Overview:
    """Return the overview that the engine would give to these counts, spread evenly over some weeks."""
    frame = score_rows([("all", tp, fp, fn, tn, unknown, unscored)])
    row = estimate_table(frame, EDGES, by=(), threshold_bin=THRESHOLD_BIN, is_probability=True).row(0, named=True)
    counts = {name: value for name, value in row.items() if isinstance(value, int)}
    trend = trend_table(
        pl.DataFrame(
            [
                {"bucket": datetime(2024, 1, 1 + 7 * week), **{name: n // weeks for name, n in counts.items()}}
                for week in range(weeks)
            ]
        )
    )
    metrics = pl.DataFrame(
        [
            {"metric": m, "value": row[m], "low": row[f"{m}_low"], "high": row[f"{m}_high"]}
            for m in metrics_of("yes/no")
        ],
        schema={"metric": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64},
    )
    bars = histogram(ScoreTable(frame=frame, edges=EDGES, threshold_bin=1, by=(), is_exact=True))
    return Overview(counts, metrics, bars, trend, "1w", True)


def make_question(name: str = "flights.csv", score_kind: ScoreKind = "probability") -> Question:
    """Return a question about a log of one file."""
    columns = (Column(0, "carrier", "VARCHAR", "text"), Column(1, "score", "DOUBLE", "number"))
    aside = (SetAside(f"too many fields {name}", 3),)
    reading = Reading("hash", name, "csv", 103, 100, columns, aside)
    mapping = Mapping(score="score", label=name, positive=(name,), segments=("carrier",))
    finding = CheckResult("late-labels", "warning", name, 5, f"{name} waits for its label")
    log = Log(
        "id",
        name,
        reading,
        mapping,
        "2024-01-01",
        score_kind,
        (0.2, 0.8),
        True,
        n_rows=100,
        n_labelled=98,
        findings=(finding,),
        time_low="2024-01-01 00:00:00",
        time_high="2024-01-28 00:00:00",
    )
    return Question(log, Cohort((Clause("carrier", "in", (name, "B6")),)), 0.8)


def hostile_answer(by: tuple[str, ...] = ("<b>n</b>",)) -> SliceAnswer:
    """Return an answer whose values, and whose column's name, try to become markup, formulas or numbers."""
    width = len(by)
    slices = [
        ((value,) * width, (40 + place, 20 - place, 5 + 3 * place, 50, 2, 0)) for place, value in enumerate(HOSTILE)
    ]
    return make_answer([(*keys, *counts) for keys, counts in slices], by=by)
