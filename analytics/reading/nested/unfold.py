"""The table ``raw`` with its nested columns unfolded: payloads taken apart into rows, values into columns by their paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from analytics.reading.nested import steps
from analytics.reading.nested.leaves import Leaf, Leaves
from analytics.reading.nested.registry import RECOGNISERS, Recogniser, matching, matching_any
from analytics.reading.nested.steps import Made, Sheet
from analytics.reading.nested.texts import Nested, nested_columns
from analytics.reading.types.conversion import GROUP, is_value, looks_like_code
from analytics.reading.types.infer import parsed

_MAX_ROUNDS = 12
"""Texts in objects in texts that are followed, and steps of a recogniser. A judgement."""

_MAX_LEAVES = 200
"""Columns that one column may become: more are names that are values themselves. A judgement."""

_TEXT_NUMBERS = (
    ".n",
    ".$numberdouble",
    ".$numberint",
    ".$numberlong",
    ".$numberdecimal",
    ".doublevalue",
    ".integervalue",
)
"""Ends of paths under which stores of documents keep numbers as text."""

_WANTED = {"UBIGINT": "BIGINT", "BIGINT": "BIGINT", "DOUBLE": "DOUBLE", "BOOLEAN": "BOOLEAN"}
_ANY_NUMBER = "a number, where all are"


@dataclass(frozen=True)
class _Unfolded:
    """The columns of ``raw`` afterwards, what is to be said, which names are paths, which column a role is likely in, and
    what kind of payload this is.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    said: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    payload: str | None = None


@dataclass
class _Work:
    """What is done so far."""

    sheet: Sheet
    named: tuple[str, ...]
    max_columns: int
    recogniser: Recogniser | None = None
    is_joined: bool = False
    is_split: bool = False
    settled: set[str] = field(default_factory=set)
    wanted: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    texts_kept: list[str] = field(default_factory=list)


def unfold(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    types: Sequence[str],
    named: Sequence[str] = (),
    *,
    max_columns: int,
    as_text: bool = False,
) -> _Unfolded:
    """Unfold the columns of ``raw`` that hold objects and lists.

    Parameters
    ----------
    names, types : sequence of str
        The columns as people see them, and their types.
    named : sequence of str
        Paths that a person named: each becomes a column whatever it holds.
    max_columns : int
        Columns that the table may have in the end.
    as_text : bool
        Whether what was unfolded stays text.
    """
    work = _Work(Sheet(tuple(names), tuple(types)), tuple(named), max_columns)
    for _ in range(_MAX_ROUNDS):
        texts = [at for at, type_ in enumerate(work.sheet.types) if type_ == "VARCHAR"]
        columns = nested_columns(connection, work.sheet.names, texts)
        if not (_step(connection, work, columns) or _spread(connection, work, columns)):
            break
    if not as_text:
        _give_types(connection, work)
    paths = tuple(name for name in work.sheet.names if name in work.wanted or name in work.sheet.made)
    hints = tuple(_hints(work))
    payload = work.recogniser.name if work.recogniser else None
    return _Unfolded(work.sheet.names, work.sheet.types, tuple(_said(work)), paths, hints, payload)


def _paths_of(sheet: Sheet, columns: Sequence[Nested]) -> list[str]:
    """Return every path that is there: of columns, of what is in them, and of what is in the objects of lists."""
    paths = list(sheet.names)
    for node in [node for column in columns for node in column.tree.walk()]:
        paths.append(node.path)
        if node.type == "list":
            inside = node.item if isinstance(node.item, dict) else {}
            paths += [f"{node.path}[]", *(f"{node.path}[].{name}" for name in inside)]
    return paths


def _recognised(connection: duckdb.DuckDBPyConnection, work: _Work, columns: Sequence[Nested]) -> Recogniser | None:
    """Return the first recogniser whose tell-tale paths are all there."""
    paths = _paths_of(work.sheet, columns)
    for recogniser in RECOGNISERS:
        joined = recogniser.joined
        is_like = all(matching(tell, paths) for tell in recogniser.tells)
        whose, rows = recogniser.whose, recogniser.rows
        if not is_like or (whose and not steps.are_of_several(connection, columns, rows, whose)):
            continue
        if joined is None or steps.sides_of(connection, work.sheet, joined):
            return recogniser
    return None


def _step(connection: duckdb.DuckDBPyConnection, work: _Work, columns: Sequence[Nested]) -> bool:
    """Take the next step that a recogniser asks for; return whether there was one."""
    if work.recogniser is None and columns:
        work.recogniser = _recognised(connection, work, columns)
    found = work.recogniser
    if found is None:
        return False
    if found.joined and not work.is_joined and (places := steps.sides_of(connection, work.sheet, found.joined)):
        work.is_joined = True
        work.sheet, said = steps.join_halves(connection, work.sheet, columns, places)
        work.said.append(said)
        return True
    if not work.is_split and matching_any(found.csv, work.sheet.names):
        work.is_split = True
        work.sheet = steps.split_texts(connection, work.sheet, found.csv)
        return True
    lists = (*found.csv, *found.rows)
    work.sheet, taken = steps.take_rows_apart(connection, work.sheet, columns, lists, work.named)
    work.said += [taken] if taken else []
    return taken is not None


