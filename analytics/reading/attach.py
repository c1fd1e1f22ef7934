"""Labels that come later, attached to a log that is already in the workspace."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.reading import api
from analytics.reading.inbox import check_file


def attach(
    workspace: Workspace,
    log: Log,
    labels: Path,
    *,
    name: str | None = None,
    id_column: str | None = None,
    label_column: str | None = None,
    on_progress: api.OnProgress = api.no_progress,
    should_stop: api.ShouldStop = api.never,
) -> api.Staged | Log:
    """Join labels to a log of the workspace; the result waits for its mapping and becomes a log of its own.

    Parameters
    ----------
    workspace, log : Workspace and Log
        The log; it stays as it is.
    labels, name : Path and str, optional
        The labels file, and what people call it.
    id_column, label_column : str, optional
        The id that joins them, by default that of the log's mapping, and the column that holds the labels.
    on_progress, should_stop : callable
        Told the step and the share of it that is done; asked ten times a second whether to stop.

    Raises
    ------
    InputError
        If the file cannot be read, or shares no id with the log.
    """
    check_file(labels)
    shown = name or labels.name
    known = {other.log_id: other for other in workspace.receipts()}
    with api.scratch_folder(workspace) as folder:
        request = {
            "task": "attach",
            "origin": str(workspace.path(log.key)),
            "reading": asdict(log.reading),
            "mapping": asdict(log.mapping),
            "name": f"{log.name} + {shown}",
            "known": sorted(known),
            "max_bytes": api.max_plain_bytes(labels, workspace.path(log.key)),
            "labels": api.labels_request(labels, shown, id_column or log.mapping.row_id, label_column),
        }
        answer = api.run_child(request, folder, on_progress, should_stop)
        if "known" in answer:
            return known[answer["known"]]
        return api.take_staged(workspace, folder, answer["staged"])
