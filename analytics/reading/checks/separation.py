"""Checks of the score against the label: whether it separates the classes at all, the wrong way, or too well to be true."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from analytics.log.schema import Log
from analytics.reading.checks.check import YES_NO, Check, CountingCheck, Evidence, Said

_MIN_ROWS_OF_COPY = 50
"""Rows on which a label and a prediction agree throughout before one is called the other: a model that is right in 90 % agrees
on fifty rows once in two hundred logs. A judgement."""

_MIN_ROWS_OF_CLASS = 30
"""Rows of the rarer class from which an interval that holds one half says more than that there are few rows. A judgement."""

_CHANCE_AUROC = 0.5
"""Area under the ROC curve of a score that tells nothing."""

_TOO_GOOD = 0.99
"""Area under the ROC curve above which, with its whole interval, a score is taken to know the outcome: those of deployed models
of what people do end at about 0.97. By hand."""

_FAR = 3.0
"""Standard errors above one half, on the logit scale, from which nobody asks where the 95 % interval ends, which has 1.96 of
them: it lies above."""


_SIDES = 1.96
"""Standard errors on either side of a 95 % interval."""


@dataclass(frozen=True)
class _Area:
    """Area under the ROC curve and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class _Unseen:
    """The score at which labels begin, or end, and the rows on the other side without one."""

    score: float
    is_above: bool
    n: int


@dataclass(frozen=True)
class _Copied:
    """Labelled rows with a score and with a decision, and those on which the label is what it says."""

    n_scored: int = 0
    n_as_scored: int = 0
    n_decided: int = 0
    n_as_decided: int = 0
    cut: float | None = None


def _by_score(evidence: Evidence) -> list[tuple[int, int, int, int]]:
    """Return each bin of the score in rising order, with its rows, the positive ones and those without a label."""
    counts = ["count(*)", "count(*) FILTER (label = 1)", "count(*) FILTER (label IS NULL)"]
    rows = evidence.tallies.count(["score_bin"], counts, where="score_bin IS NOT NULL")
    return sorted((int(place), *counted) for place, *counted in rows)


def _area(evidence: Evidence) -> _Area | None:
    """Return the area under the ROC curve, None where one class is missing, and where it is far above one half."""
    from analytics.measure import curves, intervals

    rows = [row for row in evidence.once(_by_score) if row[1] > row[3]]
    positives, negatives = [row[2] for row in rows], [row[1] - row[2] - row[3] for row in rows]
    if not sum(positives) or not sum(negatives):
        return None
    estimate = curves.auroc(positives, negatives)
    if _is_far_above_chance(float(estimate.value), float(estimate.standard_error)):
        return None  # SciPy, which the interval needs, takes longer to import than most files to read
    area = intervals.logit_interval(estimate, min(sum(positives), sum(negatives)))
    return _Area(float(area.value), float(area.low), float(area.high))


def _is_far_above_chance(area: float, standard_error: float) -> bool:
    """Whether an area lies so far above one half that its interval does."""
    if not _CHANCE_AUROC < area < 1:
        return False
    return math.log(area / (1 - area)) * area * (1 - area) > _FAR * standard_error


def _too_good(evidence: Evidence) -> float | None:
    """Return the area under the ROC curve where it is too good to be true; None elsewhere, and of one class of many."""
    log = evidence.log
    if log.mapping.score is None or log.mapping.right is not None:
        return None
    if min(log.n_positive, log.n_labelled - log.n_positive) < _MIN_ROWS_OF_CLASS:
        return None
    from analytics.measure import curves

    rows = [row for row in evidence.once(_by_score) if row[1] > row[3]]
    estimate = curves.auroc([row[2] for row in rows], [row[1] - row[2] - row[3] for row in rows])
    area, error = float(estimate.value), float(estimate.standard_error)
    if not _TOO_GOOD < area < 1:  # of a label that a score tells without any error another check speaks
        return None
    low = math.log(area / (1 - area)) - _SIDES * error / (area * (1 - area))
    return area if low > math.log(_TOO_GOOD / (1 - _TOO_GOOD)) else None


