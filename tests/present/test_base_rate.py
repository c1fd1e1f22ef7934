from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from analytics.present.base_rate import split_words
from tests.present.made import make_answer

COUNT = st.integers(0, 400)


def row(excess: float, model: float, base_rate: float = 0.3) -> dict[str, float]:
    bounds = {"excess_model_low": model - 5, "excess_model_high": model + 5}
    return {
        "excess_errors": excess,
        "excess_base_rate": excess - model,
        "excess_model": model,
        **bounds,
        "base_rate": base_rate,
        "base_rate_complement": 0.1,
    }


def test_both_parts_are_said_and_their_direction() -> None:
    assert split_words(row(120, 10)) == (
        "of 120 errors more than elsewhere, 110 because positives are more frequent there, "
        "10 (5–15) because the model is worse there"
    )
    assert split_words(row(-40, -10, 0.01)) == (
        "of 40 errors fewer than elsewhere, 30 because positives are less frequent there, "
        "10 (5–15) because the model is better there"
    )
    assert split_words(row(100, -20)) == (
        "100 errors more than elsewhere: +120 because positives are more frequent there, "
        "−20 (−25 to −15) because the model is better there"
    )
    assert split_words(row(-10, 30, 0.01)) == (
        "10 errors fewer than elsewhere: −40 because positives are less frequent there, "
        "+30 (25–35) because the model is worse there"
    )


@given(st.lists(st.tuples(*[COUNT] * 4), min_size=2, max_size=4))
def test_the_numbers_of_a_sentence_add_up(counts: list[tuple[int, ...]]) -> None:
    answer = make_answer([(f"s{place}", *entry, 0, 0) for place, entry in enumerate(counts)], metrics=())
    for found in answer.table.iter_rows(named=True):
        text = split_words(found).replace(",", "").replace("−", "-")
        if found["excess_model"] is None:
            assert text == ""
            continue
        total = int(re.search(r"(\d+) errors? (more|fewer)", text)[1])  # type: ignore[index]
        parts = [int(part) for part in re.findall(r"([+-]?\d+)(?: \([^)]*\))? because", text)]
        sign = -1 if "fewer than" in text and ": " in text else 1
        assert sum(parts) == sign * total, text
