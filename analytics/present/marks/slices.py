"""What figures of slices draw, whatever draws them: labels, places, verdicts and axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import polars as pl

from analytics.measure.counts import Counts
from analytics.measure.metrics import METRICS
from analytics.measure.slices import compared_by
from analytics.present import words
from analytics.present.base_rate import split_words

MAX_CATEGORIES = 60
"""Slices that a figure draws, the worst first: two screens. A judgement."""
SIGNIFICANT = 0.05
"""Adjusted p-value below which a difference is a finding: the convention of 5 %, and the other side of 95 %
intervals."""
VERDICT_WORDS = {
    "worse": "worse",
    "better": "better",
    "higher": "higher",
    "lower": "lower",
    "same": "no clear difference",
    "few": words.FEW_ROWS,
}


@dataclass(frozen=True)
class Mark:
    """One slice in a figure.

    Attributes
    ----------
    row : int
        Its row in the table that the figure was given.
    values : tuple
        The values of the sliced columns, None where missing.
    label : str
        Its name on one line, of any length.
    value, low, high : float or None
        The metric with its interval.
    n, support : int
        Its rows, and those that the metric is about: see `support`.
    verdict : {"worse", "better", "higher", "lower", "same", "few"}
        How it compares with the rest after adjustment for all slices of the table.
    note : str
        Difference, p-value and excess errors in words.
    """

    row: int
    values: tuple[object, ...]
    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    support: int
    verdict: str
    note: str


def verdict(row: dict[str, object], metric: str) -> str:
    """Compare a slice with the rest: worse, better, higher, lower, same, or few.

    By the columns of `measure.slices.compared_by`: what the base rate explains is neither worse nor better.

    >>> verdict({"few_rows": False, "recall_difference": -0.1, "recall_p_adjusted": 0.001}, "recall")
    'worse'
    """
    if row["few_rows"]:
        return "few"
    difference, p = (row[name] for name in compared_by(metric))
    is_higher_better = METRICS[metric].direction == "higher" and not METRICS[metric].is_of_errors
    if not isinstance(difference, float) or not isinstance(p, float) or not p < SIGNIFICANT or not difference:
        return "same"
    direction = METRICS[metric].direction
    if direction == "neither":
        return "higher" if difference > 0 else "lower"
    return "better" if (difference > 0) == is_higher_better else "worse"


def points_to(verdict: str, metric: str) -> str | None:
    """Return where the values of a verdict lie from the rest's, up or down; None where neither is known.

    >>> points_to("better", "recall"), points_to("same", "recall")
    ('up', None)
    """
    is_higher_better = METRICS[metric].direction == "higher"
    sides = {"higher": True, "lower": False, "better": is_higher_better, "worse": not is_higher_better}
    return ("up" if sides[verdict] else "down") if verdict in sides else None


def slice_marks(table: pl.DataFrame, metric: str, limit: int = MAX_CATEGORIES) -> list[Mark]:
    """Return the first slices of a table in its order, which puts the worst first.

    Parameters
    ----------
    table : DataFrame
        As `SliceAnswer.table`.
    metric : str
        The metric that is drawn.
    limit : int
        How many slices at most.
    """
    keys = [name for name in ("slice_0", "slice_1") if name in table.columns]
    supports = support(table, metric)
    return [
        Mark(
            row=place,
            values=tuple(row[key] for key in keys),
            label=words.slice_label([row[key] for key in keys]),
            value=row[metric],
            low=row[f"{metric}_low"],
            high=row[f"{metric}_high"],
            n=row["n"],
            support=int(supports[place]),
            verdict=verdict(row, metric),
            note=_note(row, metric),
        )
        for place, row in enumerate(table.head(limit).iter_rows(named=True))
    ]


def support_words(metric: str) -> str:
    """Name the rows of which a slice must have enough.

    >>> support_words("error_rate"), support_words("fnr")
    ('judged rows', 'rows behind the metric')
    """
    found = METRICS[metric]
    is_narrow = found.denominator is not None and "tp + fp + fn + tn" not in found.formula
    return "rows behind the metric" if is_narrow else "judged rows"


def support(table: pl.DataFrame, metric: str) -> pl.Series:
    """Count the rows behind a metric in each slice: the denominator of a proportion, else the judged rows."""
    counts, found = Counts.of(table), METRICS[metric]
    if found.is_proportion and found.denominator is not None:
        return pl.Series("support", found.denominator(counts)).cast(pl.Int64)
    return pl.Series("support", counts.judged).cast(pl.Int64)


def _note(row: dict[str, float], metric: str) -> str:
    """Say how a slice differs from the rest."""
    ends = (row[f"{metric}_difference{end}"] for end in ("", "_low", "_high"))
    against = words.metric_difference(metric, *ends)
    parts = split_words(row) or f"excess errors {words.signed(row['excess_errors'])}"
    return f"against the rest {against}, p {words.p_value(row[p_column(metric)])}, {parts}"


def p_column(metric: str) -> str:
    """Return the adjusted p-value that says whether a slice is worse or better.

    >>> p_column("error_rate"), p_column("recall")
    ('excess_model_p_adjusted', 'recall_p_adjusted')
    """
    return compared_by(metric)[1]


def compared_words(metric: str, *, is_right_or_wrong: bool = False) -> str:
    """Say what a slice is compared with.

    >>> compared_words("error_rate"), compared_words("precision"), compared_words("recall")
    ('its base rate explains', 'its base rate explains', 'the rest')
    """
    is_to_rest = is_right_or_wrong or p_column(metric) == f"{metric}_p_adjusted"
    return "the rest" if is_to_rest else "its base rate explains"


def p_words(metric: str, *, is_right_or_wrong: bool = False) -> str:
    """Say what the p-value of a slice compares.

    >>> print(p_words("recall"))
    Of no difference in recall to the rest. Adjusted for looking at many: Benjamini–Hochberg over all slices of this table.
    """
    found = METRICS[metric]
    if found.is_of_errors and not is_right_or_wrong:
        what = "errors beyond what its base rate explains, which are the model's part"
    elif is_right_or_wrong or p_column(metric) == f"{metric}_p_adjusted":
        what = f"difference in {words.metric_phrase(metric).removeprefix('the ')} to the rest"
    else:
        what = f"difference in {words.metric_phrase(metric).removeprefix('the ')} to what its base rate explains"
    return f"Of no {what}. Adjusted for looking at many: Benjamini–Hochberg over all slices of this table."


def has_base_rate(table: pl.DataFrame) -> bool:
    """Whether a base rate explains some of the errors in a table of slices: not where rows are right or wrong."""
    return "excess_base_rate" in table.columns


def order_words(table: pl.DataFrame, metric: str) -> str:
    """Say in which order the slices of `SliceAnswer.table` come.

    >>> of_classes, of_answers = pl.DataFrame({"excess_base_rate": [1.0]}), pl.DataFrame()
    >>> order_words(of_classes, "error_rate"), order_words(of_answers, "error_rate"), order_words(of_classes, "prevalence")
    ('most errors beyond the base rate first', 'most excess errors first', 'highest first')
    """
    if METRICS[metric].is_of_errors:
        return f"{most_words(table)} first"
    return "highest first" if METRICS[metric].direction == "neither" else "worst first"


def most_words(table: pl.DataFrame) -> str:
    """Say which values of a column are drawn where not all are."""
    return "most errors beyond the base rate" if has_base_rate(table) else "most excess errors"


def question_of(metric: str) -> str:
    """Ask what a figure of slices answers.

    >>> question_of("recall"), question_of("selection_rate")
    ('Where is recall lowest?', 'Where does the selection rate differ?')
    """
    phrase = words.metric_phrase(metric)
    end = {"lower": "highest", "higher": "lowest"}.get(METRICS[metric].direction)
    return f"Where is {phrase} {end}?" if end else f"Where does {phrase} differ?"


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers that cover a range.

    >>> ticks(0.18, 0.41)
    [0.2, 0.25, 0.3, 0.35, 0.4]
    """
    if not low < high:
        return [low]
    rough = (high - low) / max(about, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * 0.999)
    places = range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)
    return [round(place * step, 12) for place in places]


