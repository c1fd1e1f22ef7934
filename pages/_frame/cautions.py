"""The sentence that answers a page's question, behind what undoes or limits its numbers."""

from __future__ import annotations

from analytics.answers.labels_turning import turning
from analytics.answers.question import Question
from analytics.present import readings
from pages._frame.cache import kept
from pages._frame.render import sentence


def cautioned_sentence(reading: str, *questions: Question, at_threshold: bool = False) -> None:
    """Show a reading behind what holds for the rows of each question, at its threshold or of all."""
    young = [kept(turning, each) for each in questions]
    sentence(readings.cautioned(reading, *questions, young=young, at_threshold=at_threshold))
