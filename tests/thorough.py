"""How much is tried: little in every run, much with ``SLICEWISE_THOROUGH=1``."""

from __future__ import annotations

import os

IS_THOROUGH = bool(os.environ.get("SLICEWISE_THOROUGH"))


def amount(quick: int, thorough: int) -> int:
    return thorough if IS_THOROUGH else quick
