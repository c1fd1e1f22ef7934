"""What a log without a known rule could be judged by: grades, two columns that go together, labels between 0 and 1."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from analytics.log import alike, answer_names, called_after, class_columns, grade_words, pairs, positives, whole_numbers
from analytics.log.column import MAX_VALUES_BY_VALUE, PERCENT, Column
from analytics.log.many_answers import many_answers_hint, one_of_many_hint
from analytics.log.origin import SOURCE_FILE
from analytics.log.preferred import EVEN, are_sides, preferred
from analytics.log.role_names import folded_name, is_of_people, strength
from analytics.log.schema import Reading
from analytics.log.several_pairs import several_pairs_hint
from analytics.log.value_words import positive_of

_OUTCOME = re.compile(
    r"(.*_)?(resol(ution|ved)|settle(d|ment)|outcome|result|truth|payoff|preference|win(ner|s)?|ausgang|resultado|resultat)(_.*)?"
)
"""Names of what turned out, also in shares of one: a tie 0.5, a market not resolved 0.31."""
_NUMBERS = re.compile(r"\W{0,2}\d[\d.,'’ \u00a0\u202f]{0,30}(\D{0,12}\d[\d.,]{0,20}){0,2}\W{0,3}")
"""What a number looks like, however it is written."""
_MODEL = re.compile(
    r"(model|system|generator|candidate|agent|llm|engine|version)(_?(name|id|version|name_or_path|2|b))?"
)
"""How columns are called that say whose answer a row is."""
_TRUTHS = frozenset({0.0, 1.0})
_AHEAD = re.compile(
    r"(.*_)?(eta|etd|expected|estimated?|planned|quoted|promised|budget(ed)?|target|forecast(ed)?|projected|prognose|plan|soll)(_.*)?"
)
"""Names of a number that was said ahead of what it turned out to be."""
_ALIKE_RANGE = 3.0
"""How many times as far the one of two columns of numbers may reach as the other for both to be of one thing. Set by hand."""
_TWO = 2
"""Different values of a column of two classes."""
_FINAL = re.compile(r"(.*_)?(final[ea]?|endgultig(e[rs]?)?|definitiv[ea]?)(_.*)?")
_MAX_SHOWN = 3
"""Columns that could play one role that a hint names. Bounds the sentence."""
_MIN_SHARED_WORD = 3
"""Letters from which on a part of a name says what a column is of. Set by hand."""


def hint(reading: Reading) -> str:
    """Say which columns could say when a row is right, and how; empty where none is called so.

    >>> stars = Column(0, "stars", "BIGINT", "number", n_distinct=5, top=tuple((str(k), 9) for k in (3, 5, 4, 1, 2)))
    >>> hint(Reading("", "", "csv", 45, 45, (stars,)))
    " 'stars' could hold grades: --grade stars --pass 4."
    """
    found = (
        filter(None, [several_pairs_hint(reading)]),
        _two_columns(reading),
        _of_class_scores(reading),
        _said_ahead(reading),
        _unread(reading),
        _grades(reading),
        _answers(reading),
        _shares(reading),
        _same_values(reading),
    )
    return next((f" {text}" for each in found for text in each), "") + _preferred(reading)


def is_grade(reading: Reading, name: str | None) -> bool:
    """Whether a column is called like grades and holds some."""
    return any(column.name == name for column, _ in _graded(reading))


def judged_hint(reading: Reading, label: str | None = None) -> str:
    """Say what could say when a row is right, else which columns of two values could be decisions, and which numbers scores.

    >>> vote = Column(0, "vote", "VARCHAR", "text", n_distinct=2, top=(("in", 9), ("out", 9)))
    >>> judged_hint(Reading("", "", "csv", 18, 18, (vote,)))
    " 'vote' could be a decision: --decision vote."
    """
    if said := hint(reading) or one_of_many_hint(reading):
        return said
    free = [column for column in reading.columns if column.name != label]
    both = [column for column in free if len(positives.known_groups(column)) == _TWO and column.kind != "time"]
    two = [column.name for column in sorted(both, key=lambda column: not _are_telling(column))]
    repeated = [column for column in free if _is_many(column) and column.n_distinct < reading.rows_kept]
    many = [column.name for column in repeated if strength("amount", column.name) is None]
    return _could_be("decision", two) + _could_be("score", many)


def _are_telling(column: Column) -> bool:
    """Whether words tell which of the two values of a column is positive."""
    return positive_of(positives.known_groups(column), column.name) is not None


def _could_be(role: str, names: Sequence[str]) -> str:
    """Name columns that could play a role, and how one of them is chosen."""
    if not names:
        return ""
    shown = " or ".join(repr(name) for name in names[:_MAX_SHOWN])
    return f" {shown} could be a {role}: --{role} {shlex.quote(names[0])}."


def sides_hint(reading: Reading) -> str:
    """Say what could tell two sides apart: versions of a model in one column, or a column for each.

    >>> model = Column(0, "model", "VARCHAR", "text", n_distinct=2, top=(("ada", 9), ("bo", 9)))
    >>> sides_hint(Reading("", "", "csv", 18, 18, (model,)))
    " 'model' holds 2: --live model=ada --candidate model=bo; slices … --by model says it of each."
    """
    named = [each for each in reading.columns if _MODEL.fullmatch(folded_name(each.name.rpartition(".")[2]))]
    files = [column for column in reading.columns if column.name == SOURCE_FILE]  # a file of each model
    for column in (*named, *files):
        if column.kind == "text" and column.n_distinct > 1:
            name, values = shlex.quote(column.name), [value for value, _ in column.top[:2]]
            live, candidate = (shlex.quote(f"{column.name}={value}") for value in values)
            each = f"slices … --by {name} says it of each"
            return f" {column.name!r} holds {column.n_distinct:,}: --live {live} --candidate {candidate}; {each}."
    return many_answers_hint(reading)


def _preferred(reading: Reading) -> str:
    """Say how preferences are asked about, where a column is called so; empty where none is."""
    name = preferred(reading)
    if name is None:
        return ""
    column, shown = reading.column(name), shlex.quote(name)
    mark = EVEN[float(column.high or 0) <= 1] if column.kind == "number" else None
    graded = "" if mark is None else f"--grade {shown} --pass {mark:g}, or "
    return f" {name!r} could say which of two answers was better: {graded}compare … --preference {shown}."


def only_truths(reading: Reading) -> str | None:
    """Return the one column that is called like grades and says 1 or 0 of each row; None where none is, or several are.

    >>> solved = Column(0, "solved", "BIGINT", "number", n_distinct=2, top=(("1", 9), ("0", 9)))
    >>> only_truths(Reading("", "", "csv", 18, 18, (solved,)))
    'solved'
    """
    found = [(column.name, grades) for column, grades in _graded(reading)]
    return found[0][0] if len(found) == 1 and {*found[0][1]} == _TRUTHS else None


def _grades(reading: Reading) -> Iterator[str]:
    """Name the column that is called like grades, and the mark from which on a row could be right."""
    found = list(_graded(reading))
    for column, grades in found:
        mark = grades[-2] if len(grades) > 2 else grades[-1]
        others = " or ".join(repr(other.name) for other, _ in found[:_MAX_SHOWN] if other is not column)
        yield (
            f"{column.name!r}{f', or {others},' if others else ''} could hold grades: --grade {shlex.quote(column.name)} "
            f"--pass {shlex.quote(grade_words.word_of(column, mark))}."
        )


def _graded(reading: Reading) -> Iterator[tuple[Column, list[float]]]:
    """Return the columns that are called like grades, with their grades."""
    for column in reading.columns:
        if not grade_words.is_called_grade(column.name) or not 1 < column.n_distinct <= len(column.top):
            continue
        steps = grade_words.steps_of(column)
        grades = sorted({grade for _, grade in steps} or _numbers_of(column) or _truths_of(column))
        if 1 < len(grades) <= MAX_VALUES_BY_VALUE:
            yield column, grades


def _two_columns(reading: Reading) -> Iterator[str]:
    """Name a prediction or a suggestion by its name, and the column of the same classes, or of the same thing in numbers."""
    predicted, others = pairs.split(reading.columns)
    for own in predicted:
        for true in others:
            both = shlex.quote(f"{own.name} = {true.name}")
            are_classes = all(pairs.is_of_classes(column, reading.rows_kept) for column in (own, true))
            if are_classes and own.kind == true.kind == "text" and pairs.share_values(own, true):
                named = [each.name for each in predicted if each.kind == own.kind and pairs.share_values(each, true)]
                shown = " or ".join(repr(name) for name in named[:_MAX_SHOWN])
                yield f"{shown} and {true.name!r} hold the same classes: --right {both}."
            elif _are_close(reading, own, true) and alike.are_grades(own, true):
                yield f"{own.name!r} and {true.name!r} hold the same grades: --right {both}."
            elif _are_numbers_of_one(own, true) or _are_close(reading, own, true):
                yield _pair_of_numbers(reading, own, true)


def _are_numbers_of_one(own: Column, true: Column) -> bool:
    """Whether the names of a predicted number and another one say that both are of the same thing, or that the other is true."""
    if whole_numbers.is_amount(own) and whole_numbers.is_amount(true) and _words(own) & _words(true):
        return True
    if not _is_many(own) or true.kind != "number":
        return False
    is_true = called_after.is_twin(own.name, true.name) or (_is_many(true) and strength("label", true.name) is not None)
    return is_true or (_is_many(true) and bool(_words(own) & _words(true)))


def _answers(reading: Reading) -> Iterator[str]:
    """Name an answer and what was expected, which hardly ever agree word by word."""
    for own, true in answer_names.named(reading.columns):
        both = shlex.quote(f"{own.name} = {true.name}")
        if own.kind == true.kind == "time":
            instead = "are times: write minutes since the row's own time in their place, then"
            yield f"{own.name!r} and {true.name!r} {instead} --right {both} --within 10 judges how near they are."
            continue
        found = alike.of_pair(reading.origin.alike, own, true)
        how = f", equal on {PERCENT * found.equal:.0f} % of the rows" if found else ""
        yield (
            f"{own.name!r} and {true.name!r} could be an answer and what was expected{how}: if a row is right where they are "
            f"equal, --right {both}; else name a column that judges it, --grade COLUMN --pass MARK."
        )


def _are_close(reading: Reading, own: Column, true: Column) -> bool:
    """Whether two columns hold numbers that are nearly equal on many rows."""
    found = alike.of_pair(reading.origin.alike, own, true)
    return found is not None and found.is_close


def _pair_of_numbers(reading: Reading, own: Column, true: Column) -> str:
    """Say that two columns could be a number and what it turned out to be, and how that is judged."""
    both = shlex.quote(f"{own.name} = {true.name}")
    found = alike.of_pair(reading.origin.alike, own, true)
    near = found.within if found is not None else "10%"
    return f"{own.name!r} and {true.name!r} could be a number and what it turned out to be: --right {both} --within {near}."


def _of_class_scores(reading: Reading) -> Iterator[str]:
    """Name the column that holds the classes after which columns of scores are called."""
    for column in reading.columns:
        if strength("decision", column.name) is not None:  # what was predicted is no label
            continue
        if scores := class_columns.called_after_values(reading, column):
            shown = ", ".join(repr(name) for name in scores[:_MAX_SHOWN])
            how = f"--label {shlex.quote(column.name)}{' --score none' if column.n_distinct > _TWO else ''}"
            yield f"{column.name!r} holds the classes that {shown} are called after: {how}."


def _same_values(reading: Reading) -> Iterator[str]:
    """Name the only two columns of few values that are the same ones and share a word of their names."""
    few = [
        column for column in reading.columns if _TWO <= column.n_distinct == len(column.top) and column.kind != "time"
    ]
    pairs_of = [
        (one, other)
        for place, one in enumerate(few)
        for other in few[place + 1 :]
        if {value for value, _ in one.top} == {value for value, _ in other.top} and _words(one) & _words(other)
        if not all(strength("label", each.name) for each in (one, other)) and not are_sides(one.name, other.name)
    ]
    for one, other in pairs_of if len(pairs_of) == 1 else ():
        if _is_last(one.name) and not _is_last(other.name):
            one, other = other, one
        names = f"{one.name!r} and {other.name!r} hold the same values"
        if one.n_distinct == _TWO:
            how = f"--decision {shlex.quote(one.name)} --label {shlex.quote(other.name)}"
        else:
            how = "--right " + shlex.quote(f"{one.name} = {other.name}")
        yield f"{names}: if the first was predicted and the second is true, {how}."


def _is_last(name: str) -> bool:
    """Whether a column is called what people said, or what was said in the end."""
    return is_of_people(name) or _FINAL.fullmatch(folded_name(name)) is not None


def _said_ahead(reading: Reading) -> Iterator[str]:
    """Name a number that by its name was said ahead, and the one of the same unit and about the same size."""
    many = [column for column in reading.columns if _is_many(column)]
    for own in (column for column in many if _AHEAD.fullmatch(folded_name(column.name))):
        unit = folded_name(own.name).rsplit("_", 1)[-1]
        others = [
            column for column in many if column is not own and folded_name(column.name).rsplit("_", 1)[-1] == unit
        ]
        close = [column for column in others if _reach_alike(own, column)]
        if len(close) == 1:
            yield _pair_of_numbers(reading, own, close[0])


def _reach_alike(one: Column, other: Column) -> bool:
    """Whether two columns of numbers reach about as far."""
    reaches = sorted(max(abs(float(column.low or 0)), abs(float(column.high or 0))) for column in (one, other))
    return 0 < reaches[1] <= _ALIKE_RANGE * reaches[0]


def _shares(reading: Reading) -> Iterator[str]:
    """Name the column that is called like what turned out and holds shares of one."""
    for column in reading.columns:
        values = _numbers_of(column)
        is_share = (
            bool(values) and min(values) >= 0 and float(column.high or 0) <= 1 and any(0 < each < 1 for each in values)
        )
        if is_share and _OUTCOME.fullmatch(folded_name(column.name)):
            yield f"{column.name!r} could hold labels between 0 and 1: --label {shlex.quote(column.name)}."


def _unread(reading: Reading) -> Iterator[str]:
    """Name the column that is called like a score and holds numbers that could be read in two ways, or in none."""
    for column in reading.columns:
        values = [value for value, _ in column.top]
        is_number = [_NUMBERS.fullmatch(value) is not None for value in values]
        if column.kind == "text" and values and all(is_number) and strength("score", column.name) is not None:
            yield (
                f"{column.name!r} is called like a score and stayed text, such as {values[0]!r}: write its numbers with a "
                "point before the fraction and without signs between thousands."
            )


def _is_many(column: Column) -> bool:
    """Whether a column holds more numbers than are sliced one by one."""
    return column.kind == "number" and column.n_distinct > MAX_VALUES_BY_VALUE


def _words(column: Column) -> set[str]:
    """Return the words of a column's name that say what it is of."""
    return {word for word in folded_name(column.name).split("_") if len(word) >= _MIN_SHARED_WORD}


def _truths_of(column: Column) -> set[float]:
    """Return what a column of truths is read as."""
    return {*_TRUTHS} if column.kind == "boolean" else set()


def _numbers_of(column: Column) -> set[float]:
    """Return the values of a column of numbers."""
    return {float(value) for value, _ in column.top} if column.kind == "number" else set()
