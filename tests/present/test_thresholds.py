"""Figures and tables of thresholds hold the numbers of the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.thresholds.answer import ThresholdAnswer, thresholds
from analytics.answers.thresholds.costs import CostTable
from analytics.answers.thresholds.priced import priced_rows
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.operating import Point
from analytics.measure.thresholds.policy import Policy
from analytics.present import figures, readings, words
from analytics.present.money import money, money_interval
from analytics.present.tables.thresholds import move_frame, move_table, sweep_frame, threshold_json

START = datetime(2024, 1, 1)


def made_table() -> CostTable:
    """Twenty bins over four weeks; the present threshold is 0.5."""
    rng = np.random.default_rng(0)
    edges = np.arange(20) / 20
    rows = [
        {
            "part": part,
            "score_bin": place,
            "n": int(n),
            "n_pos": int(rng.binomial(n, edge + 0.025)),
            "n_unlabelled": 0,
            "n_amount_missing": 0,
            "first": START,
            "last": START + timedelta(days=27),
        }
        for part in (0, 1)
        for place, edge in enumerate(edges)
        for n in [rng.poisson(200)]
    ]
    return CostTable(
        pl.DataFrame(rows), edges, 10, 0.5, (), 28.0, is_probability=True, has_decision=False, has_amount=False
    )


def made(unit: str = "€", **policy: object) -> ThresholdAnswer:
    """Return the answer where a miss costs five times a false alarm."""
    return thresholds(made_table(), Policy(Costs(fp=1, fn=5), unit, **policy))  # type: ignore[arg-type]


def test_the_cost_figure_holds_the_sweep_and_marks_the_points() -> None:
    answer = made()
    sweep = sweep_frame(answer)
    figure = figures.cost_figure(answer, sweep, Point(15))
    named = {trace.name: trace for trace in figure.data}
    assert list(named["cost"].y) == sweep["cost_per_1000"].to_list()[:-1]
    assert list(named["Recall"].y) == sweep["recall"].to_list()[:-1]
    assert list(named["cost"].customdata) == list(range(20))
    assert answer.best is not None
    assert named["best"].customdata[0] == answer.best.bin
    assert (named["now"].x[0], named["considered"].x[0]) == (0.5, 0.75)
    band = named["95 % band"]
    assert list(band.y[:20]) == pytest.approx((sweep["cost_high"][:-1] * 1000 / answer.n_judged).to_list())
    shaded = next(shape for shape in figure.layout.shapes if shape.type == "rect")
    assert answer.region is not None
    assert (shaded.x0, shaded.x1) == tuple(answer.edges[list(answer.region)])


def test_the_trade_offs_mark_the_same_points() -> None:
    answer = made()
    sweep = sweep_frame(answer)
    figure = figures.trade_off_figure(answer, sweep, Point(15))
    marks = [trace for trace in figure.data if trace.name == "considered"]
    row = sweep.row(15, named=True)
    assert [(mark.x[0], mark.y[0]) for mark in marks] == [
        (row["fpr"], row["recall"]),
        (row["recall"], row["precision"]),
        (row["selection_rate"], row["recall"]),
    ]


def test_a_unit_cannot_become_markup() -> None:
    answer = made("<b>$x")
    sweep = sweep_frame(answer)
    for figure in (figures.cost_figure(answer, sweep, Point(3)), figures.sensitivity_map(answer)):
        assert "<b>$x" not in str(figure.to_dict())


def test_the_map_holds_the_best_thresholds_with_the_present_costs_in_the_middle() -> None:
    answer = made()
    grid = figures.sensitivity_map(answer).data[0]
    assert answer.best is not None
    assert grid.z[4][4] == answer.edges[answer.best.bin]
    assert grid.z[4][8] > grid.z[4][0]


def test_a_move_is_counted_per_week_and_adds_up() -> None:
    answer = made()
    table = move_table(answer, Point(4))
    assert table["Outcome"].to_list() == [
        "True positives",
        "False positives",
        "False negatives",
        "True negatives",
        "Together",
    ]
    fewer = (answer.value("fn", Point(4)) - answer.value("fn", answer.present)) / 4
    assert table["Change"][2] == f"−{abs(round(fewer))}"
    change = (answer.value("cost", Point(4)) - answer.value("cost", answer.present)) / 4
    assert table["Change of cost"][4] == money(change, "€", signed=True)
    numbers = move_frame(answer, Point(4))
    assert numbers["cost_change"][4] == pytest.approx(change)
    cells, together = numbers.head(4), numbers.row(4, named=True)
    for name in ("rows_now", "rows_then", "cost_now", "cost_then"):
        assert cells[name].sum() == pytest.approx(together[name])


def test_the_reading_decides() -> None:
    reading = readings.threshold_reading(made())
    assert reading.startswith("Move the threshold from 0.50 to 0.1") or reading.startswith(
        "Move the threshold from 0.50 to 0.2"
    )
    assert "judged on rows that did not choose it" in reading
    answer = made(tolerance=1.0)
    assert "within 100.0" in readings.curve_reading(answer)


def test_money_has_its_unit_and_its_sign() -> None:
    plain = {
        "€ 5": money(5, "€"),
        "−€ 5.25": money(-5.25, "€"),
        "+90 min": money(90, "min", signed=True),
        "0 min": money(0, "min", signed=True),
        "–": money(None, "€"),
        "1,234": money(1234, ""),
    }
    assert all(expected == found.replace("\u202f", " ") for expected, found in plain.items())
    assert money_interval(1, None, None, "") == "1"


def unasked() -> ThresholdAnswer:
    """The same rows, and nobody said what errors cost."""
    return thresholds(made_table(), Policy(has_costs=False))


def test_without_costs_no_threshold_is_better_than_another() -> None:
    answer = unasked()
    said = [
        readings.threshold_reading(answer),
        readings.move_reading(answer, Point(4)),
        readings.limits_reading(answer),
        readings.theory_reading(answer),
    ]
    assert said[0].startswith("What does a miss cost compared with a false alarm?")
    assert "recall" in said[0] and "precision" in said[0] and "flagged" in said[0]
    for text in said:
        assert not any(word in text for word in ("Move the", "Keep the", "€", "save", "best thr"))
    found = threshold_json(answer)
    assert found["has_costs"] is False
    for name in ("best_threshold", "best_low", "cost_at_best", "cost_now", "saving", "theoretical_threshold"):
        assert found[name] is None
    assert "cost" not in found["sweep"][0] and "recall" in found["sweep"][0]
    assert not [name for name in move_table(answer, Point(4)).columns if "ost" in name]


def test_a_sentence_that_moves_the_threshold_says_what_it_trades() -> None:
    answer = made()
    assert answer.best is not None
    for text in (readings.threshold_reading(answer), readings.move_reading(answer, answer.best)):
        recall = [
            answer.value("tp", at) / (answer.value("tp", at) + answer.value("fn", at))
            for at in (answer.present, answer.best)
        ]
        assert f"Recall goes from {words.share(recall[0])} to {words.share(recall[1])}, precision from " in text
        now, then = (words.count(answer.value("n_flagged", at) / 4) for at in (answer.present, answer.best))
        assert f"flagged rows from {now} to {then} per week." in text


def test_a_row_is_priced_beside_the_cheaper_trivial_rule_where_that_is_not_clearly_dearer() -> None:
    answer = made()
    text = readings.priced_reading(priced_rows(answer)).replace("\u202f", " ")
    cost, everybody = (float(answer.sweep.cost[0][place]) / answer.n_judged for place in (answer.present.bin, 0))
    assert text.startswith(f"A judged row costs € {cost:.2f} at threshold")
    assert text.endswith(f"at threshold 0.50. Flagging everybody would cost € {everybody:.2f}, less.")
    equal = thresholds(made_table(), Policy(Costs(fp=1, fn=1)))
    assert readings.priced_reading(priced_rows(equal)).endswith("at threshold 0.50.")
    assert readings.priced_reading(priced_rows(unasked())) == ""
