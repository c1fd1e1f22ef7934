"""The first sentence of every question: short enough to be acted on, whatever the log."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.finding import Asking
from analytics.answers.brief.registry import SOURCES
from analytics.answers.calibration.answer import calibration
from analytics.answers.calibration.classes import class_calibration
from analytics.answers.calibration.numbers import numbers
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.search import Search
from analytics.answers.gap.answer import gap
from analytics.answers.gap.inputs import inputs
from analytics.answers.gap.sides import sides
from analytics.answers.labels_answer import labels
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices import leading_slice, slices
from analytics.answers.slices_ranking import ranked_columns
from analytics.answers.thresholds.answer import thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.log.schema import Log
from analytics.measure.metrics import used_in
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present import readings
from analytics.query.cohort import Clause, Cohort
from analytics.query.discovery.objectives import OBJECTIVES
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 12_000
PREVALENCES = (0.03, 0.3)


def made(prevalence: float, *, is_even: bool = False) -> pl.DataFrame:
    """Rows whose positives are missed in *far*, more frequent in *often*, and whose scores fall in the later half."""
    rng = np.random.default_rng(5)
    segment = rng.choice(["near", "far", "often"], N, p=[0.6, 0.25, 0.15])
    rate = np.where((segment == "often") & (not is_even), 2 * prevalence, prevalence)
    label = (rng.random(N) < rate).astype(int)
    skill = np.where((segment == "far") & (not is_even), 0.5, 2.0)
    is_late = np.arange(N) >= N // 2
    odds = np.log(prevalence / (1 - prevalence)) + skill * label - 0.8 * is_late * (not is_even) + rng.normal(0, 1, N)
    return pl.DataFrame(
        {
            "score": (1 / (1 + np.exp(-odds))).round(4),
            "is_fraud": label,
            "segment": segment,
            "part": np.where(is_late, "late", "early"),
            "place": rng.choice(["a", "b", "c"], N),
        }
    )


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


def log_of(desk: Desk, frame: pl.DataFrame) -> Log:
    return desk.log(
        frame, score="score", label="is_fraud", segments=("segment", "part", "place"), row_id=None, time=None
    )


def said(engine: Engine, log: Log) -> Iterator[tuple[str, str]]:
    """Every question's reading, with what it answers."""
    question = Question(log, Cohort(), 0.3)
    noun = readings.positives_of(log)
    for metric in used_in("slices"):
        yield f"overview {metric}", readings.overview_reading(overview(engine, question), question, metric)
        for by in (["segment"], ["segment", "place"]):
            yield f"slices {metric}", readings.slices_reading(slices(engine, question, by, metric=metric), noun)
        yield f"ranking {metric}", readings.ranking_reading(ranked_columns(engine, question, metric), 30, metric)
    for objective in sorted({*OBJECTIVES} - {"change", "cost"}):
        found = discover(engine, question, Search(objective, split="row"))
        yield f"discovery {objective}", readings.discovery_reading(found)
    yield (
        "calibration",
        readings.calibration_reading(calibration(engine, question), calibration_scan(engine, question).table),
    )
    table = cost_table(engine, question)
    for costs in (None, Costs(fp=1, fn=1), Costs(fp=1, fn=40)):
        policy = Policy(has_costs=False) if costs is None else Policy(costs)
        yield f"thresholds {costs}", readings.threshold_reading(thresholds(table, policy))
    early, late = (Question(log, Cohort((Clause("part", "in", (part,)),)), 0.3) for part in ("early", "late"))
    both = sides(engine, early, late)
    for metric in ("error_rate", "recall", "precision"):
        yield f"gap {metric}", readings.gap_reading(gap(engine, both, inputs(engine, both), metric))


@pytest.mark.parametrize(("prevalence", "is_even"), [(0.03, False), (0.3, True)])
def test_no_first_sentence_holds_more_than_two_numbers(
    desk: Desk, engine: Engine, prevalence: float, is_even: bool
) -> None:
    log = log_of(desk, made(prevalence, is_even=is_even))
    told = list(said(engine, log))
    assert len(told) > 60
    crowded: list[str] = []
    for question, text in told:
        first = re.match(r".*?[.?!](?=\s|$)", text, re.DOTALL)
        assert first, f"{question}: {text!r} does not end"
        numbers = re.findall(r"(?<![A-Za-z\d,.])\d[\d,.]*", first[0].rstrip("."))
        if len(numbers) > 2:
            crowded.append(f"{question}: {first[0]!r}")
        assert "nan" not in text.lower().split() and text.count("\n") <= 1
    assert not crowded, "\n".join(crowded)


