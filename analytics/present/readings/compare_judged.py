"""The reading of a difference by people's verdicts and a judge's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.compare.judged import Judged


def judged_reading(answer: Judged) -> str:
    """Say how pass rates differ once the judge's verdicts are corrected by people's."""
    found, said = answer.found, answer.verdict
    if said.word == "unknown":
        return "Too few pairs were judged by people, or by the judge alone, to correct the judge by them."
    lead = said.word[:1].upper() + said.word[1:]
    return (
        f"{lead} by people and judge together: the pass rate differs by {words.points(found.difference)}. "
        f"The 95 % interval is {words.between(words.plain(100 * found.low, 1), words.plain(100 * found.high, 1))} points, from "
        f"{words.plural(answer.n, 'pair')} that people judged and {words.count(answer.n_rest)} that the judge alone did; it "
        "holds where the former were drawn at random."
    )


def by_judge_alone(reading: str) -> str:
    """Say that a verdict is by a judge's grades alone, where one that people correct was said before it."""
    return f"By the judge alone: {reading[:1].lower()}{reading[1:]}"


def corrected_details(answer: Judged | None, reading: str) -> tuple[str, ...]:
    """Say how sure the corrected verdict is, and what the judge alone says; nothing where it leads by itself."""
    if answer is None or not answer.is_known:
        return ()
    return judged_reading(answer).partition(". ")[2], by_judge_alone(reading.partition("\n")[0])
