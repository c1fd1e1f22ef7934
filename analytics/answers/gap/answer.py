"""Why production is worse: the change of a metric in parts, and by column and slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from analytics.answers.gap.cells import SideCounts
from analytics.answers.gap.inputs import Inputs
from analytics.answers.gap.sides import Sides
from analytics.answers.question import Question, score_table, units_of
from analytics.errors import QuestionError
from analytics.measure.estimates import estimate_table
from analytics.measure.gap.metric import gap_metric
from analytics.measure.gap.split import Known, Split, split
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.costs import Costs
from analytics.query.engine import Engine


@dataclass(frozen=True)
class Gap(Split):
    """The change of a metric between two sides: `measure.gap.split.Split`, and the sides.

    Attributes
    ----------
    sides : Sides
    design_effect : float or None
        How many times the variance of independent rows that of the change is; None where every row stands alone for itself.
    new_versions : tuple of (str, float)
        Versions of the model that scored rows of production and none of the reference, each with its share of production.
    """

    sides: Sides = field(kw_only=True)
    design_effect: float | None = field(default=None, kw_only=True)
    new_versions: tuple[tuple[str, float], ...] = field(default=(), kw_only=True)

    @property
    def unit(self) -> str | None:
        """The column by which rows belong together, of production's where sides differ."""
        return self.sides.production.log.mapping.unit or self.sides.reference.log.mapping.unit

    @property
    def weight(self) -> str | None:
        """The column that says how many rows a row stands for, of production's where sides differ."""
        return self.sides.production.log.mapping.weight or self.sides.reference.log.mapping.weight


_OF_CLASSES = ("base_rate", "operating")
"""Parts that rows of two classes alone can have: nothing moves where there is neither a base rate nor a threshold."""


def gap(
    engine: Engine,
    sides: Sides,
    inputs: Inputs,
    metric: str = "error_rate",
    *,
    costs: Costs | None = None,
    by: Sequence[str] | None = None,
) -> Gap:
    """Answer "why is production worse, in points, and which part is whose?".

    Parameters
    ----------
    sides : Sides
    inputs : Inputs
        What came in: a column in which something broke is looked at first.
    metric : str
        One of `measure.gap.metric.OFFERED`.
    costs : Costs, optional
        For the cost per 1,000 rows.
    by : sequence of str, optional
        The columns whose slices the waterfall is made of; chosen by default.

    Raises
    ------
    QuestionError
        If the metric has no parts that add up, a column is not compared, or a side has no judged row.
    """
    is_by_rule = any(question.log.is_right_or_wrong for question in sides.questions)
    chosen = replace(gap_metric(metric, costs), has_classes=not is_by_rule)
    if chosen.is_loss and not all(question.log.is_probability for question in sides.questions):
        raise QuestionError(
            "Expected scores that are probabilities on both sides for the Brier score. Choose another metric."
        )
    if inputs.of_score and not inputs.of_score & set(by or ()):
        kept = tuple(each for each in sides.dimensions if each.is_flag or each.name not in inputs.of_score)
        why = ((name, "it is the score in other words") for name in sorted(inputs.of_score))
        sides = replace(sides, dimensions=kept, left_out=(*sides.left_out, *why))
    versions = _versions(engine, sides)
    counts = SideCounts(engine, sides, inputs.units, chosen)
    known = Known(
        counts.slicings,
        inputs.changes,
        inputs.rows[0],
        (sides.reference.threshold, sides.production.threshold),
        versions[0].keys() == versions[1].keys(),
        sides.is_waiting,
    )
    found = split(counts, known, chosen, by)
    if is_by_rule:
        found = replace(found, waterfall=found.waterfall.without(_OF_CLASSES))
    effect = None
    if any(question.log.mapping.unit is not None for question in sides.questions):
        before, after = (_design_effect(engine, question, metric) for question in sides.questions)
        effect = found.waterfall.joint_effect((before, after))
    told = replace(found, left_out=(*sides.left_out, *found.left_out))
    return Gap(**vars(told), sides=sides, design_effect=effect, new_versions=_new_versions(*versions))


def _design_effect(engine: Engine, question: Question, metric: str) -> float:
    """Return how many times the variance of independent rows that of a side is; 1 where every row stands alone.

    Of a cost that of the error rate.
    """
    name = metric if metric in METRICS else "error_rate"
    scores = score_table(engine, question, (), (name,), is_weighted=True)
    table = estimate_table(
        scores.frame,
        scores.edges,
        by=(),
        threshold_bin=scores.threshold_bin,
        metrics=(name,),
        is_probability=question.log.is_probability,
        is_right_or_wrong=question.log.is_right_or_wrong,
        **units_of(engine, question, (), (name,), scores, is_weighted=True),
    )
    effect = table[f"{name}_design_effect"][0] if f"{name}_design_effect" in table.columns else None
    return 1.0 if effect is None else float(effect)


def _versions(engine: Engine, sides: Sides) -> tuple[dict[str | None, int], dict[str | None, int]]:
    """Return the rows of each version of a model on either side; none where that is not known."""
    found = []
    for question in sides.questions:
        version = question.log.mapping.model_version
        if version is None:
            return {}, {}
        counts = engine.value_counts(question.log, question.cohort, question.threshold, version)
        found.append(dict(counts.select("value", "n").iter_rows()))
    return found[0], found[1]


def _new_versions(before: dict[str | None, int], after: dict[str | None, int]) -> tuple[tuple[str, float], ...]:
    """Return the versions of production alone, each with its share, the most frequent first."""
    n = max(sum(after.values()), 1)
    new = [(version, rows / n) for version, rows in after.items() if version is not None and version not in before]
    return tuple(sorted(new, key=lambda each: -each[1]))
