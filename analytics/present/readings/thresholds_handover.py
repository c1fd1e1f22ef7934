"""Readings of answering or handing over: from which confidence, what that saves, and what stays wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.money import money, money_interval, per_month, per_week
from analytics.present.weights import sample_part

if TYPE_CHECKING:
    from analytics.answers.thresholds.handover import Handover
    from analytics.answers.thresholds.handover_slices import HandoverSlices
    from analytics.log.right import Kind
    from analytics.measure.intervals import Interval
    from analytics.measure.thresholds.operating import Point

_NO_CONFIDENCE = (
    "Nothing says how sure each answer is, so none can be handed over by that. With a model's confidence in one more column: "
    "calibration and handing over."
)
_OF_RANKINGS = (
    "Scores order the rows of one query and do not say how sure a ranking is, so none can be handed over by them. With a log of "
    "one row per query, which says how sure its ranking is and whether its first row is relevant: calibration and handing over."
)
_ELSEWHERE = "judged on rows that did not choose it"
_MAX_NAMED = 3
"""Slices that a sentence names."""


def no_confidence(kind: Kind) -> str:
    """Say why no answer can be handed over in a log of this kind that has no confidence, and what it would take.

    >>> no_confidence("classes")[:40], no_confidence("rankings")[:39]
    ('Nothing says how sure each answer is, so', 'Scores order the rows of one query and ')
    """
    return _OF_RANKINGS if kind == "rankings" else _NO_CONFIDENCE


def handover_reading(answer: Handover) -> str:
    """Say from which confidence to answer, what that saves and what stays wrong; or ask what a wrong answer costs."""
    reason = _why_no_answer(answer)
    if reason:
        return reason
    if answer.best is None:
        return words.told(_asking_part(answer), _capacity_part(answer), _area_part(answer), _left_out(answer))
    sure, at = _best_interval(answer), answer.at(answer.best)
    is_between = bool(sure and at.answered and at.handed_over)
    best = f"The best confidence on these rows is {confidence_text(answer, answer.best)}{sure}." if is_between else ""
    return words.told(_lead(answer), best, _capacity_part(answer), _area_part(answer), _left_out(answer))


def confidence_text(answer: Handover, point: Point | None) -> str:
    """Name the confidence from which a point answers."""
    if point is None:
        return words.UNDEFINED
    if not answer.at(point).answered:
        return "none answered"
    return words.threshold_text(
        answer.threshold if point == answer.present else float(answer.edges[min(point.bin, len(answer.edges) - 1)])
    )


def risk_text(risk: Interval) -> str:
    """Write a risk with its interval."""
    if not words.is_known(float(risk.value)):
        return words.UNDEFINED
    ends = words.between(*(words.plain(100 * float(end), 1) for end in (risk.low, risk.high)))
    return f"{words.share(float(risk.value))} ({ends})"


def _why_no_answer(answer: Handover) -> str:
    """Say why nothing can be weighed, nothing where it can."""
    if not answer.n:
        return "No row is in this cohort: remove a filter."
    if answer.n_judged:
        return ""
    lacking = "a label" if answer.n_unlabelled == answer.n else "both a label and a confidence"
    return f"No answer can be judged: none of {words.plural(answer.n, 'row')} has {lacking}."


def _done_at(answer: Handover, point: Point) -> str:
    """Say what is answered at a point."""
    at = answer.at(point)
    if not at.handed_over:
        return "every row is answered"
    if not at.answered:
        return "no row is answered"
    return f"rows are answered from a confidence of {confidence_text(answer, point)} on"


def _asking_part(answer: Handover) -> str:
    """Ask what a wrong answer costs, and say what is wrong now."""
    now = answer.at(answer.present)
    return (
        "What does a wrong answer cost compared with a person's look? Until that is said no confidence is better than another. "
        f"At present {_done_at(answer, answer.present)}, and {words.share(float(now.risk.value))} of the answers are wrong."
    )


def _advice(answer: Handover, point: Point) -> str:
    """Say what to do, as a command without its end."""
    at = answer.at(point)
    if not at.handed_over:
        return "Answer every row and hand over none"
    if not at.answered:
        return "Hand over every row"
    return f"Answer from a confidence of {confidence_text(answer, point)} on and hand over the rest"


def _traded(answer: Handover, to: Point) -> str:
    """Say what of the answers is wrong and what goes to people, without the words before and the full stop."""
    factor, span = per_week(answer)
    now, then = answer.at(answer.present), answer.at(to)
    n = round(then.handed_over * factor)
    goes = f"{words.plural(n, 'row')} {'goes' if n == 1 else 'go'} to people {span}" if n else "none goes to people"
    if not then.judged:
        return f"no answer of the model is left to be wrong, and {goes}"
    before = f" instead of {words.share(float(now.risk.value))}" if now.judged and to != answer.present else ""
    return f"of the answers {risk_text(then.risk)} are wrong{before}, and {goes}"


def _lead(answer: Handover) -> str:
    """Say what to do and what it is worth on rows that did not choose it."""
    best = answer.best
    assert best is not None
    factor, span = per_month(answer)
    unit = answer.policy.unit
    value, low, high = (float(part) * factor for part in (answer.saving.value, answer.saving.low, answer.saving.high))
    saved, traded = money_interval(value, low, high, unit), _traded(answer, best)
    advice = _advice(answer, best)
    if best == answer.present:
        return f"{advice}, as now: nothing else costs less on these rows. Now {_traded(answer, best)}."
    if not answer.allowed[answer.present.bin]:
        worth = f"saves {saved}" if value >= 0 else f"costs {money_interval(-value, -high, -low, unit)}"
        return (
            f"{advice}: people cannot look at all that is handed over now. That {worth} {span}, {_ELSEWHERE}; {traded}."
        )
    if low > 0:
        return f"{advice}. That saves {saved} {span}, {_ELSEWHERE}; {traded}."
    now = _done_at(answer, answer.present)
    if answer.region is not None and answer.region[0] <= answer.present.bin <= answer.region[1]:
        within = words.share(answer.policy.tolerance)
        traded = _traded(answer, answer.present)
        return f"Leave it as it is: {now}. On these rows that costs within {within} of the best; now {traded}."
    return (
        f"No other confidence is clearly worth it: now {now}. The best on these rows is {confidence_text(answer, best)}, and "
        f"what it saves, {_ELSEWHERE}, is {saved} {span}; there {traded}."
    )


def _best_interval(answer: Handover) -> str:
    """Return the bootstrap interval of the best confidence in brackets."""
    if answer.best_low is None or answer.best_high is None:
        return ""
    texts = [
        "above the highest" if end is None else words.threshold_text(end)
        for end in (answer.threshold_at(answer.best_low), answer.threshold_at(answer.best_high))
    ]
    return f" ({words.between(*texts)})" if "above the highest" not in texts else f" ({' to '.join(texts)})"


def _capacity_part(answer: Handover) -> str:
    """Say what the rows that people can look at buy, and what one more would save."""
    if answer.filled is None or answer.limits.capacity is None:
        return ""
    factor, span = per_week(answer)
    at = answer.at(answer.filled)
    room = words.plural(round(answer.limits.capacity * factor), "row")
    text = (
        f"People can look at {room} {span}: handing over the least sure as far as that goes answers "
        f"{words.share(at.coverage)}, of which {risk_text(at.risk)} are wrong."
    )
    best = answer.best
    if best is not None and best.share and best.bin:
        drawn = words.threshold_text(float(answer.edges[best.bin - 1]))
        text += (
            f" Of the rows with a confidence about {drawn}, {words.share(1 - best.share)}, drawn at random, are handed over too, "
            "so that all can be looked at that people have time for."
        )
    if answer.price:
        per, month = per_month(answer)
        text += f" Without that limit the best would cost {money(answer.price * per, answer.policy.unit)} {month} less."
    if answer.worth:
        per, month = per_month(answer)
        one = (
            f"One more look per {answer.policy.period}"
            if answer.policy.capacity is not None
            else "One more look in all"
        )
        text += f" {one} would save {money(answer.worth * per, answer.policy.unit)} {month}."
    return text


def _area_part(answer: Handover) -> str:
    """Say how well confidence tells right answers from wrong ones."""
    value, low, high = (float(end) for end in vars(answer.area).values())
    if not words.is_known(value):
        return ""
    whole = float(answer.swept.wrong[0, 0] / answer.swept.judged[0, 0])
    area = f"{words.number(value)} ({words.between(words.number(low), words.number(high))})"
    says = "sorts right from wrong answers" if high < whole else "does not clearly sort right from wrong answers"
    if low > whole:
        says = "is higher where answers are wrong"
    chance = words.number(whole)
    return (
        f"The area under the risk–coverage curve is {area}; by chance it would be {chance}, so the confidence {says}."
    )


def _left_out(answer: Handover) -> str:
    """Say which rows are not weighed, and what the others stand for."""
    said = sample_part(answer.sample, answer.n_judged, answer.effect)
    left = answer.n - answer.n_judged
    if not left:
        return said
    verb, are = ("has", "is") if left == 1 else ("have", "are")
    what = "Wrong answers and costs" if answer.policy.has_costs else "Wrong answers"
    own = (
        f"{what} are counted over {words.plural(answer.n_judged, 'row')} with a label and a confidence; {words.count(left)} more "
        f"{verb} not both and {are} left out there."
    )
    return " ".join(filter(None, [own, said]))


def handover_move_reading(answer: Handover, to: Point) -> str:
    """Say what answering from another confidence does."""
    if to == answer.present:
        return f"As now: {_traded(answer, to)}."
    text = f"{_advice(answer, to)}: {_traded(answer, to)}."
    if not answer.policy.has_costs:
        return text
    factor, span = per_month(answer)
    change = (answer.at(to).cost - answer.at(answer.present).cost) * factor
    return f"{text} On these rows that changes the cost by {money(change, answer.policy.unit, signed=True)} {span}."


def break_even_reading(answer: Handover) -> str:
    """Compare the best confidence with the one that would be best if confidences were calibrated."""
    theory = answer.theoretical
    if not answer.policy.has_costs:
        return "Each point is one confidence: fewer answers, and as a rule fewer of them wrong."
    if theory is None:
        return "The confidence is no probability, so there is none to expect from the costs alone."
    if theory <= 0:
        return "A wrong answer costs no more than a look, so no confidence is too low to answer."
    lead = f"Were the confidence calibrated, answering would pay from {words.threshold_text(theory)} on"
    if answer.best is None or answer.best_low is None or answer.best_high is None:
        return f"{lead}."
    if answer.price:
        return f"{lead}; what people have time for keeps it elsewhere."
    low, high = answer.threshold_at(answer.best_low), answer.threshold_at(answer.best_high)
    if (low is None or low <= theory) and (high is None or theory <= high):
        return f"{lead}, which lies in the interval of the best{_best_interval(answer)}: the two agree."
    if low is None or low > theory:
        return f"{lead}, but the best{_best_interval(answer)} lies higher: the model is surer than it is right."
    return f"{lead}, but the best{_best_interval(answer)} lies lower: the model is right more often than it is sure."


def handover_slices_reading(answer: Handover, slices: HandoverSlices, point: Point) -> str:
    """Name the slices whose answers are clearly more often wrong than the rest's at a point."""
    table = slices.table
    by = " and ".join(words.column_words(name) for name in slices.by)
    if not answer.at(point).judged or table.is_empty():
        return "No answered row has a label, so no slice can be judged."
    worse, place = slices.worse, confidence_text(answer, point)
    if worse.is_empty():
        return f"No {by} is clearly more often wrong than the rest once rows are answered from {place} on."
    keys = [f"slice_{number}" for number in range(len(slices.by))]
    named = [words.slice_label([row[key] for key in keys]) for row in worse.head(_MAX_NAMED).iter_rows(named=True)]
    first = worse.row(0, named=True)
    more = f" and {words.count(worse.height - _MAX_NAMED)} more" if worse.height > _MAX_NAMED else ""
    return (
        f"The same confidence is worth less in {words.listed(named)}{more}. Of the answers from {place} on "
        f"{words.share(first['risk'])} are wrong in {named[0]}, "
        f"{words.points(first['difference'], first['difference_low'], first['difference_high'])} against the rest, with "
        f"{words.share(first['coverage'])} answered there."
    )
