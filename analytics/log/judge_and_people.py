"""A judge's verdict on all rows beside a person's on some, by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analytics.log import positives
from analytics.log.column import Column
from analytics.log.role_names import folded_name

_VERDICT = re.compile(
    r"(.*_)?(pass(ed)?|verdict|correct|right|ok|good|acceptable|accepted|label|grade|rating|score|vote)(_.*)?"
)
_JUDGE = re.compile(r"(.*_)?(judge|llm|auto_?rater|auto|model|ai|gpt|claude)(_.*)?")
_ONLY_JUDGE = re.compile(r"(.*_)?(judge|llm|auto_?rater)")
_GIVEN_AFTER = re.compile(r"(.*_)?(judge|llm|auto_?rater|gpt|claude|human|expert|annotator|reviewer)(_.*)?")
"""Whose verdict a column is, in words that hardly say anything else: a person may be who is judged."""
_PERSON = re.compile(r"(.*_)?(human|person|people|expert|annotator|reviewer|manual|mensch|humano|humain)(_.*)?")


def judge_and_people(columns: Sequence[Column]) -> dict[str, str]:
    """Return a judge's verdict on all rows as decision, a person's on some as label: two columns of two values; else nothing.

    >>> two = {"type": "BIGINT", "kind": "number", "n_distinct": 2, "top": (("1", 9), ("0", 3))}
    >>> judge_and_people([Column(0, "judge_passed", **two), Column(1, "human_passed", n_missing=8, **two)])
    {'decision': 'judge_passed', 'label': 'human_passed'}
    """
    two = [column for column in columns if column.n_distinct == 2 and len(positives.known_groups(column)) == 2]
    verdicts = [column for column in two if _VERDICT.fullmatch(folded_name(column.name))]
    people = [column for column in verdicts if _PERSON.fullmatch(folded_name(column.name))]
    judges = [column for column in verdicts if column not in people and _JUDGE.fullmatch(folded_name(column.name))]
    if len(people) == 1 and not judges:  # a judge's column that says no more than whose it is, in the same words
        words = {*positives.known_groups(people[0])}
        judges = [column for column in two if column not in people and _ONLY_JUDGE.fullmatch(folded_name(column.name))]
        judges = [column for column in judges if {*positives.known_groups(column)} == words]
    if len(people) != 1 or len(judges) != 1 or people[0].n_missing <= judges[0].n_missing:
        return {}
    return {"decision": judges[0].name, "label": people[0].name}


def is_verdict(name: str) -> bool:
    """Whether a column is called a judge's or a person's verdict: what it holds came after the answer, and is no segment of it.

    >>> is_verdict("v3_human_passed"), is_verdict("llm_grade"), is_verdict("person_score"), is_verdict("model_rating")
    (True, True, False, False)
    """
    folded = folded_name(name)
    return bool(_VERDICT.fullmatch(folded) and _GIVEN_AFTER.fullmatch(folded))


def people_beside(columns: Sequence[Column], judge: str) -> str | None:
    """Return the column of people's verdicts on some rows that is called as a judge's column, but for whose it is.

    >>> both = [Column(0, "v3_judge_passed", "BIGINT", "number"), Column(1, "v3_human_passed", "BIGINT", "number", n_missing=8)]
    >>> people_beside(both, "v3_judge_passed"), people_beside(both, "v3_human_passed")
    ('v3_human_passed', None)
    """
    own = next(column for column in columns if column.name == judge)
    if _JUDGE.fullmatch(folded_name(judge)) is None:
        return None
    about = _but(_JUDGE, judge)
    people = [
        column for column in columns if _PERSON.fullmatch(folded_name(column.name)) and column.n_missing > own.n_missing
    ]
    found = [column.name for column in people if _but(_PERSON, column.name) == about]
    return found[0] if len(found) == 1 else None


def _but(whose: re.Pattern[str], name: str) -> list[str]:
    """Return the words of a name without those that say whose it is."""
    return [word for word in folded_name(name).split("_") if whose.fullmatch(word) is None]
