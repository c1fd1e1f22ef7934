"""Whether sites mean the same by a label: how many rows each calls positive at equal scores, and with which codes."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.intervals import normal_quantile

_SURE = 0.05
"""Share of the sites named here that may be named by chance (Benjamini and Hochberg)."""
_N_STRATA = 20
"""Groups of scores of equal mass: within a twentieth of the scores rows are taken for alike. A judgement, as for late labels."""
_MOST = 2 / 3
"""Share of the other sites that must write a code which one never writes: else it is theirs that is strange. By hand."""
_COMMON = 0.05
"""Share of the others' labels from which on a code that a site never writes is worth saying. By hand."""


def strata_of(scores: pl.DataFrame, slice_name: str) -> pl.DataFrame:
    """Add a score table up to groups of scores of equal mass.

    Parameters
    ----------
    scores : polars.DataFrame
        ``score_bin``, the column of sites, ``n_unlabelled``, ``n`` and ``n_pos``.
    slice_name : str
        The column of sites.

    Returns
    -------
    polars.DataFrame
        ``site, stratum, n, n_pos`` of labelled rows with a score.
    """
    known = scores.filter(pl.col("score_bin").is_not_null()).select(
        site=pl.col(slice_name).cast(pl.String), bin="score_bin", n=pl.col("n") - pl.col("n_unlabelled"), n_pos="n_pos"
    )
    mass = known.group_by("bin").agg(pl.col("n").sum()).sort("bin")
    middle = pl.col("n").cum_sum() - pl.col("n") / 2
    stratum = (middle / pl.col("n").sum() * _N_STRATA).floor().clip(0, _N_STRATA - 1).cast(pl.Int64)
    strata = mass.select("bin", stratum=stratum) if mass["n"].sum() else mass.select("bin", stratum=pl.lit(0))
    return known.join(strata, on="bin").group_by("site", "stratum", maintain_order=True).agg(pl.col("n", "n_pos").sum())


def site_table(strata: pl.DataFrame, level: float = 0.95) -> pl.DataFrame:
    """Compare the labels of each site with those of the others at equal scores.

    Parameters
    ----------
    strata : polars.DataFrame
        ``site, stratum, n, n_pos``: labelled rows by site and group of scores.
    level : float

    Returns
    -------
    polars.DataFrame
        ``site, n, share`` positive, ``difference`` to the others at equal scores with ``low`` and ``high``, ``odds_ratio``, ``p``
        (Cochran, Mantel and Haenszel; adjusted for the sites that were looked at) and ``is_apart``, those apart first. Once a
        site is apart the rest are compared without it, so that one that codes otherwise does not make the others look so. A site
        without rows of others at its scores has none of these.

    References
    ----------
    Mantel and Haenszel (1959), J. Natl. Cancer Inst. 22:719-748; Greenland and Robins (1985), Biometrics 41:55-68, for the
    difference; Sato (1989), Biometrics 45:1323-1324, for its variance.

    Examples
    --------
    >>> two = {"site": ["a", "b"], "stratum": [0, 0], "n": [100, 100], "n_pos": [60, 40]}
    >>> site_table(pl.DataFrame(two)).select("site", "difference", "odds_ratio").row(0)
    ('a', 0.2, 2.25)
    """
    left, found = strata, []
    while left["site"].n_unique() > 1:
        table = _compared(left, level)
        first = table.filter("is_apart").head(1)
        if first.is_empty():
            break
        found.append(first)
        left = left.filter(~pl.col("site").eq_missing(pl.lit(first["site"][0], dtype=pl.String)))
    return pl.concat([*found, _compared(left, level)])


def _compared(strata: pl.DataFrame, level: float) -> pl.DataFrame:
    """Compare each site with all others, the largest difference first."""
    sites = strata["site"].unique(maintain_order=True).to_list()
    wide = {
        name: strata.pivot("stratum", index="site", values=name, maintain_order=True).drop("site").fill_null(0)
        for name in ("n", "n_pos")
    }
    n1, a = (wide[name].to_numpy().astype(np.float64) for name in ("n", "n_pos"))
    n0, c = n1.sum(axis=0) - n1, a.sum(axis=0) - a
    total, positive = n1 + n0, a + c
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, 1 / total, 0.0)
        weight = (n1 * n0 * share).sum(axis=1)
        difference = ((a * n0 - c * n1) * share).sum(axis=1) / weight
        # Sato's variance holds for few large strata and for many small ones.
        p_part = ((n1**2 * c - n0**2 * a + n1 * n0 * (n0 - n1) / 2) * share**2).sum(axis=1)
        q_part = ((a * (n0 - c) + c * (n1 - a)) * share / 2).sum(axis=1)
        spread = np.sqrt(np.maximum(difference * p_part + q_part, 0)) / weight
        odds = ((a * (n0 - c)) * share).sum(axis=1) / ((c * (n1 - a)) * share).sum(axis=1)
        expected = n1 * positive * share
        variance = np.where(total > 1, n1 * n0 * positive * (total - positive) / (total**2 * (total - 1)), 0.0).sum(
            axis=1
        )
        squared = (a - expected).sum(axis=1) ** 2 / variance
    p = benjamini_hochberg(special.chdtrc(1, squared))
    half = normal_quantile(level) * spread
    found = pl.DataFrame(
        {
            "site": pl.Series(sites, dtype=pl.String),
            "n": n1.sum(axis=1).astype(np.int64),
            "share": a.sum(axis=1) / n1.sum(axis=1),
            "difference": difference,
            "low": difference - half,
            "high": difference + half,
            "odds_ratio": odds,
            "p": p,
        }
    ).fill_nan(None)
    is_apart = ((pl.col("p") < _SURE) & ((pl.col("low") > 0) | (pl.col("high") < 0))).fill_null(value=False)
    return found.with_columns(is_apart=is_apart).sort(pl.col("difference").abs(), descending=True, nulls_last=True)


def code_table(codes: pl.DataFrame) -> pl.DataFrame:
    """Say which codes of the label each site alone writes, and which common ones it never does.

    Parameters
    ----------
    codes : polars.DataFrame
        ``site, code, n``: labelled rows by site and by what stands in the column of the label.

    Returns
    -------
    polars.DataFrame
        ``site``, ``written`` (its codes, the most frequent first), ``alone`` and ``never``: lists of texts.
    """
    known = codes.drop_nulls("code").with_columns(pl.col("site", "code").cast(pl.String)).filter(pl.col("n") > 0)
    every = known.group_by("code").agg(n_all=pl.col("n").sum(), n_sites=pl.len()).sort("code")
    n_sites = known["site"].n_unique()
    rows = []
    for site in known["site"].unique(maintain_order=True):
        is_own = pl.col("site").eq_missing(pl.lit(site, dtype=pl.String))
        own = known.filter(is_own).sort(["n", "code"], descending=[True, False])
        both = every.join(own.select("code", "n"), on="code", how="left").with_columns(pl.col("n").fill_null(0))
        n_others = max(int((both["n_all"] - both["n"]).sum()), 1)
        alone = both.filter((pl.col("n") > 0) & (pl.col("n") == pl.col("n_all")))
        never = both.filter(
            (pl.col("n") == 0) & (pl.col("n_all") >= _COMMON * n_others) & (pl.col("n_sites") >= _MOST * (n_sites - 1))
        )
        told = {"written": own, "alone": alone, "never": never}
        rows.append({"site": site, **{name: part["code"].to_list() for name, part in told.items()}})
    texts = pl.List(pl.String)
    return pl.DataFrame(rows, schema={"site": pl.String, "written": texts, "alone": texts, "never": texts})
