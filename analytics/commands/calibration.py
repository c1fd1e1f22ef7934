"""``calibration``: bins, ECE, Brier score and its parts, slope and intercept."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from analytics.answers.calibration.answer import calibration as calibration_answer
from analytics.answers.calibration.answer import calibration_slices
from analytics.answers.calibration.scan import calibration_scan
from analytics.commands.asking import ask, columns_of
from analytics.commands.options import Asked, Output, Source
from analytics.commands.roles import roles_of
from analytics.commands.writing import write
from analytics.measure.reliability import Binning

_BINNINGS: dict[str, Binning] = {"equal-mass": "equal_mass", "equal-width": "equal_width", "scores": "scores"}
_EVERY = {"hour": "1h", "day": "1d", "week": "1w", "month": "1mo"}
_NO_PROBABILITY = (
    "The scores are no probabilities: they are judged through an isotonic map that was fitted to these rows, so that on the "
    "whole it is right by construction; only slices and times can be off."
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
    bins: Annotated[
        Literal["equal-mass", "equal-width", "scores"],
        typer.Option(help="How scores are binned, for ECE and the parts of the Brier score too."),
    ] = "equal-mass",
    groups: Annotated[int, typer.Option(min=1, max=200, help="How many bins at most; ECE has as many.")] = 15,
) -> None:
    """Bins, ECE, Brier score and its parts, slope and intercept."""
    from analytics.present.readings import calibration_reading, calibration_slices_reading
    from analytics.present.tables.calibration import calibration_json_rows
    from analytics.present.weights import counts_rows_part, weighted_part

    engine, question = ask(source, asked, by)
    columns = columns_of(by, question.log) if by else []
    every = _EVERY[over] if over else None
    answer = calibration_slices(engine, question, columns, every, binning=_BINNINGS[bins], groups=groups)
    if columns or every:
        reading = calibration_slices_reading(answer)
        reading += "" if question.log.is_probability else f"\n{_NO_PROBABILITY}"
    else:
        whole = calibration_answer(engine, question, binning=_BINNINGS[bins], groups=groups)
        reading = calibration_reading(whole, calibration_scan(engine, question).table)
    typer.echo(reading, err=True)
    if (weight := question.log.mapping.weight) is not None and not (columns or every):
        typer.echo(weighted_part(weight, *answer.table.select("rows", "n", "n_eff").row(0)), err=True)
        typer.echo(counts_rows_part(weight, "Where segments are held against the rest"), err=True)
    rows = calibration_json_rows(answer)
    if output.format == "table":
        rows = [{name: row[name] for name in _IN_TEXT} for row in rows]
    write(rows, output, {"roles": roles_of(source, question.log)})
