"""The readings of Compare: whether the candidate may replace what is live, and what stands behind that."""

from __future__ import annotations

from datetime import date
from math import isnan
from typing import TYPE_CHECKING

from analytics.measure.compare.difference import COST, direction_of
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.money import money
from analytics.present.readings.compare_account import pairing_part, rounded, unanswered_part
from analytics.present.readings.compare_cautions import (
    again_part,
    hanging_first,
    hanging_part,
    own_labels_part,
    thresholds_part,
)
from analytics.present.readings.compare_operations import notable_part

if TYPE_CHECKING:
    from analytics.answers.compare.answer import Comparison
    from analytics.measure.compare.difference import Difference
    from analytics.measure.compare.verdict import Verdict


def compare_reading(answer: Comparison, *, with_options: bool = False) -> str:
    """Say whether the candidate may replace what is live, and how sure that is; with the options of the command that help."""
    return words.told(
        _lead(answer),
        own_labels_part(answer),
        thresholds_part(answer, with_options=with_options),
        hanging_part(answer),
        pairing_part(answer.account),
        interval_part(answer),
        again_part(answer.pairing.asked, is_sampled=answer.pairing.is_sampled),
        money_part(answer),
        _at_live_part(answer),
        _agreement_part(answer),
        _trade_part(answer),
    )


def _lead(answer: Comparison) -> str:
    """Say the verdict, and before it what it does not cover: pairs without an answer, rows that nobody judges."""
    none = unanswered_part(answer.account)
    if answer.hanging is not None:
        return words.told(hanging_first(answer), f"{none}." if none else "")
    said = _first(answer)
    word, colon, rest = said.partition(": ")
    has_verdict = bool(colon and answer.verdict.n and answer.verdict.word != "unknown")
    joint, price = _price_parts(answer) if has_verdict else ("", "")
    if not none:
        return f"{word}, {joint} it {price}. {_capital(rest)}" if price else said
    if not has_verdict:
        return f"{none}. {said}"
    return words.told(f"{none}; on the others it is {word.lower()}.", f"It {price}." if price else "", _capital(rest))


def _price_parts(answer: Comparison) -> tuple[str, str]:
    """Say what speaks against the verdict in what the candidate takes, else for it, and how to join it; else nothing."""
    is_more, said = notable_part(answer.running)
    word = answer.verdict.word
    is_welcome = word in ("better", "no worse")
    if not said or (word == "worse" and is_more) or (word == "inconclusive" and not is_more):
        return "", ""
    return "but" if is_more == is_welcome else "and", said


def _first(answer: Comparison) -> str:
    said, found = answer.verdict, answer.leading
    phrase = metric_phrase(answer.metric)
    pairs = words.plural(said.n, "pair")
    if not said.n:
        alike = answer.agreement
        if alike is None:
            return "No pair is judged on both sides, so neither side is known to be better."
        same = words.share(float(alike.value))
        return f"No pair has a label, so neither side is known to be better; both decide {same} of the pairs alike."
    if said.word == "unknown":
        return f"How {phrase} of both sides differ has no interval here: {found.method}."
    if said.word == "better":
        if _is_traded(answer):
            return _traded(answer)
        return f"Better: with the candidate {_moves(found)}, on {pairs}."
    if said.word == "no worse":
        if found.difference == 0 and answer.agreement is not None and float(answer.agreement.value) == 1:
            return f"Alike: both sides decide the same on all {pairs}, so that nothing would change."
        most, margin = _size_text(answer.metric, max(-said.low, 0.0)), _size_text(answer.metric, said.margin)
        way = "rises" if direction_of(answer.metric) == "lower" else "falls"
        return f"No worse: with the candidate {phrase} {way} by {most} at most, and the margin is {margin}."
    if said.word == "worse":
        return f"Worse: with the candidate {_moves(found)}, on {pairs}."
    return _inconclusive(answer, phrase)


def _inconclusive(answer: Comparison, phrase: str) -> str:
    """Say how many pairs more would decide, and when they will be there."""
    said = answer.verdict
    assert said.more is not None
    day = answer.ready_on
    when = f", there {_day_text(day, answer.last)} at the pace of these" if day else ""
    return (
        f"Inconclusive: about {words.count(rounded(said.more))} more pairs would tell whether {phrase} of the candidate is worse"
        f"{when}. {_likely_part(said)}{_interval(answer.leading)}"
    )


