from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.answers.slices import COUNTED
from analytics.measure.labels.selective import selective
from analytics.measure.overview import trend_table
from analytics.present import words
from analytics.present.marks.slices import p_column
from analytics.present.readings import (
    confusion_reading,
    overview_reading,
    ranking_reading,
    score_reading,
    slices_reading,
    trend_reading,
)
from tests.present.made import hostile_answer, make_answer, make_overview, make_question

BAD = re.compile(
    r"\bnan\b|\bNone\b(?! of)|\binf\b|\(\)|  |\.\.|"
    r"(?<![\d,])1 (rows|slices|errors|weeks|false positives|false negatives)\b"
)
QUESTION = make_question()
SMALL = st.integers(0, 60)


def plain(text: str) -> str:
    return text.replace(words.THIN_SPACE, " ")


def test_overview_says_size_interval_rows_and_caveat() -> None:
    text = plain(overview_reading(make_overview(50, 60, 40, 150, unknown=100), QUESTION))
    lead, details = text.split("\n")
    assert lead.startswith(
        "33.3 % of judged rows are wrong at threshold 0.80. Predicting every row negative would be wrong on"
    )
    assert "100 rows (25.0 %) have no label" in lead and lead.endswith(". They are not judged.")
    assert "33.3 % (28.2–38.8) of 300 judged rows are wrong at threshold 0.80: 60 false positives and " in details
    assert "Recall is 55.6 % (" in text


def test_overview_says_when_a_constant_prediction_is_wrong_less_often() -> None:
    better = "Predicting every row negative would be wrong on fewer, 5.0 %."
    assert better in plain(overview_reading(make_overview(20, 200, 30, 750), QUESTION))
    assert "Predicting every row" not in overview_reading(make_overview(450, 50, 50, 450), QUESTION)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0, 0, 0), "No row is in this cohort: remove a filter."),
        ((0, 0, 0, 0, 7), "None of the 7 rows has a label yet, so nothing can be judged."),
        ((0, 0, 0, 0, 1), "The one row has no label yet, so nothing can be judged."),
        ((0, 0, 0, 0, 0, 4), "None of the 4 rows has a score, so nothing can be judged."),
        ((0, 0, 0, 0, 3, 4), "No row has both a label and a score, so nothing can be judged."),
        ((0, 0, 0, 9), "recall has no value, since no judged row is positive"),
        ((0, 0, 1, 0), "of 1 judged row is wrong at threshold 0.80: 0 false positives and 1 false negative."),
    ],
)
def test_overview_without_labels_scores_or_classes(counts: tuple[int, ...], expected: str) -> None:
    assert expected.casefold() in plain(overview_reading(make_overview(*counts), QUESTION)).casefold()


def test_overview_of_a_log_without_a_label_asks_for_it() -> None:
    without = replace(QUESTION, log=replace(QUESTION.log, mapping=replace(QUESTION.log.mapping, label=None)))
    text = plain(overview_reading(make_overview(0, 0, 0, 0, 7), without))
    assert text.startswith("It is not known which column says what turned out: choose the label") and "yet" not in text


def test_overview_of_decisions_names_no_threshold() -> None:
    text = overview_reading(make_overview(5, 6, 4, 15), make_question(score_kind="decision"))
    assert "by the logged decisions" in text
    assert "threshold" not in text


def test_confusion_names_the_more_frequent_error_first() -> None:
    assert plain(confusion_reading(make_overview(5, 30, 10, 50).counts)).startswith("30 of 40 errors, 75.0 % (")
    assert "20 of 25 errors" in confusion_reading(make_overview(5, 5, 20, 50).counts)
    assert confusion_reading(make_overview(1, 0, 0, 2).counts) == "No error on 3 judged rows."
    assert confusion_reading(make_overview(1, 0, 1, 2).counts).startswith("The only error is a false negative.")
    table = pl.DataFrame({"score_bin": [0, 1], "n": [9_000, 500], "n_pos": [0, 200], "n_unlabelled": [9_000, 0]})
    hidden = confusion_reading(make_overview(200, 300, 0, 0).counts, selective=selective(table, 1))
    assert hidden.startswith("Only flagged rows get a label, so misses are not counted here. All 300 errors")
    assert "are negative" in hidden and "missed" not in hidden
    assert confusion_reading(make_overview(1, 2, 0, 2).counts).startswith("All 2 errors are false positives.")