def _unseen(evidence: Evidence) -> _Unseen | None:
    """Return the score at which labels begin or end, None where both sides of any have some."""
    log = evidence.log
    if not 0 < log.n_labelled < log.n_rows or log.mapping.weight is not None:
        return None
    import numpy as np

    from analytics.measure.labels.selective import may_be_unseen, unseen_scores

    rows = evidence.once(_by_score)
    n, n_unlabelled = (np.array([row[place] for row in rows], dtype=float) for place in (1, 3))
    if not may_be_unseen(n, n - n_unlabelled):
        return None
    import polars as pl  # as above

    table = pl.DataFrame(rows, ["score_bin", "n", "n_pos", "n_unlabelled"], orient="row")
    found = unseen_scores(table)
    if found is None:
        return None
    place, is_above = found
    is_blind = table["score_bin"] < place if is_above else table["score_bin"] >= place
    return _Unseen(float(log.edges[place]), is_above, int(table.filter(is_blind)["n_unlabelled"].sum()))


def _telling_nothing(evidence: Evidence) -> _Area | None:
    """Return the area under the ROC curve where both classes have rows enough to tell, None elsewhere.

    None too where only one end of the scores has labels: within so narrow a range a good score separates little.
    """
    if evidence.once(_unseen) is not None:
        return None
    log = evidence.log
    least = min(log.n_positive, log.n_labelled - log.n_positive)
    is_constant = len(log.edges) == 1  # said by a check of its own
    return evidence.once(_area) if least >= _MIN_ROWS_OF_CLASS and not is_constant else None


def _copied(evidence: Evidence) -> _Copied:
    """Count the rows on which the label is what the score, or the logged decision, says."""
    log, mapping = evidence.log, evidence.log.mapping
    if mapping.label is None or not 0 < log.n_positive < log.n_labelled:
        return _Copied()
    scored = ("count(*) FILTER (score IS NOT NULL)", "count(*) FILTER ((score >= ?)::UTINYINT = label)")
    decided = ("count(decision)", "count(*) FILTER (decision = label)")
    (row,) = evidence.tallies.count((), (*scored, *decided), where="label IS NOT NULL", parameters=[mapping.threshold])
    n_scored, n_as_scored, n_decided, n_as_decided = row
    return _Copied(n_scored, n_as_scored, n_decided, n_as_decided, _cut(evidence))


def _cut(evidence: Evidence) -> float | None:
    """Return the score from which on every label is positive and below which none is; None where there is no such score."""
    log = evidence.log
    if min(log.n_positive, log.n_labelled - log.n_positive) < _MIN_ROWS_OF_CLASS:
        return None
    rows = [row for row in evidence.once(_by_score) if row[1] > row[3]]
    first = next((place for place, _, n_positive, _ in rows if n_positive), None)
    is_cut = first is not None and all(
        n_positive == (n - n_unlabelled if place >= first else 0) for place, n, n_positive, n_unlabelled in rows
    )
    return float(log.edges[first]) if is_cut and first is not None else None


def _score_ranks_wrong_way(log: Log, area: _Area | None) -> Iterator[Said]:
    if area is not None and area.high < _CHANCE_AUROC:
        what, todo = ("The decision points", "the positive value of the decision")
        if log.mapping.score:
            as_said = "number" if log.mapping.score_minus is not None else "reversed"
            low = "low" if as_said == "reversed" else "high"
            what, todo = "The score ranks", f"say that {low} scores mean positive (--score-as {as_said})"
        yield Said(
            log.mapping.score or log.mapping.decision,
            log.n_labelled,
            f"{what} the wrong way round: AUROC {area.value:.3f} (95 % {area.low:.3f} to "
            f"{area.high:.3f}) is below one half. Check the positive value of the label, or {todo}.",
        )


