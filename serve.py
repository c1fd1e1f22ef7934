"""A shared server: the app behind sign-in, with security headers, allowed hosts and a quota for uploads.

``uv run python serve.py``; on one's own machine ``streamlit run app.py`` is enough.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import re
import sys
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from analytics import settings
from analytics.errors import AnalysisError
from analytics.reading import inbox
from pages._frame import keyboard, steps
from pages._frame.imports import import_shared
from pages._frame.measuring import measuring_script

ROOT = Path(__file__).parent
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/[^/]+$")
MAX_SESSIONS = 10_000
MB = 1 << 20
logger = logging.getLogger("slicewise")


def digests(page: str) -> list[str]:
    """Return the digests of the scripts that stand inside a page, as a content security policy names them."""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]


def policy() -> str:
    """Return the content security policy: scripts of this server alone, nothing from outside, no frames around it.

    Streamlit writes its styles into the page and runs WebAssembly; sheets and figures draw from ``blob:`` and ``data:``.
    """
    index = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    measures = [f"'{digest}'"] if (digest := measuring_script()) else []
    scripts = " ".join([*digests(index), *digests(keyboard.HTML), *digests(steps.HTML), *measures])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'wasm-unsafe-eval' {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self' blob:",
            "media-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Strict-Transport-Security": "max-age=31536000",
}
"""On every answer; browsers heed the last one only where the proxy speaks HTTPS."""


class SecurityHeaders:
    """Adds `HEADERS` to every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Doors:
    """Closes what no visitor needs: sockets opened by pages of other sites, and the counts that the server keeps of itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what may be asked."""
        if scope["type"] == "websocket" and not is_own_origin(dict(scope["headers"])):
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and scope["path"].rstrip("/").endswith("/_stcore/metrics"):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def is_own_origin(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a socket is opened by a page of this server: browsers say from where, and pages of others have another host."""
    origin = headers.get(b"origin")
    if origin is None:
        return True
    found = urlsplit(origin.decode("latin-1"))
    own = f"//{headers.get(b'host', b'').decode('latin-1')}"
    names = {name.strip("[]") for name in hosts()}
    return found.hostname in names and found.hostname == urlsplit(own).hostname


class UploadQuota:
    """Refuses what a session uploads beyond its quota, by the bytes that arrive and not by what a header says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.used: OrderedDict[str, int] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count an upload while it arrives."""
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] == "PUT" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        session, quota = found["session"], settings.UPLOAD_MB.value * MB
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        is_beyond = self.used.get(session, 0) + int(announced if announced.isdigit() else 0) > quota

        async def counted() -> Message:
            nonlocal is_beyond
            message = await receive()
            if message["type"] == "http.request":
                self.used[session] = self.used.pop(session, 0) + len(message.get("body", b""))
                is_beyond = self.used[session] > quota
                while len(self.used) > MAX_SESSIONS:
                    self.used.popitem(last=False)
            return {"type": "http.disconnect"} if is_beyond else message

        async def send_unless_beyond(message: Message) -> None:
            if not is_beyond:
                await send(message)

        if not is_beyond:
            await self.app(scope, counted, send_unless_beyond)
        if is_beyond:
            sentence = f"Expected at most {settings.UPLOAD_MB.value:,} MB of uploads in one session. Open a new one."
            await PlainTextResponse(sentence, 413)(scope, receive, send)


def hosts() -> list[str]:
    """Return the names that the server answers to: those of this machine, and those that are set."""
    given = [name.strip() for name in os.environ.get("SLICEWISE_HOSTS", "").split(",") if name.strip()]
    return [*LOOPBACK, *given]


def address() -> str:
    """Return the address that the server binds."""
    return os.environ.get("SLICEWISE_ADDRESS") or "127.0.0.1"


def has_sign_in(secrets: Mapping[str, Any]) -> bool:
    """Whether a provider is configured."""
    return "auth" in secrets


def refusal(secrets: Mapping[str, Any]) -> str | None:
    """Return why the server must not start: strangers would share one workspace that nobody meant to share."""
    is_open = os.environ.get("SLICEWISE_ONE_WORKSPACE") == "1"
    if "*" in hosts():
        return "Expected the names of this server in SLICEWISE_HOSTS, found *. Name the hosts that it answers to."
    is_reached = len(hosts()) > len(LOOPBACK) or address() not in LOOPBACK
    if is_reached and not has_sign_in(secrets) and not is_open:
        return (
            "Expected a sign-in for a server that others reach: [auth] in .streamlit/secrets.toml, found none. "
            "Configure it, or set SLICEWISE_ONE_WORKSPACE=1 where everybody is meant to share one workspace."
        )
    return None


def secrets_of_server() -> Mapping[str, Any]:
    """Return the secrets that are configured; none where there is no file."""
    return st.secrets if st.secrets.load_if_toml_exists() else {}


app = st.App(
    ROOT / "app.py",
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts(), www_redirect=False),
        Middleware(Doors),
        Middleware(UploadQuota),
    ],
)


def main() -> int:
    """Serve until stopped."""
    reason = refusal(secrets_of_server())
    if reason:
        logger.error(reason)
        return 2
    try:
        port = settings.PORT.value
        for setting in settings.SETTINGS:
            _ = setting.value
    except AnalysisError as error:
        logger.error(str(error))
        return 2
    inbox.close_paths()
    import_shared("sklearn.ensemble", "sklearn.model_selection")
    app.run(config={"server.allowedHosts": hosts(), "server.address": address(), "server.port": port})
    return 0


if __name__ == "__main__":
    sys.exit(main())
