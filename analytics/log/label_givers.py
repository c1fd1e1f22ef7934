"""Which columns say who gave the label, where, and what somebody else said of the same row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.log.role_names import folded_name

_ENDS = r"(_?(id|name|no|code|nr))?"
_NAMES = {
    "label_site": re.compile(
        r"(.*_)?(site|hospital|clinic|ward|practice|branch|cent(er|re)|facility|plant|factory|lab|laboratory|office|store|shop|"
        rf"agency|standort|klinik|filiale|sucursal|centro|hopital|agence){_ENDS}"
    ),
    "annotator": re.compile(
        rf"(.*_)?(annotators?|raters?|labell?ers?|reviewers?|adjudicators?|coders?|readers?|examiners?|inspectors?){_ENDS}"
        r"|(label(l?ed)?|annotated|rated|reviewed|coded|read)_by"
    ),
}
"""Names of where a label was given, and by whom."""
_SAID = "label|reading|reader|opinion|annotation|annotator|rating|rater|review|diagnosis|outcome|verdict"
_SECOND = re.compile(rf"(.*_)?(second|other|2nd)_({_SAID})(_.*)?|(.*_)?({_SAID})_?(2|b|two)")
"""Names of what a second person said of a row."""


def claims(columns: Sequence[Column], n_rows: int, chosen: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return by role the column that says where the label was given, by whom, or what a second one is, with the reason.

    Parameters
    ----------
    columns : sequence of Column
    n_rows : int
        Rows of the log.
    chosen : mapping of str to str
        Roles that other columns play: without a label nobody gave one.
    """
    label = next((column for column in columns if column.name == chosen.get("label")), None)
    if label is None:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for column in columns:
        if column.name in chosen.values():
            continue
        name = folded_name(column.name)
        if _SECOND.fullmatch(name) and _says_the_same(column, label):
            found.setdefault("second_label", (column.name, f"its name, and it has values of {label.name!r} alone"))
        elif column.kind != "time" and 1 < column.n_distinct <= min(MAX_SEGMENT_VALUES, max(2, n_rows // 2)):
            for role, pattern in _NAMES.items():
                if pattern.fullmatch(name):
                    found.setdefault(role, (column.name, f"its name, and {column.n_distinct:,} different values"))
    return found


def _says_the_same(column: Column, label: Column) -> bool:
    """Whether every value of a column is one of the label's."""
    said, known = ({value for value, _ in each.top} for each in (column, label))
    return 1 < column.n_distinct <= label.n_distinct and said <= known
