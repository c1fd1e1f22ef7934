"""One test of many things that are quickly asked: to collect, deal out and report a test takes longer than to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def of_each(things: Iterable[Any]) -> Callable[[Callable[[Any], None]], Callable[[], None]]:
    """Make one test of what is asserted of each thing; it goes through all of them and says every one that is wrong."""
    asked = list(things)
    assert asked, "nothing is asked of nobody"

    def made(check: Callable[[Any], None]) -> Callable[[], None]:
        def test() -> None:
            said = []
            for thing in asked:
                try:
                    check(thing)
                except AssertionError as error:
                    said.append(f"{thing}: {error}")
            assert not said, f"{len(said)} of {len(asked)}:\n" + "\n".join(said)

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return test

    return made
