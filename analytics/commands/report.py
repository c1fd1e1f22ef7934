"""``report``: the pack for the meeting, in the format that the file's name ends in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analytics.answers.brief.answer import evaluated_sides
from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.first import first
from analytics.answers.slices import ranked_columns
from analytics.commands.asking import ask, columns_of, leading_metric
from analytics.commands.options import METRIC_HELP, OUTPUT, Asked, Format, Output, Source, named
from analytics.commands.roles import in_words, roles_of
from analytics.commands.writing import write
from analytics.errors import QuestionError, StoreError
from analytics.log.kept.discovery import found_slices
from analytics.log.kept.thresholds import decisions

if TYPE_CHECKING:
    from analytics.query.engine import Engine


def report(
    source: Source,
    asked: Asked,
    out: Annotated[Path, named("The file to write; its end says the format.", panel=OUTPUT)],
    format: Annotated[Format, named("How the path of the file is written.", "--format", panel=OUTPUT)] = "table",
    by: Annotated[
        list[str] | None, typer.Option(help="Columns to slice by: one, or two with a comma. Repeatable.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help=METRIC_HELP)] = None,
) -> None:
    """Write the pack for the meeting: findings and what to do first, then a section per question."""
    from analytics.present.report.formats.registry import PACK_FORMATS
    from analytics.present.report.pack import Beside, pack_of

    engine, question = ask(source, asked)
    chosen_metric = metric or leading_metric(question.log)
    if by:
        chosen = tuple(tuple(columns_of(columns, question.log)) for columns in by)
    else:
        ranked = ranked_columns(engine, question, chosen_metric)["column"].to_list()
        chosen = tuple((name,) for name in ranked[:3])
    asking = ReportAsking(question, chosen_metric, chosen, sides=evaluated_sides(engine, question))
    answers = _answers(engine, asking)
    beside = Beside(decisions(engine.workspace, question.log.key), found_slices(engine.workspace, question.log.key))
    pack = pack_of(asking, answers, first(engine, asking, answers), beside)
    _write_bytes(PACK_FORMATS["html"].write(pack), out)
    said = roles_of(source, question.log)
    if format == "table":
        typer.echo(f"{in_words(said)}\n{out}")
    else:
        write({"path": str(out)}, Output(format=format), {"roles": said})


def _answers(engine: Engine, asking: ReportAsking) -> dict[str, Any]:
    """Ask for every section that needs nothing further; one that cannot be answered is left out."""
    from analytics.present.report.pack import SECTIONS

    found = {}
    for name, kind in SECTIONS.items():
        if kind.awaits(asking):
            continue
        try:
            found[name] = kind.ask(engine, asking)
        except QuestionError as error:
            if name == "overview":
                raise
            typer.echo(f"{kind.title} is left out: {error}", err=True)
    return found


def _write_bytes(data: bytes, out: Path) -> None:
    """Write a file that the command line names."""
    try:
        out.write_bytes(data)
    except OSError as error:
        raise StoreError(f"{out} could not be written: {error.strerror}. Choose another place.") from error
