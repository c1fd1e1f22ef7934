"""How the numbers of a score column are meant: fractions or percent, stand-ins for no score, rounding, confidence."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from analytics.log import positives
from analytics.log.column import PERCENT, Column
from analytics.log.mapping import Mapping
from analytics.log.role_names import folded_name, is_prediction
from analytics.log.schema import Log, Reading
from analytics.log.stand_ins import NUMBERS

_MAX_ROUNDING = 1e-3
"""How far beyond 0 or 1 a chance may lie and be a matter of rounding: three digits, the fewest that scores are written with."""

_MIN_SHARE_BETWEEN = 0.5
"""Share of the values strictly between 0 and 1 that makes the others strays: ranks and counts have few of them. Set by hand."""

_CONFIDENCE = re.compile(
    r".*confidence.*|conf|certainty|(max|top|predicted|prediction|pred)_(prob(a|ability)?|score)(_.*)?|konfidenz|confianza|confiance"
)
"""Names of the chance of whichever class was predicted."""

_PERCENT = re.compile(r"%|(^|_)\(?(pct|perc|percent|percentage|prozent|porcentaje|pourcent(age)?)\)?(_|$)")
"""What names of numbers in percent hold."""

_LOG_ODDS = re.compile(r"(.*_)?(logits?|log_odds|decision_function|margin)(_.*)?")
"""Names of scores of which zero is even odds."""

_THRESHOLD = re.compile(
    r"(.*_)?(threshold|thresh|cut_?off|cut_?point|operating_point|schwell(e|en)?(wert)?|seuil|umbral|soglia)(_.*)?"
)
"""Names of the score from which on rows were acted on."""

_MIN_SIDE = 0.1
"""How far scores on the one side of zero reach at least, of how far on the other, for zero to be where they turn. Set by hand."""

_NEAR_END = 10
"""How far from 0 and from 100 the ends of a range lie at most for the scale to be one from 0 to 100. Set by hand."""

_EVEN = 0.5
"""The least chance that the likelier of two classes can have."""


@dataclass(frozen=True)
class _Form:
    """How a column's numbers become scores: divided by ``scale``, without ``missing``, clipped to [0, 1] or not."""

    scale: float = 1.0
    missing: tuple[str, ...] = ()
    is_clipped: bool = False


def form_of(column: Column) -> _Form:
    """Return how the numbers of a column are meant, by their sign and by the few that lie outside [0, 1].

    Percent are divided by 100. Where most values are fractions, -1 or 999 stand for no score, and 1.00001 is 1 by rounding;
    any other value outside leaves the column as it is.
    """
    scale = float(PERCENT) if _is_percent(column) else 1.0
    n_values = column.n_between + column.n_outside
    if column.stand_ins:
        return _Form(scale, tuple(value for value, _ in column.stand_ins))
    if not column.n_outside or column.n_between < _MIN_SHARE_BETWEEN * n_values:
        return _Form(scale)
    missing = tuple(value for value, _ in column.outside if float(value) in NUMBERS)
    others = [float(value) / scale for value, _ in column.outside if value not in missing]
    n_listed = sum(rows for _, rows in column.outside)
    is_near = all(-_MAX_ROUNDING <= value <= 1 + _MAX_ROUNDING for value in others)
    if n_listed < column.n_outside:
        low, high = float(column.low or "nan") / scale, float(column.high or "nan") / scale
        is_near = is_near and not missing and low >= -_MAX_ROUNDING and high <= 1 + _MAX_ROUNDING
    return _Form(scale, missing, bool(others)) if is_near else _Form(scale)


def _is_percent(column: Column) -> bool:
    """Whether numbers are percent: by their sign, by their name, or as a confidence from 50 to 100 in one of two classes."""
    if column.sign == "%":
        return _spans_percent(column)
    if column.kind != "number":
        return False
    low, high = float(column.low or "nan"), float(column.high or "nan")
    if not 1 < high <= PERCENT:
        return False
    is_sure = low >= _EVEN * PERCENT and is_confidence_name(column.name)
    return is_sure or (low >= 0 and _PERCENT.search(folded_name(column.name)) is not None)


