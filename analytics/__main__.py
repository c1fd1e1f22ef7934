"""The command line: the same answers without a browser.

``uv run python -m analytics COMMAND …``; exit status 0 answered, 2 the input or the question is wrong, 3 a gate failed,
4 a gate cannot be decided yet.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from importlib import import_module

import typer

from analytics.commands.options import command

_COMMANDS = (
    "analytics.commands.ingest.ingest",
    "analytics.commands.brief.brief",
    "analytics.commands.overview.overview",
    "analytics.commands.classes.classes",
    "analytics.commands.agreement.agreement",
    "analytics.commands.slices.slices",
    "analytics.commands.discovery.discover",
    "analytics.commands.calibration.calibration",
    "analytics.commands.thresholds.thresholds",
    "analytics.commands.gap.gap",
    "analytics.commands.compare.compare",
    "analytics.commands.labels.labels",
    "analytics.commands.repeats.repeats",
    "analytics.commands.replay.replay",
    "analytics.commands.review.review",
    "analytics.commands.report.report",
    "analytics.commands.gates.check",
    "analytics.commands.watch.watch",
    "analytics.commands.library.app",
)
"""The functions behind the commands, in the order of the help; one that has commands of its own is called as its module."""


def _name(command: str) -> str:
    """Return what a command is called."""
    module, _, function = command.rpartition(".")
    return module.rpartition(".")[2] if function == "app" else function


def _with(commands: Collection[str]) -> typer.Typer:
    """Return the command line with some commands: what others import one need not wait for."""
    found = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
    found.callback()(_nothing)
    for each in commands:
        module, _, function = each.rpartition(".")
        what = getattr(import_module(module), function)
        if isinstance(what, typer.Typer):
            found.add_typer(what, name=_name(each))
        else:
            command(found, what)
    return found


def _nothing() -> None:
    """Do nothing before a command; with it a command line of one command is called by its name."""


if __name__ == "__main__":
    _with([each for each in _COMMANDS if [_name(each)] == sys.argv[1:2]] or _COMMANDS)(prog_name="python -m analytics")
else:
    app = _with(_COMMANDS)
