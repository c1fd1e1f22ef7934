"""Findings about rows: what was set aside or mended, ids that repeat, labels that came in another file."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log.receipt import Finding, LabelCounts
from analytics.log.schema import Log, Reading
from analytics.reading.checks.evidence import Facts

_FOOTER = "footer"


def about_reading(reading: Reading) -> Iterator[Finding]:
    """Rows that were set aside, a text that was repaired."""
    for reason in reading.set_aside:
        if reason.reason == _FOOTER:
            yield Finding(
                "footer",
                "note",
                None,
                reason.rows,
                f"{reason.rows:,} lines below the table are a footer and were set aside. Download them below and check that none "
                "is a row.",
            )
        else:
            yield Finding(
                "rows-set-aside",
                "warning",
                None,
                reason.rows,
                f"{reason.rows:,} rows were set aside: {reason.reason}. Download them below and correct the export.",
            )
    for difference in reading.origin.differences:
        yield Finding("columns-differ", "warning", None, None, difference)
    for contradiction in reading.origin.contradictions:
        yield Finding("content-not-name", "note", None, None, contradiction)
    for repair in reading.repairs:
        yield Finding("repaired", "note", None, None, repair)


def about_rows(log: Log) -> Iterator[Finding]:
    """A log without rows."""
    if log.n_rows == 0:
        yield Finding("no-rows", "error", None, 0, "The file has a header and no rows. Export the log again.")


def about_ids(log: Log, facts: Facts) -> Iterator[Finding]:
    """Ids that stand on more than one row, with the same outcome or with different ones."""
    per = " for one model version" if log.mapping.model_version else ""
    if facts.n_contrary_ids:
        yield Finding(
            "different-outcomes",
            "warning",
            log.mapping.row_id,
            facts.rows_contrary,
            f"Expected one outcome per id; {facts.n_contrary_ids:,} ids stand on {facts.rows_contrary:,} rows that are positive "
            f"here and negative there{per}, the first is {facts.example_contrary!r}. "
            "Check whether the column is the id of a row, and "
            "export the final label of each.",
            facts.example_contrary,
        )
    if facts.n_revised_ids:
        yield Finding(
            "latest-label",
            "warning" if facts.rows_unsettled else "note",
            log.mapping.label,
            facts.rows_revised,
            f"{facts.n_revised_ids:,} ids have different labels; the latest by {log.mapping.latest_by!r} counts, in place of the "
            f"own label of {facts.rows_revised:,} rows. {facts.rows_unsettled:,} rows are not known yet, as their latest labels "
            "contradict each other: correct the export. The column of the file is kept as it is.",
        )
    if facts.n_duplicate_ids:
        yield Finding(
            "duplicate-ids",
            "warning",
            log.mapping.row_id,
            facts.n_duplicate_ids,
            f"{facts.n_duplicate_ids:,} rows repeat an id{per}, the first is {facts.example_duplicate!r}. "
            "All rows are kept: check whether the export holds rows twice.",
            facts.example_duplicate,
        )


def about_joined_labels(log: Log) -> Iterator[Finding]:
    """What became of the labels of another file."""
    labels = log.reading.labels
    if labels is None:
        return
    yield Finding("labels-joined", "note", labels.label_column, labels.rows_matched, _joined_words(labels))
    if labels.n_contrary:
        yield Finding(
            "labels-contradict",
            "warning",
            labels.label_column,
            labels.rows_contrary,
            f"Expected one label per id and time in {labels.source!r}, found different ones at the same latest time for "
            f"{labels.n_contrary:,} ids, the first is {labels.example_contrary!r}. Their {labels.rows_contrary:,} rows count as "
            "not known yet: correct the file and attach it again.",
            labels.example_contrary,
        )
    if labels.n_changed and labels.time_column is None:
        yield Finding(
            "labels-by-order",
            "warning",
            labels.label_column,
            labels.n_changed,
            f"{labels.n_changed:,} ids have different labels in {labels.source!r}, which has no column of times: the last one in "
            "the order of the file counts. Add the time of each label, or check that the file is in order.",
        )
    if labels.n_orphans:
        yield Finding(
            "labels-without-rows",
            "warning",
            labels.id_column,
            labels.n_orphans,
            f"{labels.n_orphans:,} ids of {labels.source!r} belong to no row of the log, the first is {labels.example_orphan!r}. "
            "Check that both files are of the same period and write the id alike.",
            labels.example_orphan,
        )
    if labels.rows_unmatched:
        yield Finding(
            "rows-without-labels",
            "warning",
            labels.id_column,
            labels.rows_unmatched,
            f"{labels.rows_unmatched:,} rows found no label in {labels.source!r}"
            + (f", the first id is {labels.example_unmatched!r}" if labels.example_unmatched else "")
            + ". They keep what the log had, else they are not known yet: attach later labels when they are there.",
            labels.example_unmatched,
        )


def _joined_words(labels: LabelCounts) -> str:
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
    changed = (
        f" {labels.n_changed:,} ids changed their label; the earlier ones are kept with the log."
        if labels.n_changed
        else ""
    )
    return (
        f"{labels.n_read:,} labels read from {labels.source!r} and joined by {by}{account}; {order}. "
        f"{labels.rows_matched:,} rows got theirs.{changed}"
    )
