"""Findings about columns: empty, constant, missing in a segment, defaults, spellings of one value."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log.column import MAX_SEGMENT_VALUES
from analytics.log.receipt import Finding, Severity
from analytics.log.schema import Log
from analytics.reading.checks.evidence import Facts, Gap, Spike
from analytics.reading.checks.findings.scores import CONSTANT_MIN_ROWS


def about_columns(log: Log, facts: Facts) -> Iterator[Finding]:
    """Columns that are empty or constant, renamed headers, values that do not fit their column."""
    for column in log.columns:
        if column.n_unparsable and column.name not in (log.mapping.score, log.mapping.amount):
            yield Finding(
                "unparsable-values",
                "warning",
                column.name,
                column.n_unparsable,
                f"{column.n_unparsable:,} values are no {column.kind}, the first is {column.example_unparsable!r}. "
                "They count as missing.",
            )
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
    for gap in facts.gaps:
        yield _about_gap(gap)
    for spike in facts.spikes:
        yield _about_spike(spike, log.n_rows)


def about_segments(log: Log, facts: Facts) -> Iterator[Finding]:
    """Segment columns with too many values to read, or with several spellings of one."""
    for name in log.mapping.segments:
        column = log.column(name)
        if column.kind == "text" and column.n_distinct > MAX_SEGMENT_VALUES:
            yield Finding(
                "too-many-values",
                "warning",
                name,
                None,
                f"{column.n_distinct:,} different values: most slices will have few rows. Choose a coarser column.",
            )
    for found in facts.spellings:
        old, new = found.merges[0]
        yield Finding(
            "near-duplicates",
            "warning",
            found.column,
            found.rows,
            f"{len(found.merges):,} spelling{'s' * (len(found.merges) != 1)} of {found.column!r} "
            f"differ from another value in case, blanks or accents "
            f"only, such as {old!r} from {new!r}. Merge them for slicing in the mapping; the original text stays.",
            f"{old!r} → {new!r}",
            found.merges,
        )


def _about_gap(gap: Gap) -> Finding:
    """A column that is missing almost only in one segment."""
    where = " and ".join(f"{value} ({share:.0%})" for value, share in gap.values)
    further = f" The same holds for {', '.join(map(repr, gap.columns[1:5]))}." if len(gap.columns) > 1 else ""
    severity: Severity = "note" if gap.is_flag and gap.values[0][1] == 1 else "warning"
    return Finding(
        "missing-in-segment",
        severity,
        gap.columns[0],
        gap.rows,
        f"{gap.rows:,} of {gap.rows_missing:,} rows without a value lie where {gap.segment!r} is {where}; elsewhere "
        f"{gap.share_elsewhere:.1%} are missing.{further} Ask the source of this segment, and slice by being missing.",
        f"{gap.segment} = {gap.values[0][0]}",
    )


def _about_spike(spike: Spike, n_rows: int) -> Finding:
    """A value that looks like a default."""
    rows = f"{spike.rows:,} rows ({spike.rows / max(n_rows, 1):.1%}) hold {spike.value!r}"
    rest = f"every other value lies between {spike.rest_low} and {spike.rest_high}"
    words = {
        "beyond": f"{rows}, and {rest}. It looks like a stand-in for missing: export it as empty, or filter it out.",
        "apart": f"{rows}, and {rest}. It may be a default for missing: check what it means, and filter it out if so.",
        "near": f"{rows}, and {rest}. Check that it is a measurement and no default for missing.",
        "frequent": f"{rows}, the next frequent value {spike.next_rows or 0:,}. It may be a default that is filled in: check "
        "with the source, and slice by this value.",
        "word": f"{rows}, a word for a missing value, which counts as a value here. Export it as empty if it means missing.",
    }
    severity: Severity = "note" if spike.kind in ("near", "frequent", "word") else "warning"
    return Finding("default-spike", severity, spike.column, spike.rows, words[spike.kind], spike.value)
