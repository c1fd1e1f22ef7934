"""Which parts of a change are told, and which kind of drift the largest of them is."""

from __future__ import annotations

import polars as pl

from analytics.measure.gap.constants import LEADING_SLICES, LEAST_EMPTIED, LEAST_PART, MAX_NAMED, TOLD
from analytics.measure.gap.metric import GapMetric
from analytics.measure.gap.split import Split
from analytics.measure.gap.waterfall import ENTANGLED
from analytics.measure.intervals import Interval

_KINDS = {
    "coverage": "labels",
    "segments": "covariate",
    "missingness": "covariate",
    "base_rate": "label",
    "operating": "scale",
    "concept": "concept",
}
_WAITING = ("base_rate", "operating")
"""Parts that labels of one kind which come later than the others look like."""


def is_clear(part: Interval) -> bool:
    """Whether an interval leaves zero out."""
    return bool(part.low > 0 or part.high < 0)


def is_called(gap: Split, name: str) -> bool:
    """Whether a part is told: beyond chance, not tiny, and not kept together with others by rows without a counterpart.

    A part that reads as zero is tiny, as parts of a small change can be that cancel out. Beneath a change within chance a
    part is told where it is larger than what the whole may have changed by.
    """
    part, change = gap.waterfall.parts[name], gap.waterfall.change
    least = LEAST_PART * abs(float(change.value)) if is_clear(change) else float(change.high - change.low) / 2
    if not is_clear(part) or _reads_as_zero(gap.metric, float(part.value)) or (name in _WAITING and gap.is_waiting):
        return False
    return abs(float(part.value)) > least and not (gap.is_entangled and name in ENTANGLED)


def _reads_as_zero(metric: GapMetric, value: float) -> bool:
    """Whether a change is zero in the digits that it is told in."""
    scale, digits = metric.told_in
    return round(scale * value, digits) == 0


def leading(gap: Split) -> list[str]:
    """Return the parts that go with the change and are told, the largest first."""
    change = float(gap.waterfall.change.value)
    parts = gap.waterfall.parts
    if not is_clear(gap.waterfall.change):
        return []
    with_it = [name for name, part in parts.items() if is_called(gap, name) and float(part.value) * change > 0]
    return sorted(with_it, key=lambda name: -abs(float(parts[name].value)))


def beneath(gap: Split) -> list[str]:
    """Return the parts that are told whatever the whole did."""
    return [name for name in gap.waterfall.parts if is_called(gap, name)]


def against(gap: Split) -> list[str]:
    """Return the parts that go against the change and are told, the largest first."""
    found, parts = leading(gap), gap.waterfall.parts
    told = [name for name in parts if found and is_called(gap, name) and name not in found]
    return sorted(told, key=lambda name: -abs(float(parts[name].value)))


def is_masked(gap: Split) -> bool:
    """Whether what goes against a change is larger than the change that is left of it.

    The direction of such a change says nothing of the model: an error rate that fell by one point because easier rows came in
    rose by eleven on rows that are alike.
    """
    parts = gap.waterfall.parts
    opposed = sum(abs(float(parts[name].value)) for name in against(gap))
    return opposed > abs(float(gap.waterfall.change.value)) and not is_mostly_entangled(gap)


def to_mend(gap: Split) -> list[str]:
    """Return the parts that made the metric worse beyond chance, and labels that are not known yet; the largest first."""
    found, parts = leading(gap), gap.waterfall.parts
    if not found or (float(gap.waterfall.change.value) > 0) == gap.metric.is_lower_better:
        return found
    kept = [name for name in found if name == "coverage"]
    return sorted(kept + against(gap), key=lambda name: -abs(float(parts[name].value)))


def is_mostly_entangled(gap: Split) -> bool:
    """Whether what rows without a counterpart keep together is larger than any part beside it."""
    if not gap.is_entangled:
        return False
    others = [abs(float(gap.waterfall.parts[name].value)) for name in leading(gap)]
    return abs(float(gap.waterfall.entangled.value)) >= max([0.0, *others])


def kind_of(gap: Split) -> str:
    """Say which drift the largest part is: labels, covariate, label, scale, concept; none, or open where no part is clear."""
    if not is_clear(gap.waterfall.change):
        return "open" if beneath(gap) else "none"
    found = leading(gap)
    return _KINDS[found[0]] if found and not is_mostly_entangled(gap) else "open"


def emptied(gap: Split) -> list[tuple[str, float, float]]:
    """Return the columns of the waterfall that are empty more or less often, with the share on either side; the most first."""
    found = []
    for name in gap.by:
        table = gap.slices[name]
        n_before, n_after = (float(table[side].sum()) or 1.0 for side in ("n_reference", "n_production"))
        for row in table.filter(table["value"].is_null()).iter_rows(named=True):
            before, after = row["n_reference"] / n_before, row["n_production"] / n_after
            if abs(after - before) >= LEAST_EMPTIED:
                found.append((name, before, after))
    return sorted(found, key=lambda entry: -abs(entry[2] - entry[1]))[:MAX_NAMED]


def clear_slices(gap: Split, column: str) -> pl.DataFrame:
    """Return the slices of a column that changed the metric beyond chance, adjusted for all slices of all columns."""
    table = gap.slices[column]
    return table.filter((table["p_adjusted"] < TOLD).fill_null(value=False) & ~table["few_rows"])


def slice_leads(gap: Split) -> list[tuple[str, str | None, Interval]]:
    """Return the slices of the waterfall's columns that carry most of the change, beyond chance: column, value, contribution."""
    found = []
    for column in gap.by:
        for row in clear_slices(gap, column).iter_rows(named=True):
            ends = (row[f"contribution{end}"] for end in ("", "_low", "_high"))
            found.append((column, row["value"], Interval(*ends)))
    return sorted(found, key=lambda entry: -abs(float(entry[2].value)))[:LEADING_SLICES]
