"""Findings about the score: missing, out of range, constant, the wrong way round, contradicted by the decisions."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log.receipt import Finding
from analytics.log.schema import Log
from analytics.reading.checks.evidence import Facts

CONSTANT_MIN_ROWS = 2
_MAX_SHARE_OUTSIDE = 0.1


def about_score(log: Log, facts: Facts) -> Iterator[Finding]:
    """Scores that are missing, out of range, constant, or rank the wrong way round."""
    name = log.mapping.score
    if name is None:
        yield Finding(
            "no-score",
            "note",
            log.mapping.decision,
            None,
            "The log has decisions and no score: thresholds cannot be moved, and areas under curves say little.",
        )
    if log.n_unscored:
        yield Finding(
            "null-score",
            "warning",
            name or log.mapping.decision,
            log.n_unscored,
            f"{log.n_unscored:,} rows have no score. They are kept, counted and not judged.",
        )
    if facts.n_bad_scores:
        yield Finding(
            "unparsable-score",
            "warning",
            name,
            facts.n_bad_scores,
            f"{facts.n_bad_scores:,} rows hold something in the score column that is no finite number; "
            "it counts as missing.",
        )
    if facts.n_bad_amounts:
        yield Finding(
            "unparsable-amount",
            "warning",
            log.mapping.amount,
            facts.n_bad_amounts,
            f"{facts.n_bad_amounts:,} rows hold something in the amount column that is no finite number; "
            "it counts as missing.",
        )
    if len(log.edges) == 1 and log.n_rows - log.n_unscored >= CONSTANT_MIN_ROWS:
        yield Finding(
            "constant-score",
            "error",
            name or log.mapping.decision,
            log.n_rows - log.n_unscored,
            f"Every row has the score {log.edges[0]:g}. Check that this is the column of scores.",
        )
    if _is_almost_probability(log, facts):
        yield Finding(
            "score-outside-range",
            "warning",
            name,
            facts.n_scores_outside,
            f"Expected probabilities from 0 to 1, found {facts.n_scores_outside:,} scores outside, such as "
            f"{facts.example_outside:g}. The whole column counts as a rank, so that Brier score, log loss and ECE are not shown: "
            "check what these rows hold, and export them without a score.",
            f"{facts.example_outside:g}",
        )
    elif log.score_kind == "rank":
        yield Finding(
            "score-not-probability",
            "note",
            name,
            None,
            f"Scores run from {log.edges[0]:g} to {log.reading.column(name or '').high}: they rank, but are no "
            "probabilities. Brier score, log loss and ECE are not shown.",
        )
    if facts.auroc is not None and facts.auroc_high is not None and facts.auroc_high < 0.5:
        what, todo = (
            ("The score ranks", "whether the score is of the other class")
            if name
            else ("The decision points", "the positive value of the decision")
        )
        yield Finding(
            "score-ranks-wrong-way",
            "error",
            name or log.mapping.decision,
            log.n_labelled,
            f"{what} the wrong way round: AUROC {facts.auroc:.3f} (95 % {facts.auroc_low:.3f} to "
            f"{facts.auroc_high:.3f}) is below one half. Check the positive value of the label, or {todo}.",
        )


def _is_almost_probability(log: Log, facts: Facts) -> bool:
    """Whether all but a few scores lie in [0, 1], most of them strictly between: stray values made a rank of them."""
    scored = log.n_rows - log.n_unscored
    return 0 < facts.n_scores_outside <= _MAX_SHARE_OUTSIDE * scored and facts.n_scores_between >= scored / 2


def about_decisions(log: Log, facts: Facts) -> Iterator[Finding]:
    """Logged decisions that the score contradicts at the logged threshold."""
    if facts.n_decisions_against_score:
        yield Finding(
            "decision-against-score",
            "warning",
            log.mapping.decision,
            facts.n_decisions_against_score,
            f"{facts.n_decisions_against_score:,} logged decisions differ from the score at the threshold "
            f"{log.mapping.threshold:g}. Check the threshold, or whether people override the model.",
            facts.example_decision,
        )
