"""The search for slices, and the brief, of a sample are those of the rows that it stands for."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.answers.brief.finding import Asking, SliceParts
from analytics.answers.brief.slices import worst_slices
from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.search import Search
from analytics.answers.question import Question
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table, worth_of
from tests.answers.test_weights import asked, engine, frame, own_desk, repeated, weighted
from tests.ingested import Desk

__all__ = ["engine", "frame", "own_desk", "repeated", "weighted"]

EVERY = Search(objective="error_rate", split="none", every=True, columns=("region",), max_depth=1)


def test_a_search_of_a_sample_counts_what_it_stands_for(engine: Engine, weighted: Question, repeated: Question) -> None:
    found, expected = (discover(engine, each, EVERY) for each in (weighted, repeated))
    assert (found.n_judged, found.overall) == (expected.n_judged, pytest.approx(expected.overall))
    assert found.rows is not None
    assert found.rows < found.n_judged
    tables = []
    for each in (found, expected):
        names = pl.Series("slice", [str(slice_[0].value) for slice_ in each.slices])
        tables.append(each.table.with_columns(names).sort("slice"))
    for name in ("n", "rate", "rate_complement", "difference", "excess_errors"):
        assert tables[0][name].to_list() == pytest.approx(tables[1][name].to_list()), name
    widths = [(table["rate_high"] - table["rate_low"]).to_numpy() for table in tables]
    assert widths[0] == pytest.approx(widths[1], rel=0.35)


def test_outcomes_of_a_sample_are_those_of_what_it_stands_for(
    engine: Engine, weighted: Question, repeated: Question
) -> None:
    found, expected = (
        outcome_table(engine, each.log, each.cohort, each.threshold, ["region"], is_weighted=True)
        for each in (weighted, repeated)
    )
    for name in ("tp", "fp", "fn", "tn"):
        assert found[name].to_list() == pytest.approx(expected[name].to_list())
    assert worth_of(engine, repeated.log, Cohort(), 0.5) == 1.0
    assert 0 < worth_of(engine, weighted.log, Cohort(), 0.5) < 1


def test_the_brief_of_a_sample_tells_the_rates_of_all_rows(engine: Engine, own_desk: Desk, frame: pl.DataFrame) -> None:
    is_bad = (pl.col("region") == "north") & (pl.col("id") % 2 == 0)
    planted = frame.with_columns(score=pl.when(is_bad).then(1 - pl.col("score")).otherwise("score").round(2))
    question = asked(own_desk, planted, weight="kept", is_weight_share=True)
    found = worst_slices(engine, Asking(question, None, None, "error_rate"))
    assert found
    parts = found[0].parts
    assert isinstance(parts, SliceParts)
    rows = planted.filter(pl.col("label").is_not_null(), pl.col("region") == "north")
    of_label = {"error_rate": (0, 1), "fnr": (1,), "fpr": (0,)}[parts.metric]
    told = rows.filter(pl.col("label").is_in(of_label))
    wrong, each = (told["score"] >= 0.5) != (told["label"] == 1), 1 / told["kept"]
    assert parts.rate == pytest.approx((wrong * each).sum() / each.sum()), parts
    assert parts.n == round((1 / rows["kept"]).sum())
