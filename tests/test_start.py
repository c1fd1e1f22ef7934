"""What a start costs: libraries that take seconds to import wait until something needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from analytics.launch import ROOT


@pytest.mark.parametrize("module", ["analytics.__main__", "analytics.answers", "pages._shared.frame"])
def test_scikit_learn_and_pandas_wait_until_they_are_needed(module: str) -> None:
    script = f"import sys, {module}; print(sorted({{'sklearn', 'pandas', 'scipy.stats'}} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
