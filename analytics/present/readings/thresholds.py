"""Readings of thresholds and their costs: the decision first, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.thresholds.operating import Totals
from analytics.present import words
from analytics.present.money import limit_text, money, money_interval, per_month, per_week, point_text
from analytics.present.readings.thresholds_unmoved import unmoved_part
from analytics.present.selective import selective_caution
from analytics.present.weights import sample_part

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.measure.thresholds.operating import Point

_CROSS_FITTED = "judged on rows that did not choose it"


def threshold_reading(answer: ThresholdAnswer) -> str:
    """Say which threshold to take, what that saves and how sure it is; or why none can be said."""
    reason = _why_no_answer(answer)
    if reason:
        return reason
    unseen = _unseen_part(answer)
    said = unmoved_part(answer) or (_move_part(answer) if answer.policy.has_costs else _asking_part(answer))
    best = _best_part(answer) if answer.policy.has_costs else ""
    return words.told(" ".join(filter(None, [unseen, said])), best, *_caveats(answer))


def _unseen_part(answer: ThresholdAnswer) -> str:
    """Say which thresholds cannot be judged where only one side of the present one gets labels."""
    found = answer.selective
    if found is None:
        return ""
    side = "below" if found.is_of_flagged else "above"
    return f"{selective_caution(found)} No threshold {side} the present one can be judged."


def _asking_part(answer: ThresholdAnswer) -> str:
    """Ask what errors cost, and say what the present threshold does."""
    now = answer.present
    factor, span = per_week(answer)
    seen: tuple[str, ...] = ("recall", "precision")
    if answer.selective is not None:
        seen = ("precision",) if answer.selective.is_of_flagged else ()  # the others' labels would make recall
    rates = [
        f"{name} {words.share(value)}" for name in seen if (value := getattr(totals_at(answer, now), name)) is not None
    ]
    n_flagged = answer.value("n_flagged", now) * factor
    flagged = "fewer than 1 row" if 0 < n_flagged < 0.5 else words.plural(round(n_flagged), "row")
    if answer.is_of_decisions:
        said = ", ".join([*rates, f"{flagged} flagged {span}"])
        return f"The log holds decisions and no scores, so there is no threshold to move. As decided: {said}."
    return (
        "What does a miss cost compared with a false alarm? Until that is said no threshold is better than another. At the "
        f"present {point_text(answer, now)}: {', '.join([*rates, f'{flagged} flagged {span}'])}."
    )


def _traded_part(answer: ThresholdAnswer, to: Point) -> str:
    """Say what becomes of recall, precision and flagged rows when the threshold moves."""
    return traded_words(answer, totals_at(answer, answer.present), totals_at(answer, to))


def totals_at(answer: ThresholdAnswer, point: Point) -> Totals:
    """Count what becomes of the rows at a point."""
    return Totals(*(answer.value(name, point) for name in ("tp", "fp", "fn", "n_flagged")))


def traded_words(answer: ThresholdAnswer, before: Totals, after: Totals, flagged: str = "flagged rows") -> str:
    """Say what becomes of recall, precision and flagged rows."""
    factor, span = per_week(answer)
    recall = f"Recall goes from {words.share(before.recall)} to {words.share(after.recall)}"
    precision = f"precision from {words.share(before.precision)} to {words.share(after.precision)}"
    now, then = (words.count(totals.n_flagged * factor) for totals in (before, after))
    return f"{recall}, {precision}, {flagged} from {now} to {then} {span}."


def _move_part(answer: ThresholdAnswer) -> str:
    """Say whether to move the threshold, and what the move is worth on rows that did not choose it."""
    present, best = point_text(answer, answer.present), f"{point_text(answer, answer.best)}{_trivial_words(answer)}"
    factor, span = per_month(answer)
    unit = answer.policy.unit
    value, low, high = (float(part) * factor for part in (answer.saving.value, answer.saving.low, answer.saving.high))
    saved = money_interval(value, low, high, unit)
    if answer.best == answer.present:
        return f"Keep the threshold at {best}: no other costs less on these rows."
    traded = _traded_part(answer, answer.best) if answer.best else ""
    if not answer.allowed[answer.present.bin]:
        lead = f"Move the threshold from {present} to {best}: the present one does not keep every limit. {traded}"
        if value >= 0:
            return f"{lead} The move saves {saved} {span}, {_CROSS_FITTED}."
        return f"{lead} Keeping them costs {money_interval(-value, -high, -low, unit)} {span}, {_CROSS_FITTED}."
    if low > 0:
        return (
            f"Move the threshold from {present} to {best}. That saves {saved} {span}, {_CROSS_FITTED}. {traded}".strip()
        )
    if answer.region is not None and answer.region[0] <= answer.present.bin <= answer.region[1]:
        tolerance = words.share(answer.policy.tolerance)
        return f"Keep the threshold at {present}. On these rows it costs within {tolerance} of the best, {best}."
    return (
        f"No move from the threshold {present} is clearly worth it. The best on these rows is {best}, and what it saves, "
        f"{_CROSS_FITTED}, is {saved} {span}."
    )


def _trivial_words(answer: ThresholdAnswer) -> str:
    """Say that the best threshold flags every row or none: then the score decides nothing."""
    best = answer.best
    if best is None or best.share or 0 < best.bin < len(answer.edges):
        return ""
    return " (everybody is flagged)" if best.bin == 0 else " (nobody is flagged)"


def _best_part(answer: ThresholdAnswer) -> str:
    """Say how sure the best threshold is; empty where that is not known."""
    interval = "" if answer.is_of_decisions or answer.is_wrong_way or answer.is_copied else _best_interval(answer)
    return f"The best threshold on these rows is {point_text(answer, answer.best)}{interval}." if interval else ""


def _why_no_answer(answer: ThresholdAnswer) -> str:
    """Say why no threshold can be recommended, nothing where one can."""
    if not answer.n:
        return "No row is in this cohort: remove a filter."
    if not answer.n_judged:
        if answer.n_unlabelled == answer.n:
            return f"No threshold can be judged: none of {words.plural(answer.n, 'row')} has a label."
        return f"No threshold can be judged: none of {words.plural(answer.n, 'row')} has both a label and a score."
    if answer.best is None and answer.policy.has_costs:
        named = words.listed([limit_text(answer, pressure.name) for pressure in answer.pressures])
        alone = "it" if len(answer.pressures) == 1 else "them together"
        return f"No threshold keeps {named} on these rows: loosen {alone}."
    if answer.policy.has_costs and answer.policy.costs.is_constant:
        return (
            "Every threshold costs the same: flagging a row changes nothing under these costs. Enter what errors cost."
        )
    if not 0 < answer.n_pos < answer.n_judged:
        label = "positive" if answer.n_pos else "negative"
        if answer.best is None:
            return (
                f"Every one of {words.plural(answer.n_judged, 'judged row')} is {label}: there is nothing to trade off."
            )
        best = answer.threshold_at(answer.best.bin)
        what = f"the threshold {words.threshold_text(best)}" if best is not None else "flagging none"
        what = "flagging all" if answer.best.bin == 0 else what
        return (
            f"Every one of {words.plural(answer.n_judged, 'judged row')} is {label}, so {what} costs least; "
            "what the other kind of error would cost cannot be seen in this cohort."
        )
    return ""


def _best_interval(answer: ThresholdAnswer) -> str:
    """Return the bootstrap interval of the best threshold in brackets."""
    sure = answer.certainty
    if sure.best_low is None or sure.best_high is None:
        return ""
    low, high = (answer.threshold_at(place) for place in (sure.best_low, sure.best_high))
    texts = ["the top score" if end is None else words.threshold_text(end) for end in (low, high)]
    return f" ({words.between(*texts)})" if high is not None else f" ({texts[0]} to above the top score)"


def _caveats(answer: ThresholdAnswer) -> list[str]:
    """Say what the costs leave out, and what the rows stand for."""
    found = [said] if (said := sample_part(answer.sample, answer.n_judged, answer.effect)) else []
    left_out = answer.n - answer.n_judged
    if left_out:
        verb = "has" if left_out == 1 else "have"
        found.append(
            f"Costs are over {words.plural(answer.n_judged, 'judged row')}; "
            f"{words.count(left_out)} more {verb} no label or no score and {'is' if left_out == 1 else 'are'} not counted."
        )
    if answer.n_amount_missing and answer.policy.costs.amount_cells:
        found.append(f"{words.plural(answer.n_amount_missing, 'labelled row')} without an amount count as 0 there.")
    return found


def theory_reading(answer: ThresholdAnswer) -> str:
    """Compare the empirical optimum with the closed form for calibrated scores, and say what a disagreement means."""
    theory, sure = answer.theoretical, answer.certainty
    if not answer.policy.has_costs:
        return (
            "Each point is one threshold: more recall is bought with more flagged rows and, as a rule, less precision."
        )
    if theory is None:
        if not answer.is_probability:
            return "The scores are ranks and no probabilities, so there is no break-even probability to compare with."
        if not answer.policy.costs.has_per_row_rule:
            return "With amounts the break-even probability differs from row to row, so no single one stands beside the optimum."
        return "Under these costs a higher score does not speak for flagging, so there is no break-even probability."
    if not 0 < theory <= 1:
        what = "every row, whatever its score" if theory <= 0 else "no row, however high its score"
        return f"Under these costs it pays to flag {what}: no break-even probability lies between 0 and 1."
    if answer.best is None or sure.best_low is None or sure.best_high is None:
        return f"Calibrated scores would be flagged from {words.threshold_text(theory)} on."
    low, high = (answer.threshold_at(place) for place in (sure.best_low, sure.best_high))
    lead = f"Were the scores calibrated, flagging would pay from {words.threshold_text(theory)} on"
    within = (low is None or low <= theory) and (high is None or theory <= high)
    if answer.limits.given and any(pressure.binds for pressure in answer.pressures):
        return f"{lead}; a limit keeps the threshold elsewhere, so the two cannot be compared."
    observed = answer.observed_there
    there = ""
    if observed is not None:
        rate = words.metric_interval("prevalence", float(observed.value), float(observed.low), float(observed.high))
        there = f" Rows scored there turn out positive in {rate} of cases."
    if within:
        return f"{lead}, which lies in the interval of the optimum{_best_interval(answer)}: the two agree.{there}"
    side = "lower" if high is not None and high < theory else "higher"
    meaning, backed = "not calibrated along the way", False
    if observed is not None:
        backed = float(observed.low) > theory if side == "lower" else float(observed.high) < theory
    if backed:
        meaning = f"too {'low' if side == 'lower' else 'high'} there"
    return f"{lead}, but the optimum{_best_interval(answer)} lies {side}: the scores are {meaning}.{there}"


def curve_reading(answer: ThresholdAnswer) -> str:
    """Say which thresholds cost nearly the same, and what the present one costs more than the best."""
    if answer.best is None or answer.region is None or not answer.n_judged:
        return "There is no best threshold to compare with."
    low, high = (answer.threshold_at(place) for place in answer.region)
    ends = words.between(
        *(words.threshold_text(end) if end is not None else "above the top score" for end in (low, high))
    )
    if high is None:
        ends = f"{words.threshold_text(low) if low is not None else 'the top score'} and higher"
    is_alone = answer.region[0] == answer.region[1]
    which = f"Only the best threshold, {ends.partition('–')[0]}, costs" if is_alone else f"Thresholds {ends} cost"
    factor, span = per_month(answer)
    more = (answer.value("cost", answer.present) - answer.value("cost", answer.best)) * factor
    size, tolerance = money(abs(more), answer.policy.unit), words.share(answer.policy.tolerance)
    compared = f"costs {size} {span} {'more' if more > 0 else 'less'} than" if more else "costs as much as"
    return (
        f"{which} within {tolerance} of the best. On these rows the present "
        f"{words.threshold_text(answer.threshold)} {compared} the best; the band is 95 %, from a bootstrap of the rows."
    )


def limits_reading(answer: ThresholdAnswer) -> str:
    """Say which limit binds and what it costs, and what one more review would save."""
    if not answer.policy.has_costs and answer.limits.given:
        n = words.plural(int(answer.allowed.sum()), "threshold")
        return f"The limits leave {n} of {words.count(len(answer.allowed))}; what they cost is known once errors have a cost."
    if not answer.pressures:
        return "No limit is set."
    factor, span = per_month(answer)
    unit, parts = answer.policy.unit, []
    for pressure in answer.pressures:
        name = limit_text(answer, pressure.name)
        if pressure.price is None:
            parts.append(f"the {name} leaves no threshold")
        elif pressure.binds:
            parts.append(f"the {name} binds and costs {money(pressure.price * factor, unit)} {span}")
        else:
            parts.append(f"the {name} does not bind")
    text = words.listed(parts)
    sentences = [f"{text[:1].upper()}{text[1:]}."]
    if answer.worth is not None and answer.worth > 0:
        sentences.append(
            f"One more flagged row per {answer.policy.period} would save {money(answer.worth * factor, unit)} {span}."
        )
    if answer.best is not None and answer.best.share:
        tied = words.threshold_text(float(answer.edges[answer.best.bin - 1]))
        sentences.append(
            f"Ties at the line: {words.share(answer.best.share)} of the rows in the score bin of {tied}, drawn at random, are "
            "flagged, so that the capacity is filled exactly on average."
        )
    return " ".join(sentences)


def move_reading(answer: ThresholdAnswer, to: Point) -> str:
    """Say what a move from the present threshold does, in rows and money."""
    factor, span = per_week(answer)
    change = {
        name: (answer.value(name, to) - answer.value(name, answer.present)) * factor
        for name in ("n_flagged", "fp", "fn", "cost")
    }
    if to == answer.present:
        return "This is the present threshold."
    parts = [
        f"{words.signed(change['n_flagged'])} flagged rows",
        f"{words.signed(change['fp'])} false positives",
        f"{words.signed(change['fn'])} false negatives",
    ]
    if answer.policy.has_costs:
        parts.append(money(change["cost"], answer.policy.unit, signed=True))
    return (
        f"From {point_text(answer, answer.present)} to {point_text(answer, to)}: {words.listed(parts)} {span}. "
        f"{_traded_part(answer, to)}"
    )


def sensitivity_reading(answer: ThresholdAnswer) -> str:
    """Say which cost the decision hangs on most, and how far it may move."""
    found = []
    names = {
        "tp": "true positive",
        "fp": "false positive",
        "fn": "false negative",
        "tn": "true negative",
        "review": "review",
    }
    for entry in answer.ranges:
        if not entry.value or (entry.low is None and entry.high is None):
            continue
        unit = answer.policy.unit
        ends = [
            *([f"from {money(entry.low, unit)}"] if entry.low is not None else []),
            *([f"to {money(entry.high, unit)}"] if entry.high is not None else []),
        ]
        found.append(f"the cost of a {names[entry.cell]} may go {' '.join(ends)}")
    if not found or answer.best is None:
        return "The decision holds however any single cost moves between a tenth and ten times its value."
    return (
        f"The threshold {point_text(answer, answer.best)} stays within {words.share(answer.policy.tolerance)} of the best while "
        f"{words.listed(found)}, one at a time."
    )
