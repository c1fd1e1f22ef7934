"""What takes long and is asked for: the search for slices of several conditions, and the gap to a reference."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analytics.answers.brief.costs import weights_of
from analytics.answers.brief.finding import Asking, CompareParts, Finding, FoundParts, GapParts
from analytics.answers.brief.recorded import is_recorded
from analytics.answers.brief.size import Size
from analytics.answers.compare.whole import WholeComparison, pair_address, whole_comparison
from analytics.answers.discovery.answer import Discovery
from analytics.answers.discovery.either import ONE_KIND, discover_either
from analytics.answers.discovery.search import Search
from analytics.answers.gap.answer import Gap, gap
from analytics.answers.gap.inputs import Inputs, inputs
from analytics.answers.gap.sides import Sides, sides
from analytics.answers.labels import selective_of
from analytics.answers.slices_ranking import ranked_by_kind
from analytics.measure.brief import MOST_EMPTY, MOST_ROWS
from analytics.measure.gap.causes import emptied, to_mend
from analytics.measure.gap.metric import COST
from analytics.measure.headline import OTHER_KIND
from analytics.query.discovery.objectives import objective_for
from analytics.query.discovery.properties import clauses
from analytics.query.engine import Engine

_MAX_MOVED = 15
"""Columns that are compared because their values changed most, beside those that separate the errors. By hand."""
_PER = 1_000
"""Rows that the cost of a gap is stated for."""
_NOT_MENDED = ("base_rate", "segments", "coverage")
"""Parts that are other rows or labels to come: nobody mends them, so that they have no size in the brief."""


def found_slice(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the slice of several conditions that holds or costs most, of those that a search confirmed."""
    hidden = selective_of(engine, asking.question)
    if hidden is not None and hidden.mixes(asking.leading_metric or COST):
        return ()  # it would find who has a label
    return slice_finding(engine, searched(engine, asking), asking)


def searched(engine: Engine, asking: Asking) -> Discovery:
    """Search for slices of several conditions, errors weighed as the brief counts them.

    Where one kind of error leads it is searched for, as the page does; errors of both kinds where none of it is confirmed.
    """
    weights = weights_of(engine, asking) if asking.has_costs else None
    both = Search(error_weights=weights, among=asking.columns)
    objective = _usual(replace(asking, metric=_graver(engine, asking)))
    search = replace(both, objective=objective) if objective in ONE_KIND else both
    return discover_either(engine, asking.question, search)


def _graver(engine: Engine, asking: Asking) -> str | None:
    """Return the metric whose kind of error is graver in some slice, where the one that leads is that of the base rate."""
    metric = asking.leading_metric
    if metric is None or metric not in OTHER_KIND or not asking.is_by_headline:
        return asking.metric
    return ranked_by_kind(engine, asking.question, metric)[0]


def _usual(asking: Asking) -> str:
    """Return the objective that the page opens on."""
    return objective_for(asking.leading_metric or "cost", is_right_or_wrong=asking.question.log.is_right_or_wrong)


def slice_finding(engine: Engine, answer: Discovery, asking: Asking) -> tuple[Finding, ...]:
    """Return the confirmed slice of a search that holds or costs most."""
    excess = "excess_weighted" if asking.has_costs else "excess_model"
    excess = excess if excess in answer.table.columns else "excess_errors"  # where rows are right or wrong
    ranked = answer.table.with_row_index("place").sort(excess, descending=True, nulls_last=True, maintain_order=True)
    has_gap = [any(each.value is None for each in slice_) for slice_ in answer.slices]
    most = pl.when(pl.col("place").is_in([at for at, gap in enumerate(has_gap) if gap]))
    is_rule = pl.col("share_of_rows") >= most.then(MOST_EMPTY).otherwise(MOST_ROWS)
    ranked = ranked.sort(is_rule, maintain_order=True)  # as the search ranks them
    for row in ranked.iter_rows(named=True):
        place = row["place"]
        ends = [row[f"{excess}{end}"] for end in ("", "_low", "_high")]
        if row["status"] != "confirmed" or None in ends or not Size(*ends).is_clear:
            continue
        slice_ = answer.slices[place]
        said = [clauses(asking.question.log, entry.property, entry.value, answer.left_out) for entry in slice_]
        objective = answer.search.objective
        metric = objective if objective in ONE_KIND else "error_rate"
        counts = row["n"], row["n_reported"], answer.n_sent
        empty = [each.property.source for each in slice_ if each.value is None]
        known = is_recorded(engine, asking.question, empty, [clause for each in said for clause in each or ()])
        rates, is_explained = (row["rate"], row["rate_complement"]), False
        if metric == "error_rate" and excess == "excess_model" and rates[0] <= rates[1]:
            # Worse than its base rate explains, and wrong no more often than elsewhere: that comparison would say the opposite.
            rates, is_explained = (rates[0], rates[0] - row["excess_model"] / row["n"]), True
        parts = FoundParts(slice_, metric, *rates, *counts, is_recorded=known, is_explained=is_explained)
        other = () if objective == _usual(asking) else (("objective", objective),)
        kept = () if None in said else tuple(clause for each in said for clause in each or ())
        return (
            Finding(
                "discovery",
                "slices",
                parts,
                Size(*ends),
                asked=(("view", "Discovered"), *other),
                clauses=kept,
            ),
        )
    return ()


