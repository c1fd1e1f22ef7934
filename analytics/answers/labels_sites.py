"""Whether sites mean the same by a label: those whose labels differ at equal scores, and the codes that they write."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.labels.sites import code_table, site_table, strata_of
from analytics.query.engine import Engine


@dataclass(frozen=True)
class SitesAnswer:
    """What labels mean at the sites of a log.

    Attributes
    ----------
    column : str
        The column of sites.
    sites : DataFrame
        `site_table`, with the codes of `code_table`: ``written``, ``alone``, ``never``.
    """

    column: str
    sites: pl.DataFrame


def given_by(log: Log) -> str | None:
    """Return the column that says where labels were given, else by whom, where its values can be compared; None without one."""
    given = (log.mapping.label_site, log.mapping.annotator)
    column = next((name for name in given if name in log.mapping.segments), None)
    return None if log.is_right_or_wrong or log.mapping.label is None else column


def sites(engine: Engine, question: Question, column: str) -> SitesAnswer:
    """Answer "do sites mean the same by the label?".

    Raises
    ------
    QuestionError
        If rows are right or wrong, so that a label says something of the prediction too, or the column cannot be sliced.
    """
    log = question.log
    if log.is_right_or_wrong:
        raise QuestionError(
            "Expected a yes/no log for the labels of sites at equal scores, found rows that are right or wrong. Judge one class "
            "against the rest."
        )
    scores = engine.score_table(log, question.cohort, question.threshold, (column,), sums=()).frame
    table = site_table(strata_of(scores, "slice_0"))
    label = log.mapping.label
    if label is None:
        raise QuestionError("Expected a label, found none. Choose its column on the Logs page.")
    by_code = engine.score_table(log, question.cohort, question.threshold, (column, label), sums=()).frame
    known = by_code.group_by("slice_0", "slice_1", maintain_order=True).agg(
        n=(pl.col("n") - pl.col("n_unlabelled")).sum()
    )
    codes = code_table(known.select(site="slice_0", code=pl.col("slice_1").cast(pl.String), n="n"))
    return SitesAnswer(column, table.join(codes, on="site", how="left", nulls_equal=True, maintain_order="left"))
