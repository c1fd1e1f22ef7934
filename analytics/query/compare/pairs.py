"""Pairs: the rows of two sides that are answers to the same input, side by side."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer

_OF_ROW = ("error", "truth", "covered", "width", "ndcg", "reciprocal_rank", "precision_at", "hit")
"""What logs of some kinds store of a row besides its score and its label."""


_FIRST_SIGN = "!"
"""The first sign that is seen: all blanks that are taken off, and control signs, stand before it."""
_REPEATED = "duplicate-ids"
"""What preflight says of a log in which an id stands on several rows."""


class _Asked(Protocol):
    """Which rows of which log, judged at which threshold."""

    @property
    def log(self) -> Log: ...
    @property
    def cohort(self) -> Cohort: ...
    @property
    def threshold(self) -> float: ...


@dataclass(frozen=True)
class Pairing:
    """How the rows of two sides meet.

    Attributes
    ----------
    live, candidate
        The questions: which rows of which log, judged at which threshold.
    on : tuple of (str, str)
        Columns of the live side and of the candidate that must agree; none: the same row of one file.
    is_alike : bool
        Whether ids count as one that differ in leading zeros, blanks around them or capitals alone.
    is_raw : bool
        Whether texts are compared as they are stored, because none has outer blanks: `as_stored` looks.
    is_repeated : (bool, bool)
        Whether either side has several rows with the same id, of which the last one counts.
    candidate_threshold : float or None
        Another threshold than its own that the candidate is judged at.
    is_given : (bool, bool)
        Whether a person gave the threshold of either side with the question.
    asked : str or None
        What was asked, by its column of the live side, where several pairs are of one input and no unit says so.
    is_sampled : bool
        Whether both sides have several answers to an input, which are paired in their order.
    """

    live: _Asked
    candidate: _Asked
    on: tuple[tuple[str, str], ...] = ()
    is_alike: bool = False
    is_raw: bool = False
    is_repeated: tuple[bool, bool] = (False, False)
    candidate_threshold: float | None = None
    is_given: tuple[bool, bool] = (False, False)
    asked: str | None = None
    is_sampled: bool = False

    @property
    def unit(self) -> str | None:
        """The column of the unit: the mapped one, else what was asked, where several pairs are of one input."""
        return self.live.log.mapping.unit or self.asked

    @property
    def thresholds(self) -> tuple[float, float]:
        """The thresholds that the live side and the candidate are judged at."""
        own = self.candidate.threshold if self.candidate_threshold is None else self.candidate_threshold
        return self.live.threshold, own

    @property
    def sides(self) -> tuple[_Asked, _Asked]:
        """Both questions, the live side first."""
        return self.live, self.candidate

    @property
    def is_yes_no(self) -> bool:
        """Whether both sides answer yes or no to a question with one truth, so that a label of either is the label of both."""
        return not self.live.log.is_right_or_wrong

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What tells its rows from those of others."""
        sides = tuple((side.log.key, side.cohort, at) for side, at in zip(self.sides, self.thresholds, strict=True))
        return (*sides, self.on, self.is_alike, self.is_raw, self.is_repeated, self.asked, self.is_sampled)

    @property
    def is_by_row(self) -> bool:
        """Whether both answers stand in one row."""
        return not self.on

    def keys(self, side: int) -> list[nw.Expr]:
        """Return what rows of a side meet by."""
        if self.is_by_row:
            return [nw.col("row_id")]
        columns = [(self.live.log.column(a), self.candidate.log.column(b)) for a, b in self.on]
        return [
            _key(pair[side], is_alike=self.is_alike, is_raw=self.is_raw, is_same=pair[0].type == pair[1].type)
            for pair in columns
        ]


def _key(column: Column, *, is_alike: bool, is_raw: bool, is_same: bool) -> nw.Expr:
    """Return a column as ids are compared: as it is where both sides store it alike and not as text, else as text."""
    held = nw.col(column.sql_name)
    if is_same and column.kind != "text" and not is_alike:
        return held
    text = held.cast(nw.String) if is_raw else held.cast(nw.String).str.strip_chars()
    return text.str.to_lowercase().str.replace_all("^0+", "") if is_alike else text


def _keyed(rows: nw.LazyFrame[Any], pairing: Pairing, side: int) -> nw.LazyFrame[Any]:
    """Give the rows of a side the columns that they meet by, and leave out those that have none."""
    keys = {f"key_{place}": key for place, key in enumerate(pairing.keys(side))}
    return rows.with_columns(**keys).filter(*(~nw.col(name).is_null() for name in keys))


