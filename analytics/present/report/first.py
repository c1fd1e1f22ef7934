"""The first page: findings with what to do and whose it is, decisions, what is open, and the change since the last pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.errors import QuestionError
from analytics.measure.intervals import Interval, difference
from analytics.measure.metrics import METRICS
from analytics.present import readings, words
from analytics.present.report.actions import action_of, columns_of, key_of, rows_told
from analytics.present.report.parts import Decided, FirstFinding, FirstPage
from analytics.present.report.tables import short
from analytics.query.cohort import Cohort

if TYPE_CHECKING:
    from analytics.answers.brief.answer import Brief
    from analytics.answers.brief.finding import Finding
    from analytics.answers.overview import Overview
    from analytics.answers.report.asking import ReportAsking
    from analytics.answers.report.view import View
    from analytics.answers.slices import SliceAnswer
    from analytics.log.kept.thresholds import Decision
    from analytics.present.report.parts import Section

_MOST = 3
"""Findings on the first page: what a meeting decides on. Its own rule."""
_MAX_DECIDED = 3
"""Decisions on the first page, the latest. A judgement."""
_OF_ROWS = ("slices", "missing", "discovery")
"""Questions of the brief whose findings are about some of the rows."""


def first_page(
    asking: ReportAsking,
    overview: Overview,
    brief: Brief,
    sections: Sequence[Section],
    decisions: Sequence[Decision],
    view: View,
    last: Mapping[str, Any] | None,
    before: Sequence[Any] = (),
    held: Sequence[str] = (),
    slices: Sequence[SliceAnswer] = (),
) -> FirstPage:
    """Return the first page; what was struck makes room for the next finding."""
    found = [_finding(each, brief) for each in brief.findings if each.source != "labels"]
    kept = _by_action([each for each in found if each.key not in view.struck])[:_MOST]
    headline = headline_of(asking, overview)
    lead = readings.overview_reading(overview, asking.question, asking.metric).partition("\n")[0]
    nothing = readings.brief_reading(brief)
    decided = [
        Decided(short(each.note, 600), each.when, short(f"On {each.cohort}. {each.evidence}", 600), each.promise)
        for each in list(decisions)[-_MAX_DECIDED:]
    ]
    glances = [(section.title, section.glance) for section in sections if section.glance]
    asked = {section.name for section in sections}
    waits = [each for each in brief.findings if each.source == "labels" and "labels" not in asked]
    open_ = [
        f"{readings.finding_sentence(each, asking.question.log)} {readings.finding_certainty(each, brief)}"
        for each in waits
    ]
    open_ += [readings.open_sentence(source, brief) for source in brief.open if source.name not in asked]
    change = "" if last is None else change_words(headline, last, asking)
    since = [*held, *_since(before, found, brief, asking, slices)]
    comment = words.undirected(view.comment("first"))
    return FirstPage(lead, change, kept, nothing, decided, glances, open_, comment, since)


def _since(
    before: Sequence[Any],
    found: Sequence[FirstFinding],
    brief: Brief,
    asking: ReportAsking,
    slices: Sequence[SliceAnswer],
) -> list[str]:
    """Say what became of the findings of the last pack, which may be from anyone's file."""
    names, now = {column.name for column in asking.question.log.columns}, {_rows_of(each.key): each for each in found}
    unasked = {source.name for source in brief.open}
    said = []
    for entry in list(before)[:_MOST]:
        if not isinstance(entry, list | tuple) or len(entry) < 2:
            continue
        key, sentence = (short(str(part), 400) for part in entry[:2])
        columns = entry[4] if len(entry) > 4 and isinstance(entry[4], list | tuple) else ()
        gone = [str(name)[:60] for name in columns if name not in names]
        if gone:
            said.append(f"Not looked for, since the column {gone[0]!r} is gone: {sentence}")
        elif (again := now.get(_rows_of(str(entry[0])))) is not None:
            said.append(f"Still so: {again.sentence}")
        else:
            what = "Not asked this time" if key.partition(":")[0] in unasked else "No longer among the findings"
            said.append(f"{what}: {sentence}{_of_slice_now(str(entry[0]), slices, asking.metric)}")
    return said


def _rows_of(key: str) -> str:
    """Return what a finding is about, whichever question found it: of rows the rows.

    >>> _rows_of("discovery: seg is b"), _rows_of("thresholds")
    ('seg is b', 'thresholds')
    """
    source, _, told = key.partition(": ")
    return told if told and source in _OF_ROWS else key


def _of_slice_now(key: str, slices: Sequence[SliceAnswer], metric: str) -> str:
    """Say how a slice of the last pack does now, where the report has it: what is no finding may be as bad as before."""
    source, _, told = key.partition(": ")
    for answer in slices if source in _OF_ROWS and metric in METRICS else ():
        if len(answer.by) != 1 or f"{metric}_low" not in answer.table.columns:
            continue
        for row in answer.table.iter_rows(named=True):
            if told == rows_told(answer.by[0], row["slice_0"]):
                value = words.metric_interval(metric, *(row[f"{metric}{end}"] for end in ("", "_low", "_high")))
                whole = words.metric_text(metric, answer.overall[metric].item())
                return f" Now {words.metric_phrase(metric)} is {value} there and {whole} of all rows."
    return ""


