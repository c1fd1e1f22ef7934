"""The sentences and the bar that say whether a log is fit to be judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.log.mapping import Mapping
from analytics.log.receipt import CheckResult, SetAside
from analytics.log.schema import Log, Reading
from analytics.present import palette
from analytics.present.figures import row_books
from analytics.present.readings import books_reading, fitness_reading

READING = Reading("0" * 64, "log.csv", "csv", 1_010, 1_000, (), (SetAside("too <b>few</b> fields", 10),))
LOG = Log("0" * 12, "log", READING, Mapping(score="s"), "", "rank", (0.0,), True, n_rows=1_000, n_labelled=900)
WARNING = CheckResult("null-label", "warning", "label", 100, "100 rows have no label.")
ERROR = CheckResult("one-class", "error", "label", 900, "Every label is positive. Check it.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Fit to be judged: 900 of 1,000 rows"),
        ({"n_labelled": 1_000}, "every one of its 1,000 rows has a label, and preflight found nothing in the way."),
        ({"findings": (WARNING,)}, "Fit to be judged, with care: 900 of 1,000 rows"),
        (
            {"findings": (WARNING, ERROR, ERROR)},
            "Not fit to be judged as it stands. Every label is positive. Check it. 1 more error",
        ),
        ({"n_labelled": 0, "findings": (ERROR,)}, "Cannot be judged yet: none of its 1,000 rows"),
        ({"n_rows": 0, "n_labelled": 0}, "Not fit to be judged: the log has no rows."),
    ],
)
def test_fitness(changes: dict[str, object], words: str) -> None:
    assert words in fitness_reading(replace(LOG, **changes))  # type: ignore[arg-type]


def test_the_books_close_in_words_and_in_the_bar() -> None:
    assert books_reading(LOG) == "1,010 rows read = 1,000 kept + 10 set aside (10 too <b>few</b> fields)."
    drawn = row_books(LOG)
    assert [trace.x[0] for trace in drawn.data] == [900, 100, 10]
    assert sum(trace.x[0] for trace in drawn.data) == READING.rows_read
    assert drawn.data[0].marker.color == palette.SAME
    assert "<b>few" not in str(drawn.to_dict())
    assert [trace.x[0] for trace in row_books(replace(LOG, n_labelled=0)).data] == [1_000, 10]
    nothing = replace(LOG, reading=replace(READING, rows_read=0, rows_kept=0, set_aside=()), n_labelled=0)
    assert len(row_books(nothing).data) == 0
