"""How the rows of both sides met, in words, and where one of them gives no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.compare.sides import Account

_HIGH_ENOUGH = 0.9
"""Share of the rows of the smaller side that find a partner, below which the first lines say how many did not. By hand."""
_MANY_UNANSWERED = 0.01
"""Share of the pairs on which one side gives no answer from which the verdict says so first. By hand: as large as the margin, so
that they could turn it."""


def account_reading(books: Account) -> str:
    """Say how the rows of both sides met."""
    if not books.on:
        judged = f"{words.count(books.judged)} of them judged on both sides"
        return f"Both answers stand in one row: {words.plural(books.both, 'pair')}, {judged}.{_unanswered(books)}"
    met = words.listed([words.shortened(name, 40) for name in books.on])
    text = (
        f"Joined by {met}: {words.plural(books.both, 'pair')}, {words.count(books.judged)} judged on both sides; "
        f"{words.count(books.only_live)} ids on the live side alone, {words.count(books.only_candidate)} on the candidate alone. "
        "A row without a partner counts as neither."
    )
    text += _unanswered(books)
    if repeats := repeats_part(books):
        text += f" {repeats}"
    without = [(books.without_id_live, "the live side"), (books.without_id_candidate, "the candidate")]
    parts = [f"{words.plural(n, 'row')} of {side}" for n, side in without if n]
    if parts:
        text += f" {_capital(words.listed(parts))} have no id."
    if books.is_alike:
        text += " Ids met without regard to leading zeros, blanks and capitals."
    if books.one_label:
        text += f" Of {words.plural(books.one_label, 'pair')} one side alone has the label: it holds for both."
    if books.conflicts:
        text += f" {_capital(words.plural(books.conflicts, 'pair'))} have labels that contradict each other and are not judged."
    return text


def repeats_part(books: Account) -> str:
    """Say how many rows repeat what they meet by; empty where none does."""
    repeats = [(books.repeats_live, "the live side"), (books.repeats_candidate, "the candidate")]
    parts = [f"{words.plural(n, 'row')} of {side}" for n, side in repeats if n]
    if not parts:
        return ""
    return (
        f"{_capital(words.listed(parts))} repeat an id: the last one counts. More columns to join by tell them apart."
    )


def pairing_part(books: Account) -> str:
    """Say how the rows met."""
    return " ".join(filter(None, (few_met_part(books), account_reading(books))))


def few_met_part(books: Account) -> str:
    """Say that few rows found a partner; empty where most did."""
    few = min(books.rows_live - books.repeats_live, books.rows_candidate - books.repeats_candidate)
    return "" if books.both >= _HIGH_ENOUGH * few else f"Only {words.count(books.both)} rows found a partner."


def unanswered_part(books: Account) -> str:
    """Say before a verdict on how many pairs one side gives no answer; empty where they are few."""
    n = books.unanswered_live + books.unanswered_candidate
    if n < max(_MANY_UNANSWERED * books.both, 1):
        return ""
    who = "one side" if books.unanswered_live and books.unanswered_candidate else ""
    who = who or ("the candidate" if books.unanswered_candidate else "the live side")
    return f"On {words.count(n)} of {words.plural(books.both, 'pair')} {who} gives no answer"


def _unanswered(books: Account) -> str:
    """Say on how many pairs either side gives no answer, for the account."""
    sides = (
        (books.unanswered_live, "the live side gives no answer and the candidate does"),
        (books.unanswered_candidate, "the candidate gives no answer and the live side does"),
        (books.unanswered_both, "neither side gives an answer"),
    )
    parts = [f"on {words.plural(n, 'pair')} {what}" for n, what in sides if n]
    return f" {_capital(words.listed(parts))}; these are not judged." if parts else ""


def _capital(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def rounded(n: int) -> int:
    """Round a number of pairs to two digits: it is an estimate.

    >>> rounded(2_347), rounded(81)
    (2300, 81)
    """
    step: int = 10 ** max(len(str(n)) - 2, 0)
    return int(round(n / step) * step)
