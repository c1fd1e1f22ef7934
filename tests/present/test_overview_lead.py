from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.answers.overview_course import LastShift
from analytics.answers.question import Question
from analytics.log.receipt import CheckResult
from analytics.log.right import Right
from analytics.measure.course import Shift
from analytics.measure.intervals import Interval
from analytics.measure.labels.lateness import LabelArrival
from analytics.present.readings import overview_reading
from analytics.present.readings.overview_lead import missed_words, noun_of, wrong_words
from analytics.query.cohort import Cohort
from tests.present.made import make_overview, make_question

SIZE = Interval(*(np.asarray(value) for value in (700.0, 580.0, 800.0)))


def rare(label: str = "is_fraud", positive: str = "1", share: float = 0.032) -> Question:
    """A question of a log in which few are positive."""
    question = make_question()
    mapping = replace(question.log.mapping, label=label, positive=(positive,))
    log = replace(question.log, mapping=mapping, n_labelled=20_000, n_positive=round(20_000 * share))
    return replace(question, log=log)


def text(question: Question, metric: str, counts: tuple[int, int, int, int] = (96, 100, 544, 19_260)) -> str:
    return overview_reading(make_overview(*counts), question, metric).replace("\u202f", " ")


def test_where_fraud_is_rare_the_first_sentence_is_what_is_missed() -> None:
    said, details = text(rare(), "recall").split("\n")
    assert said.startswith(
        "85.0 % of fraud is missed at threshold 0.80. 49.0 % of flagged rows are fraud. 3.2 % of the log are "
    )
    assert "positive, so misses and false alarms are shown apart." in said
    assert details.startswith(
        "Missed: 85.0 % (82.0–87.6), 544 of 640 rows. Right: 49.0 % (42.1–55.9) of 196 flagged rows, 100 "
    )


def test_a_metric_that_was_chosen_says_so_and_keeps_its_value() -> None:
    assert text(rare(), "auroc").startswith("AUROC is ") and "AUROC leads, as chosen." in text(rare(), "auroc")
    assert text(rare(), "fpr").startswith("0.5 % of negative rows are false alarms at threshold 0.80.")
    assert text(rare(), "error_rate").startswith("3.2 % ")


def test_nothing_flagged_and_nothing_positive_are_said() -> None:
    assert "No row is flagged." in text(rare(), "recall", (0, 0, 640, 19_360))
    alike = "That is what predicting every row negative does: wrong on 3.2 %."
    assert alike in text(rare(), "recall", (0, 0, 640, 19_360)), "a model does not differ from itself"
    unseen = text(rare(), "recall", (0, 10, 0, 100))
    assert unseen.startswith("Every judged row here is negative, so what is missed is not seen: ")
    assert unseen.partition("follows. ")[2].startswith("9.1 % ")


def test_a_model_that_is_not_clearly_better_is_compared_with_predicting_one_class() -> None:
    assert "Predicting every row negative would be wrong on 3.2 %, no clear difference from the 3.2 %" in text(
        rare(), "recall"
    )
    assert "on fewer, 3.2 %" in text(rare(), "recall", (96, 900, 544, 18_460))
    assert "Predicting" not in text(rare(), "recall", (600, 40, 40, 19_320))
    flat = text(rare(), "recall", (32, 968, 608, 18_392))
    assert "Flagging everybody would be right in 3.2 %, no clear difference." in flat


@pytest.mark.parametrize(
    ("label", "positive", "noun"),
    [
        ("is_fraud", "1", "fraud"),
        ("label", "1", ""),
        ("y_true", "true", ""),
        ("status", "charged back", "charged back"),
        ("HasDefault", "1.0", "default"),
        ("loan_default", "yes", "loan default"),
        ("Betrug", "ja", "betrug"),
        ("fraude", "Oui", "fraude"),
        ("sepsis_within_6h", "1", "sepsis"),
        ("churn90", "1", "churn"),
        ("chargeback_date", "a time", "chargeback"),
        ("DefaultedAt", "a time", "defaulted"),
        ("date", "a time", ""),
        ("x", "<b>\n*bad*", "<b> *bad*"),
    ],
)
def test_what_is_positive_has_a_name_where_the_log_gives_one(label: str, positive: str, noun: str) -> None:
    assert noun_of(rare(label, positive).log) == noun


