"""What makes a row right: how it is said, read, compared in the engine and before, and guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analytics.errors import QuestionError
from analytics.log import views
from analytics.log.judge import judge
from analytics.log.mapping import Mapping, mapping_from_dict
from analytics.log.right import Right, class_columns_of, parsed_equality, parsed_tolerance
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.reading import api
from tests.ingested import run_here

Read = Callable[[pl.DataFrame], api.Staged]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a row's right is does not hang on who reads it: a process for every log takes longer than the test."""
    monkeypatch.setattr(api, "run_child", run_here)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def staged(frame: pl.DataFrame) -> api.Staged:
        path = tmp_path / "log.csv"
        frame.write_csv(path)
        found = api.read_file(Workspace(tmp_path / "home"), path)
        assert isinstance(found, api.Staged)
        return found

    return staged


def built(tmp_path: Path, read: api.Staged, right: Right, value: str | None = None) -> Log:
    mapping = views.right_or_wrong(read.mapping, read.reading, right)
    if value is not None:
        mapping = views.one_against_rest(mapping, read.reading, value)
    return api.build_staged(Workspace(tmp_path / "home"), read, mapping)


def rows_of(tmp_path: Path, log: Log) -> pl.DataFrame:
    engine = Engine(Workspace(tmp_path / "home"))
    return engine.head(log, Cohort(), log.mapping.threshold, log.n_rows)


ODD = pl.DataFrame(
    {
        "suggested": ["Röntgen", "rontgen ", "A  b", "7", "7.0", None, "x", "x", "1e2"],
        "final": ["rontgen", "RÖNTGEN", "a b", "7.0", "7", "x", None, "y", "100"],
        "third": ["q", "w", "e", "r", "t", "z", "u", "i", "o"],
    }
)
"""Pairs in which capitals, accents, blanks and the way in which numbers are written differ, or a side is missing."""


@pytest.mark.parametrize("is_exact", [False, True])
def test_the_engine_and_the_preview_say_the_same_of_odd_pairs(tmp_path: Path, read: Read, is_exact: bool) -> None:
    found = read(ODD)
    right = Right("classes", "final", "suggested", is_exact=is_exact)
    log = built(tmp_path, found, right)
    words = {1: "right", 0: "wrong", None: "not known yet"}
    before = [row.outcome for row in judge([list(row) for row in ODD.rows()], log.reading, log.mapping)]
    assert [words[label] for label in rows_of(tmp_path, log)["label"]] == before
    assert before.count("right") == (0 if is_exact else 5)
    assert before.count("not known yet") == 2


def test_numbers_are_compared_by_value(tmp_path: Path, read: Read) -> None:
    frame = pl.DataFrame({"a": [1, 2, 30, None], "b": [1.0, 2.5, 30.0, 4.0], "c": list("wxyz")})
    log = built(tmp_path, read(frame), Right("classes", "b", "a"))
    assert rows_of(tmp_path, log)["label"].to_list() == [1, 0, 1, None]


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (Right("numbers", "true", "said", tolerance=1.0), [1, 1, 0, None, 1]),
        (Right("numbers", "true", "said", tolerance=0.1, is_relative=True), [1, 1, 0, None, 0]),
        (Right("grades", "true", mark=10.0), [1, 1, 1, None, 0]),
    ],
)
def test_numbers_and_grades(tmp_path: Path, read: Read, right: Right, expected: list[int | None]) -> None:
    frame = pl.DataFrame(
        {"said": [11.0, 10.0, 25.0, 3.0, -1.5], "true": [10.5, 11.0, 20.0, None, -1.0], "s": list("abcde")}
    )
    found = read(frame)
    log = built(tmp_path, found, right)
    assert rows_of(tmp_path, log)["label"].to_list() == expected
    outcomes = [
        row.outcome
        for row in judge(
            [[str(v) if v is not None else None for v in r] for r in frame.rows()], log.reading, log.mapping
        )
    ]
    assert outcomes == [{1: "right", 0: "wrong", None: "not known yet"}[label] for label in expected]


def test_the_likeliest_class_is_predicted_where_no_column_says_it(tmp_path: Path, read: Read) -> None:
    frame = pl.DataFrame(
        {
            "class": ["cat", "dog", "eel", "dog"],
            "p_cat": [0.7, 0.2, 0.1, 0.5],
            "p_dog": [0.2, 0.7, 0.1, 0.3],
            "p_eel": [0.1, 0.1, 0.8, 0.2],
        }
    )
    log = built(tmp_path, read(frame), Right("classes", "class"))
    rows = rows_of(tmp_path, log)
    assert rows["label"].to_list() == [1, 1, 1, 0]
    assert rows["score"].to_list() == [0.7, 0.7, 0.8, 0.5]


