"""Broken files of all formats: each is read or refused in words, in time, and the server never notices."""

from __future__ import annotations

import json
import os
import queue
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.reading import api
from analytics.reading import process as reading_process
from analytics.reading.api import Staged
from tests.fuzz.formats import mutated, seeds
from tests.ingested import Desk
from tests.thorough import IS_THOROUGH, amount

SEEDS = seeds()
N_FILES = amount(400, 100_000) // len(SEEDS)
N_WHOLE_PATH = amount(1, 50)
SECONDS = 10


class Worker:
    """A confined process that reads files; it is started anew where one ends it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deaths = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(reading_process.ROOT),
            "PYTHONWARNINGS": "ignore",
            "TMPDIR": str(self.folder),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "analytics.reading.confine", "tests.fuzz.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            env=environment,
            cwd=reading_process.ROOT,
        )
        return self.process

    def read(self, path: Path) -> tuple[str, str, float]:
        """Return the outcome, its detail, and the seconds that it took."""
        process = self.process or self.start()
        assert process.stdin is not None and process.stdout is not None
        start = time.monotonic()
        line: queue.Queue[str] = queue.Queue()
        process.stdin.write(json.dumps({"path": str(path), "folder": str(path.with_suffix(".d"))}) + "\n")
        process.stdin.flush()
        threading.Thread(target=lambda stream: line.put(stream.readline()), args=(process.stdout,), daemon=True).start()
        try:
            text = line.get(timeout=3 * SECONDS)
        except queue.Empty:
            self.stop()
            return "late", path.name, time.monotonic() - start
        if not text:
            self.stop()
            self.deaths += 1
            return "died", path.name, time.monotonic() - start
        answer = json.loads(text)
        if answer.get("code") == "reader-memory":  # of many files together: the next one begins afresh
            self.stop()
        return answer["outcome"], answer.get("error", answer.get("detail", "")), time.monotonic() - start

    def stop(self) -> None:
        if self.process is not None:
            reading_process.end(self.process)
            self.process.communicate()
            self.process = None


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    made = Worker(tmp_path_factory.mktemp("reader"))
    yield made
    made.stop()


def files(kind: str, folder: Path, n: int) -> Iterator[Path]:
    rng = random.Random(f"{kind} {os.environ.get('FUZZ_SEED', '0')}")
    others = list(SEEDS.values())
    for place in range(n):
        path = folder / f"{kind}-{place}.{kind}"
        path.write_bytes(mutated(SEEDS[kind], rng, others))
        yield path


@pytest.mark.parametrize("kind", SEEDS)
def test_every_broken_file_is_read_or_refused_in_words_and_in_time(worker: Worker, kind: str) -> None:
    whole = worker.folder / f"{kind}.{kind}"
    whole.write_bytes(SEEDS[kind])
    assert worker.read(whole)[0] == "read", "the file before it is broken"
    outcomes: Counter[str] = Counter()
    wrong: list[tuple[str, str]] = []
    for path in files(kind, worker.folder, N_FILES):
        outcome, detail, seconds = worker.read(path)
        if outcome in ("read", "refused") and seconds > SECONDS:  # once more: the machine may have been busy
            outcome, detail, seconds = worker.read(path)
        outcomes[outcome] += 1
        is_sentence = outcome != "refused" or detail.rstrip(")'\"").endswith((".", "?")) or "read to its end" in detail
        if outcome not in ("read", "refused", "died") or seconds > SECONDS or not is_sentence:
            wrong.append((path.name, f"{outcome} after {seconds:.1f} s: {detail[-700:]}"))
        path.unlink()
    assert not wrong, f"{len(wrong)} of {outcomes.total()}: {wrong[:4]}"
    assert outcomes.total() == N_FILES
    assert outcomes["read"] < N_FILES, outcomes
    if IS_THOROUGH:
        print(kind, dict(outcomes), worker.deaths)  # noqa: T201


@pytest.mark.parametrize("kind", SEEDS)
def test_some_go_the_whole_way(desk: Desk, tmp_path: Path, kind: str) -> None:
    for path in files(kind, tmp_path, N_WHOLE_PATH):
        start = time.monotonic()
        try:
            assert isinstance(api.read_file(desk.workspace, path), Staged)
        except InputError as error:
            assert str(error) and error.code
        assert time.monotonic() - start < SECONDS
        assert not any(desk.workspace.scratch.iterdir())
