"""``report``: the slice report as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analytics.answers.brief.answer import brief, evaluated_sides
from analytics.answers.brief.finding import Asking
from analytics.answers.overview import overview
from analytics.answers.slices import ranked_columns, slices
from analytics.commands.asking import ask, columns_of, leading_metric
from analytics.commands.options import METRIC_HELP, OUTPUT, Asked, Format, Output, Source, named
from analytics.commands.roles import in_words, roles_of
from analytics.commands.writing import write, write_text
from analytics.log.kept.discovery import found_slices
from analytics.log.kept.thresholds import decisions


def report(
    source: Source,
    asked: Asked,
    out: Annotated[Path, named("The HTML file to write.", panel=OUTPUT)],
    format: Annotated[Format, named("How the path of the file is written.", "--format", panel=OUTPUT)] = "table",
    by: Annotated[
        list[str] | None, typer.Option(help="Columns to slice by: one, or two with a comma. Repeatable.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help=METRIC_HELP)] = None,
) -> None:
    """Write the slice report: one HTML file that needs no network."""
    from analytics.present.report.pack import slice_report

    engine, question = ask(source, asked)
    first = brief(engine, Asking(question, None, evaluated_sides(engine, question), metric))
    metric = metric or leading_metric(question.log)
    if by:
        chosen = [columns_of(columns, question.log) for columns in by]
    else:
        chosen = [[name] for name in ranked_columns(engine, question, metric)["column"].to_list()[:3]]
    parts = [slices(engine, question, columns, metric=metric) for columns in chosen]
    decided = decisions(engine.workspace, question.log.key)
    found = found_slices(engine.workspace, question.log.key)
    write_text(slice_report(question, overview(engine, question), parts, decided, found=found, brief=first), out)
    said = roles_of(source, question.log)
    if format == "table":
        typer.echo(f"{in_words(said)}\n{out}")
    else:
        write({"path": str(out)}, Output(format=format), {"roles": said})
