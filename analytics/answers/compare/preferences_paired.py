"""Two candidates that were each held against the same answers: who is preferred more often, on the same inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from analytics.answers.compare.joined import joined
from analytics.answers.compare.preferences import answered_by, both_lengths, only_names, sides_of, turned_column
from analytics.answers.compare.sides import Account, asked_again, side_names
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.compare.lengths import EqualLengths, equal_lengths
from analytics.measure.compare.orders import speaks_of_answers, turned_to
from analytics.measure.compare.preferences import IS_FIRST, PairedRates, paired_rates, preferences_of, told_pairs
from analytics.measure.compare.verdict import MARGIN, Verdict, verdict
from analytics.query.compare.pairs import Pairing
from analytics.query.compare.preferences import preference_pairs
from analytics.query.engine import Engine


@dataclass(frozen=True)
class PairedPreferences:
    """How often either of two candidates is preferred.

    Attributes
    ----------
    column : str
    whole : PairedRates
    verdict : Verdict
        Of the difference of their rates.
    account : Account
        How the rows of both met.
    read_as : str
        How the values were read.
    unsaid : int
        Pairs of which one side says nothing.
    names : (str, str)
        What the sides are called.
    against : (str or None, str or None)
        Whose answers either was held against, where a column names one alone.
    by : tuple of (value, PairedRates)
        By slice of a column, the most pairs first.
    by_name : str or None
    turned : (str, bool) or None
        The column of the judgements in the other order, and whether it speaks of places.
    again : str or None
        The column of what was asked, where several pairs are of one input and no unit says so.
    at_equal_length : EqualLengths or None
        Both rates at equal length, where that was asked for and can be told.
    is_sampled : bool
        Whether several judgements of one input are paired in their order.
    in_rows : bool
        Whether both orders stand on rows of their own, and are averaged input by input.
    as_answers : PairedRates or None
        The rates if the words of both orders name the answers, where read as places one order contradicts the other.
    """

    column: str
    whole: PairedRates
    verdict: Verdict
    account: Account
    read_as: str
    unsaid: int
    names: tuple[str, str]
    against: tuple[str | None, str | None]
    by: tuple[tuple[object, PairedRates], ...]
    by_name: str | None
    turned: tuple[str, bool] | None = None
    again: str | None = None
    at_equal_length: EqualLengths | None = None
    is_sampled: bool = False
    in_rows: bool = False
    as_answers: PairedRates | None = None


def paired_preferences(
    engine: Engine,
    pairing: Pairing,
    column: str,
    *,
    live_wins: tuple[str, ...] = (),
    candidate_wins: tuple[str, ...] = (),
    other_order: str | None = None,
    by: str | None = None,
    margin: float | None = None,
    at_equal_length: bool = False,
) -> PairedPreferences:
    """Compare how often two candidates are preferred to the same answers, input by input.

    Parameters
    ----------
    engine, pairing
        How their rows meet.
    column : str
        The column of preferences that both logs have.

    Raises
    ------
    EmptyCohort
        If the filters leave a side no row.
    QuestionError
        If no rows meet, no pair has two preferences, or a side mixes the answers of several.
    """
    met = joined(engine, pairing, is_own=True)
    pairing = met.pairing
    named = [answered_by(engine, Question(side.log, side.cohort, side.threshold), column) for side in pairing.sides]
    own = _own_names(named)
    names, against = _sides(pairing, named, own)
    turned = turned_column(pairing.live.log, column, other_order)
    turned = turned if turned and turned[0] in pairing.candidate.log.reading.names else None
    lengths = both_lengths(*(side.log for side in pairing.sides)) if at_equal_length else None
    also = {"other": turned[0] if turned else None, "first": None if own is None else own.first}
    table = preference_pairs(engine, pairing, column, (by,) if by else (), lengths=lengths, **also)
    table = table if own is None else turned_to(table, *own.names)
    said_by = [name for name in ("live", "candidate", "live_other", "candidate_other") if name in table.columns]
    values = pl.concat([table[name] for name in said_by]).unique(maintain_order=True).to_list()
    meaning, read_as = preferences_of(values, live_wins, candidate_wins)
    is_swapped = bool(turned and turned[1])
    whole, as_answers = paired_rates(table, meaning, is_swapped=is_swapped), None
    if is_swapped and speaks_of_answers(_stacked(table), meaning):
        as_answers = paired_rates(table, meaning)
    if not whole.n:
        raise QuestionError(
            f"Expected a preference in {column!r} of both sides, found no such pair. Name another column."
        )
    told = [
        pl.any_horizontal(pl.col(name).is_in(list(meaning)).fill_null(value=False) for name in said_by if side in name)
        for side in ("live", "candidate")
    ]
    found = (
        []
        if not by
        else [
            (key[0], paired_rates(part, meaning, is_swapped=is_swapped))
            for key, part in table.group_by("slice_0", maintain_order=True)
        ]
    )
    found.sort(key=lambda each: -each[1].n)
    said = verdict(whole.difference, whole.low, whole.high, MARGIN if margin is None else margin, round(whole.n))
    said = said if as_answers is None else replace(said, word="unknown", more=None)
    account = _account(met.account, table, *told)
    unsaid = account.both - account.judged
    by_name = pairing.live.log.column(by).name if by else None
    return PairedPreferences(
        column,
        whole,
        said,
        account,
        read_as,
        unsaid,
        (names[0], names[1]),
        (against[0], against[1]),
        tuple(found),
        by_name,
        turned,
        pairing.asked or asked_again(pairing, account),
        equal_lengths(told_pairs(table, meaning, is_swapped=is_swapped)) if lengths else None,
        pairing.is_sampled,
        own is not None and any(table[name].n_unique() > 1 for name in IS_FIRST),
        as_answers,
    )


@dataclass(frozen=True)
class _Own:
    """Whose answers are those of the live side and of the candidate, where either stands in either place.

    ``against`` is who both are held against, ``first`` the column that says who stands first.
    """

    names: tuple[str, str]
    against: str
    first: str


def _own_names(named: Sequence[Mapping[str, list[str]]]) -> _Own | None:
    """Return whose answers the sides' are, where each names two of whom one is the other side's too; else None."""
    places = [sides_of([(name, len(values)) for name, values in each.items()]) for each in named]
    if None in places or places[0] != places[1] or places[0] is None:
        return None
    live, candidate = ({value for name in places[0] for value in each[name]} for each in named)
    shared, both = live & candidate, (live - candidate, candidate - live)
    if (len(live), len(candidate), len(shared)) != (2, 2, 1):
        return None
    return _Own((both[0].pop(), both[1].pop()), shared.pop(), places[0][0])


def _sides(
    pairing: Pairing, named: Sequence[Mapping[str, list[str]]], own: _Own | None
) -> tuple[list[str], list[str | None]]:
    """Return what the sides are called, and whose answers either is held against; refuse a side of several."""
    if own is not None:
        return [*own.names], [own.against, own.against]
    names, against = list(side_names(pairing)), list[str | None]()
    for place, each in enumerate(named):
        which = ("the live side", "the candidate")[place]
        for name, values in each.items():
            if len(values) > 1:
                raise QuestionError(
                    f"Expected the answers of one model on {which}, found {len(values):,} values of {name!r}, first "
                    f'{values[0][:40]!r}. Choose one with --{("live", "candidate")[place]} "{name}=...".'
                )
        first, second = only_names({**each})
        names[place] = second or names[place]
        against.append(first)
    return names, against


def _stacked(table: pl.DataFrame) -> pl.DataFrame:
    """Return the judgements of both sides in both orders, one below the other."""
    sides = ("live", "candidate")
    return pl.concat([table.select("n", value=pl.col(side), other=pl.col(f"{side}_other")) for side in sides])


def _account(met: Account, table: pl.DataFrame, live: pl.Expr, candidate: pl.Expr) -> Account:
    """Return how rows met, with the pairs on which either side has a preference."""

    def n(which: pl.Expr) -> int:
        return int(table.filter(which)["n"].sum())

    return replace(
        met,
        judged=n(live & candidate),
        unanswered_live=n(~live & candidate),
        unanswered_candidate=n(live & ~candidate),
        unanswered_both=n(~live & ~candidate),
        one_label=0,
        conflicts=0,
    )
