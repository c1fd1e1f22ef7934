"""Answers, kept by what was asked, by whom and of which code: never by a data frame or an argument that is left out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import streamlit as st

import analytics
import pages
from analytics.answers.brief.finding import Asking
from analytics.answers.calibration.answer import calibration, calibration_slices
from analytics.answers.calibration.classes import class_calibration
from analytics.answers.calibration.recalibration import recalibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.calibration.time import calibration_time, turned
from analytics.answers.compare.answer import compare
from analytics.answers.gap.sides import proposed_sides
from analytics.answers.gates.answer import gates
from analytics.answers.labels_answer import labels
from analytics.answers.labels_never import never
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.review.case import failing_slices
from analytics.answers.review.findings import findings, reasons_by_slice
from analytics.answers.review.queue import queue
from analytics.answers.slices import slices
from analytics.answers.slices_ranking import ranked_by_kind, ranked_columns
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.watch import proposed_watching, watch
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.review.verdict import Verdict
from pages._frame import session

_P = ParamSpec("_P")
_T = TypeVar("_T")

_MANY = 256
"""Answers of a few kB that a server keeps of each function, for all its people together: some 1 MB."""
MODEST = 64
"""The same of answers of some 100 kB."""
FEW = 16
"""The same of answers of some MB: tables by slice and score bin, a report."""

_Spinner = str | Literal[False]


@dataclass(frozen=True)
class _Keeping:
    """What is shown while an answer is computed, and how many answers are kept."""

    spinner: _Spinner = False
    max_entries: int = _MANY


_KEEPING: dict[Callable[..., Any], _Keeping] = {
    overview: _Keeping("Counting rows …"),
    slices: _Keeping("Comparing slices …"),
    ranked_columns: _Keeping("Looking at every segment column …"),
    ranked_by_kind: _Keeping("Looking at every segment column …"),
    failing_slices: _Keeping("Looking at every segment column …"),
    queue: _Keeping("Ranking rows …"),
    findings: _Keeping("Reading the verdicts …", FEW),
    reasons_by_slice: _Keeping("Counting reasons …", FEW),
    calibration: _Keeping("Comparing scores with labels …"),
    calibration_scan: _Keeping("Looking at every segment column …"),
    calibration_slices: _Keeping("Comparing slices …"),
    class_calibration: _Keeping("Looking at every class …"),
    calibration_time: _Keeping("Following calibration over time …"),
    turned: _Keeping("Following calibration over time …"),
    recalibration: _Keeping("Fitting maps …"),
    compare: _Keeping("Pairing rows …", MODEST),
    labels: _Keeping("Following labels …", MODEST),
    never: _Keeping("Looking at every segment column …"),
    gates: _Keeping("Checking gates …", MODEST),
    proposed_watching: _Keeping("Looking for a baseline …", MODEST),
    watch: _Keeping("Following the weeks …", MODEST),
    cost_table: _Keeping("Counting rows by score …", FEW),
    proposed_sides: _Keeping(max_entries=MODEST),
}
"""By function, where it is not the default; functions of pages say it themselves, with `keeping`."""


def keeping(spinner: _Spinner = False, max_entries: int = _MANY) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Say how the answers of a page's own function are kept."""

    def said(function: Callable[_P, _T]) -> Callable[_P, _T]:
        _KEEPING[function] = _Keeping(spinner, max_entries)
        return function

    return said


@cache
def _code_version() -> str:
    """Return a digest of the source: answers of older code are not reused."""
    digest = hashlib.sha256()
    for package in (analytics, pages):
        for path in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


_SCALARS = (str, int, float, bytes, date, time, timedelta, Decimal)  # bool is an int, datetime a date


def _written(value: object) -> str:
    """Write a value so that no two values are written alike; `TypeError` for what cannot be written whole, as a frame.

    Streamlit's own hash joins neighbours without a mark between them, so that ``("a", "b")`` and ``("astr:b",)`` are one key.
    """
    if isinstance(value, Question):
        return f"Question({_written(value.log)}, {value.cohort!r}, {value.threshold!r})"
    if isinstance(value, Log):
        return f"Log({value.key!r}, {value.reading.content_hash!r})"
    if value is None or isinstance(value, _SCALARS) or type(value) in (Cohort, Verdict):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"({_listed(value)})"
    if isinstance(value, dict):
        return f"{{{_listed(value.items())}}}"
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__qualname__}({_listed(getattr(value, entry.name) for entry in fields(value))})"
    raise TypeError(
        f"Expected an argument that can be a key, found a {type(value).__name__}. Pass what it is made from."
    )


def _listed(values: Iterable[object]) -> str:
    """Write values one after the other; each ends where its own writing says so."""
    return ", ".join(map(_written, values))


@dataclass(frozen=True)
class _Asked:
    """What is asked of a function; `key` is all that tells one asking from another."""

    key: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


def key_of(function: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Return what tells an answer from all others: the code, the workspace, whose it is, the function and every argument."""
    home, person = str(session.workspace().home), session.person()
    name = f"{function.__module__}.{function.__qualname__}"
    return _written((_code_version(), home, person, name, args, kwargs))


@cache
def _keeper(function: Callable[..., Any]) -> Callable[[_Asked], Any]:
    """Return the store of one function's answers."""

    def answer(asked: _Asked) -> Any:
        for value in (*asked.args, *asked.kwargs.values()):
            value = value.question if isinstance(value, Asking) else value
            log = value.log if isinstance(value, Question) else value
            if isinstance(log, Log) and session.workspace().state(log.key) is None:
                raise QuestionError("The log has just changed. Reload the page.")
        return function(session.engine(), *asked.args, **asked.kwargs)

    # Streamlit tells stores apart by module, name and source: all of these are the same source.
    answer.__module__, answer.__qualname__ = function.__module__, function.__qualname__
    how = _KEEPING.get(function, _Keeping())
    keep = st.cache_data(max_entries=how.max_entries, show_spinner=how.spinner, hash_funcs={_Asked: attrgetter("key")})
    return keep(answer)


def kept(function: Callable[Concatenate[Engine, _P], _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Return what a function answers when it asks the engine of who asks; computed once for the same arguments."""
    key = key_of(function, *args, **kwargs)
    answer: _T = _keeper(function)(_Asked(key, args, kwargs))
    known = _answered()
    known[key] = None
    while len(known) > _MANY:
        known.pop(next(iter(known)), None)
    return answer


def is_kept(function: Callable[Concatenate[Engine, _P], _T], /, *args: _P.args, **kwargs: _P.kwargs) -> bool:
    """Whether a function answered this lately, so that `kept` will as a rule not compute it."""
    return key_of(function, *args, **kwargs) in _answered()


@st.cache_resource
def _answered() -> dict[str, None]:
    """Return the keys that were answered last, of all people: Streamlit's stores cannot be asked what they hold."""
    return {}
