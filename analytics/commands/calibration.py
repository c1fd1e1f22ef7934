"""``calibration``: bins, ECE, Brier score and its parts, slope and intercept."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from analytics.answers.calibration.answer import calibration as calibration_answer
from analytics.answers.calibration.answer import calibration_slices
from analytics.answers.calibration.classes import class_calibration, has_class_scores
from analytics.answers.calibration.numbers import numbers
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.calibration.since import calibration_since, settled_part
from analytics.answers.calibration.time import turned
from analytics.answers.question import Question
from analytics.commands.asking import ask, columns_of
from analytics.commands.options import Asked, Output, Source
from analytics.commands.roles import roles_of
from analytics.commands.writing import say, write
from analytics.errors import QuestionError
from analytics.measure.reliability import Binning
from analytics.query.engine import Engine

_BINNINGS: dict[str, Binning] = {"equal-mass": "equal_mass", "equal-width": "equal_width", "scores": "scores"}
_EVERY = {"hour": "1h", "day": "1d", "week": "1w", "month": "1mo"}
_NO_PROBABILITY = (
    "The scores are no probabilities: they are judged through an isotonic map that was fitted to these rows, so that on the "
    "whole it is right by construction; only slices and times can be off."
)
_OF_CLASSES = (
    "class",
    "n",
    "n_pos",
    "mean_score",
    "observed",
    "difference",
    "difference_low",
    "difference_high",
    "p_adjusted",
    "ece",
    "ece_low",
    "ece_high",
    "ece_chance_high",
)
_IN_TEXT = (
    "slice",
    "n",
    "mean_score",
    "observed",
    "difference",
    "difference_low",
    "difference_high",
    "p_adjusted",
    "ece",
    "ece_chance_high",
    "brier",
    "slope",
    "slope_p_adjusted",
    "intercept",
)


def calibration(
    source: Source,
    asked: Asked,
    output: Output,
    by: Annotated[str | None, typer.Option(help="One or two segment columns, separated by a comma.")] = None,
    over: Annotated[
        Literal["hour", "day", "week", "month"] | None, typer.Option(help="One object per bucket of time instead.")
    ] = None,
    of_classes: Annotated[
        bool,
        typer.Option("--classes", help="One object per class instead: its score against how often it is the class."),
    ] = False,
    bins: Annotated[
        Literal["equal-mass", "equal-width", "scores"],
        typer.Option(help="How scores are binned, for ECE and the parts of the Brier score too."),
    ] = "equal-mass",
    groups: Annotated[int, typer.Option(min=1, max=200, help="How many bins at most; ECE has as many.")] = 15,
) -> None:
    """Bins, ECE, Brier score and its parts, slope and intercept."""
    from analytics.present.readings import calibration_reading, calibration_slices_reading, numbers_reading
    from analytics.present.tables.calibration import calibration_json_rows
    from analytics.present.weights import weighted_part

    engine, question = ask(source, asked, by)
    if question.log.mapping.kind == "numbers" and not question.log.mapping.has_score:
        if by or over:
            raise QuestionError("Expected neither --by nor --over for numbers, found one. Filter with --where instead.")
        found = numbers(engine, question, groups)
        typer.echo(numbers_reading(found), err=True)
        write(found.bins.to_dicts(), output, {"roles": roles_of(source, question.log)})
        return
    if of_classes:
        if by or over:
            raise QuestionError(
                "Expected neither --by nor --over beside --classes, found one. Filter with --where instead."
            )
        _write_classes(engine, question, source, output, _BINNINGS[bins], groups)
        return
    columns, since = columns_of(by, question.log) if by else [], None
    every = _EVERY[over] if over else None
    answer = calibration_slices(engine, question, columns, every, binning=_BINNINGS[bins], groups=groups)
    if columns or every:
        reading = calibration_slices_reading(answer)
        reading += "" if question.log.is_probability else f"\n{_NO_PROBABILITY}"
    else:
        whole = calibration_answer(engine, question, binning=_BINNINGS[bins], groups=groups)
        since = calibration_since(engine, question, binning=_BINNINGS[bins], groups=groups)
        scan, turn = calibration_scan(engine, question).table, turned(engine, question)
        reading = calibration_reading(whole, scan, turn, since)
    say(engine, reading, *([] if columns or every else [question]))
    if (weight := question.log.mapping.weight) is not None and not (columns or every):
        typer.echo(weighted_part(weight, *answer.table.select("rows", "n", "n_eff").row(0)), err=True)
    if question.log.mapping.kind == "classes" and has_class_scores(question) and not (columns or every):
        typer.echo("Of each class against the rest: --classes.", err=True)
    rows = calibration_json_rows(answer)
    if output.format == "table":
        rows = [{name: row[name] for name in _IN_TEXT} for row in rows]
    roles = {"roles": roles_of(source, question.log)}
    part = None if since is None or output.format != "json" else settled_part(engine, question)
    if part is None:
        write(rows, output, roles)
        return
    of_part = calibration_slices(engine, part[1], [], None, binning=_BINNINGS[bins], groups=groups)
    now = {"from": part[0].isoformat(), **calibration_json_rows(of_part)[0]}
    write({"since": now, "rows": rows}, output, roles)


def _write_classes(
    engine: Engine, question: Question, source: Source, output: Output, binning: Binning, groups: int
) -> None:
    """Write the calibration of each class against the rest."""
    from analytics.present.readings import class_calibration_reading
    from analytics.present.tables.calibration import class_json_rows
    from analytics.present.weights import weighted_part

    answer = class_calibration(engine, question, binning=binning, groups=groups)
    typer.echo(class_calibration_reading(answer), err=True)
    if (weight := question.log.mapping.weight) is not None:
        n_rows, n_weighted = answer.table.select("rows", "n").row(0)
        typer.echo(weighted_part(weight, n_rows, n_weighted, None), err=True)
    rows = class_json_rows(answer)
    if output.format == "table":
        rows = [{name: row[name] for name in _OF_CLASSES} for row in rows]
    write(rows, output, {"roles": roles_of(source, question.log)})
