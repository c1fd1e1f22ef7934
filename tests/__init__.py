"""Tests mirror the tree of the code."""

from __future__ import annotations

import os
import sys

from tests.thorough import IS_THOROUGH

# A run starts hundreds of processes, and each compiles 10 s of modules anew where Python may not keep what it compiled.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Tests run side by side, one to a core: a second thread of linear algebra or of trees waits for the first and computes no faster.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
if not IS_THOROUGH:  # a thorough run has all threads of Polars: nothing may hang on the order in which they end
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # frames of a few rows take a sixth more of the processor with two
