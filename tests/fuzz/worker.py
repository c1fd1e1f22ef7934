"""Reads one broken file after another in a confined process: ``python -m analytics.reading.confine tests.fuzz.worker``.

A line of standard input names a file and a folder; the answer is one line: ``read``, ``refused``, or ``defect`` with the detail.
The parent starts the process anew where a file ends it.
"""

from __future__ import annotations

import json
import shutil
import sys
import traceback
from pathlib import Path

from analytics.log.layout import CsvOptions
from analytics.reading import protocol, worker
from tests.ingested import Quiet
from tests.one_instance import one_instance


def answer(request: dict[str, str]) -> dict[str, str]:
    folder = Path(request["folder"])
    folder.mkdir()
    job = protocol.Job(
        request=protocol.Read(
            files=(protocol.FileGiven(path=request["path"], name=Path(request["path"]).name),),
            name="x",
            known=(),
            max_bytes=64 << 20,
            csv=CsvOptions(),
            labels=None,
            beside=(),
            before=None,
            created_at="2026-01-01",
        ),
        folder=request["folder"],
        memory_limit="1GB",
    )
    try:
        with one_instance():
            message = worker.answer(protocol.encode(job), Quiet())
    except BaseException:  # noqa: BLE001 - Rust's panics are no Exception
        return {"outcome": "defect", "detail": traceback.format_exc()[-1500:]}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if isinstance(message, protocol.Refusal):
        return {"outcome": "refused", "error": message.error, "code": message.code}
    return {"outcome": "read"}


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
