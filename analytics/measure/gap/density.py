"""What the reference would show under production's inputs: rows weighed by how much likelier production holds them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.measure.gap.constants import (
    DRAWS,
    FOLDS,
    ITERATIONS,
    L2,
    LEARNING_RATE,
    LEAST_EFFECTIVE_ROWS,
    LEAST_ODDS,
    MAX_ALONE,
    MAX_CATEGORIES,
    MAX_JOINT_ROWS,
    MAX_LEAVES,
    MIN_JOINT_ROWS,
    MIN_LEAF_ROWS,
    NO_COUNTERPART,
    SEED,
)
from analytics.measure.gap.dealt import times_drawn
from analytics.measure.intervals import FloatArray, Interval, normal_quantile, ratio, scatter


@dataclass(frozen=True)
class Joint:
    """The effect of all inputs together on a metric.

    Attributes
    ----------
    expected : Interval
        The metric of the reference's judged rows under production's inputs.
    effect : Interval
        ``expected`` less the metric of the reference as it is.
    effective_rows : float
        Kish's effective sample size of the weighted judged rows.
    n_rows : int
        Judged rows of the reference that were weighted.
    alone : float
        Share of production's rows that hardly have a counterpart in the reference.
    separation : float
        AUROC of telling production from the reference by the inputs, on rows that the classifier has not seen.
    columns : tuple of str
        The inputs.
    """

    expected: Interval
    effect: Interval
    effective_rows: float
    n_rows: int
    alone: float
    separation: float
    columns: tuple[str, ...]

    @property
    def is_conclusive(self) -> bool:
        """Whether enough rows carry the weight, and most of production's have a counterpart."""
        return self.effective_rows >= LEAST_EFFECTIVE_ROWS and self.alone <= MAX_ALONE


def _density_weights(
    reference: pl.DataFrame, production: pl.DataFrame, stand_for: tuple[FloatArray, FloatArray], *, seed: int = SEED
) -> tuple[FloatArray, FloatArray]:
    """Estimate for each row how much likelier production holds it than the reference, by a cross-fitted classifier.

    Parameters
    ----------
    reference, production : polars.DataFrame
        The same columns: numbers, and text; missing is a value.
    stand_for : pair of numpy.ndarray
        How many rows each stands for.
    seed : int
        Of the folds and of the classifier.

    Returns
    -------
    tuple of numpy.ndarray
        The probability of being production's, of the rows of the reference and of production, each from a model that has not
        seen the row, as if both sides had as many rows.

    References
    ----------
    Sugiyama, Suzuki and Kanamori (2012), Density Ratio Estimation in Machine Learning, chapter 4.
    """
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,  # scikit-learn takes seconds to import: not at every start
    )
    from sklearn.model_selection import StratifiedKFold
    from threadpoolctl import threadpool_limits

    both = pl.concat([reference, production])
    encoded = both.select(_encoded_column(both[name]) for name in both.columns)
    is_text = [not both.schema[name].is_numeric() for name in both.columns]
    x = encoded.to_numpy().astype(float)
    y = np.repeat([0, 1], [reference.height, production.height])
    weight = np.concatenate([0.5 * ratio(each, each.sum()) for each in stand_for]) * len(y)
    found = np.zeros(len(y))
    for fitted, held in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(x, y):
        model = HistGradientBoostingClassifier(
            max_iter=ITERATIONS,
            learning_rate=LEARNING_RATE,
            max_leaf_nodes=MAX_LEAVES,
            min_samples_leaf=MIN_LEAF_ROWS,
            l2_regularization=L2,
            categorical_features=is_text,
            early_stopping=False,
            random_state=seed,
        )
        # Threads of small trees mostly wait for each other: beside other work two took three times the processor's time of one.
        with threadpool_limits(1, user_api="openmp"):
            model.fit(x[fitted], y[fitted], sample_weight=weight[fitted])
            found[held] = model.predict_proba(x[held])[:, 1]
    return found[y == 0], found[y == 1]


