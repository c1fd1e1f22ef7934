"""Checks of the logged decision: values that decide nothing, and decisions against the score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.log.column import MAX_VALUES_BY_VALUE
from analytics.log.grid import looked_at
from analytics.log.schema import Log
from analytics.log.value_words import groups
from analytics.reading.checks.check import YES_NO, Check, CountingCheck, Evidence, LogCheck, Said
from analytics.reading.checks.labels import N_OTHER_VALUES, N_SHOWN, Values, in_words

_MIN_ROWS_ALIKE = 50
"""Logged decisions of one kind from which that is no accident of few rows. A judgement."""

_LEAST_AGAINST = 0.01
"""Of the logged decisions, the share from which on others than the score's say that something else decided; fewer are roundings
and single corrections. As the share that people overrule, from which a model is not followed. By hand."""

_NEARLY_ALL, _LESSER_PART = 0.9, 0.5
"""Of the decisions against the score, the share that one value holds, and of all decided rows the most that it may: then it is
where people or another rule decide. By hand."""

_MIN_ROWS_OF_CUT = 30
"""Rows of the rarer value of a column from which it is no accident that the score parts it from the other. A judgement."""

_MAX_LOOKED_AT = 50
"""Columns of two values that are held against the score. Bounds the time."""


@dataclass(frozen=True)
class _Contradicted:
    """Logged decisions that differ from the score at the threshold, the first row of them in words, and how many are positive."""

    n: int = 0
    example: str | None = None
    n_decided: int = 0
    n_positive: int = 0
    where: tuple[str, str] | None = None
    """The column and the value that hold nearly all of them, where one does on the lesser part of the rows."""

    @property
    def are_alike(self) -> bool:
        """Whether the logged decisions are of one kind, and the score is not."""
        return self.n_decided >= _MIN_ROWS_ALIKE and self.n_positive in (0, self.n_decided)


@dataclass(frozen=True)
class _Cut:
    """A column whose one value stands with lower scores throughout than the other, and the least score of the upper one."""

    column: str
    below: str
    above: str
    score: float


def _contradicted(evidence: Evidence) -> _Contradicted:
    """Count the logged decisions that differ from the score at the threshold."""
    mapping = evidence.log.mapping
    if mapping.score is None or mapping.decision is None:
        return _Contradicted()
    count, place, score, decision = evidence.row(
        "SELECT count(*), min(row_id), arg_min(score, row_id), arg_min(decision, row_id) FROM log_file.log "
        "WHERE (score >= ?)::UTINYINT <> decision",
        [mapping.threshold],
    )
    if not count:
        return _Contradicted()
    n_decided, n_positive = evidence.row("SELECT count(decision), count(*) FILTER (decision = 1) FROM log_file.log")
    words = {0: "negative", 1: "positive"}
    example = f"row {place + 1}: score {score:g}, decided {words[decision]}"
    return _Contradicted(count, example, n_decided, n_positive, _where(evidence, count))


def _where(evidence: Evidence, n_against: int) -> tuple[str, str] | None:
    """Return the value that holds nearly all decisions against the score and few of the others: the rarest of such values."""
    log = evidence.log
    if n_against < _MIN_ROWS_ALIKE:
        return None
    found = []
    for column in map(log.column, log.mapping.segments):
        if not 1 < column.n_distinct == len(column.top) <= MAX_VALUES_BY_VALUE or column.name in log.bins:
            continue
        ((value, n, n_there, n_decided),) = evidence.connection.execute(
            f"SELECT {column.sql_name}::VARCHAR, count(*) FILTER ((score >= ?)::UTINYINT <> decision) AS n, "
            "count(*) FILTER (decision IS NOT NULL AND score IS NOT NULL) AS decided, sum(decided) OVER () "
            "FROM log_file.log GROUP BY 1 ORDER BY n DESC, 1 LIMIT 1",
            [log.mapping.threshold],
        ).fetchall()
        if value is not None and n >= _NEARLY_ALL * n_against and n_there <= _LESSER_PART * n_decided:
            found.append((n_there, column.name, value))
    return min(found)[1:] if found else None


def _other_decisions(evidence: Evidence) -> Values:
    """Return the values of the decision that are neither positive nor negative, with their rows."""
    log, mapping = evidence.log, evidence.log.mapping
    if mapping.decision is None or not mapping.decision_negative:
        return ()
    name = log.column(mapping.decision).sql_name
    rows = evidence.connection.execute(
        f"SELECT left({name}::VARCHAR, 80), count(*) FROM log_file.log WHERE {name} IS NOT NULL AND decision IS NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {N_OTHER_VALUES}"
    ).fetchall()
    return tuple((value, int(count)) for value, count in rows)


def _cut_by_score(evidence: Evidence) -> tuple[_Cut, ...]:
    """Return the columns of two values that are the score above and below one number, where no column is the decision.

    What the threshold says too is not meant: then rows are judged as they were decided.
    Of a long log every 2nd, 4th … row is looked at.
    """
    log, mapping = evidence.log, evidence.log.mapping
    if mapping.score is None or mapping.decision is not None or mapping.score_missing:
        return ()
    taken = {mapping.label, mapping.score, mapping.model_version, mapping.unit}
    two = [column for column in log.columns if column.n_distinct == 2 == len(column.top) and column.name not in taken]
    two = [column for column in two if min(rows for _, rows in column.top) >= _MIN_ROWS_OF_CUT][:_MAX_LOOKED_AT]
    _, every = looked_at(log.n_rows)
    found = []
    for column in two:
        rows = evidence.connection.execute(
            f"SELECT {column.sql_name}::VARCHAR, min(score), max(score) FROM log_file.log "
            f"WHERE {column.sql_name} IS NOT NULL AND score IS NOT NULL AND row_id % {every} = 0 GROUP BY 1 ORDER BY 2",
        ).fetchall()
        if len(rows) == 2 and rows[0][2] < rows[1][1] and not rows[0][2] < mapping.threshold <= rows[1][1]:
            found.append(_Cut(column.name, rows[0][0], rows[1][0], float(rows[1][1])))
    return tuple(found)


def _cut_by_decision(evidence: Evidence) -> tuple[_Cut, ...]:
    """Return the numbers that end on every row where the decision changes, where no column is the score.

    Of a long log every 2nd, 4th … row is looked at.
    """
    log, mapping = evidence.log, evidence.log.mapping
    if mapping.score is not None or mapping.decision is None:
        return ()
    taken = {mapping.label, mapping.amount, mapping.row_id, mapping.weight}
    many = [column for column in log.columns if column.kind == "number" and column.n_distinct > MAX_VALUES_BY_VALUE]
    _, every = looked_at(log.n_rows)
    found = []
    for column in [column for column in many if column.name not in taken][:_MAX_LOOKED_AT]:
        rows = evidence.connection.execute(
            f"SELECT decision, min({column.sql_name}), max({column.sql_name}), count(*) FROM log_file.log "
            f"WHERE decision IS NOT NULL AND {column.sql_name} IS NOT NULL AND row_id % {every} = 0 GROUP BY 1 ORDER BY 2",
        ).fetchall()
        if len(rows) == 2 and rows[0][2] < rows[1][1] and min(row[3] for row in rows) >= _MIN_ROWS_OF_CUT:
            below, above = ("positive" if row[0] else "negative" for row in rows)
            found.append(_Cut(column.name, below, above, float(rows[1][1])))
    return tuple(found)


def _cut_of_decision(log: Log, found: tuple[_Cut, ...]) -> Iterator[Said]:
    for cut in found:
        what = "score" if cut.above == "positive" else "score of the negative class"
        yield Said(
            cut.column,
            log.n_rows,
            f"The decision is {cut.above} where {cut.column!r} is {cut.score:.4g} or more and {cut.below} below, on every row: "
            f"it may be the {what}. Then choose it as score; now the decision alone is judged.",
            f"{cut.score:.4g}",
        )


def _cut_of_score(log: Log, found: tuple[_Cut, ...]) -> Iterator[Said]:
    for cut in found:
        yield Said(
            cut.column,
            log.n_rows,
            f"{cut.column!r} is {cut.above!r} from a score of {cut.score:.4g} on and {cut.below!r} below it, on every row: it "
            f"may be what was decided. Then choose it as decision; now rows are judged as if {log.mapping.threshold:g} decided.",
            f"{cut.score:.4g}",
        )


def _decision_against_score(log: Log, found: _Contradicted) -> Iterator[Said]:
    if found.n and not found.are_alike:
        differ = "decision differs" if found.n == 1 else "decisions differ"
        yield Said(
            log.mapping.decision,
            found.n,
            f"{found.n:,} logged {differ} from the score at the threshold "
            f"{log.mapping.threshold:g}{_in_words(found.where)}. Check the threshold, or whether people override the model.",
            found.example,
            severity="note" if found.n < _LEAST_AGAINST * found.n_decided else "warning",
        )


def _in_words(where: tuple[str, str] | None) -> str:
    return f", nearly all where {where[0]!r} is {where[1]!r}" if where else ""


def _decisions_alike(log: Log, found: _Contradicted) -> Iterator[Said]:
    if found.are_alike:
        which = "none of them is positive" if not found.n_positive else "all of them are positive"
        yield Said(
            log.mapping.decision,
            found.n,
            f"The logged decisions do not tell rows apart, {which}; the score is judged at {log.mapping.threshold:g}, as if it "
            "decided. Check the column, or whether the log holds such rows alone.",
            found.example,
        )


def _decision_other_values(log: Log, others: Values) -> Iterator[Said]:
    if others:
        n_rows = sum(rows for _, rows in others)
        judged = "not judged" if log.mapping.score is None else "no decision"
        yield Said(
            log.mapping.decision,
            n_rows,
            f"{n_rows:,} rows hold a decision that is neither positive nor negative: {in_words(others[:N_SHOWN])}. "
            f"They count as {judged}.",
        )


def _decision_third_value(log: Log) -> Iterator[Said]:
    mapping = log.mapping
    if mapping.decision is None or mapping.right is not None:
        return
    counted = (*mapping.decision_positive, *mapping.decision_negative)
    column = log.column(mapping.decision)
    found = tuple((value, rows) for value, rows in column.top if not mapping.decision_negative or value in counted)
    if len(groups([value for value, _ in found])) > 2:
        yield Said(
            mapping.decision,
            sum(rows for _, rows in found[2:]),
            f"Expected two values in the decision, found {len(found)} that count: {in_words(found[: N_SHOWN + 1])}. Positive "
            f"is {', '.join(map(repr, mapping.decision_positive))}, the others are negative: choose in the mapping, or with "
            "--decision-negative, which decide nothing.",
            found[-1][0],
        )


CHECKS: tuple[Check, ...] = (
    CountingCheck(
        code="decision-against-score",
        kinds=YES_NO,
        severities=("warning", "note"),
        meaning="logged decisions that differ from the score at the threshold",
        count=_contradicted,
        say=_decision_against_score,
    ),
    CountingCheck(
        code="decisions-alike",
        kinds=YES_NO,
        severities=("warning",),
        meaning="logged decisions that flag nobody, or everybody, where the score at the threshold does not",
        count=_contradicted,
        say=_decisions_alike,
    ),
    CountingCheck(
        code="cut-of-score",
        kinds=YES_NO,
        severities=("warning",),
        meaning="a column of two values that the score tells apart at another number than the threshold: it may be the decision",
        count=_cut_by_score,
        say=_cut_of_score,
    ),
    CountingCheck(
        code="cut-of-decision",
        kinds=YES_NO,
        severities=("warning",),
        meaning="a column of numbers that ends where the decision changes, in a log without a score: it may be the score",
        count=_cut_by_decision,
        say=_cut_of_decision,
    ),
    CountingCheck(
        code="decision-other-values",
        kinds=YES_NO,
        severities=("warning",),
        meaning="decisions that are neither positive nor negative: they decide nothing",
        count=_other_decisions,
        say=_decision_other_values,
    ),
    LogCheck(
        code="decision-third-value",
        kinds=YES_NO,
        severities=("warning",),
        meaning="more than two values in the decision, each counted as positive or negative",
        say=_decision_third_value,
    ),
)
