"""Cases with verdicts: the reasons that reviewers gave, and what each of them wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.answers.review.findings import findings
from analytics.present import readings
from analytics.present.report.parts import Section, Sheet
from analytics.present.report.sheets import Column, sheet_of

if TYPE_CHECKING:
    from analytics.answers.report.asking import ReportAsking
    from analytics.answers.review.findings import Findings
    from analytics.query.engine import Engine

_MAX_CASES = 30
"""Cases in a pack, those judged last: what a meeting can read. A judgement."""
_ERRORS = "both"


def ask(engine: Engine, asking: ReportAsking) -> Findings:
    """Ask what the verdicts on errors say."""
    return findings(engine, asking.question, asking.verdicts, _ERRORS)


def build(answer: Findings, asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of the verdicts; none where nobody judged a row."""
    if not answer.n_judged:
        return ()
    labels = dict(asking.reasons)
    lead = readings.findings_reading(answer, _ERRORS, labels)
    said = readings.corrected_reading(answer.corrected)
    blocks = (_reasons(answer, labels), said, _cases(asking, labels))
    method = f"{readings.enough_reading(answer.recent)} Of several verdicts of one reviewer on a row the latest counts."
    return (Section("review", "Why it fails, case by case", lead, blocks, method),)


def _reasons(answer: Findings, labels: dict[str, str]) -> Sheet:
    """Return the reasons with their shares of the judged rows."""
    named = [labels.get(reason, reason) for reason in answer.reasons["reason"].to_list()]
    frame = answer.reasons.with_columns(pl.Series("reason", named, dtype=pl.String)).rename(
        {"low": "share_low", "high": "share_high"}
    )
    columns = (
        Column("reason", "Reason"),
        Column("n", "Rows", "count"),
        Column("share", "Share of judged rows", "share", has_ends=True),
    )
    return sheet_of("reasons", "Reasons", frame, columns, shape="narrow")


def _cases(asking: ReportAsking, labels: dict[str, str]) -> Sheet:
    """Return the verdicts that were given last."""
    last = sorted(asking.verdicts, key=lambda verdict: verdict.judged_at, reverse=True)
    frame = pl.DataFrame(
        {
            "row": [verdict.row_id for verdict in last],
            "kind": [verdict.error_kind.upper() for verdict in last],
            "reason": [labels.get(verdict.reason, verdict.reason) for verdict in last],
            "note": [verdict.note for verdict in last],
            "reviewer": [verdict.reviewer for verdict in last],
        },
        schema={"row": pl.Int64, **dict.fromkeys(("kind", "reason", "note", "reviewer"), pl.String)},
    )
    heads = {"row": "Row", "kind": "Error", "reason": "Reason", "note": "What was found", "reviewer": "Reviewer"}
    columns = [Column(name, head, "count" if name == "row" else "text") for name, head in heads.items()]
    return sheet_of("cases", "Cases with verdicts", frame.head(_MAX_CASES), columns)
