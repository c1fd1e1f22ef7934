from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.answers.calibration.answer import Calibration, CalibrationSlices
from analytics.answers.calibration.recalibration import Recalibration
from analytics.answers.calibration.time import CalibrationBreak, CalibrationTime
from analytics.measure.calibration.recalibration import ScoreMap, isotonic_table
from analytics.measure.calibration.scan import MISFITS
from analytics.measure.calibration.table import calibration_table, chance_table
from analytics.measure.calibration.told import level_turn
from analytics.measure.reliability import reliability_table
from analytics.measure.score_bins import BinnedSlices, ScoreBins
from analytics.measure.thresholds.costs import Costs
from analytics.present import figures, words
from analytics.present.marks.calibration import side_of
from analytics.present.readings import (
    calibration_reading,
    calibration_slices_reading,
    calibration_trend_reading,
    costs_reading,
    recalibration_reading,
    reliability_reading,
)
from analytics.present.tables.calibration import (
    calibration_json_rows,
    map_rows,
    number_frame,
    number_rows,
    scan_rows,
    slice_rows,
)
from tests.measure.logs import distinct_edges, score_table
from tests.present.test_readings import BAD, plain

NO_SCAN = pl.DataFrame(
    schema={
        "column": pl.String,
        "value": pl.String,
        **MISFITS,
        "p_adjusted": pl.Float64,
        "slope_p_adjusted": pl.Float64,
    }
)


def made_log(shift: float = 0.0, n: int = 4_000, seed: int = 1) -> pl.DataFrame:
    """Scores whose true rate is theirs less a shift: above 0 they are too high."""
    rng = np.random.default_rng(seed)
    score = np.rint(rng.uniform(0.2, 0.8, n) * 100) / 100
    label = (rng.random(n) < score - shift).astype(int)
    return pl.DataFrame({"score": score, "label": label, "region": rng.choice(["north", "south"], n)})


def made_answer(log: pl.DataFrame, score_map: ScoreMap | None = None) -> Calibration:
    edges = distinct_edges(log)
    table = score_table(log, edges)
    bins: ScoreBins = BinnedSlices(table, pl.DataFrame(), len(edges)).alone(0)[1]
    bars = pl.DataFrame({"low": edges, "high": edges + 0.01, "positive": 1, "negative": 1, "unlabelled": 0})
    return Calibration(
        reliability_table(table, edges),
        calibration_table(table, edges),
        chance_table(bins),
        isotonic_table(bins),
        bars,
        score_map,
    )


def made_slices(log: pl.DataFrame) -> CalibrationSlices:
    edges = distinct_edges(log)
    renamed = log.rename({"region": "slice_0"})
    table = score_table(renamed, edges, ["slice_0"])
    return CalibrationSlices(
        ("region",),
        ("slice_0",),
        calibration_table(table, edges, by=["slice_0"]),
        reliability_table(table, edges, by=["slice_0"]),
    )


def test_a_point_below_the_diagonal_is_over_prediction() -> None:
    below = {"mean_score": 0.8, "observed": 0.5, "observed_low": 0.45, "observed_high": 0.55}
    above = {"mean_score": 0.2, "observed": 0.5, "observed_low": 0.45, "observed_high": 0.55}
    assert (side_of(below), side_of(above)) == ("over", "under")
    assert side_of({**below, "mean_score": 0.5}) == "same"


