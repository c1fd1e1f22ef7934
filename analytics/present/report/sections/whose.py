"""Whose failure it is: five gates, each with its state, its evidence and what would settle it, from what the pack knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.answers.brief.finding import CourseParts, FoundParts, SliceParts
from analytics.answers.question import is_of_rows
from analytics.measure.gap.causes import emptied
from analytics.measure.overruled import WhoWasRight
from analytics.present import words
from analytics.present.moments import moment_label
from analytics.present.readings.brief_overruled import overruled_reading
from analytics.present.readings.brief_parts import turning_sentence
from analytics.present.report.actions import action_of
from analytics.present.report.parts import Section
from analytics.present.report.sheets import text_sheet

if TYPE_CHECKING:
    from analytics.answers.brief.answer import Brief
    from analytics.answers.labels_turning import Turning
    from analytics.answers.report.asking import ReportAsking
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.answers.thresholds.deciding import Line
    from analytics.answers.thresholds.handover import Handover

_MET, _NOT_MET, _OPEN = "met", "not met", "not known yet"
_LEAST_UNLABELLED = 0.05
"""Share of rows without a label from which on measurement is open, where no label times tell more. As in the brief."""
_LEAST_OVERRIDDEN = 0.01
"""Share of scored rows on which people decided otherwise from which on a model is not followed. By hand."""
_MISMEASURED = (
    "no-label",
    "one-class",
    "one-class-after",
    "may-turn",
    "label-is-prediction",
    "label-copied",
    "labels-contradict",
    "different-outcomes",
    "score-ranks-wrong-way",
    "score-too-good",
)
_IMPAIRED = (
    "missing-since",
    "missing-in-segment",
    "default-spike",
    "unit-change",
    "format-change",
    "constant-in-version",
)
"""Findings of preflight that speak against measurement, and against parity of the inputs."""


@dataclass(frozen=True)
class _Known:
    """What the pack knows: the answers of its sections, what it was asked, the brief."""

    answers: Mapping[str, Any]
    asking: ReportAsking
    brief: Brief

    @property
    def young(self) -> Turning | None:
        """The rows that are of one class because they are young."""
        found: Turning | None = self.answers["overview"].turning
        return found

    def found(self, codes: tuple[str, ...]) -> list[str]:
        """Return the findings of preflight with one of these codes, each with its column."""
        return [
            f"{each.code}{f' in {words.shortened(words.one_line(each.column), 40)}' if each.column else ''}"
            for each in self.asking.question.log.findings
            if each.code in codes
            and each.severity != "note"
            and is_of_rows(self.asking.question, each)
            and (each.code != "may-turn" or self.young is not None)
            and (self.young is None or not self.young.explains(each))
        ]


@dataclass(frozen=True)
class _Gate:
    """One gate: its state, what is known, what would settle it, and the page that shows the evidence."""

    name: str
    state: str
    known: str
    settles: str
    page: str


def build(answer: tuple[Mapping[str, Any], Brief], asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of the five gates.

    Parameters
    ----------
    answer : (mapping of str to object, Brief)
        The answers of all sections by name, and the brief.
    asking : ReportAsking
    """
    lead, gates = whose_gates(*answer, asking)
    rows = [(each.name, each.state, each.known, each.settles, each.page) for each in gates]
    heads = ("Gate", "State", "What is known", "What would settle it", "Evidence")
    method = (
        "The gates are read in their order: what a later one says holds only where those before it are met. A gate that nothing "
        "here can decide is not known yet, and never met by default."
    )
    table = text_sheet("gates of the verdict", "Five gates", heads, rows, shape="wide")
    return (Section("whose", "Whose failure it is", lead, (table,), method, glance=lead),)


def whose_gates(answers: Mapping[str, Any], brief: Brief, asking: ReportAsking) -> tuple[str, list[_Gate]]:
    """Return whose failure it is in a sentence, and the five gates that say so.

    Parameters
    ----------
    answers : mapping of str to object
        By the name of a section; that of ``overview`` is needed, the others tell more.
    """
    known = _Known(answers, asking, brief)
    gates = [gate(known) for gate in _GATES]
    return _reading(gates, known), gates


