"""Random logs with ties, missing scores, unknown labels and missing segment values, and their score tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from hypothesis import strategies as st

SCHEMA = {"region": pl.String, "vip": pl.Boolean, "score": pl.Float64, "label": pl.Int64}


def rows(*, labels: Sequence[int | None] = (0, 1, None), scores: int = 20, max_size: int = 60) -> st.SearchStrategy:
    """Logs as polars frames; scores are multiples of 1/20 so that many tie, 0 and 1 included."""
    score = st.one_of(st.none(), *[st.integers(0, scores).map(lambda k: k / scores)] * 5)
    row = st.tuples(
        st.sampled_from(["north", "south", "", None]),
        st.sampled_from([True, False, None]),
        score,
        st.sampled_from(labels),
    )
    return st.lists(row, max_size=max_size).map(lambda found: pl.DataFrame(found, schema=SCHEMA, orient="row"))


def distinct_edges(log: pl.DataFrame) -> np.ndarray:
    return np.unique(log["score"].drop_nulls().to_numpy())


def score_table(log: pl.DataFrame, edges: np.ndarray, by: Sequence[str] = ()) -> pl.DataFrame:
    """What the engine answers, built row by row with Polars."""
    filled = log["score"].fill_null(0.0).to_numpy()
    found = pl.Series(np.searchsorted(edges, filled, side="right") - 1, dtype=pl.Int64)
    score, label = pl.col("score"), pl.col("label")
    clipped = score.clip(np.finfo(float).eps, 1 - np.finfo(float).eps)
    loss = -pl.when(label == 1).then(clipped.log()).otherwise((1 - clipped).log())
    is_labelled = label.is_not_null()
    return (
        log.with_columns(score_bin=pl.when(score.is_null()).then(None).otherwise(found))
        .group_by(*by, "score_bin")
        .agg(
            n=pl.len().cast(pl.Int64),
            n_pos=(label == 1).sum().cast(pl.Int64),
            n_unlabelled=label.is_null().sum().cast(pl.Int64),
            score_sum=score.filter(is_labelled).sum(),
            score_sq_sum=(score**2).filter(is_labelled).sum(),
            score_pos_sum=score.filter(label == 1).sum(),
            log_loss_sum=loss.filter(is_labelled).sum(),
        )
    )


def judged(log: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores of the rows that have both."""
    kept = log.drop_nulls(["score", "label"])
    return kept["label"].to_numpy(), kept["score"].to_numpy()


def of_slice(log: pl.DataFrame, values: dict[str, object]) -> pl.DataFrame:
    for name, value in values.items():
        log = log.filter(pl.col(name).eq_missing(pl.lit(value, dtype=log.schema[name])))
    return log
