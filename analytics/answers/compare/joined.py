"""Two sides joined: the joint table of their pairs, the account of how their rows meet, and how sure differences are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from analytics.answers.compare.metrics import compared_metrics
from analytics.answers.compare.sides import OFTEN, Account, asked_again
from analytics.answers.empty_cohort import empty_cohort
from analytics.errors import QuestionError
from analytics.measure.compare.difference import Spread
from analytics.measure.compare.joint import Joint
from analytics.measure.compare.units import count_influences, mean_differences, unit_spreads
from analytics.measure.thresholds.costs import Costs
from analytics.query.compare.joint import joint_tables
from analytics.query.compare.pairs import Pairing, account, as_stored, repeating
from analytics.query.compare.units import unit_squares
from analytics.query.compare.values import row_values
from analytics.query.engine import Engine

_MAX_PAIRS_BY_SCORE = 250_000
"""Pairs up to which every score is kept apart, so that areas are exact; above, bins of scores bound the table: some 30 MB."""
_FEW_ALONE = 0.01
"""Share of the ids of the side that has fewer, without a counterpart, up to which nobody looks for one that is written otherwise:
it takes another join. By hand."""


@dataclass(frozen=True)
class Joined:
    """Two sides whose rows met.

    Attributes
    ----------
    pairing : Pairing
        As the rows meet: ids that are written differently may have met too.
    joint : Joint
    account : Account
    cells : DataFrame
        The cells behind the joint table, as ``joint_tables`` says.
    days : float or None
        Calendar days that the pairs are from.
    last : date or None
        The last of them.
    """

    pairing: Pairing
    joint: Joint
    account: Account
    cells: pl.DataFrame
    days: float | None
    last: date | None


def joined(engine: Engine, pairing: Pairing, costs: Costs | None = None, *, is_own: bool = False) -> Joined:
    """Join two sides; ``is_own`` says that every answer is judged by itself, as by a preference, whatever kind of log it is.

    Raises
    ------
    EmptyCohort
        If the filters leave a side no row.
    QuestionError
        If no row of one side has a partner, or costs multiply an amount that the live side does not have.
    """
    if costs is not None and costs.amount_cells and pairing.live.log.mapping.amount is None:
        raise QuestionError("Expected a column of amounts to multiply costs by, found none. Choose it in the mapping.")
    pairing = as_stored(engine, pairing)
    counted = account(engine, pairing)
    for side, name in zip(pairing.sides, ("live", "candidate"), strict=True):
        if side.cohort and not counted[f"rows_{name}"]:
            raise empty_cohort(engine, side.log, side.cohort, side.threshold)
    pairing = repeating(pairing, counted)
    if _is_sampled(pairing, counted, is_own=is_own):
        pairing = replace(pairing, is_sampled=True, is_repeated=(False, False), asked=pairing.on[0][0])
        counted |= {
            f"ids_{name}": counted[f"rows_{name}"] - counted[f"without_id_{name}"] for name in ("live", "candidate")
        }
    pairing, joint, cells, sums = _met(engine, pairing, counted, costs)
    books = _account(pairing, counted, cells, sums)
    if not books.both:
        raise QuestionError(
            f"Expected rows of both sides that answer the same input, found none: {counted['ids_live']:,} ids of the live side "
            f"and {counted['ids_candidate']:,} of the candidate have none in common. Name the columns that join them.",
            code="no-pairs",
        )
    pairing = replace(pairing, asked=pairing.asked or asked_again(pairing, books))
    return Joined(pairing, joint, books, cells, *_days(sums))


def _is_sampled(pairing: Pairing, counted: dict[str, int], *, is_own: bool) -> bool:
    """Whether either side answers an input several times, and all answers are right or wrong by themselves: samples."""
    if (pairing.is_yes_no and not is_own) or pairing.is_by_row or not all(pairing.is_repeated):
        return False
    times = [
        (counted[f"rows_{name}"] - counted[f"without_id_{name}"]) / max(counted[f"ids_{name}"], 1)
        for name in ("live", "candidate")
    ]
    return min(times) >= OFTEN


def _days(sums: pl.DataFrame) -> tuple[float | None, date | None]:
    """Return how many calendar days the pairs are from, and the last of them."""
    first, last = sums["first"][0], sums["last"][0]
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None, None
    return float((last.date() - first.date()).days + 1), last.date()


def is_by_score(books: Account) -> bool:
    """Whether the pairs are few enough for every score to be kept apart."""
    return min(books.both + books.only_live, books.both + books.only_candidate) <= _MAX_PAIRS_BY_SCORE


def joint_of(engine: Engine, pairing: Pairing, costs: Costs | None = None, *, by_score: bool) -> Joint:
    """Return the joint table of a part of two sides that met already: as ``Joined`` has it, with further filters."""
    values = row_values(pairing, compared_metrics(pairing), costs)
    tables = joint_tables(engine, pairing, values, costs, by_score=by_score)
    return Joint.of(*tables, is_right_or_wrong=pairing.live.log.is_right_or_wrong)


def _met(
    engine: Engine, pairing: Pairing, counted: dict[str, int], costs: Costs | None
) -> tuple[Pairing, Joint, pl.DataFrame, pl.DataFrame]:
    """Return the joint table, of ids that are written differently too where more of them meet so and each has one counterpart."""
    n = min(counted["ids_live"], counted["ids_candidate"])
    by_score = n <= _MAX_PAIRS_BY_SCORE
    values = row_values(pairing, compared_metrics(pairing), costs)
    cells, sums = joint_tables(engine, pairing, values, costs, by_score=by_score)
    if _may_be_written_differently(pairing) and n - int(cells["pairs"].sum()) > _FEW_ALONE * n:
        alike = replace(pairing, is_alike=True, is_raw=False)
        again = account(engine, alike)
        if all(again[f"ids_{name}"] == counted[f"ids_{name}"] for name in ("live", "candidate")):
            others = joint_tables(engine, alike, values, costs, by_score=by_score)
            if others[0]["pairs"].sum() > cells["pairs"].sum():
                pairing, (cells, sums) = alike, others
    return pairing, Joint.of(cells, sums, is_right_or_wrong=pairing.live.log.is_right_or_wrong), cells, sums


def _may_be_written_differently(pairing: Pairing) -> bool:
    """Whether rows meet by text, or by columns of two types: numbers have no leading zeros and no capitals."""
    columns = [(pairing.live.log.column(a), pairing.candidate.log.column(b)) for a, b in pairing.on]
    return any("text" in (a.kind, b.kind) or a.type != b.type for a, b in columns)


def _account(pairing: Pairing, counted: dict[str, int], cells: pl.DataFrame, sums: pl.DataFrame) -> Account:
    """Close the account of the pairing."""
    both = int(cells["pairs"].sum())
    known = pl.all_horizontal(pl.col("a_flag", "b_flag", "a_label", "b_label").is_not_null())
    repeats = [
        counted[f"rows_{side}"] - counted[f"without_id_{side}"] - counted[f"ids_{side}"]
        for side in ("live", "candidate")
    ]
    none = _unanswered(cells)
    return Account(
        rows_live=counted["rows_live"],
        rows_candidate=counted["rows_candidate"],
        without_id_live=counted["without_id_live"],
        without_id_candidate=counted["without_id_candidate"],
        repeats_live=repeats[0],
        repeats_candidate=repeats[1],
        both=both,
        only_live=counted["ids_live"] - both,
        only_candidate=counted["ids_candidate"] - both,
        judged=int(cells.filter(known)["pairs"].sum()),
        unanswered_live=none["live"],
        unanswered_candidate=none["candidate"],
        unanswered_both=none["both"],
        one_label=int(sums["one_label"][0] or 0) if pairing.is_yes_no else 0,
        conflicts=int(sums["conflicts"][0] or 0),
        is_alike=pairing.is_alike,
        on=tuple(name for name, _ in pairing.on),
    )


def _unanswered(cells: pl.DataFrame) -> dict[str, int]:
    """Count the pairs on which one side alone, or neither, gives an answer."""
    live, candidate = pl.col("a_flag").is_null(), pl.col("b_flag").is_null()
    parts = {"live": live & ~candidate, "candidate": candidate & ~live, "both": live & candidate}
    return {name: int(cells.filter(part)["pairs"].sum()) for name, part in parts.items()}


def spreads_of(
    engine: Engine, pairing: Pairing, joint: Joint, names: Sequence[str], costs: Costs | None
) -> dict[str, Spread] | None:
    """Return how sure differences are where rows belong together or stand for many; None where each stands alone."""
    mapping = pairing.live.log.mapping
    if pairing.unit is None and mapping.weight is None:
        return None
    counts = count_influences(joint, [name for name in names if name not in joint.means])
    squares = unit_squares(
        engine, pairing, counts, mean_differences(joint), row_values(pairing, compared_metrics(pairing), costs)
    )
    return unit_spreads(*squares)
