"""The reading of preferences: how often the candidate wins, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.readings.compare_account import pairing_part, rounded
from analytics.present.readings.compare_cautions import again_part

if TYPE_CHECKING:
    from analytics.answers.compare.preferences import Preferences
    from analytics.answers.compare.preferences_paired import PairedPreferences
    from analytics.measure.compare.orders import Orders

_HALF = 0.5
"""How often a place wins that does nothing."""


def preferences_reading(answer: Preferences, *, with_options: bool = False) -> str:
    """Say whether the candidate is preferred, and with the options of the command what else can be asked."""
    whole, said = answer.whole, answer.verdict
    rate, n = words.share(whole.rate), words.count(whole.n)
    who, other = (None if name is None else _name(name) for name in reversed(answer.who))
    wins = f"{who or 'the candidate'} wins {rate} of {n} comparisons{f' with {other}' if other else ''}, ties half"
    leads = {
        "better": f"Better: {wins}.",
        "worse": f"Worse: {wins}.",
        "no worse": f"No worse: {wins}, which the margin allows for.",
        "inconclusive": (
            f"Inconclusive: about {words.count(rounded(said.more or 0))} more comparisons would tell whether it loses. "
            f"{who or 'The candidate'} wins {rate}, ties half."
        ),
        "unknown": f"{who or 'The candidate'} wins {rate} of {n} comparisons, which says nothing of others.",
    }
    interval = f"The 95 % interval is {words.between(words.share(whole.low), words.share(whole.high))}"
    counts = [words.count(each) for each in (whole.wins, whole.ties, whole.losses)]
    lead = leads[said.word]
    if answer.as_answers is not None:
        lead = (
            f"Which answer is better cannot be told: the candidate wins {rate} if {_name(answer.column)} names places, "
            f"{words.share(answer.as_answers.rate)} if it names the answers. Both orders go together as if it named the answers: "
            "write whose answer won in place of the words."
        )
    is_each = len(answer.mixed) > 1 and bool(answer.by)
    if answer.mixed:
        together = f" All together win {rate} of {n} comparisons, ties half."
        lead = f"{_of_each(answer)}{'' if is_each else together}"
    unsaid = f" Without a preference: {words.plural(answer.unsaid, 'row')}." if answer.unsaid else ""
    return words.told(
        f"{lead}{_equal_part(answer)}",
        # Of those who answer in either place together each wins as often as another loses.
        f"{n} comparisons, of which {counts[1]} are ties.{unsaid}"
        if is_each
        else f"{interval}, the standard error {words.number(100 * whole.standard_error, 2)} points. "
        f"{counts[0]} won, {counts[1]} tied, {counts[2]} lost.{unsaid}",
        f"{words.shortened(answer.column, 40)} was read {answer.read_as}.",
        _orders_part(answer.orders, answer.turned, answer.in_rows),
        _again_part(answer),
        _alike_part(answer),
        _lengths_part(answer) if with_options else "",
    )


def paired_preferences_reading(answer: PairedPreferences) -> str:
    """Say which of two candidates is preferred more often to the same answers."""
    found, said = answer.whole, answer.verdict
    live, candidate = (_name(name) for name in answer.names)
    rates = [words.share(each.rate) for each in (found.candidate, found.live)]
    wins = f"{candidate} wins {rates[0]} of the comparisons and {live} {rates[1]}, ties half"
    leads = {
        "better": f"Better: {wins}.",
        "worse": f"Worse: {wins}.",
        "no worse": f"No worse: {wins}, which the margin allows for.",
        "inconclusive": (
            f"Inconclusive: about {words.count(rounded(said.more or 0))} more pairs would tell whether {candidate} is "
            f"preferred less often. {wins}."
        ),
        "unknown": f"{wins}, on too few pairs for an interval." if answer.as_answers is None else _either(answer),
    }
    error = words.number(100 * found.standard_error, 2)
    counts = [words.count(each) for each in (found.higher, found.equal, found.lower)]
    return words.told(
        leads[said.word],
        _held_against(answer),
        f"On the same {words.plural(found.n, 'pair')} the rate differs by "
        f"{words.points(found.difference, found.low, found.high)}, the standard error {error} points.",
        f"{candidate} is preferred more on {counts[0]} of them, as much on {counts[1]}, less on {counts[2]}.",
        _both_equal_part(answer),
        pairing_part(answer.account),
        again_part(answer.again, is_sampled=answer.is_sampled),
        _both_orders(answer),
        f"{words.shortened(answer.column, 40)} was read {_as_read(answer.read_as)}.",
    )


def _either(answer: PairedPreferences) -> str:
    """Say both readings of words that may name places or answers."""
    live, candidate = (_name(name) for name in answer.names)
    read = zip(("places", "the answers"), filter(None, (answer.whole, answer.as_answers)), strict=True)
    told = [
        f"{candidate} wins {words.share(each.candidate.rate)} and {live} {words.share(each.live.rate)} if "
        f"{_name(answer.column)} names {what}"
        for what, each in read
    ]
    return (
        f"Which of both is better cannot be told: {told[0]}, {told[1]}. Both orders go together as if it named the answers: "
        "write whose answer won in place of the words."
    )


def _both_orders(answer: PairedPreferences) -> str:
    """Say how judgements in both orders were averaged; nothing where there is one order."""
    if answer.turned is not None:
        return f"Both orders are averaged ({_way(answer.turned)})."
    return "Both orders stand on rows of their own, and are averaged." if answer.in_rows else ""


def _both_equal_part(answer: PairedPreferences) -> str:
    """Say both rates at equal length; nothing where nobody asked, or it cannot be told."""
    found = answer.at_equal_length
    if found is None:
        return ""
    rates = words.share(found.candidate), words.share(found.live)
    apart = words.points(found.difference, found.low, found.high)
    live, candidate = (_name(name) for name in answer.names)
    return f"At equal length {candidate} wins {rates[0]} and {live} {rates[1]}, a difference of {apart}."


def _held_against(answer: PairedPreferences) -> str:
    """Say where either was held against answers of another one; empty where both against the same, or nothing tells."""
    first, second = answer.against
    if first is None or second is None or first == second:
        return ""
    others = f"{_name(answer.names[0])} with {_name(first)}, {_name(answer.names[1])} with {_name(second)}"
    return f"They were not compared with the same answers ({others}), so the rates do not tell which of both is better."


def _as_read(text: str) -> str:
    """Say how values were read where both sides are candidates, and the first answer is that of another one."""
    return text.replace("(live)", "(the answer it is compared with)").replace("(candidate)", "(its own)")


def _of_each(answer: Preferences) -> str:
    """Say of several candidates who wins most and least, or how to ask for each of them."""
    if answer.by and answer.by_name in (*dict(answer.mixed), " and ".join(dict(answer.mixed))):
        (best, most), (worst, least) = answer.by[0], answer.by[-1]
        rates = [words.metric_interval("accuracy", each.rate, each.low, each.high) for each in (most, least)]
        among = f"of the {words.count(len(answer.by))} in {_name(answer.by_name)}"
        return f"{_name(best)} wins most often {among}: {rates[0]}; {_name(worst)} least: {rates[1]}."
    names = " and ".join(f"{words.count(n)} values of {_name(name)}" for name, n in answer.mixed)
    ask = "ask for no other column" if answer.by else f"name one with --by, such as {_name(answer.mixed[-1][0])},"
    return f"One win rate of {names} is that of none of them: {ask} to see each."


def _again_part(answer: Preferences) -> str:
    """Say that rows are not independent, where the same was asked more than once."""
    if answer.asked_again is None:
        return ""
    name = _name(answer.asked_again)
    return f"The same {name} stands on several rows, which are not independent: the interval takes it as the unit."


def _orders_part(orders: Orders | None, turned: tuple[str, bool] | None, in_rows: str | None) -> str:
    """Say how often the order of the answers changed the judgement, and which place is preferred."""
    if orders is None:
        return ""
    changed, first = orders.changed, orders.first
    share = words.metric_interval("accuracy", changed.rate, changed.low, changed.high)
    place = words.metric_interval("accuracy", first.rate, first.low, first.high)
    if turned is not None:
        how = f"Both orders are averaged ({_way(turned)})"
    else:
        how = f"Both orders are averaged, each {_name(in_rows)} as one unit"
    which = "first" if first.rate > _HALF else "second"
    bias = (
        f"the {which} place is preferred beyond chance"
        if first.low > _HALF or first.high < _HALF
        else "no place is preferred beyond chance"
    )
    return f"{how}: the order changed {share} of {words.count(changed.n)} judgements; the first place wins {place}, so {bias}."


def _way(turned: tuple[str, bool]) -> str:
    """Say how judgements in the other order were read."""
    return f"{_name(turned[0])} read {'with places swapped' if turned[1] else 'by whose answers they are'}"


def _equal_part(answer: Preferences) -> str:
    """Say the rate at equal length beside the verdict, or why there is none."""
    found = answer.equal
    if not answer.is_equal_asked:
        return ""
    if found is not None:
        rate = words.metric_interval("accuracy", found.rate, found.low, found.high)
        return f" At equal length it wins {rate}; its answer is the longer one in {words.share(found.longer)}."
    each = zip(answer.by, answer.equal_by, strict=False)
    known = [(value, rate.rate, equal) for (value, rate), equal in each if equal is not None]
    if not known:
        return " What the rate is at equal length cannot be told: lengths do not differ, or part all judgements."
    if not answer.mixed:
        return ""
    leader, _, leads = max(known, key=lambda of: of[2].rate)
    moved, own, moves = max(known, key=lambda of: abs(of[2].rate - of[1]))
    rate = words.metric_interval("accuracy", leads.rate, leads.low, leads.high)
    by = words.points(moves.rate - own)
    return f" At equal length {_name(leader)} wins most often: {rate}; {_name(moved)} moves most, by {by}."


def _lengths_part(answer: Preferences) -> str:
    """Say that the rate at equal length can be asked for."""
    if answer.lengths is None or answer.is_equal_asked:
        return ""
    first, second = map(_name, answer.lengths)
    return (
        f"Judges may prefer what is longer: {first} and {second} tell both lengths, and --length-controlled says the rate at "
        "equal length."
    )


def _alike_part(answer: Preferences) -> str:
    """Name a second judgement that is left out."""
    if answer.alike is None:
        return ""
    name = _name(answer.alike)
    return (
        f"{name} says the like of the same rows and is left out: where it is of the same answers in the other order, ask for it "
        "too, since judges may prefer the first place."
    )


def _name(value: object) -> str:
    """Write a value, or the name of a column."""
    return words.shortened(words.one_line(words.value_label(value)), 40)
