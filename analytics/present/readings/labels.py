"""Up to when a metric may be trusted, how much is still to come, and which way that will move it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.labels.arrivals import UNITS
from analytics.measure.metrics import METRICS
from analytics.measure.slices import MIN_SUPPORT
from analytics.measure.slices_cost import COST
from analytics.present import words
from analytics.present.readings.labels_figures import FEW_PAST, HALF, RESTS, after_words, day_words
from analytics.present.selective import selective_details, selective_part

if TYPE_CHECKING:
    from analytics.answers.labels_answer import LabelsAnswer
    from analytics.measure.labels.maturing import Matured

_MAX_SITE = 40
"""Characters of a site's name within a sentence. A judgement."""
_MOST = 0.9
"""Share of the labels by whose age it is said how late they come. A judgement."""
_HARDLY = 0.005
"""Share of the rows, or labels, below which it is not worth a sentence: half a percent. By hand."""


def labels_reading(answer: LabelsAnswer) -> str:
    """Say up to when a metric may be trusted, what of the rest is still to come, and which way it will move.

    Labels that mean something else at a site are no labels to trust, however complete they are: that is said with it.
    """
    first, line, more = _complete_reading(answer).partition("\n")
    return f"{first.removesuffix('.')}{_apart_part(answer)}.{line}{more}"


def _apart_part(answer: LabelsAnswer) -> str:
    """Say within a sentence that a site's labels are not like the others'; empty where none is."""
    if answer.apart is None:
        return ""
    column, site = answer.apart
    where = f"{words.column_words(column)} is {words.shortened(words.value_label(site), _MAX_SITE)}"
    return f"; but where {where}, labels may mean something else"


def _complete_reading(answer: LabelsAnswer) -> str:
    found = answer.selective
    if not answer.buckets["n_labelled"].sum():
        return _first(answer)
    if answer.is_too_short and answer.curve is not None:
        return _too_short(answer, answer.curve)
    if found is not None and (found.is_of_one_side or found.hides(answer.metric)):
        hidden = found.hides(answer.metric) and answer.stopped is None
        late = _late_part(answer) if hidden else words.told(_first(answer), _since_part(answer))
        return words.told(selective_part(found), selective_details(found), late)
    return words.told(
        _first(answer),
        _unlogged_part(answer),
        "" if found is None else selective_details(found),
        _since_part(answer),
        _ripe_part(answer),
        _never_part(answer),
        _lacking_part(answer),
    )


def _first(answer: LabelsAnswer) -> str:
    phrase = words.metric_phrase(answer.metric)
    n_labelled = answer.buckets["n_labelled"].sum()
    if not n_labelled:
        return f"No row has a label yet: nothing can be said of {phrase}."
    if n_labelled < MIN_SUPPORT:
        return f"On {words.plural(round(n_labelled), 'labelled row')} {phrase} tells nothing yet, on whatever day."
    if answer.stopped is not None:
        due = f"about {words.plural(round(answer.n_missed), 'label')} should have: their feed has stopped"
        return f"No label has come since {day_words(answer.stopped, answer)}, although {due}. {_trust_part(answer)}"
    if answer.trust is None and answer.since is not None:
        if _is_undefined(answer.since):
            return f"No {words.BUCKETS[answer.every]} has the rows that {phrase} is computed from, although no label is late."
        coming = f"{_coming(answer.since, 'of the labels')}{_way(answer, answer.since)}"
        if answer.rest is not None:
            coming = f"rows that count as {' may still become '.join(RESTS[answer.rest])}{_way(answer, answer.since)}"
        return f"Trust {phrase} of no {words.BUCKETS[answer.every]} yet: {coming}."
    return _trust_part(answer)


