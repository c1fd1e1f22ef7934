"""Which column plays which role in an answer, and who said so: the command line, a person in the app, or a guess."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from analytics.commands.options import ROLE_OPTIONS, Source
from analytics.commands.right import said_right
from analytics.errors import QuestionError
from analytics.log import hints, positives, rankings, roles
from analytics.log.class_lists import MIN_PLACES
from analytics.log.mapping import ROLE_LABELS, SINGLE_ROLES, Mapping
from analytics.log.schema import Log, Reading
from analytics.log.score_form import is_confidence_name, written_threshold
from analytics.log.value_words import BLANK
from analytics.log.weight import is_share
from analytics.log.workspace import Workspace
from analytics.query.spark_session import is_in_spark, where
from analytics.reading.inbox import is_there

VALUE_ROLES = {"positive": "label", "decision_positive": "decision"}
"""What stays open about the values of a column, and the role of that column."""

_TWO = 2
"""Different values of a decision of yes or no."""
_MOST_NAMED = 5
"""Columns that a message names at most. Bounds it to some lines."""
_HAS_CONFIDENCE = ("classes", "grades")
"""Rules of answers that a model may be sure of; beside numbers a *predicted score* is rather a number itself."""
_NONE = "none"
"""What a role option says where no column plays the role."""


def said_roles(source: Source, reading: Reading) -> dict[str, str | None]:
    """Return the roles that the command line names, None where it says that no column plays one.

    A decision that is named without a score is what is judged: no column is taken for a score beside it. Beside the rule of
    classes or grades a column that is called confidence stays to be found: answers are handed over by it.

    Raises
    ------
    QuestionError
        If the log has no such column.
    """
    said: dict[str, str | None] = {}
    for option, role in ROLE_OPTIONS.items():
        name = getattr(source, option)
        if name is not None:
            is_none = name.casefold() == _NONE and name not in reading.names
            said[role] = None if is_none else reading.column(name).name
    if said.get("decision") is not None:
        said.setdefault("score", None)
    if right := said_right(source, reading):
        said |= {"label": right.true, "decision": right.predicted}
        if right.kind == "rankings":
            said |= {"decision": None, "score": None}
        if right.kind not in _HAS_CONFIDENCE or not any(is_confidence_name(name) for name in reading.names):
            said.setdefault("score", None)
    return said


def require_settled(guess: roles.Guess, mapping: Mapping, source: Source, reading: Reading) -> None:
    """Check that no label or score stays open that the question needs, nor which of its values is positive.

    Raises
    ------
    QuestionError
        If one does; the message names the columns that could play the role, or the values.
    """
    for role, candidates in guess.open.items():
        if role in VALUE_ROLES:
            _require_told(role, [value for value, _ in candidates], mapping, source)
            continue
        if getattr(mapping, role) is not None or getattr(source, role) is not None:
            continue
        if role == "score" and mapping.decision is not None:
            continue
        shown = ", ".join(f"{name!r} ({reason})" for name, reason in candidates[:_MOST_NAMED])
        if len(candidates) > _MOST_NAMED:
            shown += f" and {len(candidates) - _MOST_NAMED:,} more"
        raise QuestionError(
            f"Expected to know which column holds the {role}, found no sure one. It could be: {shown}. "
            f"Name it with --{role}, or say --{role} none.{_of_a_list([name for name, _ in candidates])}{hints.hint(reading)}"
            f"{_of_header(reading)}"
        )
    _require_judged(mapping, source, reading)


def _require_judged(mapping: Mapping, source: Source, reading: Reading) -> None:
    """Check that a log without a label does not take for its score what may rather be a grade of each row.

    Raises
    ------
    QuestionError
        If it may; the message says how it is named as one.
    """
    if (
        mapping.label is None
        and source.label is None
        and source.score is None
        and hints.is_grade(reading, mapping.score)
    ):
        raise QuestionError(
            f"Expected a column of labels, found none.{hints.hint(reading)} Else name the label with --label, or say "
            "--label none."
        )
    if mapping.label or mapping.right or source.label or source.decision or source.score:
        return
    if ranked := rankings.several_scores_hint(reading):
        raise QuestionError(f"Expected a column of labels, found none.{ranked} Else name the label with --label.")
    near = {each.predicted for each in reading.origin.alike if each.is_close or each.is_mostly_equal}
    decision = reading.column(mapping.decision) if mapping.decision and not mapping.score else None
    if decision is None and mapping.score in near:
        decision = reading.column(mapping.score or "")
    if decision is not None and (decision.name in near or len(positives.known_groups(decision)) > _TWO):
        said = hints.hint(reading)
        is_highest = decision.name in {name for _, name, _ in reading.origin.likeliest}
        what = (
            "which says which score is the highest"
            if is_highest
            else f"which holds {decision.n_distinct:,} different values"
        )
        raise QuestionError(
            f"Expected to know what {decision.name!r}, {what}, is held against, "
            f"found no sure one.{said or ' N'}{' Else n' if said else ''}ame the label with --label, or say --label none."
        )


def _of_header(reading: Reading) -> str:
    """Say that names were put together from several lines, and how one alone is read; empty where they were not."""
    layout = reading.origin.layout
    n_lines = layout.header_lines if layout else None
    if n_lines is None or n_lines <= 1:
        return ""
    return f" Names were put together from {n_lines} header lines: --header-lines 1 takes the first alone."


def _of_a_list(names: Sequence[str]) -> str:
    """Say what would tell whose scores the places of one list are; empty where the columns are no such places.

    >>> _of_a_list(["p[0]", "p[1]", "q"]), _of_a_list(["p[0]", "p[1]", "p[2]"])[:44]
    ('', ' Scores of classes in a list are known by th')
    """
    stems = {name.rpartition("[")[0] for name in names}
    if len(names) < MIN_PLACES or len(stems) > 1 or "" in stems:
        return ""
    return " Scores of classes in a list are known by the classes in their order beside it, or by the predicted class."


def _require_told(role: str, values: list[str], mapping: Mapping, source: Source) -> None:
    """Check that it is said which value is positive, where no word tells."""
    column = getattr(mapping, VALUE_ROLES[role])
    is_said = getattr(source, role) or getattr(source, role.replace("positive", "negative"))
    if is_said or column is None or mapping.right is not None or (role != "positive" and mapping.score is not None):
        return
    option = "--" + role.replace("_", "-")
    if BLANK in values:
        raise QuestionError(
            f"Expected to know what rows without a value in {column!r} are, found {values[0]!r} or nothing. Where nothing "
            f"means no, say {option} {shlex.quote(values[0])} {option.replace('positive', 'negative')} ''; where it is not "
            f"known yet, {option} {shlex.quote(values[0])} alone."
        )
    shown = " and ".join(map(repr, values)) if len(values) == 2 else ", ".join(map(repr, values[:_MOST_NAMED]))
    more = f" and {len(values) - _MOST_NAMED:,} more" if len(values) > _MOST_NAMED else ""
    raise QuestionError(
        f"Expected to know which value of {column!r} is positive, found {shown}{more}: no word tells. "
        f"Name it: {option} {shlex.quote(values[0])} or {option} {shlex.quote(values[1])}."
    )


def with_weight(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return the mapping with a weight that is read as said, else as its name and its values say.

    Raises
    ------
    QuestionError
        If it is said how a weight is read where there is none.
    """
    if mapping.weight is None:
        if source.weight_as:
            raise QuestionError("Expected a column for --weight-as, found none. Name it with --weight.")
        return replace(mapping, is_weight_share=False)
    if source.weight_as:
        return replace(mapping, is_weight_share=source.weight_as == "share")
    return replace(mapping, is_weight_share=is_share(reading.column(mapping.weight))) if source.weight else mapping


