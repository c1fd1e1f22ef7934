from __future__ import annotations

import doctest
import importlib
import pkgutil

import analytics.measure
from tests.of_each import of_each

MODULES = [module.name for module in pkgutil.walk_packages(analytics.measure.__path__, "analytics.measure.")]


@of_each(MODULES)
def test_the_examples_in_the_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
