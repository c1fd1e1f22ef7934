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
from concurrent.futures import ThreadPoolExecutor
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
N_FILES = amount(2_000, 100_000) // len(SEEDS)
N_WHOLE_PATH = amount(2, 50)
SECONDS = 10
N_WORKERS = 2


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


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[list[Worker]]:
    made = [Worker(tmp_path) for _ in range(N_WORKERS)]
    yield made
    for worker in made:
        worker.stop()


def files(kind: str, folder: Path, n: int) -> Iterator[Path]:
    rng = random.Random(f"{kind} {os.environ.get('FUZZ_SEED', '0')}")
    others = list(SEEDS.values())
    for place in range(n):
        path = folder / f"{kind}-{place}.{kind}"
        path.write_bytes(mutated(SEEDS[kind], rng, others))
        yield path


def test_every_broken_file_is_read_or_refused_in_words_and_in_time(tmp_path: Path, workers: list[Worker]) -> None:
    outcomes: Counter[tuple[str, str]] = Counter()
    wrong: list[tuple[str, str]] = []

    def work(worker: Worker, kinds: list[str]) -> None:
        for kind in kinds:
            for path in files(kind, tmp_path, N_FILES):
                outcome, detail, seconds = worker.read(path)
                if outcome in ("read", "refused") and seconds > SECONDS:  # once more: the machine may have been busy
                    outcome, detail, seconds = worker.read(path)
                outcomes[kind, outcome] += 1
                is_sentence = (
                    outcome != "refused" or detail.rstrip(")'\"").endswith((".", "?")) or "read to its end" in detail
                )
                if outcome not in ("read", "refused", "died") or seconds > SECONDS or not is_sentence:
                    wrong.append((path.name, f"{outcome} after {seconds:.1f} s: {detail[-700:]}"))
                path.unlink()

    with ThreadPoolExecutor(N_WORKERS) as pool:
        for done in [pool.submit(work, worker, list(SEEDS)[place::N_WORKERS]) for place, worker in enumerate(workers)]:
            done.result()
    assert not wrong, f"{len(wrong)} of {sum(outcomes.values())}: {wrong[:4]}"
    assert sum(outcomes.values()) == N_FILES * len(SEEDS)
    for kind in set(SEEDS) - {"zip"}:
        assert outcomes[kind, "read"] and outcomes[kind, "read"] < N_FILES, (kind, outcomes)
    if IS_THOROUGH:
        print(dict(outcomes), [worker.deaths for worker in workers])  # noqa: T201


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