@pytest.mark.parametrize(("shift", "side", "where"), [(0.1, "high", "below the line"), (-0.1, "low", "above it")])
def test_readings_say_which_way_scores_are_off(shift: float, side: str, where: str) -> None:
    answer = made_answer(made_log(shift))
    text = plain(calibration_reading(answer, NO_SCAN))
    assert (
        text.startswith("A score of ")
        and f"On the whole scores are too {side} by " in text.split("\n")[0]
        and "judged rows" in text
        and "ECE is 0." in text
    )
    reading = plain(reliability_reading(answer))
    assert where in reading and "rejects it" in reading
    assert not BAD.search(text) and not BAD.search(reading)
    colours = {trace.name for trace in diagram(answer).data}
    assert ("too high" in colours) == (shift > 0) and ("too low" in colours) == (shift < 0)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            0.07,
            -0.09,
            "Since the week of 4 March scores are too low by 9.0 points. Before they were too high by 7.0 points. O",
        ),
        (
            0.001,
            0.02,
            "Since the week of 4 March scores are too high by 2.0 points. Before they were right on the whole. Over",
        ),
        (0.02, 0.1, "A score of "),  # what is said of the whole is true of both parts
    ],
)
def test_since_when_scores_are_off_another_way_is_said_first(before: float, after: float, said: str) -> None:
    parts = pl.DataFrame({"is_after": [False, True], "difference": [before, after], "p_value": [0.0, 0.0]})
    turn = level_turn(datetime(2024, 3, 4), "1w", parts)
    text = plain(calibration_reading(made_answer(made_log(0.1)), NO_SCAN, turn)).split("\n")[0]
    assert text.startswith(said) and ("On the whole" in text) == (turn is None)


def diagram(answer: Calibration, *, in_log_odds: bool = False) -> Any:
    return figures.reliability_diagram(
        answer.bins, answer.isotonic, answer.histogram, is_probability=answer.score_map is None, in_log_odds=in_log_odds
    )


@pytest.mark.parametrize("n", [1, 2, 3, 40])
def test_the_axis_of_rows_has_whole_numbers_once_each(n: int) -> None:
    answer = made_answer(made_log())
    few = answer.histogram.with_columns(positive=pl.lit(n), negative=pl.lit(0))
    axis = figures.reliability_diagram(answer.bins, answer.isotonic, few, is_probability=True).layout.yaxis2
    assert all(float(value).is_integer() for value in axis.tickvals) and len(axis.tickvals) >= 2
    assert len(set(axis.ticktext)) == len(axis.ticktext)


def test_calibrated_scores_are_left_in_peace() -> None:
    answer = made_answer(made_log())
    text = calibration_reading(answer, NO_SCAN)
    assert text.startswith("A score of ") and "what it says, within chance" in text.partition(".  ")[0]
    assert "neither too high nor too low beyond chance" in text
    assert "does not reject it" in reliability_reading(answer)
    row = answer.chance.row(by_predicate=pl.col("metric") == "ece", named=True)
    assert row["chance_low"] <= row["value"] <= row["chance_high"]


def test_the_diagram_shows_the_bins_as_they_are() -> None:
    answer = made_answer(made_log(0.1))
    points = [trace for trace in diagram(answer).data if trace.customdata is not None]
    drawn = {row: (x, y) for trace in points for row, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)}
    assert [drawn[row] for row in sorted(drawn)] == answer.bins.select("mean_score", "observed").rows()
    odds = [trace for trace in diagram(answer, in_log_odds=True).data if trace.customdata is not None]
    placed = dict(pair for trace in odds for pair in zip(trace.customdata, trace.x, strict=True))
    first = answer.bins["mean_score"][0]
    assert placed[0] == pytest.approx(np.log(first / (1 - first)))


def test_scores_that_are_no_probabilities_get_no_diagonal() -> None:
    answer = made_answer(made_log(), ScoreMap("isotonic", (), (0.0, 1.0), (0.2, 0.4)))
    assert "no probabilities" in calibration_reading(answer, NO_SCAN)
    assert "calibrated" not in {trace.name for trace in diagram(answer).data}
    assert not BAD.search(reliability_reading(answer))


def made_scan(*rows: dict[str, Any]) -> pl.DataFrame:
    usual = {
        "column": "region",
        "n": 500,
        "difference": 0.0,
        "off": 0.0,
        "p_adjusted": 0.9,
        "slope": 1.0,
        "slope_low": 0.9,
        "slope_high": 1.1,
        "stretched": 0.0,
        "slope_p_adjusted": 0.9,
    }
    return pl.DataFrame([{**dict.fromkeys(NO_SCAN.columns), **usual, **row} for row in rows], schema=NO_SCAN.schema)