def _day_text(day: date, last: date | None) -> str:
    """Name a day to come: by its day within the year of the last pair, else by its month.

    >>> _day_text(date(2024, 12, 9), date(2024, 11, 2)), _day_text(date(2025, 3, 9), date(2024, 11, 2))
    ('on 9 Dec', 'in Mar 2025')
    """
    month = words.MONTHS[day.month - 1]
    return f"on {day.day} {month}" if last is not None and day.year == last.year else f"in {month} {day.year}"


def _likely_part(said: Verdict) -> str:
    """Say how many pairs more are enough if the difference is what it looks like."""
    if said.likely is None or said.more is None or not said.likely < said.more:
        return ""
    return f"If the difference is what it looks like, {words.count(rounded(said.likely))} are enough. "


def _is_traded(answer: Comparison) -> bool:
    """Whether the leading metric may have been bought with its other side."""
    return answer.other is not None and answer.other[1].word == "worse"


def _traded(answer: Comparison) -> str:
    """Say that one metric is better and its other side worse."""
    assert answer.other is not None
    return (
        f"Better and worse: with the candidate {_moves(answer.leading)}, and {_moves(answer.of(answer.other[0]))}. "
        "Give what either error costs, and one verdict follows."
    )


def _trade_part(answer: Comparison) -> str:
    """Say what the other side of the leading metric does, where that is not in the first line."""
    if answer.other is None or _is_traded(answer):
        return ""
    name, said = answer.other
    return f"{_capital(metric_phrase(name))}: {said.word}, {words.metric_interval(name, *_ends(answer.of(name)))}."


def _ends(found: Difference) -> tuple[float, float, float]:
    """Return a difference with its interval."""
    return found.difference, found.low, found.high


def _moves(found: Difference) -> str:
    """Say which way a metric goes and by how much: ``the error rate falls by 4.7 points``."""
    phrase = metric_phrase(found.metric)
    size = _size_text(found.metric, abs(found.difference))
    if not size.strip("0. points"):
        return f"{phrase} stays as it is"
    return f"{phrase} {'rises' if found.difference > 0 else 'falls'} by {size}"


def _size_text(metric: str, size: float) -> str:
    """Write how large a difference is, without its sign.

    >>> _size_text("error_rate", 0.047), _size_text("auroc", 0.031)
    ('4.7 points', '0.031')
    """
    if metric != COST and METRICS[metric].is_share:
        return words.points(size).removeprefix("+")
    return words.number(size, 3 if size < 100 else 0)


def metric_phrase(metric: str) -> str:
    """Name a metric inside a sentence."""
    return "the cost per row" if metric == COST else words.metric_phrase(metric)


def difference_text(found: Difference) -> str:
    """Write a difference with its interval."""
    if found.metric != COST:
        return words.metric_difference(found.metric, *_ends(found))
    text = words.signed(found.difference, 3)
    return (
        f"{text} ({words.between(words.number(found.low), words.number(found.high))})"
        if found.low == found.low
        else text
    )


def value_text(metric: str, value: float) -> str:
    """Write the value of a metric."""
    return words.number(value) if metric == COST else words.metric_text(metric, value)


def _interval(found: Difference) -> str:
    """Say a difference with its interval as a sentence."""
    return f"It differs by {difference_text(found)}."


def interval_part(answer: Comparison) -> str:
    """Say both values, the difference and its interval, and the margin."""
    found, said = answer.leading, answer.verdict
    if not said.n or isnan(said.low):
        return ""
    live, candidate = (value_text(found.metric, value) for value in (found.live, found.candidate))
    what = metric_phrase(found.metric)
    what = _capital(what) if answer.hanging is None else f"On the labelled pairs alone {what}"
    text = f"{what} goes from {live} to {candidate}, {difference_text(found)} on the same pairs."
    if said.word not in ("no worse", "unknown"):
        text += f" The margin is {_size_text(found.metric, said.margin)}."
    if answer.to_show is not None and answer.to_show > answer.account.judged:
        text += f" Were the difference as it is, {words.count(rounded(answer.to_show))} pairs in all would show it."
    return text


