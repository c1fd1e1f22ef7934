"""``classes``: which class is taken for which, and how well each is found."""

from __future__ import annotations

from typing import Any

import typer

from analytics.answers.classes import classes as classes_answer
from analytics.commands.asking import ask
from analytics.commands.options import Asked, Output, Source
from analytics.commands.roles import roles_of
from analytics.commands.writing import finite, write


def classes(source: Source, asked: Asked, output: Output) -> None:
    """Which class is taken for which, and how well each is found."""
    from analytics.present.readings import classes_reading

    engine, question = ask(source, asked)
    answer = classes_answer(engine, question)
    typer.echo(classes_reading(answer), err=True)
    rows = [_plain(row) for row in answer.table.iter_rows(named=True)]
    roles = {"roles": roles_of(source, question.log)}
    if output.format != "json":
        write(rows, output, roles)
        return
    averages = {row.pop("average"): _plain(row) for row in answer.averages.iter_rows(named=True)}
    matrix = [_plain(row) for row in answer.pairs.iter_rows(named=True)]
    accuracy = averages["micro"]["recall"]
    said = {"n": answer.n, "accuracy": accuracy, "classes": rows, "averages": averages, "matrix": matrix}
    if answer.weight is not None:
        said |= {"n_weighted": answer.n_weighted, "n_eff": answer.n_eff}
    if answer.unit is not None:
        said["design_effect"] = answer.design_effect
    write(said, output, roles)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: finite(value) for name, value in row.items()}
