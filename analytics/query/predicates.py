"""The predicate of a cohort over a log's stored columns, in Narwhals; values are data here, never text of a query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import narwhals.stable.v2 as nw

from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.query.cohort import Clause, Cohort, unescaped
from analytics.query.operator import Join
from analytics.query.operators import OPERATORS
from analytics.query.typed import all_of, any_of


def predicate(cohort: Cohort, log: Log, threshold: float) -> nw.Expr | None:
    """Return the predicate of a cohort over a log's stored columns, None where every row is kept.

    Raises
    ------
    QuestionError
        If a column is unknown or a value does not fit its column.
    """
    rows = [clause for clause in cohort.clauses if OPERATORS[clause.op].join == "row"]
    plain = Cohort(tuple(clause for clause in cohort.clauses if clause not in rows))
    parts = [_column_predicate(log, plain.of(column)) for column in plain.columns()]
    parts += [OPERATORS[clause.op].keeps(log, clause.column, clause.values) for clause in rows]
    if cohort.outcomes:
        parts.append(any_of([_outcome_of(log, outcome, threshold) for outcome in cohort.outcomes]))
    return all_of(parts) if parts else None


def answerable(text: str, log: Log) -> tuple[Cohort, tuple[str, ...]]:
    """Read a cohort from an address that may come from anyone: what can be asked of a log, and the parts that cannot."""
    kept = Cohort()
    refused: list[str] = []
    for part in filter(None, text.split(";")):
        try:
            read = Cohort.from_text(part)
            predicate(read, log, 0.0)
            if read.outcomes == () and not read.clauses:
                raise QuestionError("Expected a filter, found none. Remove the filters.")
            together = Cohort((*kept.clauses, *read.clauses), read.outcomes or kept.outcomes)
            kept = Cohort.from_text(together.to_text())
        except QuestionError:
            refused.append(unescaped(part))
    return kept, tuple(refused)


def _column_predicate(log: Log, clauses: Sequence[Clause]) -> nw.Expr:
    """Return the predicate of all clauses on one column, joined as their operators say."""
    found: dict[Join, list[nw.Expr]] = defaultdict(list)
    for clause in clauses:
        operator = OPERATORS[clause.op]
        found[operator.join].append(operator.keeps(log, clause.column, clause.values))
    alternatives = [*found["any"], *([all_of(found["range"])] if found["range"] else [])]
    return all_of([*([any_of(alternatives)] if alternatives else []), *found["all"], *found["part"]])


def _outcome_of(log: Log, outcome: str, threshold: float) -> nw.Expr:
    """Return the predicate of one outcome; where rows are right or wrong, of any score."""
    if log.is_right_or_wrong and outcome in ("right", "wrong"):
        return ~nw.col("score").is_null() & (nw.col("label") == (1 if outcome == "right" else 0))
    return outcome_predicate(outcome, threshold)


def outcome_predicate(outcome: str, threshold: float) -> nw.Expr:
    """Return the predicate of one outcome at a threshold."""
    label, score = nw.col("label"), nw.col("score")
    if outcome == "unlabelled":
        return label.is_null()
    if outcome == "unscored":
        return score.is_null()
    if outcome in ("right", "wrong"):
        cells = ("tp", "tn") if outcome == "right" else ("fp", "fn")
        return any_of([outcome_predicate(cell, threshold) for cell in cells])
    flagged = score >= threshold if outcome in ("tp", "fp") else score < threshold
    return flagged & (label == (1 if outcome in ("tp", "fn") else 0))
