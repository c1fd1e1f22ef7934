"""The log of a command that judges nobody: it needs neither a score nor a label."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from analytics.commands.asking import kept, open_log
from analytics.commands.given import read_path
from analytics.commands.options import Source
from analytics.commands.roles import said_roles
from analytics.log import roles
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.reading.inbox import is_there


def open_unjudged(workspace: Workspace, source: Source, answered: str | None) -> Log:
    """Return the log; where it has no score, no decision and no rule, what a column holds is read as the decision.

    Where nothing is named as ``answered`` it is the first column.
    """
    if not is_there(Path(source.log)):
        return open_log(workspace, source)
    read = read_path(workspace, source)
    guess = roles.guess(read.reading, said_roles(source, read.reading)).mapping
    if guess.score is None and guess.decision is None and guess.right is None:
        source = replace(source, decision=answered or read.reading.names[0])
    return kept(workspace, read, source, is_current=False, asks=False)