def test_score_reading_says_when_scores_do_not_separate() -> None:
    assert "no better than chance" in score_reading(make_overview(500, 500, 500, 500), QUESTION)
    assert "cannot be told from chance" in score_reading(make_overview(5, 5, 5, 5), QUESTION)
    assert "worse than chance" in score_reading(make_overview(5, 90, 90, 5), QUESTION)
    assert "chance" not in score_reading(make_overview(90, 5, 5, 90), QUESTION)
    assert "not of both classes" in score_reading(make_overview(0, 5, 0, 90), QUESTION)
    assert score_reading(make_overview(0, 0, 0, 0, 0, 5), QUESTION) == "No row has a score."


def weeks(*errors_of: tuple[int, int], unknown: int = 0) -> pl.DataFrame:
    rows = [
        {
            "bucket": datetime(2024, 1, 1) + timedelta(days=7 * place),
            "n": n + unknown,
            "n_labelled": n,
            "n_unlabelled": unknown,
            "n_scored": n + unknown,
            "n_flagged": errors,
            "n_pos": 0,
            "tp": 0,
            "fp": errors,
            "fn": 0,
            "tn": n - errors,
        }
        for place, (errors, n) in enumerate(errors_of)
    ]
    return trend_table(pl.DataFrame(rows))


def test_trend_names_a_change_with_its_size_and_interval() -> None:
    text = plain(trend_reading(weeks((20, 100), (20, 100), (45, 100), (45, 100)), "1w"))
    assert "rose from 20.0 % in the first half of the period to 45.0 % in the second, +25.0 points (" in text
    assert "n 100" in text


def test_trend_finds_nothing_in_noise() -> None:
    text = trend_reading(weeks((20, 100), (23, 100), (19, 100), (22, 100)), "1w")
    assert "no clear change" in text
    assert "None of 4 weeks stands out" in text


def test_trend_names_the_one_bad_week() -> None:
    text = trend_reading(weeks(*[(20, 100)] * 6, (60, 100), (20, 100)), "1w")
    assert "1 of 8 weeks differs from the others: highest in the week of 12 Feb 2024" in text
    assert "lowest" not in text


def test_trend_warns_of_late_labels() -> None:
    last = weeks((2, 10), unknown=90).with_columns(bucket=datetime(2024, 1, 15))
    late = pl.concat([weeks((20, 100), (20, 100)), last])
    assert "In the last week 90.0 % of the rows have no label yet" in plain(trend_reading(late, "1w"))


def test_trend_without_times_labels_or_more_than_one_bucket() -> None:
    assert trend_reading(None, None) == "The log has no times."
    assert trend_reading(weeks((0, 0)), "1w") == "No row with a time can be judged."
    assert trend_reading(weeks((0, 0)).clear(), "1w") == "No row has a time."
    assert trend_reading(weeks((5, 20)), "1w").startswith("Only one week can be judged")
    undated = weeks((5, 20)).with_columns(bucket=pl.lit(None, dtype=pl.Datetime))
    assert trend_reading(undated, "1w") == "No row has a time."


def test_slices_names_where_errors_concentrate() -> None:
    slices = [("EV", 30, 200, 100, 170, 0, 0), ("B6", 300, 50, 50, 600, 0, 0), ("tiny", 0, 5, 5, 0, 0, 0)]
    text = plain(slices_reading(make_answer(slices)))
    lead, details = text.split("\n")
    assert re.fullmatch(
        r"Worst by carrier: EV fails in 60\.0 % against 10\.\d % elsewhere\. That is \d+ errors \(\d+–\d+\) more than "
        r"its base rate explains\.",
        lead,
    )
    assert details.startswith(
        "The model is worse than the base rate explains in 1 of 3 slices by carrier: EV holds 73.2 %"
    )
    said = re.search(
        r"In EV, (\d+) errors more than elsewhere: −(\d+) because positives are less frequent there, "
        r"\+(\d+) \(\d+–\d+\) because the model is worse there\.",
        text,
    )
    assert said and int(said[1]) == int(said[3]) - int(said[2])
    assert "It is better than the base rate explains in 1: B6, " in text
    assert text.endswith("1 slice has fewer than 30 judged rows and cannot be named.")


