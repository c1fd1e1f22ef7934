"""What makes a row right where its label is not one of two classes: agreeing classes, a grade, a number near another, a rank."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from analytics.errors import QuestionError
from analytics.log.column import PERCENT

Kind = Literal["yes/no", "classes", "grades", "numbers", "rankings"]
KINDS: tuple[Kind, ...] = ("yes/no", "classes", "grades", "numbers", "rankings")
"""The kinds of log: by what makes a row right."""

MAX_RANK = 10
"""Ranks that count where nobody says otherwise: a page of results. The field's convention."""

_MAX_NAMED = 3
"""Texts of good grades that a rule names, beyond which it says the mark. A judgement."""

_EQUALS = re.compile(r"\s*==?\s*")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
"""A number with commas between its thousands."""
_ZEROS = re.compile(r"^(-?[0-9]+)\.0+$")
"""A whole number as tables with missing values write it: 2.0."""


@dataclass(frozen=True)
class Right:
    """When a row is right.

    Attributes
    ----------
    kind : {"classes", "grades", "numbers", "rankings"}
        The predicted class equals the true one; the grade is at least the mark; the predicted number is near the true one; the
        first row of a query is relevant.
    true : str
        The column of what turned out to be true, of the grade, or of the relevance.
    predicted : str or None
        The column of what was predicted, or by which rows are ranked; None for a grade, and for classes where the likeliest of
        ``class_scores`` is it.
    is_exact : bool
        Whether text is compared as it is written; else capitals, accents and blanks around it make no difference.
    mark : float
        The least grade that is right.
    tolerance : float
        How far a predicted number may be from the true one: in its units, or as a share of it where ``is_relative``.
    is_relative : bool
    class_scores : tuple of (str, str)
        Classes, each with the column of its score.
    against_rest : str or None
        The class that is judged against all others: the mapping then is that of a yes/no log. None: right or wrong.
    unknown : tuple of str
        True classes that mean: not known yet.
    query : str or None
        The column whose value the rows of one ranking share.
    is_rank : bool
        Whether rows are ranked by a rank, of which 1 comes first, and not by a score.
    at : int
        The ranks that count.
    lower, upper : str or None
        The columns of the ends of the interval that was given with a predicted number.
    steps : tuple of (str, float)
        Of grades that are written as text: each text with its grade.
    by_value : bool
        Whether classes that are numbers are compared as such: one of both columns holds nothing else.
    parted : str
        The sign between several answers in one cell; empty where each cell is one answer.
    is_first : bool
        Whether of several answers the first is what was predicted; else they are a set.
    """

    kind: Literal["classes", "grades", "numbers", "rankings"]
    true: str
    predicted: str | None = None
    is_exact: bool = False
    mark: float = 0.0
    tolerance: float = 0.0
    is_relative: bool = False
    class_scores: tuple[tuple[str, str], ...] = ()
    against_rest: str | None = None
    unknown: tuple[str, ...] = ()
    query: str | None = None
    is_rank: bool = False
    at: int = MAX_RANK
    lower: str | None = None
    upper: str | None = None
    steps: tuple[tuple[str, float], ...] = ()
    by_value: bool = False
    parted: str = ""
    is_first: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        names = (
            self.true,
            self.predicted,
            self.query,
            self.lower,
            self.upper,
            *(column for _, column in self.class_scores),
        )
        return tuple(name for name in names if name is not None)

    @property
    def mark_words(self) -> str:
        """The mark as the log writes it: its own word for that grade, else the number."""
        own = sorted((text for text, grade in self.steps if grade == self.mark), key=lambda text: (len(text), text))
        is_word = bool(own) and not any(sign.isdigit() for sign in own[0])
        return repr(own[0]) if is_word else f"{self.mark:g}"

    @property
    def sentence(self) -> str:
        """The rule as the mapping screen and the commands say it."""
        good = [text for text, grade in self.steps if grade >= self.mark]
        if self.kind == "grades" and 0 < len(good) <= _MAX_NAMED:
            return f"{self.true!r} is {' or '.join(map(repr, good))}"
        if self.kind == "grades":
            return f"{self.true!r} is at least {self.mark_words}"
        if self.kind == "rankings":
            first = "lowest" if self.is_rank else "highest"
            relevant = f"is relevant ({self.true!r} above 0); each {self.query!r} counts as one row"
            return f"the row of its {self.query!r} with the {first} {self.predicted!r} {relevant}"
        predicted = repr(self.predicted) if self.predicted else "the class with the highest score"
        if self.kind == "classes" and self.is_first:
            return f"the first of {predicted} equals {self.true!r}, parted by {self.parted!r}"
        if self.kind == "classes" and self.parted:
            return f"{predicted} and {self.true!r} hold the same, parted by {self.parted!r}, in any order"
        if self.kind == "classes":
            return f"{predicted} equals {self.true!r}"
        return f"{predicted} is within {self.near.replace('%', ' %')} of {self.true!r}"

    @property
    def near(self) -> str:
        """The tolerance as people write it.

        >>> Right("numbers", "y", "p", tolerance=0.1, is_relative=True).near, Right("numbers", "y", "p", tolerance=2.5).near
        ('10%', '2.5')
        """
        return f"{self.tolerance * PERCENT:g}%" if self.is_relative else f"{self.tolerance:g}"


_LATER = ("query", "is_rank", "at", "lower", "upper", "steps", "by_value", "parted", "is_first")
LATER_OF_RIGHT = {name: entry.default for name in _LATER for entry in fields(Right) if entry.name == name}
"""What older rules do not have: at these values it leaves the digest of a mapping, by which a log's file is found, as it was."""


