"""The columns of a comparison: what each explains, and which the waterfall is made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.gap.candidates import Candidate, n_frequent, room_for
from analytics.measure.gap.constants import (
    CANCELLED,
    COUNTERPART_SHARE,
    LEAST_EFFECT,
    LEAST_OVERLAP,
    MAX_COLUMNS,
    MIN_SUPPORT,
    MOST_SEPARATING_VALUES,
    SIGNIFICANT,
    STILL_CHANGE,
    STILL_SHARE,
    Z_95,
)

RANKED = [
    pl.col("is_fault"),
    pl.col("explained").fill_null(0.0),
    pl.col("explained").is_not_null(),
    -pl.col("p_within"),
    pl.col("mix").abs(),
]
"""The order of columns, each descending: what broke, what explains most, whose slices differ most surely in their change."""

_SCHEMA = {
    "column": pl.String,
    "is_flag": pl.Boolean,
    "matters": pl.Boolean,
    "is_fault": pl.Boolean,
    "n_slices": pl.Int64,
    **dict.fromkeys(("mix", "mix_low", "mix_high", "within", "within_low", "within_high"), pl.Float64),
    **dict.fromkeys(("explained", "overlap", "p_mix", "p_within"), pl.Float64),
}


def columns_table(
    candidates: Sequence[Candidate], slices: dict[str, pl.DataFrame], faults: Collection[str]
) -> pl.DataFrame:
    """Rank the columns by what they explain.

    A column explains what its mix does, where its shares differ beyond chance, or what its slices differ in their change,
    where most of them did not change at all. One in which something broke comes first. Where most of production's rows have
    no counterpart, it is not known what a column explains.
    """
    p = benjamini_hochberg([p for each in candidates for p in (each.p_shares, each.p_within)])
    rows = []
    for place, each in enumerate(candidates):
        name = each.name
        table = slices[name]
        mix, within = float(table["mix"].sum()), float(table["within"].sum())
        errors = [Z_95 * float(table[error][0] or 0.0) for error in ("mix_error", "within_error")]
        is_mix = p[2 * place] < SIGNIFICANT and abs(mix) > errors[0] and each.matters_anywhere
        is_within, is_fault, held = p[2 * place + 1] < SIGNIFICANT, name in faults, _overlap(table)
        is_apart = held < LEAST_OVERLAP and not is_fault
        uneven = _unevenness(table) if is_within else 0.0
        rows.append(
            {
                "column": name,
                "is_flag": each.slicing.is_flag,
                "matters": each.matters_anywhere,
                "n_slices": table.height,
                "mix": mix,
                "mix_low": mix - errors[0],
                "mix_high": mix + errors[0],
                "within": within,
                "within_low": within - errors[1],
                "within_high": within + errors[1],
                "explained": None if is_apart else max(abs(mix) * is_mix, uneven),
                "overlap": held,
                "is_fault": is_fault,
                "p_mix": float(p[2 * place]),
                "p_within": float(p[2 * place + 1]),
            }
        )
    return pl.DataFrame(rows, schema=_SCHEMA).sort(RANKED, descending=True)


def _overlap(table: pl.DataFrame) -> float:
    """Return the share of production's rows in slices that hold enough rows of the reference, or whose value is missing."""
    rows = table["n_reference"], table["n_production"]
    behind = table["rows_reference"] if "rows_reference" in table.columns else rows[0]
    enough = (rows[0] >= COUNTERPART_SHARE * int(rows[0].sum())) & (behind >= MIN_SUPPORT) | table["value"].is_null()
    return float(rows[1].filter(enough).sum()) / max(int(rows[1].sum()), 1)


def _unevenness(table: pl.DataFrame) -> float:
    """Return how much the slices differ in their change, where at least half of the rows are in slices that did not change.

    A slice did not change where its change is less than half of that of all. The fewer rows changed, the more it tells.
    """
    share = (table["share_reference"].fill_null(0.0) + table["share_production"].fill_null(0.0)) / 2
    change = (table["within"] / share).fill_nan(0.0).fill_null(0.0)
    total = float(table["within"].sum())
    still = float(share.filter(change.abs() < STILL_CHANGE * abs(total)).sum())
    spread = float((table["within"] - total * share).abs().sum()) / 2
    return spread * still if still >= STILL_SHARE or abs(total) < CANCELLED * spread else 0.0


def chosen_columns(
    candidates: Sequence[Candidate], columns: pl.DataFrame, emptied: Collection[str] = ()
) -> tuple[str, ...]:
    """Choose the columns of the waterfall: those that explain most and can be crossed with enough rows in each cell.

    Where most of production's rows have no counterpart, mix and change within cannot be told apart, so such a column is chosen
    here only if something broke in it.
    """
    sizes = {each.name: each.cells for each in candidates}
    is_emptied = pl.col("column").is_in(list(emptied)) & pl.col("matters")
    explains = (pl.col("overlap") >= LEAST_OVERLAP) & ((pl.col("explained") > 0) | is_emptied)
    offered = columns.filter(pl.col("is_fault") | explains).with_columns(is_emptied=is_emptied)
    if not offered.height:
        return _separating(candidates)
    most = float(offered["explained"].max() or 0.0)  # type: ignore[arg-type]
    room = room_for(candidates)
    names: list[str] = []
    n_cells = 1.0
    for name, explained, *broke in offered.select("column", "explained", "is_fault", "is_emptied").iter_rows():
        own = n_frequent(sizes[name])
        is_wanted = any(broke) or explained >= LEAST_EFFECT * most
        if is_wanted and (n_cells * own <= room or not names) and len(names) < MAX_COLUMNS:
            names.append(name)
            n_cells *= own
    return tuple(names)


def _separating(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the column whose slices differ most in their change, in a tuple; none without columns.

    Where none differs beyond chance, or several do beyond telling, it is the one that separates the reference's errors most.
    """
    few = [each for each in candidates if n_frequent(each.cells) <= MOST_SEPARATING_VALUES]
    least = [each.p_within if each.p_within < SIGNIFICANT / max(len(few), 1) else 1.0 for each in few]
    order = sorted(range(len(few)), key=lambda place: (least[place], -few[place].separates_errors))
    ranked = [few[place] for place in order]
    return (ranked[0].name,) if ranked else ()
