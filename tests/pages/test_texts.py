"""Texts of a log stay text: none comes alive as an icon, a colour, a formula, an emoji or a link in any element of any page."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause, Cohort
from pages._frame import render
from pages._frame.registry import FIRST, PAGES
from pages._frame.render import as_written
from tests.ingested import Desk
from tests.thorough import IS_THOROUGH

ROOT = Path(__file__).parents[2]
LIVE = (
    ":material/delete:",
    ":red[live]",
    "http://live.example",
    "$x_live$",
    "[live](b)",
    ":smile:",
    "**live**",
    "<b>live</b>",
    "www.live.example",
    "a@live.example",
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ADDRESS = re.compile(r"https?://|www\.|[\w.+-]@[\w-]+\.\w", re.IGNORECASE)
"""What the browser makes a link of once the escapes are gone, as in mdast-util-gfm-autolink-literal."""
MARKDOWN = {"label", "help", "body", "title", "caption", "captions", "content", "header"}
"""Fields of the protocol in which the browser looks for Markdown."""
PLAIN = {"code", "text", "plotly_chart", "dataframe", "arrow_data_frame", "html", "file_uploader"}
"""Elements that show text as it is."""


def texts_of(message: Message, kind: str = "") -> Iterator[tuple[str, str]]:
    """Give every text of an element that the browser reads as Markdown, with where it stands."""
    for field, value in message.ListFields():
        values: list[Any] = (
            list(value) if not isinstance(value, str | bytes | Message) and hasattr(value, "__iter__") else [value]
        )
        for one in values:
            if isinstance(one, Message):
                yield from texts_of(one, f"{kind}.{field.name}")
            elif isinstance(one, str) and field.name in MARKDOWN:
                yield f"{kind}.{field.name}", one


def alive(app: AppTest) -> set[tuple[str, str]]:
    found = set()
    for node in app._tree:
        proto = getattr(node, "proto", None)
        if isinstance(proto, Message) and getattr(node, "type", "") not in PLAIN:
            for place, text in texts_of(proto, str(getattr(node, "type", ""))):
                found |= {(place, text[:80]) for live in LIVE if live in text}
                found |= {(place, text[:80]) for _ in _ADDRESS.findall(_ESCAPE.sub(r"\1", text))}
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log whose names and values would all come alive."""
    rng = random.Random(3)
    n = 400
    frame = pl.DataFrame(
        {
            ":red[score]": [rng.randrange(100) / 100 for _ in range(n)],
            ":smile:": [rng.choice((":red[live]", "[live](b)")) for _ in range(n)],
            **{name: [rng.choice(LIVE) for _ in range(n)] for name in LIVE[:5]},
            "http://live.example/at": [f"2024-01-{1 + k % 28:02d} 10:00:00" for k in range(n)],
        }
    )
    folder = tmp_path_factory.mktemp("home")
    desk = Desk(Workspace(folder / "workspace"), folder)
    desk.log(
        frame,
        score=":red[score]",
        label=":smile:",
        positive=(":red[live]",),
        negative=("[live](b)",),
        segments=LIVE[:5],
        model_version=":red[live]",
    )
    return desk.workspace.home


def shown(page: str, where: str = "") -> AppTest:
    """Open a page on the log."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    if page != FIRST.name:
        app.switch_page(PAGES[page].path)
    for key, value in {"by": LIVE[0], "segment": LIVE[0], "per": LIVE[0]}.items():
        app.query_params[key] = value
    if where:
        app.query_params["where"] = where
    app.run()
    assert not app.exception
    return app


FILTERS = (
    Cohort((Clause(LIVE[0], "in", LIVE[:6]), Clause(LIVE[3], "missing"))).to_text(),
    Cohort((Clause(LIVE[0], "in", LIVE[:6]), Clause(LIVE[2], "contains", ("live",)))).to_text(),
    f"{quote(LIVE[1])}:nope:{quote(LIVE[2])};{quote(':smile:not there')}:in:{quote(LIVE[1])}",
)


@pytest.mark.parametrize("where", ["", *FILTERS] if IS_THOROUGH else [FILTERS[1]])
@pytest.mark.parametrize("page", PAGES)
def test_no_text_of_a_log_comes_alive(home: Path, page: str, where: str, serve: Callable[[Path], None]) -> None:
    serve(home)
    assert alive(shown(page, where)) == set()


@pytest.mark.parametrize("page", ["overview", "slices", "logs"])
def test_the_walk_sees_a_text_that_is_not_kept(
    home: Path, serve: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    serve(home)
    monkeypatch.setattr(render, "_MARKDOWN", re.compile("(?!)()"))
    assert alive(shown(page, FILTERS[1]))


def test_the_table_under_a_figure_writes_numbers_as_the_figure_does() -> None:
    table = pl.DataFrame(
        {
            "bucket": ["a"],
            "n": [1_200],
            "error_rate": [0.305],
            "error_rate_low": [0.3],
            "share_of_rows": [0.5],
            "low": [0.25],
        }
    )
    written, formats = as_written(table)
    assert written.row(0) == ("a", 1_200, 30.5, 30.0, 50.0, 0.25)
    percent = "%.1f %%"
    assert formats == {
        "n": "localized",
        "error_rate": percent,
        "error_rate_low": percent,
        "share_of_rows": percent,
        "low": "%.3f",
    }