def money_part(answer: Comparison) -> str:
    """Say what the difference is worth per week."""
    if answer.metric != COST or not answer.days or answer.hanging is not None:
        return ""
    per_week = 7 / answer.days * answer.account.rows_live
    found = answer.leading
    sums = [money(value * per_week, "") for value in (found.difference, found.low, found.high)]
    return f"At the pace of these rows that is {sums[0]} of cost per week ({sums[1]} to {sums[2]})."


def _at_live_part(answer: Comparison) -> str:
    """Say the verdict where both sides are judged at the live threshold."""
    said = answer.at_live
    if said is None:
        return ""
    live, own = answer.pairing.thresholds
    size = words.signed(
        said.improvement * (100 if _is_share(answer.metric) else 1), 1 if _is_share(answer.metric) else 3
    )
    sign = "better" if said.improvement > 0 else "worse"
    size = size.lstrip("+" + words.MINUS)
    return (
        f"Each side was judged at its own threshold, {live:g} and {own:g}; with both at {live:g} the candidate is {said.word}: "
        f"{metric_phrase(answer.metric)} is {size}{' points' if _is_share(answer.metric) else ''} {sign}."
    )


def _is_share(metric: str) -> bool:
    """Whether a metric is shown in percent."""
    return metric != COST and METRICS[metric].is_share


def _agreement_part(answer: Comparison) -> str:
    """Say how often both sides decide alike."""
    alike = answer.agreement
    if alike is None or not answer.verdict.n:
        return ""
    return f"Both sides decide {words.share(float(alike.value))} of all pairs alike."


def metric_table_reading(answer: Comparison) -> str:
    """Say in which metrics the candidate is clearly better and clearly worse."""
    better: list[str] = []
    worse: list[str] = []
    for found in answer.differences:
        if direction_of(found.metric) == "neither":
            continue
        _, low, high = found.improvement
        if low > 0 or high < 0:
            (better if low > 0 else worse).append(metric_phrase(found.metric).removeprefix("the "))
    parts = [f"{side} in {words.listed(names)}" for side, names in (("better", better), ("worse", worse)) if names]
    if not parts:
        return "In no metric are both sides told apart: every interval holds 0."
    lead = "The candidate is" if answer.hanging is None else "On the labelled pairs alone the candidate is"
    return f"{lead} {'; '.join(parts)}. The other intervals hold 0."


def changes_reading(answer: Comparison) -> str:
    """Say how many pairs are newly right and newly wrong."""
    table = answer.changes
    gained, lost = (round(table[name].sum()) for name in ("newly_right", "newly_wrong"))
    text = f"{words.plural(gained, 'pair')} newly right, {words.count(lost)} newly wrong."
    parts = [
        f"{row['label']} rows {words.points(row['net'], row['net_low'], row['net_high'])}"
        for row in table.iter_rows(named=True)
        if row["n"] and row["label"] != "all"
    ]
    return f"{text} Net, as a share of all of the label: {words.listed(parts)}." if parts else text


def density_reading(answer: Comparison) -> str:
    """Say how many pairs the thresholds part."""
    alike = answer.agreement
    if alike is None:
        return f"{words.plural(round(answer.density['n'].sum()), 'pair')} with both scores."
    live, candidate = (words.threshold_text(each) for each in answer.pairing.thresholds)
    apart = words.share(1 - float(alike.value))
    return f"At {live} and {candidate} both sides decide {apart} of the pairs differently: upper left and lower right."


def both_reliability_reading(answer: Comparison) -> str:
    """Say which side is better calibrated."""
    found = next((each for each in answer.differences if each.metric == "ece"), None)
    if found is None or found.low != found.low:
        return "Groups of equally many pairs, by the score of either side."
    better = "the candidate" if found.high < 0 else "the live side" if found.low > 0 else None
    lead = "Neither side is clearly better calibrated" if better is None else f"Better calibrated is {better}"
    live, candidate = (value_text("ece", value) for value in (found.live, found.candidate))
    return f"{lead}: ECE {live} live, {candidate} candidate, {difference_text(found)}."


def _capital(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]
