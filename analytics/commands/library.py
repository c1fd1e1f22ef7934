"""``library export|import|replay``: the counterexamples as files, and what a new log makes of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from analytics.answers.review.replay import replay as replay_answer
from analytics.commands.asking import ask
from analytics.commands.given import listed_columns
from analytics.commands.options import Asked, Output, Source, Text, Texts, command
from analytics.commands.roles import roles_of
from analytics.commands.writing import write
from analytics.errors import InputError, QuestionError, StoreError
from analytics.log.workspace import Workspace
from analytics.review import library
from analytics.review.store import ReviewStore

_MAX_FILE = 1 << 30
"""Bytes of a file that is read as a whole: bounds memory. A judgement."""
_FileFormat = Literal["jsonl", "csv", "parquet"]

app = typer.Typer(no_args_is_help=True, help="The counterexample library: export, import, replay.")


def _chosen(text: str | None, tags: list[str] | None) -> list[library.KeptCase]:
    """Return the cases of the library that a command asks for."""
    found = library.shelf(ReviewStore(Workspace().home))
    return [entry.case for entry in library.search(found, text or "", tags or ())]


def _export(
    out: Annotated[
        Path | None, typer.Argument(help="File to write: .jsonl, .csv or .parquet; standard output without one.")
    ] = None,
    file_format: Annotated[
        _FileFormat | None, typer.Option("--format", help="Format, where the name does not say.")
    ] = None,
    search: Annotated[Text, typer.Option(help="Only cases that hold these words.")] = None,
    tag: Annotated[Texts, typer.Option(help="Only cases with this tag. Repeatable.")] = None,
) -> None:
    """Write the library to a file."""
    from analytics.present.library import write_library

    content = write_library(_chosen(search, tag), file_format or (out.suffix[1:].lower() if out else "jsonl"))
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise StoreError(f"{out} could not be written: {error.strerror}. Choose another place.") from error


def _import_(
    file: Annotated[Path, typer.Argument(help="What `library export` wrote, in any of its formats.")],
    output: Output,
) -> None:
    """Bring cases in; those that are there already are not doubled."""
    from analytics.present.library import read_library

    try:
        if file.stat().st_size > _MAX_FILE:
            raise InputError(f"Expected a library of at most 1 GB, found a larger file at {file}. Split it.")
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} could not be read: {error.strerror}. Check the path.", code="no-file") from error
    cases, refused = read_library(content)
    added = library.add_all(ReviewStore(Workspace().home), cases)
    write({"read": len(cases), "added": added, "already_there": len(cases) - added, "refused": refused}, output)


def _replay(
    source: Source,
    asked: Asked,
    output: Output,
    by: Annotated[
        Text, typer.Option(help="Columns that match a row to a case, with commas; by default the id.")
    ] = None,
    search: Annotated[Text, typer.Option(help="Only cases that hold these words.")] = None,
    tag: Annotated[Texts, typer.Option(help="Only cases with this tag. Repeatable.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Every case with its state instead of the counts.")] = False,
) -> None:
    """What a new log, or another model version, makes of the cases."""
    engine, question = ask(source, asked)
    columns = listed_columns(by, question.log.reading.names) if by else ()
    cases = _chosen(search, tag)
    if not cases:
        raise QuestionError("Expected cases to replay, found none. Keep some on the Review page, or import a library.")
    found = replay_answer(engine, question, cases, columns)
    said = {"roles": roles_of(source, question.log)}
    if not listed:
        write({"matched_by": ", ".join(found.by), "n": len(found.cases), **_snake(found.counts)}, output, said)
        return
    write(
        [
            {
                "log": entry.case.log_name,
                "row": entry.case.row_id,
                "id": entry.case.case_id,
                "state": entry.state,
                "why": entry.why,
                "score_then": entry.case.score,
                "score_now": entry.score,
                "reason": entry.case.reason,
            }
            for entry in found.cases
        ],
        output,
        said,
    )


def _snake(counts: dict[str, int]) -> dict[str, int]:
    """Return counts under names that programs like."""
    return {name.replace(" ", "_"): count for name, count in counts.items()}


command(app, _export, name="export")
command(app, _import_, name="import")
command(app, _replay, name="replay")