def right_from_dict(data: Mapping[str, Any] | None) -> Right | None:
    """Rebuild a `Right` from its plain form; unknown entries are left out."""
    if not data:
        return None
    known = {entry.name for entry in fields(Right)}
    values = {key: value for key, value in data.items() if key in known}
    for name in {"class_scores", "steps"} & {*values}:
        values[name] = tuple((text, of) for text, of in values[name])
    return Right(**{**values, "unknown": tuple(data.get("unknown", ()))})


def parsed_equality(text: str, names: Collection[str]) -> tuple[str, str]:
    """Return the predicted and the true column of ``"predicted = true"``; names that hold ``=`` are found as well.

    Raises
    ------
    QuestionError
        If the text is no such equality of two columns.

    Examples
    --------
    >>> parsed_equality("code suggested = code=final", ["code suggested", "code=final"])
    ('code suggested', 'code=final')
    """
    for sign in _EQUALS.finditer(text):
        predicted, true = text[: sign.start()].strip(), text[sign.end() :].strip()
        if predicted in names and true in names and predicted != true:
            return predicted, true
    shown = ", ".join(repr(name) for name in list(names)[:8])
    raise QuestionError(
        f'Expected "PREDICTED = TRUE" with the names of two columns, found {text!r}. This log has: {shown}.'
    )


def parsed_tolerance(text: str) -> tuple[float, bool]:
    """Return a tolerance and whether it is a share of the true number.

    Raises
    ------
    QuestionError
        If it is no number from 0 on.

    Examples
    --------
    >>> parsed_tolerance("10%"), parsed_tolerance("0.5")
    ((0.1, True), (0.5, False))
    """
    number = text.strip().removesuffix("%").strip()
    is_relative = text.strip().endswith("%")
    try:
        tolerance = float(number) / (PERCENT if is_relative else 1)
    except ValueError:
        tolerance = math.nan
    if not math.isfinite(tolerance) or tolerance < 0:
        raise QuestionError(
            f"Expected a tolerance from 0 on, found {text!r}. Write a number, or a percentage such as 10%."
        )
    return tolerance, is_relative


def class_columns_of(
    classes: Sequence[str], names: Sequence[str], taken: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """Return the columns of the scores of classes, none where the log has not one for each that is called alike.

    A column is called after its class where the class is left once what all of them share is taken away: ``F``, ``p_F``,
    ``prob(F)``, ``F.score``. Where none is so, accents and signs make no difference: ``p_cafe_bar`` is that of ``Café & Bar``.

    Examples
    --------
    >>> class_columns_of(["cat", "dog"], ["id", "p_cat", "p_dog"], ())
    (('cat', 'p_cat'), ('dog', 'p_dog'))
    """
    if len(classes) < 2:
        return ()
    for plain in (_as_written, as_a_name):
        free = {plain(name): name for name in names if name not in taken}
        folded = [plain(value) for value in classes]
        for name in free:
            for found in re.finditer(re.escape(folded[0]), name) if folded[0] else ():
                before, after = name[: found.start()], name[found.end() :]
                family = [free.get(f"{before}{value}{after}") for value in folded]
                if all(family) and len({*family}) == len(family):
                    return tuple((value, str(column)) for value, column in zip(classes, family, strict=True))
    return ()


def _as_written(text: str) -> str:
    """Return a text without capitals and outer blanks."""
    return text.strip().casefold()


def as_a_name(text: str) -> str:
    """Return a text as tools make a name of it: plain letters and digits, one ``_`` for all between them.

    >>> as_a_name("Café & Bar"), as_a_name("p_cafe_bar")
    ('cafe_bar', 'p_cafe_bar')
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "_", "".join(letter for letter in letters if not unicodedata.combining(letter))).strip("_")


def fold(text: str, right: Right) -> str:
    """Return a class without what makes no difference: capitals, accents, blanks around and runs of them, zeros behind the point.

    >>> right = Right("classes", "final", "suggested")
    >>> fold("  STRASSE", right) == fold("Straße", right), fold("2.0", right), fold("02", right)
    (True, '2', '02')
    """
    if right.parted:
        answers = [_plain(part, right) for part in parts_of(text, right.parted)]
        return answers[0] if answers and right.is_first else "; ".join(sorted({*answers}))
    return _plain(text, right)


def parts_of(text: str, sign: str) -> list[str]:
    """Return the answers in one cell, without brackets around them and quotes around each.

    >>> parts_of("['a', 'b']", ","), parts_of("b; a;", ";")
    (['a', 'b'], ['b', 'a'])
    """
    inner = re.sub(r"^\s*[\[({]|[\])}]\s*$", "", text)
    return [part for part in (part.strip(" '\"") for part in inner.split(sign)) if part]


def _plain(text: str, right: Right) -> str:
    """Return one class without what makes no difference."""
    if right.by_value and (number := written_number(text)) is not None:
        return f"{number:.15g}"
    if right.is_exact:
        return text
    letters = unicodedata.normalize("NFKD", " ".join(text.split()).lower().replace("ß", "ss"))
    return _ZEROS.sub(r"\1", "".join(letter for letter in letters if not unicodedata.combining(letter)))


def written_number(text: str) -> float | None:
    """Return the number that an answer is, with commas between thousands or the sign of money or percent; None where it is none.

    >>> [written_number(text) for text in ("1,000", "$5", "30.0", "72.", "1,00", "12 apples")]
    [1000.0, 5.0, 30.0, 72.0, None, None]
    """
    plain = re.sub(r"[$€£%]?\.?$", "", re.sub(r"^([+-]?)[$€£]", r"\1", text.strip()))
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        number = float(plain) if "_" not in plain else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
