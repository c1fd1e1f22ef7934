"""A removed log is gone from the workspace, back with one call for a day, and forgotten afterwards."""

from __future__ import annotations

import os
import time

import pytest

from analytics.errors import QuestionError
from analytics.log import removed
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from tests.ingested import Desk

ROWS = "score,label\n" + "".join(f"0.{k},{k % 2}\n" for k in range(10, 60))


@pytest.fixture
def log(desk: Desk) -> Log:
    return desk.log(ROWS)


def test_a_removed_log_comes_back_as_it_was(desk: Desk, log: Log) -> None:
    before = desk.stored(log)
    removed.put_away(desk.workspace, log.log_id)
    assert Workspace(desk.workspace.home).receipts() == []
    (gone,) = removed.removed_logs(desk.workspace)
    assert gone.log == log and 86_000 < gone.until.timestamp() - time.time() <= 86_400
    removed.restore(desk.workspace, log.log_id)
    assert desk.workspace.receipts() == [log] and desk.stored(log).equals(before)
    assert removed.removed_logs(desk.workspace) == []


def test_after_a_day_or_for_good_it_is_gone(desk: Desk, log: Log) -> None:
    removed.put_away(desk.workspace, log.log_id)
    folder = desk.workspace.removed / log.log_id
    os.utime(folder, (time.time() - 86_500,) * 2)
    assert removed.removed_logs(desk.workspace) == [] and not folder.exists()
    with pytest.raises(QuestionError, match="within a day"):
        removed.restore(desk.workspace, log.log_id)
    again = desk.log(ROWS)
    removed.put_away(desk.workspace, again.log_id)
    removed.forget(desk.workspace, again.log_id)
    assert not folder.exists()


def test_one_that_was_uploaded_again_is_not_brought_back_over_it(desk: Desk, log: Log) -> None:
    removed.put_away(desk.workspace, log.log_id)
    assert desk.log(ROWS).log_id == log.log_id
    assert removed.removed_logs(desk.workspace) == []
    for wrong in (log.log_id, "../logs", ""):
        with pytest.raises(QuestionError):
            removed.restore(desk.workspace, wrong)
    removed.forget(desk.workspace, "../logs")
    assert len(desk.workspace.receipts()) == 1


def test_removing_twice_names_what_is_there(desk: Desk, log: Log) -> None:
    removed.put_away(desk.workspace, log.log_id)
    with pytest.raises(QuestionError, match="id of one log"):
        removed.put_away(desk.workspace, log.log_id)
