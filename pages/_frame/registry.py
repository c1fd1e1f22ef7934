"""The pages: navigation, links between pages, README's table and the tests follow from these entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    name : str
        The word of its question: the script is ``pages/{name}.py``, and the address of the page ends in ``/{name}``.
    icon : str
        A Material symbol.
    group : str
        The part of the work that it belongs to; pages of one group stand beside each other, a line apart from the next.
    help : str
        What the navigation says of it.
    question : str
        What it answers, as README says it.
    needs_label : bool
        Whether it judges: without a labelled row it asks for the label instead.
    counts_rows : bool
        Whether it counts rows even where they stand for many, which it then says; others say themselves what they weigh.
    """

    name: str
    icon: str
    group: Literal["Overview", "Data", "Performance", "Causes", "Decisions", "Report"]
    help: str
    question: str
    needs_label: bool = True
    counts_rows: bool = True

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.name.capitalize()

    @property
    def path(self) -> str:
        """The script, from the folder of ``app.py``."""
        return f"pages/{self.name}.py"


_ALL = (
    Page(
        "overview",
        ":material/speed:",
        "Overview",
        "What matters first, how good the model is, on what, and since when.",
        "What matters first? At most five findings of all pages, by what mending them would win; how good it is, and since when",
        counts_rows=False,
    ),
    Page(
        "logs",
        ":material/database:",
        "Data",
        "Bring a log in, confirm its columns, see whether it is fit to be judged.",
        "Is this log fit to be judged?",
        needs_label=False,
        counts_rows=False,
    ),
    Page(
        "labels",
        ":material/schedule:",
        "Data",
        "Up to when a metric may be trusted, and what the labels to come will say.",
        "Which weeks may be believed? How late labels come, what all of them will say, and who never gets one",
    ),
    Page(
        "slices",
        ":material/stacked_bar_chart:",
        "Performance",
        "Where the model fails: metrics by segment against the rest.",
        "Where does it fail? One column, two columns as a heat map, all columns ranked by what they separate, or a search "
        "of conjunctions that says which of them are real",
        counts_rows=False,
    ),
    Page(
        "calibration",
        ":material/balance:",
        "Performance",
        "Whether 0.8 means 80 %, for whom, and since when.",
        "Does 0.8 mean 80 %, for whom, since when, and what would recalibration be worth?",
        counts_rows=False,
    ),
    Page(
        "gap",
        ":material/compare_arrows:",
        "Causes",
        "Why production is worse than the reference, in parts that add up.",
        "Why is production worse than the evaluation, in points, and which part is whose?",
        counts_rows=False,
    ),
    Page(
        "compare",
        ":material/difference:",
        "Causes",
        "Whether the candidate should replace what is live, from answers to the same input.",
        "Should the candidate replace what is live, for whom not, and how sure is that? Two answers to the same input, pair by "
        "pair",
        counts_rows=False,
    ),
    Page(
        "review",
        ":material/rate_review:",
        "Causes",
        "Why it fails: the worst errors one by one, and what people find.",
        "Why does it fail? The worst errors one by one, a verdict on each, what the verdicts say, a library of "
        "counterexamples",
    ),
    Page(
        "thresholds",
        ":material/tune:",
        "Decisions",
        "Where the line should be under a cost matrix, and what that is worth.",
        "Where should the line be under a cost matrix, how sure is that, and what is it worth?",
        counts_rows=False,
    ),
    Page(
        "gates",
        ":material/traffic:",
        "Decisions",
        "Whether it may go on: statements that the log has to keep, and what is watched over time.",
        "May it go on, and if nobody can tell, when will we know? Gates that pass, fail or wait for labels, and what is watched",
        counts_rows=False,
    ),
    Page(
        "report",
        ":material/description:",
        "Report",
        "The pack that goes into the meeting: what to do first, then a section per question.",
        "What do we take into the meeting? A first page that says what to do and whose it is, a section per question, as a file",
        counts_rows=False,
    ),
)
PAGES = {page.name: page for page in _ALL}
"""Name to page, in the order of the navigation."""
FIRST = PAGES["overview"]
"""The page that the app opens on."""
