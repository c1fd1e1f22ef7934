"""A search for the kind of error that leads, and for errors of both kinds where none of that kind is confirmed."""

from __future__ import annotations

from dataclasses import replace

from analytics.answers.discovery.answer import Discovery, discover
from analytics.answers.discovery.search import Search
from analytics.answers.question import Question
from analytics.query.engine import Engine

ONE_KIND = ("fnr", "fpr")
"""Objectives of one kind of error."""
_BOTH = "beyond_base_rate"


def discover_either(engine: Engine, question: Question, search: Search) -> Discovery:
    """Search for one kind of error; for errors of both kinds where it is none, or no slice of it is confirmed.

    A search for misses alone says nothing of a slice with more false alarms: nobody should read from it that none fails. Where
    both searches confirm nothing the first one stands.
    """
    found = discover(engine, question, search)
    if search.objective not in ONE_KIND or found.split == "none" or "confirmed" in found.table["status"]:
        return found
    both = discover(engine, question, replace(search, objective=_BOTH))
    return both if "confirmed" in both.table["status"] else found
