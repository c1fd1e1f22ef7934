"""What many acts of several visitors cost a server: how long each takes, and what memory it keeps.

Acts are drawn with a seed from pages, filters, thresholds and slices, on a log that the server has shown before.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.job import Job, Taken
from benchmarks.logs import ROOT, workspace_of
from benchmarks.pages import PAGES, PAUSE, serving
from benchmarks.processes import private, processor

if TYPE_CHECKING:
    from tests.protocol import Visitor

_VISITORS, _ACTS, _PARTS = 5, 400, 4
"""Visitors of one server, what they do altogether, and after how many parts of it the memory is read."""
_LOOK = 5.0
"""Mean of the seconds for which a person looks at a page before the next act, drawn from an exponential distribution; that
people spend longer on a page is usual, so this is a crowd in a hurry."""
_STEADY, _TEN, _EACH = 200, 10, 12
"""Acts of one visitor whose 95th percentile is told; visitors at once, and acts of each of them."""


def _draw(rng: random.Random, log_id: str) -> tuple[str, dict[str, str]]:
    """Draw one act: a page and its address."""
    from analytics.query.cohort import Clause, Cohort

    page, query = rng.choice(PAGES), {"log": log_id, "threshold": f"{rng.randrange(10, 90) / 100}"}
    if rng.random() < 0.5:
        query["where"] = Cohort((Clause("region", "in", (f"region {rng.randrange(5)}",)),)).to_text()
    if page == "slices":
        query["by"] = rng.choice(("region", "store", "channel", "product"))
    return page, query


def _act(visitor: Visitor, rng: random.Random, log_id: str, server: int) -> Taken:
    """Do one act and return what it took; the processor time is the server's, right where nobody else asks it."""
    page, query = _draw(rng, log_id)
    before, started = processor(server), time.perf_counter()
    shown = visitor.ask(page, **query)
    taken = time.perf_counter() - started
    assert not any(text.startswith("exception") for text in shown), shown
    return Taken("", taken, processor(server) - before)


def _opened(stack: ExitStack, url: str, log_id: str, n: int) -> list[Visitor]:
    """Let so many visitors come, and the first of them see every page."""
    from tests.protocol import visiting

    visitors = [stack.enter_context(visiting(url)) for _ in range(n)]
    for page in PAGES:
        visitors[0].ask(page, log=log_id)
    return visitors


def _percentile(taken: Sequence[float], share: float) -> float:
    return sorted(taken)[min(len(taken) - 1, int(share * len(taken)))]


def _memory(rows: int) -> Iterator[Taken]:
    """Let five visitors act in turn, and read after each hundred acts what the server keeps."""
    workspace, log = workspace_of(rows)
    rng = random.Random(7)
    with serving(ROOT / "app.py", workspace.home) as (url, server), ExitStack() as stack:
        visitors = _opened(stack, url, log.log_id, _VISITORS)
        for part in range(_PARTS):
            acts = [_act(visitors[at % _VISITORS], rng, log.log_id, server) for at in range(_ACTS // _PARTS)]
            time.sleep(PAUSE)
            name = f"to act {_ACTS // _PARTS * (part + 1)}, median"
            took, work = (statistics.median(getattr(act, of) for act in acts) for of in ("seconds", "processor"))
            yield Taken(name, took, work, private(server))


def _steady(rows: int) -> Iterator[Taken]:
    """Let one visitor act two hundred times; apart, pages of a filter that were open before, and those that were not."""
    workspace, log = workspace_of(rows)
    rng, peeked = random.Random(11), random.Random(11)
    seen, where = {(page, "") for page in PAGES}, ""
    kinds: dict[str, list[Taken]] = {"all": [], "again": [], "a filter's first opening": []}
    with serving(ROOT / "app.py", workspace.home) as (url, server), ExitStack() as stack:
        (visitor,) = _opened(stack, url, log.log_id, 1)
        for _ in range(_STEADY):
            page, query = _draw(peeked, log.log_id)
            where = query.get("where", where)  # a filter stays until another is chosen
            taken = _act(visitor, rng, log.log_id, server)
            kinds["all"].append(taken)
            kinds["again" if (page, where) in seen else "a filter's first opening"].append(taken)
            seen.add((page, where))
        for kind, acts in kinds.items():
            for name, share in (("median", 0.5), ("95th percentile", 0.95)):
                took, work = (_percentile([getattr(act, of) for act in acts], share) for of in ("seconds", "processor"))
                yield Taken(f"{kind}, {name}", took, work, private(server))


def _crowd(n: int, look: float, rows: int) -> Iterator[Taken]:
    """Let so many visitors act at once, each as often, and look at each page for so many seconds in the mean."""
    workspace, log = workspace_of(rows)
    with serving(ROOT / "app.py", workspace.home) as (url, server), ExitStack() as stack:
        visitors = _opened(stack, url, log.log_id, n)

        def work(place: int) -> list[float]:
            rng, looks, taken = random.Random(place), random.Random(-1 - place), []
            for _ in range(_EACH):
                time.sleep(looks.expovariate(1 / look) if look else 0.0)
                taken.append(_act(visitors[place], rng, log.log_id, server).seconds)
            return taken

        with ThreadPoolExecutor(n) as pool:
            taken = [seconds for own in pool.map(work, range(n)) for seconds in own]
        yield Taken("", statistics.median(taken), None, private(server))


JOBS = (
    Job(name="memory", meaning="400 acts of five visitors", ours=_memory, rows=(1_000_000,)),
    Job(name="acts", meaning="200 acts of one visitor", ours=_steady, rows=(10_000_000,)),
    Job(
        name="crowd",
        meaning="the median act of ten visitors, none of whom looks at what is shown",
        ours=partial(_crowd, _TEN, 0.0),
        theirs=partial(_crowd, 1, 0.0),
        peer="one visitor",
        rows=(10_000_000,),
    ),
    Job(
        name="readers",
        meaning="the median act of ten visitors, each of whom looks at a page for five seconds in the mean",
        ours=partial(_crowd, _TEN, _LOOK),
        theirs=partial(_crowd, 1, 0.0),
        peer="one visitor in a hurry",
        rows=(10_000_000,),
    ),
)
