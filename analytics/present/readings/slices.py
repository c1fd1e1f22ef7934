"""The reading of slices: only what stands out after adjustment for looking at many is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
import polars.selectors as cs

from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.base_rate import split_words
from analytics.present.marks.slices import support, support_words, verdict
from analytics.present.readings.overview import NO_ROWS

if TYPE_CHECKING:
    from analytics.answers.slices import SliceAnswer

_Row = dict[str, Any]

_MAX_NAMED = 3
"""Slices that a sentence names. A judgement."""
_MAX_NAME = 60
"""Characters of each. A judgement."""
_STANDING_OUT = ("worse", "higher", "better", "lower")
_COUNTED = (
    "tp",
    "fp",
    "fn",
    "tn",
    "few_rows",
    "excess_errors",
    "base_rate",
    "base_rate_complement",
    "excess_base_rate",
)
_MODEL = ("excess_model", "excess_model_low", "excess_model_high", "excess_model_p_adjusted")
_ENDS = ("", "_low", "_high")


def slices_reading(answer: SliceAnswer) -> str:
    """Say where the metric is worse than in the rest, where it is better, and how many slices had few rows."""
    metric, table = answer.metric, answer.table
    needed = [*table.select(cs.starts_with("slice_")).columns, *_COUNTED, *_MODEL, *(f"{metric}{end}" for end in _ENDS)]
    needed += [f"{metric}_difference{end}" for end in _ENDS] + [f"{metric}_p_adjusted"]
    rows = list(table.select(needed).with_columns(support=support(table, metric)).iter_rows(named=True))
    if not rows:
        return NO_ROWS
    if not any(words.is_known(row[metric]) for row in rows):
        return f"{_sentence_start(metric)} has no value by {_by_of(answer)}: {METRICS[metric].undefined}."
    if len(rows) == 1:
        text = words.metric_interval(metric, *(rows[0][f"{metric}{end}"] for end in _ENDS))
        whole = f"All rows are in one slice, {_name_of(answer, rows[0])}"
        return f"{whole}, so there is nothing to compare: {words.metric_phrase(metric)} is {text}."
    found = {key: [row for row in rows if verdict(row, metric) == key] for key in _STANDING_OUT}
    lead = _standing_out(answer, rows, found) if any(found.values()) else _nothing_stands_out(answer, rows)
    return " ".join(filter(None, [lead, _few_part(answer, rows)]))


def _standing_out(answer: SliceAnswer, rows: list[_Row], found: dict[str, list[_Row]]) -> str:
    """Say what stands out, the bad before the good."""
    where = f" of {words.plural(len(rows), 'slice')} by {_by_of(answer)}"
    parts: list[str] = []
    for key, slices in found.items():
        if slices and METRICS[answer.metric].is_of_errors:
            parts.append(
                _errors_part(answer, rows, slices)
                if key == "worse"
                else _better_part(answer, slices, "" if parts else where)
            )
        elif slices:
            parts.append(_differing_part(answer, slices, key, "" if parts else where))
    return " ".join(parts)


def _errors_part(answer: SliceAnswer, rows: list[_Row], worse: list[_Row]) -> str:
    """Say in which slices the model is worse than the base rate explains, and how the excess errors of the first one split."""
    named = sorted(worse, key=lambda row: -row["excess_model"])[:_MAX_NAMED]
    names = words.listed([_name_of(answer, row) for row in named])
    held = sum(row["fp"] + row["fn"] for row in named) / sum(row["fp"] + row["fn"] for row in rows)
    on = sum(map(_n_judged, named)) / sum(map(_n_judged, rows))
    where = f"{words.count(len(worse))} of {words.plural(len(rows), 'slice')} by {_by_of(answer)}"
    only = ", most of all in" if len(worse) > len(named) else ":"
    holds = "holds" if len(named) == 1 else "hold"
    lead = f"The model is worse than the base rate explains in {where}{only} {names}{', which' if only != ':' else ''} {holds}"
    return f"{lead} {words.share(held)} of the errors on {words.share(on)} of the judged rows. {_split_of(answer, named[0])}."


def _split_of(answer: SliceAnswer, row: _Row) -> str:
    """Say how the excess errors of a slice split."""
    return f"In {_name_of(answer, row)}, {split_words(row)}"


def _better_part(answer: SliceAnswer, found: list[_Row], where: str) -> str:
    """Say in which slices the model is better than the base rate explains, and by how many errors the first one is."""
    furthest = min(found, key=lambda row: row["excess_model"])
    most = "" if len(found) == 1 else "most in "
    fewer = words.plural(round(abs(furthest["excess_model"])), "error")
    ends = (words.plain(-furthest[f"excess_model_{end}"], 0) for end in ("high", "low"))
    return (
        f"{'It' if not where else 'The model'} is better than the base rate explains in {words.count(len(found))}{where}: "
        f"{most}{_name_of(answer, furthest)}, {fewer} fewer ({words.between(*ends)})."
    )


def _differing_part(answer: SliceAnswer, found: list[_Row], key: str, where: str) -> str:
    """Say in which slices the metric differs in one direction; the one that differs most with its numbers."""
    metric = answer.metric
    furthest = max(found, key=lambda row: abs(row[f"{metric}_difference"]))
    value = words.metric_interval(metric, *(furthest[f"{metric}{end}"] for end in _ENDS))
    size = words.metric_difference(metric, *(furthest[f"{metric}_difference{end}"] for end in _ENDS))
    side = "higher" if furthest[f"{metric}_difference"] > 0 else "lower"
    valued = {"worse": " (worse)", "better": " (better)"}.get(key, "")
    most = "" if len(found) == 1 else "most in "
    return (
        f"{_sentence_start(metric)} is {side}{valued} than in the rest in {words.count(len(found))}{where}: "
        f"{most}{_name_of(answer, furthest)}, {value}, which is {size}, n {words.count(furthest['support'])}."
    )


def _nothing_stands_out(answer: SliceAnswer, rows: list[_Row]) -> str:
    """Say that no difference survives the adjustment, and which is the largest."""
    metric, by = answer.metric, _by_of(answer)
    compared = [row for row in rows if not row["few_rows"] and words.is_known(row[f"{metric}_difference"])]
    if not compared:
        return f"No slice by {by} has enough {support_words(metric)} to compare {words.metric_phrase(metric)} with the rest."
    if METRICS[metric].is_of_errors:
        return _no_errors_part(answer, rows, compared)
    furthest = max(compared, key=lambda row: abs(row[f"{metric}_difference"]))
    ends = (furthest[f"{metric}_difference{end}"] for end in _ENDS)
    return (
        f"{_sentence_start(metric)} differs from the rest in none of {words.plural(len(rows), 'slice')} by {by} after "
        f"adjusting for looking at all of them; the largest difference is {_name_of(answer, furthest)} with "
        f"{words.metric_difference(metric, *ends)}, n {words.count(furthest['support'])}."
    )


def _no_errors_part(answer: SliceAnswer, rows: list[_Row], compared: list[_Row]) -> str:
    """Say that the model is nowhere clearly worse or better than the base rate explains, and where most errors are."""
    none = (
        f"The model is worse or better than the base rate explains in none of {words.plural(len(rows), 'slice')} by "
        f"{_by_of(answer)} after adjusting for looking at all of them"
    )
    split = [row for row in compared if words.is_known(row["excess_model"])]
    if not split:
        return f"{none}."
    most = max(split, key=lambda row: row["excess_errors"])
    where = f"most errors more than elsewhere are in {_name_of(answer, most)}"
    return f"{none}; {where}: {split_words(most)}, n {words.count(most['support'])}."


def _few_part(answer: SliceAnswer, rows: Sequence[_Row]) -> str:
    """Say how many slices had too few judged rows to be named."""
    few = sum(row["few_rows"] for row in rows)
    if not few:
        return ""
    verb = "has" if few == 1 else "have"
    limit = words.count(answer.min_support)
    return f"{words.plural(few, 'slice')} {verb} fewer than {limit} {support_words(answer.metric)} and cannot be named."


def _n_judged(row: _Row) -> int:
    """Count the rows of a slice with a label and a score."""
    return int(row["tp"] + row["fp"] + row["fn"] + row["tn"])


def _name_of(answer: SliceAnswer, row: _Row) -> str:
    """Name a slice by its values, cut where they are long; a number or a missing value says its column."""
    names = []
    for place, column in enumerate(answer.by):
        value, is_text = row[f"slice_{place}"], answer.table.schema[f"slice_{place}"] == pl.String
        label = words.value_label(value)
        names.append(label if is_text and value is not None else f"{words.one_line(column)} {label}")
    return words.shortened(" · ".join(names), _MAX_NAME)


def _by_of(answer: SliceAnswer) -> str:
    """Name the sliced columns."""
    return words.listed([words.shortened(words.one_line(column), _MAX_NAME) for column in answer.by])


def _sentence_start(metric: str) -> str:
    """Name a metric at the start of a sentence."""
    phrase = words.metric_phrase(metric)
    return f"{phrase[:1].upper()}{phrase[1:]}"
