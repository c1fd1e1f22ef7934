"""How many rows a row stands for: columns of weights, and of the share of rows that was kept."""

from __future__ import annotations

import re

from analytics.log.column import Column
from analytics.log.role_names import folded_name

_WEIGHT = re.compile(
    r"(.*_)?(sampl(e|ing)|survey|person|household|respondent|design|final|case|row|replicate|population|importance)_?"
    r"(weights?|wgt|wt)|(.*_)?(weights?|wgt|wt)_(sample|survey|final|person|row)|(.*_)?(fnlwgt|fweights?|pweights?|"
    r"expansion_?factor|sampling_?factor|inverse_?probability|ipw|gewichtung|stichprobengewicht|hochrechnungsfaktor|ponderacion|"
    r"factor_(de_)?expansion|ponderation|poids_(de_)?sondage)"
)
"""Names of a number of rows that a row stands for. A plain "weight" is none: as often a thing was weighed."""

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
    >>> [is_weight(Column(0, name, **numbers)) for name in ("sampling_fraction", "survey weight", "fnlwgt", "weight")]
    [True, True, True, False]
    """
    if column.kind != "number" or column.low is None or column.high is None:
        return False
    name = folded_name(column.name)
    return (_WEIGHT.fullmatch(name) or _SHARE.fullmatch(name)) is not None and float(column.high) > 0


def is_share(column: Column) -> bool:
    """Whether a column holds the share of rows that was kept rather than weights: it is called so, and none is above 1.

    >>> kept, rate = (Column(0, "sample_rate", "DOUBLE", "number", low="0.02", high=high) for high in ("1", "50"))
    >>> is_share(kept), is_share(rate)
    (True, False)
    """
    if column.kind != "number" or column.high is None:
        return False
    return _SHARE.fullmatch(folded_name(column.name)) is not None and float(column.high) <= 1
