"""Files become logs anew in every test: that is what these tests are about."""

from __future__ import annotations

import pytest

from tests.ingested import Desk


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.is_fresh = True
    return desk
