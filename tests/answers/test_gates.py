"""Gates on logs: what a file may say, what each gate finds, when the labels will be there, and the same again next week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.gates.answer import gates
from analytics.answers.gates.draft import drafted_gates
from analytics.answers.gates.file import read_gates
from analytics.answers.gates.result import GateResult
from analytics.answers.gates.sides import GateSides
from analytics.answers.gates.written import written_gates
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.errors import QuestionError
from analytics.log.kept.gates import choose_gates, chosen_gates, keep_values, last_values
from analytics.present.readings.gates import gates_reading, result_reading
from analytics.present.tables.gates import gate_rows, gates_json, gates_markdown
from analytics.present.tables.gates_junit import gates_junit
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

START = datetime(2024, 1, 1)


def made(
    seed: int = 0, *, days: int = 60, per_day: int = 60, right: float = 0.9, late: int = 0, first: int = 0
) -> pl.DataFrame:
    """Rows of a model that is right on a share of them; labels come so many days later."""
    rng, n = np.random.default_rng(seed), days * per_day
    day = np.repeat(np.arange(days) + first, per_day)
    label = rng.random(n) < 0.4
    is_right = rng.random(n) < right
    score = np.where(label == is_right, 0.6, 0.1) + 0.3 * rng.random(n)
    is_there = day + late < days + first
    frame = pl.DataFrame(
        {
            "score": score.round(3),
            "label": np.where(is_there, label.astype(int), None).tolist(),
            "region": rng.choice(["north", "south", "west"], n),
            "plan": np.where(rng.random(n) < 0.1, None, rng.choice(["a", "b"], n)).tolist(),
            "scored_at": [START + timedelta(days=int(each), hours=12) for each in day],
        }
    )
    if not late:
        return frame
    known = pl.Series([START + timedelta(days=int(each) + late, hours=12) for each in day])
    return frame.with_columns(label_time=pl.when(pl.col("label").is_not_null()).then(known))


def asked(desk: Desk, frame: pl.DataFrame) -> tuple[Engine, Question]:
    log = desk.log(frame)
    return Engine(desk.workspace), Question(log, Cohort(), 0.5)


def judged(desk: Desk, frame: pl.DataFrame, text: str, **more: object) -> list[GateResult]:
    engine, question = asked(desk, frame)
    return list(gates(engine, question, text, **more).results)  # type: ignore[arg-type]


def test_everything_that_is_wrong_is_said_at_once_with_its_line() -> None:
    text = (
        'level = 2\n[[gate]]\nmetric = "recal"\nlimit = 0.8\n[[gate]]\nmetrik = "recall"\n[[gate]]\nmetric = "recall"\nlimit = 0.5\n'
        'max = 1\n[[gate]]\nmetric = "selection_rate"\nlimit = 0.5\n[[gate]]\nmissing = "plan"\nby = "region"\nmax = 1\n'
        '[[gate]]\nmetric = "fpr"\nworse_by = 0.1\n[[gate]]\nlabels = "to_come"\nagainst = "week"\n[[exception]]\ngate = "x"\n'
    )
    with pytest.raises(QuestionError) as error:
        read_gates(text)
    lines = str(error.value).splitlines()
    assert lines[0] == "Line 3: expected the name of a metric, found 'recal'. Write 'recall'."
    assert lines[1].startswith("Line 6: expected a key of the gate (") and lines[1].endswith(
        "found 'metrik'. Write 'metric'."
    )
    places = [int(line.split(":")[0].removeprefix("Line ")) for line in lines]
    assert places == [3, 6, 5, 10, 13, 16, 20, 23, 25, 1]
    with pytest.raises(QuestionError, match="in TOML"):
        read_gates("[[gate]\n")
    with pytest.raises(QuestionError, match="at least one"):
        read_gates("")
    with pytest.raises(QuestionError, match=r"name of a gate, found 'b'\. Choose from a"):
        read_gates(
            '[[gate]]\nname="a"\nmetric="recall"\nlimit=0.5\n[[exception]]\ngate="b"\nname="N"\nreason="r"\nuntil=2026-01-01\n'
        )


def test_a_file_is_written_as_it_is_read() -> None:
    text = (
        'name = "x\\"\\u0000"\nlog = "a.csv"\nmature = true\nlast_days = 7\n[reference]\nwhere = ["a = \\"b\\""]\n[[gate]]\nname = "]\\n[x"\n'
        'metric = "error_rate"\nby = "region"\nworse_by = 0.02\nagainst = "reference"\n[[exception]]\ngate = "]\\n[x"\nslice = "é"\n'
        'name = "N"\nreason = "r"\nuntil = 2026-01-01\n'
    )
    file = read_gates(text)
    assert read_gates(written_gates(file)) == file
    assert (file.gates[0].low, file.gates[0].high) == (-np.inf, 0.02)


def test_gates_find_what_the_pages_show(desk: Desk) -> None:
    text = '[[gate]]\nmetric="error_rate"\nby="region"\nmax=0.2\n[[gate]]\nmissing="plan"\nmax=0.2\n[[gate]]\nmetric="recall"\nmin=0.95\n'
    engine, question = asked(desk, frame := made())
    found = gates(engine, question, text)
    rates = slices(engine, question, ["region"]).table.sort("slice_0")
    assert [part.value for part in found.results[0].parts] == pytest.approx(rates["error_rate"].to_list())
    assert [part.high for part in found.results[0].parts] == pytest.approx(rates["error_rate_high"].to_list())
    assert found.results[1].parts[0].value == pytest.approx(frame["plan"].null_count() / frame.height)
    assert [result.outcome for result in found.results] == ["pass", "pass", "fail"]
    assert found.outcome == "fail"


def test_the_same_rows_never_give_two_verdicts(desk: Desk) -> None:
    names = ("error_rate", "f1", "mcc", "auroc", "ece", "brier", "log_loss")
    frame = made(3)
    engine, question = asked(desk, frame)
    free = "".join(f'[[gate]]\nmetric="{name}"\nby="region"\nmax=0.99\n' for name in names)
    ends = [part.high for result in gates(engine, question, free).results for part in result.parts]
    # At the limit itself the last digit would decide.
    tight = "".join(
        f'[[gate]]\nname="{name}"\nmetric="{name}"\nmax={max(ends[3 * place : 3 * place + 3])!r}\nby="region"\n'
        for place, name in enumerate(names)
    )
    first = gates(engine, question, tight)
    shuffled = asked(desk, frame.sample(fraction=1, shuffle=True, seed=1))
    for other, whose in ((Engine(desk.workspace), question), (engine, question), shuffled):
        again = gates(other, whose, tight)
        assert [result.outcome for result in again.results] == [result.outcome for result in first.results]


def test_exceptions_hold_until_their_day(desk: Desk) -> None:
    text = '[[gate]]\nname="g"\nmetric="error_rate"\nby="region"\nmax=0.01\n' + "".join(
        f'[[exception]]\ngate="g"\nslice="{name}"\nname="N"\nreason="r"\nuntil=2024-02-28\n'
        for name in ("north", "south", "west")
    )
    engine, question = asked(desk, made())
    assert gates(engine, question, text, on=date(2024, 2, 28)).outcome == "pass"
    after = gates(engine, question, text)
    assert after.on == date(2024, 2, 29)
    assert after.outcome == "fail"
    assert after.results[0].parts[0].ended is not None
    assert "meets no slice" not in gates_reading(after)
    wrong = gates(engine, question, text.replace('slice="west"', 'slice="West"'))
    for said in (gates_reading(wrong), gates_junit(wrong)):
        assert "An exception meets no slice of this log: g for West." in said


def test_the_day_is_named_on_which_labels_will_be_there(desk: Desk) -> None:
    text = '[[gate]]\nmetric="accuracy"\nlimit=0.885\n'
    [found] = judged(desk, made(3, per_day=20, late=10), text)
    assert found.outcome == "inconclusive"
    assert found.rows_needed is not None and found.by_when is not None
    # 20 rows a day, whose labels come ten days later: those of the last ten days are on their way.
    assert 0 <= (found.by_when - date(2024, 2, 29)).days - found.rows_needed / 20 < 2
    # Many times the rows and late labels: on the day that is named they are there, and not a week later.
    [far] = judged(desk, made(3, per_day=20, late=10), text.replace("0.885", "0.88"))
    assert far.rows_needed is not None and far.by_when is not None and far.rows_needed > 3_000
    assert 0 <= (far.by_when - date(2024, 2, 29)).days - far.rows_needed / 20 < 2
    [at_once] = judged(desk, made(3, per_day=20).drop("scored_at"), text)
    assert at_once.by_when is None and at_once.rows_needed is not None
    # Without times too they are rows of the log, of which 0.4 are those that recall is about.
    [recall] = judged(desk, made(3, per_day=20).drop("scored_at"), '[[gate]]\nmetric="recall"\nlimit=0.885\n')
    assert recall.rows_needed is not None and recall.parts[0].rows_needed is not None
    assert recall.parts[0].rows_needed / recall.rows_needed == pytest.approx(recall.parts[0].n / 1_200, abs=0.01)
    [sliding] = judged(desk, made(3, per_day=20, late=10), f"last_days=20\n{text}")
    assert sliding.by_when is None and sliding.days_needed is not None and sliding.days_needed > 20
    [never] = judged(desk, made(3, days=2, right=1.0), '[[gate]]\nmetric="accuracy"\nlimit=1\n')
    assert never.is_hopeless


def test_inputs_are_looked_at_before_their_labels_are_there(desk: Desk) -> None:
    frame = made(5, late=20)
    is_new = pl.col("scored_at") >= START + timedelta(days=50)
    broken = frame.with_columns(plan=pl.when(is_new).then(None).otherwise("plan"), region=pl.lit("north"))
    broken = broken.with_columns(region=pl.when(is_new).then(pl.lit("east")).otherwise("region"))
    text = (
        'mature = true\nlast_days = 10\n[reference]\nwhere = ["scored_at < 2024-02-20"]\n'
        '[[gate]]\nmetric = "error_rate"\nmax = 0.2\n[[gate]]\nmissing = "plan"\nmax = 0.2\n'
        '[[gate]]\nnew_values = "region"\n[[gate]]\nlabels = "to_come"\nmax = 0.05\n'
    )
    found = judged(desk, broken, text)
    assert [each.outcome for each in found] == ["pass", "fail", "fail", "fail"]
    assert [each.parts[0].value for each in found[1:]] == pytest.approx([1.0, 1.0, 1 / 3], abs=0.01)
    # The rows of the error rate are ten days that have their labels.
    assert found[0].parts[0].n == 600
    own = {gate.subject: gate for gate in drafted_gates(*asked(desk, broken)).gates}
    # A third of the newest month, a tenth of the rest, and what a draft leaves open.
    assert 0.4 < own["plan"].high < 0.5 and not any(gate.is_idle for gate in own.values())


def test_against_a_reference_and_last_time(desk: Desk) -> None:
    frame = pl.concat([made(1, days=40), made(2, days=40, right=0.8, first=40)])
    text = (
        '[reference]\nwhere=["scored_at < 2024-02-10"]\n[[gate]]\nmetric="error_rate"\nwhere=["scored_at >= 2024-02-10"]\n'
        'against="reference"\nworse_by=0.03\n[[gate]]\nnew_values="region"\n[[gate]]\nmetric="error_rate"\nagainst="last"\nworse_by=0.03\n'
    )
    first, new, last = judged(desk, frame, text)
    assert first.outcome == "fail"
    assert first.parts[0].value == pytest.approx(0.1, abs=0.03)
    assert (new.outcome, last.outcome) == ("pass", "inconclusive")
    assert "first" in last.problem
    values, text = {}, '[[gate]]\nmetric="error_rate"\nagainst="last"\nworse_by=0.03\n'
    for name, seed, right in (("a", 1, 0.9), ("b", 2, 0.8), ("a", 1, 0.9), ("b", 2, 0.8)):
        engine, question = asked(desk, made(seed, right=right))
        before = last_values(desk.workspace, "n", question.log.log_id)
        found = gates(engine, question, text, last=before)
        keep_values(desk.workspace, "n", question.log.log_id, found.values)
        values.setdefault(name, []).append(found.results[0].outcome)
    assert values == {"a": ["inconclusive"] * 2, "b": ["fail"] * 2}


def test_an_export_that_could_not_be_asked_is_not_last_time(desk: Desk) -> None:
    text = '[[gate]]\nmetric="error_rate"\nby="region"\nagainst="last"\nworse_by=0.1\n'
    found = []
    for seed, name in ((1, "region"), (2, "zone"), (3, "region"), (4, "Region"), (5, None)):
        frame = made(seed)
        frame = frame.drop("region") if name is None else frame.rename({"region": name})
        engine, question = asked(desk, frame)
        before = last_values(desk.workspace, "gone", question.log.log_id)
        answer = gates(engine, question, text, last=before)
        keep_values(desk.workspace, "gone", question.log.log_id, answer.values)
        found.append(answer.results[0])
    assert [each.outcome for each in found] == ["inconclusive", None, "pass", None, None]
    assert "'zone' may be it under another name: it holds its values." in found[1].problem
    assert found[3].problem.startswith("Expected the name of a column, found 'region'. 'Region' may be it")
    assert "Choose from 'score', 'label'" in found[4].problem, "no column is called or looks like it"


def test_numbers_are_cut_as_last_time(desk: Desk) -> None:
    rng, text = np.random.default_rng(8), '[[gate]]\nmetric="error_rate"\nby="age"\nagainst="last"\nworse_by=0.2\n'
    wrong, frames = [], []
    for seed, low in ((1, 20), (2, 18)):  # another export has other numbers, and other ends
        frame = made(seed)
        age = np.where(rng.random(frame.height) < 0.1, np.nan, rng.uniform(low, low + 60, frame.height).round(2))
        frames.append(frame.with_columns(pl.Series("age", age).fill_nan(None)))
        wrong.append((frame["score"].to_numpy() >= 0.5) != (frame["label"].to_numpy() == 1))
    for frame in frames:
        engine, question = asked(desk, frame)
        before = last_values(desk.workspace, "cut", question.log.log_id)
        found = gates(engine, question, text, last=before)
        keep_values(desk.workspace, "cut", question.log.log_id, found.values)
    [kept] = last_values(desk.workspace, "cut", "another").values()
    assert kept == tuple(part.own for part in found.results[0].parts) and len({each.slice for each in kept}) > 3
    cut = sorted(each.edges for each in kept if each.edges)
    inner = [low for low, _ in cut][1:]
    age = [frame["age"].to_numpy() for frame in frames]
    for part in found.results[0].parts:
        place = None if part.own.edges is None else cut.index(part.own.edges)
        one, two = (
            np.isnan(each) if place is None else ~np.isnan(each) & (np.digitize(each, inner) == place) for each in age
        )
        assert part.value == pytest.approx(wrong[1][two].mean() - wrong[0][one].mean())
        assert part.n == two.sum()


def test_a_reference_is_cut_into_the_slices_of_the_log_that_is_judged(desk: Desk) -> None:
    rng, sides = np.random.default_rng(4), [made(1), made(2, right=0.85)]
    named = [("north", "south"), ("south", "east")]
    old, new = (
        frame.with_columns(
            speed=pl.Series(rng.gamma(2, scale, frame.height)), region=pl.Series(rng.choice(names, frame.height))
        )
        for frame, scale, names in zip(sides, (10.0, 20.0), named, strict=True)
    )
    roles = {"segments": ("speed", "region")}
    before, log = desk.log(old, **roles), desk.log(new, **roles)
    question = Question(log, Cohort(), 0.5)
    text = '[reference]\nlog="b"\n' + "".join(
        f'[[gate]]\nname="{name}"\nmetric="error_rate"\nby="{name}"\nagainst="reference"\nmax=0.9\n'
        for name in roles["segments"]
    )
    sides_of = GateSides(reference=Question(before, Cohort(), 0.5))
    speed, region = gates(Engine(desk.workspace), question, text, sides=sides_of).results
    edges = log.bins["speed"].edges
    assert speed.outcome == "pass" and len(speed.parts) == len(edges) - 1 > 3 and edges != before.bins["speed"].edges
    wrong = [frame.with_columns(wrong=(pl.col("score") >= 0.5) != (pl.col("label") == 1)) for frame in (old, new)]
    for place, part in enumerate(speed.parts):
        closed = "both" if place == len(edges) - 2 else "left"
        is_in = pl.col("speed").is_between(edges[place], edges[place + 1], closed=closed)
        was, now = (frame.filter(is_in)["wrong"].mean() for frame in wrong)
        assert part.value == pytest.approx(now - was)  # type: ignore[operator]
    # What the reference does not have at all is said, and no number of rows decides it.
    assert region.outcome == "inconclusive" and not region.is_hopeless
    assert region.problem == "The reference has no row where region is east."


def test_the_next_export_is_checked_as_far_as_it_goes(desk: Desk) -> None:
    engine, question = asked(desk, frame := made())
    text = written_gates(drafted_gates(engine, question))
    assert gates(engine, question, text).outcome == "pass"
    other = frame.select(reversed(frame.columns)).rename({"region": "area"}).drop("plan")
    results = judged(desk, other, text)
    problems = {result.gate.name: result.problem for result in results if result.outcome is None}
    assert list(problems) == ["Error rate by region", "Error rate by plan", "Missing: plan"]
    [renamed] = judged(
        desk, other, '[[gate]]\nname="w"\nmetric="recall"\nlimit=0.5\nwhere=["scored_a >= 2024-01-02"]\n'
    )
    assert renamed.problem == "Expected the name of a column, found 'scored_a'. Write 'scored_at'."
    assert all("found 're" in problem or "found 'plan'" in problem for problem in problems.values())
    assert {result.outcome for result in results if not result.problem} == {"pass"}


def test_chosen_gates_are_those_of_the_next_export(desk: Desk) -> None:
    first, second, other = desk.log(made()), desk.log(made(5)), desk.log(made().drop("plan"))
    choose_gates(desk.workspace, first, "text")
    assert [chosen_gates(desk.workspace, log) for log in (first, second, other)] == ["text", "text", None]
    choose_gates(desk.workspace, first, None)
    assert chosen_gates(desk.workspace, first) is None


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ('metric="error_rate"\nmax=30', "expected max between 0 and 1 for 'error_rate', found 30. Write 30 % as 0.3."),
        ('metric="accuracy"\nmin=-5', "expected min between 0 and 1 for 'accuracy', found -5. Correct it."),
        ('missing="plan"\nmax=30', "expected max between 0 and 1 for 'plan', found 30. Write 30 % as 0.3."),
        (
            'metric="recall"\nagainst="last"\nworse_by=2',
            "worse_by between -1 and 1 for 'recall', found 2. Write 2 % as 0.02",
        ),
        ('labels="days_not_trusted"\nmax=-1', "max of at least 0 for 'days_not_trusted', found -1. Correct it."),
    ],
)
def test_a_limit_that_nothing_can_miss_is_refused(gate: str, said: str) -> None:
    with pytest.raises(QuestionError) as error:
        read_gates(f"[[gate]]\n{gate}\n")
    assert said in str(error.value)


def test_gates_of_the_last_days_say_which_days(desk: Desk) -> None:
    engine, question = asked(desk, made(late=5))
    text = '{}[[gate]]\nmetric="error_rate"\nmax=0.5\n[[gate]]\nmissing="plan"\nmax=0.5\n'
    assert "Judged" not in gates_reading(gates(engine, question, text.format("")))
    said = gates_reading(gates(engine, question, text.format("last_days=10\n")))
    assert said.partition("\n")[0].endswith("Judged on 20 Feb 2024 to 29 Feb 2024 alone.")
    said = gates_reading(gates(engine, question, text.format("last_days=10\nmature=true\n")))
    assert (
        "Judged on 14 Feb 2024 to 23 Feb 2024 alone, those that have their labels; gates that need no label on 20 "
        in said
    )


def test_what_is_excepted_is_called_so(desk: Desk) -> None:
    engine, question = asked(desk, made())
    text = (
        '[[gate]]\nname="err"\nmetric="error_rate"\nmax=0.01\n[[gate]]\nname="kept"\nmetric="error_rate"\nmax=0.5\n'
        '[[exception]]\ngate="err"\nname="N"\nreason="r"\nuntil=2099-12-31\n'
    )
    answer = gates(engine, question, text)
    assert answer.outcome == "pass"
    assert [row["outcome"] for row in gate_rows(answer)] == ["excepted", "pass"]
    said = gates_reading(answer)
    assert said.startswith("It may go on, but by exception only: err would not pass without it.")
    assert "1 gate passes." in said
    lead, _, rest, *_ = (markdown := gates_markdown(answer)).splitlines()
    assert "! excepted" in markdown and lead == f"**{said.splitlines()[0]}**" and rest.startswith("1 gate passes.")


def test_what_is_open_is_said_beside_what_cannot_be_checked(desk: Desk) -> None:
    text = '[[gate]]\nname = "gone"\nmissing = "nothing"\nmax = 0.1\n[[gate]]\nname = "close"\nmetric = "accuracy"\nmin = 0.9\n'
    said = gates_reading(gates(*asked(desk, made(3)), text))
    assert said.startswith("Not every gate could be checked: gone could not.")
    assert "1 gate cannot be decided yet (close: about " in said


def test_what_cannot_be_decided_says_what_is_lacking(desk: Desk) -> None:
    engine, question = asked(desk, made())
    few = gates(engine, question, 'minimum_rows=2000\n[[gate]]\nmetric="error_rate"\nby="region"\nmax=0.3\n')
    said = gates_reading(few)
    assert "every slice has fewer rows than the 2,000 that the file asks for" in said
    assert "would let the largest be judged, there by " in said
    assert gate_rows(few)[0]["not_judged"] == "north, south and west"
    small = '[reference]\nwhere=["scored_at < 2024-01-02"]\n[[gate]]\nmetric="error_rate"\nagainst="reference"\nworse_by=0.04\n'
    assert "a larger reference decides it" in gates_reading(gates(engine, question, small))


def test_of_open_gates_the_one_that_is_never_decided_is_named(desk: Desk) -> None:
    engine, question = asked(desk, made(right=1.0))
    flagged = gates(engine, question, '[[gate]]\nmetric="selection_rate"\nmax=0.9\n').results[0].parts[0].value
    text = f'[[gate]]\nmetric="error_rate"\nmax=0\n[[gate]]\nmetric="selection_rate"\nmax={flagged + 0.012}\n'
    never, soon = (answer := gates(engine, question, text)).results
    assert never.is_hopeless and soon.by_when is not None
    assert "about error_rate: it cannot be decided at this limit at any size" in gates_reading(answer)


def test_a_slice_is_written_as_the_log_writes_it(desk: Desk) -> None:
    frame = made().with_columns(region=pl.lit("www.x.example/") + pl.col("region"))
    answer = gates(*asked(desk, frame), '[[gate]]\nmetric="error_rate"\nby="region"\nmax=0.01\n')
    assert result_reading(answer.results[0]).startswith("www.x.example/")
    assert "www.x" not in gates_markdown(answer)


def test_what_is_written_of_a_verdict_does_not_hang_on_the_order_of_a_sum(desk: Desk) -> None:
    answer = gates(*asked(desk, made()), '[[gate]]\ncalibration="difference"\nmax=0.5\n')
    (result,) = answer.results
    moved = replace(result.parts[0], value=float(np.nextafter(result.parts[0].value, 1.0)))
    other = replace(answer, results=(replace(result, parts=(moved,)),))
    assert moved.value != result.parts[0].value
    assert gates_json(other) == gates_json(answer) and gate_rows(other) == gate_rows(answer)


def test_slices_of_a_log_without_a_time_are_told_how_many_rows_would_decide(desk: Desk) -> None:
    """It was said that no row can be judged yet, beside their values."""
    frame = made(7, days=4).drop("scored_at")
    gate = '[[gate]]\nname = "Regions"\nmetric = "error_rate"\nby = "region"\nmax = 0.115\n'
    (found,) = judged(desk, frame, gate)
    assert found.outcome == "inconclusive" and found.rows_needed is not None and found.rows_needed > 0
    assert "more labelled rows would decide" in result_reading(found)
