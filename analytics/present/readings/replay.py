"""The reading of a replay: whether it gives the evaluation's scores, which fields are others, and where to look next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analytics.measure.compare.difference import direction_of
from analytics.present import words
from analytics.present.readings.compare import metric_phrase
from analytics.present.readings.replay_live import live_branch, live_details

if TYPE_CHECKING:
    from analytics.answers.compare.live import Live
    from analytics.answers.compare.replay import Replay
    from analytics.answers.compare.replay_fields import FieldChange

_NEARLY_ALL = 0.9
"""Share of rows with another score from which the rest do not tell of a field whether it is a reason. A judgement."""
_MAX_FIELDS = 6
"""Fields that the details name. A judgement."""


def again_reading(answer: Replay, live: Live | None = None) -> str:
    """Say on how many rows a replay gives the score of the evaluation, why not on the others, and what follows, live too."""
    reasons = [each for each in answer.fields if each.is_reason]
    same, what = words.share((answer.n - answer.changed) / answer.n), _what(answer)
    lead = f"The replay gives the same {what} on {same} of the rows"
    if not answer.changed:
        lead = f"The replay gives the same {what} on every row"
    if reasons and answer.unexplained <= answer.changed / 2:
        lead = f"{lead}; where it does not, {change_words(reasons[0])}, on {words.share(reasons[0].rows / answer.n)}."
    elif reasons:
        lead = (
            f"{lead}; on {words.share(answer.unexplained / answer.n)} the {what} is another and no field that goes with it is"
            f"{_without_field(answer)}"
        )
    elif answer.changed:
        none = "no field that goes with it is another" if answer.fields else "no field that both have is another"
        lead = f"{lead}; where it does not, {none}{_without_field(answer)}"
    else:
        lead = f"{lead}."
    if answer.noise is not None:
        lead = _noise_words(answer, reasons)
    return words.told(
        f"{lead} {_branch(answer) if live is None else live_branch(live)}".strip(),
        *(() if live is None else live_details(live)),
        _rounded_part(answer),
        _fields_part(reasons, answer, f"Fields that differ with the {what}"),
        _unexplained_part(answer, reasons),
        _fields_part(
            [each for each in answer.fields if not each.is_reason],
            answer,
            f"Whether these are a reason too cannot be told, as nearly every {what} is another"
            if answer.changed > _NEARLY_ALL * answer.n
            else f"Not the reason, as often where {what}s are equal",
        ),
        _only_part(answer),
        _account_part(answer),
    )


def _without_field(answer: Replay) -> str:
    """Say where to look for scores that no field explains: what moves without direction may be chance as well."""
    if not answer.is_undirected:
        return ": look at the model's version and its code."
    return (
        ", and scores move up as often as down: by chance, another model or an input that is not logged. Score the same rows "
        "twice with one model: what moves again is chance."
    )


def _noise_words(answer: Replay, reasons: list[FieldChange]) -> str:
    """Say that scores move by chance alone, by how much, what that does to decisions, and what is another beyond it."""
    noise = answer.noise
    assert noise is not None
    flips = "no decision flips for it"
    if noise.flips:
        flips = f"{words.plural(noise.flips, 'decision')} of {words.count(answer.n)} flip for it"
    beyond = ""
    if answer.changed and reasons and answer.unexplained <= answer.changed / 2:
        beyond = f" Beyond that, {change_words(reasons[0])}, on {words.share(reasons[0].rows / answer.n)}."
    elif answer.changed:
        beyond = f" Beyond that, {words.share(answer.changed / answer.n)} of the scores are others: look at the model's version."
    return (
        f"The replay moves {words.share(noise.n / answer.n)} of the scores by about {noise.size:.2g}, up as often as down, where "
        f"no field is another: chance, not the fields.{beyond} Look at random seeds, float precision and hardware; {flips}."
    )


def _what(answer: Replay) -> str:
    """Name what both sides say of a row."""
    return "answer" if answer.of_answers else "score"


def _parts(change: FieldChange) -> list[tuple[str, int]]:
    """Say what became of a field, and of the values that it has where it is mostly empty or filled, with the rows of each."""
    parts = [(change_words(change), change.rows)]
    if change.also is not None:
        how, detail = change.also
        parts.append((change_words(replace(change, how=how, detail=detail)), change.n_values))
    return parts


def change_words(change: FieldChange) -> str:
    """Say what became of a field."""
    name = words.column_words(change.field)
    match change.how, change.detail:
        case "empty", _:
            return f"{name} arrives empty, as from a join that finds nothing"
        case "unread", (example, kind):
            return f"{name} holds text that could not be read as a {kind}, such as {_value(example)}"
        case "filled", _:
            return f"{name} has a value where the evaluation had none"
        case "unit", (factor,):
            return f"{name} is {_factor(factor)} what it was, another unit"
        case "shift", (shift,):
            return f"{name} is shifted by {words.number(shift, 4)}"
        case "rounded", (None, step):
            return f"{name} is rounded to multiples of {words.count(step)}"
        case "rounded", (digits,):
            return f"{name} is rounded to {words.plural(digits, 'decimal')}"
        case "default", (value,):
            return f"{name} is always {_value(value)}, as a default"
        case "affine", (factor, shift):
            way = "plus" if shift >= 0 else "less"
            return f"{name} is {factor:,.4g} times what it was {way} {abs(shift):,.4g}, another unit"
        case "truncated", (length, own, other):
            short = "" if length is None else f" after {words.plural(length, 'character')}"
            if len(own) > len(other):
                return f"{name} is cut off{short}, {_value(own)} to {_value(other)}"
            return f"{name} is whole where the evaluation cut it off{short}, {_value(own)} as {_value(other)}"
        case "shuffled", _:
            return f"{name} has the values of other rows, as from a join that takes the wrong one"
        case "spelled", _:
            return f"{name} differs in capitals or blanks"
        case "padded", (own, other):
            return f"{name} is written with other leading zeros, {_value(own)} as {_value(other)}"
        case "swapped", (own, other):
            return (
                f"{name} has {_value(own)} and {_value(other)} exchanged on part of the rows that have them (another coding, or "
                "the values of other rows: two values do not tell which)"
            )
        case "recoded", (own, other):
            return f"{name} stands for other categories, {_value(own)} as {_value(other)}"
    return f"{name} has other values"


def _factor(factor: float) -> str:
    """Write a ratio as people do: times, or a part.

    >>> _factor(1000.0), _factor(0.01)
    ('1,000 times', '1/100 of')
    """
    if factor > 0 and factor < 1:
        return f"1/{1 / factor:,.6g} of"
    return f"{factor:,.6g} times"


def _value(value: Any) -> str:
    return words.shortened(words.value_label(value), 40)


def _branch(answer: Replay) -> str:
    """Say what follows for where to look: the pipeline, or what is made of the scores."""
    found = answer.comparison
    if found is None or not found.verdict.n:
        if not answer.changed:
            return "Where the business figure is weak all the same, look at threshold, capacity and adoption."
        return "Without labels nothing says whether that makes it worse: mend the fields, then replay again."
    phrase = metric_phrase(found.metric)
    if found.verdict.word == "worse":
        way = "higher" if direction_of(found.metric) == "lower" else "lower"
        return f"With it {phrase} is {way}: look at pipeline, labels and drift before the model (see gap)."
    if found.verdict.word in ("better", "no worse"):
        return (
            f"With it {phrase} is that of the evaluation: where the business figure is weak all the same, look at threshold, "
            "capacity and adoption."
        )
    return f"Whether {phrase} is worse with it cannot be told from {words.plural(found.verdict.n, 'pair')}."


def _rounded_part(answer: Replay) -> str:
    if answer.digits is None or not answer.rounded:
        return ""
    share = words.share(answer.rounded / answer.n)
    return f"Counted as the same: {share} of the rows differ in rounding to {words.plural(answer.digits, 'decimal')} alone."


def _fields_part(changes: list[FieldChange], answer: Replay, lead: str) -> str:
    """Name further fields with the share of rows on which they differ."""
    if not changes:
        return ""
    parts = [
        f"{what} ({words.share(rows / answer.n)} of the rows)"
        for each in changes[:_MAX_FIELDS]
        for what, rows in _parts(each)
    ]
    more = len(changes) - _MAX_FIELDS
    return f"{lead}: {words.listed([*parts, f'{more} more fields'] if more > 0 else parts)}."


def _unexplained_part(answer: Replay, reasons: list[FieldChange]) -> str:
    if not reasons or not 0 < answer.unexplained <= answer.changed / 2:
        return ""  # more is said first
    share = words.share(answer.unexplained / answer.n)
    no_field = "no field that goes with it is"
    return f"On {share} of the rows the {_what(answer)} is another and {no_field}: look at the model's version and its code."


def _only_part(answer: Replay) -> str:
    """Name the fields that one side alone has."""
    parts = [
        f"only the {side} has {words.listed([words.shortened(words.column_words(name), 40) for name in names[:_MAX_FIELDS]])}"
        for side, names in (("evaluation", answer.only_offline), ("replay", answer.only_replay))
        if names
    ]
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _account_part(answer: Replay) -> str:
    """Say how the rows met."""
    rows = answer.account
    met = words.plural(answer.n, "pair")
    return (
        f"{met} with both {_what(answer)}s, from {words.count(rows['rows_live'])} rows of the evaluation and "
        f"{words.count(rows['rows_candidate'])} of the replay; a row without a partner counts on neither side."
    )
