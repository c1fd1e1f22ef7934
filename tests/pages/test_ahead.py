"""What is computed beside a page: once for all who wait, stopped at its next step, and ahead only while nobody waits."""

from __future__ import annotations

import threading
import time
from unittest.mock import Mock

import pytest

from pages._frame import ahead, session

SECONDS = 20.0


def steps(move: ahead.Move, gone: threading.Event) -> None:
    for number in range(2_000):
        move("Counting", number / 2_000)
        gone.set()
        time.sleep(0.01)


def test_a_work_is_done_once_for_all_who_wait_and_ends_at_the_step_at_which_it_is_stopped() -> None:
    works, gone, asked = ahead._Works(), threading.Event(), []

    def run(move: ahead.Move) -> None:
        asked.append(session.person())
        steps(move, gone)

    first = works.begin("a", run, "ada")
    assert gone.wait(SECONDS)
    assert works.begin("a", run, "ada") is first and first.step == "Counting"
    works.stop("a")
    assert first.ended.wait(SECONDS)
    assert first.done < 1 and first.error is None and asked == ["ada"]


def test_what_goes_wrong_is_handed_to_who_waits() -> None:
    def fail(_: ahead.Move) -> None:
        raise ValueError("no")

    work = ahead._Works().begin("a", fail, "")
    assert work.ended.wait(SECONDS) and str(work.error) == "no"


def test_what_is_computed_ahead_makes_room_for_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead.os, "setpriority", lambda *_: None, raising=False)
    works, is_low, is_high, after = ahead._Works(), threading.Event(), threading.Event(), threading.Event()
    tasks: list[tuple[str, ahead.Run]] = [
        ("low", lambda move: steps(move, is_low)),
        ("after", lambda _: after.set()),
    ]
    works.look("browser", ahead._Next(time.monotonic(), "", tasks))
    assert is_low.wait(SECONDS)
    low, high = works.running["low"], works.begin("high", lambda move: steps(move, is_high), "")
    assert is_high.wait(SECONDS) and low.ended.wait(SECONDS) and low.done < 1
    assert not after.wait(0.3), "nothing is computed ahead while somebody waits"
    works.stop("high")
    assert high.ended.wait(SECONDS) and after.wait(SECONDS)


def test_when_something_is_computed_ahead_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    works, shown = ahead._Works(), Mock()
    shown.exists.return_value = shown.get_instance.return_value.is_active_session.return_value = True
    monkeypatch.setattr(ahead, "runtime", shown)
    monkeypatch.setattr(ahead, "_works", lambda: works)
    monkeypatch.setattr(ahead, "get_script_run_ctx", lambda: Mock(session_id="browser"))
    monkeypatch.setenv("SLICEWISE_AHEAD_SECONDS", "1000")
    monkeypatch.setattr(works, "_look_on", lambda: None)
    now = time.monotonic()
    ahead.look_ahead([("key", lambda _: None)])
    assert 999 < works.ahead["browser"].at - now < 1001 + SECONDS
