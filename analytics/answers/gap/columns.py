"""The columns of a comparison: what each explains, which cannot be compared, and which the waterfall is made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.answers.gap.cells import Cells
from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.gap.accounts import LEAST_OVERLAP
from analytics.measure.gap.cells import SideCells
from analytics.measure.gap.kitagawa import MIN_SUPPORT, shares_p_value, slice_changes
from analytics.measure.gap.metric import GapMetric
from analytics.measure.intervals import FloatArray, ratio
from analytics.query.gap import Dimension

SIGNIFICANT = 0.01
MAX_COLUMNS = 3
_MAX_CELLS = 400
_ROWS_PER_CELL = 25
_LEAST_EFFECT = 0.1
_LEAST_SHARE = 0.005
_LEAST_RELATION = 0.03
_MATTERS = 0.001
RANKED = [
    pl.col("is_fault"),
    pl.col("explained").fill_null(0.0),
    pl.col("explained").is_not_null(),
    -pl.col("p_within"),
    pl.col("mix").abs(),
]
"""The order of columns, each descending: what broke, what explains most, whose slices differ most surely in their change."""
MUCH_EMPTIED = 0.1
"""Of rows: a column that matters and is empty that much more or less often is looked at, if there is room, even where its
mix alone is not beyond chance: what its missing values do would else be called another part."""
_LEAKS_FROM = 0.25
_LEAKS_BEYOND_SCORE = 1.5


@dataclass(frozen=True)
class Candidate:
    """A column with its counts on both sides."""

    dimension: Dimension
    cells: Cells
    p_shares: float
    p_within: float

    @property
    def matters(self) -> bool:
        """Whether labels, decisions or errors of the reference differ by it: else other values of it are no other rows."""
        return _is_related(self.cells.reference)

    @property
    def matters_anywhere(self) -> bool:
        """Whether they do on one side."""
        return any(_is_related(side) for side in self.cells.pair)


def _is_related(side: SideCells) -> bool:
    """Whether the slices of a side differ in their share of positives, of flagged rows, or of errors."""
    joint = side.judged
    n = joint.sum((-1, -2))
    for counted in (joint[..., 1].sum(-1), joint[:, 1].sum(-1), joint[:, 0, 1] + joint[:, 1, 0]):
        counts = np.stack([n - counted, counted], axis=-1)[n > 0]
        by_chance = (len(counts) - 1) / max(float(n.sum()), 1.0)
        related = _explained_share(counts) - by_chance > _LEAST_RELATION**2
        if related and shares_p_value(counts[:, 0], counts[:, 1]) < _MATTERS:
            return True
    return False


def slices_of(candidate: Candidate, metric: GapMetric) -> pl.DataFrame:
    """Split the change by the slices of one column."""
    cells = candidate.cells
    return slice_changes(*cells.pair, cells.keys.to_series().alias("value"), metric)


def why_not(cells: Cells, whole: Cells) -> str:
    """Say why a column is not compared: it has one value a side, or tells what only the outcome can tell."""
    rows = [side.counts.sum((0, -1)) for side in cells.pair]
    held = [np.flatnonzero(n) for n in rows]
    if all(len(places) == 1 for places in held):
        return "it has one value" if held[0] == held[1] else "it tells the two sides apart"
    reference = cells.reference.judged.sum(-2)
    explained, by_score = (_explained_share(counts) for counts in (reference, whole.reference.coarsened(50).judged[0]))
    if explained > _LEAKS_FROM and explained > _LEAKS_BEYOND_SCORE * by_score:
        return "it tells the label far better than the score does, so it is known only after the outcome"
    return ""


def _explained_share(counts: FloatArray) -> float:
    """Return the share of the variance of labels that groups explain; counts of shape (groups, 2)."""
    n = counts.sum(-1)
    rate = np.nan_to_num(ratio(counts[:, 1], n))
    overall = counts[:, 1].sum() / max(n.sum(), 1.0)
    variance = overall * (1 - overall) * n.sum()
    return float((n * (rate - overall) ** 2).sum() / variance) if variance > 0 else 0.0


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
        name = each.dimension.name
        table = slices[name]
        mix, within = float(table["mix"].sum()), float(table["within"].sum())
        errors = [1.96 * float(table[error][0] or 0.0) for error in ("mix_error", "within_error")]
        is_mix = p[2 * place] < SIGNIFICANT and abs(mix) > errors[0] and each.matters_anywhere
        is_within, is_fault, held = p[2 * place + 1] < SIGNIFICANT, name in faults, _overlap(table)
        is_apart = held < LEAST_OVERLAP and not is_fault
        uneven = _unevenness(table) if is_within else 0.0
        rows.append(
            {
                "column": name,
                "is_flag": each.dimension.is_flag,
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
    numbers = (
        "mix",
        "mix_low",
        "mix_high",
        "within",
        "within_low",
        "within_high",
        "explained",
        "overlap",
        "p_mix",
        "p_within",
    )
    schema = {
        "column": pl.String,
        "is_flag": pl.Boolean,
        "matters": pl.Boolean,
        "is_fault": pl.Boolean,
        "n_slices": pl.Int64,
        **dict.fromkeys(numbers, pl.Float64),
    }
    return pl.DataFrame(rows, schema=schema).sort(RANKED, descending=True)


def _overlap(table: pl.DataFrame) -> float:
    """Return the share of production's rows in slices that hold enough rows of the reference, or whose value is missing."""
    rows = table["n_reference"], table["n_production"]
    enough = (rows[0] >= max(MIN_SUPPORT, _LEAST_SHARE * int(rows[0].sum()))) | table["value"].is_null()
    return float(rows[1].filter(enough).sum()) / max(int(rows[1].sum()), 1)


