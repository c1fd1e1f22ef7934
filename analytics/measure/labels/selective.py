"""Labels that hang on the decision: where only flagged rows are looked at, misses cannot be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.measure.intervals import FloatArray, wilson

if TYPE_CHECKING:
    import polars as pl

_FEW = 0.5
"""Labelled share of one side of the threshold, as a part of the other side's, below which labels hang on the decision: a rate
over both then weighs one side twice too much. By hand."""
_CHANCE = 4.0
"""Standard errors between two labelled shares below which they may differ by chance: seldom labelled rows drawn at random differ
by half often where few are flagged. By hand: 1 in 16,000 by the normal law."""
_MIN_ROWS = 100
"""Rows of either side from which its labelled share is compared. By hand: half of none of 100 is seen in no chance log."""
_LEAST_LABELLED = 30
"""Labelled rows of the other side below which it is told as having none: of fewer nothing is learnt about recall. By hand."""
AUDIT_ROWS = 300
"""Rows of an audit that finds none: less than 1 % of all are positive then, at 95 % (the rule of three, Hanley and
Lippman-Hand 1983)."""
_SEEN = ("selection_rate", "mean_score")
"""Metrics that need no label."""
_WIDE = 0.2
"""Share of the rows that have next to no labels from which a range of scores is told as unseen. By hand: of fewer, AUROC over
the others is hardly that of a narrower range."""


@dataclass(frozen=True)
class Selective:
    """What is known where one side of the threshold seldom gets a label.

    Attributes
    ----------
    is_of_flagged : bool
        Whether the flagged rows have the labels, else those that are not flagged.
    is_of_one_side : bool
        Whether the other side has no labels at all, or next to none.
    share, other_share : float
        Labelled share of the side that has the labels, and of the other.
    positive_share : float
        Of the labelled rows of the side that has the labels.
    naive : float or None
        Recall over the labelled rows.
    recall_bounds : (float, float)
        Recall of all scored rows, whatever those without a label are.
    recall : (float, float, float) or None
        Recall of all scored rows with its interval, were the labelled ones of each side drawn at random.
    found, missed, unseen : float
        Positives with a label among the flagged rows and among the others; rows without one on the side that has few labels.
    """

    is_of_flagged: bool
    is_of_one_side: bool
    share: float
    other_share: float
    positive_share: float
    naive: float | None
    recall_bounds: tuple[float, float]
    recall: tuple[float, float, float] | None
    found: float
    missed: float
    unseen: float

    def after_audit(self, positives: int, rows: int = AUDIT_ROWS) -> tuple[float, float, float]:
        """Return recall with its interval if so many of so many rows of the unseen side, drawn at random, are positive.

        Notes
        -----
        The interval of the share of positives is Wilson's; of none found it reaches from 0 to 3 / rows (Hanley and
        Lippman-Hand 1983, JAMA 249:1743-1745). Positives with a label are counted as they are.
        """
        bound = wilson(positives, rows)
        shares = [float(bound.value), float(bound.low), float(bound.high)] if positives else [0.0, 0.0, 3.0 / rows]
        drawn = [share * self.unseen for share in shares]
        if self.is_of_flagged:
            value, high, low = (_part(self.found, self.missed + more) for more in drawn)
        else:
            value, low, high = (_part(self.found + more, self.missed) for more in drawn)
        return value, low, high

    def hides(self, metric: str) -> bool:
        """Tell whether labelled rows do not show a metric: all that counts the errors, or the right rows, of the other side."""
        return metric not in _SEEN and not (metric == "precision" and self.is_of_flagged)

    def mixes(self, metric: str) -> bool:
        """Tell whether slices differ in a metric by how many of either side have a label: who errs more is then not seen.

        Where one side has no labels at all, a metric is of the other side alone in every slice.
        """
        return not self.is_of_one_side and self.hides(metric)


def unseen_scores(score_table: pl.DataFrame) -> tuple[int, bool] | None:
    """Find the bin at which labels begin or end, where next to no row on one side of it has one; None where there is none.

    Parameters
    ----------
    score_table : DataFrame
        As for `selective`.

    Returns
    -------
    (int, bool) or None
        The first bin of the upper side, and whether that side has the labels. Of all bins the one at which the labelled shares
        differ most beyond chance.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"score_bin": [0, 1, 2], "n": [4_000, 900, 100], "n_pos": [0, 9, 4], "n_unlabelled": [4_000, 0, 0]})
    >>> unseen_scores(table)
    (1, True)
    """
    bins = score_table.drop_nulls("score_bin").select("score_bin", "n", "n_unlabelled")
    bins = bins.group_by("score_bin").sum().sort("score_bin")
    n, n_unlabelled = (bins[name].to_numpy().astype(float) for name in ("n", "n_unlabelled"))
    if not may_be_unseen(n, n - n_unlabelled):
        return None
    rows, labelled = np.cumsum(n), np.cumsum(n - n_unlabelled)
    below, above = rows[:-1], rows[-1] - rows[:-1]
    shares = labelled[:-1] / below, (labelled[-1] - labelled[:-1]) / above
    place = int(np.argmax(np.abs(shares[1] - shares[0]) * np.sqrt(below * above)))
    cut = int(bins["score_bin"][place + 1])
    found = selective(score_table, cut)
    unseen = (below if found is not None and found.is_of_flagged else above)[place]
    if found is None or not found.is_of_one_side or unseen < _WIDE * rows[-1]:
        return None
    return cut, found.is_of_flagged


def may_be_unseen(rows: FloatArray, labelled: FloatArray) -> bool:
    """Whether one end of the scores has rows enough, and next to no label, to be told by `unseen_scores`.

    Parameters
    ----------
    rows, labelled : numpy.ndarray
        Of the bins from the lowest to the highest.

    Examples
    --------
    >>> may_be_unseen(np.array([4_000.0, 900.0, 100.0]), np.array([0.0, 900.0, 100.0]))
    True
    >>> may_be_unseen(np.array([4_000.0, 900.0, 100.0]), np.array([90.0, 90.0, 90.0]))
    False
    """
    ends = ((rows, labelled), (rows[::-1], labelled[::-1]))
    unseen = max(float(n[np.cumsum(known) < _LEAST_LABELLED].sum()) for n, known in ends)
    return len(rows) > 1 and unseen >= _WIDE * float(rows.sum())


def selective(score_table: pl.DataFrame, threshold_bin: int) -> Selective | None:
    """Tell whether labels hang on the decision, and what that leaves of recall; None where they do not.

    Parameters
    ----------
    score_table : DataFrame
        ``score_bin, n, n_pos, n_unlabelled``, any slices beside; rows without a score are left out.
    threshold_bin : int
        Rows from this bin on are flagged.

    Returns
    -------
    Selective or None
        None also of weighted rows, and where every label is positive.

    Notes
    -----
    With F flagged and P other rows and the positive shares p and q of the labelled ones of each, recall is
    F p / (F p + P q); the interval of q / p is that of Donner and Zou (2012, Stat. Methods Med. Res. 21:347-359) from Wilson's
    of either.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"score_bin": [0, 1], "n": [9_000, 1_000], "n_pos": [0, 400], "n_unlabelled": [9_000, 0]})
    >>> found = selective(table, 1)
    >>> found.is_of_one_side, round(found.recall_bounds[0], 3), found.recall, round(found.after_audit(0)[1], 3)
    (True, 0.043, None, 0.816)
    """
    if "rows" in score_table.columns:
        return None
    bins = score_table["score_bin"]
    counts = score_table.select("n", "n_pos", "n_unlabelled").to_numpy().astype(float)
    # Twenty times as fast as filters of the table, of which there would be one set for every column of a log.
    (n_f, pos_f, open_f), (n_p, pos_p, open_p) = (
        (float(each) for each in side.fill_null(value=False).to_numpy().astype(float) @ counts)
        for side in (bins >= threshold_bin, bins < threshold_bin)
    )
    if min(n_f, n_p) < _MIN_ROWS or n_f - open_f + n_p - open_p <= 0:
        return None
    shares = (1 - open_f / n_f, 1 - open_p / n_p)
    labelled_f, labelled_p = n_f - open_f, n_p - open_p
    whole = (labelled_f + labelled_p) / (n_f + n_p)
    chance = _CHANCE * float(np.sqrt(whole * (1 - whole) * (1 / n_f + 1 / n_p)))
    if min(shares) >= _FEW * max(shares) or max(shares) - min(shares) < chance:
        return None
    is_of_flagged = shares[0] > shares[1]
    is_one_sided = (labelled_p if is_of_flagged else labelled_f) < _LEAST_LABELLED
    known = pos_f + pos_p
    own = pos_f / labelled_f if is_of_flagged else pos_p / labelled_p
    if known == labelled_f + labelled_p and not is_one_sided:
        return None  # it is the label on which they hang: only positives were written down
    found = None if is_one_sided else _recall(n_f / n_p, (pos_f, labelled_f), (pos_p, labelled_p))
    return Selective(
        is_of_flagged=is_of_flagged,
        is_of_one_side=is_one_sided,
        share=max(shares),
        other_share=min(shares),
        positive_share=own,
        naive=pos_f / known if known and not is_one_sided else None,
        recall_bounds=(_part(pos_f, pos_p + open_p), _part(pos_f + open_f, pos_p)),
        recall=found,
        found=pos_f,
        missed=pos_p,
        unseen=open_p if is_of_flagged else open_f,
    )


def _part(found: float, missed: float) -> float:
    """Return what is found as a share of all, nothing of nothing."""
    return found / (found + missed) if found + missed else 0.0


def _recall(
    odds: float, flagged: tuple[float, float], others: tuple[float, float]
) -> tuple[float, float, float] | None:
    """Return recall and its interval from positives and labelled rows of either side; None without a positive flagged row."""
    if not flagged[0]:
        return None
    one, two = wilson(*flagged), wilson(*others)
    p, p_low, p_high = (float(end) for end in (one.value, one.low, one.high))
    q, q_low, q_high = (float(end) for end in (two.value, two.low, two.high))
    lower = _ratio_end((q, q_low), (p, p_high), -1.0)
    upper = _ratio_end((q, q_high), (p, p_low), 1.0)
    return 1 / (1 + q / p / odds), 1 / (1 + upper / odds), 1 / (1 + lower / odds)


def _ratio_end(top: tuple[float, float], bottom: tuple[float, float], sign: float) -> float:
    """Return an end of the interval of a ratio from the values and the ends towards which it moves."""
    (q, q_end), (p, p_end) = top, bottom
    if 2 * p <= p_end:
        return 0.0  # so few are positive that the ratio may be anything
    inside = (p * q) ** 2 - q_end * p_end * (2 * q - q_end) * (2 * p - p_end)
    return max((p * q + sign * float(np.sqrt(max(inside, 0.0)))) / (p_end * (2 * p - p_end)), 0.0)
