"""Columns of scores that are called after the classes of another column, in whole or as these begin: ``neg`` for *negative*."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from analytics.log.class_lists import MIN_PLACES
from analytics.log.column import PERCENT, Column
from analytics.log.right import as_a_name, class_columns_of
from analytics.log.role_names import is_prediction, strength
from analytics.log.schema import Reading
from analytics.log.unknown_words import is_unknown

_MIN_LETTERS = 3
"""Letters of a beginning that stand for a class by themselves: *neg*, *neu*, *pos*. Set by hand."""
_CHANCE = re.compile(r"(.*_)?(p|pr|prob(a|ability|abilities)?|scores?|chance|likelihood|conf(idence)?|odds)(_.*)?")
"""What all columns of a family share where a single letter is enough: ``p_home`` for *H*."""
_MAX_COLUMNS = 24
"""Columns of words whose classes are looked for in names. Bounds the time for wide logs."""


def scores_of(reading: Reading, classes: Sequence[str], taken: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the classes with the columns of their scores by how they begin, none where not each has exactly one.

    >>> columns = [Column(at, name, "DOUBLE", "number", low="0", high="1") for at, name in enumerate(("neg", "neu", "pos"))]
    >>> scores_of(Reading("", "", "csv", 9, 9, tuple(columns)), ["neutral", "positive", "negative"], ())
    (('neutral', 'neu'), ('positive', 'pos'), ('negative', 'neg'))
    """
    wanted = [as_a_name(value) for value in classes]
    if len(classes) < MIN_PLACES or not all(wanted):
        return ()
    for around, family in _families([name for name in _score_names(reading) if name not in taken]).items():
        least = 1 if _CHANCE.fullmatch("_".join(filter(None, around))) else _MIN_LETTERS
        found = [[name for word, name in family if _begin_alike(word, value, least)] for value in wanted]
        if all(len(names) == 1 for names in found) and len({names[0] for names in found}) == len(found):
            return tuple((value, names[0]) for value, names in zip(classes, found, strict=True))
    return ()


def _score_names(reading: Reading) -> list[str]:
    """Return the names of the columns that can hold scores of classes: numbers from 0 to 1, or to 100."""
    return [column.name for column in reading.columns if _is_share(column)]


def of_columns(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Return the columns of words, or of numbers that are called a label, of which each class has a column of scores, with these.

    >>> classes = Column(3, "mood", "VARCHAR", "text", n_distinct=3, top=(("neg", 9), ("neu", 3), ("pos", 3)))
    >>> scores = [Column(at, name, "DOUBLE", "number", low="0", high="1") for at, name in enumerate(("neg", "neu", "pos"))]
    >>> of_columns(Reading("", "", "csv", 15, 15, (*scores, classes)))
    {'mood': ('neg', 'neu', 'pos')}
    """
    names = _score_names(reading)
    few = [column for column in reading.columns if MIN_PLACES <= column.n_distinct == len(column.top)]
    words = [column for column in few if column.kind == "text" or (column.is_whole and _is_called_label(column))]
    found: dict[str, tuple[str, ...]] = {}
    for column in words[:_MAX_COLUMNS] if len(names) >= MIN_PLACES else ():
        values = [value for value, _ in column.top]
        known = [value for value in values if not is_unknown(value)]
        scores = next((each for of in (values, known) if (each := _scores(reading, of, names))), ())
        if len(scores) >= MIN_PLACES:
            found[column.name] = tuple(name for _, name in scores)
    return found


def family_name(names: Collection[str]) -> str:
    """Return what columns of scores are kept under, whichever of their classes comes first.

    >>> family_name(["pos", "neg"])
    'neg, pos'
    """
    return ", ".join(sorted(names))


def claims(
    reading: Reading, chosen: dict[str, str], undecided: dict[str, tuple[tuple[str, str], ...]], said: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Return the label that no name settles: the column of the classes that scores are called after; with each the reason.

    A column that says on nearly every row which score is the highest is what was predicted.
    """
    named = [name for name, _ in undecided.get("label", ()) if strength("label", name) is not None]
    if named or {"label", "score"} & {*said, *chosen} or "decision" in said:
        return {}
    families = of_columns(reading)
    highest = {(stem, column) for stem, column, _ in reading.origin.likeliest}
    predicted = [name for name, scores in families.items() if (family_name(scores), name) in highest]
    true = [name for name in families if name not in predicted and not _is_said(name)]
    decided, found = chosen.get("decision", ""), {}
    if decided in families and decided not in predicted and not is_prediction(decided):
        true, predicted = [decided], []  # a verdict that differs from the scores
    elif decided:
        true, predicted = [name for name in true if name != decided], [decided]
    elif len(predicted) == 1 and len(true) <= 1:
        found["decision"] = (predicted[0], "it says which of the scores is the highest")
    if len(true) == 1 and len(predicted) <= 1:
        shown = ", ".join(map(repr, families[true[0]][:MIN_PLACES]))
        found["label"] = (true[0], f"{shown} are called after its values")
    return found


def _is_called_label(column: Column) -> bool:
    """Whether a column is called like a label."""
    return strength("label", column.name) is not None


def _is_said(name: str) -> bool:
    """Whether a column is called what was predicted or decided."""
    return is_prediction(name) or strength("decision", name) is not None


def _scores(reading: Reading, classes: Sequence[str], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return classes with the columns of their scores, called after them in whole or as they begin."""
    return class_columns_of(classes, names, ()) or scores_of(reading, classes, ())


def _families(names: Sequence[str]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return by what stands before and after a word of their names the words that differ, with the names."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name in names:
        words = as_a_name(name).split("_")
        for first in range(len(words)):
            for end in range(first + 1, len(words) + 1):
                around = ("_".join(words[:first]), "_".join(words[end:]))
                found.setdefault(around, []).append(("_".join(words[first:end]), name))
    return found


def _begin_alike(word: str, value: str, least: int) -> bool:
    """Whether one of two words begins as the other one, which has letters enough.

    >>> _begin_alike("neg", "negative", 3), _begin_alike("home", "h", 3), _begin_alike("home", "h", 1)
    (True, False, True)
    """
    short, long = sorted((word, value), key=len)
    return len(short) >= least and long.startswith(short)


def _is_share(column: Column) -> bool:
    """Whether a column holds numbers from 0 to 1, or to 100."""
    if column.kind != "number":
        return False
    return 0 <= float(column.low or "nan") <= float(column.high or "nan") <= PERCENT
