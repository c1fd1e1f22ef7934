"""A file of gates: TOML that is read as data, with all that is wrong in one message."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from math import inf, isfinite
from typing import Any, get_args

from analytics.answers.gates.statement import (
    CALIBRATIONS,
    LABELS,
    About,
    Candidate,
    Gate,
    GateException,
    GatesFile,
    possible_values,
)
from analytics.errors import QuestionError
from analytics.measure.metrics import METRICS
from analytics.measure.slices import MIN_SUPPORT

_MAX_GATES = 200
"""Gates of one file: a query each, and nobody reads more. A judgement."""
_MAX_BYTES = 1_000_000
"""Characters of a file of gates: a hundred times what 200 gates take. A judgement."""
_SHOWN = 40
"""Characters of what was found that a message repeats. A judgement."""
_ABOUT = get_args(About)
_AGAINST = ("limit", "reference", "last", "live")
_TOP = ("name", "log", "level", "minimum_rows", "mature", "last_days", "reference", "candidate", "gate", "exception")
_OF_REFERENCE = ("log", "where")
_OF_CANDIDATE = ("log", "column", "where", "live", "on", "threshold")
_OF_GATE = ("name", *_ABOUT, "limit", "min", "max", "worse_by", "better_by", "against", "where", "by")
_BY = ("worse_by", "better_by")
"""Ends of a change for the worse or the better, whichever way the metric is better."""
_OF_EXCEPTION = ("gate", "slice", "name", "reason", "until")


def read_gates(text: str) -> GatesFile:
    """Read a file of gates.

    Raises
    ------
    QuestionError
        If it is no TOML, or says what is not understood: one line for each of it, with the line of the file and the nearest
        word that is.
    """
    if len(text) > _MAX_BYTES:
        raise QuestionError(
            f"Expected a file of gates of at most {_MAX_BYTES:,} characters, found {len(text):,}. Cut it."
        )
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise QuestionError(f"Expected a file of gates in TOML, found: {error}. Correct it.") from error
    reader = _Reader(text)
    found = reader.file(data)
    if reader.problems:
        raise QuestionError("\n".join(reader.problems))
    return found


class _Reader:
    """Reads a file, and gathers what is wrong with it."""

    def __init__(self, text: str) -> None:
        self.lines, self.problems = text.splitlines(), list[str]()
        self.place = "", 0

    def file(self, data: Mapping[str, Any]) -> GatesFile:
        """Read the whole."""
        self._known(data, _TOP, "file")
        reference = self._of(data, "reference", dict, {})
        self.place = "reference", 0
        self._known(reference, _OF_REFERENCE, "reference")
        where, log = self._texts(reference, "where"), self._text(reference, "log")
        candidate = self._candidate(data)
        gates = self._each(data, "gate", self._gate)
        names = [gate.name for gate in gates]
        is_whole = not self.problems
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.say(f"one gate called {name[:_SHOWN]!r}", f"{names.count(name)} of them", "Rename them", "name")
        exceptions = self._each(data, "exception", self._exception)
        for found in exceptions:
            if is_whole and found.gate not in names:
                self.say("the name of a gate", repr(found.gate[:_SHOWN]), self._nearest(found.gate, names), "gate")
        self.place = "", 0
        if not gates and not self.problems:
            self.say("at least one [[gate]]", "none", "Write one, or draft them with --draft", "gate")
        if len(gates) > _MAX_GATES:
            self.say(f"at most {_MAX_GATES} gates", f"{len(gates):,}", "Split the file", "gate")
        return GatesFile(
            tuple(gates[:_MAX_GATES]),
            tuple(exceptions),
            name=self._text(data, "name") or "",
            log=self._text(data, "log"),
            reference_log=log,
            reference_where=where,
            candidate=candidate,
            level=self._number(data, "level", 0.95, lambda value: 0.5 <= value < 1, "a level such as 0.95"),
            minimum_rows=int(
                self._number(data, "minimum_rows", MIN_SUPPORT, lambda value: value >= 0, "a number of rows")
            ),
            mature=self._of(data, "mature", bool, False),
            last_days=int(self._number(data, "last_days", 0, lambda value: value >= 1, "days"))
            if "last_days" in data
            else None,
        )

    def _candidate(self, data: Mapping[str, Any]) -> Candidate | None:
        """Read what stands against what is live; None where it is not said."""
        if "candidate" not in data:
            return None
        self.place = "", 0
        table = self._of(data, "candidate", dict, {})
        self.place = "candidate", 0
        self._known(table, _OF_CANDIDATE, "candidate")
        log, column = self._text(table, "log"), self._text(table, "column")
        where, live, on = (self._texts(table, key) for key in ("where", "live", "on"))
        if log is not None and column is not None:
            self.say("a log or a column as the candidate", "both", "Say one", "column")
        if log is None and column is None and not where and "threshold" not in table:
            self.say(
                "a log, a column, where or a threshold of the candidate",
                "none",
                "Say which answers it gave",
                "candidate",
            )
        threshold = self._number(table, "threshold", 0.0, isfinite, "a number") if "threshold" in table else None
        return Candidate(log, column, where, live, on, threshold)

    def _each(self, data: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any]], Any]) -> list[Any]:
        """Read the tables of one name, one after the other."""
        tables = self._of(data, key, list, [])
        found = []
        for place, table in enumerate(tables):
            self.place = key, place
            if not isinstance(table, dict):
                self.say(f"[[{key}]] with its keys below", type(table).__name__, "Write it as a table", key)
            elif (one := read(table)) is not None:
                found.append(one)
        return found

    def _gate(self, table: Mapping[str, Any]) -> Gate | None:
        """Read one gate; None where it is not understood."""
        before = len(self.problems)
        self._known(table, _OF_GATE, "gate")
        said = [about for about in _ABOUT if about in table]
        if len(said) != 1:
            self.say(f"one of {', '.join(_ABOUT)} in a gate", " and ".join(said) or "none", "Say one", "name")
            return None
        about, subject = said[0], self._text(table, said[0]) or ""
        self._subject(about, subject)
        against = self._text(table, "against") or "limit"
        if against not in _AGAINST:
            self.say(
                f"one of {', '.join(_AGAINST)}", repr(against[:_SHOWN]), self._nearest(against, _AGAINST), "against"
            )
        by = self._text(table, "by")
        if by is not None and about not in ("metric", "calibration"):
            self.say("by with a metric or calibration", f"by with {about}", "Leave it out", "by")
        if against == "live" and about != "metric":
            self.say("a metric of pairs against what is live", about, "Say a metric, or another against", "against")
        where = self._texts(table, "where")
        if len(self.problems) > before:
            return None
        low, high = self._limits(table, about, subject, against)
        name = self._text(table, "name") or " ".join(filter(None, (subject, by and f"by {by}", *where)))
        return Gate(name, about, subject, low, high, against, where, by)  # type: ignore[arg-type]

    def _subject(self, about: str, subject: str) -> None:
        """Refuse what a gate cannot be about; whether a log has a column is known later."""
        words = {"metric": tuple(METRICS), "calibration": tuple(CALIBRATIONS), "labels": tuple(LABELS)}
        known = words.get(about)
        if known is not None and subject not in known:
            self.say(
                f"the name of {_A.get(about, 'a')} {about}",
                repr(subject[:_SHOWN]),
                self._nearest(subject, known),
                about,
            )

    def _limits(self, table: Mapping[str, Any], about: str, subject: str, against: str) -> tuple[float, float]:
        """Return where the value of a gate has to be."""
        said = [key for key in ("limit", "min", "max", *_BY) if key in table]
        if about == "new_values" and not said:
            return -inf, 0.0
        numbers = {key: self._number(table, key, 0.0, isfinite, "a number") for key in said}
        self._possible(numbers, possible_values(about, subject, is_change=against != "limit"), subject)  # type: ignore[arg-type]
        direction = _direction(about, subject)
        one_sided = {"limit", *_BY} & {*said}
        if not said:
            self.say("a limit, min, max, worse_by or better_by", "none", "Say where the value has to be", about)
        elif one_sided and len(said) > 1:
            self.say(f"{said[0]} alone", " and ".join(said), "Say one of them, or min and max", said[-1])
        elif one_sided and direction == "neither":
            self.say("min or max where neither direction is better", said[0], "Say which side the limit is", said[0])
        elif said[0] in _BY and against == "limit":
            self.say(
                f'{said[0]} with against = "reference", "last" or "live"', "no against", "Say against what", said[0]
            )
        elif said[0] in _BY:
            better = numbers[said[0]] if said[0] == "better_by" else -numbers[said[0]]
            return (better, inf) if direction == "higher" else (-inf, -better)
        elif "limit" in said:
            return (numbers["limit"], inf) if direction == "higher" else (-inf, numbers["limit"])
        low, high = numbers.get("min", -inf), numbers.get("max", inf)
        if low > high:
            self.say("min below max", f"{low:g} and {high:g}", "Swap them", "min")
        return low, high

    def _possible(self, numbers: Mapping[str, float], range_: tuple[float, float], subject: str) -> None:
        """Refuse a limit beyond what there can be: it would always be kept, or never."""
        low, high = range_
        for key, value in numbers.items():
            if low <= value <= high:
                continue
            is_percent = isfinite(high) and low <= value / 100 <= high
            todo = f"Write {value:g} % as {value / 100:g}" if is_percent else "Correct it"
            ends = f"between {low:g} and {high:g}" if isfinite(high) else f"of at least {low:g}"
            self.say(f"{key} {ends} for {subject[:_SHOWN]!r}", f"{value:g}", todo, key)

    def _exception(self, table: Mapping[str, Any]) -> GateException | None:
        """Read one exception."""
        self._known(table, _OF_EXCEPTION, "exception")
        lacking = [key for key in ("gate", "name", "reason", "until") if not table.get(key)]
        until = table.get("until")
        if lacking:
            self.say("gate, name, reason and until in an exception", f"no {', no '.join(lacking)}", "Add them", "gate")
            return None
        if isinstance(until, datetime):
            until = until.date()
        if not isinstance(until, date):
            self.say("a day such as 2026-06-30", repr(until)[:_SHOWN], "Write it without quotes", "until")
            return None
        texts = {key: self._text(table, key) for key in ("gate", "slice", "name", "reason")}
        return GateException(texts["gate"] or "", texts["slice"], texts["name"] or "", texts["reason"] or "", until)

    def _known(self, table: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
        """Refuse keys that mean nothing."""
        for key in table:
            if key not in keys:
                self.say(f"a key of the {where} ({', '.join(keys)})", repr(key[:_SHOWN]), self._nearest(key, keys), key)

    def _of(self, table: Mapping[str, Any], key: str, kind: type[Any], default: Any) -> Any:
        """Return a value of one type."""
        value = table.get(key, default)
        if isinstance(value, kind):
            return value
        self.say(f"{key} as {_KINDS[kind]}", repr(value)[:_SHOWN], "Correct it", key)
        return default

    def _text(self, table: Mapping[str, Any], key: str) -> str | None:
        """Return a text, None where it is not said."""
        return self._of(table, key, str, "") if key in table else None

    def _texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Return a list of texts; one text is a list of one."""
        value = table.get(key, [])
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(each, str) for each in values):
            return tuple(values)
        self.say(f"{key} as a list of texts", repr(value)[:_SHOWN], "Correct it", key)
        return ()

    def _number(
        self, table: Mapping[str, Any], key: str, default: float, fits: Callable[[float], bool], what: str
    ) -> float:
        """Return a number."""
        value = table.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and fits(value):
            return float(value)
        self.say(f"{what} as {key}", repr(value)[:_SHOWN], "Correct it", key)
        return default

    def say(self, expected: str, found: str, todo: str, key: str) -> None:
        """Keep what is wrong, with the line on which it stands."""
        self.problems.append(f"Line {self._line(key)}: expected {expected}, found {found}. {todo}.")

    def _nearest(self, word: str, known: Iterable[str]) -> str:
        """Say what to write instead."""
        near = difflib.get_close_matches(word.casefold(), list(known), 1, 0.5)
        return f"Write {near[0]!r}" if near else f"Choose from {', '.join(list(known)[:8])}"

    def _line(self, key: str) -> int:
        """Return the line of a key in the table that is read, else the line on which the table begins."""
        heading, place = self.place
        start = 0
        if heading:
            pattern = re.compile(rf"\s*\[{{1,2}}\s*{heading}\s*\]{{1,2}}")
            heads = [number for number, line in enumerate(self.lines) if pattern.match(line)]
            start = heads[place] if place < len(heads) else 0
        of_key = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]|\s*\[+\s*{re.escape(key)}\s*\]")
        for number in range(start, len(self.lines)):
            if heading and number > start and self.lines[number].lstrip().startswith("["):
                break
            if of_key.match(self.lines[number]):
                return number + 1
        return start + 1


_A = {"metric": "a", "calibration": "a number of", "labels": "a number of"}
_KINDS: dict[type[Any], str] = {str: "a text in quotes", bool: "true or false", dict: "a table", list: "[[tables]]"}


def _direction(about: str, subject: str) -> str:
    """Return which way is better."""
    if about == "metric":
        return METRICS[subject].direction
    return "neither" if about == "calibration" else "lower"
