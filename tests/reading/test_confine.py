"""The reading process has limits, no network and no heirs; whatever becomes of it, one sentence is all that others notice."""

from __future__ import annotations

import json
import logging
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from analytics import settings
from analytics.errors import AnalysisError, InputError
from analytics.log.layout import CsvOptions
from analytics.reading import process, protocol

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and name spaces of Linux")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(process, "MODULE", "tests.probes")
    made = tmp_path / "scratch" / "own"
    made.mkdir(parents=True, mode=0o700)
    return made


def probe(name: str, folder: Path) -> Any:
    request = protocol.Copy(files=(protocol.FileGiven(path="", name=name),), max_bytes=0, csv=CsvOptions())
    answer = process.run_child(request, folder, lambda *_: None, lambda: False)
    assert isinstance(answer, protocol.Copied)
    return json.loads(answer.path)


@pytest.mark.parametrize(
    ("name", "setting", "value", "code", "sentence"),
    [
        ("memory", settings.READER_MEMORY_MB, 600, "reader-memory", "more than the 600 MB of memory"),
        ("engine_memory", settings.READER_MEMORY_MB, 600, "reader-memory", "more than the 600 MB of memory"),
        ("processor_time", settings.READER_CPU_SECONDS, 1, "reader-cpu", "more than 1 seconds of processor time"),
        ("wall_time", settings.READER_WALL_SECONDS, 1, "reader-time", "longer than 1 seconds"),
        ("file_size", settings.READER_FILE_MB, 8, "disk-full", "SLICEWISE_READER_FILE_MB"),
        ("engine_file_size", settings.READER_FILE_MB, 8, "disk-full", "SLICEWISE_READER_FILE_MB"),
        ("open_files", settings.READER_FILES, 64, "reader-unread", "Too many open files"),
    ],
)
def test_a_task_that_exceeds_a_limit_is_ended_with_a_sentence(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    setting: settings.Setting,
    value: int,
    code: str,
    sentence: str,
) -> None:
    monkeypatch.setenv(setting.name, str(value))
    start = time.monotonic()
    with pytest.raises(InputError, match=sentence) as caught:
        probe(name, folder)
    assert caught.value.code == code
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("name", "how"), [("segmentation_fault", "SIGSEGV"), ("abort", "SIGABRT"), ("defect", "status 1")]
)
def test_a_crash_is_one_sentence_and_its_detail_goes_to_the_log(
    folder: Path, caplog: pytest.LogCaptureFixture, name: str, how: str
) -> None:
    with caplog.at_level(logging.ERROR, "slicewise"), pytest.raises(InputError, match=how) as caught:
        probe(name, folder)
    assert caught.value.code == "reader-crashed"
    number = str(caught.value).split("number ")[1][:8]
    assert number in caplog.text
    assert ("a detail for the log" in caplog.text) == (name == "defect")
    assert not list(folder.parent.glob("**/core*"))


def test_no_core_is_dumped(folder: Path) -> None:
    assert probe("core_dumps", folder) == [0, 0]


def test_python_refuses_to_call_out_and_to_start_programs(folder: Path) -> None:
    for name in ("call_out", "start_program"):
        with pytest.raises(InputError, match="not allowed while a file is read"):
            probe(name, folder)


def test_the_kernel_gives_no_connection(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("PROBE_PORT", str(listener.getsockname()[1]))
        found = probe("kernel_network", folder)
    if found["interfaces"] != ["lo"]:
        pytest.skip("this kernel gives no network of its own: only Python refuses here")
    assert not found["connected"]


def test_what_the_process_started_ends_with_it(folder: Path) -> None:
    pid = probe("leave_process", folder)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and is_running(pid):
        time.sleep(0.05)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_temporary_files_are_private(folder: Path) -> None:
    assert probe("place_for_files", folder) == {"folder": str(folder), "mode": 0o600, "made": 0o077}


def test_a_setting_that_is_no_number_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("much", "0", "-1", "1.5", "٣"):
        monkeypatch.setenv(settings.READER_MEMORY_MB.name, wrong)
        with pytest.raises(AnalysisError, match="whole number above zero"):
            settings.READER_MEMORY_MB.value  # noqa: B018
    monkeypatch.setenv(settings.READER_MEMORY_MB.name, " ")
    assert settings.READER_MEMORY_MB.value == settings.READER_MEMORY_MB.default