def _too_short(answer: LabelsAnswer, curve: pl.DataFrame) -> str:
    """Say that nothing may be trusted where the labels of one class come late and the last of them was not seen to come."""
    other, name = RESTS[answer.rest or 0]
    phrase, bucket = words.metric_phrase(answer.metric), words.BUCKETS[answer.every]
    half, most = (words.plural(int((curve[name] < share).sum()), words.BUCKETS[answer.unit]) for share in (HALF, _MOST))
    return (
        f"Trust {phrase} of no {bucket} yet: rows that count as {other} may still become {name}, and the log is too short to see "
        f"the last of them.\nOnly {name} rows say when their label came: half of those that came did within {half}, nine in ten "
        f"within {most}. Ask again of a log that spans more than twice as long."
    )


def _late_part(answer: LabelsAnswer) -> str:
    """Say whether labels are still to come where they do not tell the metric, however complete they are."""
    if answer.since is None or not answer.since.to_come >= 1:
        return "No label is late: rows without one never get one."
    return f"Besides, {_coming(answer.since, 'of the labels')}."


def _trust_part(answer: LabelsAnswer) -> str:
    """Say the day up to which the metric may be trusted, and what is the matter with the rows after it."""
    phrase = words.metric_phrase(answer.metric)
    if answer.trust is None:
        return f"No day is old enough to trust {phrase}."
    day = day_words(answer.trust, answer)
    since = answer.since
    changed = ""
    if answer.share_revised >= _HARDLY:
        changed = f"; {words.share(answer.share_revised)} of the labels given were changed later, so they may still"
    if answer.one_class is not None and answer.trust >= answer.one_class:
        before = day_words(answer.one_class - timedelta(days=1), answer)
        one = "since then labels are of one class, so not all are there yet, or a rule wrote them"
        return f"Trust {phrase} up to {before}: {one}{changed}."
    if answer.faded is not None and (since is None or not since.to_come >= 1):
        before = day_words(answer.faded - timedelta(days=1), answer)
        few = "ever fewer rows are positive, as where a row counts as negative until something happens"
        return f"Trust {phrase} up to {before}: since then {few}{changed}."
    if since is not None and _is_undefined(since):
        return f"Trust {phrase} up to {day}: the labels since then are there, but it cannot be computed from them{changed}."
    if since is None or not since.to_come >= 1:
        by = "a hundredth of what an error costs" if answer.metric == COST else "a point"
        still = f"no label that is still to come can move it by {by}"
        return f"Trust {phrase} up to {day}, its last {'hour' if answer.unit == '1h' else 'day'}: {still}{changed}."
    coming = f"{_coming(since, 'of the labels since then')}{_way(answer, since)}"
    if answer.rest is not None:
        own, other = RESTS[answer.rest]
        coming = f"rows since then that count as {own} may still become {other}{_way(answer, since)}"
    return f"Trust {phrase} up to {day}; {coming}{changed}."


def _is_undefined(since: Matured) -> bool:
    """Whether all labels of some rows are there and the metric cannot be computed from them, as recall without a positive."""
    return not since.to_come >= 1 and not words.is_known(since.naive)


def _coming(since: Matured, of_which: str) -> str:
    """Say what share of the labels of some rows is still to come."""
    if not since.n_labelled:
        return f"none {of_which} has come yet"
    share = since.to_come / (since.n_labelled + since.to_come)
    if min(share, 1 - share) < _HARDLY:
        return f"{'nearly all' if share > HALF else 'hardly any'} {of_which} are still to come"
    return f"{words.share(share)} {of_which} are still to come"


def _way(answer: LabelsAnswer, since: Matured) -> str:
    """Say which way the labels to come will move the metric; nothing where that is not known."""
    if not (words.is_known(since.value) and words.is_known(since.naive)):
        return ", and which way they will move it is not known"
    if since.low <= since.naive <= since.high:
        return ", and nothing says that they will be better or worse"
    direction = METRICS[answer.metric].direction
    is_up = since.value > since.naive
    if direction == "neither":
        return f", and it will {'rise' if is_up else 'fall'}"
    return f", and it will be {'better' if is_up == (direction == 'higher') else 'worse'} with them"


