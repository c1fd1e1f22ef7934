"""How often two columns agree says whether they hold answers, which are right where equal, or amounts, which are right when near."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.log import answer_names
from analytics.log.column import Column
from analytics.log.hints import hint
from analytics.log.right import Right
from analytics.log.roles import guess
from tests.ingested import Desk

RNG = np.random.default_rng(16)
N = 400
COUNT = np.minimum(RNG.poisson(4, N), 12)
OFF = np.clip(COUNT + RNG.choice([-2, -1, 0, 0, 1, 2], N), 0, 12)
TOTAL = RNG.lognormal(6, 1, N).round(2)
READ = np.where(RNG.random(N) < 0.85, TOTAL, (TOTAL * 10).round(2))
LEVEL = RNG.integers(1, 6, N)
JUDGED = np.clip(LEVEL + RNG.choice([-1, 0, 0, 1], N), 1, 5)
CLASS = RNG.integers(0, 12, N)
SAID = np.where(RNG.random(N) < 0.35, CLASS, RNG.integers(0, 12, N))
WORDS = np.array(["Paris", "42", "Mount Everest", "blue"])[RNG.integers(0, 4, N)]
TEXT = np.array([f"{word} {place}" for word, place in zip(WORDS, RNG.integers(0, 300, N), strict=True)])
TOLD = np.where(RNG.random(N) < 0.7, TEXT, "I do not know")


def right(desk: Desk, **columns: object) -> Right | None:
    return guess(desk.read(pl.DataFrame({"id": [f"r{place}" for place in range(N)], **columns}))).mapping.right


@pytest.mark.parametrize(
    "names", [("y_pred", "y_true"), ("predicted", "actual"), ("predicted_visits", "actual_visits")]
)
def test_small_counts_that_are_mostly_near_are_numbers_within_a_step(desk: Desk, names: tuple[str, str]) -> None:
    found = right(desk, **dict(zip(names, (OFF, COUNT), strict=True)))
    assert found == Right("numbers", names[1], names[0], tolerance=1)


def test_amounts_that_are_nearly_never_equal_are_numbers_within_a_share(desk: Desk) -> None:
    found = right(desk, prediction=(TOTAL * RNG.uniform(0.9, 1.1, N)).astype(int), actual=TOTAL.astype(int))
    assert found == Right("numbers", "actual", "prediction", tolerance=0.1, is_relative=True)


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("y_pred", "y_true"), (SAID, CLASS)),
        (("y_pred", "y_true"), (JUDGED, LEVEL)),
        (("predicted_stars", "stars"), (JUDGED, LEVEL)),
        (("pred_bucket", "elo_bucket"), (np.clip(CLASS + (RNG.random(N) < 0.2), 0, 11), CLASS)),
        (("suggested_code", "billed_code"), (99200 + SAID, 99200 + CLASS)),
    ],
)
def test_numbered_classes_and_grades_are_right_where_equal(
    desk: Desk, names: tuple[str, str], values: tuple[np.ndarray, np.ndarray]
) -> None:
    found = right(desk, **dict(zip(names, values, strict=True)))
    assert found is not None and (found.kind, found.predicted, found.true) == ("classes", *names)


@pytest.mark.parametrize(
    "names", [("extracted_total", "true_total"), ("ocr_amount", "gt_amount"), ("total_parsed", "total")]
)
@pytest.mark.parametrize("form", ["{}", "{:,.2f}", "${:,.2f}"])
def test_what_was_read_off_a_document_is_right_where_it_is_equal_by_value(
    desk: Desk, names: tuple[str, str], form: str
) -> None:
    frame = pl.DataFrame(
        {"doc": [f"d{at}" for at in range(N)], names[0]: [form.format(x) for x in READ], names[1]: TOTAL}
    )
    log = desk.log(frame)
    assert log.mapping.right is not None and log.mapping.right.kind == "classes"
    assert (log.mapping.decision, log.mapping.label, log.n_labelled) == (*names, N)
    assert log.n_positive == int((READ == TOTAL).sum())


ANSWERS = [
    ("answer", "expected_answer"),
    ("response", "reference"),
    ("output", "target"),
    ("prediction", "gold"),
    ("completion", "ideal"),
    ("hyp", "ref"),
    ("actual_output", "expected_output"),
    ("antwort", "erwartete_antwort"),
    ("reponse", "reponse_attendue"),
    ("respuesta", "respuesta_esperada"),
]


@pytest.mark.parametrize("names", ANSWERS)
def test_an_answer_and_what_was_expected_are_told_apart_in_either_order(desk: Desk, names: tuple[str, str]) -> None:
    columns = [Column(at, name, "VARCHAR", "text", n_distinct=9) for at, name in enumerate(("question", *names))]
    for order in (columns, columns[::-1]):
        assert [(own.name, true.name) for own, true in answer_names.named(order)] == [names]
    found = right(desk, **{names[1]: TEXT, "topic": WORDS, names[0]: TOLD})
    assert found is not None and (found.kind, found.predicted, found.true) == ("classes", *names)


def test_sentences_on_the_same_thing_are_asked_about_and_numbers_said_ahead_are_no_truth(desk: Desk) -> None:
    texts = {"hypothesis": [f"{text} it is" for text in TEXT], "reference": TEXT}
    assert right(desk, **texts) is None
    assert "'hypothesis = reference'" in hint(desk.read(pl.DataFrame(texts)))
    ahead = [Column(at, name, "DOUBLE", "number", n_distinct=99) for at, name in enumerate(("sales", "expected_sales"))]
    assert answer_names.named(ahead) == []


def test_a_score_and_its_two_classes_are_no_answers(desk: Desk) -> None:
    found = guess(desk.read(pl.DataFrame({"output": RNG.random(N).round(4), "target": CLASS % 2})))
    assert (found.mapping.right, found.mapping.score, found.mapping.label) == (None, "output", "target")


def test_what_is_counted_of_two_columns(desk: Desk) -> None:
    reading = desk.read(pl.DataFrame({"predicted": OFF, "actual": COUNT}))
    (found,) = reading.origin.alike
    distance = np.abs(OFF - COUNT)
    assert found.equal == pytest.approx((distance == 0).mean()) and found.near == pytest.approx((distance == 1).mean())
    apart = np.abs(OFF[:, None] - COUNT)
    assert found.by_chance == pytest.approx((apart == 1).sum() / (apart > 0).sum())
    assert found.step == 1 and found.is_close and not found.is_equal
