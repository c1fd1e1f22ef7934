"""Signing in for real: an OpenID Connect provider on loopback, the shared server, two people in two browsers."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
import urllib.parse
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SECONDS, SIZE, Server, free_port, open_page
from tests.serving import shared_server

pytestmark = pytest.mark.browser
CLIENT, PASSWORD = "slicewise", "known-to-both"
LOG = "score,label,region\n" + "".join(f"0.{place % 9 + 1},{place % 2},north\n" for place in range(60))


class Provider(ThreadingHTTPServer):
    """Signs in whoever ``person`` says, without asking for a password."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.person = ""
        self.key = RSAKey.generate_key(2048, {"kid": "only", "use": "sig", "alg": "RS256"})
        self.asked: dict[str, tuple[str, str]] = {}

    def token(self, code: str) -> dict[str, Any]:
        person, nonce = self.asked.pop(code)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": person,
            "email": f"{person}@example.org",
            "nonce": nonce,
            "iat": now,
            "exp": now + 600,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "only"}, claims, self.key)
        return {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 600, "id_token": signed}


class Answers(BaseHTTPRequestHandler):
    """The four addresses of a provider."""

    server: Provider

    def do_GET(self) -> None:
        url, provider = urllib.parse.urlparse(self.path), self.server
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        if url.path == "/.well-known/openid-configuration":
            self.say(
                {
                    "issuer": provider.url,
                    "authorization_endpoint": f"{provider.url}/authorize",
                    "token_endpoint": f"{provider.url}/token",
                    "jwks_uri": f"{provider.url}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif url.path == "/keys":
            self.say({"keys": [provider.key.as_dict(private=False)]})
        elif url.path == "/authorize":
            code = secrets.token_hex(8)
            provider.asked[code] = (provider.person, query["nonce"])
            back = urllib.parse.urlencode({"code": code, "state": query["state"]})
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        given = b64decode(self.headers["Authorization"].partition(" ")[2]).decode()
        if self.path != "/token" or given != f"{CLIENT}:{PASSWORD}":
            self.send_error(401)
            return
        self.say(self.server.token(body["code"][0]))

    def say(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture(scope="module")
def guarded(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home, port = tmp_path_factory.mktemp("home"), free_port()
    service = tmp_path_factory.mktemp("service")
    (service / ".streamlit").mkdir()
    (service / ".streamlit" / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{secrets.token_hex(32)}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{PASSWORD}"\n'
        f'server_metadata_url = "{provider.url}/.well-known/openid-configuration"\n'
    )
    with shared_server(home, SLICEWISE_PORT=str(port), HOME=str(service)) as running:
        yield running


def sign_in(page: Page, server: Server, provider: Provider, person: str) -> None:
    provider.person = person
    page.goto(f"{server.url}/logs")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def wait_for_sign_out(page: Page) -> None:
    """Wait until the browser has left its cookie: the button shows before the server was asked to take the cookie back."""
    for _ in range(10 * SECONDS):
        if not any("streamlit_user" in cookie["name"] for cookie in page.context.cookies()):
            return
        page.wait_for_timeout(100)
    pytest.fail("the cookie of the person who signed out is still there")


def test_two_people_sign_in_and_neither_sees_the_logs_of_the_other(
    browser: Browser, guarded: Server, provider: Provider, tmp_path: Path
) -> None:
    expect.set_options(timeout=SECONDS * 1000)
    ann = open_page(browser.new_context(viewport=SIZE))
    ann.goto(guarded.url)  # a stranger as yet
    expect(ann.get_by_role("button", name="Sign in")).to_be_visible()
    expect(ann.get_by_text("sample")).to_have_count(0)

    sign_in(ann, guarded, provider, "ann")
    (tmp_path / "of_ann.csv").write_text(LOG)
    ann.goto(f"{guarded.url}/logs")
    ann.locator("[data-testid=stFileUploader]").filter(has_text="Upload an export").locator(
        "input[type=file]"
    ).set_input_files(tmp_path / "of_ann.csv")
    ann.get_by_role("button", name="Confirm and see what fails").click()
    expect(ann.get_by_role("heading", name="Slices", exact=True)).to_be_visible()
    address = ann.url
    assert re.search("log=[0-9a-f]{12}", address)

    bob = open_page(browser)
    sign_in(bob, guarded, provider, "bob")
    bob.goto(address)
    expect(bob.get_by_text("is not in the workspace")).to_be_visible()
    expect(bob.get_by_text("of_ann")).to_have_count(0)
    assert len(list((guarded.home / "people").iterdir())) == 2

    ann.get_by_role("button", name="Sign out").click()
    expect(ann.get_by_role("button", name="Sign in")).to_be_visible()
    wait_for_sign_out(ann)
    # In a window of its own with the same cookies: the one that signed out is still on its way to the front door, and two ways at
    # once have ended in a browser that waited for both.
    again = open_page(ann.context)
    again.goto(address)
    expect(again.get_by_role("button", name="Sign in")).to_be_visible()
    expect(again.get_by_text("of_ann")).to_have_count(0)
    for page in (ann, bob):
        page.context.close()
