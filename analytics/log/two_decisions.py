"""What a model decided and what people decided after it: two columns of the same two values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analytics.log.column import Column
from analytics.log.role_names import folded_name
from analytics.log.schema import Log
from analytics.log.value_words import folded

_MODEL = re.compile(
    r"(.*_)?(model(l|o|e)?|ml|ai|ki|ia|auto(mated|matic)?|machine|system|engine|algo(rithm)?|recommend(ed|ations?)|suggest(ed|ions?)|"
    r"propos(ed|als?)|predict(ed|ions?)|initial|original|vorschlag|empfehlung|empfohlene?|recomendad[oa]|recommandee?)(_.*)?"
)
"""Names of what a model decided, or advised."""
_PEOPLE = re.compile(
    r"(.*_)?(final[ea]?|actual|human|manual|person|people|analyst|agent|officer|review(er|ed)?|underwriter|clinician|doctor|nurse|"
    r"expert|staff|caseworker|investigator|override|overridden|taken|made|executed|mensch|sachbearbeiter|endgultige?|tatsachliche?|"
    r"human[oa]|humaine?|analista|analyste)(_.*)?"
)
"""Names of what people decided, or what was decided in the end."""
_DECIDED = re.compile(
    r"(.*_)?(decisions?|decided|actions?|dispositions?|calls?|choices?|treatments?|recommendations?|advice|verdicts?|approvals?|flag(ged)?|"
    r"entscheidung|aktion|accion|override|empfehlung|vorschlag)(_.*)?"
)
"""Names of a decision: what turned out to be true is called final and actual too."""


@dataclass(frozen=True)
class TwoDecisions:
    """The columns of what a model decided and of what people decided after it."""

    model: str
    people: str


def two_decisions(log: Log) -> TwoDecisions | None:
    """Return what a model decided and what people decided of the same rows; None where no two columns are called so.

    The logged decision is one of them where several are; a column that plays another role is none.
    """
    mapping = log.mapping
    if mapping.kind != "yes/no":
        return None
    taken = {mapping.label, mapping.second_label, mapping.score, mapping.weight, mapping.row_id}
    two = [column for column in log.columns if column.n_distinct == len(column.top) == 2 and column.name not in taken]
    named = [(column, folded_name(column.name)) for column in two]
    model = [column for column, name in named if _MODEL.fullmatch(name) and not _PEOPLE.fullmatch(name)]
    people = [
        column
        for column, name in named
        if _PEOPLE.fullmatch(name) and not _MODEL.fullmatch(name) and _is_decision(column, log)
    ]
    found = [(own, other) for own in model for other in people if _values(own) == _values(other)]
    decided = [pair for pair in found if mapping.decision in (pair[0].name, pair[1].name)]
    found = decided or found
    return TwoDecisions(found[0][0].name, found[0][1].name) if len(found) == 1 else None


def decided_columns(log: Log) -> frozenset[str]:
    """Return the columns that hold what was decided: slices of one kind of decision are no cause of errors."""
    both = two_decisions(log)
    cut = {found.column for found in log.findings if found.code == "cut-of-score" and found.column is not None}
    return frozenset(cut if both is None else {*cut, both.model, both.people})


def _is_decision(column: Column, log: Log) -> bool:
    return column.name == log.mapping.decision or bool(_DECIDED.fullmatch(folded_name(column.name)))


def _values(column: Column) -> set[str]:
    return {folded(value) for value, _ in column.top}