def _encoded_column(values: pl.Series) -> pl.Series:
    """Return numbers as they are, and text as codes of its most frequent values; missing and all others stay apart."""
    if values.dtype.is_numeric():
        return values.cast(pl.Float64).fill_null(float("nan"))
    often = values.drop_nulls().value_counts(sort=True)[values.name].head(MAX_CATEGORIES).to_list()
    codes = {value: float(place) for place, value in enumerate(often)}
    coded = values.replace_strict(codes, default=float(len(codes)), return_dtype=pl.Float64)
    return pl.select(pl.when(values.is_null()).then(float("nan")).otherwise(coded).alias(values.name)).to_series()


def thinned(rows: pl.DataFrame) -> pl.DataFrame:
    """Return evenly spread rows, at most about as many as a classifier needs."""
    return rows.gather_every(max(1, -(-rows.height // MAX_JOINT_ROWS)))


def joint_effect(
    reference: pl.DataFrame,
    production: pl.DataFrame,
    top: FloatArray,
    bottom: FloatArray,
    stand_for: tuple[FloatArray, FloatArray],
    group: np.ndarray | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    level: float = 0.95,
) -> Joint | None:
    """Estimate what production's inputs alone do to a metric; None where a side has too few rows.

    Parameters
    ----------
    reference, production : polars.DataFrame
        The inputs of a sample of rows of either side.
    top, bottom : numpy.ndarray of shape (rows of the reference,)
        What each row adds to numerator and denominator of the metric; NaN where the row is not judged.
    stand_for : pair of numpy.ndarray
        How many rows each row of either side stands for.
    group : numpy.ndarray of int, optional
        The random group of units that each row of the reference is in, where rows belong together.
    draws, seed, level
        Of the Poisson bootstrap of the reference's rows; the weights are taken as given.
    """
    if min(reference.height, production.height) < MIN_JOINT_ROWS:
        return None
    of_reference, of_production = _density_weights(reference, production, stand_for, seed=seed)
    judged = ~np.isnan(top)
    weight = (of_reference / (1 - of_reference).clip(LEAST_ODDS))[judged]
    top, bottom = (part[judged] * stand_for[0][judged] for part in (top, bottom))
    rng = np.random.default_rng(seed)
    if group is None:
        drawn = rng.poisson(1.0, (draws, judged.sum())).astype(float)
    else:
        drawn = times_drawn(np.bincount(group[judged]) > 0, draws, rng)[:, group[judged]]
    plain = drawn @ np.stack([top, bottom], axis=1)
    tilted = drawn @ np.stack([weight * top, weight * bottom], axis=1)
    expected = float(ratio((weight * top).sum(), (weight * bottom).sum()))
    before = float(ratio(top.sum(), bottom.sum()))
    expected_draws, before_draws = ratio(tilted[:, 0], tilted[:, 1]), ratio(plain[:, 0], plain[:, 1])
    reach = normal_quantile(level)

    def bounded(value: float, replicates: FloatArray) -> Interval:
        error = reach * scatter(replicates)
        return Interval(np.asarray(value), np.asarray(value - error), np.asarray(value + error))

    counted = weight * stand_for[0][judged] * (bottom != 0)
    is_alone = (1 - of_production) < NO_COUNTERPART * of_production
    return Joint(
        bounded(expected, expected_draws),
        bounded(expected - before, expected_draws - before_draws),
        float(np.nan_to_num(ratio(counted.sum() ** 2, (counted**2).sum()))),
        int(judged.sum()),
        float(ratio((stand_for[1] * is_alone).sum(), stand_for[1].sum())),
        _separation(of_reference, of_production, stand_for),
        tuple(reference.columns),
    )


def _separation(of_reference: FloatArray, of_production: FloatArray, stand_for: tuple[FloatArray, FloatArray]) -> float:
    """Give the probability that a row of production is taken for one more than a row of the reference; ties count half."""
    order = np.argsort(of_reference)
    ordered, upto = of_reference[order], np.concatenate([[0.0], np.cumsum(stand_for[0][order])])
    below = upto[np.searchsorted(ordered, of_production, side="left")]
    not_above = upto[np.searchsorted(ordered, of_production, side="right")]
    mean = ratio((stand_for[1] * (below + not_above)).sum(), stand_for[1].sum())
    return float(ratio(mean / 2, upto[-1]))
