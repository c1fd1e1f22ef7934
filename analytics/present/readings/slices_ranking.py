"""The reading of the segment columns, ranked by how much of the errors they separate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.metrics import METRICS
from analytics.measure.slices_cost import COST
from analytics.present import words
from analytics.present.selective import mixed_slices_part, selective_caution

if TYPE_CHECKING:
    from analytics.measure.labels.selective import Selective

_MAX_NAMED = 2
"""Columns that are named of those that stand last. A judgement."""


def ranking_reading(
    table: pl.DataFrame,
    min_support: int,
    metric: str = "error_rate",
    *,
    is_right_or_wrong: bool = False,
    instead_of: str | None = None,
    is_graver: bool = False,
    selective: Selective | None = None,
) -> str:
    """Say which column separates the errors most, or why none can be named.

    Parameters
    ----------
    table : DataFrame
        As `answers.ranked_columns`.
    min_support : int
        Judged rows below which a slice is not compared.
    metric : str
        That the columns are ranked by.
    is_right_or_wrong : bool
        Whether rows are of no class, so that no base rate explains an error.
    instead_of : str or None
        The metric that was asked for, where the columns are ranked by the other kind of error: by it no slice is worse.
    is_graver : bool
        Slices are worse by the metric that was asked for too, and less grave.
    selective : Selective or None
        What is known where labels hang on the decision.
    """
    if table.is_empty():
        return "This log has no segment columns. Choose some in the mapping on the Logs page."
    apart = _apart_part(table)
    if not table["is_told"].all():
        table = table.filter(~pl.col("is_told"))
    best = table.row(0, named=True)
    n_judged = best["n_judged"]
    if not n_judged:
        return "No row of this cohort has both a label and a score, so nothing can be judged."
    if not table["n_compared"].sum():
        return (
            f"Nothing can be compared: of {words.plural(n_judged, 'judged row')}, no slice of any column has "
            f"{words.count(min_support)} while leaving as many to the rest. Choose a column to look all the same."
        )
    if unknown := mixed_slices_part(selective, instead_of or metric):
        return f"{selective_caution(selective)} {unknown} Choose a column to look all the same."
    if not best["n_worse"]:
        if is_right_or_wrong:
            return "No column has a slice that is worse than elsewhere, beyond chance. Choose a column to look all the same."
        return f"{_none_worse(metric)}{apart} Choose a column to look all the same."
    n_worse = best["n_worse"]
    column = words.shortened(words.column_words(best["column"]), 60)
    worst = words.shortened(words.one_line(best["worst"]), 60)
    phrase = words.metric_phrase(metric)
    start = f"{column[:1].upper()}{column[1:]}"
    if not words.is_known(best["share_separated"]):
        slices = "slice that is" if n_worse == 1 else "slices that are"
        than = "dearer than the base rate explains" if metric == COST else f"worse than the rest in {phrase}"
        lead = f"{start} has {words.count(n_worse)} {slices} {than}, most of all where it is {worst}."
        return f"{lead} Choose a column to open it."
    if metric == COST:
        held = f"{words.share(best['share_separated'])} of all costs beyond what the base rate explains"
    elif METRICS[metric].is_of_errors:
        beyond = "what elsewhere would give" if is_right_or_wrong else "what the base rate explains"
        held = f"{words.share(best['share_separated'])} of all errors beyond {beyond}"
    else:
        held = f"{words.share(best['share_separated'])} of all {_counted_by(metric)} beyond what the rest would predict"
    which = (
        f"Its worse slice holds {held}." if n_worse == 1 else f"Its {words.count(n_worse)} worse slices hold {held}."
    )
    rate = "" if metric == COST else f", {phrase} is {words.metric_text(metric, best['worst_rate'])}"
    if rate and best.get("worst_explained") is not None:  # that it errs less often than others is not what is meant
        rate += f" where its base rate explains {words.metric_text(metric, best['worst_explained'])}"
    lead = f"Look at {column} first{':' if rate else ', most of all'} where it is {worst}{rate}."
    asked = "" if instead_of in (None, metric) else f" {_none_worse(str(instead_of))}"
    if is_graver and instead_of is not None:
        asked = f" That is graver than where {words.metric_phrase(instead_of)} is worst."
    return f"{lead} {which}{_single_part(table)}{asked}{apart} Choose a column to open it."


def _single_part(table: pl.DataFrame) -> str:
    """Name the slice that holds most by itself, where it is one of another column than the one that separates most."""
    held = table.filter(pl.col("worst_held").is_not_null()).sort("worst_held", descending=True, maintain_order=True)
    if held.is_empty() or held["column"][0] == table["column"][0]:
        return ""
    column, value = (words.shortened(words.one_line(text), 60) for text in held.select("column", "worst").row(0))
    return f" The one slice that holds most is another: where {words.column_words(column)} is {value}."


def _apart_part(table: pl.DataFrame) -> str:
    """Say which columns stand last though slices of them are worse."""
    told = table.filter("is_told", pl.col("n_worse") > 0)["column"].to_list()
    if not told:
        return ""
    names = [words.shortened(words.column_words(name), 60) for name in told[:_MAX_NAMED]]
    names += [f"{words.count(len(told) - _MAX_NAMED)} more"] if len(told) > _MAX_NAMED else []
    said = words.listed(names)
    tell, stand = ("tells", "it stands") if len(told) == 1 else ("tell", "they stand")
    of = "the label, the decision or the score"
    return f" {said[:1].upper()}{said[1:]} {tell} {of}: {stand} last, as no cause is seen there."


def _none_worse(metric: str) -> str:
    """Say that no slice is worse by a metric.

    >>> _none_worse("recall")
    'No column has a slice that is worse than the rest in recall, beyond chance.'
    """
    than = f"the rest in {words.metric_phrase(metric)}"
    than = "its base rate explains" if METRICS[metric].is_of_errors or metric == COST else than
    return f"No column has a slice that is worse than {than}, beyond chance."


def _counted_by(metric: str) -> str:
    """Name the rows that speak against a proportion.

    >>> _counted_by("recall"), _counted_by("precision")
    ('false negatives', 'false positives')
    """
    return "false negatives" if metric in ("recall", "fnr") else "false positives"