def _measurement(known: _Known) -> _Gate:
    """Whether labels are mature and of one definition."""
    wrong, log = known.found(_MISMEASURED), known.asking.question.log
    labels, counts = known.answers.get("labels"), known.answers["overview"].counts
    lacking = counts["n_unlabelled"] / counts["n"] if counts["n"] else 1.0
    settles = "One definition of the label, and all labels of the days that are judged."
    if wrong:
        return _Gate("Measurement", _NOT_MET, f"Preflight: {words.listed(wrong[:3])}.", settles, "Logs")
    if known.young is not None and known.young.is_late:
        return _Gate("Measurement", _OPEN, turning_sentence(known.young), settles, "Labels")
    if labels is not None:
        if labels.trust is None:
            return _Gate(
                "Measurement", _OPEN, "Labels to come can still move the metric on every day.", settles, "Labels"
            )
        day = words.bucket_label(labels.trust, "1d")
        return _Gate(
            "Measurement", _MET, f"Labels to come cannot move the metric by a point up to {day}.", "", "Labels"
        )
    if lacking >= _LEAST_UNLABELLED or not log.n_labelled:
        return _Gate("Measurement", _OPEN, f"{words.share(lacking)} of the rows have no label.", settles, "Labels")
    return _Gate("Measurement", _MET, f"{words.share(1 - lacking)} of the rows have a label.", "", "Labels")


def _replay(known: _Known) -> _Gate:
    """Whether the same inputs give the same scores and decisions."""
    settles = "Score the logged inputs again offline with the model that was live, and compare row by row."
    if known.found(("decision-against-score",)):
        text = "Logged decisions differ from the score at the threshold: another threshold, model or rule was live."
        return _Gate("Replay", _NOT_MET, text, settles, "Thresholds")
    return _Gate(
        "Replay", _OPEN, "A log alone does not say whether its inputs would give its scores again.", settles, "Review"
    )


def _parity(known: _Known) -> _Gate:
    """Whether inputs arrive as in the evaluation."""
    split, settles = known.answers.get("gap"), "A reference: the evaluation, or the period before."
    if split is not None:
        faults = [name for name, change in split[1].changes.items() if change.is_fault]
        faults += [name for name, before, after in emptied(split[0]) if after > before and name not in faults]
        if faults:
            named = words.listed([words.shortened(words.one_line(name), 40) for name in faults[:4]])
            text = f"Against the reference something broke in {named}."
            return _Gate("Parity", _NOT_MET, text, "Mend the source, then compare again.", "Gap")
        return _Gate("Parity", _MET, "No input is missing, defaulted or rescaled against the reference.", "", "Gap")
    slices = [each for each in known.brief.findings if isinstance(each.parts, SliceParts | FoundParts)]
    owned = [each for each in slices if each.size is not None and action_of(each)[1] == "data"]
    if owned:
        text = "The model fails more where a field arrives empty; whether that is new is not known."
        return _Gate("Parity", _OPEN, text, settles, "Slices")
    if suspect := known.found(_IMPAIRED):
        return _Gate("Parity", _OPEN, f"Preflight: {words.listed(suspect[:3])}.", settles, "Logs")
    return _Gate("Parity", _OPEN, "No reference is chosen, so nothing tells how inputs used to arrive.", settles, "Gap")


def _decisioning(known: _Known) -> _Gate:
    """Whether scores mean what they say and the threshold is agreed."""
    line, costs = known.answers.get("thresholds"), "What a false positive and a false negative cost."
    if known.asking.question.log.is_right_or_wrong:
        return _handing_over(None if line is None else line.deciding)
    answer = None if line is None else line.deciding
    if answer is None and any(each.source == "thresholds" for each in known.brief.findings):
        return _other_line(known)
    if answer is None or not answer.policy.has_costs or answer.best is None:
        return _Gate(
            "Decisioning", _OPEN, "Nobody said what errors cost, so that no threshold is agreed.", costs, "Thresholds"
        )
    if float(answer.saving.low) > 0 and answer.best != answer.present:
        return _other_line(known)
    if any(each.source == "calibration" for each in known.brief.findings):
        # What scores mean by itself changes no decision at a threshold, so it does not put the system before the model.
        text = "No other threshold is clearly better under the costs given, though scores do not mean what they say."
        return _Gate(
            "Decisioning", _MET, text, "Recalibrate before anybody reads a score as a probability.", "Calibration"
        )
    return _Gate("Decisioning", _MET, "No other threshold is clearly better under the costs given.", "", "Thresholds")


