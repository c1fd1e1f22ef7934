"""What makes a row right: one sentence in the same form for all kinds of log, beside the label of two classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from analytics.errors import AnalysisError
from analytics.log import grade_words, rankings, views
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.right import KINDS, MAX_RANK, Kind, Right, parsed_tolerance
from analytics.log.schema import Reading
from pages._frame.render import escaped

_SENTENCES: dict[Kind, str] = {
    "yes/no": "its prediction is its label, one of two classes",
    "classes": "the predicted class equals the true one",
    "grades": "its grade is at least a mark",
    "numbers": "the predicted number is near the true one",
    "rankings": "the first row of its query is relevant",
}
_TOLERANCE = "10%"
"""Where nobody says how near: a tenth of the true number. A place to begin."""
_NONE = "Choose a column"
_LIKELIEST = "The class with the highest score"
"""What is predicted where each class has a score and no column is chosen."""


def choose(reading: Reading, mapping: Mapping, key: str) -> Right | None:
    """Choose what makes a row right; None where a label of two classes does."""
    before = mapping.right
    kinds = list(KINDS)
    kind = st.selectbox(
        "A row is right if",
        kinds,
        index=kinds.index(mapping.kind),
        key=f"{key}_right",
        format_func=_SENTENCES.__getitem__,
        help="Two classes have false positives and false negatives; everything else is right or wrong.",
    )
    if kind is None or kind == "yes/no":
        return None
    if kind == "rankings":
        return _choose_ranking(reading, before, key)
    left, between, right = st.columns([3, 2, 1] if kind == "grades" else 3, vertical_alignment="bottom")
    with left:
        first = before.true if before is not None else mapping.label
        own = "Grade" if kind == "grades" else "True class" if kind == "classes" else "True number"
        fits = {"classes": None, "grades": grade_words.holds_grades}.get(kind, _is_number)
        true = _column(own, reading, first, f"{key}_true_{kind}", fits)
    if true is None:
        return None
    if kind == "grades":
        with between:
            mark = st.number_input(
                "At least", value=before.mark if before else _middle(reading, true), key=f"{key}_mark"
            )
        return Right("grades", true, mark=float(mark))
    with between:
        known = before.predicted if before is not None else mapping.decision or mapping.score
        is_likeliest = kind == "classes" and views.has_class_scores(reading, true)
        hint = _LIKELIEST if is_likeliest else _NONE
        fits = None if kind == "classes" else _is_number
        predicted = _column("Predicted", reading, known, f"{key}_predicted_{kind}", fits, hint)
    if (predicted is None and not is_likeliest) or predicted == true:
        st.caption("Choose a column of predictions and another one of what turned out to be true.")
        return None
    with right:
        if kind == "classes":
            is_exact = st.checkbox(
                "As written",
                value=before.is_exact if before else False,
                key=f"{key}_exact",
                help="Capitals, accents and blanks make a difference too.",
            )
            return Right("classes", true, predicted, is_exact=is_exact)
        text = st.text_input(
            "Within", _written(before), key=f"{key}_within", help="A number, or a percentage of the true one."
        )
        try:
            tolerance, is_relative = parsed_tolerance(text)
        except AnalysisError as error:
            st.caption(escaped(str(error)))
            return None
    found = Right("numbers", true, predicted, tolerance=tolerance, is_relative=is_relative)
    return _with_interval(found, reading, before, key)


def _with_interval(right: Right, reading: Reading, before: Right | None, key: str) -> Right:
    """Choose the ends of the interval that came with a predicted number, if any did."""
    is_known = before is not None and before.kind == "numbers"
    known = before if is_known and before is not None else views.with_interval(right, reading)
    first, second = st.columns(2)
    with first:
        lower = _column("Lower end, if given", reading, known.lower, f"{key}_lower", _is_number)
    with second:
        upper = _column("Upper end, if given", reading, known.upper, f"{key}_upper", _is_number)
    return replace(right, lower=lower, upper=upper) if lower and upper and lower != upper else right


def _choose_ranking(reading: Reading, before: Right | None, key: str) -> Right | None:
    """Choose query, what its rows are ranked by, and their relevance."""
    known = before if before is not None and before.kind == "rankings" else rankings.guessed(reading)
    first, second = st.columns(2), st.columns([2, 1, 1], vertical_alignment="bottom")
    with first[0]:
        query = _column("Query", reading, known.query if known else None, f"{key}_query")
    with first[1]:
        true = _column("Relevance", reading, known.true if known else None, f"{key}_relevance", _is_number)
    with second[0]:
        by = _column("Ranked by", reading, known.predicted if known else None, f"{key}_ranked", _is_number)
    with second[1]:
        is_rank = st.checkbox(
            "1 first",
            value=rankings.is_called_rank(by or ""),
            key=f"{key}_is_rank_{by}",
            help="The column holds ranks, of which 1 comes first, and no scores.",
        )
    with second[2]:
        at = st.number_input(
            "Ranks", 1, value=known.at if known else MAX_RANK, key=f"{key}_at", help="The k of nDCG@k."
        )
    if query is None or true is None or by is None or len({query, true, by}) < 3:
        st.caption(
            "Choose three columns: the query, the relevance of its rows, and the score or rank that orders them."
        )
        return None
    return Right("rankings", true, by, query=query, is_rank=is_rank, at=int(at))


def with_right(mapping: Mapping, reading: Reading, right: Right | None) -> Mapping:
    """Return the mapping under a rule; as it is without one."""
    return mapping if right is None else views.right_or_wrong(mapping, reading, right)


def _column(
    label: str,
    reading: Reading,
    current: str | None,
    key: str,
    fits: Callable[[Column], bool] | None = None,
    hint: str = _NONE,
) -> str | None:
    """Choose a column, of those that fit."""
    names = [column.name for column in reading.columns if fits is None or fits(column)]
    index = names.index(current) if current in names else None
    return st.selectbox(label, names, index=index, key=key, placeholder=hint)


def _is_number(column: Column) -> bool:
    return column.kind == "number"


def _middle(reading: Reading, name: str) -> float:
    """Return a mark to begin with: the highest but one of few grades, else the middle of their range."""
    column = reading.column(name)
    if steps := grade_words.steps_of(column):
        grades = sorted({grade for _, grade in steps})
        return grades[-2] if len(grades) > 2 else grades[-1]
    if column.kind != "number":
        return 1.0
    grades = sorted({float(value) for value, _ in column.top})
    if 1 < len(grades) == column.n_distinct:
        return grades[-2]
    return (float(column.low or 0) + float(column.high or 0)) / 2


def _written(right: Right | None) -> str:
    """Write a tolerance as a person does."""
    if right is None or right.kind != "numbers":
        return _TOLERANCE
    return right.near