def _last(rows: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Keep the last row of each id: by time, then by its place in the file."""
    newest = nw.col("moment").max().over(*keys)
    rows = rows.with_columns(newest=newest).filter((nw.col("moment") == nw.col("newest")) | nw.col("newest").is_null())
    return rows.with_columns(at=nw.col("row_id").max().over(*keys)).filter(nw.col("row_id") == nw.col("at"))


def account(engine: Engine, pairing: Pairing) -> dict[str, int]:
    """Count the rows of either side by whether they have an id, and the different ids.

    Returns
    -------
    dict of str to int
        ``rows_live, ids_live, without_id_live``, and the same of the candidate.
    """
    table = engine.once(("account", *pairing.key), lambda: pl.DataFrame([_counted(engine, pairing)]))
    return table.row(0, named=True)


def _counted(engine: Engine, pairing: Pairing) -> dict[str, int]:
    """Count the rows and ids of either side."""
    found: dict[str, int] = {}
    rows = engine.beside(*((side.log, side.cohort, side.threshold) for side in pairing.sides))
    for place, (name, frame) in enumerate(zip(("live", "candidate"), rows, strict=True)):
        keys = {f"key_{number}": key for number, key in enumerate(pairing.keys(place))}
        known = nw.all_horizontal(*(~key.is_null() for key in keys.values()), ignore_nulls=False)
        counts = engine.collect(frame.select(n=nw.len(), known=integer(known).sum()))
        n, with_id = int(counts["n"][0]), int(counts["known"][0] or 0)
        found |= {f"rows_{name}": n, f"ids_{name}": with_id, f"without_id_{name}": n - with_id}
        if not pairing.is_by_row and not _is_counted(pairing, place):
            each = in_groups(_keyed(frame, pairing, place), *keys, times=nw.len())
            found[f"ids_{name}"] = int(engine.collect(each.select(ids=nw.len()))["ids"][0])
    return found


def as_stored(engine: Engine, pairing: Pairing) -> Pairing:
    """Return a pairing that compares texts as they are stored, where none of them has outer blanks.

    To take blanks off ten million texts takes three times as long as to join them.
    """
    if pairing.is_by_row or pairing.is_alike:
        return pairing
    table = engine.once(("padded", *pairing.key), lambda: pl.DataFrame({"n": [_n_padded(engine, pairing)]}))
    return replace(pairing, is_raw=not table["n"][0])


def _n_padded(engine: Engine, pairing: Pairing) -> int:
    """Count the texts that begin or end with a blank or a control sign, of either side."""
    n = 0
    rows = engine.beside(*((side.log, side.cohort, side.threshold) for side in pairing.sides))
    for side, frame, names in zip(pairing.sides, rows, zip(*pairing.on, strict=True), strict=True):
        texts = [
            column.sql_name
            for name in names
            if (column := side.log.column(name)).kind == "text" and not _is_bare(side.log, name)
        ]
        if texts:
            held = [nw.col(name).cast(nw.String) for name in texts]
            is_padded = nw.any_horizontal(
                *((text < _FIRST_SIGN) | (text.str.tail(1) < _FIRST_SIGN) for text in held), ignore_nulls=True
            )
            n += int(engine.collect(frame.select(n=integer(is_padded).sum()))["n"][0] or 0)
    return n


def _is_bare(log: Log, name: str) -> bool:
    """Whether preflight found that no text of the id begins or ends with a blank."""
    return log.ids_are_bare and name == log.mapping.row_id


def _is_counted(pairing: Pairing, place: int) -> bool:
    """Whether preflight found that no id stands on two rows: to group millions of rows again takes longer than to join them.

    It counts the ids of a log as they are stored, in earlier logs within a model version alone.
    """
    side, mapping = pairing.sides[place], pairing.sides[place].log.mapping
    if [names[place] for names in pairing.on] != [mapping.row_id] or not pairing.is_raw:
        return False
    if side.log.reading.is_in_spark:
        return False
    if side.log.ids_are_unique:
        return True
    own = [each for each in side.cohort.clauses if each.column == mapping.model_version]
    is_merged = any(merged[0] == mapping.model_version for merged in mapping.merges)
    is_of_one = mapping.model_version is None or any(each.op == "in" and len(each.values) == 1 for each in own)
    if mapping.model_version is not None:
        version = side.log.column(mapping.model_version)
        is_of_one = is_of_one or version.n_distinct + bool(version.n_missing) <= 1
    if not is_of_one or is_merged:
        return False
    return not any(found.code == _REPEATED for found in side.log.findings)


def repeating(pairing: Pairing, counted: dict[str, int]) -> Pairing:
    """Return a pairing that knows from its account on which side ids repeat."""
    live, candidate = (
        counted[f"ids_{name}"] < counted[f"rows_{name}"] - counted[f"without_id_{name}"]
        for name in ("live", "candidate")
    )
    return replace(pairing, is_repeated=(live, candidate))


def pair_frame(engine: Engine, pairing: Pairing, also: Sequence[str] = ()) -> nw.LazyFrame[Any]:
    """Return a row per pair: the live side's row with all its columns, and beside it what the candidate said.

    Parameters
    ----------
    engine, pairing
    also : sequence of str
        Further columns of the candidate's log, which become ``b_c0 …`` by their stored names.

    Returns
    -------
    LazyFrame
        ``a_score, a_flag, a_label`` and ``b_score, b_flag, b_label`` with ``b_score_bin``, ``b_row`` and what logs of its kind
        store of a row. Of yes/no pairs both labels are the one that either side has, and null where they contradict each other:
        ``is_conflict`` is 1 there. ``a_right`` and ``b_right`` are 1, 0 or null: not known yet.
    """
    return paired(engine.beside(*((side.log, side.cohort, side.threshold) for side in pairing.sides)), pairing, also)


def paired(rows: Sequence[nw.LazyFrame[Any]], pairing: Pairing, also: Sequence[str] = ()) -> nw.LazyFrame[Any]:
    """Return the pairs of `pair_frame` from the rows of both sides, which stand on one cursor."""
    keyed = [_keyed(each, pairing, place) for place, each in enumerate(rows)]
    keys = [f"key_{place}" for place in range(max(len(pairing.on), 1))]
    live, candidate = (
        _last(each, keys) if repeated else each for each, repeated in zip(keyed, pairing.is_repeated, strict=True)
    )
    stored = set(rows[1].collect_schema().names())
    of_row = {f"b_{name}": nw.col(name) for name in _OF_ROW if name in stored}
    of_row |= {f"b_{name}": nw.col(name) for name in (pairing.candidate.log.column(each).sql_name for each in also)}
    if pairing.is_sampled:
        live, candidate = (
            each.with_columns(nth=nw.col("row_id").rank("ordinal").over(*keys).cast(nw.Int64))
            for each in (live, candidate)
        )
        keys = [*keys, "nth"]
    other = candidate.select(
        *keys,
        b_row=nw.col("row_id"),
        b_score=nw.col("score"),
        b_score_bin=nw.col("score_bin"),
        b_own=nw.col("label"),
        **of_row,
    )
    pairs = live.join(other, on=keys, how="inner")
    if pairing.asked is not None and pairing.live.log.mapping.unit is None:
        # An input is known by its first row: a number, by which it is dealt out as well.
        pairs = pairs.with_columns(unit=nw.col("row_id").min().over(pairing.live.log.column(pairing.asked).sql_name))
    own, others = nw.col("label").cast(nw.Int64), nw.col("b_own").cast(nw.Int64)
    if pairing.is_yes_no:
        is_conflict = integer(~own.is_null() & ~others.is_null() & (own != others))
        pairs = pairs.with_columns(is_conflict=is_conflict, one=nw.when(own.is_null()).then(others).otherwise(own))
        label = nw.when(nw.col("is_conflict") == 0).then(nw.col("one"))
        pairs = pairs.with_columns(a_label=label, b_label=label)
    else:
        pairs = pairs.with_columns(is_conflict=nw.lit(0), a_label=own, b_label=others)
    for mark, name, threshold in zip("ab", ("score", "b_score"), pairing.thresholds, strict=True):
        score = nw.col(name)
        flag = nw.when(~score.is_null()).then(integer(score >= threshold))
        pairs = pairs.with_columns(**{f"{mark}_flag": flag, f"{mark}_score": score})
        known, true = nw.col(f"{mark}_flag"), nw.col(f"{mark}_label")
        is_right = integer(known == true) if pairing.is_yes_no else true
        pairs = pairs.with_columns(**{f"{mark}_right": nw.when(~known.is_null() & ~true.is_null()).then(is_right)})
    return pairs


def is_judged() -> nw.Expr:
    """Return the predicate of the pairs that both sides are judged on."""
    return ~nw.col("a_right").is_null() & ~nw.col("b_right").is_null()
