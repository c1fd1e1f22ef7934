"""Which site calls more rows positive than the others do at equal scores, and by which codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.labels_sites import SitesAnswer

_MAX_CODES = 3
"""Codes that a sentence lists. A judgement."""


def sites_reading(answer: SitesAnswer) -> str:
    """Say which site's labels differ most from the others' at equal scores, what it alone writes, and what follows."""
    name, apart = words.column_words(answer.column), answer.sites.filter(pl.col("is_apart"))
    if apart.is_empty():
        judged = answer.sites.drop_nulls("difference")
        if judged.is_empty():
            return f"No two values of {name} have labels at the same scores: they cannot be compared."
        return f"At equal scores no value of {name} has other labels than the others: nothing says that they define it otherwise."
    first = apart.row(0, named=True)
    n_more = apart.height - 1
    also = f"{words.plural(n_more, 'further value')} {'is' if n_more == 1 else 'are'} apart as well." if n_more else ""
    return words.told(
        f"At equal scores {_difference(first)} where {name} is {words.value_label(first['site'])}{_codes(first)}.",
        "Ask whether the label is defined alike there before the model is changed: labels that mean something else, and a model "
        "that is wrong there, look alike in the numbers.",
        also,
    )


def _difference(row: dict[str, Any]) -> str:
    """Say by how many points more or fewer rows are called positive."""
    low, high = sorted(abs(100 * row[end]) for end in ("low", "high"))
    more = "more" if row["difference"] > 0 else "fewer"
    points = words.plain(abs(100 * row["difference"]), 1)
    return f"{points} points {more} of the rows are called positive ({words.plain(low, 1)}–{words.plain(high, 1)})"


def _codes(row: dict[str, Any]) -> str:
    """Say which codes are written there alone, or never."""
    alone, never = row["alone"] or [], row["never"] or []
    if alone:
        return f", which alone writes {_listed(alone)}"
    return f", which never writes {_listed(never)}" if never else ""


def _listed(codes: list[str]) -> str:
    """List some codes."""
    shown = words.listed([words.value_label(code) for code in codes[:_MAX_CODES]])
    return f"{shown} and others" if len(codes) > _MAX_CODES else shown