def largest_part(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the largest part of what made production worse than the reference, of those that somebody can mend."""
    split = parted(engine, asking)
    return () if split is None else part_finding(split[0], asking)


def parted(engine: Engine, asking: Asking) -> tuple[Gap, Inputs] | None:
    """Split the change since the reference, in cost where errors have one; None without a reference."""
    if asking.sides is None:
        return None
    both = sides(engine, *asking.sides)
    costs = asking.policy.costs if asking.policy is not None and asking.policy.has_costs else None
    came_in = inputs(engine, both)
    if asking.columns:
        both = _narrowed(both, asking.columns, came_in)
    return gap(engine, both, came_in, COST if costs else "error_rate", costs=costs), came_in


def _narrowed(both: Sides, columns: tuple[str, ...], came_in: Inputs) -> Sides:
    """Return two sides that are compared by some columns, and by those whose values changed most."""
    changes = came_in.changes
    beyond = {name: change.distance - change.noise for name, change in changes.items()}
    moved = sorted((name for name, size in beyond.items() if size > 0), key=lambda name: -beyond[name])[:_MAX_MOVED]
    broken = [name for name, change in changes.items() if change.is_fault or change.is_much_emptied]
    chosen = {*columns, *moved, *broken}
    left_out = [each.name for each in both.dimensions if each.name not in chosen]
    why = "it separates fewer errors and changed less than those that were looked through"
    return replace(
        both,
        dimensions=tuple(each for each in both.dimensions if each.name in chosen),
        left_out=(*both.left_out, *((name, why) for name in left_out)),
    )


def part_finding(found: Gap, asking: Asking) -> tuple[Finding, ...]:
    """Return the largest part of a change for the worse that somebody can mend."""
    flow = found.waterfall
    worse = [name for name in to_mend(found) if float(flow.parts[name].low) > 0]
    if not worse:
        return ()
    name = next((each for each in worse if each not in _NOT_MENDED), worse[0])
    change, part = (
        Size(float(each.value), float(each.low), float(each.high)) for each in (flow.change, flow.parts[name])
    )
    rows = flow.n_stood_for / (_PER if asking.has_costs else 1)
    size = None if name in _NOT_MENDED else Size(part.value * rows, part.low * rows, part.high * rows)
    columns = tuple(column for column, before, after in emptied(found) if after > before)
    columns = columns if name == "missingness" else found.by if name in ("segments", "concept") else ()
    parts = GapParts(found.metric.name, change, part, name, columns, found.sides.names())
    return (Finding("gap", "gap", parts, size, "last" if size is None else "by size"),)


def verdict_on_candidate(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return whether the candidate may replace what is live, where somebody named both."""
    return () if asking.compared is None else comparison_finding(whole_comparison(engine, asking.compared), asking)


def comparison_finding(found: WholeComparison, asking: Asking) -> tuple[Finding, ...]:
    """Return the verdict of a comparison as a finding: what the meeting is asked to decide."""
    said = () if asking.compared is None else pair_address(asking.compared)
    parts = CompareParts(found.answer, found.slices, found.corrected)
    return (Finding("compare", "compare", parts, place="first", asked=said),)
