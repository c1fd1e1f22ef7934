"""Scores of classes in a list: the order is taken from what is beside it, and from nothing less."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict

import numpy as np
import polars as pl
import pytest

from analytics.log import views
from analytics.log.receipt import CheckResult
from analytics.log.right import Right
from analytics.log.role_names import strength
from analytics.log.schema import reading_from_dict
from analytics.reading import api
from tests.ingested import Desk, run_here

N = 600
NAMES = ("cat", "dog", "fox")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "run_child", run_here)


RNG = np.random.default_rng(0)
P = RNG.dirichlet([3, 2, 2], N).round(3)
TRUE = [int(RNG.choice(3, p=row / row.sum())) for row in P]
BEST = [int(place) for place in P.argmax(axis=1)]


def named(places: Sequence[int]) -> list[str]:
    return [NAMES[place] for place in places]


def listed(order: Sequence[int]) -> list[str]:
    return [json.dumps([float(row[place]) for place in order]) for row in P]


def bound(desk: Desk, **columns: object) -> tuple[str, tuple[tuple[str, str], ...], Sequence[CheckResult]]:
    read = desk.stage(desk.frame(pl.DataFrame(columns)))
    right = read.mapping.right
    findings = desk.build(read).findings if right is not None else ()
    return read.mapping.kind, right.class_scores if right is not None else (), findings


ORDERS = [(0, 1, 2), (2, 0, 1)]


@pytest.mark.parametrize("order", ORDERS, ids=["sorted", "another"])
def test_the_highest_score_is_that_of_the_predicted_class(desk: Desk, order: tuple[int, ...]) -> None:
    kind, scores, findings = bound(desk, label=named(TRUE), prediction=named(BEST), p=listed(order))
    assert kind == "classes"
    assert scores == tuple((NAMES[place], f"p[{at}]") for at, place in enumerate(order))
    said = [finding.message for finding in findings if finding.code == "class-scores-order"]
    assert said == [f"The 3 scores in 'p' are of {', '.join(repr(NAMES[place]) for place in order)}, in this order."]


@pytest.mark.parametrize(("wrong", "is_bound"), [(0.003, True), (0.02, False)])
def test_the_prediction_must_follow_the_scores_in_nearly_every_row(desk: Desk, wrong: float, is_bound: bool) -> None:
    flipped = [(place + 1) % 3 if at < wrong * N else place for at, place in enumerate(BEST)]
    kind, scores, findings = bound(desk, label=named(TRUE), prediction=named(flipped), p=listed((0, 1, 2)))
    assert (kind, len(scores)) == ("classes", 3 if is_bound else 0)
    said = [finding.message for finding in findings if finding.code == "class-scores-order"]
    assert ("nothing says which is of which class" in said[0]) is not is_bound


def test_a_class_that_is_never_predicted_is_the_one_that_is_left(desk: Desk) -> None:
    two = P.copy()
    two[:, 1] = two.min(axis=1) / 2
    best = [int(place) for place in two.argmax(axis=1)]
    lists = [json.dumps([float(row[2]), float(row[0]), float(row[1])]) for row in two]
    read = desk.stage(desk.frame(pl.DataFrame({"label": named(TRUE), "said": named(best), "p": lists})))
    found = views.right_or_wrong(read.mapping, read.reading, Right("classes", "label", "said"))
    assert set(best) == {0, 2} and found.right is not None
    assert found.right.class_scores == (("fox", "p[0]"), ("cat", "p[1]"), ("dog", "p[2]"))


def test_whole_numbers_from_0_are_places(desk: Desk) -> None:
    kind, scores, _ = bound(desk, label=TRUE, p=listed((0, 1, 2)))
    assert (kind, scores) == ("classes", (("0", "p[0]"), ("1", "p[1]"), ("2", "p[2]")))
    kind, scores, _ = bound(desk, label=[place + 1 for place in TRUE], p=listed((0, 1, 2)))
    assert scores == (), "numbers from 1 on may stand for anything"


def test_names_beside_the_list_are_its_order(desk: Desk) -> None:
    names = [json.dumps(["fox", "cat", "dog"])] * N
    kind, scores, _ = bound(desk, label=named(TRUE), p=listed((2, 0, 1)), class_names=names)
    assert (kind, scores) == ("classes", (("fox", "p[0]"), ("cat", "p[1]"), ("dog", "p[2]")))
    other = [json.dumps(["fox", "cat", "owl"])] * N
    assert bound(desk, label=named(TRUE), p=listed((2, 0, 1)), class_names=other)[1] == ()


def test_what_a_list_is_taken_for_survives_its_plain_form(desk: Desk) -> None:
    read = desk.stage(desk.frame(pl.DataFrame({"label": named(TRUE), "said": named(BEST), "p": listed((2, 0, 1))})))
    assert ("p", "said", ("fox", "cat", "dog")) in read.reading.origin.likeliest
    assert reading_from_dict(json.loads(json.dumps(asdict(read.reading)))) == read.reading


@pytest.mark.parametrize("names", [["stay", "leave"], ["leave", "stay"]])
@pytest.mark.parametrize("written", [json.dumps, repr])
def test_of_two_scores_in_a_list_the_names_beside_it_say_which_is_the_positive_ones(
    desk: Desk, names: list[str], written: Callable[[object], str]
) -> None:
    """The first of the names, the same on every row, was taken for what was decided, and half of all rows were wrong."""
    rng = np.random.default_rng(5)
    scores = rng.random(200).round(4)
    chances = [{"leave": float(score), "stay": round(1 - float(score), 4)} for score in scores]
    rows = [
        (
            f"k{at}",
            "leave" if rng.random() < chance["leave"] else "stay",
            written(names),
            written([chance[n] for n in names]),
        )
        for at, chance in enumerate(chances)
    ]
    read = desk.stage(desk.csv(["id", "churned", "predicted.classes", "predicted.scores"], rows))
    assert (read.mapping.label, read.mapping.positive, read.mapping.decision) == ("churned", ("leave",), None)
    assert read.mapping.score == f"predicted.scores[{names.index('leave')}]"


@pytest.mark.parametrize("name", ["p(yes)", "PD_12M", "$LRP-default", "PRE_1"])
def test_tools_names_of_scores_are_scores(name: str) -> None:
    assert strength("score", name) is not None
