"""What is said before a verdict is believed: labels that hang on one side, and thresholds that nobody chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.labels.selective import AUDIT_ROWS
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.compare.answer import Comparison

_EVEN = 0.5
"""Where scores begin that lie in [0, 1] but for strays, whatever their range."""
_OPTIONS = ("--threshold", "--candidate-threshold")


def hanging_first(answer: Comparison) -> str:
    """Say first that labels hang on one side, so that both cannot be told apart; empty where they do not."""
    hangs = answer.hanging
    if hangs is None:
        return ""
    side, other = _who(is_live=hangs.is_of_live), _who(is_live=not hangs.is_of_live)
    few = "Only" if hangs.found.is_of_one_side else "Mostly"
    verb = "flags" if hangs.found.is_of_flagged else "does not flag"
    unseen = "flags alone" if hangs.found.is_of_flagged else "alone does not flag"
    seldom = "is judged by nobody" if hangs.found.is_of_one_side else "is seldom judged"
    return f"{few} rows that {side} {verb} get a label, so which side is better cannot be told: what {other} {unseen} {seldom}."


def hanging_part(answer: Comparison) -> str:
    """Say how many pairs of either kind have a label, and what labels of a draw would show."""
    hangs = answer.hanging
    if hangs is None:
        return ""
    side, other = _who(is_live=hangs.is_of_live), _who(is_live=not hangs.is_of_live)
    verb, unseen = ("flags", "flags alone") if hangs.found.is_of_flagged else ("does not flag", "alone does not flag")
    share, rest = words.share(hangs.found.share), words.share(hangs.found.other_share)
    return (
        f"{share} of the pairs that {side} {verb} have a label, {rest} of the others. "
        f"Labels of {AUDIT_ROWS} pairs that {other} {unseen}, drawn at random, would show how many are positive."
    )


def _who(*, is_live: bool) -> str:
    """Name a side inside a sentence."""
    return "the live side" if is_live else "the candidate"


def own_labels_part(answer: Comparison) -> str:
    """Say where two answers of one row are each held to a label of its own."""
    pairing = answer.pairing
    names = [side.log.mapping.label for side in pairing.sides]
    if not pairing.is_by_row or None in names or names[0] == names[1] or pairing.live.log.mapping.kind == "grades":
        return ""
    live, candidate = (words.shortened(words.one_line(str(name)), 40) for name in names)
    return f"Each answer is held to its own label: live to {live}, the candidate to {candidate}."


def again_part(again: str | None, *, is_sampled: bool = False) -> str:
    """Say that pairs of one input are not independent, where they meet by what was asked and its turn, trial or judge."""
    if again is None:
        return ""
    name = words.shortened(words.one_line(again), 40)
    if is_sampled:
        return f"Several answers of either side to one {name} are paired in their order; the intervals take {name} as the unit."
    return f"Pairs of one {name} are not independent: the intervals take it as the unit."


def thresholds_part(answer: Comparison, *, with_options: bool) -> str:
    """Say both thresholds where one of them is the middle of the range of its scores; empty where none is."""
    if not any(answer.unchosen):
        return ""
    parts = []
    sides = zip(("live", "candidate"), answer.pairing.thresholds, answer.unchosen, _OPTIONS, strict=True)
    for name, threshold, is_made, option in sides:
        give = f": give {option}" if with_options else ""
        what = "one half" if threshold == _EVEN else "the middle of its range"
        about = f" ({what}, which nobody chose{give})" if is_made else ""
        parts.append(f"{name} {words.threshold_text(threshold)}{about}")
    return f"Each side is judged at its own threshold: {', '.join(parts)}."
