"""The readings and the figure of the review: whatever the verdicts say, in whole sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.answers.review.findings import Findings
from analytics.answers.review.replay import Replay, Replayed
from analytics.measure.review import Agreement, corrected_error_rate, reason_table, share_of, without_news
from analytics.present import figures, readings, words
from tests.present.test_readings import BAD
from tests.review.cases import case

REASONS = st.lists(st.sampled_from(["label-wrong", "model-wrong", "x<b>"]), max_size=70)
LABELS = {"label-wrong": "Label wrong", "model-wrong": "Model wrong"}
STATES = ("fixed", "still wrong", "regressed", "still right", "not comparable")


def made(reasons: list[str], n_random: int, n_rows: int = 500) -> Findings:
    part = reasons[:n_random]
    wrong = reasons.count("label-wrong")
    rate = corrected_error_rate(1_000, n_rows, n_rows, wrong, part.count("label-wrong"), len(part))
    table, random = reason_table(reasons, ["label-wrong"]), reason_table(part, ["label-wrong"])
    return Findings(n_rows, len(reasons), table, random, len(part), without_news(reasons), rate, ())


def plain(text: str) -> str:
    return text.replace(words.THIN_SPACE, " ")


@given(reasons=REASONS, n_random=st.integers(0, 70), errors=st.sampled_from(["fp", "fn", "both", "all"]))
def test_every_reading_is_a_whole_sentence(reasons: list[str], n_random: int, errors: str) -> None:
    found = made(reasons, n_random)
    for text in (
        readings.findings_reading(found, errors, LABELS),
        readings.enough_reading(found.recent),
        readings.corrected_reading(found.corrected),
        readings.queue_reading(found.n_rows, errors, 0.3, found.n_judged),
    ):
        assert not BAD.search(text), text
        assert text.endswith(".")


def test_a_claim_about_all_errors_is_made_from_the_random_part_alone() -> None:
    few = made(["label-wrong"] * 30, 19)
    assert "That says nothing of all 500 errors" in readings.findings_reading(few, "both", LABELS)
    enough = plain(readings.findings_reading(made(["label-wrong"] * 10 + ["model-wrong"] * 30, 40), "both", LABELS))
    share = share_of(30, 40)
    assert share.low is not None and share.high is not None
    assert (
        f"75.0 % ({100 * share.low:.1f}–{100 * share.high:.1f}) of 40 rows that chance drew from the 500 errors"
        in enough
    )


def test_enough_is_said_when_reviews_bring_nothing_new() -> None:
    assert "sharpen the shares" in readings.enough_reading(without_news(["a"] * 25))
    assert "further reasons" in readings.enough_reading(without_news([str(k) for k in range(25)]))
    assert "Too few" in readings.enough_reading(without_news(["a"] * 5))


def test_the_corrected_rate_is_said_with_what_it_does_not_see() -> None:
    text = plain(readings.corrected_reading(corrected_error_rate(1_000, 200, 200, 40, 10, 50)))
    assert "from 20.0 % to 16.0 %" in text and "it is 16.0 % (" in text and "not looked for" in text
    nothing = corrected_error_rate(0, 0, 0, 0, 0, 0)
    assert "no error rate" in readings.corrected_reading(nothing)
    assert "stays 20.0 %" in plain(readings.corrected_reading(corrected_error_rate(1_000, 200, 200, 0, 0, 0)))


@pytest.mark.parametrize(("kappa", "grade"), [(1.0, "very good"), (0.3, "fair"), (-0.5, "poor"), (None, "not defined")])
def test_agreement_is_named(kappa: float | None, grade: str) -> None:
    assert grade in readings.agreement_reading(Agreement("Ada", "Bob", 1, 1, kappa, ()))


def test_a_replay_says_its_counts() -> None:
    cases = tuple(Replayed(case(k), state, "") for k, state in enumerate([*STATES, "fixed"]))
    text = readings.replay_reading(Replay(("id",), cases))
    assert text == (
        "Of 6 cases, matched by id: 2 fixed, 1 still wrong, 1 regressed, 1 still right and 1 not comparable."
    )


def test_the_figure_draws_the_shares_and_the_intervals_of_the_random_part() -> None:
    found = made(["label-wrong"] * 10 + ["x<b>"] * 30, 20)
    drawn = figures.reason_bars(found.reasons, found.random, LABELS, "all 500 errors")
    bars, points = drawn.data
    assert list(bars.x) == [75.0, 25.0]
    assert list(points.x) == [50.0, 50.0]
    assert points.error_x.array[0] == pytest.approx(100 * (share_of(10, 20).high or 0) - 50)
    assert list(drawn.layout.yaxis.ticktext) == ["x&lt;b&gt;", "Label wrong"]
    assert len(figures.reason_bars(found.reasons, made([], 0).random, LABELS, "all").data) == 1
    assert not figures.reason_bars(made([], 0).reasons, made([], 0).random, LABELS, "all").data