def test_the_first_line_names_the_segments_on_both_sides() -> None:
    scan = made_scan(
        {"value": "north", "difference": 0.1, "off": 0.1, "p_adjusted": 0.0},
        {"value": "north", "column": "the same", "difference": 0.1, "off": 0.1, "p_adjusted": 0.0},
        {"value": None, "difference": -0.1, "off": -0.1, "p_adjusted": 0.0},
        {"value": "x", "column": "vip", "difference": 0.01, "p_adjusted": 0.0},
    )
    text = calibration_reading(made_answer(made_log()), scan)
    assert (
        "over-predicted in region north (+10.0 points), and most under" in text.split("\n")[0]
        and "the same" not in text
    )
    assert "under-predicted in region (missing) (−10.0 points)" in text and "vip" not in text and "slope" not in text


def test_the_first_line_names_segments_whose_slope_is_off_on_either_side() -> None:
    clear = {"slope_p_adjusted": 0.001}
    scan = made_scan(
        {"value": "old", "slope": 0.4, "slope_low": 0.3, "slope_high": 0.5, "stretched": -0.08, **clear},
        {"value": "shy", "slope": 1.8, "slope_low": 1.5, "slope_high": 2.1, "stretched": 0.05, **clear},
        {"value": "wide", "slope": 0.8, "slope_low": 0.5, "slope_high": 1.1, "stretched": -0.05, **clear},
        {"value": "tiny", "slope": 0.97, "slope_low": 0.96, "slope_high": 0.98, "stretched": -0.002, **clear},
        {"value": "noise", "slope": 0.4, "slope_low": 0.3, "slope_high": 0.5, "stretched": -0.08},
    )
    text = calibration_reading(made_answer(made_log()), scan)
    assert text.split("\n")[0].endswith(
        "Scores are too extreme in region old (slope 0.40), and too timid in region shy (slope 1.80)."
    )
    quiet = calibration_reading(made_answer(made_log()), made_scan({"value": "a"}))
    assert quiet.split("\n")[0].endswith("No segment is off by more than the rest beyond chance.")


def test_scores_that_are_too_extreme_on_the_whole_are_called_so() -> None:
    rng = np.random.default_rng(3)
    log = made_log()
    odds = 0.4 * np.log(log["score"] / (1 - log["score"])).to_numpy()
    flat = log.with_columns(label=pl.Series((rng.random(len(log)) < 1 / (1 + np.exp(-odds))).astype(int)))
    lead, details = calibration_reading(made_answer(flat), NO_SCAN).split("\n")
    assert "Scores are too extreme." in lead and "Slope 0." in details
    assert "extreme" not in calibration_reading(made_answer(log), NO_SCAN)
    blind = log.with_columns(label=pl.Series((rng.random(len(log)) < 0.5).astype(int)))
    assert calibration_reading(made_answer(blind), NO_SCAN).startswith(
        "Scores hardly tell positives from negatives: whatever"
    )


def test_every_number_stands_beside_its_chance_range() -> None:
    rows = number_rows(made_answer(made_log()))
    for row in rows.filter(pl.col("Number") != "Judged rows").iter_rows(named=True):
        assert re.fullmatch(r"[−+<]?\S.* \(.+\)", row["If calibrated"]), row
    assert rows["If calibrated"][0] == ""
    answer = made_answer(made_log())
    numbers, row = number_frame(answer), answer.numbers.row(0, named=True)
    assert numbers["number"].to_list() == rows["Number"].to_list()
    at = numbers["number"].to_list().index("ECE")
    assert numbers.select("value", "low", "high").row(at) == (row["ece"], row["ece_low"], row["ece_high"])
    assert numbers["chance_high"][at] == answer.chance.filter(pl.col("metric") == "ece")["chance_high"][0]
    assert numbers["that_is"].fill_null("").to_list() == rows["That is"].to_list()


