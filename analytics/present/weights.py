"""What rows that stand for many mean for the numbers of a page, in a sentence."""

from __future__ import annotations

from analytics.answers.discovery.answer import Discovery
from analytics.answers.gap.answer import Gap
from analytics.answers.thresholds.costs import Sample
from analytics.present import words
from analytics.present.clusters import alike_part

_WORTH_SAYING = 1.2
"""Rows over what they are worth from which it is said: intervals are then a tenth wider than of equal weights. A convention."""


def weighted_part(weight: str | None, n_rows: float, n_weighted: float, n_eff: float | None) -> str:
    """Say how many rows the judged ones stand for, and what they are worth where that is far from their number.

    >>> weighted_part("w", 1_802, 5_366.4, 1_410.2)
    'By w 1,802 judged rows stand for 5,366; as their weights differ they are worth 1,410 of equal weight.'
    >>> weighted_part("w", 1_802, 5_366.4, 1_790.0), weighted_part(None, 5, 5, None)
    ('By w 1,802 judged rows stand for 5,366.', '')
    """
    if weight is None:
        return ""
    stand = "stands" if n_rows == 1 else "stand"
    said = f"By {words.column_words(weight)} {words.plural(round(n_rows), 'judged row')} {stand} for {words.count(n_weighted)}"
    if n_eff is None or not n_rows > _WORTH_SAYING * n_eff:
        return f"{said}."
    return f"{said}; as their weights differ they are worth {words.count(n_eff)} of equal weight."


def sample_part(sample: Sample, n_judged: float, effect: float | None) -> str:
    """Say what the rows behind a threshold stand for, and how much wider intervals are as they are alike."""
    if sample.weight is None:
        return alike_part(sample.unit, effect)
    stand = weighted_part(sample.weight, sample.rows_judged or 0, n_judged, sample.n_eff)
    return " ".join(filter(None, [stand, alike_part(sample.unit, effect, sample.weight)]))


def sides_part(gap: Gap) -> str:
    """Say what the judged rows of two sides stand for, and how much wider intervals are as rows of one unit are alike."""
    weighted, flow = gap.waterfall.weighted, gap.waterfall
    said = [alike_part(gap.unit, gap.design_effect, gap.weight)]
    if weighted is not None and gap.weight is not None:
        rows = flow.n_reference, flow.n_production
        stand, worth = (
            f"{words.count(before)} and {words.count(after)}"
            for before, after in ([each.n for each in weighted], [each.n_eff for each in weighted])
        )
        is_said = any(n > _WORTH_SAYING * each.n_eff for n, each in zip(rows, weighted, strict=True))
        more = f"; as their weights differ they are worth {worth} of equal weight" if is_said else ""
        said = [f"By {words.column_words(gap.weight)} they stand for {stand}{more}.", *said]
    return " ".join(filter(None, said))


def found_part(weight: str | None, answer: Discovery) -> str:
    """Say what the rows of a search stand for; empty where each stands for itself."""
    return "" if answer.rows is None else weighted_part(weight, answer.rows, answer.n_judged, answer.n_eff)


def counts_rows_part(weight: str | None, what: str = "Here") -> str:
    """Say that a question counts rows although they stand for many; empty where each stands for itself.

    >>> counts_rows_part("sample_weight"), counts_rows_part(None)
    ('Here rows are counted: their sample weight does not enter.', '')
    >>> counts_rows_part("w", "In what recalibration is worth")
    'In what recalibration is worth rows are counted: their w does not enter.'
    """
    return "" if weight is None else f"{what} rows are counted: their {words.column_words(weight)} does not enter."
