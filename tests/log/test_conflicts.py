"""What a mapping must not hold, and what it says of logs that know one class alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.errors import QuestionError
from analytics.log.conflicts import all_positive, conflicts, one_class, require_values
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from tests.ingested import Desk


@pytest.fixture
def reading(desk: Desk) -> Reading:
    rows = "\n".join(f"{place / 10},{place % 2},{'yes' if place % 3 else 'no'},0,1" for place in range(9))
    return desk.read(f"score,label,answer,zeros,ones\n{rows}\n")


SOUND = Mapping(score="score", label="label", positive=("1",), negative=("0",))


def test_a_sound_mapping_has_no_conflict(reading: Reading) -> None:
    assert conflicts(SOUND, reading) == ()
    assert all_positive(SOUND, reading) is one_class(SOUND, reading) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"score": None}, "a score, a decision or a rule"),
        ({"score": "label"}, "'label' as score and label"),
        ({"time": "score", "amount": "score"}, "'score' as score and time and amount"),
        ({"positive": ()}, "'1' (4)"),
        ({"positive": ("1", "0")}, "'0' as both"),
        ({"positive": ("1.0",), "negative": ("1",)}, "as both"),
        ({"decision": "answer"}, "'yes' (6)"),
    ],
)
def test_conflicts(reading: Reading, changes: dict[str, object], words: str) -> None:
    (sentence,) = conflicts(replace(SOUND, **changes), reading)  # type: ignore[arg-type]
    assert words in sentence


def test_no_value_left_to_be_negative_is_a_warning_and_one_class_is_none(reading: Reading) -> None:
    both = replace(SOUND, positive=("1", "0"), negative=())
    assert "no row is left" in str(all_positive(both, reading))
    assert one_class(both, reading) is None
    for name, positive, words in (("ones", "1", "Only positives"), ("zeros", "1", "Only negatives")):
        mapping = replace(SOUND, label=name, positive=(positive,), negative=())
        assert all_positive(mapping, reading) is None
        assert str(one_class(mapping, reading)).startswith(words)


def test_values_that_rows_hold_or_could_hold(reading: Reading) -> None:
    require_values(reading.column("label"), ("1", "0.0", "true"), "--positive")
    require_values(reading.column("zeros"), ("1",), "--positive")
    for name, value in (("label", "2"), ("label", "yes"), ("answer", "Yes"), ("zeros", "7")):
        with pytest.raises(QuestionError, match=r"no row holds\. Its values"):
            require_values(reading.column(name), (value,), "--positive")


def test_a_value_beyond_those_that_a_reading_lists_is_let_through(desk: Desk) -> None:
    reading = desk.read("score,label\n" + "\n".join(f"0.5,v{place}" for place in range(80)))
    require_values(reading.column("label"), ("v79", "unheard"), "--positive")
