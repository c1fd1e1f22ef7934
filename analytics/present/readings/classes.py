"""The reading of classes: which is taken for which more often than chance, and which is found worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.comparisons import SIGNIFICANT
from analytics.present import words
from analytics.present.clusters import alike_part
from analytics.present.weights import weighted_part

if TYPE_CHECKING:
    from analytics.answers.classes import Classes

_MAX_NAMED = 5
"""Classes that a sentence names. A judgement."""
_MIN_SUPPORT = 30
"""Rows of a class from which its recall is called the worst: below, one row moves it by more than three points."""


def classes_reading(answer: Classes) -> str:
    """Say which class is most often taken for which, beyond what happens to the others, and which is found worst."""
    if not answer.n:
        return "No row has both a true and a predicted class."
    clear = answer.pairs.filter((pl.col("excess") > 0) & (pl.col("p_adjusted") < SIGNIFICANT))
    if clear.is_empty():
        lead = "No class is taken for another one more often than the other classes are, beyond chance."
    else:
        row = clear.row(0, named=True)
        lead = (
            f"{_name(row['true'])} is taken for {_name(row['predicted'])} in {words.share(row['share_of_true'])} of its rows, "
            f"{words.plural(round(row['excess']), _row_words(answer))} more than happens to the other classes."
        )
    stand = weighted_part(answer.weight, answer.n, answer.n_weighted, answer.n_eff)
    alike = alike_part(answer.unit, answer.design_effect, answer.weight)
    return words.told(lead, stand, alike, _worst_part(answer), _without_part(answer), _micro_part(answer))


def _row_words(answer: Classes) -> str:
    """Return what counts are of."""
    return "row" if answer.weight is None else "weighted row"


def _worst_part(answer: Classes) -> str:
    """Say which class is found in the smallest share of its rows."""
    behind = "support" if answer.weight is None else "rows"
    enough = answer.table.filter(pl.col(behind) >= _MIN_SUPPORT).sort("recall", nulls_last=True)
    if enough.height < 2:
        return ""
    row = enough.row(0, named=True)
    found = words.metric_interval("recall", row["recall"], row["recall_low"], row["recall_high"])
    return f"Found worst is {_name(row['class'])}: {found} of {words.plural(row[behind], 'row')}."


def _without_part(answer: Classes) -> str:
    """Name the classes that macro averages count as 0: predicted and never true, or true and never predicted."""
    parts = []
    if answer.without_rows:
        parts.append(f"No row is truly {_listed(answer.without_rows)}.")
    if answer.never_predicted:
        parts.append(f"Never predicted: {_listed(answer.never_predicted)}.")
    return " ".join([*parts, "Macro averages count what is undefined as 0."]) if parts else ""


def _micro_part(answer: Classes) -> str:
    """Say that the micro averages are the accuracy."""
    accuracy = answer.averages.row(by_predicate=pl.col("average") == "micro", named=True)["recall"]
    return (
        f"Micro precision, recall and F1 are all the accuracy, {words.share(accuracy)}, since each row has one class."
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED:,} more" if len(names) > _MAX_NAMED else ""
    return words.listed([_name(name) for name in names[:_MAX_NAMED]]) + more


def _name(name: str) -> str:
    return words.shortened(words.one_line(name), 40)