def test_the_first_sentence_of_slices_names_the_slice_in_which_fraud_is_missed(desk: Desk, engine: Engine) -> None:
    for prevalence in PREVALENCES:
        question = Question(log_of(desk, made(prevalence)), Cohort(), 0.3)
        for metric in ("recall", "fnr"):
            answer = slices(engine, question, ["segment"], metric=metric)
            text = readings.slices_reading(answer, readings.positives_of(question.log))
            assert text.startswith("Worst by segment: far, where the model ") and " of fraud against " in text
        errors = readings.slices_reading(slices(engine, question, ["segment"], metric="error_rate"))
        assert not errors.startswith("Worst by segment: often")


def test_slices_say_first_of_which_nothing_is_known_and_costs_turn_the_order(desk: Desk, engine: Engine) -> None:
    frame = made(0.3).with_columns(is_fraud=pl.when(pl.col("segment") == "often").then(None).otherwise("is_fraud"))
    question = Question(log_of(desk, frame), Cohort(), 0.3)
    said = readings.slices_reading(slices(engine, question, ["segment"]))
    n = frame.filter(pl.col("segment") == "often").height
    assert said.startswith(f"Nothing is known of often: none of its {n:,} rows has a label. ")
    policy = Policy(Costs(fp=1, fn=40), "€")
    priced = slices(
        engine, Question(log_of(desk, made(0.03)), Cohort(), 0.3), ["segment"], metric="cost", policy=policy
    )
    text = readings.slices_reading(priced).replace("\u202f", " ")
    assert text.startswith("Worst by segment: far, where a row costs €") and "and its base rate explains €" in text
    first = SOURCES["slices"].find(engine, Asking(Question(log_of(desk, made(0.03)), Cohort(), 0.3), policy))[0]
    row = leading_slice(priced)
    assert row is not None and first.size is not None and first.size.value == pytest.approx(row["excess_cost"])


def test_a_label_that_is_the_prediction_is_said_first_and_moves_no_threshold(desk: Desk) -> None:
    scores = np.random.default_rng(1).random(400)
    log = desk.log(pl.DataFrame({"score": scores, "label": (scores >= 0.3).astype(int)}))
    engine, question = Engine(desk.workspace), Question(log, Cohort(), 0.5)
    said = readings.overview_reading(overview(engine, question), question)
    assert said.startswith("The label is likely the prediction itself: check it before all that follows.")
    answer = thresholds(cost_table(engine, question), Policy(Costs(fp=1, fn=5)))
    assert readings.threshold_reading(answer).startswith("The label is likely the prediction itself")
    assert not SOURCES["calibration"].find(engine, Asking(question))
    read = readings.calibration_reading(calibration(engine, question), calibration_scan(engine, question).table)
    assert read.startswith("The label is likely the prediction itself") and "means" not in read.split("\n")[0]


def test_a_share_of_a_few_flagged_rows_is_not_said_first(desk: Desk) -> None:
    score = np.random.default_rng(2).random(2_000) * 0.5
    frame = pl.DataFrame({"score": np.append(score, 0.9), "label": np.append(score > 0.48, True).astype(int)})
    question = Question(desk.log(frame.with_columns(label=pl.col("label").shuffle(seed=1))), Cohort(), 0.5)
    engine = Engine(desk.workspace)
    said = readings.overview_reading(overview(engine, question), question, "recall")
    assert "Only 1 row is flagged." in said and "of flagged rows" not in said.split("\n")[0]


def test_a_column_that_may_be_the_decision_at_another_line_is_said_first(desk: Desk) -> None:
    rng = np.random.default_rng(4)
    score = rng.random(600)
    frame = pl.DataFrame({"score": score, "label": (rng.random(600) < score).astype(int), "invited": score >= 0.8})
    question = Question(desk.log(frame), Cohort(), 0.5)
    said = readings.overview_reading(overview(Engine(desk.workspace), question), question)
    assert said.startswith("'invited' may be what was decided, at 0.8")
    for other in (
        frame.with_columns(invited=pl.col("score") >= 0.5),
        frame.with_columns(invited=pl.col("score") * 0 > 1),
    ):
        assert "cut-of-score" not in {each.code for each in desk.log(other).findings}


