"""Which class is taken for which, and how well is each found?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.measure.class_units import accuracy_effect
from analytics.measure.classes import area_of, class_averages, class_table, confusion_pairs
from analytics.query.classes import class_cells, class_pairs, class_scores, class_unit_scores, spellings_of
from analytics.query.engine import Engine


@dataclass(frozen=True)
class Classes:
    """The classes of a cohort.

    Attributes
    ----------
    table : DataFrame
        `measure.classes.class_table`; where classes have scores also ``auroc`` of each against the rest, with ``_low`` and
        ``_high``.
    pairs : DataFrame
        `measure.classes.confusion_pairs`.
    averages : DataFrame
        `measure.classes.class_averages`.
    unit, weight : str or None
        The columns by which rows belong together, and that say how many rows a row stands for.
    design_effect : float or None
        How many times the variance of as many independent rows that of the accuracy is, where rows belong together.
    n_eff : float or None
        How many rows of equal weight the judged ones are worth, where they stand for many (Kish).
    """

    table: pl.DataFrame
    pairs: pl.DataFrame
    averages: pl.DataFrame
    unit: str | None = None
    weight: str | None = None
    design_effect: float | None = None
    n_eff: float | None = None

    @property
    def n(self) -> int:
        """Judged rows."""
        return int(self.pairs["rows" if "rows" in self.pairs.columns else "n"].sum())

    @property
    def n_weighted(self) -> float:
        """How many rows these stand for."""
        return float(self.pairs["n"].sum())

    @property
    def without_rows(self) -> list[str]:
        """Classes that are predicted and never true."""
        return self.table.filter(pl.col("support") == 0)["class"].to_list()

    @property
    def never_predicted(self) -> list[str]:
        """Classes that are true and never predicted."""
        return self.table.filter(pl.col("n_predicted") == 0)["class"].to_list()


def classes(engine: Engine, question: Question) -> Classes:
    """Answer "which class is taken for which?" in either view of a log of classes.

    Raises
    ------
    QuestionError
        If the log has no classes.
    EmptyCohort
        If the filters leave no row.
    """
    log, cohort, threshold = question.log, question.cohort, question.threshold
    pairs = class_pairs(engine, log, cohort, threshold)
    if question.cohort and pairs.is_empty():
        raise empty_cohort(engine, log, cohort, threshold)
    cells = class_cells(engine, log, cohort, threshold)
    table = class_table(pairs, cells)
    right = log.mapping.right
    if right is not None and right.class_scores:
        written = spellings_of(engine, log, cohort, threshold)
        areas = [
            {
                "class": name,
                **area_of(
                    class_scores(engine, log, cohort, threshold, name, column, written),
                    class_unit_scores(engine, log, cohort, threshold, name, column, written),
                ),
            }
            for name, column in right.class_scores
        ]
        schema = {"class": pl.String, **dict.fromkeys(("auroc", "auroc_low", "auroc_high"), pl.Float64)}
        table = table.join(pl.DataFrame(areas, schema=schema), on="class", how="left")
    mapping, is_weighted = log.mapping, log.mapping.weight is not None and not pairs.is_empty()
    return Classes(
        table,
        confusion_pairs(pairs, cells),
        class_averages(table),
        mapping.unit,
        mapping.weight,
        None if cells is None or cells.is_empty() else accuracy_effect(cells, pairs),
        float(pairs["n"].sum()) ** 2 / float(pairs["n_sq"].sum()) if is_weighted else None,
    )
