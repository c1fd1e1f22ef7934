"""Gates on pairs: the candidate against what is live, against plain loops; parts of one log, two logs, two answers in a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import NormalDist

import numpy as np
import polars as pl
import pytest

from analytics.answers.compare.answer import compare
from analytics.answers.compare.sides import column_pairing, pairing_of
from analytics.answers.gates.answer import gates
from analytics.answers.gates.file import read_gates
from analytics.answers.gates.of_pairs import gate_of_pairs
from analytics.answers.gates.result import GateResult
from analytics.answers.gates.sides import candidate_side, gate_sides
from analytics.answers.gates.written import written_gates
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.mapping import Mapping
from analytics.log.schema import Log
from analytics.measure.thresholds.costs import Costs
from analytics.present.readings.gates import gates_reading, result_reading
from analytics.present.readings.gates_words import statement
from analytics.present.tables.gates import gates_json
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N, DAYS = 1_200, 60
PARTS = '[candidate]\nlive = ["model = old"]\nwhere = ["model = new"]\n'
WORSE = '[[gate]]\nname = "{0}"\nmetric = "{0}"\nagainst = "live"\nworse_by = {1}\n{2}\n'


def answered(seed: int = 0, *, old: float = 0.15, new: float = 0.15) -> pl.DataFrame:
    """One row per input with the decisions of two models, each wrong at a rate of its own."""
    rng = np.random.default_rng(seed)
    y = rng.random(N) < 0.4
    flags = {name: (y ^ (rng.random(N) < wrong)).astype(int) for name, wrong in (("old", old), ("new", new))}
    day = [datetime(2024, 1, 1) + timedelta(days=place * DAYS // N, hours=9) for place in range(N)]
    base = {"id": np.arange(N), "y": y.astype(int), "region": rng.choice(["north", "south"], N), "at": day}
    return pl.DataFrame({**base, **flags})


def as_parts(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with a row per answer."""
    sides = [frame.drop("old", "new").with_columns(decision=frame[name], model=pl.lit(name)) for name in ("old", "new")]
    return pl.concat(sides).sample(fraction=1.0, shuffle=True, seed=1)


def long_log(desk: Desk, frame: pl.DataFrame, **more: object) -> Log:
    roles = {"row_id": "id", "label": "y", "decision": "decision", "model_version": "model", "segments": ("region",)}
    return desk.log(as_parts(frame), **roles, **more)


def again(desk: Desk) -> Callable[[Log, Mapping], Log]:
    return lambda log, mapping: desk.remap(log, mapping, is_current=False)


def held(desk: Desk, log: Log, text: str, cohort: Cohort = Cohort()) -> list[GateResult]:  # noqa: B008
    question = Question(log, cohort, log.mapping.threshold)
    sides = gate_sides(desk.workspace, question, text, again(desk))
    return list(gates(Engine(desk.workspace), question, text, sides=sides).results)


def plain_interval(gained: int, lost: int, n: int) -> tuple[float, float]:
    """Bonett and Price by hand."""
    up, down, z = (gained + 1) / (n + 2), (lost + 1) / (n + 2), NormalDist().inv_cdf(0.975)
    reach = z * ((up + down - (up - down) ** 2) / (n + 2)) ** 0.5
    return up - down - reach, up - down + reach


def counted(frame: pl.DataFrame, positives_only: bool = False) -> tuple[int, int, int]:
    """Pairs of which the candidate alone, and the live side alone, is wrong; and all."""
    gained = lost = n = 0
    for row in frame.iter_rows(named=True):
        if positives_only and not row["y"]:
            continue
        wrong = {name: row[name] != row["y"] for name in ("old", "new")}
        gained += wrong["new"] and not wrong["old"]
        lost += wrong["old"] and not wrong["new"]
        n += 1
    return gained, lost, n


def test_a_gate_on_pairs_finds_what_a_loop_finds(desk: Desk) -> None:
    frame = answered(old=0.1, new=0.2)
    text = PARTS + WORSE.format("error_rate", 0.02, "") + WORSE.format("recall", 0.2, 'by = "region"')
    rate, recall = held(desk, long_log(desk, frame), text)
    gained, lost, n = counted(frame)
    part = rate.parts[0]
    assert (rate.outcome, part.n) == ("fail", n)
    assert (part.value, part.low, part.high) == pytest.approx(((gained - lost) / n, *plain_interval(gained, lost, n)))
    for found, region in zip(recall.parts, ("north", "south"), strict=True):
        more, fewer, n = counted(frame.filter(region=region), positives_only=True)
        assert (found.slice, found.n) == (region, n)
        assert (found.low, found.high) == pytest.approx(plain_interval(fewer, more, n))
    assert [part.outcome for part in recall.parts] == ["pass", "pass"]


