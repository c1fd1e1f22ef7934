from __future__ import annotations

import doctest
import importlib
import pkgutil
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import present
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.told_apart import told_apart
from tests.of_each import of_each

MODULES = [module.name for module in pkgutil.walk_packages(present.__path__, "analytics.present.")]


def spaced(text: str) -> str:
    return text.replace(words.THIN_SPACE, " ")


@of_each(MODULES)
def test_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1234, "12.3 %"),
        (0, "0.0 %"),
        (1, "100.0 %"),
        (0.0004, "< 0.1 %"),
        (0.9999, "> 99.9 %"),
        (None, "–"),
        (float("nan"), "–"),
        (0.9994, "99.9 %"),
        (0.0005, "0.1 %"),
    ],
)
def test_share(value: float | None, text: str) -> None:
    assert spaced(words.share(value)) == text


def test_numbers_have_separators_a_true_minus_and_fixed_digits() -> None:
    assert words.count(28135) == "28,135"
    assert words.number(0.70249) == "0.702"
    assert words.points(-0.031) == "−3.1 points"
    assert words.points(0.0) == "0.0 points"
    assert words.points(-0.0001) == "0.0 points"
    assert words.points(0.05, 0.01, 0.09) == "+5.0 points (1.0–9.0)"
    assert words.signed(0.0001, 3) == "0.000"
    assert words.number(float("inf")) == "∞"


def test_intervals() -> None:
    assert spaced(words.metric_interval("error_rate", 0.123, 0.116, 0.13)) == "12.3 % (11.6–13.0)"
    assert words.metric_interval("mcc", -0.1, -0.2, 0.05) == "−0.100 (−0.200 to 0.050)"
    assert words.metric_interval("recall", None, None, None) == "–"
    assert spaced(words.metric_interval("recall", 0.5, None, None)) == "50.0 %"


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_a_phrase_and_a_text(name: str) -> None:
    assert words.metric_phrase(name).removeprefix("the ").casefold() == METRICS[name].label.casefold()
    assert ("%" in words.metric_text(name, 0.5)) == METRICS[name].is_share


def test_plural_and_lists() -> None:
    assert [words.plural(n, "row") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert [words.listed(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_bucket_labels_do_not_depend_on_the_locale() -> None:
    moment = datetime(2024, 12, 30, 5)
    labels = [words.bucket_label(moment, every) for every in words.BUCKETS]
    assert labels == ["30 Dec 2024, 05:00", "30 Dec 2024", "week of 30 Dec 2024", "Dec 2024"]


@given(st.text())
def test_labels_are_one_line_and_not_empty(text: str) -> None:
    label = words.value_label(text)
    assert label
    assert not any(ord(mark) < 32 or mark in "\u202e\u2066" for mark in label)
    assert label != words.MISSING


@given(st.text(), st.integers(1, 50))
def test_shortened_keeps_the_limit(text: str, limit: int) -> None:
    assert len(words.shortened(text, limit)) <= limit


@given(st.lists(st.text(alphabet="ab \t…", max_size=12), max_size=8), st.integers(8, 12))
def test_different_texts_stay_different_when_they_are_shortened(texts: list[str], limit: int) -> None:
    short = told_apart(texts, limit)
    assert len(set(short)) == len(set(texts)) and all(len(cut) <= limit for cut in short)
    assert [cut for cut, text in zip(short, texts, strict=True) if text == (texts or [""])[0]] == short[
        :1
    ] * texts.count((texts or [""])[0])


def test_the_part_that_differs_is_shown() -> None:
    alike = [f"a very long beginning that all have, {end}" for end in ("thumbs up", "thumbs down")]
    assert told_apart(alike, 20) == ["…up", "…down"]
    assert told_apart(["thumbs_up", "thumbs_down"], 20) == ["thumbs_up", "thumbs_down"]
