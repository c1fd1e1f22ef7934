"""The reading of raters: whether what they say may be taken for the truth, who differs most, and who finds least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.agreement import Agreement
    from analytics.answers.agreement_noise import NoiseAnswer

_RELIABLE, _TENTATIVE = 0.8, 0.667
"""Alpha from which ratings are reliable, and below which nothing is to be concluded from them (Krippendorff 2004, p. 241)."""
_DOMINATED = 0.2
"""By how much AC1 exceeds alpha where one rating dominates and alpha falls for that alone. By hand."""
_MAX_SPELLED = 3
"""Spellings that are named. A judgement."""
_MIN_ROWS = 30
"""Rows that two share from which their kappa is named. By hand: its standard error is then below 0.2."""


def ratings_reading(answer: Agreement) -> str:
    """Say whether raters agree well enough to take what they say for the truth, and who differs."""
    whole = answer.whole
    if not whole["n_rows"]:
        return words.told("No row was rated by two raters, so whether they agree is not known.", _unsaid_part(answer))
    return words.told(
        _lead(whole),
        _unsaid_part(answer),
        _spelled_part(answer),
        _alpha_part(whole),
        _disputed_part(whole),
        _pair_part(answer),
        _rater_part(answer),
    )


def _lead(whole: dict[str, float | int | None]) -> str:
    """Say what may be done with the ratings."""
    low, high = whole["alpha_low"], whole["alpha_high"]
    if low is None or high is None:
        return "All ratings are the same, so nothing tells agreement from chance."
    if _is_dominated(whole):
        return (
            "The raters mostly agree, but nearly all rows are rated the same, and on the rare ones they agree little."
        )
    if high < _TENTATIVE:
        return "The raters agree too little to take what they say for the truth: settle what the words mean first."
    if low >= _RELIABLE:
        return "The raters agree well enough to take what they say for the truth."
    if low >= _TENTATIVE:
        return "The raters agree fairly well: take small differences between models with care."
    return "Whether the raters agree well enough is not clear from these rows."


def _unsaid_part(answer: Agreement) -> str:
    """Say what was taken for no rating: of a scale from -1 to 1 that would be wrong."""
    verb = "is" if len(answer.unsaid) == 1 else "are"
    return (
        f"{words.listed([_name(value) for value in answer.unsaid])} {verb} taken for no rating."
        if answer.unsaid
        else ""
    )


def _spelled_part(answer: Agreement) -> str:
    """Say which spellings were taken for one rating."""
    pairs = [f"{_name(value)} for {_name(usual)}" for value, usual in answer.spelled[:_MAX_SPELLED]]
    return f"Taken for one rating: {words.listed(pairs)}." if pairs else ""


def _is_dominated(whole: dict[str, float | int | None]) -> bool:
    """Tell whether alpha is small for the reason alone that one rating dominates."""
    alpha, ac1 = whole["alpha"], whole["ac1"]
    return alpha is not None and ac1 is not None and ac1 >= _RELIABLE > _TENTATIVE > alpha and ac1 - alpha > _DOMINATED


def _alpha_part(whole: dict[str, float | int | None]) -> str:
    if whole["alpha"] is None:
        return ""
    ends = words.between(words.number(whole["alpha_low"]), words.number(whole["alpha_high"]))
    ac1 = f" AC1, which does not fall with it, is {words.number(whole['ac1'])}." if _is_dominated(whole) else ""
    return (
        f"Krippendorff's alpha is {words.number(whole['alpha'])} ({ends}); 1 is full agreement, 0 is chance. From {_RELIABLE} on "
        f"ratings are reliable, and below {_TENTATIVE} nothing should be concluded.{ac1}"
    )


def _disputed_part(whole: dict[str, float | int | None]) -> str:
    n_rows, n_disputed = int(whole["n_rows"] or 0), int(whole["n_disputed"] or 0)
    return (
        f"On {words.count(n_disputed)} of {words.plural(n_rows, 'row')} that several rated they do not all say the same; two "
        f"ratings of one row are the same in {words.share(whole['agreement'])}."
    )


def _pair_part(answer: Agreement) -> str:
    """Name the two who agree least, where there are more than two."""
    known = answer.pairs.filter((pl.col("n") >= _MIN_ROWS) & pl.col("kappa").is_not_null())
    if known.height < 2:
        return ""
    row = known.row(0, named=True)
    found = words.between(words.number(row["kappa_low"]), words.number(row["kappa_high"]))
    return (
        f"Least agree {_name(row['first'])} and {_name(row['second'])}: kappa {words.number(row['kappa'])} ({found})."
    )


def _rater_part(answer: Agreement) -> str:
    """Name the rater who most surely misses what the others point to."""
    known = answer.raters.drop_nulls("found_high").filter(pl.col("share") * pl.col("n_shared") >= _MIN_ROWS)
    if known.is_empty():
        return ""
    row = known.sort("found_high").row(0, named=True)
    found = words.between(words.share(row["found_low"]), words.share(row["found_high"]))
    return (
        f"{_name(row['rater'])} says {_name(row['value'])} of {words.share(row['found'])} ({found}) of the rows that all "
        "together point to it, taking their mistakes to be independent."
    )


def _name(name: str) -> str:
    return words.shortened(words.one_line(name), 40)


def noise_reading(answer: NoiseAnswer) -> str:
    """Say what the error rate is if the label errs as often as its readings say, and in which slice that changes most."""
    whole = answer.rates.row(0, named=True)
    seen, true = words.share(whole["error_rate"]), words.share(whole["true_error_rate"])
    ends = words.between(words.share(whole["true_error_rate_low"]), words.share(whole["true_error_rate_high"]))
    misses, false = (words.share(1 - side[0]) for side in (answer.accuracy.sensitivity, answer.accuracy.specificity))
    lead = (
        f"If the label errs as often as its readings say, missing {misses} of the positive rows and calling {false} of the "
        f"negative ones positive, the error rate is {true} ({ends}) and not {seen}."
    )
    slices = answer.rates.drop_nulls("slice").with_columns(by=pl.col("true_error_rate") - pl.col("error_rate"))
    if slices.is_empty():
        return lead
    most = slices.sort(pl.col("by").abs(), descending=True).row(0, named=True)
    name, first, then = (
        words.value_label(most["slice"]),
        words.share(most["error_rate"]),
        words.share(most["true_error_rate"]),
    )
    return f"{lead} It changes most for {name}: {first} becomes {then}."