def test_bins_without_rows_are_drawn_hollow_on_the_axis() -> None:
    log = made_log()
    edges = distinct_edges(log)
    answer = replace(
        made_answer(log), bins=reliability_table(score_table(log, edges), edges, binning="equal_width", groups=10)
    )
    (hollow,) = [trace for trace in diagram(answer).data if trace.name == "no rows"]
    assert list(hollow.x) == pytest.approx([0.05, 0.85, 0.95]) and set(hollow.y) == {0}
    assert hollow.marker.symbol == "square-open" and hollow.hovertext[0].endswith("n 0")
    assert diagram(answer).layout.xaxis.range[1] >= 0.95
    assert "3 bins hold no row (hollow, on the axis)" in reliability_reading(answer)
    assert not [trace for trace in diagram(made_answer(log)).data if trace.name == "no rows"]


def test_readings_and_figures_stand_without_judged_rows() -> None:
    log = pl.DataFrame({"score": [0.2, 0.4], "label": [None, None], "region": ["a", None]}).cast({"label": pl.Int64})
    answer, slices = made_answer(log), made_slices(log)
    assert calibration_reading(answer, NO_SCAN) == reliability_reading(answer) == calibration_slices_reading(slices)
    assert diagram(answer).layout.annotations
    assert figures.calibration_multiples(slices.bins, [("a", {"slice_0": "a"})], "region").layout.annotations
    assert number_rows(answer)["Value"][0] == "0"
    assert slice_rows(slices)["region"].to_list() == ["a", "(missing)"]


def test_slices_are_read_drawn_and_written() -> None:
    log = pl.concat(
        [made_log(0.15).with_columns(region=pl.lit("high")), made_log(-0.15).with_columns(region=pl.lit("<low>"))]
    )
    slices = made_slices(log)
    text = plain(calibration_slices_reading(slices))
    assert "too high in 1, most of all in high by 1" in text and "too low in 1, most of all in <low> by 1" in text
    drawn = figures.calibration_multiples(
        slices.bins, [("high", {"slice_0": "high"}), ("<low>", {"slice_0": "<low>"})], "<b>"
    )
    assert "&lt;low&gt;" in drawn.layout.annotations[1].text and "&lt;b&gt;" in drawn.layout.title.text
    assert {trace.name for trace in drawn.data if trace.xaxis == "x2"} == {"calibrated", "too low"}
    rows = calibration_json_rows(slices)
    assert rows[0]["slice"] == {"region": "<low>"} and len(rows[0]["bins"]) == 15
    assert sum(found["n"] for found in rows[0]["bins"]) == rows[0]["n"] == 4_000


def made_time(before: pl.DataFrame, after: pl.DataFrame, bucket: datetime | None) -> CalibrationTime:
    log = pl.concat(
        [before.with_columns(is_after=pl.lit(value=False)), after.with_columns(is_after=pl.lit(value=True))]
    )
    edges = distinct_edges(log)
    parts = calibration_table(score_table(log, edges, ["is_after"]), edges, by=["is_after"])
    days = parts.with_columns(bucket=pl.Series([datetime(2024, 1, 1), datetime(2024, 1, 2)])).drop("is_after")
    return CalibrationTime("1d", days, CalibrationBreak(bucket, 0.001, parts) if bucket else None)


def test_a_moved_base_rate_is_told_from_a_stale_model() -> None:
    moved = made_time(made_log(), made_log(0.15), datetime(2024, 1, 2))
    text = plain(calibration_trend_reading(moved))
    assert "Calibration broke in 2 Jan 2024" in text or "Calibration broke on 2 Jan 2024" in text
    assert "The observed rate moved" in text and "scores did not follow" in text and "would mend it" in text
    log = made_log()
    rng = np.random.default_rng(0)
    flat = log.with_columns(label=pl.Series((rng.random(len(log)) < 0.3).astype(int)))
    stale = plain(calibration_trend_reading(made_time(log, flat, datetime(2024, 1, 2))))
    assert "has gone stale" in stale
    assert "no day splits the period" in calibration_trend_reading(made_time(log, log, None))
    drawn = figures.calibration_trend(moved.table, "1d", datetime(2024, 1, 2))
    assert len(drawn.layout.shapes) == 1 and list(drawn.data[0].y) == moved.table["mean_score"].to_list()
    shaded = figures.calibration_trend(moved.table, "1d", None, datetime(2024, 1, 2))
    assert [(shape.type, shape.x0) for shape in shaded.layout.shapes] == [("rect", datetime(2024, 1, 2))]


