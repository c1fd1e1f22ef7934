"""Readings of thresholds per slice and of the band in which a person looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.money import money, money_interval, per_month
from analytics.present.readings.thresholds import totals_at, traded_words

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.answers.thresholds.by_slice import SlicePolicy
    from analytics.measure.thresholds.human_band import Band, Reviewer

RULES = {
    "own-optimum": "its own best threshold",
    "equal-fpr": "the threshold of equal false positive rate",
    "equal-recall": "the threshold of equal recall",
    "equal-selection-rate": "the threshold of equal selection rate",
}


def slice_policy_reading(slices: SlicePolicy, answer: ThresholdAnswer) -> str:
    """Say what thresholds per slice are worth beside the single one, honestly where that vanishes."""
    if not answer.n_judged or slices.table.is_empty():
        return "No row can be judged, so no slice can have a threshold."
    factor, span = per_month(answer)
    unit, saving = answer.policy.unit, slices.saving
    value, low, high = (float(part) * factor for part in (saving.value, saving.low, saving.high))
    in_sample = money(float(slices.table["saving"].sum()) * factor, unit)
    by = " and ".join(slices.by)
    single = "flagging none" if slices.single is None else f"the single threshold {words.threshold_text(slices.single)}"
    lead = f"Giving each {by} {RULES[slices.rule]} instead of {single}"
    if not low and not high and not value:
        return f"{lead} changes nothing: every slice comes out at the single threshold."
    if low > 0:
        text = f"{lead} saves {money_interval(value, low, high, unit)} {span}, judged on rows that did not choose it"
    elif high < 0:
        text = f"{lead} costs {money_interval(-value, -high, -low, unit)} {span} more, judged on rows that did not choose it"
    else:
        text = (
            f"{lead} makes no clear difference on rows that did not choose it: {money(value, unit, signed=True)} saved {span} "
            f"({money(low, unit)} to {money(high, unit)})"
        )
    few = int(slices.table["few_rows"].sum())
    pooled = (
        f" Slices under {words.plural(slices.pooling.min_support, 'judged row')} keep the single threshold ({few} do); the "
        f"others are joined by {words.number(slices.pooling.pseudo_rows, 0)} rows of the whole cohort's distribution."
    )
    traded = traded_words(answer, slices.before, slices.after)
    return f"{text}; in sample it saves {in_sample}. {traded}{pooled}"


def band_reading(band: Band, reviewer: Reviewer, answer: ThresholdAnswer) -> str:
    """Say between which scores a person should look, how many rows that is and what it saves."""
    if not answer.n_judged:
        return "No row can be judged, so no band can be chosen."
    factor, span = per_month(answer)
    unit = answer.policy.unit
    terms = f"at {money(reviewer.cost, unit)} a look and {words.share(reviewer.error_rate)} wrong"
    if band.low == band.high:
        return f"No row is worth a look {terms}: a single threshold costs as little."
    low, high = (answer.threshold_at(place) for place in (band.low, band.high))
    upper = "up to the top score" if high is None else f"to under {words.threshold_text(high)}"
    lower = words.threshold_text(low) if low is not None else words.UNDEFINED
    looks = band.n_reviewed / answer.days * 7 if answer.days else band.n_reviewed
    volume = f"{words.count(looks)} rows {'per week' if answer.days else 'on this cohort'}"
    return (
        f"Let a person look from {lower} {upper}, {terms}: {volume}, and {money(band.saving * factor, unit)} {span} less than "
        f"the best single threshold, on these rows. {_beside_single(band, answer)}"
    )


def _beside_single(band: Band, answer: ThresholdAnswer) -> str:
    """Say what becomes of recall, precision and flagged rows beside the present threshold."""
    return traded_words(answer, totals_at(answer, answer.present), band.totals, "rows flagged without a look")
