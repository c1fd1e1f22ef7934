"""Columns of scores that are called after classes, in whole or as these begin, and pairs of what was said and what is true."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import accuracy_score
from typer.testing import CliRunner

from analytics.__main__ import app
from analytics.log import hints, rankings
from analytics.log.roles import guess
from tests.ingested import Desk

RNG = np.random.default_rng(11)
N = 300
P = RNG.dirichlet([1, 1, 1], N).round(4)
TRUE = np.array([RNG.choice(3, p=row / row.sum()) for row in P])
BEST = P.argmax(axis=1)
MOODS = np.array(["negative", "neutral", "positive"])


def scored(*names: str) -> dict[str, np.ndarray]:
    return {name: P[:, place] for place, name in enumerate(names)}


@pytest.mark.parametrize(
    ("scores", "classes"),
    [
        (("neg", "neu", "pos"), MOODS),
        (("score_neg", "score_neu", "score_pos"), MOODS),
        (("p_home", "p_draw", "p_away"), np.array(["H", "D", "A"])),
        (("low", "medium", "high"), np.array(["low", "medium", "high"])),
        (("against", "none", "favor"), np.array(["AGAINST", "NONE", "FAVOR"])),
    ],
)
@pytest.mark.parametrize("label", ["label", "mood"])
def test_scores_called_after_three_classes_are_judged_as_classes(
    desk: Desk, scores: tuple[str, ...], classes: np.ndarray, label: str
) -> None:
    """Of three, one was judged against the rest where a word called it positive; unnamed labels were asked for."""
    frame = pl.DataFrame({"id": range(N), **scored(*scores), label: classes[TRUE], "vip": RNG.integers(0, 2, N)})
    found = guess(desk.read(frame))
    right = found.mapping.right
    assert (
        not found.open and right is not None and (right.kind, right.true, right.predicted) == ("classes", label, None)
    )
    assert {*right.class_scores} == {*zip(classes, scores, strict=True)}
    log = desk.log(frame)
    assert log.mapping.right is not None and not log.mapping.right.unknown, "none is a class where it has a score"


def test_the_highest_score_is_what_was_predicted_and_never_the_label(desk: Desk) -> None:
    alone = pl.DataFrame({**scored("neg", "neu", "pos"), "mood": MOODS[BEST]})
    found = guess(desk.read(alone))
    assert (found.mapping.decision, found.mapping.label, found.mapping.right) == ("mood", None, None)
    both = alone.with_columns(airline_mood=MOODS[TRUE])
    right = guess(desk.read(both)).mapping.right
    assert right is not None and (right.true, right.predicted) == ("airline_mood", "mood")
    assert accuracy_score(both["airline_mood"], both["mood"]) < 0.9


def test_numbers_of_other_things_are_no_scores_of_a_label_that_is_named(desk: Desk) -> None:
    colours = {**scored("red", "green", "blue"), "colour": np.array(["red", "green", "blue"])[TRUE]}
    frame = pl.DataFrame({**colours, "score": RNG.random(N), "defective": RNG.integers(0, 2, N)})
    mapping = guess(desk.read(frame)).mapping
    assert (mapping.right, mapping.label, mapping.score) == (None, "defective", "score")


@pytest.mark.parametrize(
    ("predicted", "true"),
    [("predicted_class", "true_class"), ("gravité_prédite", "gravité_réelle"), ("grade_pred", "grade")],
)
def test_a_class_that_is_never_predicted_leaves_a_log_one_of_classes(desk: Desk, predicted: str, true: str) -> None:
    """It asked which of three classes is positive, or for another column of two values."""
    words = np.array(["mild", "moderate", "severe"])
    frame = pl.DataFrame({predicted: words[np.minimum(TRUE, 1)], true: words[TRUE], "vip": RNG.integers(0, 2, N)})
    right = guess(desk.read(frame)).mapping.right
    assert right is not None and (right.kind, right.true, right.predicted) == ("classes", true, predicted)


@pytest.mark.parametrize(
    ("score", "label"),
    [("p_cancel", "is_canceled"), ("pred_churn", "has_churned"), ("p_late", "was_late"), ("prob_up", "went_up")],
)
def test_a_score_that_is_called_after_the_label_is_it(desk: Desk, score: str, label: str) -> None:
    frame = pl.DataFrame({score: P[:, 0], label: RNG.integers(0, 2, N), "area": RNG.choice(["a", "b", "c"], N)})
    found = guess(desk.read(frame))
    assert not found.open and (found.mapping.score, found.mapping.label) == (score, label)


def test_a_question_about_several_pairs_lists_them(desk: Desk) -> None:
    """The first pair alone was named."""
    columns = {f"{of}_{end}": [f"{of} {k % 7}" for k in range(N)] for of in ("city", "zip") for end in ("pred", "true")}
    said = hints.hint(desk.read(pl.DataFrame(columns)))
    assert "2 pairs" in said and "'city_pred = city_true'" in said and "'zip_pred = zip_true'" in said
    answers = {name: RNG.choice(["a", "b", "c"], N) for name in ("pred_v1", "pred_v2", "label")}
    assert "'pred_v1' or 'pred_v2' and 'label'" in hints.hint(desk.read(pl.DataFrame(answers)))


@pytest.mark.parametrize(
    ("query", "score", "relevance", "document"),
    [
        ("query", "bm25_score", "grade", "doc_id"),
        ("q", "bm25_score", "grade", "link"),
        ("qid", "cosine_sim", "relevance", "docid"),
        ("topic", "score", "rel", "docno"),
        ("suchanfrage", "score", "relevanz", "artikel"),
        ("question", "similarity", "relevance", "chunk"),
    ],
)
def test_what_searches_log_is_a_ranking(desk: Desk, query: str, score: str, relevance: str, document: str) -> None:
    columns = {query: [f"q {k // 6}" for k in range(N)], document: [f"d{k}" for k in range(N)]}
    frame = pl.DataFrame({**columns, score: P[:, 0] * 9, relevance: RNG.integers(0, 4, N)})
    right = guess(desk.read(frame)).mapping.right
    assert right is not None and (right.kind, right.query, right.true) == ("rankings", query, relevance)
    assert right.predicted == score and not right.is_rank


def test_two_numbers_of_searches_are_asked_about(desk: Desk) -> None:
    columns = {
        "query_id": [k // 6 for k in range(N)],
        "doc_id": [f"d{k}" for k in range(N)],
        "bm25": P[:, 0],
        "grade": TRUE,
    }
    frame = pl.DataFrame({**columns, "dense_score": P[:, 1]})
    assert rankings.several_scores_hint(desk.read(frame.drop("bm25"))) == ""
    said = CliRunner().invoke(app, ["overview", str(desk.frame(frame))])
    assert said.exit_code == 2
    assert (
        "'bm25' or 'dense_score' could rank the rows of each 'query_id': --query query_id --relevance grade"
        in said.stderr
    )
    asked = ["overview", str(desk.frame(frame)), *["--query", "query_id", "--relevance", "grade", "--score", "bm25"]]
    assert CliRunner().invoke(app, asked).exit_code == 0


def test_answers_of_models_to_one_question_are_no_ranking(desk: Desk) -> None:
    columns = {"query": [f"q {k // 3}" for k in range(N)], "model": ["a", "b", "c"] * (N // 3)}
    frame = pl.DataFrame({**columns, "score": P[:, 0], "grade": RNG.integers(1, 6, N)})
    assert guess(desk.read(frame)).mapping.right is None


def test_a_name_says_that_its_numbers_are_of_a_hundred(desk: Desk) -> None:
    frame = pl.DataFrame({"churn_score_pct": (P[:, 0] * 100).round(1), "churned": RNG.integers(0, 2, N)})
    mapping = guess(desk.read(frame)).mapping
    assert (mapping.score, mapping.score_scale) == ("churn_score_pct", 100)


def test_what_is_removed_is_predicted_to_be_bad(desk: Desk) -> None:
    frame = pl.DataFrame({"action": ["keep", "remove"] * 150, "human_label": RNG.choice(["ok", "toxic"], N)})
    found = guess(desk.read(frame))
    assert not found.open and found.mapping.decision_positive == ("remove",)
