"""The reading of the segment columns, ranked by how much of the errors they separate."""

from __future__ import annotations

import polars as pl

from analytics.present import words


def ranking_reading(table: pl.DataFrame, min_support: int) -> str:
    """Say which column separates the errors most, or why none can be named.

    Parameters
    ----------
    table : DataFrame
        As `answers.ranked_columns`.
    min_support : int
        Judged rows below which a slice is not compared.
    """
    if table.is_empty():
        return "This log has no segment columns. Choose some in the mapping on the Logs page."
    best = table.row(0, named=True)
    n_judged = best["n_judged"]
    if not n_judged:
        return "No row of this cohort has both a label and a score, so nothing can be judged."
    if not table["n_compared"].sum():
        return (
            f"Nothing can be compared: of {words.plural(n_judged, 'judged row')}, no slice of any column has "
            f"{words.count(min_support)} while leaving as many to the rest. Choose a column to look all the same."
        )
    if not best["n_worse"]:
        return "No column has a slice that is worse than the rest beyond chance. Choose a column to look all the same."
    n_worse = best["n_worse"]
    held = f"{words.share(best['share_separated'])} of all errors beyond what the rest would predict"
    worst = words.shortened(words.one_line(best["worst"]), 60)
    which = (
        f"its worse slice, {worst}, holds {held}"
        if n_worse == 1
        else (f"its {words.count(n_worse)} worse slices hold {held}, the most excess errors being in {worst}")
    )
    column = words.shortened(words.one_line(best["column"]), 60)
    return f"{column} separates the errors most: {which}. Choose a column to open it."
