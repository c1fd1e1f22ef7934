"""Who gave a label, where, and what somebody else said: guessed from names and values, and one column for two roles."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from analytics.log import roles
from analytics.log.conflicts import conflicts
from tests.ingested import Desk


def test_site_annotator_and_second_label_are_guessed_and_sites_stay_segments(desk: Desk) -> None:
    n = range(60)
    frame = pl.DataFrame(
        {
            "score": [place / 60 for place in n],
            "label": ["no" if place % 3 else "yes" for place in n],
            "hospital_id": [f"h{place % 4}" for place in n],
            "labelled_by": [f"p{place % 5}" for place in n],
            "second_reading": ["no" if place % 4 else "yes" for place in n],
            "annotator_2": [f"p{place % 3}" for place in n],
        }
    )
    reading = desk.stage(frame).reading
    mapping = roles.guess(reading).mapping
    assert (mapping.label_site, mapping.annotator) == ("hospital_id", "labelled_by")
    assert mapping.second_label == "second_reading" and "second_reading" not in mapping.segments
    assert {"hospital_id", "labelled_by"} <= set(mapping.segments)
    assert roles.guess(reading, {"label_site": None}).mapping.label_site is None
    assert roles.guess(reading, {"label": None}).mapping.annotator is None
    assert not conflicts(replace(mapping, unit="hospital_id"), reading)
    assert conflicts(replace(mapping, annotator="hospital_id"), reading)
    assert conflicts(replace(mapping, label_site="score"), reading)
