"""The first page: findings with what to do and whose it is, decisions, what is open, and the change since the last pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.measure.intervals import Interval, difference
from analytics.measure.metrics import METRICS
from analytics.present import readings, words
from analytics.present.report.actions import action_of, columns_of, key_of
from analytics.present.report.parts import Decided, FirstFinding, FirstPage
from analytics.present.report.tables import short

if TYPE_CHECKING:
    from analytics.answers.brief.answer import Brief
    from analytics.answers.brief.finding import Finding
    from analytics.answers.overview import Overview
    from analytics.answers.report.asking import ReportAsking
    from analytics.answers.report.view import View
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
    since = [*held, *_since(before, found, brief, asking)]
    comment = words.undirected(view.comment("first"))
    return FirstPage(lead, change, kept, nothing, decided, glances, open_, comment, since)


def _since(before: Sequence[Any], found: Sequence[FirstFinding], brief: Brief, asking: ReportAsking) -> list[str]:
    """Say what became of the findings of the last pack, which may be from anyone's file."""
    names, now = {column.name for column in asking.question.log.columns}, {each.key: each for each in found}
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
        elif (again := now.get(str(entry[0]))) is not None:
            said.append(f"Still so: {again.sentence}")
        elif key.partition(":")[0] in unasked:
            said.append(f"Not asked this time: {sentence}")
        else:
            said.append(f"No longer among the findings: {sentence}")
    return said


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
    then = words.metric_interval(metric, before["value"], before["low"], before["high"])
    if _may_share_rows(now, last):
        size = words.metric_difference(metric, float(change.value))
        shared = "The two may share rows, so that no interval of the change is told."
        return f"{start} was {then} in the last pack ({name}): {size}. {shared}"
    if not float(change.low) <= 0 <= float(change.high):
        side = "higher" if float(change.value) > 0 else "lower"
        worse = {"lower": "higher", "higher": "lower"}.get(METRICS[metric].direction)
        verdict = "" if worse is None else " (worse)" if side == worse else " (better)"
        size = words.metric_difference(metric, float(change.value), float(change.low), float(change.high))
        return f"{start} is {side}{verdict} than in the last pack ({name}), where it was {then}: {size}."
    return f"{start} differs by no more than chance from the last pack ({name}), where it was {then}."


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
