"""Gates on pairs by simulation: at the margin they pass and fail by chance alone, and the pairs that are named decide."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.compare.proportions import bonett_price
from analytics.measure.gates.needed import times_needed
from analytics.measure.gates.outcome import Limit, judged_family

DRAWS = 4_000


@pytest.mark.parametrize(("n", "margin", "changed"), [(300, 0.02, 0.1), (2_000, 0.01, 0.05)])
def test_a_candidate_at_the_margin_passes_and_fails_by_chance_alone(n: int, margin: float, changed: float) -> None:
    rng = np.random.default_rng(1)
    shares = (changed - margin) / 2, (changed + margin) / 2, 1 - changed
    drawn = rng.multinomial(n, shares, DRAWS)
    bound, limit = bonett_price(drawn[:, 0], drawn[:, 1], n), Limit(low=-margin)
    assert limit.is_kept(bound).mean() < 0.035 and limit.is_missed(bound).mean() < 0.035
    # Of five slices that all are at the margin one fails as rarely.
    slices = rng.multinomial(n, shares, (DRAWS // 10, 5))
    failed = [
        judged_family(lambda level, each=each: bonett_price(each[:, 0], each[:, 1], n, level), limit).outcome == "fail"  # type: ignore[misc]
        for each in slices
    ]
    assert np.mean(failed) < 0.05


def test_as_many_pairs_as_are_named_decide() -> None:
    rng, limit, n = np.random.default_rng(2), Limit(low=-0.02), 400
    decided = []
    for truth in rng.normal(-0.02, 0.02, 400):  # what is true is not known before: as the pairs that are there say
        shares = np.clip([(0.1 + truth) / 2, (0.1 - truth) / 2], 0, 1)
        counts = rng.multinomial(n, [*shares, 1 - shares.sum()])
        found = bonett_price(counts[0], counts[1], n)
        ends = float(found.value), float(found.low), float(found.high)
        times = times_needed(ends, limit, range_=(-1, 1))
        if limit.is_kept(found) or limit.is_missed(found) or not np.isfinite(times):
            continue
        more = int(np.ceil((times - 1) * n))
        whole = counts + rng.multinomial(more, [*shares, 1 - shares.sum()])
        after = bonett_price(whole[0], whole[1], n + more)
        decided.append(bool(limit.is_kept(after) or limit.is_missed(after)))
    assert len(decided) > 100 and np.mean(decided) > 0.75