def test_a_label_of_which_the_score_tells_nothing_is_said_first(desk: Desk) -> None:
    rng = np.random.default_rng(6)
    log = desk.log(pl.DataFrame({"score": rng.random(900), "heart_disease": rng.integers(0, 2, 900)}))
    question = Question(log, Cohort(), 0.5)
    said = readings.overview_reading(overview(Engine(desk.workspace), question), question)
    assert said.startswith("The score does not tell 'heart_disease' beyond chance: check that this is the label")


def test_a_threshold_that_nobody_chose_is_said_to_be_the_middle_of_the_scores(desk: Desk, engine: Engine) -> None:
    """Scores from 300 to 850 have no middle of their own as chances have: an error rate there is nobody's decision."""
    rng = np.random.default_rng(1)
    label = np.arange(400) % 4 == 0
    points = np.concatenate([[300, 850], (500 + 150 * label + rng.normal(0, 30, 400)).round()[2:]]).astype(int)
    log = desk.log(
        pl.DataFrame({"points": points, "late": label.astype(int)}), score="points", label="late", segments=()
    )
    said = [
        readings.overview_reading(overview(engine, asked), asked).split("\n")[0]
        for asked in (Question(log, Cohort(), threshold) for threshold in (log.mapping.threshold, 600.0))
    ]
    middle = "The log does not say which threshold decides: what follows is at the middle of scores of 300–850."
    assert said[0].startswith(middle)
    assert "which threshold decides" not in said[1]


def first_line(engine: Engine, question: Question, metric: str = "error_rate") -> str:
    return readings.overview_reading(overview(engine, question), question, metric).split("\n")[0].replace("\u202f", " ")


