"""Which column says who gave the label, or where."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analytics.log.role_names import folded_name

_SITE = re.compile(
    r"(.*_)?(site|hospital|clinic|ward|practice|branch|cent(er|re)|facility|plant|factory|lab|laboratory|office|store|shop|agency|"
    r"annotators?|raters?|labell?ers?|reviewers?|adjudicators?|coders?|readers?|examiners?|inspectors?|standort|klinik|filiale|"
    r"sucursal|centro|hopital|agence)(_?(id|name|no|code|nr))?"
)
"""Names of where a label was given, or by whom."""


def likely_site(names: Sequence[str]) -> str | None:
    """Return the first column that is called like who gave a label, or where; None where none is.

    >>> likely_site(["region", "hospital_id"]), likely_site(["Reviewer"]), likely_site(["region"])
    ('hospital_id', 'Reviewer', None)
    """
    return next((name for name in names if _SITE.fullmatch(folded_name(name))), None)