def test_a_slice_that_errs_less_often_than_others_and_more_than_it_should_is_told_so() -> None:
    # Hardly a positive in quiet: with the errors of the rest (FPR 5 %, FNR 50 %) it would err in 5.5 %, and errs in 10 %.
    answer = make_answer([("quiet", 5, 98, 5, 892, 0, 0), ("loud", 250, 25, 250, 475, 0, 0)])
    lead = plain(slices_reading(answer)).split("\n")[0]
    assert re.fullmatch(
        r"Worst by carrier: quiet fails in 10\.3 % where its base rate explains 5\.5 %\. That is 4\d errors \(\d+–\d+\) more\.",
        lead,
    ), "not 'against 27.5 % elsewhere', which is the opposite of worse"


def test_slices_never_names_noise() -> None:
    text = slices_reading(make_answer([(name, 40, 10 + place, 10, 40, 0, 0) for place, name in enumerate("abcdef")]))
    assert text.startswith(
        "The model is worse or better than the base rate explains in none of 6 slices by carrier, beyond chance."
    )
    assert "Most errors more than elsewhere are in f: " in text and text.endswith("n 105.")


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("recall", "Worst by carrier: bad, where the model finds 20.0 % of fraud against 80.0 % elsewhere."),
        ("fnr", "Worst by carrier: bad, where the model misses 80.0 % of fraud against 20.0 % elsewhere."),
        ("prevalence", "Highest by carrier: bad, where prevalence is 66.7 % against 25.0 % elsewhere."),
        ("accuracy", "Worst by carrier: bad fails in 56.7 % against 7.5 % elsewhere."),
        ("precision", "Worst by carrier: bad, where the model is right in 80.0 % of what it flags and the errors of"),
    ],
)
def test_slices_respects_the_direction_of_the_metric(metric: str, expected: str) -> None:
    answer = make_answer([("bad", 40, 10, 160, 90, 0, 0), ("good", 80, 10, 20, 290, 0, 0)], metric=metric)
    assert plain(slices_reading(answer, "fraud")).startswith(expected)


def test_where_slices_are_better_and_none_is_worse_that_is_what_is_said() -> None:
    answer = make_answer([("good", 190, 10, 10, 190, 0, 0), *[(f"s{n}", 30, 13, 12, 30, 0, 0) for n in range(3)]])
    kept = answer.table.with_columns(
        excess_model_p_adjusted=pl.when(pl.col("slice_0") == "good").then("excess_model_p_adjusted").otherwise(0.5)
    )
    lead, details = slices_reading(replace(answer, table=kept)).split("\n")
    assert lead == "By carrier no slice is worse than its base rate explains, beyond chance."
    assert details.startswith("The model is better than the base rate explains in 1 of 4 slices by carrier: good, ")


def test_slices_states_the_rows_behind_the_metric() -> None:
    answer = make_answer([("bad", 40, 10, 160, 90, 0, 0), ("good", 80, 10, 20, 290, 0, 0)], metric="recall")
    assert "n 200." in slices_reading(answer)


def test_slices_of_one_value_of_none_and_without_labels() -> None:
    one = slices_reading(make_answer([("EV", 3, 4, 1, 2, 0, 0)]))
    assert one.startswith("All rows are in one slice, EV, so there is nothing to compare: the error rate is 50.0")
    assert slices_reading(make_answer([])) == "No row is in this cohort: remove a filter."
    unlabelled = make_answer([("EV", 0, 0, 0, 0, 9, 0), ("B6", 0, 0, 0, 0, 9, 0)])
    assert slices_reading(unlabelled) == "The error rate has no value by carrier: no row has both a label and a score."
    few = make_answer([("EV", 1, 1, 1, 1, 0, 0), ("B6", 1, 1, 1, 1, 0, 0)])
    assert slices_reading(few).startswith("No slice by carrier has enough judged rows")


