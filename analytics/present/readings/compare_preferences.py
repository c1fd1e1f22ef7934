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
    unsaid = f" Without a preference: {words.plural(answer.unsaid, 'row')}." if answer.unsaid else ""
    return words.told(
        leads[said.word],
        f"{interval}, the standard error {words.number(100 * whole.standard_error, 2)} points.",
        f"{counts[0]} won, {counts[1]} tied, {counts[2]} lost.{unsaid}",
        f"{words.shortened(answer.column, 40)} was read {answer.read_as}.",
    )
