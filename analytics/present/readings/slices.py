"""The reading of slices: only what stands out after adjustment for looking at many is named."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import polars.selectors as cs

from analytics.measure.metrics import METRICS
from analytics.measure.slices import compared_by
from analytics.measure.slices_cost import COST
from analytics.present import clusters, words
from analytics.present.base_rate import split_words
from analytics.present.marks.slices import support, support_words, verdict
from analytics.present.readings.overview import NO_ROWS
from analytics.present.readings.slices_cost import cost_reading
from analytics.present.readings.slices_kinds import (
    ROWS_OF,
    doing,
    explained,
    graver_part,
    is_beyond,
    is_default,
    kinds_part,
)
from analytics.present.readings.slices_support import (
    base_rate_part,
    by_of,
    capital,
    few_part,
    n_judged,
    name_of,
    none_of,
    stand_for_part,
    unjudged_part,
)
from analytics.present.selective import behind_unseen

if TYPE_CHECKING:
    from analytics.answers.slices import SliceAnswer

_Row = dict[str, Any]

_MAX_NAMED = 3
"""Slices that a sentence names. A judgement."""
_STANDING_OUT = ("worse", "higher", "better", "lower")
_COUNTED = ("tp", "fp", "fn", "tn", "few_rows", "excess_errors")
_OF_CLASSES = ("base_rate", "base_rate_complement", "excess_base_rate")
_MODEL = ("excess_model", "excess_model_low", "excess_model_high", "excess_model_p_adjusted")
_ENDS = ("", "_low", "_high")
_KINDS = ("fpr", "fnr")


def slices_reading(answer: SliceAnswer, positives: str = "") -> str:
    """Say where the model is worst, and by how much; in the details what else stands out, and what had few rows.

    Parameters
    ----------
    answer : SliceAnswer
    positives : str
        What is positive in a word, as `positives_of` says; by default "the positives".
    """
    metric, table = answer.metric, answer.table
    kinds = [name for name in _KINDS if f"{name}_p_adjusted" in table.columns and name != metric]
    needed = [*table.select(cs.starts_with("slice_")).columns, *_COUNTED, *_MODEL]
    needed += [name for name in _OF_CLASSES if name in table.columns]
    difference, p = compared_by(metric)
    needed += [f"{difference}{end}" for end in _ENDS] + [p, *([explained(metric)] if is_beyond(metric) else [])]
    for name in (metric, *kinds):
        needed += [f"{name}{end}" for end in _ENDS] + [f"{name}_difference{end}" for end in _ENDS]
        needed += [f"{name}_complement", f"{name}_p_adjusted"]
    rows = list(
        table.select(list(dict.fromkeys(needed))).with_columns(support=support(table, metric)).iter_rows(named=True)
    )
    if not rows:
        return NO_ROWS
    if not any(words.is_known(row[metric]) for row in rows):
        return f"{_sentence_start(metric)} has no value by {by_of(answer)}: {METRICS[metric].undefined}."
    unjudged = unjudged_part(answer, partial(name_of, answer))
    if len(rows) > 1 and metric == COST:
        costs = cost_reading(answer, partial(name_of, answer), by_of(answer))
        return behind_unseen(f"{unjudged} {costs}".strip(), answer.selective, metric)
    if len(rows) == 1:
        text = words.metric_interval(metric, *(rows[0][f"{metric}{end}"] for end in _ENDS))
        whole = f"All rows are in one slice, {name_of(answer, rows[0])}"
        return f"{whole}, so there is nothing to compare: {words.metric_phrase(metric)} is {text}."
    found = {key: [row for row in rows if verdict(row, metric) == key] for key in _STANDING_OUT}
    alike = clusters.alike_part(answer.unit, answer.design_effect, answer.weight)
    few = " ".join(filter(None, [few_part(answer, rows), alike, stand_for_part(answer)]))
    of_kinds = kinds_part(answer, rows, kinds, positives) if METRICS[metric].is_of_errors else ""
    graver = graver_part(answer, rows, positives)
    if any(found.values()):
        of = f" in {words.metric_phrase(metric)}" if graver and is_default(answer) else ""
        first, *rest = (*_standing_out(answer, rows, found, positives, of), of_kinds)
    else:
        quiet = _nothing_stands_out(answer, rows)
        first, *rest = [of_kinds, quiet] if of_kinds else quiet.split("\n")
    if graver:
        first, rest = (graver, [first, *rest]) if is_default(answer) else (first, [graver, *rest])
    return behind_unseen(words.told(f"{unjudged} {first}".strip(), *rest, few), answer.selective, metric)


def _standing_out(
    answer: SliceAnswer, rows: list[_Row], found: dict[str, list[_Row]], positives: str, of: str
) -> tuple[str, ...]:
    """Say what stands out, ``of`` what, the worst slice first; the others are details."""
    where = f" of {words.plural(len(rows), 'slice')} by {by_of(answer)}"
    told: list[str] = []
    for key, slices in found.items():
        if not slices:
            continue
        if METRICS[answer.metric].is_of_errors:
            if key == "worse":
                told += [_worst_part(answer, slices), _errors_part(answer, rows, slices)]
            else:
                than = "the others" if answer.is_right_or_wrong else "its base rate explains"
                none = f"By {by_of(answer)} no slice is worse than {than}, beyond chance."
                told += [_better_part(answer, slices, "")] if told else [none, _better_part(answer, slices, where)]
        else:
            lead = [] if told else [_furthest_part(answer, slices, key, positives, of)]
            told += [*lead, _differing_part(answer, slices, key, where)]
    return tuple(told)


def _worst_part(answer: SliceAnswer, worse: list[_Row]) -> str:
    """Say how often the slice with most errors beyond its base rate fails, and how many errors those are."""
    row = max(worse, key=lambda row: row["excess_model"])
    wrong, judged = row["fp"] + row["fn"], n_judged(row)
    rest = wrong / judged - row["excess_errors"] / judged
    errors = words.plural(round(row["excess_model"]), "error")
    bounds = words.between(*(words.plain(row[f"excess_model_{end}"], 0) for end in ("low", "high")))
    lead = f"Worst by {by_of(answer)}: {name_of(answer, row)} fails in {words.share(wrong / judged)}"
    if wrong / judged > rest or answer.is_right_or_wrong:
        than = "elsewhere" if answer.is_right_or_wrong else "its base rate explains"
        return f"{lead} against {words.share(rest)} elsewhere. That is {errors} ({bounds}) more than {than}."
    # It errs less often than others, where much less was to be expected.
    explained = words.share((wrong - row["excess_model"]) / judged)
    return f"{lead} where its base rate explains {explained}. That is {errors} ({bounds}) more."


def _furthest_part(answer: SliceAnswer, found: list[_Row], key: str, positives: str, of: str) -> str:
    """Say what the metric is in the slice where most rows are at stake, against elsewhere."""
    metric, (compared, _) = answer.metric, compared_by(answer.metric)
    row = max(found, key=lambda row: abs(row[compared]) * row["support"])
    order = {"worse": "Worst", "better": "Best", "higher": "Highest", "lower": "Lowest"}[key]
    done = doing(row, metric, positives)
    lead = f"{order}{of} by {by_of(answer)}: {name_of(answer, row)}, where {done}."
    ends = [row[f"{compared}{end}"] for end in _ENDS]
    if metric not in ROWS_OF:
        size = words.metric_difference(metric, *ends)
        n = words.count(row["support"])
        return f"{lead} The difference is {size}, n {n}.{'' if is_beyond(metric) else base_rate_part(row, metric)}"
    size, low, high = (end * row["support"] for end in ends)
    more = "more" if (size > 0) == (METRICS[metric].direction == "lower") else "fewer"
    bounds = words.between(*(words.plain(end, 0) for end in sorted((abs(low), abs(high)))))
    return (
        f"{lead} That is {words.plural(round(abs(size)), ROWS_OF[metric])} ({bounds}) {more} than the rest would have."
    )


def _errors_part(answer: SliceAnswer, rows: list[_Row], worse: list[_Row]) -> str:
    """Say in which slices the model is worse than the base rate explains, and how the excess errors of the first one split."""
    named = sorted(worse, key=lambda row: -row["excess_model"])[:_MAX_NAMED]
    names = words.listed([name_of(answer, row) for row in named])
    held = sum(row["fp"] + row["fn"] for row in named) / sum(row["fp"] + row["fn"] for row in rows)
    on = sum(map(n_judged, named)) / sum(map(n_judged, rows))
    where = f"{words.count(len(worse))} of {words.plural(len(rows), 'slice')} by {by_of(answer)}"
    only = ", most of all in" if len(worse) > len(named) else ":"
    holds = "holds" if len(named) == 1 else "hold"
    lead = f"The model is worse than {_than(answer)} in {where}{only} {names}{', which' if only != ':' else ''} {holds}"
    said = f"{lead} {words.share(held)} of the errors on {words.share(on)} of the judged rows."
    return said if answer.is_right_or_wrong else f"{said} {_split_of(answer, named[0])}."


def _than(answer: SliceAnswer) -> str:
    """Say what a slice is compared with: where rows are of no class, no base rate explains an error."""
    return "elsewhere" if answer.is_right_or_wrong else "the base rate explains"


def _split_of(answer: SliceAnswer, row: _Row) -> str:
    """Say how the excess errors of a slice split."""
    return f"In {name_of(answer, row)}, {split_words(row)}"


def _better_part(answer: SliceAnswer, found: list[_Row], where: str) -> str:
    """Say in which slices the model is better than the base rate explains, and by how many errors the first one is."""
    furthest = min(found, key=lambda row: row["excess_model"])
    most = "" if len(found) == 1 else "most in "
    fewer = words.plural(round(abs(furthest["excess_model"])), "error")
    ends = (words.plain(-furthest[f"excess_model_{end}"], 0) for end in ("high", "low"))
    return (
        f"{'It' if not where else 'The model'} is better than {_than(answer)} in {words.count(len(found))}{where}: "
        f"{most}{name_of(answer, furthest)}, {fewer} fewer ({words.between(*ends)})."
    )


def _differing_part(answer: SliceAnswer, found: list[_Row], key: str, where: str) -> str:
    """Say in which slices the metric differs in one direction; the one that differs most with its numbers."""
    metric, (compared, _) = answer.metric, compared_by(answer.metric)
    furthest = max(found, key=lambda row: abs(row[compared]))
    value = words.metric_interval(metric, *(furthest[f"{metric}{end}"] for end in _ENDS))
    size = words.metric_difference(metric, *(furthest[f"{compared}{end}"] for end in _ENDS))
    side = "higher" if furthest[compared] > 0 else "lower"
    valued = {"worse": " (worse)", "better": " (better)"}.get(key, "")
    than = "its base rate explains" if is_beyond(metric) else "in the rest"
    most = "" if len(found) == 1 else "most in "
    return (
        f"{_sentence_start(metric)} is {side}{valued} than {than} in {words.count(len(found))}{where}: "
        f"{most}{name_of(answer, furthest)}, {value}, which is {size}, n {words.count(furthest['support'])}."
    )


def _nothing_stands_out(answer: SliceAnswer, rows: list[_Row]) -> str:
    """Say that no difference survives the adjustment, and which is the largest."""
    metric, by = answer.metric, by_of(answer)
    compared = [row for row in rows if not row["few_rows"] and words.is_known(row[f"{metric}_difference"])]
    if not compared:
        return f"No slice by {by} has enough {support_words(metric)} to compare {words.metric_phrase(metric)} with the rest."
    if METRICS[metric].is_of_errors:
        return _no_errors_part(answer, rows, compared)
    column, _ = compared_by(metric)
    known = [row for row in compared if words.is_known(row[column])]
    if not known:
        return f"No slice by {by} can be compared with the rest in {words.metric_phrase(metric)}."
    furthest = max(known, key=lambda row: abs(row[column]))
    ends = (furthest[f"{column}{end}"] for end in _ENDS)
    return words.told(
        f"{_sentence_start(metric)} differs from {'what the base rate explains' if is_beyond(metric) else 'the rest'} in "
        f"{none_of(len(compared), len(rows), by)}, beyond chance.",
        f"The largest difference, adjusted for looking at all of them: {name_of(answer, furthest)} with "
        f"{words.metric_difference(metric, *ends)}, n {words.count(furthest['support'])}.",
    )


def _no_errors_part(answer: SliceAnswer, rows: list[_Row], compared: list[_Row]) -> str:
    """Say that the model is nowhere clearly worse or better than the base rate explains, and where most errors are."""
    none = (
        f"The model is worse or better than {_than(answer)} in {none_of(len(compared), len(rows), by_of(answer))}, "
        "beyond chance."
    )
    split = [row for row in compared if words.is_known(row["excess_model"])]
    if not split:
        return none
    most = max(split, key=lambda row: row["excess_errors"])
    where = f"Most errors more than elsewhere are in {name_of(answer, most)}"
    if answer.is_right_or_wrong:
        excess = words.between(*(words.plain(most[f"excess_model_{end}"], 0) for end in ("low", "high")))
        return words.told(
            none, f"{where}: {words.plain(most['excess_model'], 0)} ({excess}), n {words.count(most['support'])}."
        )
    return words.told(none, f"{where}: {split_words(most)}, n {words.count(most['support'])}.")


def _sentence_start(metric: str) -> str:
    """Name a metric at the start of a sentence."""
    return capital(words.metric_phrase(metric))