def test_slices_that_are_numbers_or_missing_say_their_column() -> None:
    answer = make_answer([(7, 30, 200, 100, 170, 0, 0), (None, 300, 50, 50, 600, 0, 0)], by=("month",))
    text = slices_reading(answer)
    assert "month 7 holds" in text
    assert "month (missing)" in text


def test_hostile_values_stay_on_one_line() -> None:
    assert slices_reading(hostile_answer()).count("\n") <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[SMALL] * 6), min_size=1, max_size=5), st.sampled_from(COUNTED))
def test_slices_reads_well_whatever_the_counts(counts: list[tuple[int, ...]], metric: str) -> None:
    answer = make_answer([(f"s{place}", *entry) for place, entry in enumerate(counts)], metric=metric)
    text = plain(slices_reading(answer))
    assert not BAD.search(text), text
    assert text.endswith(".")
    quiet = answer.table.filter(answer.table["few_rows"] | (answer.table[p_column(metric)].fill_null(1) >= 0.05))
    for value in quiet["slice_0"]:
        assert f"in {value}," not in text.split("largest difference")[0].split("most errors more")[0]


@settings(max_examples=60, deadline=None)
@given(*[SMALL] * 6)
def test_overview_readings_read_well_whatever_the_counts(
    tp: int, fp: int, fn: int, tn: int, unknown: int, unscored: int
) -> None:
    overview = make_overview(tp, fp, fn, tn, unknown, unscored)
    texts = [overview_reading(overview, QUESTION), confusion_reading(overview.counts)]
    texts += [score_reading(overview, QUESTION), trend_reading(overview.trend, overview.every)]
    for text in texts:
        assert text.endswith(".")
        assert not BAD.search(plain(text)), text


RANKED = {
    "column": "carrier",
    "n_slices": 3,
    "n_compared": 3,
    "is_told": False,
    "n_worse": 2,
    "share_separated": 0.25,
    "worst": "EV",
    "worst_rate": 0.4,
    "worst_held": 0.2,
    "n_judged": 900,
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Look at carrier first: where it is EV, the error rate is 40.0"),
        ({}, "Its 2 worse slices hold 25.0"),
        ({"n_worse": 1}, "Its worse slice holds 25.0"),
        ({"n_worse": 0, "worst": None}, "beyond chance"),
        ({"n_worse": 0, "n_compared": 0, "n_judged": 5}, "Nothing can be compared: of 5 judged rows"),
        ({"n_worse": 0, "n_compared": 0, "n_judged": 0}, "nothing can be judged"),
    ],
)
def test_the_ranking_of_columns_says_what_can_be_said(changed: dict[str, object], said: str) -> None:
    assert said in ranking_reading(pl.DataFrame([{**RANKED, **changed}]), 30)


def test_a_log_without_segments_says_so() -> None:
    assert "no segment columns" in ranking_reading(pl.DataFrame([RANKED]).clear(), 30)


@pytest.mark.parametrize(("unknown", "is_told"), [(2, True), (30, False)])
def test_a_fall_that_labels_to_come_may_undo_is_no_finding(unknown: int, *, is_told: bool) -> None:
    fell = pl.concat([weeks((40, 100), (40, 100)), weeks((20, 100), (20, 100), unknown=unknown)])
    lead = plain(overview_reading(replace(make_overview(65, 65, 65, 205), trend=fell), QUESTION)).partition("\n")[0]
    assert ("It fell from 40.0 %" in lead) is is_told
    late, settled = (plain(trend_reading(fell, "1w", are_late=are_late)) for are_late in (True, False))
    assert ("those still to come may undo it" in late) is not is_told
    assert "may undo it" not in settled and "The error rate fell from 40.0 %" in settled


def test_an_error_rate_that_hides_a_change_says_so() -> None:
    moved = weeks((20, 100), (20, 100), (45, 100), (45, 100))
    said = plain(overview_reading(replace(make_overview(65, 65, 65, 205), trend=moved), QUESTION))
    assert "It rose from 20.0 % in the first half of the period to 45.0 % in the second." in said.partition("\n")[0]
    alike = weeks((20, 100), (23, 100), (19, 100), (22, 100))
    assert "half of the period" not in overview_reading(replace(make_overview(65, 65, 65, 205), trend=alike), QUESTION)
