"""A file of gates, written as it is read."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from analytics.answers.gates.statement import GatesFile
from analytics.measure.thresholds.costs import CELLS, Costs


def written_gates(file: GatesFile) -> str:
    """Write a file of gates as `read_gates` reads it."""
    lines = [f"name = {_quoted(file.name)}"] if file.name else []
    lines += [f"log = {_quoted(file.log)}"] if file.log is not None else []
    lines += [f"level = {file.level:g}", f"minimum_rows = {file.minimum_rows}"]
    lines += ["mature = true"] if file.mature else []
    lines += [f"last_days = {file.last_days}"] if file.last_days is not None else []
    if file.has_reference:
        lines += ["", "[reference]"]
        lines += [f"log = {_quoted(file.reference_log)}"] if file.reference_log is not None else []
        lines += [f"where = {_listed(file.reference_where)}"] if file.reference_where else []
    if (candidate := file.candidate) is not None:
        lines += ["", "[candidate]"]
        texts = {"log": candidate.log, "column": candidate.column}
        lines += [f"{key} = {_quoted(text)}" for key, text in texts.items() if text is not None]
        lists = {"where": candidate.where, "live": candidate.live, "on": candidate.on}
        lines += [f"{key} = {_listed(each)}" for key, each in lists.items() if each]
        lines += [f"threshold = {candidate.threshold!r}"] if candidate.threshold is not None else []
    lines += [] if file.costs is None else _of_costs(file.costs)
    for gate in file.gates:
        lines += ["", "[[gate]]", f"name = {_quoted(gate.name)}", f"{gate.about} = {_quoted(gate.subject)}"]
        lines += [f"by = {_quoted(gate.by)}"] if gate.by is not None else []
        lines += [f"where = {_listed(gate.where)}"] if gate.where else []
        lines += [f"against = {_quoted(gate.against)}"] if gate.against != "limit" else []
        lines += [f"{side} = {end!r}" for side, end in (("min", gate.low), ("max", gate.high)) if isfinite(end)]
    for entry in file.exceptions:
        lines += ["", "[[exception]]", f"gate = {_quoted(entry.gate)}"]
        lines += [f"slice = {_quoted(entry.slice)}"] if entry.slice is not None else []
        lines += [f"name = {_quoted(entry.name)}", f"reason = {_quoted(entry.reason)}", f"until = {entry.until}"]
    return "\n".join(lines).lstrip("\n") + "\n"


def _of_costs(costs: Costs) -> list[str]:
    """Write what errors cost: of what costs nothing, or what it usually does, nothing is said."""
    said, usual = {name: float(getattr(costs, name)) for name in (*CELLS, "review")}, Costs()
    lines = [f"{name} = {value!r}" for name, value in said.items() if value or getattr(usual, name)]
    cells = [f"amount_cells = {_listed(costs.amount_cells)}"] if costs.amount_cells else []
    return ["", "[costs]", *lines, *cells]


def _quoted(text: str) -> str:
    """Write a text as TOML reads it: in quotes, what could end them or is no print as a number."""
    marks = (
        f"\\{mark}" if mark in '"\\' else mark if mark.isprintable() else f"\\U{ord(mark):08x}"
        for mark in text.encode("utf-8", "replace").decode()
    )
    return f'"{"".join(marks)}"'


def _listed(texts: Iterable[str]) -> str:
    """Write a list of texts."""
    return f"[{', '.join(map(_quoted, texts))}]"