def roles_of(source: Source, log: Log, workspace: Workspace | None = None) -> dict[str, Any]:
    """Return the roles of a log, what is judged, and where each role is from, for an answer."""
    mapping = log.mapping
    return {
        "log_id": log.log_id,
        **{key: list(value) if isinstance(value, tuple) else value for key, value in asdict(mapping).items()},
        "kind": mapping.kind,
        "judged": "right" if log.is_right_or_wrong else "score" if mapping.score else "decision",
        "rule": mapping.right.sentence if mapping.right else None,
        "from": _origins(source, log, workspace or Workspace()),
        "threshold_from": _threshold_from(log),
        **({"asked": f"Spark at {where()}"} if is_in_spark(source.log) else {}),
        **({"label_hint": said} if mapping.label is None and (said := hints.hint(log.reading).strip()) else {}),
    }


def _threshold_from(log: Log) -> str | None:
    """Return the column whose one value is the threshold, None where it is from elsewhere."""
    written = written_threshold(log.mapping, log.reading)
    return written[0] if written is not None and written[1] == log.mapping.threshold else None


def _origins(source: Source, log: Log, workspace: Workspace) -> dict[str, str]:
    """Say of each role who gave it."""
    said = said_roles(source, log.reading)
    played = {role: name for role in SINGLE_ROLES if (name := getattr(log.mapping, role)) is not None}
    if not is_there(Path(source.log)) and not is_in_spark(source.log):
        otherwise = f"as confirmed on {day}" if (day := _confirmed_on(workspace, log)) else "as the log was built"
        return {role: "named" if said.get(role) == name else otherwise for role, name in played.items()}
    reasons = roles.guess(log.reading, said).reasons
    reasons = {name: "as for another role" if reason == "named" else reason for name, reason in reasons.items()}
    return {role: "named" if role in said else f"guessed: {reasons[name]}" for role, name in played.items()}


