"""The command line: the same answers without a browser.

``uv run python -m analytics COMMAND …``; exit status 0 answered, 2 the input or the question is wrong, 3 a gate failed,
4 a gate cannot be decided yet.
"""

from __future__ import annotations

import typer

from analytics.commands.agreement import agreement
from analytics.commands.brief import brief
from analytics.commands.calibration import calibration
from analytics.commands.classes import classes
from analytics.commands.compare import compare
from analytics.commands.discovery import discover
from analytics.commands.gap import gap
from analytics.commands.gates import check
from analytics.commands.ingest import ingest
from analytics.commands.labels import labels
from analytics.commands.library import app as library
from analytics.commands.options import command
from analytics.commands.overview import overview
from analytics.commands.repeats import repeats
from analytics.commands.replay import replay
from analytics.commands.report import report
from analytics.commands.review import review
from analytics.commands.slices import slices
from analytics.commands.thresholds import thresholds
from analytics.commands.watch import watch

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
for function in (
    ingest,
    brief,
    overview,
    classes,
    agreement,
    slices,
    discover,
    calibration,
    thresholds,
    gap,
    compare,
    labels,
    repeats,
    replay,
    review,
    report,
    check,
    watch,
):
    command(app, function)
app.add_typer(library, name="library")

if __name__ == "__main__":
    app(prog_name="python -m analytics")
