"""A filter operator: one object with its texts, its sentence, its predicate and the control that edits it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import narwhals.stable.v2 as nw

from analytics.errors import QuestionError
from analytics.log.column import Column, Kind
from analytics.log.schema import Log

Values = Sequence[str]
_Arity = Literal["none", "one", "several"]
Join = Literal["any", "range", "all", "part", "row"]
Predicate = Callable[[Log, str, Values], nw.Expr]


@dataclass(frozen=True)
class Operator:
    """What a clause says of the values of a column.

    Attributes
    ----------
    key : str
        What links and saved cohorts call it; it never changes.
    label : str
        What the sidebar calls it.
    meaning : str
        Which rows it keeps, and what becomes of a missing value: help text and README.
    forms : tuple of str
        How ``--where`` writes it after the column's name: a sign before one value, words before a list; the whole of it where
        there is no value. The first that fits is the one that is written.
    words : callable
        From the values of all its clauses on a column (of one clause, for a part) to phrases.
    predicate : callable
        From the log, the column's name and the values of a clause to the predicate in Narwhals.
    kinds : tuple of str
        Kinds of column that it is for; none where it is about the row.
    arity : {"none", "one", "several"}
        How many values a clause has; several are alternatives.
    join : {"any", "range", "all", "part", "row"}
        How it joins the other clauses on its column: ``any``: an alternative to them; ``range``: together with the other bounds
        an alternative; ``all``: it always restricts; ``part``: it restricts by what a value has besides what it is, and stays
        where other clauses on the column are replaced; ``row``: it has no column and restricts.
    control : str
        What edits it in the sidebar: a key of ``pages._frame.conditions.CONTROLS``.
    is_complement : bool
        Whether its phrases are ends of one "is": "is A, B or missing".
    also : tuple of str
        Kinds of column that are answered besides, as the text that they are stored as; never offered.
    """

    key: str
    label: str
    meaning: str
    forms: tuple[str, ...]
    words: Callable[[Values], list[str]]
    predicate: Predicate
    kinds: tuple[Kind, ...]
    arity: _Arity
    join: Join
    control: str
    is_complement: bool = False
    also: tuple[Kind, ...] = ()

    def keeps(self, log: Log, name: str, values: Values) -> nw.Expr:
        """Return the predicate of one clause.

        Raises
        ------
        QuestionError
            If the column is unknown or of another kind, or a value is missing, too much or does not fit.
        """
        if self.join != "row":
            self._check(log.column(name), values)
        return self.predicate(log, name, values)

    def _check(self, column: Column, values: Values) -> None:
        """Refuse what the operator is not for."""
        is_fit = {"none": True, "one": len(values) == 1, "several": bool(values)}[self.arity]
        if not is_fit:
            raise QuestionError(
                f"Expected {'one value' if self.arity == 'one' else 'a value'} after {self.key!r} for {column.name!r}, "
                f"found {len(values) or 'none'}. Correct or clear the filter."
            )
        if column.kind not in (*self.kinds, *self.also):
            kinds = " or ".join("text" if kind == "text" else f"{kind}s" for kind in self.kinds)
            raise QuestionError(
                f"Expected a column of {kinds} for {'a range' if self.join == 'range' else repr(self.key)}, "
                f"found {column.name!r}, which holds {column.kind}. Filter it by its values."
            )
