"""What a start costs: libraries that take seconds to import wait until something needs them."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
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


READ = """
import sys
from pathlib import Path
from analytics.log.workspace import Workspace
from analytics.reading import api, protocol, worker

def run_here(request, folder, *_):
    return worker.perform(protocol.Job(request=request, folder=str(folder), memory_limit="1GB"), worker.Progress())

api.run_child = run_here
workspace = Workspace(Path(sys.argv[1]))
read = api.read_file(workspace, Path(sys.argv[2]))
log = api.build_staged(workspace, read, read.mapping)
print([finding.code for finding in log.findings], sorted({"scipy.special", "polars"} & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("signal", "expected"),
    [(1.0, "['null-label'] []"), (0.0, "['score-tells-nothing', 'null-label'] ['scipy.special']")],
)
def test_a_file_is_read_without_scipy_and_polars_unless_a_finding_needs_them(
    tmp_path: Path, signal: float, expected: str
) -> None:
    rng = np.random.default_rng(8)
    scores, noise, is_known = rng.random(2_000).round(3), rng.random(2_000), rng.random(2_000) < 0.9
    labels = (noise < signal * scores + (1 - signal) / 2).astype(int)
    frame = pl.DataFrame({"score": scores, "label": labels}).with_columns(
        label=pl.when(pl.Series(is_known)).then("label")
    )
    frame.write_parquet(tmp_path / "log.parquet")
    command = [sys.executable, "-W", "ignore", "-c", READ, str(tmp_path / "home"), str(tmp_path / "log.parquet")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == expected
