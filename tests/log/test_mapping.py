"""The roles of a mapping stand in one list."""

from __future__ import annotations

from dataclasses import fields

from analytics.log.mapping import SINGLE_ROLES, Mapping


def test_every_field_of_one_column_is_a_role() -> None:
    """A role that is left out of the list has no control, no option and no conflict; ``latest_by`` follows from what is kept."""
    single = {each.name for each in fields(Mapping) if each.type == "str | None"}
    assert single - {"latest_by"} == set(SINGLE_ROLES)
