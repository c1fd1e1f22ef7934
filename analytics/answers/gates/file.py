"""A file of gates: TOML that is read as data, with all that is wrong in one message."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
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
from analytics.answers.gates.toml import SHOWN, TomlReader
from analytics.errors import QuestionError
from analytics.measure.metrics import METRICS
from analytics.measure.slices import MIN_SUPPORT
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.costs import CELLS, Costs, is_cost

_MAX_GATES = 200
"""Gates of one file: a query each, and nobody reads more. A judgement."""
_MAX_BYTES = 1_000_000
"""Characters of a file of gates: a hundred times what 200 gates take. A judgement."""
_ABOUT = get_args(About)
_AGAINST = ("limit", "reference", "last", "live")
_TOP = (
    *("name", "log", "level", "minimum_rows", "mature", "last_days"),
    *("reference", "candidate", "costs", "gate", "exception"),
)
_OF_REFERENCE = ("log", "where")
_OF_CANDIDATE = ("log", "column", "where", "live", "on", "threshold")
_OF_COSTS = (*CELLS, "review", "amount_cells")
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


class _Reader(TomlReader):
    """Reads a file of gates."""

    has_costs = False
    """Whether the file says what errors cost."""

    def file(self, data: Mapping[str, Any]) -> GatesFile:
        """Read the whole."""
        self.known(data, _TOP, "file")
        reference = self.of(data, "reference", dict, {})
        self.place = "reference", 0
        self.known(reference, _OF_REFERENCE, "reference")
        where, log = self.texts(reference, "where"), self.text(reference, "log")
        candidate, costs = self._candidate(data), self._costs(data)
        self.has_costs = "costs" in data
        gates = self._each(data, "gate", self._gate)
        names = [gate.name for gate in gates]
        is_whole = not self.problems
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.say(f"one gate called {name[:SHOWN]!r}", f"{names.count(name)} of them", "Rename them", "name")
        exceptions = self._each(data, "exception", self._exception)
        for found in exceptions:
            if is_whole and found.gate not in names:
                self.say("the name of a gate", repr(found.gate[:SHOWN]), self.nearest(found.gate, names), "gate")
        self.place = "", 0
        if not gates and not self.problems:
            self.say("at least one [[gate]]", "none", "Write one, or draft them with --draft", "gate")
        if len(gates) > _MAX_GATES:
            self.say(f"at most {_MAX_GATES} gates", f"{len(gates):,}", "Split the file", "gate")
        return GatesFile(
            tuple(gates[:_MAX_GATES]),
            tuple(exceptions),
            name=self.text(data, "name") or "",
            log=self.text(data, "log"),
            reference_log=log,
            reference_where=where,
            candidate=candidate,
            costs=costs,
            level=self.number(data, "level", 0.95, lambda value: 0.5 <= value < 1, "a level such as 0.95"),
            minimum_rows=int(
                self.number(data, "minimum_rows", MIN_SUPPORT, lambda value: value >= 0, "a number of rows")
            ),
            mature=self.of(data, "mature", bool, False),
            last_days=int(self.number(data, "last_days", 0, lambda value: value >= 1, "days"))
            if "last_days" in data
            else None,
        )

    def _candidate(self, data: Mapping[str, Any]) -> Candidate | None:
        """Read what stands against what is live; None where it is not said."""
        if "candidate" not in data:
            return None
        self.place = "", 0
        table = self.of(data, "candidate", dict, {})
        self.place = "candidate", 0
        if not isinstance(data["candidate"], dict):
            return None
        self.known(table, _OF_CANDIDATE, "candidate")
        log, column = self.text(table, "log"), self.text(table, "column")
        where, live, on = (self.texts(table, key) for key in ("where", "live", "on"))
        if log is not None and column is not None:
            self.say("a log or a column as the candidate", "both", "Say one", "column")
        if log is None and column is None and not where and "threshold" not in table:
            self.say(
                "a log, a column, where or a threshold of the candidate",
                "none",
                "Say which answers it gave",
                "candidate",
            )
        threshold = self.number(table, "threshold", 0.0, isfinite, "a number") if "threshold" in table else None
        return Candidate(log, column, where, live, on, threshold)

    def _costs(self, data: Mapping[str, Any]) -> Costs | None:
        """Read what errors cost; None where it is not said."""
        if "costs" not in data:
            return None
        self.place = "", 0
        table, before = self.of(data, "costs", dict, {}), len(self.problems)
        self.place = "costs", 0
        self.known(table, _OF_COSTS, "costs")
        cells = self.texts(table, "amount_cells")
        for cell in cells:
            if cell not in CELLS:
                self.say(
                    f"cells among {', '.join(CELLS)}", repr(cell[:SHOWN]), self.nearest(cell, CELLS), "amount_cells"
                )
        if not table:
            self.say("what errors cost", "nothing", "Say it, as fp = 1 and fn = 5", "costs")
        usual = Costs()
        own = {
            name: self.number(table, name, getattr(usual, name), is_cost, "a cost of up to a trillion")
            for name in (*CELLS, "review")
        }
        return None if len(self.problems) > before else Costs(**own, amount_cells=cells)

    def _each(self, data: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any]], Any]) -> list[Any]:
        """Read the tables of one name, one after the other."""
        tables = self.of(data, key, list, [])
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
        self.known(table, _OF_GATE, "gate")
        said = [about for about in _ABOUT if about in table]
        if len(said) != 1:
            self.say(f"one of {', '.join(_ABOUT)} in a gate", " and ".join(said) or "none", "Say one", "name")
            return None
        about, subject = said[0], self.text(table, said[0]) or ""
        self._subject(about, subject)
        against = self.text(table, "against") or "limit"
        if against not in _AGAINST:
            self.say(f"one of {', '.join(_AGAINST)}", repr(against[:SHOWN]), self.nearest(against, _AGAINST), "against")
        by = self.text(table, "by")
        if by is not None and about not in ("metric", "calibration"):
            self.say("by with a metric or calibration", f"by with {about}", "Leave it out", "by")
        if against == "live" and about != "metric":
            self.say("a metric of pairs against what is live", about, "Say a metric, or another against", "against")
        if (about, subject) == ("metric", COST) and against != "live":
            self.say(
                'against = "live" with the cost per row', repr(against[:SHOWN]), "Say it, or another metric", about
            )
        elif (about, subject) == ("metric", COST) and not self.has_costs:
            self.say(
                "[costs] in a file with a gate of the cost", "none", "Say there what errors cost: fp = 1, fn = 5", about
            )
        where = self.texts(table, "where")
        if len(self.problems) > before:
            return None
        low, high = self._limits(table, about, subject, against)
        name = self.text(table, "name") or " ".join(filter(None, (subject, by and f"by {by}", *where)))
        return Gate(name, about, subject, low, high, against, where, by)  # type: ignore[arg-type]

    def _subject(self, about: str, subject: str) -> None:
        """Refuse what a gate cannot be about; whether a log has a column is known later."""
        words = {"metric": tuple(METRICS), "calibration": tuple(CALIBRATIONS), "labels": tuple(LABELS)}
        known = words.get(about)
        if known is not None and subject not in known:
            self.say(
                f"the name of {_A.get(about, 'a')} {about}",
                repr(subject[:SHOWN]),
                self.nearest(subject, known),
                about,
            )

    def _limits(self, table: Mapping[str, Any], about: str, subject: str, against: str) -> tuple[float, float]:
        """Return where the value of a gate has to be."""
        said = [key for key in ("limit", "min", "max", *_BY) if key in table]
        if about == "new_values" and not said:
            return -inf, 0.0
        numbers = {key: self.number(table, key, 0.0, isfinite, "a number") for key in said}
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
            return (better, inf) if direction == "higher" else (-inf, 0.0 - better)
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
            self.say(f"{key} {ends} for {subject[:SHOWN]!r}", f"{value:g}", todo, key)

    def _exception(self, table: Mapping[str, Any]) -> GateException | None:
        """Read one exception."""
        self.known(table, _OF_EXCEPTION, "exception")
        lacking = [key for key in ("gate", "name", "reason", "until") if not table.get(key)]
        until = table.get("until")
        if lacking:
            self.say("gate, name, reason and until in an exception", f"no {', no '.join(lacking)}", "Add them", "gate")
            return None
        if isinstance(until, datetime):
            until = until.date()
        if not isinstance(until, date):
            self.say("a day such as 2026-06-30", repr(until)[:SHOWN], "Write it without quotes", "until")
            return None
        texts = {key: self.text(table, key) for key in ("gate", "slice", "name", "reason")}
        return GateException(texts["gate"] or "", texts["slice"], texts["name"] or "", texts["reason"] or "", until)


_A = {"metric": "a", "calibration": "a number of", "labels": "a number of"}


def _direction(about: str, subject: str) -> str:
    """Return which way is better."""
    if about == "metric":
        return METRICS[subject].direction
    return "neither" if about == "calibration" else "lower"
