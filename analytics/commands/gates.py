"""``check``: may it go on, and if nobody can tell, when will we know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from analytics.answers.gates.answer import gates
from analytics.answers.gates.draft import drafted_gates
from analytics.answers.gates.file import read_gates
from analytics.answers.gates.result import GatesAnswer
from analytics.answers.gates.sides import GateSides, candidate_side
from analytics.answers.gates.statement import Candidate, GatesFile
from analytics.answers.gates.written import written_gates
from analytics.answers.question import Question
from analytics.commands.asking import ask, open_log, open_side, question_of, remapped
from analytics.commands.compare_sides import of_candidate
from analytics.commands.options import OUTPUT, Asked, GatesSource, Output, Source, Text, check_place, named
from analytics.commands.roles import roles_of
from analytics.commands.writing import write, write_text
from analytics.errors import QuestionError, StoreError
from analytics.log.kept.gates import keep_values, last_values
from analytics.log.schema import Log
from analytics.log.workspace import Workspace

_STATUS = {"pass": 0, "fail": 3, "inconclusive": 4}
"""Exit status by outcome."""
_WRONG_INPUT = 2
"""Exit status where a gate could not be asked of this log."""
_GATES = "Gates"


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    """How the verdict is written, and where."""

    format: Annotated[
        Literal["table", "csv", "json", "markdown"], named("How the answer is written.", "--format", panel=OUTPUT)
    ] = "table"
    out: Annotated[Path | None, named("Write the verdict to this file: JSON, or Markdown.", panel=OUTPUT)] = None
    junit: Annotated[Path | None, named("Write JUnit XML to this file too.", panel=OUTPUT)] = None

    def __post_init__(self) -> None:
        """Refuse a place that is not there before anything is computed or said."""
        for place in filter(None, (self.out, self.junit)):
            if not place.parent.is_dir():
                raise StoreError(f"{place} could not be written: there is no such folder. Choose another place.")
            check_place(place)

    @property
    def output(self) -> Output:
        """The format and place of rows; a file called .json holds JSON."""
        is_json = self.out is not None and self.out.suffix.lower() == ".json"
        return Output(format="json" if is_json or self.format == "markdown" else self.format, out=self.out)


def check(
    source: GatesSource,
    asked: Asked,
    verdict: _Verdict,
    export: Annotated[
        str | None, typer.Argument(metavar="LOG", help="The log; by default the one that the file names.")
    ] = None,
    candidate: Annotated[
        str | None,
        typer.Argument(
            metavar="CANDIDATE",
            help="The log of the candidate, for gates against what is live; by default as the file says.",
        ),
    ] = None,
    reference: Annotated[
        Text, named("The log that is the reference; by default what the file says.", panel=_GATES)
    ] = None,
    draft: Annotated[
        bool,
        named(
            "Write a first file of gates instead: what this log would have passed last month.", "--draft", panel=_GATES
        ),
    ] = False,
    inconclusive: Annotated[
        Literal["pass", "fail"] | None, named("Count what cannot be decided yet as one of these.", panel=_GATES)
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day by which exceptions end; that of the newest row by default.",
            rich_help_panel=_GATES,
        ),
    ] = None,
) -> None:
    """May it go on: every gate of a file held against a log; exit status 3 a gate failed, 4 it cannot be decided yet."""
    from analytics.present.readings.gates import gates_reading
    from analytics.present.tables.gates import gate_rows, gates_json, gates_markdown
    from analytics.present.weights import counts_rows_part

    if draft:
        engine, question = ask(source, asked)
        return _deliver(written_gates(drafted_gates(engine, question)), verdict.out)
    text = _text_of(Path(source.log))
    file = read_gates(text)
    place = _place(export, file.log, Path(source.log).parent)
    workspace = Workspace()
    engine, question = question_of(workspace, open_log(workspace, replace(source, log=place)), asked)
    other = _reference(workspace, source, file, reference, asked)
    sides = replace(_candidate(workspace, source, file, candidate, question), reference=other)
    last = last_values(workspace, file.name, question.log.log_id)
    answer = gates(engine, question, text, sides=sides, last=last, on=None if on is None else on.date())
    keep_values(workspace, file.name, question.log.log_id, answer.values)
    answer = replace(answer, counts_as=inconclusive)
    typer.echo(gates_reading(answer), err=True)
    if any(gate.about not in ("metric", "calibration") for gate in file.gates):
        _say(counts_rows_part(question.log.mapping.weight, "In gates of missing and new values and of labels"))
    said = {"roles": roles_of(replace(source, log=place), question.log)}
    if verdict.output.format == "json" and verdict.format != "markdown":
        write(gates_json(answer), verdict.output, said)
    elif verdict.format == "markdown":
        _deliver(gates_markdown(answer), verdict.out)
    else:
        write(gate_rows(answer), verdict.output, said)
    _leave(answer, verdict.junit)


def _say(text: str) -> None:
    """Say a text on standard error, where there is one."""
    if text:
        typer.echo(text, err=True)


def _leave(answer: GatesAnswer, junit: Path | None) -> None:
    """Write what a build server reads, and end with the status of the worst outcome."""
    from analytics.present.tables.gates_junit import gates_junit

    if junit is not None:
        write_text(gates_junit(answer), junit)
    outcomes = {result.outcome for result in answer.results}
    status = {
        _STATUS[answer.counts_as if outcome == "inconclusive" and answer.counts_as else outcome]
        for outcome in outcomes
        if outcome
    }
    if _STATUS["fail"] in status:
        raise typer.Exit(_STATUS["fail"])
    if None in outcomes:
        raise typer.Exit(_WRONG_INPUT)
    if status != {0}:
        raise typer.Exit(_STATUS["inconclusive"])


def _text_of(path: Path) -> str:
    """Read a file of gates."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found = error.strerror if isinstance(error, OSError) else "bytes that are no UTF-8"
        raise QuestionError(f"Expected a file of gates at {path}, found: {found}. Check the path.") from error


def _place(log: str | None, named_: str | None, folder: Path) -> str:
    """Return the log that is checked: the one that is named, else that of the file, whose path begins at the file's folder."""
    if log is not None:
        return log
    if named_ is None:
        raise QuestionError(
            'Expected a log, found none. Name it after the file of gates, or in it: log = "export.parquet".'
        )
    beside = folder / named_
    return str(beside) if beside.exists() else named_


def _reference(
    workspace: Workspace, source: Source, file: GatesFile, reference: str | None, asked: Asked
) -> Question | None:
    """Return the reference where it is another log; at the threshold of the command line where one is said."""
    place = reference if reference is not None else file.reference_log
    if place is None:
        return None
    if reference is None:
        place = _place(None, place, Path(source.log).parent)
    found = open_log(workspace, replace(source, log=place, labels=None))
    return question_of(workspace, found, Asked(threshold=asked.threshold))[1]


def _candidate(
    workspace: Workspace, source: Source, file: GatesFile, place: str | None, question: Question
) -> GateSides:
    """Return the candidate that the command line or the file names, whose path begins at the file's folder."""
    said = file.candidate
    if place is not None:
        said = replace(said or Candidate(), log=place, column=None)
    elif said is not None and said.log is not None:
        said = replace(said, log=_place(None, said.log, Path(source.log).parent))

    def found(log: str) -> Log:
        return open_side(workspace, of_candidate(workspace, replace(source, log=log, labels=None)))

    return candidate_side(question, said, found, partial(remapped, workspace))


def _deliver(text: str, out: Path | None) -> None:
    """Write a text where it was asked for."""
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_text(text, out)
