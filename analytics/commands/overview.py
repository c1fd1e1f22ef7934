"""``overview``: headline metrics with intervals."""

from __future__ import annotations

from typing import Any

from analytics.answers.overview import overview as overview_answer
from analytics.commands.asking import ask
from analytics.commands.options import Asked, Output, Source
from analytics.commands.roles import roles_of
from analytics.commands.writing import finite, write


def overview(source: Source, asked: Asked, output: Output) -> None:
    """Headline metrics with intervals."""
    engine, question = ask(source, asked)
    answer = overview_answer(engine, question)
    row: dict[str, Any] = dict(answer.counts)
    for entry in answer.metrics.iter_rows(named=True):
        name = entry["metric"]
        row |= {name: entry["value"], f"{name}_low": entry["low"], f"{name}_high": entry["high"]}
    write({key: finite(value) for key, value in row.items()}, output, {"roles": roles_of(source, question.log)})
