"""The two parts of a slice's excess errors in words: what its base rate explains, and what the model does worse there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.present import words


def split_words(row: Mapping[str, Any], unit: str = "error") -> str:
    """Say how many errors more a slice has than elsewhere, and how they split.

    Parameters
    ----------
    row : mapping of str to float
        excess_errors, excess_base_rate, excess_model with _low and _high, base_rate, base_rate_complement, as in
        `measure.slices.slice_table`.
    unit : str
        What is counted.

    Returns
    -------
    str
        Empty where the split is not defined; without parts where rows are right or wrong. The numbers are rounded so that the
        parts add up.

    Examples
    --------
    >>> row = {"excess_errors": 120.2, "excess_base_rate": 110.4, "excess_model": 9.8, "excess_model_low": 4.2,
    ...     "excess_model_high": 15.6, "base_rate": 0.3, "base_rate_complement": 0.1}
    >>> split_words(row)
    'of 120 errors more than elsewhere, 110 because positives are more frequent there, 10 (4–16) because the model is worse there'
    """
    if not words.is_known(row["excess_model"]) or not words.is_known(row["excess_errors"]):
        return ""
    excess, model = round(row["excess_errors"]), round(row["excess_model"])
    if "base_rate" not in row:
        bounds = words.between(*(words.plain(row[f"excess_model_{end}"], 0) for end in ("low", "high")))
        return f"{words.signed(excess)} ({bounds}) excess {unit}s"
    base = excess - model
    side, sign = ("fewer", -1) if excess < 0 else ("more", 1)
    is_opposed = sign * base < 0 or sign * model < 0
    ends = sorted((1 if is_opposed else sign) * row[f"excess_model_{end}"] for end in ("low", "high"))
    of_base, of_model = (
        (words.signed(base), words.signed(model))
        if is_opposed
        else (words.count(sign * base), words.count(sign * model))
    )
    parts = [f"{of_base} because positives are {_frequent(row)} there"] if base else []
    bounds = words.between(*(words.plain(end, 0) for end in ends))
    because = "worse" if row["excess_model"] > 0 else "better"
    parts.append(f"{of_model} ({bounds}) {f'because the model is {because} there' if model else 'by the model'}")
    total = f"{words.plural(abs(excess), unit)} {side} than elsewhere"
    return f"{total}: {', '.join(parts)}" if is_opposed else f"of {total}, {', '.join(parts)}"


def _frequent(row: Mapping[str, Any]) -> str:
    """Compare the base rate of a slice with that of the rest."""
    return "more frequent" if row["base_rate"] > row["base_rate_complement"] else "less frequent"