def count_ticks(most: int, about: int = 4) -> list[int]:
    """Return round whole numbers from 0 to a count: halves of rows would be written as the whole numbers beside them.

    >>> count_ticks(2), count_ticks(10), count_ticks(90)
    ([0, 1, 2], [0, 5, 10], [0, 25, 50, 75])
    """
    return [int(value) for value in ticks(0, most, about) if value == int(value)]


def tick_texts(values: Sequence[float], *, is_share: bool) -> list[str]:
    """Write round numbers with as many digits as their step needs.

    >>> [text.replace(words.THIN_SPACE, " ") for text in tick_texts([0.2, 0.225], is_share=True)]
    ['20.0 %', '22.5 %']
    """
    scaled = [100 * value if is_share else value for value in values]
    digits = next((digits for digits in range(6) if all(abs(v - round(v, digits)) < 1e-9 for v in scaled)), 6)
    unit = f"{words.THIN_SPACE}%" if is_share else ""
    return [f"{words.plain(value, digits)}{unit}" for value in scaled]


def value_range(marks: Sequence[Mark], metric: str, overall: float | None) -> tuple[float, float]:
    """Return the range that shows every value, and the intervals of all slices that have enough rows."""
    shown = [mark.value for mark in marks if mark.value is not None] + ([overall] if overall is not None else [])
    ends = [end for mark in marks if mark.verdict != "few" for end in (mark.low, mark.high) if end is not None]
    ends = ends or [end for mark in marks for end in (mark.low, mark.high) if end is not None]
    if not shown:
        return 0.0, 1.0
    low, high = min([*shown, *ends]), max([*shown, *ends])
    pad = max((high - low) * 0.06, 0.005)
    limits = METRICS[metric]
    return max(low - pad, limits.low - pad / 2), min(high + pad, limits.high + pad / 2)


def axis_values(table: pl.DataFrame, key: str, limit: int) -> tuple[list[object], int]:
    """Return the values of an axis of a heat map, and how many were left out.

    Numbers, times and bins stand in their own order, other values by their errors beyond the base rate; ``(missing)`` is
    last. Where there are more than ``limit``, those with the most are kept.
    """
    column = table[key]
    found = (
        table.group_by(key, maintain_order=True)
        .agg(excess=pl.col("excess_model").fill_null(0).sum())
        .sort("excess", descending=True, maintain_order=True)[key]
    )
    kept = found.head(limit)
    is_ordered = column.dtype.is_numeric() or column.dtype.is_temporal() or isinstance(column.dtype, pl.Enum)
    known = kept.drop_nulls()
    values = (known.sort() if is_ordered else known).to_list()
    return [*values, *([None] if kept.null_count() else [])], len(found) - len(kept)