def test_the_same_answers_in_parts_logs_and_columns_are_one_verdict(desk: Desk) -> None:
    frame = answered(1, new=0.16)
    gate = WORSE.format("error_rate", 0.05, "") + WORSE.format("f1", 0.1, "")
    found = [held(desk, long_log(desk, frame), PARTS + gate)]
    own = desk.log(frame.drop("new"), row_id="id", label="y", decision="old")
    desk.log(frame.select("id", decision="new"), row_id="id", decision="decision", label=None, name="cand.parquet")
    found.append(held(desk, own, '[candidate]\nlog = "out/cand.parquet"\n' + gate))
    wide = desk.log(frame, row_id="id", label="y", decision="old", name="wide.parquet")
    found.append(held(desk, wide, '[candidate]\ncolumn = "new"\n' + gate))
    # A reference of its own is found by its name too, where a report or a page asks.
    same = (
        '[reference]\nlog = "wide.parquet"\n[[gate]]\nmetric = "error_rate"\nagainst = "reference"\nworse_by = 0.05\n'
    )
    assert [each.outcome for each in held(desk, own, same)] == ["pass"]
    ends = [[(part.value, part.low, part.high) for result in each for part in result.parts] for each in found]
    assert ends[0] == ends[1] == ends[2]
    for results in found:
        assert [each.outcome for each in results] == ["pass", "pass"]
    log = long_log(desk, frame)
    sides = [Question(log, Cohort((Clause("model", "in", (name,)),)), 0.5) for name in ("old", "new")]
    shown = compare(Engine(desk.workspace), pairing_of(*sides)).of("f1")
    assert ends[0][1] == pytest.approx((shown.difference, shown.low, shown.high))


def test_what_a_comparison_was_asked_is_a_gate(desk: Desk) -> None:
    frame, engine = answered(1), Engine(desk.workspace)
    log = long_log(desk, frame)
    south = Clause("region", "in", ("south",))
    sides = [Question(log, Cohort((south, Clause("model", "in", (name,)))), 0.5) for name in ("old", "new")]
    wide = desk.log(frame, row_id="id", label="y", decision="old")
    rival = column_pairing(Question(wide, Cohort((south,)), wide.mapping.threshold), "new", again(desk))
    for pairing, asked in ((pairing_of(*sides), log), (rival, wide)):
        answer = compare(engine, pairing, "recall", 0.05)
        file = gate_of_pairs(answer)
        assert file is not None
        text = written_gates(file)
        (result,) = held(desk, asked, text)
        found, leading = result.parts[0], answer.leading
        assert (found.value, found.low, found.high) == (leading.difference, leading.low, leading.high)
        assert "min = -0.05" in text and "region" in text
    dear = compare(engine, rival, costs=Costs(fp=1, fn=5e-6))
    money = gate_of_pairs(dear)
    assert money is not None and read_gates(written_gates(money)) == money
    (result,) = held(desk, wide, written_gates(money))
    assert (result.parts[0].low, result.parts[0].high) == (dear.leading.low, dear.leading.high)
    assert result.gate.high == pytest.approx(dear.verdict.margin, rel=1e-3)


def test_a_gate_on_what_errors_cost_finds_what_a_loop_finds(desk: Desk) -> None:
    frame = answered(4, new=0.2).with_columns(amount=pl.Series(np.random.default_rng(4).lognormal(3, 1, N).round(2)))
    wide = desk.log(frame, row_id="id", label="y", decision="old", segments=("region",), amount="amount")
    text = '[candidate]\ncolumn = "new"\n[costs]\nfp = 2\nfn = 0.25\nreview = 0.5\namount_cells = ["fn"]\n'

    def cost(row: dict[str, object], name: str) -> float:
        if row[name]:
            return 0.5 if row["y"] else 2.5
        return 0.25 * float(str(row["amount"])) if row["y"] else 0.0

    apart = np.array([cost(row, "new") - cost(row, "old") for row in frame.iter_rows(named=True)])
    error = apart.std(ddof=1) / N**0.5
    limits = (apart.mean() + 3 * error, apart.mean(), apart.mean() - 3 * error)
    gates_ = "".join(WORSE.format("cost", 1, f'by = "{by}"' if by else "") for by in ("", "region"))
    gates_ = gates_.replace("worse_by", "max").replace('name = "cost"', 'name = "all"', 1)
    for limit, outcome in zip(limits, ("pass", "inconclusive", "fail"), strict=True):
        whole, regions = held(desk, wide, text + gates_.replace("max = 1", f"max = {limit}"))
        part = whole.parts[0]
        assert (whole.outcome, part.n) == (outcome, N)
        assert part.value == pytest.approx(apart.mean())
        assert (part.high - part.low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.02)
        for found in regions.parts:
            own = apart[(frame["region"] == found.slice).to_numpy()]
            assert (found.value, found.n) == pytest.approx((own.mean(), len(own)))
    assert result_reading(whole).startswith("+")
    engine, question = Engine(desk.workspace), Question(wide, Cohort(), 1.0)
    sides = gate_sides(desk.workspace, question, text + gates_, again(desk))
    answer = gates(engine, question, text + gates_, sides=sides)
    assert "a false negative 0.25 × amount and a true negative 0, each look 0.50." in gates_reading(answer)
    assert gates_json(answer)["costs"]["fp"] == 2
    assert statement(whole.gate).startswith(
        "Against what is live, the candidate's change of the cost per row is at most "
    )


