"""Checks of labels that came in another file: what was read, joined and replaced, and what met no row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from analytics.log.receipt import LabelCounts
from analytics.log.schema import Log
from analytics.reading.checks.check import Check, LogCheck, Said


def _joined(labels: LabelCounts) -> Iterator[Said]:
    """Say how labels were joined and where every row of their file went."""
    by = f"{labels.id_column!r} and {labels.version_column!r}" if labels.version_column else repr(labels.id_column)
    parts = {
        "set aside": labels.n_set_aside,
        "without an id": labels.n_without_id,
        "without a label": labels.n_without_label,
        "replaced by a later one": labels.n_repeated,
        "of ids that no row has": labels.n_orphans,
    }
    account = "".join(f", {rows:,} {words}" for words, rows in parts.items() if rows)
    order = f"the latest by {labels.time_column!r} counts" if labels.time_column else "the last of each id counts"
    revised = (
        f" {labels.rows_revised:,} {'row' if labels.rows_revised == 1 else 'rows'} had another label before; what it was is "
        "kept with the log."
        if labels.rows_revised
        else ""
    )
    yield Said(
        labels.label_column,
        labels.rows_matched,
        f"{labels.n_read:,} labels read from {labels.source!r} and joined by {by}{account}; {order}. "
        f"{labels.rows_matched:,} rows got theirs.{revised}",
    )


def _contradict(labels: LabelCounts) -> Iterator[Said]:
    if labels.n_contrary:
        yield Said(
            labels.label_column,
            labels.rows_contrary,
            f"Expected one label per id and time in {labels.source!r}, found different ones at the same latest time for "
            f"{labels.n_contrary:,} ids, the first is {labels.example_contrary!r}. Their {labels.rows_contrary:,} rows count as "
            "not known yet: correct the file and attach it again.",
            labels.example_contrary,
        )


def _by_order(labels: LabelCounts) -> Iterator[Said]:
    if labels.n_changed and labels.time_column is None:
        yield Said(
            labels.label_column,
            labels.n_changed,
            f"{labels.n_changed:,} ids have different labels in {labels.source!r}, which has no column of times: the last one in "
            "the order of the file counts. Add the time of each label, or check that the file is in order.",
        )


def _without_rows(labels: LabelCounts) -> Iterator[Said]:
    if labels.n_orphans:
        yield Said(
            labels.id_column,
            labels.n_orphans,
            f"{labels.n_orphans:,} ids of {labels.source!r} belong to no row of the log, the first is {labels.example_orphan!r}. "
            "Check that both files are of the same period and write the id alike.",
            labels.example_orphan,
        )


def _rows_without(labels: LabelCounts) -> Iterator[Said]:
    if labels.rows_unmatched:
        yield Said(
            labels.id_column,
            labels.rows_unmatched,
            f"{labels.rows_unmatched:,} rows found no label in {labels.source!r}"
            + (f", the first id is {labels.example_unmatched!r}" if labels.example_unmatched else "")
            + ". They keep what the log had, else they are not known yet: attach later labels when they are there.",
            labels.example_unmatched,
        )


def _of_each(say: Callable[[LabelCounts], Iterable[Said]]) -> Callable[[Log], Iterable[Said]]:
    """Let a check speak of each file that labels came in."""

    def said(log: Log) -> Iterator[Said]:
        for counts in (*log.reading.labels_before, *([log.reading.labels] if log.reading.labels else [])):
            yield from say(counts)

    return said


def _of_one(say: Callable[[LabelCounts], Iterable[Said]]) -> Callable[[Log], Iterable[Said]]:
    """Let a check speak where labels came in one file and rows lack one: several, or revisions, may be of some rows."""

    def said(log: Log) -> Iterable[Said]:
        is_one = log.reading.labels is not None and not log.reading.labels_before and log.n_labelled < log.n_rows
        return say(log.reading.labels) if is_one and log.reading.labels is not None else ()

    return said


CHECKS: tuple[Check, ...] = (
    LogCheck(
        code="labels-joined",
        severities=("note",),
        meaning="labels that came in another file: what was read, joined and replaced",
        say=_of_each(_joined),
    ),
    LogCheck(
        code="labels-contradict",
        severities=("warning",),
        meaning="labels from another file that differ at the same latest time: the row is not known yet",
        say=_of_each(_contradict),
    ),
    LogCheck(
        code="labels-by-order",
        severities=("warning",),
        meaning="ids with different labels in a file without times: the last one counts",
        say=_of_each(_by_order),
    ),
    LogCheck(
        code="labels-without-rows",
        severities=("warning",),
        meaning="labels from another file whose id no row has",
        say=_of_each(_without_rows),
    ),
    LogCheck(
        code="rows-without-labels",
        severities=("warning",),
        meaning="rows for which the labels file has no label",
        say=_of_one(_rows_without),
    ),
)
