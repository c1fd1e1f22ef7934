"""The reading of several deciders on the same rows: who errs least, and who errs less or more than what is live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.compare.deciders import Deciders

_MAX_NAME = 60
"""Characters of a decider's name within a sentence. A judgement."""


def deciders_reading(answer: Deciders) -> str:
    """Say who errs least on the rows that all decide, and how the others stand to what is live."""
    if not answer.table["n"][0]:
        return f"No row that all {len(answer.names)} deciders answer has a label, so none is known to be better."
    ranked = answer.table.sort("error_rate", maintain_order=True)
    first = ranked.row(0, named=True)
    rate = words.metric_interval("error_rate", first["error_rate"], first["low"], first["high"])
    lead = f"Of {words.count(len(answer.names))} deciders {_name(first['decider'])} errs least: {rate}, on the same "
    lead += f"{words.plural(first['n'], 'row')}."
    others = answer.table.filter(pl.col("difference").is_not_null())
    alike = "decides {} alike" if answer.is_yes_no else "is right or wrong on the same {}"
    told = [f"{_name(row['decider'])} {_stands(row, alike)}" for row in others.iter_rows(named=True)]
    return words.told(lead, f"Against {_name(answer.names[0])}: {'; '.join(told)}.")


def _stands(row: dict[str, float], alike: str) -> str:
    """Say how a decider stands to what is live; ``alike`` is how to say what it has in common with it."""
    size = words.metric_difference("error_rate", row["difference"], row["difference_low"], row["difference_high"])
    word = (
        "errs less" if row["difference_high"] < 0 else "errs more" if row["difference_low"] > 0 else "is not told apart"
    )
    return f"{word} ({size}) and {alike.format(words.share(row['agrees']))}"


def _name(text: str) -> str:
    return words.shortened(words.one_line(text), _MAX_NAME)
