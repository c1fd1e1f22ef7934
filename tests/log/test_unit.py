from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.log.column import Column
from analytics.log.unit import unit_of
from tests.present.made import make_question


@pytest.mark.parametrize(
    ("name", "top", "unit"),
    [
        ("amount_usd", (), "$"),
        ("Betrag (€)", (), "€"),
        ("amountEUR", (), "€"),
        ("amount", ("12.50", "3 CHF"), "CHF"),
        ("handling_minutes", ("5",), "min"),
        ("amount", ("12", "13"), ""),
        ("minimum", ("1",), ""),
    ],
)
def test_the_unit_is_what_the_column_says(name: str, top: tuple[str, ...], unit: str) -> None:
    log = make_question().log
    column = Column(2, name, "DOUBLE", "number", top=tuple((value, 1) for value in top))
    reading = replace(log.reading, columns=(*log.reading.columns, column))
    assert unit_of(replace(log, reading=reading, mapping=replace(log.mapping, amount=name))) == unit
    assert unit_of(log) == ""
