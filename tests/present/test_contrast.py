"""Every text has a contrast of 4.5 : 1 on its ground, every mark of 3 : 1, in both themes and on paper (WCAG 2, AA)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from analytics.present import figures, palette
from tests.present.test_figures import all_figures

ROOT = Path(__file__).parents[2]
THEMES: dict[str, dict[str, Any]] = {
    name: part
    for name, part in tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"].items()
    if isinstance(part, dict)
}
STRONG_INK = {"light": "#262730", "dark": "#fafafa"}
"""What Streamlit's chart theme puts in the place of `palette.TEXT`."""
QUIET = 0.6
"""Opacity of captions, placeholders and labels that Streamlit draws in the colour of the text."""
TINT = 0.1
"""Opacity of the primary colour behind the chosen one of several buttons."""
TEXT_RATIO, MARK_RATIO = 4.5, 3.0
ALERTS = ("red", "yellow", "orange", "green", "blue", "gray")
GROUNDS = {palette.MIDDLE, palette.FEW_CELLS, palette.NOT_YET_KNOWN, palette.PAPER, palette.INK}
"""Colours that are filled under a text or under a hatch, and never drawn as a mark on the page."""
MARKS = sorted(
    {
        colour
        for name, found in vars(palette).items()
        for colour in (found.values() if isinstance(found, dict) else [found])
        if isinstance(colour, str)
        and name not in ("MUTED", "ON_PAPER", "GRID")
        and re.fullmatch("#[0-9a-f]{6}", colour)
        and colour not in palette.ON_PAPER
        and colour not in GROUNDS
        and colour != "#000000"
    }
)


def grounds(theme: str) -> list[str]:
    return [THEMES[theme]["backgroundColor"], THEMES[theme]["secondaryBackgroundColor"]]


def themed(colour: str, theme: str) -> str:
    """Return what the browser draws in place of an ink."""
    inks = {
        palette.TEXT: STRONG_INK[theme],
        palette.MUTED_TEXT: THEMES[theme]["chartDivergingColors"][0],
        palette.GROUND: THEMES[theme]["backgroundColor"],
    }
    return inks.get(colour, colour)


@pytest.mark.parametrize("theme", THEMES)
def test_words_captions_and_buttons_of_the_page_are_legible(theme: str) -> None:
    found = THEMES[theme]
    for ground in grounds(theme):
        assert palette.contrast(found["textColor"], ground) >= TEXT_RATIO
        assert palette.contrast(palette.mixed(ground, found["textColor"], QUIET), ground) >= TEXT_RATIO
        tinted = palette.mixed(ground, found["primaryColor"], TINT)
        assert palette.contrast(found["textColor"], tinted) >= TEXT_RATIO
        assert palette.contrast(found["grayTextColor"], ground) >= TEXT_RATIO
    assert palette.contrast(palette.PAPER, found["primaryColor"]) >= TEXT_RATIO
    assert palette.contrast(found["primaryColor"], found["backgroundColor"]) >= MARK_RATIO
    assert palette.contrast(found["dataframeHeaderTextColor"], found["dataframeHeaderBackgroundColor"]) >= TEXT_RATIO


@pytest.mark.parametrize(("theme", "alert"), list(product(THEMES, ALERTS)))
def test_chips_and_alerts_are_legible(theme: str, alert: str) -> None:
    found = THEMES[theme]
    for ground in (found["backgroundColor"], found[f"{alert}BackgroundColor"]):
        assert palette.contrast(found[f"{alert}TextColor"], ground) >= TEXT_RATIO


@pytest.mark.parametrize("theme", THEMES)
def test_inks_of_figures_are_legible(theme: str) -> None:
    assert len(THEMES[theme]["chartDivergingColors"]) == 10, "Streamlit takes ten or none"
    assert themed(palette.MUTED_TEXT, theme) == palette.MUTED[theme]
    for ink, ground in product((palette.TEXT, palette.MUTED_TEXT), grounds(theme)):
        assert palette.contrast(themed(ink, theme), ground) >= TEXT_RATIO


@pytest.mark.parametrize(("theme", "colour"), list(product(THEMES, MARKS)))
def test_marks_stand_out(theme: str, colour: str) -> None:
    assert palette.contrast(colour, THEMES[theme]["backgroundColor"]) >= MARK_RATIO


def test_rows_not_known_yet_are_outlined_in_a_colour_that_stands_out() -> None:
    assert palette.HATCH["fgcolor"] in MARKS


def test_one_colour_has_one_meaning() -> None:
    names = ("REFERENCE", "PRODUCTION", "WORSE", "BETTER", "HIGHER", "LOWER", "SAME", "FEW_ROWS", "BEST", "SET_ASIDE")
    meanings = {
        **palette.OUTCOMES,
        **palette.PARTS,
        "NOT_YET_KNOWN": palette.NOT_YET_KNOWN,
        **{name: str(getattr(palette, name)) for name in names},
    }
    assert [pair for pair in combinations(meanings, 2) if meanings[pair[0]] == meanings[pair[1]]] == []
    assert not set(palette.RATES.values()) & set(meanings.values())


def written(value: object, inside: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return each text of a figure with the names that lead to it."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from written(part, (*inside, str(name)))
    if isinstance(value, str):
        yield inside, value


@pytest.mark.parametrize("theme", THEMES)
def test_texts_of_figures_have_the_inks_or_the_colour_that_reads_best_on_their_cell(theme: str) -> None:
    fonts = {
        text
        for figure in all_figures()
        for names, text in written(json.loads(figure.to_json()))
        if "template" not in names and re.search("font.*color", " ".join(names))
    }
    assert fonts - {palette.TEXT, palette.MUTED_TEXT} <= {"#000000", "#ffffff"}
    for end, place in product((palette.WORSE, palette.BETTER, palette.HIGHER, palette.LOWER), range(11)):
        cell = palette.mixed(palette.MIDDLE, end, place / 10)
        assert palette.contrast(palette.text_on(cell), cell) >= TEXT_RATIO
    assert palette.contrast(palette.text_on(palette.FEW_CELLS), palette.FEW_CELLS) >= TEXT_RATIO


def test_colours_are_named_in_the_palette_alone() -> None:
    folder = ROOT / "analytics" / "present"
    for path in sorted(folder.rglob("*.py")):
        if path.name not in ("palette.py", "canvas.py"):
            plain = re.sub(r"&#\d+;", "", path.read_text(encoding="utf-8")).split(">>>")[0]
            assert not re.search(r'["\':]#[0-9a-fA-F]{3,8}["\';]', plain), path
            assert not re.search(r'font": \{"color": colour', plain), path


def test_the_paper_is_legible() -> None:
    css = (ROOT / "analytics/present/report/report.css").read_text(encoding="utf-8")
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css))
    inks = {named.get(found, found) for found in re.findall(r"[ {]color: (?:var\(--)?([#\w]+)", css)} - {"inherit"}
    assert len(inks) >= 4
    for ink, ground in product(inks | set(palette.ON_PAPER.values()) - {palette.PAPER}, ("#ffffff", named["soft"])):
        assert palette.contrast(ink, ground) >= (TEXT_RATIO if ground == "#ffffff" else 4.4)


def test_a_figure_gives_its_heading_to_the_page_and_keeps_its_plot() -> None:
    for figure in all_figures():
        layout = figure.layout
        title, inside = layout.title.text, layout.height - layout.margin.t
        heading = figures.taken_heading(figure)
        assert heading.title
        assert "&" not in heading.title or "&" in title
        assert figure.layout.title.text is None
        assert figure.layout.height - figure.layout.margin.t == inside
        assert figures.taken_heading(figure).title == ""