def _since_part(answer: LabelsAnswer) -> str:
    """Say the metric of the rows that are not trusted: as it stands, as all labels will say, and at most."""
    since = answer.since
    if since is None or not since.to_come >= 1:
        return ""
    now = words.metric_text(answer.metric, since.naive)
    bounds = (
        words.metric_interval(answer.metric, since.naive, since.bound_low, since.bound_high)
        .partition("(")[2]
        .rstrip(")")
    )
    between = f"whatever they say, it ends within {bounds}" if bounds else ""
    about = "about " if answer.n_unlogged else ""
    lead = f"On these {about}{words.plural(round(since.n), 'row')} it is {now} by the labels that are there"
    if not words.is_known(since.naive):
        lead = f"None of these {words.plural(round(since.n), 'row')} tells it yet"
    between = between or "nothing bounds it"
    if not words.is_known(since.value):
        return f"{lead}; {between}."
    matured = words.metric_interval(answer.metric, since.value, since.low, since.high)
    return f"{lead}; all labels will say {matured}, and {between}."


def _unlogged_part(answer: LabelsAnswer) -> str:
    """Say that rows without a label are not in the log, and how many of them are counted all the same."""
    if not answer.n_unlogged:
        return ""
    n = words.plural(round(answer.n_unlogged), "row")
    return f"The log holds only rows that have a label: about {n} that wait for theirs are not in it, and are counted here."


def _ripe_part(answer: LabelsAnswer) -> str:
    """Say after how long rows are ripe, and when the newest are."""
    if answer.ripe_age is None or answer.ripe_on is None:
        return ""
    unit = words.BUCKETS[answer.unit]
    age = after_words(answer.ripe_age, unit)
    newest = f"; the newest {words.BUCKETS[answer.every]} is ripe on {day_words(answer.ripe_on, answer)}"
    newest = newest if answer.ripe_on > answer.now + UNITS[answer.unit] else ""  # mature rows are
    of = "labels of either class" if answer.rest is None else f"{RESTS[answer.rest][1]} labels"
    part = f"Nearly all {of} are there {age}{newest}."
    past = answer.since.n_past if answer.since is not None else FEW_PAST
    ripe = words.plural(past, f"ripe {words.BUCKETS[answer.every]}")
    seen = f"Only {ripe} {'says' if past == 1 else 'say'}" if past else "Nothing says"
    few = f" {seen} how far such an estimate misses: the interval is wide on purpose."
    return part + _mature_part(answer) + (few if past < FEW_PAST else "")


def _mature_part(answer: LabelsAnswer) -> str:
    """Say why mature rows end on another day than the one up to which the metric is trusted."""
    if answer.ripe_age is None or answer.trust is None:
        return ""
    now = answer.now if answer.stopped is None else answer.stopped
    ends = now - answer.ripe_age * UNITS[answer.unit]
    if ends == answer.trust:
        return ""
    few = (
        "what is missing after it cannot move this metric by a point"
        if ends < answer.trust
        else "of this metric less is sure"
    )
    return (
        f" Mature rows end with {day_words(ends, answer)}, whatever the metric, and Watch with the last whole week before; the "
        f"trusted day is another one, since {few}."
    )


def _never_part(answer: LabelsAnswer) -> str:
    """Say how many rows never get a label."""
    if answer.never < _HARDLY:
        return ""
    if answer.has_times and answer.ripe_age is None:
        return f"Of the oldest rows {words.share(answer.never)} have no label yet."
    if not answer.has_times and answer.since is not None and answer.since.to_come >= 1:
        return f"{words.share(answer.never)} of the rows have no label that age explains: whether one will come is not known."
    return f"{words.share(answer.never)} of the rows never get a label, however old they are: nothing here speaks for them."


def _lacking_part(answer: LabelsAnswer) -> str:
    """Say what one more column, or a longer log, would give."""
    if not answer.has_times:
        return (
            "No column is known to say when labels came: one chosen as label time in the mapping would tell what all labels "
            "will say."
        )
    if answer.ripe_age is None and answer.since is not None and answer.since.to_come >= 1:
        return "The log is too short to see the last labels come: what all of them will say cannot be estimated yet."
    return ""