def test_each_side_costs_what_it_does_at_its_own_threshold_and_units_make_it_less_sure(desk: Desk) -> None:
    rng = np.random.default_rng(5)
    y = np.repeat(rng.random(N // 4) < 0.5, 4)
    scores = {
        name: np.clip(np.repeat(0.3 * rng.random(N // 4), 4) + 0.5 * y + 0.2 * rng.random(N), 0, 1) for name in "ab"
    }
    frame = pl.DataFrame({"id": np.arange(N), "y": y.astype(int), "person": np.arange(N) // 4, **scores})
    text = '[candidate]\ncolumn = "b"\nthreshold = 0.3\n[costs]\nfp = 1\nfn = 5\n' + WORSE.format("cost", 1, "")
    roles = {"row_id": "id", "label": "y", "score": "a"}
    alone, together = (
        held(desk, desk.log(frame, **roles, **more), text)[0].parts[0] for more in ({}, {"unit": "person"})
    )
    flags = {"a": frame["a"].to_numpy() >= 0.5, "b": frame["b"].to_numpy() >= 0.3}
    live, candidate = ((np.where(y, 5 * ~flag, flag)).mean() for flag in flags.values())
    assert alone.value == pytest.approx(candidate - live) == together.value
    assert together.high - together.low > 1.2 * (alone.high - alone.low)


def test_costs_that_a_log_or_a_file_cannot_say_are_refused(desk: Desk) -> None:
    frame = answered()
    wide = desk.log(frame, row_id="id", label="y", decision="old")
    gate = WORSE.format("cost", 0.1, "")
    text = '[candidate]\ncolumn = "new"\n[costs]\nfn = 0.1\namount_cells = ["fn"]\n' + gate
    (result,) = held(desk, wide, text)
    assert result.outcome is None and "a column of amounts to multiply costs by, found none" in result.problem
    wrong = gate + '[[gate]]\nname = "b"\nmetric = "cost"\nmax = 1\n[[gate]]\nname = "c"\nmetric = "recall"\nmin = 1'
    wrong += "0" * 400
    for costs in ("", '\n[costs]\nfp = 1e300\nfn = "a"\namount_cells = ["xx"]\nfq = 1\n'):
        with pytest.raises(QuestionError) as error:
            read_gates(wrong + costs)
        said = str(error.value)
        assert 'expected against = "live" with the cost' in said and "Line 14: expected a number as min" in said
        expected = ("found 'fq'. Write 'fp'", "found 'xx'", "as fp, found 1e+300", "as fn, found 'a'")
        assert all(each in said for each in expected) if costs else "Line 3: expected [costs]" in said, said


def test_an_open_gate_says_how_many_more_pairs_and_when(desk: Desk) -> None:
    text = PARTS + WORSE.format("error_rate", 0.01, "")
    engine, log = Engine(desk.workspace), long_log(desk, answered(new=0.165))
    question = Question(log, Cohort(), 0.5)
    answer = gates(engine, question, text, sides=gate_sides(desk.workspace, question, text, again(desk)))
    (result,) = answer.results
    assert result.outcome == "inconclusive" and result.rows_needed is not None and result.by_when is not None
    days = result.rows_needed / (N / DAYS)
    assert (result.by_when - datetime(2024, 2, 29).date()).days == pytest.approx(days, abs=2)
    assert "more labelled pairs would decide, there by" in gates_reading(answer)
    assert statement(result.gate).startswith(
        "Against what is live, the candidate's change of the error rate is at most +1.0"
    )
    assert f"{N:,} pairs judged on both sides" in result_reading(result)
    (written,) = gates_json(answer)["gates"]
    assert written["pairs"]["both"] == N and written["pairs"]["candidate"]["name"] == "model is new"


def test_pairs_that_cannot_be_asked_are_said(desk: Desk) -> None:
    gate, log = WORSE.format("error_rate", 0.01, ""), long_log(desk, answered(new=0.165))
    problems = [
        held(desk, log, text)[0].problem
        for text in (
            gate,
            '[candidate]\nlive = ["model = old"]\nwhere = ["modell = new"]\n' + gate,
            '[candidate]\nlive = ["model = old"]\nwhere = ["model = none"]\n' + gate,
            '[candidate]\nlog = "gone.csv"\n' + gate,
            '[candidate]\ncolumn = "y"\n' + gate,
            PARTS + WORSE.format("prevalence", 0.01, "").replace("worse_by", "max"),
        )
    ]
    expected = (
        "Expected a candidate",
        "Expected",
        "none",
        "candidate, 'gone.csv', could",
        "found 'y', which has a role",
        "Expected a metric of these pairs",
    )
    assert all(part in problem for part, problem in zip(expected, problems, strict=True)), problems


def test_flagged_rows_need_no_label(desk: Desk) -> None:
    frame = answered().with_columns(y=pl.lit(None, dtype=pl.Int64))
    log = desk.log(as_parts(frame), row_id="id", label=None, decision="decision", model_version="model")
    flagged = '[[gate]]\nmetric = "selection_rate"\nagainst = "live"\nmax = 0.001\n'
    rate, wrong = held(desk, log, PARTS + flagged + WORSE.format("error_rate", 0.05, ""))
    assert rate.outcome == "inconclusive" and rate.rows_needed is not None and rate.rows_needed > N
    assert f"{N:,} pairs." in result_reading(rate) and "Of its pairs none can be judged yet" in result_reading(wrong)


def test_labels_that_hang_on_a_decision_decide_nothing(desk: Desk) -> None:
    frame = as_parts(answered(3, new=0.3))
    live = frame.filter(model="old").select("id", on="decision")
    known = frame.join(live, on="id").with_columns(y=pl.when(pl.col("on") == 1).then("y")).drop("on")
    log = desk.log(known, row_id="id", label="y", decision="decision", model_version="model")
    (result,) = held(desk, log, PARTS + WORSE.format("precision", 0.05, ""))
    assert result.outcome == "inconclusive" and not result.is_hopeless
    assert "Labels hang on the decision of what is live" in result.problem


def test_what_a_file_says_of_a_candidate_is_read_and_written() -> None:
    text = (
        '[candidate]\nlog = "a.csv"\nwhere = ["m = \\"x\\""]\nlive = ["m = y"]\non = ["id", "k"]\nthreshold = 0.25\n'
        '[[gate]]\nmetric = "error_rate"\nagainst = "live"\nbetter_by = 0.02\n'
        '[[gate]]\nname = "p"\nmetric = "recall"\nagainst = "live"\nbetter_by = 0.02\n'
    )
    file = read_gates(text)
    assert read_gates(written_gates(file)) == file
    even = read_gates(text.replace("better_by = 0.02", "better_by = 0", 1)).gates[0]
    assert str(even.high) == "0.0"
    assert [(gate.low, gate.high) for gate in file.gates] == [(-np.inf, -0.02), (0.02, np.inf)]
    # What is kept for next time of a metric is not that of its pairs.
    assert file.gates[0].identity != replace(file.gates[0], against="limit").identity
    wrong = (
        '[candidate]\nlog = "a"\ncolumn = "b"\n[[gate]]\nmissing = "c"\nagainst = "live"\nmax = 0.1\n',
        '[candidate]\nlive = ["m = y"]\n[[gate]]\nmetric = "recall"\nbetter_by = 0.1\n',
    )
    said = []
    for each in wrong:
        with pytest.raises(QuestionError) as error:
            read_gates(each)
        said += str(error.value).splitlines()
    assert [line.split(",")[0] for line in said] == [
        "Line 3: expected a log or a column as the candidate",
        "Line 6: expected a metric of pairs against what is live",
        "Line 1: expected a log",
        'Line 5: expected better_by with against = "reference"',
    ]


def test_a_side_is_none_where_a_file_names_none(desk: Desk) -> None:
    log = long_log(desk, answered(new=0.165))
    found = candidate_side(Question(log, Cohort(), 0.5), None, desk.workspace.find, again(desk))
    assert found.candidate is None and found.problem == ""
