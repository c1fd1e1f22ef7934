"""Findings about the label: missing, of one class, with further values, of one class from a date on."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log.receipt import Finding
from analytics.log.schema import Log
from analytics.reading.checks.evidence import Facts


def about_label(log: Log, facts: Facts) -> Iterator[Finding]:
    """Labels that are missing, of one class, or hold values that are neither positive nor negative."""
    name = log.mapping.label
    if name is None:
        yield Finding(
            "no-label",
            "warning",
            None,
            log.n_rows,
            "The log has no label: nothing can be judged yet. Choose the column of outcomes in the mapping.",
        )
        return
    others = sum(rows for _, rows in facts.label_values)
    n_null = log.n_rows - log.n_labelled - others - facts.rows_unsettled
    if n_null:
        yield Finding(
            "null-label",
            "warning",
            name,
            n_null,
            f"{n_null:,} rows ({n_null / log.n_rows:.1%}) have no label. They are kept as not known yet, never as negative.",
        )
    if others:
        shown = ", ".join(f"{value!r} ({rows:,})" for value, rows in facts.label_values[:4])
        yield Finding(
            "label-other-values",
            "warning",
            name,
            others,
            f"{others:,} rows hold a label that is neither positive nor negative: {shown}. They count as not known yet.",
        )
    if log.n_labelled and log.n_positive in (0, log.n_labelled):
        what = "negative" if log.n_positive == 0 else "positive"
        yield Finding(
            "one-class",
            "error",
            name,
            log.n_labelled,
            f"Every label is {what}. Check the positive value: found {', '.join(map(repr, log.mapping.positive))}.",
        )
    counted = (*log.mapping.positive, *log.mapping.negative)
    found = [(value, rows) for value, rows in log.column(name).top if value in counted]
    if len(found) > 2:
        shown = ", ".join(f"{value!r} ({rows:,})" for value, rows in found[:5])
        yield Finding(
            "label-third-value",
            "warning",
            name,
            sum(rows for _, rows in found[2:]),
            f"Expected two values in the label, found {len(found)} that count: {shown}. Positive is "
            f"{', '.join(map(repr, log.mapping.positive))}, the others are negative: choose in the "
            "mapping which are not known yet.",
            found[-1][0],
        )
    if (after := facts.one_class_after) is not None:
        what = "positive" if after.is_positive else "negative"
        share = f"all but {after.others:,}" if after.others else "all"
        yield Finding(
            "one-class-after",
            "warning",
            name,
            after.rows,
            f"From {after.since} on {share} of {after.rows:,} labels are {what}, against {after.share_before:.1%} before. The "
            "labels of this time are not all there yet, or they were written by a rule: filter it out before you compare.",
            after.since,
        )
