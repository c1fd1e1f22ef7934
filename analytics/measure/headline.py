"""Which metric leads where nobody chose one: what is seldom must not be hidden by what is frequent."""

from __future__ import annotations

from dataclasses import dataclass

_RARE = 0.15
"""Share of the labelled rows below which a class is called rare: a rule that predicts nobody is then right on 85 % of the rows,
so that an error rate says more about the base rate than about the model. A convention of the house."""

OTHER_KIND = {"recall": "fpr", "fnr": "fpr", "specificity": "fnr", "fpr": "fnr"}
"""The other kind of error beside a metric of one: named where no slice has more of the first."""


@dataclass(frozen=True)
class _Headline:
    """The metric that matters where nobody says another one.

    Attributes
    ----------
    metric : str
        A name of the registry.
    base_rate : float or None
        Share of the labelled rows that are positive, None without labels.
    """

    metric: str
    base_rate: float | None

    @property
    def is_apart(self) -> bool:
        """Whether misses and false alarms are shown apart, since one class is rare."""
        return self.metric != "error_rate"


def headline(n_positive: float, n_labelled: int) -> _Headline:
    """Choose the metric that leads: the error rate, or where one class is rare the share of it that is found.

    >>> headline(32, 1_000).metric, headline(400, 1_000).metric, headline(970, 1_000).metric, headline(0, 0).metric
    ('recall', 'error_rate', 'specificity', 'error_rate')
    """
    if not n_labelled:
        return _Headline("error_rate", None)
    share = n_positive / n_labelled
    if 0 < share < _RARE:
        return _Headline("recall", share)
    return _Headline("specificity" if 1 - _RARE < share < 1 else "error_rate", share)
