"""The reading of preferences: how often the candidate wins, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.readings.compare import rounded

if TYPE_CHECKING:
    from analytics.answers.compare.preferences import Preferences


def preferences_reading(answer: Preferences) -> str:
    """Say whether the candidate is preferred."""
    whole, said = answer.whole, answer.verdict
    rate, n = words.share(whole.rate), words.count(whole.n)
    leads = {
        "better": f"Better: the candidate wins {rate} of {n} comparisons, ties half.",
        "worse": f"Worse: the candidate wins {rate} of {n} comparisons, ties half.",
        "no worse": f"No worse: the candidate wins {rate} of {n} comparisons, ties half, which the margin allows for.",
        "inconclusive": (
            f"Inconclusive: about {words.count(rounded(said.more or 0))} more comparisons would tell whether it loses. "
            f"The candidate wins {rate}, ties half."
        ),
        "unknown": f"The candidate wins {rate} of {n} comparisons, which says nothing of others.",
    }
    interval = f"The 95 % interval is {words.between(words.share(whole.low), words.share(whole.high))}"
    counts = [words.count(each) for each in (whole.wins, whole.ties, whole.losses)]
    lead = leads[said.word]
    if answer.mixed:
        lead = f"{_of_each(answer)} All together win {rate} of {n} comparisons, ties half."
    unsaid = f" Without a preference: {words.plural(answer.unsaid, 'row')}." if answer.unsaid else ""
    return words.told(
        lead,
        f"{interval}, the standard error {words.number(100 * whole.standard_error, 2)} points.",
        f"{counts[0]} won, {counts[1]} tied, {counts[2]} lost.{unsaid}",
        f"{words.shortened(answer.column, 40)} was read {answer.read_as}.",
    )


def _of_each(answer: Preferences) -> str:
    """Say of several candidates who wins most and least, or how to ask for each of them."""
    if answer.by_name in dict(answer.mixed) and answer.by:
        (best, most), (worst, least) = answer.by[0], answer.by[-1]
        rates = [words.metric_interval("accuracy", each.rate, each.low, each.high) for each in (most, least)]
        who = f"Of {words.count(len(answer.by))} values of {_name(answer.by_name)}"
        return f"{who} {_name(best)} wins most often: {rates[0]}; {_name(worst)} least: {rates[1]}."
    names = " and ".join(f"{words.count(n)} values of {_name(name)}" for name, n in answer.mixed)
    return f"One win rate of {names} is that of none of them: ask for each with --by {_name(answer.mixed[-1][0])}."


def _name(value: object) -> str:
    """Write a value, or the name of a column."""
    return words.shortened(words.one_line(words.value_label(value)), 40)