def _spread(connection: duckdb.DuckDBPyConnection, work: _Work, columns: Sequence[Nested]) -> bool:
    """Make columns of what nested columns hold; return whether there was any."""
    sheet, made, is_changed = work.sheet, [], False
    nested = {column.place: column for column in columns if sheet.names[column.place] not in work.settled}
    n_columns = len(sheet.names)
    for at, own in enumerate(steps.kept(sheet)):
        column = nested.get(at)
        leaves = list(_leaves_of(connection, work, column)) if column else []
        is_itself = [leaf.path for leaf in leaves] == [own.name]
        too_many = len(leaves) > _MAX_LEAVES or n_columns + len(leaves) > work.max_columns
        is_empty = not leaves and not any(path.startswith(own.name) for path in sheet.apart | sheet.left)
        if column is None or is_itself or is_empty or too_many:
            if column is not None:
                work.settled.add(own.name)
                work.texts_kept.append(own.name)
            made.append(own)
            continue
        is_changed, n_columns = True, n_columns + len(leaves)
        _note(work, own.name, leaves)
        made += [Made(leaf.path, leaf.sql, leaf.parameters) for leaf in leaves]
        if column.n_bad:
            work.settled.add(own.name)
            made.append(own)
    if is_changed:
        steps.rewrite(connection, made)
        names = tuple(column.name for column in made)
        work.sheet = replace(sheet, names=names, types=tuple(column.type for column in made))
    return is_changed


def _leaves_of(connection: duckdb.DuckDBPyConnection, work: _Work, column: Nested) -> Iterator[Leaf]:
    """Yield the leaves of a column, and those that a person named and that are no leaves by themselves."""
    finder = Leaves(connection, column, lambda path: path in work.sheet.left)
    found = {leaf.path: leaf for leaf in finder.found()}
    yield from found.values()
    root = column.tree.path
    for name in work.named:
        is_new = name not in found and name not in work.sheet.names and name.startswith((f"{root}.", f"{root}["))
        if is_new and (node := column.tree.find(name[len(root) :])) is not None:
            work.settled.add(name)
            yield replace(finder.leaf(node), path=name)


def _note(work: _Work, name: str, leaves: Sequence[Leaf]) -> None:
    """Keep what types the leaves of a column are to have, and how many they are."""
    was_text = any(name == made or name.startswith((f"{made}.", f"{made}[")) for made in work.sheet.made)
    work.counts[name] = len(leaves)
    for leaf in leaves:
        is_text = was_text or leaf.path.casefold().endswith(_TEXT_NUMBERS)
        work.wanted[leaf.path] = (
            _ANY_NUMBER if is_text and leaf.type == "VARCHAR" else _WANTED.get(leaf.type, "VARCHAR")
        )


def _give_types(connection: duckdb.DuckDBPyConnection, work: _Work) -> None:
    """Give what was unfolded the types that all of its values have."""
    sheet = work.sheet
    wanted = work.wanted | dict.fromkeys(sheet.made, _ANY_NUMBER)
    places = [
        at
        for at, name in enumerate(sheet.names)
        if wanted.get(name, "VARCHAR") != "VARCHAR" and sheet.types[at] == "VARCHAR"
    ]
    found: dict[int, str] = {}
    for start in range(0, len(places), GROUP):
        group = places[start : start + GROUP]
        facts = ", ".join(_facts(f"c{at}") for at in group)
        row = connection.execute(f"SELECT {facts} FROM raw").fetchone()
        assert row is not None
        for at, fact in zip(group, zip(*[iter(row)] * 5, strict=True), strict=True):
            if type_ := _type_of(wanted[sheet.names[at]], fact):
                found[at] = type_
    if found:
        columns = [
            replace(own, sql=parsed(own.sql, found[at]), type=found[at]) if at in found else own
            for at, own in enumerate(steps.kept(sheet))
        ]
        steps.rewrite(connection, columns)
        work.sheet = replace(sheet, types=tuple(column.type for column in columns))


def _facts(name: str) -> str:
    """Return the expressions of a column's values, of those that fit each type, and of digits that a number would lose."""
    value = is_value(name)
    is_digits = f"regexp_full_match({name}, '[+-]?[0-9]{{16,}}') OR {looks_like_code(name)}"
    fitting = [f"count({parsed(name, type_)})" for type_ in ("BIGINT", "DOUBLE", "BOOLEAN")]
    return f"count(*) FILTER ({value}), {', '.join(fitting)}, coalesce(bool_or({is_digits}), false)"


def _type_of(wanted: str, facts: Sequence[int]) -> str | None:
    """Return the type that all values of a column have, None for text."""
    n_values, n_whole, n_real, n_truth, has_digits = facts
    if not n_values:
        return None
    if n_truth == n_values:
        return "BOOLEAN" if wanted == "BOOLEAN" else None
    if n_whole == n_values and not (wanted == _ANY_NUMBER and has_digits):
        return "BIGINT" if wanted != "BOOLEAN" else None
    return "DOUBLE" if n_real == n_values and not has_digits and wanted != "BOOLEAN" else None


def _hints(work: _Work) -> Iterator[tuple[str, str]]:
    """Yield the roles that a recogniser knows the place of, each with its column."""
    found, types = work.recogniser, dict(zip(work.sheet.names, work.sheet.types, strict=True))
    if found is None:
        return
    for role in ("score", "label", "row_id", "time"):
        for pattern in getattr(found, role):
            likely = [
                name for name in matching(pattern, types) if role != "score" or types[name] in ("DOUBLE", "BIGINT")
            ]
            if len(likely) == 1:
                yield role, likely[0]
                break


def _said(work: _Work) -> Iterator[str]:
    """Yield the sentences on what was unfolded."""
    yield from work.said
    if any(work.counts.values()):
        shown = [f"{name!r} ({count:,})" for name, count in work.counts.items() if count]
        yield "Values inside values became columns by their paths: " + _some(shown)
    if kept := [name for name in dict.fromkeys(work.texts_kept) if name in work.sheet.names]:
        yield "Values inside values are kept as JSON text: " + _some([repr(name) for name in kept])


def _some(shown: Sequence[str]) -> str:
    return ", ".join(shown[:6]) + (", …" if len(shown) > 6 else ".")