def _score_tells_nothing(log: Log, area: _Area | None) -> Iterator[Said]:
    if area is not None and area.low <= _CHANCE_AUROC <= area.high:
        what = "The score tells" if log.mapping.score else "The decision tells"
        yield Said(
            log.mapping.judged,
            log.n_labelled,
            f"{what} nothing about the label that chance would not: AUROC {area.value:.3f} (95 % {area.low:.3f} to "
            f"{area.high:.3f}) holds one half. Check that {log.mapping.judged!r} and {log.mapping.label!r} are the right "
            "columns.",
        )


def _labels_hang_on_score(log: Log, found: _Unseen | None) -> Iterator[Said]:
    if found is None:
        return
    if log.mapping.score is None:
        side, other = ("positive", "negative") if found.is_above else ("negative", "positive")
        which, unseen = f"a {side} decision have", f"those with a {other} one"
    else:
        which = f"a score {'of' if found.is_above else 'below'} {found.score:.3g}{' or more' if found.is_above else ''} have"
        unseen = "lower scores" if found.is_above else "higher scores"
    yield Said(
        log.mapping.label,
        found.n,
        f"Only rows with {which} a label: whatever the model gets wrong among {unseen} is not seen, and AUROC is that of a "
        "narrower range. Give labels to some of the others, drawn at random.",
    )


def _label_is_prediction(log: Log, found: _Copied) -> Iterator[Said]:
    for n, n_same, name, what in (
        (found.n_scored, found.n_as_scored, log.mapping.judged, f"the score at {log.mapping.threshold:g}"),
        (found.n_decided, found.n_as_decided, log.mapping.decision, "the decision"),
    ):
        if n >= _MIN_ROWS_OF_COPY and n == n_same and name is not None:
            what = what if log.mapping.score or name != log.mapping.decision else "the decision"
            yield Said(
                log.mapping.label,
                n,
                f"The label agrees with {what} on all {n:,} rows: it is likely the prediction and not the outcome. No model is "
                f"right on every row: check {log.mapping.label!r}.",
            )
            return
    if found.cut is not None and log.mapping.score is not None:
        yield Said(
            log.mapping.label,
            found.n_scored,
            f"The label is positive from a score of {found.cut:.4g} on and nowhere below, on all {found.n_scored:,} rows: it is "
            f"likely the prediction and not the outcome. No model tells all rows apart: check {log.mapping.label!r}.",
        )


def _score_too_good(log: Log, area: float | None) -> Iterator[Said]:
    if area is not None:
        yield Said(
            log.mapping.score,
            log.n_labelled,
            f"The score tells the label almost without error: AUROC {area:.4f}. Few models that decide before the outcome do: "
            f"check that {log.mapping.score!r} uses nothing that is known only after it.",
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="label-is-prediction",
        kinds=YES_NO,
        severities=("error",),
        meaning="the label is what the score or the decision says on every row, at the threshold or at another one",
        count=_copied,
        say=_label_is_prediction,
    ),
    CountingCheck(
        code="score-too-good",
        kinds=YES_NO,
        severities=("warning",),
        meaning="AUROC lies above 0.99, with its whole interval: the score may use what is known only after the outcome",
        count=_too_good,
        say=_score_too_good,
    ),
    CountingCheck(
        code="score-tells-nothing",
        kinds=YES_NO,
        severities=("warning",),
        meaning="the interval of AUROC holds one half: the score, or the label, may be another column",
        count=_telling_nothing,
        say=_score_tells_nothing,
    ),
    CountingCheck(
        code="labels-hang-on-score",
        kinds=YES_NO,
        severities=("warning",),
        meaning="only high, or only low, scores have labels: errors among the others are not seen",
        count=_unseen,
        say=_labels_hang_on_score,
    ),
    CountingCheck(
        code="score-ranks-wrong-way",
        kinds=YES_NO,
        severities=("error",),
        meaning="AUROC lies below one half, with its whole interval",
        count=_area,
        say=_score_ranks_wrong_way,
    ),
)
