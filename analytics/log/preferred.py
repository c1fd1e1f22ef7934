"""Which column says which of two answers was better, by what it is called."""

from __future__ import annotations

import re
from dataclasses import replace

from analytics.log import positives, views
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.right import Right
from analytics.log.role_names import folded_name
from analytics.log.schema import Reading

_PREFERENCE = re.compile(r"(.*_)?(preferences?|preferred|winner|better)(_(answer|model|response|output))?(_?\d)?")
"""How columns are called that say which of two answers was better, in sets that are published."""

EVEN = (1.5, 0.5)
"""What neither answer was better is from 1 to 2, and from 0 to 1."""
_MARK = re.compile(r"\s*[AaBb] ?[<>=~]+ ?[AaBb]\s*")
"""Judgements that can be nothing else."""
_GAME = re.compile(r"(^|_)(g|games?|orders?)[^a-z\d]*\d")
_SHARED = 2
"""Values that the judgements of both orders share: either answer, whatever else stands where a judge gave none."""
_TURNED = re.compile(r"(^|_)(swap(ped)?|flip(ped)?|revers(ed|e)|other_order)(?=_|$)")
"""Parts of names of judgements that were given once in either order."""
_NUMBER = re.compile(r"\d+")

_ANSWER = re.compile(
    r"(.*_)?(outputs?|answers?|responses?|completions?|generations?|repl(y|ies)|texts?)_#(_(text|content))?|#_(output|answer|response)"
)
_LENGTH = re.compile(r"(.*_)?(len(gth)?s?|n_?(tokens|chars|words)|tokens|chars|words)(_.*)?")
"""How columns are called that hold the text of an answer, and its length; ``#`` stands for the side."""
_SIDES = {"1": "2", "a": "b"}
_PLACED = re.compile(r"(.*)(left|right|first|second|links|rechts|[ab12])")
"""Names of one of two places, with what stands there."""
_CHOICE = re.compile(r"(.*_)?(votes?|voted|choices?|chosen|judge?ments?|stimme|wahl|voto|eleccion|choix)")
_EITHER = ({"left", "right"}, {"first", "second"}, {"a", "b"}, {"1", "2"})
"""What a choice between two answers says of the one and of the other, alone or after what stands there."""


def preferred(reading: Reading) -> str | None:
    """Return the first column of preferences by its name, else by its marks, such as ``A>>B``; None where none is.

    >>> column = Column(1, "preference", "DOUBLE", "number", n_distinct=2)
    >>> preferred(Reading("", "", "json", 9, 9, (Column(0, "generator_1", "VARCHAR", "text", n_distinct=1), column)))
    'preference'
    """
    named = next((name for name in reading.names if _PREFERENCE.fullmatch(folded_name(name))), None)
    marked = (
        each.name for each in reading.columns if each.top and all(_MARK.fullmatch(value) for value, _ in each.top)
    )
    return named or next(marked, None) or next(filter(None, map(_chosen, reading.columns)), None)


def _chosen(column: Column) -> str | None:
    """Return the name of a column that is called a choice and holds both of two places; None of any other."""
    if column.kind != "text" or _CHOICE.fullmatch(folded_name(column.name)) is None:
        return None
    ends = {folded_name(value).rsplit("_", 1)[-1] for value, _ in column.top}
    return column.name if any(both <= ends for both in _EITHER) else None


def are_sides(name: str, other: str) -> bool:
    """Whether two columns are called like the two places of one comparison, so that neither is true of the other.

    >>> are_sides("model_a", "model_b"), are_sides("answerLeft", "answerRight"), are_sides("code", "final_code")
    (True, True, False)
    """
    one, two = (_PLACED.fullmatch(folded_name(each)) for each in (name, other))
    if one is None or two is None or one[1] != two[1]:
        return False
    return {one[2], two[2]} in (*_EITHER, {"links", "rechts"})


def other_order(reading: Reading, column: str) -> tuple[str, bool] | None:
    """Return the column of the same judgement with the answers in the other order; None where none is called so.

    Also whether it speaks of places, and not of whose answers they are by the names of columns.
    """
    own = reading.column(column)
    values = {value.strip() for value, _ in own.top}
    for other in reading.columns:
        known = {value.strip() for value, _ in other.top}
        is_alike = all(map(_MARK.fullmatch, (*known, *values))) or known <= values or len(known & values) >= _SHARED
        if known and is_alike and _is_turned(own, other):
            return other.name, speaks_of_places(reading, column)
    return None


def _is_turned(column: Column, other: Column) -> bool:
    """Whether a name is that of a judgement with a later number of the game, or with a word for the order that was changed."""
    name, further = folded_name(column.name), folded_name(other.name)
    if _GAME.search(name) is not None and other.position > column.position:
        return _NUMBER.sub("#", column.name) == _NUMBER.sub("#", other.name)
    return further != name and _TURNED.sub("", further).strip("_") == name


def speaks_of_places(reading: Reading, column: str) -> bool:
    """Whether judgements name the place of an answer, and not a column that says whose it is.

    >>> winner = Column(0, "g1_winner", "VARCHAR", "text", n_distinct=2, top=(("model_1", 9), ("model_2", 9)))
    >>> model = Column(1, "model_1", "VARCHAR", "text", n_distinct=1, top=(("ada", 18),))
    >>> speaks_of_places(Reading("", "", "csv", 18, 18, (winner, model)), "g1_winner")
    False
    """
    return not {value.strip() for value, _ in reading.column(column).top} & {*reading.names}


def length_columns(reading: Reading) -> tuple[str, str] | None:
    """Return the columns of the texts of both answers, else those of their lengths, the first answer first; None without.

    >>> names = ("output_1", "output_2")
    >>> texts = tuple(Column(place, name, "VARCHAR", "text", n_distinct=9) for place, name in enumerate(names))
    >>> length_columns(Reading("", "", "json", 9, 9, texts))
    ('output_1', 'output_2')
    """
    by_name = {folded_name(column.name): column for column in reading.columns}
    for kind, pattern in (("text", _ANSWER), ("number", _LENGTH)):
        for name, column in by_name.items():
            for first, second in _SIDES.items():
                own = rf"(?<![a-z0-9]){first}(?![a-z0-9])"
                other = by_name.get(re.sub(own, second, name))
                sided = re.sub(own, "#", name)
                is_both = other is not None and other is not column and column.kind == other.kind == kind
                if other is not None and is_both and pattern.fullmatch(sided) and "#" in sided:
                    return column.name, other.name
    return None


def with_preferences(mapping: Mapping, reading: Reading) -> Mapping:
    """Return the mapping of a file that says which of two answers was better, and nothing else of any: that is what is judged.

    Words are what was decided; numbers are grades that are right where the second answer was preferred.
    """
    name = preferred(reading)
    if name is None or mapping.has_score or mapping.label or mapping.decision or mapping.right:
        return mapping
    column = reading.column(name)
    if column.kind != "number":
        return positives.with_decision_values(replace(mapping, decision=column.name), reading)
    even = EVEN[float(column.high or 0) <= 1]
    return views.right_or_wrong(mapping, reading, Right("grades", column.name, mark=even))
