"""How many rows a row stands for: columns of weights, and of the share of rows that was kept."""

from __future__ import annotations

import re

from analytics.log.column import Column
from analytics.log.role_names import folded_name

_WEIGHT = re.compile(
    r"(.*_)?(sampl(e|ing)|survey|person|household|respondent|design|final|case|row|replicate|population|importance|class|instance|"
    r"obs|observation|analysis|record|training|propensity|ipw|iptw)_?"
    r"(weights?|wgt|wt)|(.*_)?(weights?|wgt|wt)_(sample|survey|final|person|row)|(.*_)?(fnlwgt|fweights?|pweights?|"
    r"expansion_?factor|sampling_?factor|inverse_?probability|ipw|gewichtung|stichprobengewicht|hochrechnungsfaktor|ponderacion|"
    r"factor_(de_)?expansion|ponderation|poids_(de_)?sondage)"
)
"""Names of a number of rows that a row stands for. A plain "weight" is none: as often a thing was weighed."""

_PLAIN = re.compile(r"weights?|wgts?|wts?|gewicht|poids|peso|ponderation")
"""Names that are as often what a thing weighs: its values tell."""
_FEW, _MANY_TIMES, _LIGHT = 24, 5, 20.0
"""Different values of a weight by stratum or by class at most, the rows that each is found on at least, and the largest of one
that is scaled about 1, or to sum to 1. By hand: things weigh as many different amounts as there are things, and people more."""

_SHARE = re.compile(
    r"(.*_)?(sampl(ing|e|ed)_?(fraction|rate|prob(ability)?|share|ratio)|inclusion_?prob(ability)?|(keep|kept|selection|logging)_?"
    r"(fraction|rate|prob(ability)?|share)|p_?(sampled?|keep|kept|included|inclusion|logged)|pi_?i|"
    r"auswahlwahrscheinlichkeit|stichprobenanteil|probabilidad_(de_)?inclusion|fraccion_(de_)?muestreo|taux_(de_)?sondage|"
    r"probabilite_(d_)?inclusion)"
)
"""Names of the share of rows that was kept, of which each kept one stands for one over it."""


def is_weight(column: Column) -> bool:
    """Whether a column looks like one of weights or of shares that were kept: by its name, and positive numbers.

    >>> numbers = {"type": "DOUBLE", "kind": "number", "low": "0.02", "high": "1.0"}
    >>> [is_weight(Column(0, name, **numbers)) for name in ("sampling_fraction", "survey weight", "fnlwgt", "height")]
    [True, True, True, False]

    Something that is called a weight alone must have the values of one: few that come again and again, or small ones about 1.

    >>> by_class = Column(0, "weight", "BIGINT", "number", low="1", high="50", n_distinct=2, top=(("50", 900), ("1", 100)))
    >>> person = Column(0, "weight", "DOUBLE", "number", low="41.5", high="139.0", n_distinct=400, top=(("70.0", 9),))
    >>> is_weight(by_class), is_weight(person)
    (True, False)
    """
    if column.kind != "number" or column.low is None or column.high is None:
        return False
    name = folded_name(column.name)
    if _PLAIN.fullmatch(name):
        return float(column.low) > 0 and (_is_by_stratum(column) or _is_about_one(column))
    return (_WEIGHT.fullmatch(name) or _SHARE.fullmatch(name)) is not None and float(column.high) > 0


def _is_by_stratum(column: Column) -> bool:
    """Whether a column has few values that come again and again."""
    return 2 <= column.n_distinct <= _FEW and min((n for _, n in column.top), default=0) >= _MANY_TIMES


def _is_about_one(column: Column) -> bool:
    """Whether a column holds fractions about 1, or below it."""
    low, high = float(column.low or 0), float(column.high or 0)
    return not column.is_whole and low < 1 and high <= _LIGHT


def is_share(column: Column) -> bool:
    """Whether a column holds the share of rows that was kept rather than weights: it is called so, and none is above 1.

    >>> kept, rate = (Column(0, "sample_rate", "DOUBLE", "number", low="0.02", high=high) for high in ("1", "50"))
    >>> is_share(kept), is_share(rate)
    (True, False)
    """
    if column.kind != "number" or column.high is None:
        return False
    return _SHARE.fullmatch(folded_name(column.name)) is not None and float(column.high) <= 1
