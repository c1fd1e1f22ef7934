"""What a report asked, asked again of a log that may be another export: what that log cannot answer is said, the rest is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from analytics.answers.compare.whole import PairAsking
from analytics.answers.question import Question
from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.compared import compared_from, not_taken_over
from analytics.answers.report.view import View
from analytics.errors import QuestionError
from analytics.log.kept.report_added import FOUND
from analytics.log.mapping import SINGLE_ROLES
from analytics.log.schema import Log
from analytics.measure.metrics import METRICS, metrics_of
from analytics.measure.thresholds.policy import Policy
from analytics.query.cohort import Cohort
from analytics.query.predicates import answerable

_MAX_NAMED = 6
"""Columns that are named where some are gone or new: a line of text. By hand."""
_MAX_SKETCHED = 60
"""Columns whose values a pack remembers: those that it asked of, which are seldom more. A judgement."""
_MAX_VALUES, _MAX_VALUE = 12, 40
"""Values of a column that a pack remembers, the most frequent, and characters of one. A judgement."""
_ALIKE = 0.8
"""Share of remembered values that a new column holds too from which on it may be the old one under another name. A judgement."""


def differences(log: Log, manifest: Mapping[str, Any]) -> list[str]:
    """Say how a log differs from that of a pack: columns that are gone or new, those that seem renamed, and roles without one."""
    before, names = manifest.get("log"), list(log.reading.names)
    said = []
    if isinstance(before, Mapping) and before.get("hash") != log.reading.content_hash:
        then = f"then it was {str(before.get('name'))[:80]}, {str(before.get('hash'))[:12]}"
        said.append(f"This is another log than that of the last pack: {then}.")
    then_names = [str(name) for name in manifest.get("columns") or []]
    gone, new = [name for name in then_names if name not in names], [name for name in names if name not in then_names]
    for what, found in (("gone", gone), ("new", new)):
        if then_names and found:
            more = f" and {len(found) - _MAX_NAMED} more" if len(found) > _MAX_NAMED else ""
            said.append(f"Columns {what} since the last pack: {', '.join(map(repr, found[:_MAX_NAMED]))}{more}.")
    return [*said, *_renamed(log, manifest, gone, new), *_without_role(manifest, names)]


def sketches(log: Log, names: Iterable[str]) -> dict[str, list[str]]:
    """Return the most frequent values of columns, by which they are known again under another name."""
    known = {column.name: column for column in log.columns}
    found = [known[name] for name in dict.fromkeys(names) if name in known][:_MAX_SKETCHED]
    return {each.name: [value[:_MAX_VALUE] for value, _ in each.top[:_MAX_VALUES]] for each in found if each.top}


def _renamed(log: Log, manifest: Mapping[str, Any], gone: list[str], new: list[str]) -> list[str]:
    """Say which new column holds the values of one that is gone."""
    then = manifest.get("values")
    said = []
    for name in gone:
        values = then.get(name) if isinstance(then, Mapping) else None
        if not isinstance(values, list) or len(values) < 2:
            continue
        alike = {each: {value[:_MAX_VALUE] for value, _ in log.column(each).top} for each in new}
        shares = {each: sum(value in known for value in values) / len(values) for each, known in alike.items()}
        best = max(shares, key=lambda each: shares[each], default=None)
        if best is not None and shares[best] >= _ALIKE:
            said.append(
                f"{best!r} may be {name!r} under another name: it holds its values. Give it the old name in the export and run "
                "the pack again."
            )
    return said


def _without_role(manifest: Mapping[str, Any], names: list[str]) -> list[str]:
    """Say which roles of a pack have lost their column."""
    mapping = manifest.get("mapping")
    held = {role: mapping.get(role) for role in SINGLE_ROLES} if isinstance(mapping, Mapping) else {}
    return [
        f"The column {name!r}, which was the {role.replace('_', ' ')}, is gone: that role is guessed anew, or empty."
        for role, name in held.items()
        if isinstance(name, str) and name not in names
    ]


def asked_again(view: View, log: Log, usual: ReportAsking) -> tuple[ReportAsking, tuple[str, ...]]:
    """Ask a view of a log that may be another export.

    Parameters
    ----------
    view : View
    log : Log
    usual : ReportAsking
        What is asked where the view says nothing, or nothing that this log can answer.

    Returns
    -------
    tuple
        What is asked, and in sentences what could not be done; the rest is.
    """
    said: list[str] = []
    cohort, refused = answerable(view.cohort, log)
    said += [f"{filter_words(part, log)}: it is left out, so that more rows are judged." for part in refused]
    by = _by_of(view, log, said)
    metric = view.metric if view.metric in metrics_of(log.mapping.kind) else usual.metric
    if view.metric and metric != view.metric:
        said.append(f"The metric {_shown(view.metric)} cannot be asked of this log; it is {_shown(metric)} instead.")
    policy = _policy_of(view, log, said)
    question = Question(log, cohort, usual.question.threshold if view.threshold is None else view.threshold)
    _say_threshold(question, view, said)
    sides = _sides_of(view, question, refused, said) if view.sides else usual.sides
    leads = view.leads or usual.leads
    usual = replace(usual, policy=policy) if not log.is_right_or_wrong else replace(usual, handover=policy)
    asked = replace(usual, question=question, metric=metric, by=by or usual.by, sides=sides, leads=leads)
    if view.compared and usual.compared is None:
        asked = replace(asked, compared=_compared_of(view, question, policy, said))
    return asked, tuple(said)


def without_found(view: View, titles: Iterable[str]) -> View:
    """Return a view without the discovered slices that the report of a log holds anyway, by their titles."""
    known = set(titles)
    return replace(view, added=tuple(each for each in view.added if each.source != FOUND or each.title not in known))


def filter_words(part: str, log: Log) -> str:
    """Say which filter a log cannot answer, and why where that is known."""
    try:
        read = Cohort.from_text(part)
    except QuestionError:
        return f"The filter {part[:80]!r} cannot be read"
    names = {column.name for column in log.columns}
    gone = next((name for name in read.columns() if name not in names), None)
    why = "cannot be asked of this log" if gone is None else f"cannot be asked, since the column {gone!r} is gone"
    return f"The filter “{read.to_words()[:120]}” {why}"


def _by_of(view: View, log: Log, said: list[str]) -> tuple[tuple[str, ...], ...]:
    """Return the columns of the sections of slices that a log has."""
    names, segments = {column.name for column in log.columns}, set(log.mapping.segments)
    for each in view.by:
        told = f"Slices by {' and '.join(map(repr, each))} are left out"
        gone = [name for name in each if name not in names]
        strange = [name for name in each if name not in segments]
        if gone:
            said.append(f"{told}: the column {gone[0]!r} is gone.")
        elif strange:
            said.append(f"{told}: {strange[0]!r} is no segment column now.")
    kept = tuple(each for each in view.by if set(each) <= segments)
    if view.by and not kept:
        said.append("In their place stand the columns that separate the errors most.")
    return kept


def _say_threshold(question: Question, view: View, said: list[str]) -> None:
    """Say where every score of a log lies on one side of the threshold of a view: its scores are on another scale."""
    edges = question.log.edges
    is_judged = question.log.mapping.has_score and not question.log.is_right_or_wrong
    if view.threshold is None or not is_judged or len(edges) < 2:
        return
    if not edges[0] <= view.threshold <= edges[-1]:
        side = "above" if view.threshold < edges[0] else "below"
        ends = f"{edges[0]:.6g} to {edges[-1]:.6g}"
        said.append(
            f"Every score of this log, {ends}, lies {side} the threshold {view.threshold:.6g}: are they on another "
            "scale?"
        )


def _shown(metric: str) -> str:
    """Name a metric that a file names."""
    return METRICS[metric].label if metric in METRICS else repr(metric[:40])


def _policy_of(view: View, log: Log, said: list[str]) -> Policy | None:
    """Return the costs of a view; those by amount need a column of amounts."""
    try:
        policy = Policy.from_text(view.policy) if view.policy else None
    except QuestionError:
        said.append("The costs cannot be read and are left out.")
        return None
    if policy is not None and policy.costs.amount_cells and log.mapping.amount is None:
        said.append("The costs go by an amount, and no column of this log is one: what errors cost is left out.")
        return None
    return policy


def _compared_of(view: View, question: Question, policy: Policy | None, said: list[str]) -> PairAsking | None:
    """Return the live side and the candidate of a view."""
    if why := not_taken_over(view.compared):
        said.append(why)
        return None
    try:
        return compared_from(view.compared, question, policy.costs if policy is not None and policy.has_costs else None)
    except QuestionError:
        said.append("The live side and the candidate cannot be told apart in this log: which is better is left out.")
        return None


def _sides_of(
    view: View, question: Question, left_out: tuple[str, ...], said: list[str]
) -> tuple[Question, Question] | None:
    """Return the sides of a view as parts of the log; a filter that the cohort lost is left out of them as well."""
    found = [answerable(text, question.log) for text in view.sides]
    lost = [part for _, refused in found for part in refused if part not in left_out]
    if lost:
        why = filter_words(lost[0], question.log)
        said.append(f"Why production is worse is left out: reference and production cannot be told apart. {why}.")
        return None
    first, second = (replace(question, cohort=cohort) for cohort, _ in found)
    return first, second