def _by_action(found: Sequence[FirstFinding]) -> list[FirstFinding]:
    """Return findings of which no two ask for the same: what a second one says stands with the first."""
    kept: dict[str, FirstFinding] = {}
    for each in found:
        first = kept.setdefault(each.action, each)
        if first is not each:
            size = first.size or each.size
            kept[each.action] = replace(first, size=size, certainty=f"{first.certainty} {each.sentence}")
    return list(kept.values())


def _finding(finding: Finding, brief: Brief) -> FirstFinding:
    """Return a finding in words."""
    action, owner = action_of(finding, brief)
    n = getattr(finding.parts, "n", None)
    rows = f"on {words.plural(n, 'judged row')}" if n and finding.source in _OF_ROWS else ""
    size = ", ".join(filter(None, [readings.finding_worth(finding, brief), rows]))
    return FirstFinding(
        key_of(finding),
        readings.finding_sentence(finding, brief.asking.question.log),
        size,
        readings.finding_certainty(finding, brief),
        action,
        owner,
        columns_of(finding),
    )


def headline_of(asking: ReportAsking, overview: Overview) -> dict[str, Any]:
    """Return the number that a pack is compared by with the next one; what has no value is None."""
    value, low, high = overview.value(asking.metric)
    log = asking.question.log
    ends = {
        name: float(end) if end is not None and isfinite(end) else None
        for name, end in (("value", value), ("low", low), ("high", high))
    }
    return {
        "metric": asking.metric,
        **ends,
        "n": int(overview.counts["n_labelled"]),
        "log": log.reading.content_hash,
        "name": log.name,
        "cohort": asking.question.cohort.to_text(),
        "threshold": asking.question.threshold,
        "from": log.time_low,
        "to": log.time_high,
    }


def change_words(now: Mapping[str, Any], last: Mapping[str, Any], asking: ReportAsking) -> str:
    """Say how the headline number differs from that of the last pack.

    Rows of two logs that share no time are taken for independent (`measure.intervals.difference`); where their times overlap
    they may be the same rows, and the difference is said without an interval.
    """
    metric, name = asking.metric, short(str(last.get("name", "")), 80)
    before = {end: last.get(end) for end in ("value", "low", "high")}
    is_known = isinstance(before["value"], float | int) and now["value"] is not None
    if last.get("metric") != metric or not is_known:
        return f"The last pack ({name}) was about another metric: no change can be told."
    if all(last.get(part) == now[part] for part in ("log", "cohort", "threshold")):
        return f"The last pack was of the same rows at the same threshold ({name}): nothing can have changed."
    own, other = (_interval(each) for each in (now, before))
    change = difference(own, other)
    phrase = words.metric_phrase(metric)
    start = f"{phrase[:1].upper()}{phrase[1:]}"
    otherwise = _asked_otherwise(now, last)
    then = words.metric_interval(metric, before["value"], before["low"], before["high"])
    if _may_share_rows(now, last):
        size = words.metric_difference(metric, float(change.value))
        shared = "The two may share rows, so that no interval of the change is told."
        return f"{start} was {then} in the last pack ({name}): {size}. {otherwise}{shared}"
    if not float(change.low) <= 0 <= float(change.high):
        side = "higher" if float(change.value) > 0 else "lower"
        worse = {"lower": "higher", "higher": "lower"}.get(METRICS[metric].direction)
        verdict = "" if worse is None else " (worse)" if side == worse else " (better)"
        size = words.metric_difference(metric, float(change.value), float(change.low), float(change.high))
        said = f"{start} is {side}{verdict} than in the last pack ({name}), where it was {then}: {size}."
    else:
        said = f"{start} differs by no more than chance from the last pack ({name}), where it was {then}."
    return f"{said} {otherwise}".rstrip()


def _asked_otherwise(now: Mapping[str, Any], last: Mapping[str, Any]) -> str:
    """Say that the last pack counted other rows or flagged at another threshold, so that not all of a change is the model's."""
    said = []
    if str(last.get("cohort") or "") != now["cohort"]:
        try:
            then = Cohort.from_text(str(last.get("cohort") or "")).to_words()
        except QuestionError:
            then = "another one"
        said.append(f"its cohort was “{short(then, 120)}”")
    if isinstance(last.get("threshold"), float | int) and last["threshold"] != now["threshold"]:
        said.append(f"its threshold {words.threshold_text(float(last['threshold']))}")
    return (
        f"That pack asked otherwise: {words.listed(said)}, so that the change need not be the model's. " if said else ""
    )


def _interval(headline: Mapping[str, Any]) -> Interval:
    """Return a headline number with its interval; NaN where it has none."""
    ends = [headline[end] for end in ("value", "low", "high")]
    return Interval(*(np.asarray(nan if end is None else end, dtype=float) for end in ends))


def _may_share_rows(now: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    """Whether two packs may be of the same rows: one log, or times that overlap or are not known."""
    times = [each.get(end) for each in (now, last) for end in ("from", "to")]
    if now["log"] == last.get("log") or None in times:
        return True
    return bool(str(times[0]) <= str(times[3]) and str(times[2]) <= str(times[1]))
