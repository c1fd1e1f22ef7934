"""Every job. Whoever adds one adds an entry to ``JOBS`` of its module; the help text of the command follows."""

from __future__ import annotations

from itertools import chain

from benchmarks import calibration, compare, discovery, gap, growth, ingest, pages, thresholds, uploads, visitors
from benchmarks.job import Job

_MODULES = (ingest, growth, pages, visitors, calibration, gap, compare, thresholds, discovery, uploads)

BROWSED = frozenset(job.name for job in uploads.JOBS)
"""Jobs that need a browser."""

JOBS: dict[str, Job] = {job.name: job for job in chain.from_iterable(module.JOBS for module in _MODULES)}