def test_one_class_against_the_rest_is_the_yes_no_log_made_by_hand(tmp_path: Path, read: Read) -> None:
    frame = pl.DataFrame(
        {
            "obs": ["A", "b", "B", None, "C"] * 9,
            "pred": ["a", "B", "C", "A", "C"] * 9,
            "A": [0.9, 0.2, 0.1, 0.8, 0.0] * 9,
        }
        | {"B": [0.1, 0.7, 0.3, 0.1, 0.1] * 9, "C": [0.0, 0.1, 0.6, 0.1, 0.9] * 9}
    )
    log = built(tmp_path, read(frame), Right("classes", "obs", "pred"), "b")
    assert log.mapping.kind == "yes/no" and not log.is_right_or_wrong
    assert (log.mapping.positive, log.mapping.score, log.mapping.decision_positive) == (("B", "b"), "B", ("B",))
    assert rows_of(tmp_path, log)["label"].to_list() == [0, 1, 1, None, 0] * 9


def test_words_for_not_known_yet_are_no_class_unless_they_are_predicted(tmp_path: Path, read: Read) -> None:
    frame = pl.DataFrame(
        {"final": ["a", "pending", "b", "c", "n/a"], "said": ["a", "b", "n/a", "c", "n/a"], "x": list("vwxyz")}
    )
    found = read(frame)
    log = built(tmp_path, found, Right("classes", "final", "said"))
    assert log.mapping.right is not None and log.mapping.right.unknown == ("pending",)
    labels = rows_of(tmp_path, log)["label"].to_list()
    assert labels == [1, None, 0, 1, labels[-1]] and labels[-1] in (1, None)


@pytest.mark.parametrize(
    ("true", "predicted", "is_guessed"),
    [
        (["a", "b", "c"], ["a", "b", "b"], True),
        (["positive", "negative", "neutral"], ["positive", "negative", "negative"], True),
        (["fraud", "legit", "disputed"], ["fraud", "legit", "legit"], False),
        (["a", "b", "c"], ["a", "d", "d"], False),
        (["a", "b", "c"], ["c", "b", "a"], True),
        (["yes", "no", "pending"], ["yes", "no", "refer"], False),
        (["fraud", "legit", "disputed"], ["fraud", "legit", "watched"], False),
        (["positive", "neutral", "negative"], ["negative", "neutral", "positive"], True),
        ([0, 1, 2], [1, 0, 2], True),
    ],
)
def test_classes_are_guessed_where_both_columns_share_three_or_no_other_is_predicted(
    tmp_path: Path, read: Read, true: list[str] | list[int], predicted: list[str] | list[int], is_guessed: bool
) -> None:
    found = read(pl.DataFrame({"label": true * 9, "predicted_class": predicted * 9, "id": range(27)}))
    assert (found.mapping.kind == "classes") is is_guessed


def test_a_rule_survives_its_plain_form() -> None:
    right = Right("classes", "t", "p", class_scores=(("a", "s_a"), ("b", "s_b")))
    plain = {"label": "t", "right": {**vars(right), "class_scores": [["a", "s_a"], ["b", "s_b"]]}}
    assert mapping_from_dict(plain).right == right
    assert Mapping(label="t").digest() != Mapping(label="t", right=right).digest()


def test_a_mapping_without_a_rule_keeps_its_digest() -> None:
    """The digest names a log's file: this one is that of the version before there were rules."""
    assert Mapping(score="s", label="l", positive=("1",)).digest() == "089fa008"


@pytest.mark.parametrize(
    ("classes", "names", "found"),
    [
        (["F", "M"], ["obs", "F", "M"], ["F", "M"]),
        (["yes", "no", "maybe"], ["P (label=yes)", "P (label=no)", "P (label=maybe)"], 3),
        (["1", "2"], ["prob_1", "prob_2", "x"], ["prob_1", "prob_2"]),
        (["a", "b"], ["p_a", "q_b"], []),
        (["Café & Bar", "Öl"], ["prob_cafe_bar", "prob_ol"], ["prob_cafe_bar", "prob_ol"]),
        (["-1", "1"], ["p_1", "q"], []),
    ],
)
def test_columns_of_classes_are_called_after_them(classes: list[str], names: list[str], found: list[str] | int) -> None:
    columns = [column for _, column in class_columns_of(classes, names, ())]
    assert columns == found if isinstance(found, list) else len(columns) == found


@pytest.mark.parametrize("text", ["", "a", "a = ", "a = a", "x = b", "a < b"])
def test_what_is_no_equality_of_two_columns_is_refused(text: str) -> None:
    with pytest.raises(QuestionError, match="PREDICTED = TRUE"):
        parsed_equality(text, ["a", "b"])


@pytest.mark.parametrize("text", ["", "-1", "nan", "inf", "ten", "%"])
def test_what_is_no_tolerance_is_refused(text: str) -> None:
    with pytest.raises(QuestionError):
        parsed_tolerance(text)
