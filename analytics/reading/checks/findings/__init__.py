"""What ruins analyses, found before anyone looks at a chart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analytics.log.receipt import Finding, Severity
from analytics.log.schema import Log
from analytics.reading.checks.evidence import Facts
from analytics.reading.checks.findings import columns, labels, rows, scores, times

__all__ = ["CODES", "ORDER", "Facts", "find"]

CODES: dict[str, str] = {
    "no-rows": "the file has a header and no rows",
    "constant-score": "every row has the same score",
    "score-ranks-wrong-way": "AUROC lies below one half, with its whole interval",
    "one-class": "every label is positive, or every label is negative",
    "one-class-after": "from a date on the labels are all positive, or all negative",
    "different-outcomes": "an id that stands on rows with different labels, within one model version",
    "rows-set-aside": "lines that could not be read as rows",
    "duplicate-ids": "ids that stand on more than one row of a model version",
    "score-outside-range": "a few scores below 0 or above 1 among scores that are probabilities otherwise",
    "null-score": "rows without a score: kept, not judged",
    "unparsable-score": "values in the score column that are no finite number",
    "unparsable-amount": "values in the amount column that are no finite number",
    "decision-against-score": "logged decisions that differ from the score at the threshold",
    "no-label": "no column of labels: nothing can be judged",
    "null-label": "rows without a label: kept as not known yet",
    "label-other-values": "labels that are neither positive nor negative: kept as not known yet",
    "label-third-value": "more than two values in the label, each counted as positive or negative",
    "labels-contradict": "labels from another file that differ at the same latest time: the row is not known yet",
    "latest-label": "ids with several labels in the log itself, of which the latest counts",
    "labels-without-rows": "labels from another file whose id no row has",
    "rows-without-labels": "rows for which the labels file has no label",
    "labels-by-order": "ids with different labels in a file without times: the last one counts",
    "missing-in-segment": "a column that is missing almost only in one segment",
    "default-spike": "one value that stands apart from all others, or far above its neighbours: a default filled in",
    "end-before-start": "rows on which an end lies before its start",
    "utc-and-local": "two times whole hours apart, switching with daylight saving: one is UTC, the other local",
    "unit-change": "a numeric column whose values change by a constant factor at a date",
    "format-change": "a column that is written in another format from a date on",
    "near-duplicates": "values of a segment column that differ in case, blanks or accents only",
    "unparsable-values": "values that do not fit their column: they count as missing",
    "too-many-values": "a segment column with too many values to read",
    "no-score": "decisions and no score: the threshold cannot be moved",
    "score-not-probability": "scores that rank and are no probabilities",
    "labels-joined": "labels that came in another file: what was read, joined and replaced",
    "columns-differ": "a column that not all files of the log have",
    "content-not-name": "a file is not what its name says",
    "footer": "lines below the table that are no rows of it",
    "repaired": "something was mended while reading",
    "empty-column": "a column without any value",
    "constant-column": "a column with one value throughout",
}
"""Every code of a finding and what it means, the gravest first: README and tests read it."""

ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


def find(log: Log, facts: Facts) -> tuple[Finding, ...]:
    """Return every finding, the gravest first."""
    checks: Iterable[Iterator[Finding]] = (
        rows.about_reading(log.reading),
        rows.about_rows(log),
        rows.about_ids(log, facts),
        rows.about_joined_labels(log),
        scores.about_score(log, facts),
        scores.about_decisions(log, facts),
        labels.about_label(log, facts),
        columns.about_columns(log, facts),
        columns.about_segments(log, facts),
        times.about_times(facts),
        times.about_changes(facts),
    )
    findings = [finding for check in checks for finding in check]
    return tuple(sorted(findings, key=lambda finding: (ORDER[finding.severity], -(finding.rows or 0))))
