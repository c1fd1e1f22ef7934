"""What a start costs: libraries that take seconds to import wait until something needs them."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import pytest

from analytics import answers
from analytics.reading.process import ROOT

ANSWERS = ", ".join(module.name for module in pkgutil.walk_packages(answers.__path__, "analytics.answers."))


@pytest.mark.parametrize(
    "module", ["analytics.__main__", ANSWERS, "pages._frame.frame"], ids=["commands", "answers", "pages"]
)
def test_scikit_learn_and_pandas_wait_until_they_are_needed(module: str) -> None:
    script = f"import sys, {module}; print(sorted({{'sklearn', 'pandas', 'scipy.stats'}} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
