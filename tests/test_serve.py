"""The shared server: headers on every answer, known hosts only, a quota, and no start without sign-in where strangers reach it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

import serve
from analytics import settings
from analytics.errors import AnalysisError
from tests.browser.conftest import Server
from tests.protocol import visiting
from tests.serving import shared_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with shared_server(tmp_path_factory.mktemp("home")) as running:
        yield running


def answered(url: str, **headers: str) -> tuple[int, dict[str, str]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as response:
            return response.status, dict(response.headers)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers)


@pytest.mark.parametrize(
    "path", ["/", "/slices", "/_stcore/health", "/static/nothing.js", "/media/nothing", "/../etc/passwd"]
)
def test_every_answer_has_the_headers(server: Server, path: str) -> None:
    status, headers = answered(server.url + path)
    assert status in (200, 400, 404)
    found = {name.lower(): value for name, value in headers.items()}
    assert {name: found.get(name.lower()) for name in serve.HEADERS} == serve.HEADERS


def test_the_policy_lets_no_inline_script_run_but_the_one_of_the_page() -> None:
    script = next(part for part in serve.policy().split("; ") if part.startswith("script-src"))
    assert (
        "'sha256-" in script
        and "unsafe-inline" not in script
        and "unsafe-eval" not in script.replace("'wasm-unsafe-eval'", "")
    )
    assert "default-src 'none'" in serve.policy() and "frame-ancestors 'none'" in serve.policy()


def test_other_hosts_are_refused(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    assert answered(server.url, Host=f"localhost:{port}")[0] == 200
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", ""):
        status, headers = answered(server.url, Host=host)
        assert status == 400 and "Content-Security-Policy".lower() in {name.lower() for name in headers}


def test_the_server_listens_on_loopback_alone(server: Server) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("needs the table of sockets of Linux")
    port = f":{int(server.url.rpartition(':')[2]):04X}"
    sockets = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[1].endswith(port) and line.split()[3] == "0A"
    ]
    assert sockets == [f"0100007F{port}"]


@pytest.mark.parametrize(
    ("environment", "secrets", "word"),
    [
        ({}, {}, None),
        ({"SLICEWISE_HOSTS": "slices.example"}, {}, "sign-in"),
        ({"SLICEWISE_HOSTS": "slices.example"}, {"auth": {}}, None),
        ({"SLICEWISE_HOSTS": "slices.example", "SLICEWISE_ONE_WORKSPACE": "1"}, {}, None),
        ({"SLICEWISE_HOSTS": "slices.example", "SLICEWISE_ONE_WORKSPACE": "yes"}, {}, "sign-in"),
        ({"SLICEWISE_ADDRESS": "0.0.0.0"}, {}, "sign-in"),
        ({"SLICEWISE_HOSTS": "*"}, {"auth": {}}, "Name the hosts"),
    ],
)
def test_strangers_do_not_share_a_workspace_by_accident(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], secrets: dict[str, object], word: str | None
) -> None:
    for name in ("SLICEWISE_HOSTS", "SLICEWISE_ONE_WORKSPACE", "SLICEWISE_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    reason = serve.refusal(secrets)
    assert reason is None if word is None else reason is not None and word in reason


def test_a_server_that_must_not_start_says_why() -> None:
    environment = {**os.environ, "SLICEWISE_HOSTS": "slices.example"}
    done = subprocess.run(
        [sys.executable, "serve.py"],
        cwd=serve.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2 and "Expected a sign-in" in done.stderr


@pytest.mark.parametrize(("setting", "value"), [("SLICEWISE_PORT", "abc"), ("SLICEWISE_UPLOAD_MB", "-1")])
def test_a_bad_setting_is_one_sentence(setting: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "serve.py"],
        cwd=serve.ROOT,
        env={**os.environ, setting: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2 and f"in {setting}" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["70000", "9" * 20, "9" * 5000])
def test_a_setting_beyond_what_it_may_be_is_said(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The port is, and a number that no limit of the system holds; the reader then blamed the file."""
    monkeypatch.setenv(settings.PORT.name, text)
    with pytest.raises(AnalysisError, match=r"from 1 to 65,535 in SLICEWISE_PORT, found"):
        _ = settings.PORT.value
    for setting in settings.SETTINGS:
        monkeypatch.setenv(setting.name, "9" * 20)
        with pytest.raises(AnalysisError, match=f"in {setting.name}"):
            _ = setting.value


def test_pages_of_other_sites_open_no_socket(server: Server) -> None:
    address = server.url.replace("http://", "ws://") + "/_stcore/stream"
    streamlit = [Subprotocol("streamlit")]
    for origin in ("http://evil.example", "null", "http://127.0.0.1.evil.example"):
        with pytest.raises(InvalidStatus), connect(address, subprotocols=streamlit, origin=Origin(origin), proxy=None):
            pass
    with connect(address, subprotocols=streamlit, origin=Origin(server.url), proxy=None):
        pass


def test_the_counts_of_the_server_are_its_own(server: Server) -> None:
    assert answered(f"{server.url}/_stcore/metrics")[0] == 404
    assert answered(f"{server.url}/_stcore/metrics/")[0] == 404


def test_a_visitor_of_the_shared_server_names_no_path(server: Server) -> None:
    with visiting(server.url) as visitor:
        visitor.ask("logs")
        assert "read_path" not in visitor.widgets and any(key.startswith("open_") for key in visitor.widgets)


# The quota


def put(quota: serve.UploadQuota, session: str, pieces: list[bytes], announced: int | None = None) -> int:
    """Upload in pieces and return the status."""
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    scope = {"type": "http", "method": "PUT", "path": f"/_stcore/upload_file/{session}/1", "headers": headers}
    with ThreadPoolExecutor(1) as pool:  # a browser test before may have left a loop running in this thread
        pool.submit(asyncio.run, quota(scope, receive, send)).result()
    return int(sent[0]["status"])


async def takes_all(scope: Scope, receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] == "http.request" and message["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_uploads_beyond_the_quota_are_refused_whatever_the_header_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.UPLOAD_MB.name, "3")
    quota, megabyte = serve.UploadQuota(takes_all), bytes(1 << 20)
    assert put(quota, "a", [megabyte] * 2) == 204
    assert put(quota, "a", [megabyte], announced=1 << 21) == 413
    assert put(quota, "a", [megabyte], announced=10) == 204
    assert put(quota, "a", [b"x"]) == 413
    assert put(quota, "b", [megabyte] * 3, announced=3 << 20) == 204
    assert put(quota, "b", [megabyte] * 90) == 413
    assert quota.used["b"] < 6 << 20, "what follows is not taken in"


def test_only_so_many_sessions_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "MAX_SESSIONS", 5)
    quota = serve.UploadQuota(takes_all)
    assert [put(quota, str(place), [b"x"]) for place in range(9)] == [204] * 9
    assert len(quota.used) == 5