def _spans_percent(column: Column) -> bool:
    """Whether most numbers lie in [0, 100], so that they can be chances in percent."""
    low, high = float(column.low or "nan"), float(column.high or "nan")
    return (low >= 0 and high <= PERCENT) or column.n_between > column.n_outside


def is_almost_probability(column: Column) -> bool:
    """Whether most numbers are fractions and some are not: strays made the range what it is."""
    return bool(column.n_outside) and column.n_between >= _MIN_SHARE_BETWEEN * (column.n_between + column.n_outside)


def with_form(mapping: Mapping, reading: Reading) -> Mapping:
    """Return a mapping whose score is read as its column's numbers are meant."""
    form = form_of(reading.column(mapping.score)) if mapping.score else _Form()
    mapping = replace(mapping, score_scale=form.scale, score_missing=form.missing, is_score_clipped=form.is_clipped)
    mapping = replace(mapping, score_minus=None)
    return replace(mapping, is_confidence=is_confidence(mapping, reading))


def is_alike(mapping: Mapping, other: Mapping) -> bool:
    """Whether a threshold means the same under two mappings: their scores are divided and turned alike."""
    return (mapping.score_scale, mapping.score_minus) == (other.score_scale, other.score_minus)


def turned(mapping: Mapping, reading: Reading) -> Mapping:
    """Return the mapping in which low numbers of the score mean positive: of fractions 1 minus them counts, else minus."""
    if mapping.score is None:
        return mapping
    column = reading.column(mapping.score)
    is_unit = mapping.is_score_clipped or is_almost_probability(column) or _is_unit(mapping, reading)
    return replace(mapping, score_minus=1.0 if is_unit else 0.0, is_confidence=False)


def _is_unit(mapping: Mapping, reading: Reading) -> bool:
    """Whether all numbers of the score are fractions from 0 to 1, or percent."""
    try:
        low, high = (float(end or "nan") / mapping.score_scale for end in _ends(mapping, reading))
    except ValueError:
        return False
    return low >= 0 and high <= 1


def is_confidence(mapping: Mapping, reading: Reading) -> bool:
    """Whether the score is the chance of whichever class the decision names.

    Of two classes the likelier has at least one half, so no value lies below it, though both classes were predicted; and
    the names say that the decision is a model's, or the score a confidence.
    """
    if mapping.score is None or mapping.decision is None or not mapping.decision_negative:
        return False
    decision = reading.column(mapping.decision)
    if len(positives.known_groups(decision)) != 2:
        return False
    names_say_so = is_prediction(mapping.decision) or is_confidence_name(mapping.score)
    return names_say_so and spans_upper_half(reading.column(mapping.score), mapping)


def is_confidence_name(name: str) -> bool:
    """Whether a column is called like the chance of the predicted class.

    >>> is_confidence_name("Prediction Score"), is_confidence_name("fraud_score")
    (True, False)
    """
    return _CONFIDENCE.fullmatch(folded_name(name)) is not None


def spans_from(column: Column, least: float) -> bool:
    """Whether all numbers of a column are chances of at least ``least``, up to rounding, and not of two values only."""
    if column.kind != "number" or column.n_distinct <= 2:
        return False
    return float(column.low or "nan") >= least - _MAX_ROUNDING and float(column.high or "nan") <= 1 + _MAX_ROUNDING


def spans_upper_half(column: Column, mapping: Mapping) -> bool:
    """Whether all numbers of a score are from one half to 1, and not of two values only."""
    if column.kind != "number" or column.n_distinct <= 2 or mapping.score_missing:
        return False
    low, high = float(column.low or "nan") / mapping.score_scale, float(column.high or "nan") / mapping.score_scale
    return low >= _EVEN and high <= 1 + (_MAX_ROUNDING if mapping.is_score_clipped else 0)