def test_recalibration_says_what_it_is_worth_and_when_it_makes_it_worse() -> None:
    numbers = {"ece": [0.1, 0.02, 0.2], "brier": [0.2, 0.18, 0.25], "cost_at_formula": [0.5, 0.4, 0.6]}
    table = pl.DataFrame({"method": ["as logged", "sigmoid", "beta"], **numbers})
    found = Recalibration(table, pl.DataFrame(), {}, 100, 90, "2024-03-01 00:00:00", 1 / 6, Costs())
    text = plain(recalibration_reading(found, "sigmoid", "€"))
    assert "Fitted on 100 rows before 2024-03-01, judged on 90 later rows" in text
    assert "saves € 100.00 per 1,000 rows" in text and "worse" not in text
    assert "costs 100.00 per 1,000 rows" in recalibration_reading(found, "beta", "")
    assert "make it worse" in recalibration_reading(found, "beta", "")
    assert "cannot be fitted" in recalibration_reading(found, "isotonic", "")
    assert figures.recalibration_diagram(pl.DataFrame(), "beta", None).layout.annotations
    assert "flagging does not gain" in recalibration_reading(replace(found, formula_threshold=None), "sigmoid", "")
    assert words.THIN_SPACE not in text


def test_the_costs_beside_those_of_the_errors_are_named() -> None:
    assert costs_reading(Costs(fp=2, fn=9), "€") == ""
    text = costs_reading(Costs(tp=-3, review=1, amount_cells=("fn", "tp")), "min")
    assert (
        plain(text)
        == "Beside the errors costs: a true positive −3 min, a look at a flagged row 1 min. Amounts count as the mean of each label in FN, TP."
    )


def test_no_p_value_is_written_as_nothing() -> None:
    scan = made_scan(
        {
            "column": "a",
            "value": "x",
            "mean_score": 0.5,
            "observed": 0.25,
            "difference": 0.25,
            "to_the_rest": 0.125,
            "p_adjusted": 1e-9,
            "slope_p_adjusted": 0.5,
        },
        {
            "column": "a",
            "value": None,
            "mean_score": 0.5,
            "observed": 0.5,
            "difference": -0.0002,
            "to_the_rest": 0.0,
            "p_adjusted": 0.25,
            "slope_p_adjusted": 0.0,
            "slope_low": None,
            "slope_high": None,
        },
    )
    rows = scan_rows(scan)
    assert [plain(text) for text in rows["p_adjusted"]] == ["< 0.001", "0.250"]
    assert [plain(text) for text in rows["slope_p_adjusted"]] == ["0.500", "< 0.001"]
    assert rows["slope_interval"].to_list() == ["0.90–1.10", "–"]
    assert rows["value"].to_list() == ["x", words.MISSING] and rows["to_the_rest"].to_list() == [12.5, 0.0]
    assert str(rows["difference"].to_list()) == "[25.0, 0.0]"


def test_what_rounds_to_zero_has_no_sign_among_the_maps() -> None:
    table = pl.DataFrame(
        {
            "method": ["beta", "raw"],
            "difference": [-0.0003, None],
            "cost_at_formula": [0.5, None],
            "cost_at_best": [0.25, 1.0],
        }
    )
    rows = map_rows(table)
    assert str(rows["difference"].to_list()) == "[0.0, None]" and rows["cost_at_best"].to_list() == [250.0, 1000.0]
