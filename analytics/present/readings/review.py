"""The review in words: how far it is, what the verdicts say and of which rows, how people agree, what replay found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analytics.measure.review import Agreement, Corrected, Share
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.review.findings import Findings
    from analytics.answers.review.replay import Replay

_MIN_RANDOM = 20
"""Judged rows from which a share is told as one of all, and reviews from which they tell whether reasons are complete:
at 20, an interval of 95 % around a half is 40 points wide. A judgement."""
_ENOUGH = 0.95
"""Share of the last reviews that repeat a known reason from which more would hardly add one. A judgement."""
ROWS = {"fp": "false positive", "fn": "false negative", "both": "error", "all": "row"}
_AGREEMENTS = ((0.8, "very good"), (0.6, "good"), (0.4, "moderate"), (0.2, "fair"), (-1.0, "poor"))


def queue_reading(n_rows: int, errors: str, threshold: float, n_judged: int, *, is_right_or_wrong: bool = False) -> str:
    """Say how many rows the queue holds and how many of the log have a verdict.

    >>> queue_reading(2498, "both", 5.0, 0)
    '2,498 errors at the threshold 5. None of them has a verdict yet: give the open row a reason by its number.'
    """
    held = words.plural(n_rows, ROWS[errors])
    if is_right_or_wrong:
        held = words.plural(n_rows, "row" if errors == "all" else "wrong row")
    at = "" if errors == "all" or is_right_or_wrong else f" at the threshold {words.threshold_text(threshold)}"
    if not n_judged:
        return f"{held}{at}. None of them has a verdict yet: give the open row a reason by its number."
    have = "row of this log has a verdict" if n_judged == 1 else "rows of this log have a verdict"
    return f"{held}{at}. {words.count(n_judged)} {have}."


def flipped_queue_reading(n_rows: int, turned: str, n_judged: int, names: tuple[str, str]) -> str:
    """Say how many rows flipped one way, and between which sides.

    >>> flipped_queue_reading(31, "newly wrong", 2, ("model is v2", "model is v3"))
    '31 rows newly wrong: live (model is v2) is right, the candidate (model is v3) is wrong. 2 rows of this log have a verdict.'
    """
    live, candidate = (words.shortened(words.one_line(name), 80) for name in names)
    right, wrong = ("right", "wrong") if turned == "newly wrong" else ("wrong", "right")
    have = "row of this log has a verdict" if n_judged == 1 else "rows of this log have a verdict"
    said = f"live ({live}) is {right}, the candidate ({candidate}) is {wrong}"
    return f"{words.plural(n_rows, 'row')} {turned}: {said}. {words.count(n_judged)} {have}."


def _share_text(found: Share) -> str:
    """Write a share with its interval and its rows.

    >>> _share_text(Share(1, 4, 0.25, 0.046, 0.699)).replace(words.THIN_SPACE, " ")
    '25.0 % (4.6–69.9) of 4'
    """
    if found.value is None or found.low is None or found.high is None:
        return words.UNDEFINED
    bounds = words.between(words.plain(100 * found.low, 1), words.plain(100 * found.high, 1))
    return f"{words.share(found.value)} ({bounds}) of {words.count(found.n)}"


def findings_reading(found: Findings, errors: str, labels: Mapping[str, str]) -> str:
    """Say what the verdicts say, and of which rows they can say it.

    Parameters
    ----------
    found : Findings
    errors : str
        Which rows were reviewed.
    labels : mapping of str to str
        What people read for the key of a reason.
    """
    everything = words.plural(found.n_rows, ROWS[errors])
    if not found.n_judged:
        return (
            f"Nobody has judged one of the {everything} yet. Judge some on Cases; those drawn at random speak for all."
        )
    table = found.random if found.n_random >= _MIN_RANDOM else found.reasons
    top = table.row(0, named=True)
    n = found.n_random if found.n_random >= _MIN_RANDOM else found.n_judged
    share = _share_text(Share(top["n"], n, top["share"], top["low"], top["high"]))
    if found.n_random >= _MIN_RANDOM:
        return (
            f"“{labels.get(top['reason'], top['reason'])}” is the most frequent reason: {share} rows that chance drew from "
            f"the {everything}. That share speaks for all of them."
        )
    return (
        f"“{labels.get(top['reason'], top['reason'])}” is the most frequent reason, given for {words.count(top['n'])} of "
        f"{words.plural(found.n_judged, 'judged row')}. That says nothing of all {everything}: "
        f"{words.count(found.n_random)} of the judged rows were drawn at random without a gap, and {_MIN_RANDOM} are needed. "
        "Choose the order “At random”."
    )


def enough_reading(recent: Share) -> str:
    """Say whether further reviews would bring new reasons."""
    if recent.value is None:
        return "How many reviews are enough is known after the first ones."
    new = recent.n - recent.count
    brought = "brought no new reason" if not new else f"brought {words.plural(new, 'new reason')}"
    text = f"The last {words.plural(recent.n, 'review')} {brought}: {_share_text(recent)} repeated a known one. "
    if recent.n < _MIN_RANDOM:
        return f"{text}Too few to say whether that is all."
    if recent.value >= _ENOUGH:
        return f"{text}More reviews would sharpen the shares rather than add reasons."
    return f"{text}More reviews may well bring further reasons."


def corrected_reading(found: Corrected) -> str:
    """Say what the error rate would be if the verdicts that a label is wrong hold."""
    if found.logged is None or found.found is None:
        return "No row of this cohort has both a score and a label, so there is no error rate to correct."
    logged, known = words.share(found.logged), words.share(found.found)
    if found.found == found.logged:
        text = f"No reviewed error has a wrong label, so the error rate stays {logged}."
    elif known == logged:
        text = f"If the verdicts “label wrong” hold, the reviewed rows alone move the error rate of {logged} by under 0.1 points."
    else:
        text = (
            f"If the verdicts “label wrong” hold, the reviewed rows alone take the error rate from {logged} to {known}."
        )
    estimate = found.estimated
    if (
        estimate.n >= _MIN_RANDOM
        and estimate.value is not None
        and estimate.low is not None
        and estimate.high is not None
    ):
        bounds = words.between(words.plain(100 * estimate.low, 1), words.plain(100 * estimate.high, 1))
        text += (
            f" Extended from {words.plural(estimate.n, 'random row')} to all errors of the queue it is "
            f"{words.share(estimate.value)} ({bounds})."
        )
    return f"{text} Wrong labels under decisions that seem right are not looked for here."


def agreement_reading(pair: Agreement) -> str:
    """Say how two reviewers agree.

    >>> agreement_reading(Agreement("Ada", "Bob", 12, 9, 0.667, (1, 2, 3))).replace(words.THIN_SPACE, " ")
    'Ada and Bob judged the same 12 rows and agree on 9 of them; Cohen’s kappa is 0.67, good agreement beyond chance.'
    """
    text = f"{pair.first} and {pair.second} judged the same {words.plural(pair.n, 'row')} and agree on {pair.agreed} of them"
    if pair.kappa is None:
        return f"{text}; kappa is not defined where both gave one reason alone."
    grade = next(name for least, name in _AGREEMENTS if pair.kappa >= least)
    return f"{text}; Cohen’s kappa is {words.number(pair.kappa, 2)}, {grade} agreement beyond chance."


def replay_reading(found: Replay) -> str:
    """Say what became of the cases of the library."""
    n = len(found.cases)
    counts = {
        state: count for state, count in found.counts.items() if count or state not in ("still right", "regressed")
    }
    parts = words.listed([f"{words.count(count)} {state}" for state, count in counts.items()])
    by = words.listed([words.shortened(words.one_line(name), 40) for name in found.by])
    return f"Of {words.plural(n, 'case')}, matched by {by}: {parts}."
