"""Scores that stand in one column per class, such as ``p0`` and ``p1``: which of them is that of the positive class."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analytics.log import positives
from analytics.log.column import Column
from analytics.log.mapping import Mapping as Roles
from analytics.log.right import class_columns_of
from analytics.log.schema import Reading
from analytics.log.spelling import plain
from analytics.log.value_words import groups, known, positive_of

_MAX_ROUNDING = 0.011
"""How far two chances may miss one in sum: each may be rounded to two digits."""

_CHANCE = re.compile(
    r"p|pr|prob|proba|probability|p_?hat|chance|likelihood|risk|score|(predicted|pred|model)_(p|prob|proba|score)"
)
"""What is left of a name without the class whose chance it is."""

_SPELLINGS = {"0": ("0", "0.0", "false", "no", "n"), "1": ("1", "1.0", "true", "yes", "y")}
"""How the two classes of a label of truth values are written in the names of columns."""


_PLACE = re.compile(r"(.*)\[(\d+)\]")
"""The name of a column that was one place of a list."""


def score_of(
    reading: Reading, label: str | None, scores: Sequence[str], said: Sequence[str] = ()
) -> tuple[str, str] | None:
    """Return the column of the positive class with the reason, None where scores are not one column per class.

    Parameters
    ----------
    reading : Reading
        What was found in the file.
    label : str or None
        The column of labels, whose values the columns are named after; without one they are 0 and 1.
    scores : sequence of str
        The column that is taken so far, or those that could be: it is left only where it is one of the columns of classes.
    said : sequence of str, optional
        The values of the label that a person calls positive; by default they are guessed.
    """
    positive, negative = positives.split_values(reading.column(label)) if label else (("1",), ("0",))
    if said:
        positive, negative = tuple(said), tuple(value for value in (*positive, *negative) if value not in said)
    spellings = groups([*positive, *negative])
    if len(spellings) < 2:
        return None
    fractions = [column for column in reading.columns if column.name != label and _is_fraction(column)]
    names = {meaning: {*map(plain, texts), *_SPELLINGS.get(meaning, ())} for meaning, texts in spellings.items()}
    families: dict[str, dict[str, str]] = _in_lists(reading.columns, fractions, names)
    for column in fractions:
        for meaning, values in names.items():
            for stem in {stem for value in values for stem in _stems(column.name, value)}:
                families.setdefault(stem, {})[meaning] = column.name
    wanted = next(meaning for meaning, texts in spellings.items() if positive[0] in texts)
    for stem, family in families.items():
        is_whole = len(family) == len(spellings) == len(set(family.values()))
        is_taken = bool({*scores} & {*family.values()}) or (not scores and len(family) == 2)
        is_part = label is None and _is_of_more(stem, family, fractions)
        if is_whole and is_taken and not is_part and _add_up([reading.column(name) for name in family.values()]):
            others = ", ".join(repr(name) for name in family.values() if name != family[wanted])
            return family[wanted], f"one column per class: it is that of {positive[0]!r} beside {others}"
    return None


def score_of_said(reading: Reading, mapping: Roles, said: Sequence[str]) -> str | None:
    """Return the score of the values of the label that a person calls positive; None where no column is it alone."""
    if mapping.right is not None:
        return dict(mapping.right.class_scores).get(said[0]) if len(said) == 1 else None
    found = score_of(reading, mapping.label, [mapping.score], said) if mapping.score else None
    return found[0] if found else None


def named_after(reading: Reading, label: str | None) -> tuple[str, str] | None:
    """Return the one column that is called the chance of a value of the label, such as ``p_malignant``, with that value.

    None where the label has not two classes, or where its words call the other one positive.
    """
    if label is None:
        return None
    column = reading.column(label)
    spellings = groups(known([value for value, _ in column.top]))
    positive = positive_of([*spellings], label)
    found = [
        (fraction.name, texts[0])
        for fraction in reading.columns
        if fraction.name != label and _is_fraction(fraction)
        for meaning, texts in spellings.items()
        for stem in {stem for text in texts for stem in _stems(fraction.name, plain(text))}
        if positive in (None, meaning) and _CHANCE.fullmatch(stem.strip("=_ .-(["))
    ]
    return found[0] if len(spellings) == 2 and len(found) == 1 and not found[0][1].isdigit() else None


def called_after_values(reading: Reading, column: Column) -> list[str]:
    """Return the columns of scores that are called after the values of a column, one for each; else none."""
    values = [value for value, _ in column.top]
    if not 1 < column.n_distinct == len(values) or column.kind == "time":
        return []
    fractions = [each.name for each in reading.columns if each.name != column.name and _is_fraction(each)]
    return [name for _, name in class_columns_of(values, fractions, ())]


def is_name_of_class(columns: Sequence[Column], column: Column) -> bool:
    """Whether a column is one place of a list with several that are the same on every row, as the names of classes are.

    >>> columns = [Column(at, f"classes[{at}]", "VARCHAR", "text", n_distinct=1) for at in range(2)]
    >>> is_name_of_class(columns, columns[0]), is_name_of_class(columns[:1], columns[0])
    (True, False)
    """
    found = _PLACE.fullmatch(column.name)
    places = [other for other in columns if found and (own := _PLACE.fullmatch(other.name)) and own[1] == found[1]]
    return len(places) > 1 and all(other.n_distinct == 1 for other in places)


def _in_lists(
    columns: Sequence[Column], fractions: Sequence[Column], names: dict[str, set[str]]
) -> dict[str, dict[str, str]]:
    """Return the families of scores in a list beside which another list names the class of each place."""
    by_name = {column.name: column for column in fractions}
    stems = {found[1] for name in by_name if (found := _PLACE.fullmatch(name))}
    families: dict[str, dict[str, str]] = {}
    for column in columns:
        found = _PLACE.fullmatch(column.name)
        if not found or not column.top or not is_name_of_class(columns, column):
            continue
        meaning = next((meaning for meaning, texts in names.items() if plain(column.top[0][0]) in texts), None)
        for stem in stems if meaning else ():
            if (own := f"{stem}[{found[2]}]") in by_name:
                families.setdefault(f"{found[1]} beside {stem}", {})[meaning or ""] = own
    return families


def is_place_of_many(reading: Reading, score: str | None) -> bool:
    """Whether a column is one place of a list with several, of which nothing says whose score it is."""
    found = re.fullmatch(r"(.*)\[\d+\]", score or "")
    if found is None or score not in reading.origin.paths:
        return False
    return sum(re.fullmatch(re.escape(found[1]) + r"\[\d+\]", name) is not None for name in reading.names) > 1


def _is_fraction(column: Column) -> bool:
    """Whether a column holds numbers from 0 to 1, and more than two of them."""
    if column.kind != "number" or column.n_distinct <= 2:
        return False
    return 0 <= float(column.low or "nan") <= float(column.high or "nan") <= 1


def _is_of_more(stem: str, family: Mapping[str, str], fractions: Sequence[Column]) -> bool:
    """Whether further columns are called as two classes are, with other numbers: they are of more classes than two."""
    numbers = [(column.name, found) for column in fractions for found in re.findall(r"\d+", column.name)]
    return any(stem in _stems(name, number) for name, number in numbers if name not in family.values())


def _add_up(columns: Sequence[Column]) -> bool:
    """Whether two columns can be chances that add up to one by their ranges; of more nothing is asked."""
    if len(columns) != 2:
        return True
    one, other = columns
    sums = (float(one.low or 0) + float(other.high or 0), float(one.high or 0) + float(other.low or 0))
    return all(abs(total - 1) <= _MAX_ROUNDING for total in sums)


def _stems(name: str, value: str) -> list[str]:
    """Return what is left of a column's name without a value at its end, at its beginning, or as a word inside.

    >>> _stems("P (label=yes)", "yes"), _stems("no", "no"), _stems("p1", "0"), _stems("class_1_prob", "1")
    (['p (label='], ['', '='], [], ['class_=_prob'])
    """
    folded = re.sub(r"[^\w]+$", "", name.strip().casefold())
    stems = [folded[: -len(value)]] if value and folded.endswith(value) else []
    stems += [f"={folded[len(value) :]}"] if value and folded.startswith(value) else []
    words = re.split(rf"(?<=[\W_]){re.escape(value)}(?=[\W_])", folded) if value else []
    return stems + (["=".join(words)] if len(words) == 2 else [])
