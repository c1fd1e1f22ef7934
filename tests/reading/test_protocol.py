"""Messages between the app and the reading process come back as they were sent; what one side alone knows is refused."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, get_args

import pytest

from analytics.errors import InputError
from analytics.log.column import Column
from analytics.log.layout import CsvOptions
from analytics.log.mapping import Mapping
from analytics.log.origin import FileRead, Origin
from analytics.log.receipt import LabelCounts, LineCounts, SetAside
from analytics.log.schema import Log, Reading
from analytics.log.workspace import Workspace
from analytics.reading import process, protocol, worker
from tests.ingested import Quiet

FILE = protocol.FileGiven(path="/logs/a\udcff.csv", name="a.csv")
LABELS = protocol.LabelsGiven(files=(FILE,), id_column="id", label_column=None)
READING = Reading(
    content_hash="0" * 64,
    source="a.csv",
    file_format="csv",
    rows_read=3,
    rows_kept=2,
    columns=(Column(0, "score", "DOUBLE", "number", top=(("0.5", 1), ("ü", 1)), low="0.1", high="0.5"),),
    set_aside=(SetAside("too long", 1),),
    repairs=("one",),
    logged_threshold=0.1 + 0.2,
    logged_pair="0" * 8,
    lines=LineCounts(1, 0, 0, 2, 1, 4),
    labels=LabelCounts("labels.csv", "id", None, None, "label"),
    origin=Origin((FileRead("a.csv", "csv", 3, 2),), ("differs",), (), None, ("Sheet",), CsvOptions(delimiter=";")),
)
MAPPING = Mapping(score="score", positive=("1",), segments=("a", "b"), threshold=2, merges=(("a", "x", "y"),))

REQUESTS: tuple[protocol.Request, ...] = (
    protocol.Read(
        files=(FILE,),
        name="a",
        known=("0" * 12,),
        max_bytes=9,
        csv=CsvOptions(),
        labels=LABELS,
        beside=("_SUCCESS",),
        before=protocol.Before(log="{}", path="/y"),
        created_at="2026-01-01",
    ),
    protocol.Attach(origin="/x", reading=READING, mapping=MAPPING, name="a", known=(), max_bytes=9, labels=LABELS),
    protocol.Copy(files=(FILE, FILE), max_bytes=9, csv=CsvOptions(quote="")),
    protocol.Preview(file=FILE, max_bytes=9, csv=CsvOptions(header_lines=2)),
    protocol.Build(
        origin="/x",
        is_log=True,
        reading=READING,
        mapping=MAPPING,
        name="a",
        created_at="2026-01-01",
        bins={},
        over="{}",
    ),
    protocol.Logged(origin="/x", is_log=False, reading=READING, mapping=MAPPING),
)
REPLIES: tuple[protocol.Reply, ...] = (
    protocol.Progress(step="Reading rows", done=0.5),
    protocol.Refusal(error="No.", code="input"),
    protocol.Known(log_id="0" * 12),
    protocol.Waiting(digest="0" * 12),
    protocol.Copied(path="/x/copy.csv"),
    protocol.Head(names=("a",), rows=(("1",), (None,)), lines=LineCounts(1, 0, 0, 2, 0, 3), repairs=()),
    protocol.Built(log="{}"),
    protocol.Followed(threshold=0.1 + 0.2),
)


def job(request: protocol.Request) -> protocol.Job:
    return protocol.Job(request=request, folder="/scratch", memory_limit="600MB")


def test_every_kind_of_message_is_tried_and_every_request_has_a_task() -> None:
    assert {type(request) for request in REQUESTS} == set(get_args(protocol.Request)) == set(worker.TASKS)
    assert {type(reply) for reply in REPLIES} == set(get_args(protocol.Reply))


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
def test_a_job_comes_back_as_it_was_sent(request_: protocol.Request) -> None:
    line = protocol.encode(job(request_))
    assert line.isascii() and line.endswith("\n") and line.count("\n") == 1
    assert protocol.decode_job(line) == job(request_)


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: type(reply).__name__)
def test_a_reply_comes_back_as_it_was_sent(reply: protocol.Reply) -> None:
    assert protocol.decode_reply(protocol.encode(reply)) == reply


@pytest.mark.parametrize("threshold", [1, 1.0, 0.1 + 0.2, 5e-324])
def test_a_mapping_has_the_same_digest_on_both_sides(threshold: float) -> None:
    mapping = replace(MAPPING, threshold=threshold)
    sent = protocol.Build(
        origin="", is_log=False, reading=READING, mapping=mapping, name="", created_at="", bins={}, over=None
    )
    found = protocol.decode_job(protocol.encode(job(sent))).request
    assert isinstance(found, protocol.Build) and found.mapping.digest() == mapping.digest()


def places(value: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every object in a plain message, by the way to it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [way for name, part in inside for way in places(part, (*place, name))]
    return [place, *found] if isinstance(value, dict) else found


def at(message: Any, place: tuple[str | int, ...]) -> dict[str, Any]:
    for name in place:
        message = message[name]
    assert isinstance(message, dict)
    return message


def is_refused(message: Any) -> bool:
    with pytest.raises(InputError, match=r"message between the app and its reader.*Start Slicewise anew") as caught:
        (protocol.decode_job if "request" in str(message)[:12] else protocol.decode_reply)(json.dumps(message))
    return caught.value.code == "reader-unread"


@pytest.mark.parametrize("message", [*map(job, REQUESTS), *REPLIES], ids=lambda message: type(message).__name__)
def test_a_field_too_many_or_too_few_is_refused_wherever_it_is(message: protocol.Job | protocol.Reply) -> None:
    line = protocol.encode(message)
    ways = places(json.loads(line))
    assert ways
    for place in ways:
        longer = json.loads(line)
        at(longer, place)["something"] = None
        assert is_refused(longer)
        for name in at(longer, place).keys() - {"something"}:
            shorter = json.loads(line)
            del at(shorter, place)[name]
            assert is_refused(shorter), (place, name)


@pytest.mark.parametrize(
    "line", ["", "no JSON", "[]", "null", "{}", '{"reply": "other"}', '{"reply": "progress", "done": 1}']
)
def test_what_is_no_reply_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="Expected a message between") as caught:
        protocol.decode_reply(line)
    assert caught.value.code == "reader-unread"


def test_the_reader_answers_a_job_that_it_does_not_understand() -> None:
    answer = worker.answer('{"task": "read", "folder": "/x"}\n', Quiet())
    assert isinstance(answer, protocol.Refusal) and answer.code == "reader-unread"


def test_the_app_says_what_it_does_not_understand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MODULE", "tests.reading.stranger")
    folder = tmp_path / "own"
    folder.mkdir()
    with pytest.raises(InputError, match="contains unknown field `colour`") as caught:
        process.run_child(REQUESTS[0], folder, lambda *_: None, lambda: False)
    assert caught.value.code == "reader-unread"


STORED = (Path(__file__).parent / "stored_log.json").read_text(encoding="utf-8")
"""A receipt as the version before wrote it."""


def without_new_fields(written: Any, stored: Any) -> Any:
    """What was written without fields that the version before did not have, which are empty, or a scale of 1."""
    if isinstance(written, dict) and isinstance(stored, dict):
        assert all(written[name] in (None, [], "", False, 1.0) for name in written.keys() - stored.keys())
        return {name: without_new_fields(value, stored[name]) for name, value in written.items() if name in stored}
    if isinstance(written, list) and isinstance(stored, list) and len(written) == len(stored):
        return [without_new_fields(*pair) for pair in zip(written, stored, strict=True)]
    return written


def test_a_receipt_of_the_version_before_opens_and_is_written_unchanged(tmp_path: Path) -> None:
    workspace, key = Workspace(tmp_path), "652102098813-029ec166"
    (workspace.logs / f"{key}.json").write_text(STORED, encoding="utf-8")
    (workspace.logs / f"{key}.duckdb").touch()
    (log,) = workspace.receipts()
    assert log.key == key
    stored = json.loads(STORED)
    assert without_new_fields(json.loads(log.to_json()), stored) == stored


def test_the_receipt_of_a_log_crosses_as_it_is_stored() -> None:
    log = Log.from_json(STORED)
    sent = protocol.Build(
        origin="", is_log=True, reading=log.reading, mapping=log.mapping, name="", created_at="", bins={}, over=None
    )
    found = protocol.decode_job(protocol.encode(job(sent))).request
    assert isinstance(found, protocol.Build)
    assert json.dumps(asdict(found.reading)) == json.dumps(asdict(log.reading))
    assert json.dumps(asdict(found.mapping)) == json.dumps(asdict(log.mapping))
