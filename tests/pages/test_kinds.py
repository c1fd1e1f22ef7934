"""Every page on logs whose rows are right or wrong: it opens, speaks of no class where none is, and switches the view."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from analytics.log import views
from analytics.log.right import Right
from analytics.log.workspace import Workspace
from pages._frame.registry import FIRST, PAGES
from tests.ingested import Desk
from tests.strange import strange_in

ROOT = Path(__file__).parents[2]
RULES = {
    "classes": Right("classes", "final", "suggested"),
    "grades": Right("grades", "stars", mark=4.0),
    "numbers": Right("numbers", "actual", "forecast", tolerance=0.1, is_relative=True),
    "rankings": Right("rankings", "gain", "confidence", query="asked"),
}
UNSEEN = {"id", "query_string", "page_script_hash", "form_id", "url"}
"""Fields of the protocol that nobody reads."""
OFFERED = (
    "one class against all others",
    "its score, its threshold, its false positives",
    "with precision, recall and F1",
    "Recall",
    "Two classes have false positives",
    "for the positive class",
    "neither positive nor negative",
)
"""Where words of two classes belong all the same: each class against the rest, and the choice of a kind."""


@pytest.fixture(scope="module")
def by_kind(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("kinds")
    rng, n = np.random.default_rng(0), 600
    final = rng.choice(["Cat", "dog", "eel"], n)
    suggested = np.where(rng.random(n) < 0.7, final, rng.choice(["cat", "dog", "eel", "fox"], n))
    actual = rng.gamma(4, 25, n)
    frame = pl.DataFrame(
        {
            "final": final,
            "suggested": suggested,
            "confidence": rng.uniform(0.3, 1, n).round(3),
            "stars": rng.integers(1, 6, n),
            "actual": actual,
            "forecast": actual * rng.normal(1, 0.1, n),
            "gain": rng.integers(0, 2, n),
            "asked": [f"q{place // 3}" for place in range(n)],
            "region": rng.choice(["north", "south", "<b>east</b>"], n),
            "answered_at": [f"2024-03-{1 + i % 28:02d} 10:00:00" for i in range(n)],
        }
    )
    path, found = folder / "log.csv", {}
    frame.write_csv(path)
    for kind, right in RULES.items():
        desk = Desk(Workspace(folder / kind), folder)
        read = desk.stage(path)
        desk.build(read, views.right_or_wrong(read.mapping, read.reading, right))
        found[kind] = folder / kind
    return found


def opened(home: Path, page: str, serve: Callable[[Path], None], **address: str) -> AppTest:
    serve(home)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    if page != FIRST.name:
        app.switch_page(PAGES[page].path)
    return app.run()


def protos_of(app: AppTest) -> list[Message]:
    """What every element of a page sends."""
    return [proto for node in app._tree if isinstance(proto := getattr(node, "proto", None), Message)]


def texts_of(message: Message) -> Iterator[str]:
    """Give every text of an element: titles, help, alt, tables' headings, figures and the report on its page."""
    for field, value in message.ListFields():
        for one in [value] if isinstance(value, str | bytes | Message) or not hasattr(value, "__iter__") else value:
            if isinstance(one, Message):
                yield from texts_of(one)
            elif isinstance(one, str) and field.name not in UNSEEN:
                yield re.sub(r'"bdata":"[^"]*"|style=.[^>]*', "", one)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", RULES)
def test_a_page_opens_and_speaks_of_right_and_wrong(
    kind: str, page: str, by_kind: dict[str, Path], serve: Callable[[Path], None]
) -> None:
    app = opened(by_kind[kind], page, serve)
    assert not app.exception and [error.value for error in app.error] == []
    protos = [proto for node in app._tree if isinstance(proto := getattr(node, "proto", None), Message)]
    said = [text for proto in protos for text in texts_of(proto)]
    assert len(said) > 20
    assert set().union(*(strange_in(text, *OFFERED) for text in said)) == set()


def test_a_class_is_looked_at_alone_and_stands_in_the_address(
    by_kind: dict[str, Path], serve: Callable[[Path], None]
) -> None:
    app = opened(by_kind["classes"], "overview", serve)
    assert not {"class", "threshold"} & set(app.query_params)
    app.selectbox(key="class").set_value("dog").run()
    assert app.query_params["class"] == ["dog"] or app.query_params["class"] == "dog"
    assert any("false positive" in element.value for element in app.markdown), (
        "one class against the rest has both kinds of error"
    )
    again = opened(by_kind["classes"], "slices", serve, **{"class": "dog"})
    assert not again.error and again.selectbox(key="class").value == "dog"


def test_calibration_of_decisions_alone_says_what_a_score_would_add(
    by_kind: dict[str, Path], serve: Callable[[Path], None]
) -> None:
    """Classes with one confidence have no score of each class: alone against the rest, one is decided and not scored."""
    app = opened(by_kind["classes"], "calibration", serve, **{"class": "dog"})
    assert not app.exception and not app.error
    assert any("With a score in one more column" in element.value for element in app.markdown)


def test_the_rarest_of_many_classes_is_looked_at_alone(tmp_path: Path, serve: Callable[[Path], None]) -> None:
    """A reading lists the 50 most frequent values of a column."""
    final = [f"c{place:02d}" for place in range(60) for _ in range(60 - place)]
    pl.DataFrame({"final": final, "said": ["c01", *final[:-1]]}).write_csv(tmp_path / "log.csv")
    desk = Desk(Workspace(tmp_path / "home"), tmp_path)
    read = desk.stage(tmp_path / "log.csv")
    desk.build(read, views.right_or_wrong(read.mapping, read.reading, Right("classes", "final", "said")))
    app = opened(tmp_path / "home", "logs", serve, **{"class": "c59"})
    assert len(app.selectbox(key="class").options) == 60
    assert app.selectbox(key="class").value == "c59" and not app.exception and not app.error


def test_a_class_that_the_log_does_not_have_is_left_out(
    by_kind: dict[str, Path], serve: Callable[[Path], None]
) -> None:
    app = opened(by_kind["classes"], "overview", serve, **{"class": "zebra"})
    assert not app.exception and not app.error and app.selectbox(key="class").value is None


def test_calibration_goes_class_by_class_where_classes_have_scores(
    tmp_path: Path, serve: Callable[[Path], None]
) -> None:
    rng, n = np.random.default_rng(2), 1_500
    p = rng.dirichlet([4, 3, 2], n)
    names = ("cat", "dog", "<b>eel")
    frame = pl.DataFrame(
        {
            "final": [rng.choice(names, p=row) for row in p],
            "said": [names[place] for place in p.argmax(axis=1)],
            **{f"p_{name}": p[:, place] ** 2 for place, name in enumerate(names)},
        }
    )
    frame.write_csv(tmp_path / "log.csv")
    desk = Desk(Workspace(tmp_path / "home"), tmp_path)
    read = desk.stage(tmp_path / "log.csv")
    desk.build(read, views.right_or_wrong(read.mapping, read.reading, Right("classes", "final", "said")))
    app = opened(tmp_path / "home", "calibration", serve)
    assert not app.exception and not app.error
    said = [text for proto in protos_of(app) for text in texts_of(proto)]
    assert any(re.match(r"Scores of class \S+ are too low by", text) for text in said)
    assert any(text.startswith("Of which class are scores too high or too low?") for text in said)
    alone = opened(tmp_path / "home", "calibration", serve, **{"class": "dog"})
    assert not any("Of which class" in text for proto in protos_of(alone) for text in texts_of(proto))
