"""``labels``: how late labels come, and up to when a metric may be trusted."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from analytics.answers.labels_answer import LabelsAnswer
from analytics.answers.labels_answer import labels as labels_answer
from analytics.commands.asking import ask
from analytics.commands.options import METRIC_HELP, Asked, Output, Source
from analytics.commands.roles import roles_of
from analytics.commands.writing import finite, say_rows_are_counted, write

_IN_TEXT = (
    "bucket",
    "n",
    "n_labelled",
    "to_come",
    "naive",
    "matured",
    "low",
    "high",
    "bound_low",
    "bound_high",
    "is_ripe",
)


def labels(
    source: Source,
    asked: Asked,
    output: Output,
    metric: Annotated[str | None, typer.Option(help=f"The metric to trust or not. {METRIC_HELP}")] = None,
) -> None:
    """How late labels come, what all of them will say, and up to when a metric may be trusted."""
    from analytics.present.readings import labels_reading

    engine, question = ask(source, asked)
    answer = labels_answer(engine, question, metric)
    typer.echo(labels_reading(answer), err=True)
    say_rows_are_counted(question.log)
    said = {"roles": roles_of(source, question.log)}
    rows = [_row(bucket) for bucket in answer.buckets.iter_rows(named=True)]
    if output.format == "json":
        write({**_object(answer), "buckets": rows}, output, said)
    else:
        write([{name: row[name] for name in _IN_TEXT} for row in rows], output, said)


def _row(bucket: dict[str, Any]) -> dict[str, Any]:
    """Return a bucket as JSON has it."""
    named = {"matured" if name == "value" else name: finite(value) for name, value in bucket.items()}
    named |= {name: round(bucket[name]) for name in ("n", "n_labelled")}
    return named | {"bucket": bucket["bucket"].isoformat()}


def _object(answer: LabelsAnswer) -> dict[str, Any]:
    """Return the answer without its buckets as JSON has it."""
    since = answer.since
    moments = {name: getattr(answer, name) for name in ("now", "trust", "weak_trust", "ripe_on", "stopped")}
    parts = ("n", "n_labelled", "to_come", "naive", "value", "low", "high", "bound_low", "bound_high")
    after = None if since is None else {name: finite(getattr(since, name)) for name in parts}
    if after is not None:
        after = {"matured" if name == "value" else name: value for name, value in after.items()}
        after |= {name: round(getattr(since, name)) for name in ("n", "n_labelled")}
    return {
        "metric": answer.metric,
        **{name: None if moment is None else moment.isoformat() for name, moment in moments.items()},
        "every": answer.every,
        "unit": answer.unit,
        "ripe_age": answer.ripe_age,
        "never": answer.never,
        "n_missed": answer.n_missed,
        "since": after,
        "arrival": [] if answer.curve is None else answer.curve.to_dicts(),
    }