def test_a_score_that_knows_the_outcome_is_doubted_first_on_every_page(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(8)
    label = (rng.random(2_000) < 0.1).astype(int)
    score = (0.3 + 0.4 * label + rng.normal(0, 0.1, 2_000)).clip(0, 1)
    question = Question(desk.log(pl.DataFrame({"score": score, "label": label, "place": label * 0})), Cohort(), 0.5)
    doubt = "The score tells the label almost without error"
    assert first_line(engine, question, "recall").startswith(doubt)
    assert SOURCES["preflight"].find(engine, Asking(question))[0].place == "first"
    ranked = readings.ranking_reading(ranked_columns(engine, question), 30)
    said = readings.cautioned(ranked, question)
    assert said.startswith(doubt) and said.endswith(ranked) and readings.cautioned(said, question) == said


def test_a_column_that_is_the_label_is_named_in_the_first_line(desk: Desk, engine: Engine) -> None:
    frame = made(0.1).with_columns(
        chargeback=pl.when(pl.col("is_fraud") == 1).then(pl.lit("yes")).otherwise(pl.lit("none"))
    )
    question = Question(desk.log(frame, score="score", label="is_fraud"), Cohort(), 0.5)
    assert "'chargeback' tells the label on every row: check that the model does not see it." in first_line(
        engine, question
    )


def test_decisions_of_another_rule_than_the_threshold_are_told_first(desk: Desk, engine: Engine) -> None:
    """The hundred highest scores of each day are reviewed, whatever they are: no threshold decided."""
    frame = made(0.05).with_columns(day=pl.int_range(N) % 20)
    rank = pl.col("score").rank("ordinal", descending=True).over("day")
    frame = frame.with_columns(decision=(rank <= 100).cast(pl.Int64))
    log = desk.log(frame, score="score", label="is_fraud", decision="decision", threshold=0.5)
    question = Question(log, Cohort(), 0.5)
    assert first_line(engine, question).startswith("Threshold 0.50 is not what decided: ")


def test_the_usual_threshold_of_something_rare_is_said_to_be_nobodys(desk: Desk, engine: Engine) -> None:
    said = "The log does not say which threshold decides"
    rare, even = (desk.log(made(share), score="score", label="is_fraud", segments=("place",)) for share in PREVALENCES)
    assert first_line(engine, Question(rare, Cohort(), 0.5), "recall").startswith(said)
    assert said not in first_line(engine, Question(rare, Cohort(), 0.4), "recall")
    assert said not in first_line(engine, Question(even, Cohort(), 0.5))


def test_versions_that_are_judged_as_one_are_said_to_be(desk: Desk, engine: Engine) -> None:
    log = desk.log(made(0.3), score="score", label="is_fraud", model_version="part")
    assert "by both versions together" in first_line(engine, Question(log, Cohort(), 0.5))
    one = Question(log, Cohort((Clause("part", "in", ("late",)),)), 0.5)
    assert "together" not in first_line(engine, one)


def test_a_confidence_is_told_on_the_side_on_which_it_is_wrong_on_the_whole(desk: Desk, engine: Engine) -> None:
    """Most confidences are too high, while few low ones are too low: what is said first is what holds of most answers."""
    rng = np.random.default_rng(9)
    confidence = np.where(rng.random(N) < 0.15, 0.3, rng.choice([0.5, 0.7, 0.9], N))
    right = rng.random(N) < np.where(confidence == 0.3, 0.6, confidence - 0.12)
    true = rng.choice(["a", "b", "c"], N)
    other = np.select([true == "a", true == "b"], ["b", "c"], "a")
    frame = pl.DataFrame(
        {"confidence": confidence, "true_class": true, "predicted_class": np.where(right, true, other)}
    )
    question = Question(desk.log(frame), Cohort(), 0.5)
    answer = calibration(engine, question)
    said = readings.calibration_reading(answer, calibration_scan(engine, question).table).replace("\u202f", " ")
    assert said.startswith("A confidence of 0.") and ": it is too high." in said.partition(". ")[0] + "."
    assert "On the whole confidences are too high by" in said.split("\n")[0]
    (found,) = SOURCES["calibration"].find(engine, Asking(question))
    assert (
        readings.finding_sentence(found, question.log).replace("\u202f", " ")
        == f"{said.partition(': ')[0]}: it is too high."
    )


def test_a_confidence_that_tells_nothing_says_so_first(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(10)
    right, true = rng.random(N) < 0.8, rng.choice(["a", "b", "c"], N)
    other = np.select([true == "a", true == "b"], ["b", "c"], "a")
    frame = pl.DataFrame(
        {"confidence": rng.beta(9, 2, N), "true_class": true, "predicted_class": np.where(right, true, other)}
    )
    question = Question(desk.log(frame), Cohort(), 0.5)
    said = readings.calibration_reading(calibration(engine, question), calibration_scan(engine, question).table)
    start = "Confidences hardly tell right rows from wrong: whatever they say, about "
    assert said.startswith(start)
    (found,) = SOURCES["calibration"].find(engine, Asking(question))
    assert readings.finding_sentence(found, question.log).startswith(start)


def test_rows_that_were_drawn_by_class_are_no_miscalibration(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(11)
    score = rng.beta(1, 9, 20_000)
    label = rng.random(20_000) < score
    frame = pl.DataFrame({"score": score, "label": label.astype(int), "weight": np.where(label, 1, 20)})
    question = Question(desk.log(frame.filter(pl.Series(label | (rng.random(20_000) < 0.05)))), Cohort(), 0.5)
    assert "drawn-by-class" in {each.code for each in question.log.findings}
    assert not SOURCES["calibration"].find(engine, Asking(question))


def test_a_default_that_fills_a_bin_is_named(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(12)
    income = rng.lognormal(10, 0.5, 8_000).round()
    is_default = np.arange(8_000) % 9 == 0
    score = rng.random(8_000)
    label = rng.random(8_000) < np.where(is_default, 0.5, score)
    frame = pl.DataFrame(
        {"score": score.round(4), "label": label.astype(int), "income": np.where(is_default, 0, income)}
    )
    log = desk.log(frame, score="score", label="label", segments=("income",))
    first = SOURCES["slices"].find(engine, Asking(Question(log, Cohort(), 0.5)))[0]
    assert ", nearly always 0, " in readings.finding_sentence(first, log)


def test_labels_of_one_class_since_a_day_are_told_first_until_these_rows_are_left_out(
    desk: Desk, engine: Engine
) -> None:
    frame = made(0.3).with_columns(at=pl.datetime(2024, 1, 1) + pl.duration(days=pl.int_range(N) // 200))
    is_late = pl.col("at") > pl.datetime(2024, 2, 15)
    frame = frame.with_columns(is_fraud=pl.when(is_late).then(0).otherwise("is_fraud"))
    log = desk.log(frame, score="score", label="is_fraud", time="at", segments=("place",))
    said = "From 16 Feb 2024 on labels are of one class: leave these rows out before all that follows."
    assert first_line(engine, Question(log, Cohort(), 0.5)).startswith(said)
    before = Cohort((Clause("at", "lt", ("2024-02-16",)),))
    assert said not in first_line(engine, Question(log, before, 0.5))
    one_place = Question(log, Cohort((Clause("place", "in", ("a",)),)), 0.5)
    assert readings.cautioned("So.", Question(log, before, 0.5), one_place) == f"{said} So."
    assert readings.cautioned("So.", Question(log, before, 0.5)) == "So."
    trusted = readings.labels_reading(labels(engine, one_place))
    assert trusted.startswith("Trust the error rate up to 15 February: since then labels are of one class")
    assert "of one class" not in readings.labels_reading(labels(engine, Question(log, before, 0.5)))


def test_labels_of_positives_alone_are_told_first(desk: Desk, engine: Engine) -> None:
    frame = made(0.3).with_columns(pl.when(pl.col("is_fraud") == 1).then(1).alias("is_fraud"))
    said = first_line(engine, Question(desk.log(frame, score="score", label="is_fraud"), Cohort(), 0.5))
    assert said.startswith("Every label is positive: log those of the other class before all that follows.")


def test_rows_that_were_left_out_are_told_first(desk: Desk, engine: Engine) -> None:
    lines = made(0.3).head(600).write_csv().splitlines()
    other = ["id,model," + lines[0], *(f"{at},v2,{line}" for at, line in enumerate(lines[401:]))]
    log = desk.log("\n".join([*lines[:401], *other]) + "\n")
    said = first_line(engine, Question(log, Cohort(), 0.5))
    assert re.match(r"33\.\d.% of the rows were left out, and Logs says why", said)
    whole = desk.log("\n".join(["# remark"] * 9 + lines) + "\n")
    assert "left out" not in first_line(engine, Question(whole, Cohort(), 0.5))


def test_rows_that_are_all_positive_say_nothing_of_false_alarms_or_of_what_a_score_means(
    desk: Desk, engine: Engine
) -> None:
    log = desk.log(made(0.1), score="score", label="is_fraud", segments=("place",))
    question = Question(log, Cohort((Clause("is_fraud", "in", ("1",)),)), 0.2)
    said = first_line(engine, question, "recall")
    assert "No judged row is negative, so false alarms are not seen." in said and "of flagged rows" not in said
    assert "Flagging everybody" not in said
    read = readings.calibration_reading(calibration(engine, question), calibration_scan(engine, question).table)
    assert read.startswith("Every judged row is positive, so what a score means is not seen here.")


def test_a_predicted_number_is_told_as_what_it_turns_out_to_be(desk: Desk, engine: Engine) -> None:
    rng = np.random.default_rng(13)
    true = rng.lognormal(3, 0.6, 4_000)
    frame = pl.DataFrame(
        {"actual_minutes": true.round(1), "predicted_minutes": (1.1 * true + rng.normal(0, 1, 4_000)).round(1)}
    )
    question = Question(desk.log(frame), Cohort(), 0.5)
    found, off = numbers(engine, question), frame["predicted_minutes"] - frame["actual_minutes"]
    size = f"is off by {off.abs().mean():.3f}; all together are too high by {off.mean():.3f}."
    assert size in readings.overview_reading(overview(engine, question), question).partition("\n")[0]
    said = readings.numbers_reading(found)
    most = max(found.bins.to_dicts(), key=lambda row: row["bias"])
    start = f"A predicted {most['mean_predicted']:.1f} turns out to be {most['mean_true']:.1f} on the mean: it is too high. "
    assert said.startswith(start)


def test_classes_that_are_right_on_the_mean_alone_are_not_said_to_be_right(desk: Desk, engine: Engine) -> None:
    rng, names = np.random.default_rng(14), ["a", "b", "c"]
    sure = np.exp(rng.normal(0, 2.5, (4_000, 3)))
    sure /= sure.sum(1, keepdims=True)
    true = np.array([rng.choice(3, p=each) for each in sure])
    timid = sure**0.5 / (sure**0.5).sum(1, keepdims=True)
    frame = pl.DataFrame(
        {
            "true_class": np.array(names)[true],
            "predicted_class": np.array(names)[timid.argmax(1)],
            **{f"prob_{name}": timid[:, place].round(4) for place, name in enumerate(names)},
        }
    )
    answer = class_calibration(engine, Question(desk.log(frame), Cohort(), 0.5))
    said = readings.class_calibration_reading(answer)
    assert said.startswith("Scores of all classes are right on the mean and wrong one by one, off by ")