@pytest.mark.parametrize(
    ("label", "positive", "said"),
    [
        ("is_fraud", "1", "of fraud is missed"),
        ("failed_30d", "1", "of failed rows are missed"),
        ("status", "churned", "of churned rows are missed"),
        ("medical_need", "1", "of medical need is missed"),
        ("label", "1", "of the positive rows are missed"),
    ],
)
def test_what_is_missed_is_named_as_people_would(label: str, positive: str, said: str) -> None:
    assert missed_words(rare(label, positive).log) == said


def test_rows_chosen_by_their_outcome_have_no_rates() -> None:
    question = replace(rare(), cohort=Cohort((), ("fn",)))
    said = overview_reading(make_overview(0, 0, 544, 0), question, "error_rate")
    assert said.startswith("This cohort is chosen by its outcomes: false negatives, 544 rows. Rates of such rows")
    assert "%" not in said and "100" not in said
    whole = replace(question, cohort=Cohort((), ("tp", "fp", "fn", "tn")))
    assert "are wrong" in overview_reading(make_overview(96, 100, 544, 19_260), whole, "error_rate")


@pytest.mark.parametrize(
    ("arrival", "said", "unsaid"),
    [
        (LabelArrival(None, True, 0.0), "have no label yet. They are not judged.", "typical"),
        (
            LabelArrival(None, False, 0.1),
            "have no label, old ones as often as new ones, so those with one may not be typical.",
            "yet",
        ),
        (LabelArrival(None, True, 0.1), "have no label, and of the oldest fifth 10.0 % will hardly get one.", "yet"),
        (None, "have no label. They are not judged.", "yet"),
    ],
)
def test_labels_that_never_come_are_not_called_late(arrival: LabelArrival | None, said: str, unsaid: str) -> None:
    overview = replace(make_overview(50, 60, 40, 150, unknown=100), arrival=arrival)
    lead = overview_reading(overview, make_question()).replace("\u202f", " ").split("\n")[0]
    assert said in lead and unsaid not in lead


def test_a_score_that_ranks_the_wrong_way_round_stands_first() -> None:
    message = "The score ranks the wrong way round: AUROC 0.226 (95 % 0.201 to 0.252) is below one half. Check."
    finding = CheckResult("score-ranks-wrong-way", "error", "score", 1_500, message)
    log = replace(rare().log, findings=(finding,))
    said = text(replace(rare(), log=log), "recall")
    assert said.startswith(
        "The score ranks the wrong way round: check which value is positive, and whether low scores mean it, before all that "
    )
    assert "wrong way" not in text(rare(), "recall")


@pytest.mark.parametrize(
    ("steps", "mark", "said"),
    [
        ((("up", 1.0), ("down", 0.0)), 1.0, "are graded 'down'"),
        ((("great", 3.0), ("fair", 2.0), ("poor", 1.0), ("bad", 0.0)), 2.0, "are graded 'bad' or 'poor'"),
        (tuple((f"{place} stars", float(place)) for place in range(1, 6)), 5.0, "have a grade below 5"),
        ((), 4.0, "have a grade below 4"),
    ],
)
def test_a_few_bad_grades_in_words_are_named(steps: tuple[tuple[str, float], ...], mark: float, said: str) -> None:
    log = make_question().log
    mapping = replace(log.mapping, right=Right("grades", "thumbs", mark=mark, steps=steps))
    assert wrong_words(replace(log, mapping=mapping)) == said


@pytest.mark.parametrize(("after", "word"), [(0.084, "against 5.6 %"), (0.0, "")])
def test_what_is_true_since_the_last_shift_stands_before_what_is_true_of_no_day(after: float, word: str) -> None:
    since = LastShift(date(2019, 4, 1), date(2018, 10, 30), Shift(5, 0.056, after, 25_000.0, 25_000.0, SIZE))
    overview = replace(make_overview(440, 35, 35, 490), shifts={"error_rate": since} if after else {})
    lead = overview_reading(overview, make_question()).replace("\u202f", " ").split("\n")[0]
    if not word:
        assert lead.startswith("7.0 % of judged rows are wrong at threshold 0.80.")
    else:
        told = "8.4 % of judged rows are wrong since the week of 1 Apr 2019, against 5.6 % before. Over the whole period 7.0 %"
        assert lead.startswith(told)
        assert "since" not in overview_reading(overview, rare(), "recall"), "misses have a course of their own"
