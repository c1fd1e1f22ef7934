"""``labels``: how late labels come, and up to when a metric may be trusted."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl
import typer

from analytics.answers.labels_answer import LabelsAnswer
from analytics.answers.labels_answer import labels as labels_answer
from analytics.answers.labels_revised import RevisedAnswer, revised, revised_where
from analytics.answers.question import Question
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
    """How late labels come, what all of them will say, up to when a metric may be trusted, and whether labels stay."""
    from analytics.present.readings import labels_reading, revised_reading

    engine, question = ask(source, asked)
    again = revised(engine, question, metric) if question.log.n_revised else None
    if again is not None and question.log.time_low is None:
        typer.echo(revised_reading(again), err=True)
        _write_revised(again, revised_where(engine, question), question, output, roles_of(source, question.log))
        return
    answer = labels_answer(engine, question, metric)
    typer.echo(labels_reading(answer), err=True)
    if again is not None:
        typer.echo(revised_reading(again), err=True)
    say_rows_are_counted(question.log)
    said = {"roles": roles_of(source, question.log)}
    rows = [_row(bucket) for bucket in answer.buckets.iter_rows(named=True)]
    if output.format == "json":
        stays = None if again is None else _revised_object(again, revised_where(engine, question))
        write({**_object(answer), "buckets": rows, "revised": stays}, output, said)
    else:
        write([{name: row[name] for name in _IN_TEXT} for row in rows], output, said)


def _write_revised(
    answer: RevisedAnswer, where: pl.DataFrame, question: Question, output: Output, roles: dict[str, Any]
) -> None:
    """Write what became of labels of a log without times."""
    say_rows_are_counted(question.log)
    if output.format == "json":
        write(
            {"metric": answer.metric, "buckets": [], "revised": _revised_object(answer, where)},
            output,
            {"roles": roles},
        )
    else:
        rows = answer.metrics.select("metric", "first", "now", "difference").to_dicts()
        write([{name: finite(value) for name, value in row.items()} for row in rows], output, {"roles": roles})


def _revised_object(answer: RevisedAnswer, where: pl.DataFrame) -> dict[str, Any]:
    """Return what became of labels as JSON has it."""
    buckets = [] if answer.buckets is None else answer.buckets.to_dicts()
    return {
        "n": answer.n,
        "n_revised": answer.n_revised,
        "rows": answer.rows.to_dicts(),
        "steps": answer.steps.to_dicts(),
        "metrics": [{name: finite(value) for name, value in row.items()} for row in answer.metrics.to_dicts()],
        "buckets": [
            {**{name: finite(value) for name, value in row.items()}, "bucket": row["bucket"].isoformat()}
            for row in buckets
        ],
        "slices": [{name: finite(value) for name, value in row.items()} for row in where.to_dicts()],
    }


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
