"""The content security policy in a real browser: every page works under it, and what is written into a page does not run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.conftest import Hear, Server, sampled, settle
from tests.serving import shared_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with shared_server(sampled(tmp_path_factory)) as running:
        yield running


@pytest.fixture
def complaints(page: Page, hear: Hear) -> Iterator[list[str]]:
    """What the browser says against the pages: violations of the policy and failed loads."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        is_probe = "404" in message.text and "_stcore" in message.location.get(
            "url", ""
        )  # Streamlit looks for its own base
        if not is_probe and (message.type == "error" or "Content Security Policy" in message.text):
            said.append(f"{message.text} {message.location.get('url', '')}")

    hear("console", note)
    hear("pageerror", lambda error: said.append(str(error)))
    with page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('violation', e.violatedDirective, e.blockedURI))"
    ):
        yield said


def test_every_page_works_under_the_policy(shared: Server, page: Page, hear: Hear, complaints: list[str]) -> None:
    requested: list[str] = []
    hear("request", lambda request: requested.append(request.url))
    for place in ("", "logs"):
        page.goto(f"{shared.url}/{place}")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{shared.url}/review")
    settle(page)
    page.keyboard.press("n")
    expect(page.locator(".st-key-review_note textarea")).to_be_focused()
    page.goto(f"{shared.url}/slices?by=carrier")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{shared.url}/report")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="HTML").first.click()
    assert download.value.failure() is None
    assert complaints == []
    assert {url.split("/")[2] for url in requested if url.startswith(("http", "ws"))} == {shared.url.split("/")[2]}


def test_what_is_written_into_a_page_does_not_run(shared: Server, page: Page, complaints: list[str]) -> None:
    page.goto(shared.url)
    settle(page)
    attacks = {
        "handler": "const i = document.createElement('img'); i.setAttribute('onerror', 'window.ran = 1'); i.src = 'x:'; document.body.append(i)",
        "script": "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)",
        "outside": "const s = document.createElement('script'); s.src = 'http://127.0.0.1:9/x.js'; document.body.append(s)",
        "frame": "const f = document.createElement('iframe'); f.src = 'http://127.0.0.1:9/'; document.body.append(f)",
        "link": "const a = document.createElement('a'); a.href = 'javascript:window.ran = 1'; document.body.append(a); a.click()",
    }
    for name, attack in attacks.items():
        complaints.clear()
        page.evaluate(attack)
        page.wait_for_timeout(300)
        assert page.evaluate("window.ran") is None, name
        assert any("Content Security Policy" in text or "violation" in text for text in complaints), (name, complaints)
    complaints.clear()
    sent = page.evaluate(
        "fetch('http://127.0.0.1:9/', {method: 'POST', body: 'rows'}).then(() => 'sent', () => 'refused')"
    )
    assert sent == "refused" and any("connect-src" in text for text in complaints)


def test_the_page_cannot_be_framed(shared: Server, page: Page) -> None:
    page.set_content(f'<iframe src="{shared.url}" width="600" height="400"></iframe>')
    page.wait_for_timeout(1500)
    assert page.frames[1].locator("[data-testid=stApp]").count() == 0
