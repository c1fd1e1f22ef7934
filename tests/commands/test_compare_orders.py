"""Two candidates that were each judged against the same answers with their places swapped, however the orders are written down."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.commands.test_compare import asked

N, HALF = 200, 0.5
FOUND = ("live_win_rate", "candidate_win_rate", "difference", "standard_error", "n")


def judged() -> dict[tuple[str, bool], np.ndarray]:
    """How much either candidate is preferred to ``base``, judged with ``base`` in the first place and in the second."""
    rng, found = np.random.default_rng(12), {}
    for name, rate in (("ada", 0.6), ("bo", 0.5)):
        for is_first in (True, False):
            wins = rng.random(N) < rate + (-0.15 if is_first else 0.15)
            found[name, is_first] = np.where(rng.random(N) < 0.1, HALF, wins.astype(float))
    return found


def as_places(wins: np.ndarray, *, is_first: bool) -> list[str]:
    """Name the place that won, ``base`` standing in the first one or in the second."""
    second = np.where(wins == HALF, HALF, wins if is_first else 1 - wins)
    return ["tie" if each == HALF else "model_b" if each else "model_a" for each in second]


def expected(by: dict[tuple[str, bool], np.ndarray]) -> tuple[float, ...]:
    ada, bo = ((by[name, True] + by[name, False]) / 2 for name in ("ada", "bo"))
    apart = bo - ada
    return ada.mean(), bo.mean(), apart.mean(), apart.std(ddof=1) / N**0.5, N


def test_both_orders_on_rows_of_their_own_are_those_in_columns(tmp_path: Path) -> None:
    by, question = judged(), [f"What is number {place}?" for place in range(N)]
    files = {}
    for name in ("ada", "bo"):
        parts = []
        for is_first in (True, False):
            sides = ("base", name) if is_first else (name, "base")
            told = as_places(by[name, is_first], is_first=is_first)
            parts.append(pl.DataFrame({"question": question, "model_a": sides[0], "model_b": sides[1], "winner": told}))
        files[name] = tmp_path / f"{name}.csv"
        pl.concat(parts).sample(fraction=1.0, shuffle=True, seed=3).write_csv(files[name])
    alone, said = asked(files["ada"])
    assert (alone["live"], alone["candidate"]) == ("base", "ada"), "whatever the alphabet says"
    assert alone["win_rate"] == pytest.approx(expected(by)[0]) and "Better: ada wins " in said
    found, said = asked(files["ada"], files["bo"])
    assert tuple(found[name] for name in FOUND) == pytest.approx(expected(by))
    assert found["sides"] == {"live": "ada", "candidate": "bo"} and found["against"]["live"] == "base"
    assert "Both orders stand on rows of their own, and are averaged." in said
    wide = [
        pl.DataFrame(
            {
                "question": question,
                "generator_1": "base",
                "generator_2": name,
                "preference": as_places(by[name, True], is_first=True),
                "swapped_preference": as_places(by[name, False], is_first=False),
            }
        )
        for name in ("ada", "bo")
    ]
    path = tmp_path / "wide.csv"
    pl.concat(wide).write_csv(path)  # in its head only words: the first line is a header all the same
    found, said = asked(path, "--live", "generator_2=ada", "--candidate", "generator_2=bo")
    assert tuple(found[name] for name in FOUND) == pytest.approx(expected(by))
    assert "swapped_preference read with places swapped" in said


def test_candidates_in_the_first_place_are_those_who_are_compared(tmp_path: Path) -> None:
    by, path = judged(), tmp_path / "first.csv"
    parts = [
        {"question": range(N), "model_a": name, "model_b": "base", "winner": as_places(by[name, False], is_first=False)}
        for name in ("ada", "bo")
    ]
    pl.concat([pl.DataFrame(part) for part in parts]).write_csv(path)
    found, said = asked(path, "--live", "model_a=ada", "--candidate", "model_a=bo", "--on", "question")
    rates = [by[name, False].mean() for name in ("ada", "bo")]
    assert [found["live_win_rate"], found["candidate_win_rate"]] == pytest.approx(rates)
    assert found["sides"] == {"live": "ada", "candidate": "bo"} and "not compared with the same answers" not in said


def test_numbers_that_are_called_a_score_are_preferences_where_that_is_said(tmp_path: Path) -> None:
    by, path = judged(), tmp_path / "numbers.csv"
    parts = [
        {
            "id": range(N),
            "candidate": name,
            "score_1_to_2": 1 + by[name, True],
            "flipped_score_1_to_2": 2 - by[name, False],
        }
        for name in ("ada", "bo")
    ]
    pl.concat([pl.DataFrame(part) for part in parts]).write_csv(path)
    sides = ("--live", "candidate=ada", "--candidate", "candidate=bo", "--preference", "score_1_to_2")
    found, _said = asked(path, *sides)
    assert tuple(found[name] for name in FOUND) == pytest.approx(expected(by))


def test_words_that_cannot_be_of_places_leave_two_candidates_without_a_verdict(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(13), tmp_path / "answers.csv"
    parts = []
    for name, rate in (("ada", 0.7), ("bo", 0.5)):
        clear = rng.random(N) < rate
        one, two = (np.where(rng.random(N) < 0.9, clear, ~clear) for _ in range(2))
        words = [np.where(each, "model_b", "model_a") for each in (one, two)]
        parts.append({"question": range(N), "system": name, "preference": words[0], "preference_swapped": words[1]})
    pl.concat([pl.DataFrame(part) for part in parts]).write_csv(path)
    found, said = asked(path, "--live", "system=ada", "--candidate", "system=bo", "--on", "question")
    assert found["verdict"] == "unknown" and found["difference_as_answers"] < found["difference"]
    assert said.splitlines()[-1] and "Which of both is better cannot be told" in said
