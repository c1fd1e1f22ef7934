"""A process on a disk of its own that fills up or turns read-only: what was saved is read, what is not saved is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from analytics.errors import StoreError
from analytics.review.store import ReviewStore
from analytics.review.verdict import Verdict
from tests.review.damages import DAMAGES
from tests.review.writer import NOTE, verdict


def refused(store: ReviewStore) -> str:
    try:
        store.save(verdict(50, note=NOTE), 0)
    except StoreError as error:
        return str(error)
    raise AssertionError("it was saved")


def check(store: ReviewStore, n: int) -> None:
    assert [entry.row_id for entry in store.verdicts("log")] == list(range(n))
    assert [entry.body for entry in store.documents("case")] == [NOTE]


def main(home: Path, how: str, damage: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(home)], check=True)
    store = ReviewStore(home)
    n = 0
    store.save_document("case", "one", NOTE, 0)
    for n in range(5):
        assert isinstance(store.save(verdict(n), 0), Verdict)
    n += 1
    if damage:
        DAMAGES[damage](home)
    if how == "full":
        with (home / "ballast").open("wb", buffering=0) as ballast:
            try:
                while ballast.write(bytes(512)):
                    pass
            except OSError:
                pass
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
    for opened in (store, ReviewStore(home)):
        check(opened, n)
        assert "Make room" in refused(opened) or "SLICEWISE_HOME" in refused(opened)
        check(opened, n)
        assert not damage or any("can be read" in said for said in opened.notices()), opened.notices()
    if how == "full":
        (home / "ballast").unlink()
    else:
        subprocess.run(["mount", "-o", "remount,rw", str(home)], check=True)
    assert isinstance(opened.save(verdict(n), 0), Verdict)
    check(opened, n + 1)
    assert not any("can be read" in said for said in opened.notices())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