def _unevenness(table: pl.DataFrame) -> float:
    """Return how much the slices differ in their change, where at least half of the rows are in slices that did not change.

    A slice did not change where its change is less than half of that of all. The fewer rows changed, the more it tells.
    """
    share = (table["share_reference"].fill_null(0.0) + table["share_production"].fill_null(0.0)) / 2
    change = (table["within"] / share).fill_nan(0.0).fill_null(0.0)
    total = float(table["within"].sum())
    still = float(share.filter(change.abs() < abs(total) / 2).sum())
    spread = float((table["within"] - total * share).abs().sum()) / 2
    return spread * still if still >= 0.5 or abs(total) < spread / 2 else 0.0


def chosen_columns(
    candidates: Sequence[Candidate], columns: pl.DataFrame, emptied: Collection[str] = ()
) -> tuple[str, ...]:
    """Choose the columns of the waterfall: those that explain most and can be crossed with enough rows in each cell.

    Where most of production's rows have no counterpart, mix and change within cannot be told apart, so such a column is chosen
    here only if something broke in it.
    """
    sizes = {each.dimension.name: each.cells for each in candidates}
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
        is_wanted = any(broke) or explained >= _LEAST_EFFECT * most
        if is_wanted and (n_cells * own <= room or not names) and len(names) < MAX_COLUMNS:
            names.append(name)
            n_cells *= own
    return tuple(names)


def room_for(candidates: Sequence[Candidate]) -> float:
    """Return how many cells have enough rows."""
    n_rows = min(float(side.judged.sum()) for side in candidates[0].cells.pair)
    return max(20.0, min(float(_MAX_CELLS), n_rows / _ROWS_PER_CELL))


def n_frequent(cells: Cells) -> int:
    """Count the values that hold enough rows of either side to stand alone."""
    shares = [ratio(rows, rows.sum()) for rows in (side.counts.sum((0, -1)) for side in cells.pair)]
    return int((np.maximum(*shares) >= 0.005).sum()) + 1


def _separating(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the column whose slices differ most in their change, in a tuple; none without columns.

    Where none differs beyond chance, or several do beyond telling, it is the one that separates the reference's errors most.
    """

    def separated(side: SideCells) -> float:
        joint = side.judged
        wrong = joint[:, 0, 1] + joint[:, 1, 0]
        return _explained_share(np.stack([joint.sum((-1, -2)) - wrong, wrong], axis=-1))

    few = [each for each in candidates if n_frequent(each.cells) <= 30]
    least = [each.p_within if each.p_within < SIGNIFICANT / max(len(few), 1) else 1.0 for each in few]
    order = sorted(range(len(few)), key=lambda place: (least[place], -separated(few[place].cells.reference)))
    ranked = [few[place] for place in order]
    return (ranked[0].dimension.name,) if ranked else ()