def _confirmed_on(workspace: Workspace, log: Log) -> str | None:
    """Return the day on which a person confirmed the roles that a log has, None where nobody did."""
    moment = workspace.confirmed_at(log)
    return f"{datetime.fromisoformat(moment):%-d %B %Y}" if moment else None


def in_words(said: dict[str, Any]) -> str:
    """Return roles as one line: ``label 'repaid' (named; positive: yes; negative: no), score 'p' …, judged: score at 0.5``."""
    parts = []
    for role in SINGLE_ROLES:
        if (name := said[role]) is None:
            continue
        values = {"label": ("positive", "negative"), "decision": ("decision_positive", "decision_negative")}.get(
            role, ()
        )
        about = [said["from"][role]]
        about += [
            f"{value.removeprefix('decision_')}: {', '.join(each or '(nothing)' for each in said[value])}"
            for value in values
            if said[value]
        ]
        parts.append(f"{ROLE_LABELS[role].lower()} {name!r} ({'; '.join([*about, *_form(role, said)])})")
    if said["judged"] == "right":
        return f"Roles: {', '.join(parts)}. A row is right if {said['rule']}."
    judged = f"the score at {said['threshold']:g}" if said["judged"] == "score" else "the decision"
    if said["judged"] == "score" and said.get("threshold_from"):
        judged = f"{judged}, as {said['threshold_from']!r} says"
    judged = f"the {said['judged']}. {said['sides']}" if "sides" in said else judged
    asked = f" Asked where the rows are: {said['asked']}." if "asked" in said else ""
    hint = f" {said['label_hint']}" if "label_hint" in said else ""
    return f"Roles: {', '.join(parts)}. Judged: {judged}.{asked}{hint}"


def _form(role: str, said: dict[str, Any]) -> list[str]:
    """Say how the numbers of the score are read where it is not as they stand, and how those of a weight are."""
    if role == "weight":
        return [
            "a share that was kept: a row stands for 1 over it" if said["is_weight_share"] else "rows it stands for"
        ]
    if role != "score":
        return []
    forms = {
        f"divided by {said['score_scale']:g}": said["score_scale"] != 1,
        f"no score: {', '.join(said['score_missing'])}": bool(said["score_missing"]),
        "clipped to 0 and 1": said["is_score_clipped"],
        f"low means positive: {'1 ' if said['score_minus'] else ''}minus it": said["score_minus"] is not None,
        "confidence of the decision: 1 minus it where that is negative": said["is_confidence"],
    }
    return [words for words, holds in forms.items() if holds]


def finite_threshold(threshold: float) -> float:
    """Return a threshold that is a number."""
    if not math.isfinite(threshold):
        raise QuestionError(f"Expected a number as threshold, found {threshold}.")
    return threshold
