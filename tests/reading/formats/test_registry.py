"""The registry of formats from both sides: an entry that lacks a part fails here, and so does a part without an entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.reading.bounds import MAX_COLUMNS
from analytics.reading.formats import kinds
from analytics.reading.formats.registry import FORMATS, PACKINGS, endings, readable
from pages._logs import mending
from tests.fuzz.formats import seeds
from tests.reading.formats.test_sources import FORMATS as WHOLE_FILES

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
ENTRIES = [*FORMATS.values(), *PACKINGS.values()]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_entry_is_whole(entry: object) -> None:
    for part in ("name", "endings", "limits"):
        assert getattr(entry, part), f"{entry} has no {part}"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_said_in_words_and_known_by_something(name: str) -> None:
    entry = FORMATS[name]
    assert entry.words and entry.shown, f"{name} has no words for people"
    assert entry.magic or entry.to_parquet is None, f"{name} has a reader, and no first bytes to be known by"
    assert all(word in readable() for word in entry.words)


def test_the_number_of_columns_that_is_said_is_the_limit() -> None:
    assert f"{MAX_COLUMNS:,} columns" in FORMATS["csv"].limits


def test_nothing_is_said_twice() -> None:
    said = [ending for entry in ENTRIES for ending in entry.endings]
    magic = [first for entry in ENTRIES for first in entry.magic]
    assert len(said) == len({*said}) and len(magic) == len({*magic})
    assert not {*magic} & {*kinds._UNREADABLE}, "what is read is still listed as unreadable"


def test_nothing_else_is_in_the_readme_or_broken_on_purpose() -> None:
    table = README.split("| what | ends of names | what is taken |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    assert [row.split(" | ")[0] for row in table] == [
        f"| {', '.join(getattr(entry, 'words', [entry.name]))}" for entry in ENTRIES
    ], "README's table of formats is the registry, row by row"
    strange = {f".{ending}" for ending in seeds()} - {*endings()}
    assert not strange, f"tests/fuzz/formats.py breaks {sorted(strange)}, which have no entry in the registry"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_entry_is_in_the_readme(entry: object) -> None:
    assert isinstance(entry, type(ENTRIES[0]) | type(ENTRIES[-1]))
    shown = ", ".join(f"`{ending}`" for ending in entry.endings)
    row = f"| {', '.join(getattr(entry, 'words', [entry.name]))} | {shown} | {entry.limits} |"
    assert row in README, f"the README lacks: {row}"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_entry_is_broken_on_purpose(entry: object) -> None:
    assert isinstance(entry, type(ENTRIES[0]) | type(ENTRIES[-1]))
    found = [content for ending, content in seeds().items() if f".{ending}" in entry.endings]
    assert found, f"tests/fuzz/formats.py has no whole file that ends with {' or '.join(entry.endings)}"
    if entry.magic:
        assert all(content.startswith(entry.magic) for content in found)


TESTED_BY_THEMSELVES = ("xlsx", "sqlite", "html", "xml", "arff", "sql")
"""Formats without truth values or times of their own, whose logs have other types."""


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in TESTED_BY_THEMSELVES])
def test_every_format_gives_the_same_log_in_a_test(name: str) -> None:
    known = {name, *(ending.removeprefix(".") for ending in FORMATS[name].endings)}
    assert known & {*WHOLE_FILES}, f"tests/reading/formats/test_sources.py has no whole file of {name}"


def test_the_drop_zone_takes_all_of_them() -> None:
    assert {f".{kind}" for kind in mending.KINDS} == {*endings()}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_first_bytes_are_enough(entry: object) -> None:
    assert isinstance(entry, type(ENTRIES[0]) | type(ENTRIES[-1]))
    for first in entry.magic:
        assert kinds.by_first_bytes(first + b"\0" * 300) == entry.name
