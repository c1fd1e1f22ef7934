"""``labels``: how late labels come, and up to when a metric may be trusted."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl
import typer

from analytics.answers.labels import selective_of
from analytics.answers.labels_answer import LabelsAnswer
from analytics.answers.labels_answer import labels as labels_answer
from analytics.answers.labels_revised import RevisedAnswer, revised, revised_where
from analytics.answers.labels_sites import given_by, sites
from analytics.answers.question import Question
from analytics.commands.asking import ask
from analytics.commands.options import METRIC_HELP, Asked, Output, Source
from analytics.commands.priced import Priced, counted_metric, metric_asked, policy_of
from analytics.commands.roles import roles_of
from analytics.commands.writing import finite, say_rows_are_counted, write
from analytics.errors import QuestionError
from analytics.measure.labels.judged import can_be_matured
from analytics.query.engine import Engine

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
    priced: Priced,
    metric: Annotated[str | None, typer.Option(help=f"The metric to trust or not. {METRIC_HELP}")] = None,
    site: Annotated[
        str | None, typer.Option(help="Column of who gave the label, or where: do all mean the same by it?")
    ] = None,
    audit: Annotated[
        str | None,
        typer.Option(help="POSITIVES/ROWS of an audit of the rows without labels: what recall is then, such as 4/300."),
    ] = None,
) -> None:
    """How late labels come, up to when a metric may be trusted, whether labels stay, and whether all mean the same by them."""
    from analytics.present.readings import behind_stopped_labels, labels_reading, revised_reading, sites_reading

    engine, question = ask(source, asked)
    log = question.log
    policy = policy_of(priced, log)
    costs = None if policy is None else policy.costs
    metric = metric_asked(log, metric, policy if metric or can_be_matured(costs) else None)
    again = revised(engine, question, counted_metric(log, metric)) if log.n_revised else None
    giver = site or given_by(log)
    apart = sites(engine, question, giver) if giver else None
    is_timeless = log.time_low is None and (again is not None or apart is not None)
    answer = None if is_timeless else labels_answer(engine, question, metric, costs)
    told = (
        behind_stopped_labels(labels_reading(answer), question) if answer is not None else "",
        revised_reading(again) if again is not None else "",
        sites_reading(apart) if apart is not None else "",
    )
    for sentence in filter(None, reversed(told) if site else told):
        typer.echo(sentence, err=True)
    audited = None if audit is None else _audited(engine, question, audit)
    say_rows_are_counted(log, "In what never comes, changes or differs by site")
    said = {"roles": roles_of(source, log)}
    if output.format == "json":
        stays = None if again is None else _revised_object(again, revised_where(engine, question))
        of_sites = None if apart is None else {"column": apart.column, "sites": _rows(apart.sites)}
        first = {"buckets": []} if answer is None else _object(answer)
        write({**first, "revised": stays, "sites": of_sites, "audit": audited}, output, said)
    elif apart is not None and (site or (answer is None and again is None)):
        lists = [pl.col(name).list.join("; ").alias(name) for name in ("written", "alone", "never")]
        write(_rows(apart.sites.with_columns(lists)), output, said)
    elif answer is None and again is not None:
        write(_rows(again.metrics.select("metric", "first", "now", "difference")), output, said)
    elif answer is not None:
        rows = [_row(bucket) for bucket in answer.buckets.iter_rows(named=True)]
        write([{name: row[name] for name in _IN_TEXT} for row in rows], output, said)


def _audited(engine: Engine, question: Question, audit: str) -> dict[str, Any]:
    """Say what recall is after an audit, and return it as JSON has it."""
    from analytics.present.selective import audit_reading

    counts = [int(part) if part.strip().isdecimal() else -1 for part in audit.split("/")]
    if len(counts) != 2 or not 0 <= counts[0] <= counts[1] or not counts[1]:
        raise QuestionError(f"Expected POSITIVES/ROWS such as 4/300 for --audit, found {audit!r}.")
    found = None if question.log.is_right_or_wrong else selective_of(engine, question)
    if found is None or not found.found + found.missed:
        raise QuestionError(
            "Expected labels that hang on the decision for --audit, found none that do. Leave it out: recall is that of overview."
        )
    typer.echo(audit_reading(found, *counts), err=True)
    value, low, high = found.after_audit(*counts)
    return {"positives": counts[0], "rows": counts[1], "recall": value, "low": low, "high": high}


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON has them."""
    return [{name: finite(value) for name, value in row.items()} for row in table.iter_rows(named=True)]


def _revised_object(answer: RevisedAnswer, where: pl.DataFrame) -> dict[str, Any]:
    """Return what became of labels as JSON has it."""
    buckets = [] if answer.buckets is None else _rows(answer.buckets)
    return {
        "n": answer.n,
        "n_revised": answer.n_revised,
        "rows": answer.rows.to_dicts(),
        "steps": answer.steps.to_dicts(),
        "metrics": _rows(answer.metrics),
        "buckets": [{**row, "bucket": row["bucket"].isoformat()} for row in buckets],
        "slices": _rows(where),
    }


def _row(bucket: dict[str, Any]) -> dict[str, Any]:
    """Return a bucket as JSON has it."""
    named = {"matured" if name == "value" else name: finite(value) for name, value in bucket.items()}
    named |= {name: round(bucket[name]) for name in ("n", "n_labelled")}
    return named | {"bucket": bucket["bucket"].isoformat()}


def _object(answer: LabelsAnswer) -> dict[str, Any]:
    """Return the answer as JSON has it."""
    since, found = answer.since, answer.expectation
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
        "n_unlogged": answer.n_unlogged,
        "since": after,
        "expectation": None if found is None else {"miss": finite(found.miss), "n_past": found.n_past},
        "arrival": [] if answer.curve is None else answer.curve.to_dicts(),
        "buckets": [_row(bucket) for bucket in answer.buckets.iter_rows(named=True)],
    }
