"""The threshold that logged decisions follow, looked for anew where the roles are not those of the first guess."""

from __future__ import annotations

from dataclasses import replace

from analytics.log import logged, score_form, states
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading
from analytics.log.workspace import Workspace
from analytics.reading import api, protocol


def first_threshold(workspace: Workspace, read: api.Staged | Log, mapping: Mapping) -> float:
    """Return the threshold to begin with under a mapping: the one that its logged decisions follow, else the score's own.

    Raises
    ------
    InputError
        If the rows are gone, or the mapping names a column that does not hold what its role needs.
    """
    return logged.first_threshold(mapping, _reading_with(workspace, read, mapping))


def with_own_threshold(workspace: Workspace, read: api.Staged | Log, mapping: Mapping, before: Mapping) -> Mapping:
    """Return a mapping that came of another, with a threshold of its own where what is decided or how changed.

    A threshold that a person set under the mapping before stays for as long as the score does.

    Raises
    ------
    InputError
        As `first_threshold`.
    """
    if logged.pair_of(mapping) == logged.pair_of(before):
        return mapping
    is_same_score = score_form.is_alike(mapping, before) and mapping.score == before.score
    if is_same_score and mapping.threshold != first_threshold(workspace, read, before):
        return mapping
    return replace(mapping, threshold=first_threshold(workspace, read, mapping))


def _reading_with(workspace: Workspace, read: api.Staged | Log, mapping: Mapping) -> Reading:
    """Return a reading that knows which threshold the decisions of a mapping follow."""
    if logged.is_known(mapping, read.reading):
        return read.reading
    is_log = isinstance(read, Log)
    origin = (
        workspace.path(states.base_of(read))
        if isinstance(read, Log)
        else workspace.staging / read.staged_id / "raw.duckdb"
    )
    request = protocol.Logged(origin=str(origin), is_log=is_log, reading=read.reading, mapping=mapping)
    with workspace.scratch_folder() as folder:
        answer = api.run_child(request, folder, api.no_progress, api.never)
    assert isinstance(answer, protocol.Followed)
    return replace(read.reading, logged_threshold=answer.threshold, logged_pair=logged.pair_of(mapping))