def could_be_percent(log: Log) -> bool:
    """Whether scores that are no fractions all lie in [0, 100]."""
    return log.score_kind == "rank" and log.edges[0] >= 0 and log.edges[-1] <= PERCENT


def first_threshold(mapping: Mapping, reading: Reading) -> float:
    """Return a threshold to begin with: that which a column of the log says; else ½ for scores in [0, 1] but for strays, and the
    middle of the range for others.

    Where rows are right or wrong every answer counts: it is 0, or the lowest score where that is another.
    """
    if mapping.kind != "yes/no" and mapping.has_score:
        return _least(mapping, reading)
    if mapping.score is None:
        return 1.0
    if (written := written_threshold(mapping, reading)) is not None:
        return written[1]
    middle = _middle(mapping, reading)
    return _EVEN if middle is None else _as_turned(middle, mapping)


def _as_turned(number: float, mapping: Mapping) -> float:
    """Return the score that a number on the scale of its column is."""
    return number if mapping.score_minus is None else mapping.score_minus - number


def written_threshold(mapping: Mapping, reading: Reading) -> tuple[str, float] | None:
    """Return the column that holds one threshold on every row, and the score that it is; None where none does, or several do."""
    if mapping.kind != "yes/no" or mapping.score is None:
        return None
    low, high = (float(end or "nan") / mapping.score_scale for end in _ends(mapping, reading))
    found = []
    for column in reading.columns:
        is_one = column.kind == "number" and column.n_distinct == 1 and not column.n_missing
        if is_one and column.name != mapping.score and _THRESHOLD.fullmatch(folded_name(column.name)):
            value = float(column.low or "nan")
            at = next((each for each in (value, value / mapping.score_scale) if low < each <= high), None)
            found += [] if at is None else [(column.name, _as_turned(at, mapping))]
    return found[0] if len(found) == 1 else None


def _ends(mapping: Mapping, reading: Reading) -> tuple[str | None, str | None]:
    """Return the lowest and the highest score as they are written, without values that stand for no score."""
    column = reading.column(str(mapping.score))
    return column.within if column.within and mapping.score_missing else (column.low, column.high)


def is_middle(mapping: Mapping, reading: Reading, threshold: float) -> bool:
    """Whether a threshold is the middle of the range of scores that are no chances, which nobody chose."""
    if mapping.kind != "yes/no" or mapping.score is None or mapping.decision is not None or not threshold:
        return False
    middle = _middle(mapping, reading)
    return middle is not None and threshold == _as_turned(middle, mapping)


def _middle(mapping: Mapping, reading: Reading) -> float | None:
    """Return the middle of the range of scores, 0 where they turn there; None where they are chances or their ends not known."""
    column = reading.column(str(mapping.score))
    if is_almost_probability(column):
        return None
    try:
        low, high = (float(end or "nan") / mapping.score_scale for end in _ends(mapping, reading))
    except ValueError:
        return None
    if not low <= high or (low >= 0 and high <= 1) or not math.isfinite(high - low):
        return None
    if low < 0 < high and (
        min(-low, high) >= _MIN_SIDE * max(-low, high) or _LOG_ODDS.fullmatch(folded_name(column.name))
    ):
        return 0.0
    if (
        0 <= low <= _NEAR_END and PERCENT - _NEAR_END <= high <= PERCENT
    ):  # the ends of the scale, not those that came up
        low, high = 0.0, float(PERCENT)
    middle = (low + high) / 2
    return float(math.floor(middle)) if high - low >= 4 else middle


def _least(mapping: Mapping, reading: Reading) -> float:
    """Return a threshold that no score lies below."""
    if mapping.score is None:
        return 0.0
    low, high = (float(end or 0) / mapping.score_scale for end in _ends(mapping, reading))
    return min(low if mapping.score_minus is None else mapping.score_minus - high, 0.0)
