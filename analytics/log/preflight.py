"""What ruins analyses, found before anyone looks at a chart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analytics.log.schema import MAX_SEGMENT_VALUES, Finding, Log, Severity

CODES: dict[str, str] = {
    "no-rows": "the file has a header and no rows",
    "constant-score": "every row has the same score",
    "score-ranks-wrong-way": "AUROC lies below one half, with its whole interval",
    "one-class": "every label is positive, or every label is negative",
    "rows-set-aside": "lines that could not be read as rows",
    "duplicate-ids": "ids that stand on more than one row of a model version",
    "null-score": "rows without a score: kept, not judged",
    "unparsable-score": "values in the score column that are no finite number",
    "unparsable-amount": "values in the amount column that are no finite number",
    "decision-against-score": "logged decisions that differ from the score at the threshold",
    "no-label": "no column of labels: nothing can be judged",
    "null-label": "rows without a label: kept as not known yet",
    "label-other-values": "labels that are neither positive nor negative: kept as not known yet",
    "unparsable-values": "values that do not fit their column: they count as missing",
    "too-many-values": "a segment column with too many values to read",
    "no-score": "decisions and no score: the threshold cannot be moved",
    "score-not-probability": "scores that rank and are no probabilities",
    "columns-differ": "a column that not all files of the log have",
    "content-not-name": "a file is not what its name says",
    "repaired": "something was mended or joined while reading",
    "empty-column": "a column without any value",
    "constant-column": "a column with one value throughout",
}
"""Every code of a finding and what it means, the gravest first: README and tests read it."""

CONSTANT_MIN_ROWS = 2
ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Facts:
    """What the checks need beyond the receipt: counted once in the engine.

    Attributes
    ----------
    n_duplicate_ids : int
        Rows whose id (with the model version, where there is one) stands on an earlier row as well.
    example_duplicate : str or None
        The first such id.
    n_decisions_against_score : int or None
        Rows whose logged decision contradicts the score at the threshold.
    auroc, auroc_low, auroc_high : float or None
        Area under the ROC curve with its 95 % interval, None where it is not defined.
    label_values : tuple of (str, int)
        Values of the label that are neither positive nor negative, with their rows.
    n_bad_scores : int
        Rows with a value in the score column that is no finite number.
    n_bad_amounts : int
        The same for the amount.
    """

    n_duplicate_ids: int = 0
    example_duplicate: str | None = None
    n_decisions_against_score: int | None = None
    auroc: float | None = None
    auroc_low: float | None = None
    auroc_high: float | None = None
    label_values: tuple[tuple[str, int], ...] = ()
    n_bad_scores: int = 0
    n_bad_amounts: int = 0


def find(log: Log, facts: Facts) -> tuple[Finding, ...]:
    """Return every finding, the gravest first."""
    checks: Iterable[Iterator[Finding]] = (
        about_rows(log),
        about_ids(log, facts),
        about_score(log, facts),
        about_label(log, facts),
        about_columns(log),
        about_segments(log),
    )
    findings = [finding for check in checks for finding in check]
    return tuple(sorted(findings, key=lambda finding: (ORDER[finding.severity], -(finding.rows or 0))))


def about_rows(log: Log) -> Iterator[Finding]:
    """Rows that were set aside, a text that was repaired, a log without rows."""
    for reason in log.reading.set_aside:
        yield Finding(
            "rows-set-aside", "warning", None, reason.rows,
            f"{reason.rows:,} rows were set aside: {reason.reason}. Download them below and correct the export.",
        )  # fmt: skip
    for difference in log.reading.origin.differences:
        yield Finding("columns-differ", "warning", None, None, difference)
    for contradiction in log.reading.origin.contradictions:
        yield Finding("content-not-name", "note", None, None, contradiction)
    for repair in log.reading.repairs:
        yield Finding("repaired", "note", None, None, repair)
    if log.n_rows == 0:
        yield Finding("no-rows", "error", None, 0, "The file has a header and no rows. Export the log again.")


def about_ids(log: Log, facts: Facts) -> Iterator[Finding]:
    """Ids that stand on more than one row."""
    if facts.n_duplicate_ids:
        per = " for one model version" if log.mapping.model_version else ""
        yield Finding(
            "duplicate-ids", "warning", log.mapping.row_id, facts.n_duplicate_ids,
            f"{facts.n_duplicate_ids:,} rows repeat an id{per}, the first is {facts.example_duplicate!r}. "
            "All rows are kept: check whether the export holds rows twice.",
        )  # fmt: skip


def about_score(log: Log, facts: Facts) -> Iterator[Finding]:
    """Scores that are missing, out of range, constant, or rank the wrong way round."""
    name = log.mapping.score
    if name is None:
        yield Finding(
            "no-score", "note", log.mapping.decision, None,
            "The log has decisions and no score: thresholds cannot be moved, and areas under curves say little.",
        )  # fmt: skip
    if log.n_unscored:
        yield Finding(
            "null-score", "warning", name or log.mapping.decision, log.n_unscored,
            f"{log.n_unscored:,} rows have no score. They are kept, counted and not judged.",
        )  # fmt: skip
    if facts.n_bad_scores:
        yield Finding(
            "unparsable-score", "warning", name, facts.n_bad_scores,
            f"{facts.n_bad_scores:,} rows hold something in the score column that is no finite number; "
            "it counts as missing.",
        )  # fmt: skip
    if facts.n_bad_amounts:
        yield Finding(
            "unparsable-amount", "warning", log.mapping.amount, facts.n_bad_amounts,
            f"{facts.n_bad_amounts:,} rows hold something in the amount column that is no finite number; "
            "it counts as missing.",
        )  # fmt: skip
    if len(log.edges) == 1 and log.n_rows - log.n_unscored >= CONSTANT_MIN_ROWS:
        yield Finding(
            "constant-score", "error", name or log.mapping.decision, log.n_rows - log.n_unscored,
            f"Every row has the score {log.edges[0]:g}. Check that this is the column of scores.",
        )  # fmt: skip
    if log.score_kind == "rank":
        yield Finding(
            "score-not-probability", "note", name, None,
            f"Scores run from {log.edges[0]:g} to {log.reading.column(name or '').high}: they rank, but are no "
            "probabilities. Brier score, log loss and ECE are not shown.",
        )  # fmt: skip
    if facts.auroc is not None and facts.auroc_high is not None and facts.auroc_high < 0.5:
        yield Finding(
            "score-ranks-wrong-way", "error", name or log.mapping.decision, log.n_labelled,
            f"The score ranks the wrong way round: AUROC {facts.auroc:.3f} (95 % {facts.auroc_low:.3f} to "
            f"{facts.auroc_high:.3f}) is below one half. Check the positive value of the label, or whether the score is of "
            "the other class.",
        )  # fmt: skip
    if facts.n_decisions_against_score:
        yield Finding(
            "decision-against-score", "warning", log.mapping.decision, facts.n_decisions_against_score,
            f"{facts.n_decisions_against_score:,} logged decisions differ from the score at the threshold "
            f"{log.mapping.threshold:g}. Check the threshold, or whether people override the model.",
        )  # fmt: skip


def about_label(log: Log, facts: Facts) -> Iterator[Finding]:
    """Labels that are missing, of one class, or hold values that are neither positive nor negative."""
    name = log.mapping.label
    if name is None:
        yield Finding(
            "no-label", "warning", None, log.n_rows,
            "The log has no label: nothing can be judged yet. Choose the column of outcomes in the mapping.",
        )  # fmt: skip
        return
    others = sum(rows for _, rows in facts.label_values)
    n_null = log.n_rows - log.n_labelled - others
    if n_null:
        yield Finding(
            "null-label", "warning", name, n_null,
            f"{n_null:,} rows ({n_null / log.n_rows:.1%}) have no label. They are kept as not known yet, never as negative.",
        )  # fmt: skip
    if others:
        shown = ", ".join(f"{value!r} ({rows:,})" for value, rows in facts.label_values[:4])
        yield Finding(
            "label-other-values", "warning", name, others,
            f"{others:,} rows hold a label that is neither positive nor negative: {shown}. They count as not known yet.",
        )  # fmt: skip
    if log.n_labelled and log.n_positive in (0, log.n_labelled):
        what = "negative" if log.n_positive == 0 else "positive"
        yield Finding(
            "one-class", "error", name, log.n_labelled,
            f"Every label is {what}. Check the positive value: found {', '.join(map(repr, log.mapping.positive))}.",
        )  # fmt: skip


def about_columns(log: Log) -> Iterator[Finding]:
    """Columns that are empty or constant, renamed headers, values that do not fit their column."""
    for column in log.columns:
        if column.n_unparsable and column.name not in (log.mapping.score, log.mapping.amount):
            yield Finding(
                "unparsable-values", "warning", column.name, column.n_unparsable,
                f"{column.n_unparsable:,} values are no {column.kind}, the first is {column.example_unparsable!r}. "
                "They count as missing.",
            )  # fmt: skip
        if log.n_rows >= CONSTANT_MIN_ROWS and column.n_missing == log.n_rows and not column.n_unparsable:
            yield Finding("empty-column", "note", column.name, log.n_rows, "The column is empty on every row.")
        elif log.n_rows >= CONSTANT_MIN_ROWS and column.n_distinct == 1 and column.n_missing == 0:
            value = column.top[0][0] if column.top else ""
            yield Finding(
                "constant-column",
                "note",
                column.name,
                log.n_rows,
                f"Every row holds {value[:60]!r}: nothing to slice by.",
            )


def about_segments(log: Log) -> Iterator[Finding]:
    """Segment columns with too many values to read."""
    for name in log.mapping.segments:
        column = log.column(name)
        if column.kind == "text" and column.n_distinct > MAX_SEGMENT_VALUES:
            yield Finding(
                "too-many-values", "warning", name, None,
                f"{column.n_distinct:,} different values: most slices will have few rows. Choose a coarser column.",
            )  # fmt: skip