def _other_line(known: _Known) -> _Gate:
    """Say that another threshold saves, and that it fits what broke where errors are more frequent since a day."""
    text, settles = (
        "Another threshold saves, on rows that did not choose it.",
        "Move the threshold, or say why it stays.",
    )
    for each in known.brief.findings:
        if isinstance(each.parts, CourseParts) and each.parts.until is None:
            day = moment_label(each.parts.since)
            text = f"Another threshold saves, on rows that did not choose it: it fits what is so since {day}."
            settles = f"What changed on {day}; then move the threshold, or say why it stays."
    return _Gate("Decisioning", _NOT_MET, text, settles, "Thresholds")


def _handing_over(answer: Handover | None) -> _Gate:
    """Whether it is agreed which answers a person sees."""
    weighed = "What a wrong answer and a person's look cost."
    if answer is None:
        text = "Which answers a person should see is not part of this pack."
        return _Gate("Decisioning", _OPEN, text, weighed, "Thresholds")
    if answer.best is None:
        text = "Nobody said what a wrong answer costs, so that no confidence is agreed."
        return _Gate("Decisioning", _OPEN, text, weighed, "Thresholds")
    if float(answer.saving.low) > 0 and answer.best != answer.present:
        text = "Handing over from another confidence on saves, on rows that did not choose it."
        return _Gate("Decisioning", _NOT_MET, text, "Move the confidence, or say why it stays.", "Thresholds")
    return _Gate("Decisioning", _MET, "No other confidence is clearly better under the costs given.", "", "Thresholds")


def _adoption(known: _Known) -> _Gate:
    """Whether people follow what the model says."""
    for each in known.brief.findings:
        if isinstance(each.parts, WhoWasRight) and each.parts.n / each.parts.n_decided >= _LEAST_OVERRIDDEN:
            return _Gate(
                "Adoption", _NOT_MET, overruled_reading(each.parts), "Why people overrule the model.", "Review"
            )
    line: Line[ThresholdAnswer] | None = known.answers.get("thresholds")
    answer = None if line is None or known.asking.question.log.is_right_or_wrong else line.answer
    decisions = None if answer is None else answer.decisions
    settles = "The decision that was taken, logged beside the score, with the reason where it differs."
    if answer is None or decisions is None or not answer.n_scored:
        return _Gate("Adoption", _OPEN, "The log holds no decision beside the score.", settles, "Logs")
    place = answer.present.bin
    n = float(decisions.not_decided[place] + decisions.not_scored_so[place])
    if n / answer.n_scored >= _LEAST_OVERRIDDEN:
        share = words.share(n / answer.n_scored)
        text = f"On {words.plural(round(n), 'row')} ({share}) the decision is not that of the score at this threshold."
        return _Gate("Adoption", _NOT_MET, text, settles, "Thresholds")
    return _Gate("Adoption", _MET, "Logged decisions are those of the score at this threshold.", "", "Thresholds")


_GATES: tuple[Callable[[_Known], _Gate], ...] = (_measurement, _replay, _parity, _decisioning, _adoption)
_OWNERS = {"Parity": "data", "Replay": "system", "Decisioning": "system", "Adoption": "system"}
"""By gate: whose failure it is where that one is not met."""
_TAIL = {"data": "the data", "model": "the model", "system": "the system around the model"}


def _reading(gates: list[_Gate], known: _Known) -> str:
    """Say whose failure it is, as far as the gates tell: data, model, system, or not to be told apart."""
    states = {gate.name: gate.state for gate in gates}
    if states["Measurement"] == _NOT_MET:
        return "Nothing can be told of the model before its labels are right: measurement is not met."
    failed = [name for name in _OWNERS if states[name] == _NOT_MET]
    owners = list(dict.fromkeys(_OWNERS[name] for name in failed))
    open_ = [name.lower() for name in ("Measurement", "Replay", "Parity") if states[name] == _OPEN]
    has_own = any(each.size is not None and action_of(each)[1] == "model" for each in known.brief.findings)
    if owners:
        whose = words.listed([_TAIL[owner] for owner in owners])
        gates_said = words.listed([name.lower() for name in failed])
        rest = " What is left for the model shows once these are mended." if has_own else ""
        return f"First {whose}: {gates_said} {'is' if len(failed) == 1 else 'are'} not met.{rest}"
    if open_:
        are = "is" if len(open_) == 1 else "are"
        return f"Data, model and system are not to be told apart yet: {words.listed(open_)} {are} open."
    if has_own:
        return "The model's: all gates before it are met."
    return "Nobody's: nothing stands out beyond chance, and all gates before the model are met."
