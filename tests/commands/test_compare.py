"""Compare from the command line: published answers, two logs, two parts of one, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk
from typer.testing import CliRunner

from analytics.__main__ import app
from analytics.measure.compare.lengths import equal_length
from tests.answers.compare.test_answer import joined, scored

QUIET = ("--no-search", "--format", "json")


def asked(*parts: object) -> tuple[Any, str]:
    found = CliRunner().invoke(app, ["compare", *QUIET, *map(str, parts)])
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout), found.stderr


def refused(*parts: object) -> str:
    found = CliRunner().invoke(app, ["compare", *map(str, parts), *QUIET])
    assert found.exit_code == 2, found.stdout
    return found.stderr


def test_the_published_difference_of_two_versions_by_people_and_judge(data: Path) -> None:
    path = data / "judge" / "support_compare.csv"
    grades = ("--live-grade", "v3_human_passed", "--candidate-grade", "v4_human_passed")
    found, said = asked(path, *grades, "--live-judge", "v3_judge_passed", "--candidate-judge", "v4_judge_passed")
    corrected = found["corrected"]
    assert (corrected["difference"], corrected["low"], corrected["high"]) == pytest.approx(
        (0.0950, 0.0505, 0.1394), abs=5e-5
    )
    assert (corrected["n"], corrected["n_rest"], corrected["verdict"]) == (600, 3_400, "better")
    assert said.startswith("Better by people and judge together: the pass rate differs by +9.5 points.")
    judges = ("--live-grade", "v3_judge_passed", "--candidate-grade", "v4_judge_passed")
    alone, said = asked(path, *judges)
    assert alone["improvement"] == pytest.approx(0.17), "nearly twice what people say"
    assert alone["corrected"] == corrected and alone["corrected"]["by"] == ["v3_human_passed", "v4_human_passed"]
    first, _, second = said.partition("\n")
    assert first.startswith("Better by people and judge together: the pass rate differs by +9.5 points.")
    assert second.startswith("By the judge alone: better: ")


def test_two_logs_and_two_parts_of_one_say_the_same(tmp_path: Path) -> None:
    frame = scored(300).drop("unit", "w")
    frame.write_csv(tmp_path / "both.csv")
    for name in ("old", "new"):
        frame.filter(model=name).write_csv(tmp_path / f"{name}.csv")
    roles = ("--id", "id", "--label", "y", "--score", "score", "--threshold", "0.4")
    one, said = asked(tmp_path / "both.csv", *roles, "--live", "model=old", "--candidate", "model=new")
    two, _ = asked(tmp_path / "old.csv", tmp_path / "new.csv", *roles)
    assert one["metrics"] == [pytest.approx(each) for each in two["metrics"]] and one["pairing"]["both"] == 300
    y, a, b = joined(frame)
    error = {each["metric"]: each for each in one["metrics"]}["error_rate"]
    assert error["difference"] == pytest.approx(((b >= 0.4) != y).mean() - ((a >= 0.4) != y).mean())
    assert said.startswith(("Inconclusive: about ", "Better: "))


def test_preferences_have_a_win_rate_with_its_standard_error(tmp_path: Path) -> None:
    values = [1.0] * 30 + [2.0] * 50 + [1.5] * 20 + [None]
    path = tmp_path / "preferred.csv"
    pl.DataFrame({"question": [f"q{place}" for place in range(101)], "preference": values}).write_csv(path)
    found, said = asked(path, "--preference", "preference")
    known = pl.Series(values[:-1]) - 1
    assert (found["win_rate"], found["standard_error"]) == pytest.approx((known.mean(), known.std() / 10))
    assert (found["wins"], found["ties"], found["losses"], found["not_said"]) == (50, 20, 30, 1)
    assert said.startswith("Better: the candidate wins 60.0")


def test_preferences_for_several_candidates_are_told_one_by_one(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(2), tmp_path / "board.json"
    names = ["ada", "bo", "cy"]
    frame = pl.DataFrame(
        {
            "instruction": [f"q{place}" for place in range(120)] * 3,
            "generator_1": ["base"] * 360,
            "generator_2": np.repeat(names, 120),
            "preference": 1.0 + (rng.random(360) < np.repeat([0.3, 0.8, 0.5], 120)),
        }
    )
    frame.write_json(path)
    found, said = asked(path, "--preference", "preference")
    assert found["verdict"] == "unknown" and said.startswith("bo wins most often of the 3 in generator_2: ")
    again, told = asked(path, "--by", "generator_2")
    assert told.startswith("'preference' says which answer was better (guessed: ")
    assert again == found
    said = asked(path, "--preference", "preference", "--by", "instruction")[1]
    assert said.startswith(
        "One win rate of 3 values of generator_2 is that of none of them: ask for no other column to see each."
    )
    assert [row["slice"] for row in found["by"]] == ["bo", "cy", "ada"]
    for row in found["by"]:
        own = frame.filter(generator_2=row["slice"])["preference"] - 1
        assert (row["win_rate"], row["standard_error"]) == pytest.approx((own.mean(), own.std() / 120**0.5))
    found, said = asked(path, "--preference", "preference", "--where", "generator_2=bo")
    assert found["verdict"] == "better" and said.startswith("Better: bo wins 79.2")


def test_two_candidates_against_the_same_answers_are_paired_by_what_was_asked(tmp_path: Path) -> None:
    """A second log was left out in silence, and the win rate was that of the first alone."""
    rng, asks = np.random.default_rng(5), [f"q{place}" for place in range(150)]
    ada, bo = (np.round(rng.uniform(1, 2, 150), 3) for _ in range(2))
    sides = {"ada": [*ada[:-1], None], "bo": [0.0, *bo[1:]]}
    frames = [
        pl.DataFrame({"instruction": asks, "generator_1": "base", "generator_2": name, "preference": own})
        for name, own in sides.items()
    ]
    for name, frame in zip(sides, (frames[0], frames[1].reverse()), strict=True):
        frame.write_json(tmp_path / f"{name}.json")
    pl.concat(frames).write_json(tmp_path / "both.json")
    two, said = asked(tmp_path / "ada.json", tmp_path / "bo.json")
    own = np.where(sides["bo"][:-1] == np.array(0.0), 1.5, sides["bo"][:-1])
    apart = own - np.array(sides["ada"][:-1])
    assert (two["n"], two["not_said"], two["pairing"]["both"]) == (149, 1, 150)
    assert (two["difference"], two["standard_error"]) == pytest.approx((apart.mean(), apart.std(ddof=1) / 149**0.5))
    assert two["candidate_win_rate"] == pytest.approx(own.mean() - 1)
    assert (two["higher"], two["lower"]) == ((apart > 0).sum(), (apart < 0).sum())
    assert two["low"] < two["difference"] < two["high"] and "bo wins " in said.casefold()
    sides_of_one = ("--live", "generator_2=ada", "--candidate", "generator_2=bo", "--preference", "preference")
    assert asked(tmp_path / "both.json", *sides_of_one)[0]["difference"] == pytest.approx(two["difference"])
    assert "found 2 values of 'generator_2'" in refused(tmp_path / "both.json", tmp_path / "bo.json")
    frames[1].with_columns(generator_1=pl.lit("other")).write_json(tmp_path / "bo.json")
    assert "They were not compared with the same answers" in asked(tmp_path / "ada.json", tmp_path / "bo.json")[1]


def test_those_who_answer_in_either_place_are_counted_in_both(tmp_path: Path) -> None:
    path, rng = tmp_path / "arena.csv", np.random.default_rng(6)
    first = rng.integers(0, 3, 400)
    second = (first + rng.integers(1, 3, 400)) % 3
    winner = rng.choice(["model_a", "model_b", "tie (bothbad)"], 400)
    names = np.array(["ada", "bo", "cy"])
    pl.DataFrame(
        {"model_a": names[first], "model_b": names[second], "winner_1": winner, "winner_2": winner[::-1]}
    ).write_csv(path)
    found, said = asked(path)
    value = np.select([winner == "model_b", winner == "model_a"], [1.0, 0.0], 0.5)
    assert "winner_2 says the like of the same rows and is left out" in said
    for row in found["by"]:
        own = np.concatenate([value[names[second] == row["slice"]], 1 - value[names[first] == row["slice"]]])
        assert (row["win_rate"], row["n"]) == (pytest.approx(own.mean()), len(own))
        assert row["standard_error"] == pytest.approx(own.std(ddof=1) / len(own) ** 0.5)


def decided(n: int = 2_000) -> pl.DataFrame:
    """Two decisions on the same rows and their truth: each is right in 85 %."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, n)
    a, b = (np.where(rng.random(n) < 0.85, y, 1 - y) for _ in "ab")
    return pl.DataFrame({"id": np.arange(n), "label": y, "old": a, "new": b})


DECISIONS = ("--live-decision", "old", "--candidate-decision", "new", "--label", "label", "--id", "id")


@pytest.mark.parametrize(("side", "who"), [("old", "the live side"), ("new", "the candidate")])
def test_labels_that_hang_on_one_side_leave_no_verdict(tmp_path: Path, side: str, who: str) -> None:
    path = tmp_path / "log.csv"
    decided().with_columns(label=pl.when(pl.col(side) == 1).then("label")).write_csv(path)
    found, said = asked(path, *DECISIONS)
    assert said.startswith(f"Only rows that {who} flags get a label, so which side is better cannot be told: ")
    assert "better" not in said.partition(".")[2].casefold()
    assert (found["verdict"], found["other"], found["at_live_threshold"]) == ("unknown", None, None)
    assert found["labels_hang_on"] == ("live" if side == "old" else "candidate")


def test_pairs_without_an_answer_are_counted_and_said_before_the_verdict(tmp_path: Path) -> None:
    path, frame = tmp_path / "log.csv", decided()
    frame.with_columns(new=pl.when(pl.col("id") % 10 > 0).then("new")).write_csv(path)
    found, said = asked(path, *DECISIONS)
    assert said.startswith("On 200 of 2,000 pairs the candidate gives no answer; on the others it is ")
    books = found["pairing"]
    assert (books["unanswered_live"], books["unanswered_candidate"], books["unanswered_both"]) == (0, 200, 0)
    frame.with_columns(new=pl.when(pl.col("id") >= 5).then("new")).write_csv(path)
    found, said = asked(path, *DECISIONS)
    assert found["pairing"]["unanswered_candidate"] == 5 and "On 5 pairs the candidate gives no answer" in said
    assert not said.startswith("On ")


def test_a_threshold_that_nobody_chose_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    pairs = scored(300).filter(model="old").sort("id").select("id", "y", old="score")
    other = scored(300).filter(model="new").sort("id")["score"] * 1_000
    pairs.with_columns(pl.col("old").alias("copy"), new=pl.Series([*other[:-2], 0.0, 1_000.0])).write_csv(path)
    roles = ("--live-score", "old", "--candidate-score", "new", "--label", "y", "--id", "id")
    found, said = asked(path, *roles)
    note = "live 0.50, candidate 500 (the middle of its range, which nobody chose: give --candidate-threshold)."
    assert said.splitlines()[1].startswith(f"Each side is judged at its own threshold: {note}")
    assert found["unchosen"] == {"live": False, "candidate": True}
    found, said = asked(path, *roles, "--candidate-threshold", "500")
    assert found["unchosen"] == {"live": False, "candidate": False} and "nobody chose" not in said
    shown = CliRunner().invoke(app, ["compare", str(path), *roles, "--no-search"]).stdout
    assert "Thresholds: live 0.50, candidate 500." in shown
    _, said = asked(path, *roles[:2], "--candidate-score", "copy", *roles[4:])
    assert said.startswith("Alike: both sides decide the same on all 300 pairs, so that nothing would change.")


def test_a_published_pair_of_scores_on_other_scales_says_both_thresholds(data: Path) -> None:
    scores = ("--live-score", "s100b", "--candidate-score", "wfns", "--label", "outcome", "--positive", "Poor")
    _, said = asked(data / "paired-auroc" / "asah.csv", *scores)
    assert "live 0.50 (one half, which nobody chose: give --threshold), candidate 3 (the middle of its range, " in said


def test_one_side_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    scored(20).filter(model="old").write_csv(path)
    assert "Expected two sides, found one" in refused(path)
    assert "found that of one" in refused(path, "--live-score", "score")
    assert "Expected grades in 'region', found text" in refused(
        path, "--live-grade", "region", "--candidate-grade", "model"
    )


def test_further_deciders_stand_in_one_table_on_the_same_rows(tmp_path: Path) -> None:
    rng, n = np.random.default_rng(5), 1_500
    frame = decided(n).with_columns(
        rules=pl.Series(rng.integers(0, 2, n)), people=pl.when(pl.Series(rng.random(n) < 0.8)).then(pl.col("label"))
    )
    frame.write_csv(tmp_path / "wide.csv")
    found, said = asked(
        tmp_path / "wide.csv", *DECISIONS, "--also", "rules", "--also", "people", "--cost-fp", "1", "--cost-fn", "3"
    )
    rows = {row["decider"]: row for row in found["deciders"]}
    assert list(rows) == ["old", "new", "rules", "people"]
    known = frame.drop_nulls("people")
    y, costs = known["label"].to_numpy(), {}
    for name, row in rows.items():
        flag = known[name].to_numpy()
        costs[name] = (((flag == 1) & (y == 0)).sum() + 3 * ((flag == 0) & (y == 1)).sum()) / known.height
        assert row["n"] == known.height
        assert [
            row[each] for each in ("error_rate", "recall", "precision", "flagged", "cost", "agrees")
        ] == pytest.approx(
            [
                np.mean(flag != y),
                sk.recall_score(y, flag),
                sk.precision_score(y, flag),
                flag.mean(),
                costs[name],
                np.mean(flag == known["old"].to_numpy()),
            ]
        )
    gap = np.mean(known["rules"].to_numpy() != y) - np.mean(known["old"].to_numpy() != y)
    row = rows["rules"]
    assert row["difference"] == pytest.approx(gap) and row["difference_low"] < gap < row["difference_high"]
    assert "Of 4 deciders people errs least: 0.0" in said and "rules errs more" in said


def test_graded_answers_are_alike_where_they_are_right_alike_and_no_slices_of_the_input(tmp_path: Path) -> None:
    rng, n = np.random.default_rng(8), 900
    frame = pl.DataFrame({name: rng.integers(0, 2, n) for name in ("v3_ok", "v4_ok", "other", "topic")})
    sides = ("v3_ok", "v4_ok", "v3_ok", "v4_ok")
    noisy = [pl.Series(np.where(rng.random(n) < 0.9, frame[name], 1 - frame[name])) for name in sides]
    names = ("v3_judged", "v4_judged", "first_judge", "second_judge")
    frame.with_columns(**dict(zip(names, noisy, strict=True))).write_csv(tmp_path / "wide.csv")
    columns = ("--live-grade", "v3_ok", "--candidate-grade", "v4_ok", "--also", "other")
    judges = ("--live-judge", "first_judge", "--candidate-judge", "second_judge")
    segments = ("--segments", "topic,other,v3_judged,v4_judged,first_judge,second_judge")
    found, said = asked(tmp_path / "wide.csv", *columns, *judges, *segments, "--search")
    live, candidate, other = (frame[name].to_numpy() for name in ("v3_ok", "v4_ok", "other"))
    assert [row["agrees"] for row in found["deciders"]] == pytest.approx(
        [1.0, (live == candidate).mean(), (live == other).mean()]
    )
    assert {row["flagged"] for row in found["deciders"]} == {None} and "is right or wrong on the same " in said
    searched = " ".join(each["slice"] for each in found["slices"])
    assert not [name for name in ("other", *names) if name in searched], searched


def test_a_further_version_meets_by_the_id(tmp_path: Path) -> None:
    third = scored(300, 0).filter(model="old").with_columns(model=pl.lit("oldest"), score=1 - pl.col("score")).head(250)
    pl.concat([scored(300), third]).drop("unit", "w").write_csv(tmp_path / "all.csv")
    roles = ("--id", "id", "--label", "y", "--score", "score", "--threshold", "0.4")
    sides = ("--live", "model=old", "--candidate", "model=new", "--also", "model=oldest")
    rows = asked(tmp_path / "all.csv", *roles, *sides)[0]["deciders"]
    ids = third["id"]
    for row, name in zip(rows, ("old", "new"), strict=False):
        part = scored(300).filter(pl.col("model") == name, pl.col("id").is_in(ids.implode()))
        assert row["n"] == 250 and row["error_rate"] == pytest.approx(
            ((part["score"] >= 0.4) != (part["y"] == 1)).mean()
        )
    assert rows[2]["decider"] == "model=oldest"
    assert rows[2]["error_rate"] == pytest.approx(((third["score"] >= 0.4) != (third["y"] == 1)).mean())


def test_a_weight_stands_beside_the_live_answer(tmp_path: Path) -> None:
    rows = pl.DataFrame({"id": range(80), "score": [0.1, 0.9] * 40, "label": [0, 1, 1, 1] * 20, "w": [1.0, 3.0] * 40})
    rows.write_csv(tmp_path / "weighted.csv")
    rows.drop("w").with_columns(score=1 - pl.col("score")).write_csv(tmp_path / "plain.csv")
    asked_of = ("--id", "id", "--label", "label", "--score", "score", "--weight", "w")
    found, said = asked(tmp_path / "weighted.csv", tmp_path / "plain.csv", *asked_of)
    assert found["metrics"] and said
    assert "found no column 'w' there" in refused(tmp_path / "plain.csv", tmp_path / "weighted.csv", *asked_of)


def test_judgements_in_both_orders_are_no_independent_rows(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(8), tmp_path / "both_orders.csv"
    wins = rng.random(120) < 0.6
    rows = {"question_id": np.repeat(np.arange(120), 2), "model_b": "ada", "winner": np.repeat(wins, 2)}
    pl.DataFrame(rows).with_columns(
        winner=pl.when("winner").then(pl.lit("model_b")).otherwise(pl.lit("model_a"))
    ).write_csv(path)
    once, said = asked(path)
    assert "The same question_id stands on several rows, which are not independent" in said
    assert once["standard_error"] == pytest.approx(wins.std(ddof=1) / 120**0.5) and once["win_rate"] == wins.mean()


def test_graded_answers_of_several_models_are_paired_at_once(tmp_path: Path) -> None:
    """It was asked for the grade first, then for the columns by which rows meet."""
    rng, path = np.random.default_rng(9), tmp_path / "graded.csv"
    asked_of = [(f"q{place}", turn) for place in range(60) for turn in (1, 2)]
    rows = [
        {"question_id": q, "turn": t, "model": m, "solved": int(rng.random() < 0.5)} for m in "abc" for q, t in asked_of
    ]
    frame = pl.DataFrame(rows)
    frame.write_csv(path)
    found, said = asked(path, "--live", "model=a", "--candidate", "model=c", "--no-search")
    assert said.startswith("A row is right where 'solved' is 1 (guessed")
    assert found["pairing"]["both"] == 120 and found["pairing"]["repeats_live"] == 0
    assert "Pairs of one question_id are not independent: the intervals take it as the unit" in said
    a, c = (frame.filter(model=name)["solved"].to_numpy() for name in "ac")
    error = next(each for each in found["metrics"] if each["metric"] == "error_rate")
    assert error["difference"] == pytest.approx(a.mean() - c.mean())
    of_questions = (a - c).reshape(60, 2).mean(axis=1)  # both turns of one question
    assert error["standard_error"] == pytest.approx(of_questions.std(ddof=1) / 60**0.5)
    assert "slices … --by model says it of each" in refused(path)
    again = frame.rename({"model": "model_name_or_path", "solved": "resolved", "question_id": "instance_id"}).drop(
        "turn"
    )
    wide = again.filter(pl.int_range(pl.len()) % 2 == 0)
    wide.filter(model_name_or_path="a").write_csv(path)
    wide.filter(model_name_or_path="c").write_csv(tmp_path / "other.csv")
    found, said = asked(path, tmp_path / "other.csv", "--no-search")
    assert found["pairing"]["both"] == 60 and "'resolved' is 1 (guessed" in said
    again.filter(model_name_or_path="a").write_csv(path)  # two answers of either model to each, without a number
    again.filter(model_name_or_path="c").write_csv(tmp_path / "other.csv")
    found, said = asked(path, tmp_path / "other.csv", "--no-search")
    sampled = next(each for each in found["metrics"] if each["metric"] == "error_rate")
    assert "Several answers of either side to one instance_id are paired in their order" in said
    assert (sampled["difference"], sampled["standard_error"]) == pytest.approx(
        (error["difference"], error["standard_error"])
    )


def test_words_of_two_grades_are_compared_as_they_are(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(12), tmp_path / "words.csv"
    wide = {name: np.where(rng.random(80) < p, "correct", "incorrect") for name, p in (("ada", 0.4), ("bo", 0.7))}
    pl.DataFrame({"item": [f"i{k}" for k in range(80)], **wide}).write_csv(path)
    found, _ = asked(path, "--live-grade", "ada", "--candidate-grade", "bo", "--no-search")
    assert found["improvement"] == pytest.approx(np.mean(wide["bo"] == "correct") - np.mean(wide["ada"] == "correct"))


def test_judgements_in_both_orders_are_averaged_in_one_command(tmp_path: Path) -> None:
    """Of two columns that speak of names or of places, and of rows in which the answers changed places."""
    rng, path = np.random.default_rng(10), tmp_path / "judged.jsonl"
    one, two = (rng.choice(["model_1", "tie", "model_2"], 90, p=p) for p in ([0.5, 0.2, 0.3], [0.2, 0.2, 0.6]))
    both = {
        "question_id": range(90),
        "model_1": ["ada"] * 90,
        "model_2": ["bo"] * 90,
        "g1_winner": one,
        "g2_winner": two,
    }
    pl.DataFrame(both).write_ndjson(path)
    of_bo = {"model_1": 0.0, "tie": 0.5, "model_2": 1.0}
    means = np.array([(of_bo[a] + of_bo[b]) / 2 for a, b in zip(one, two, strict=True)])
    expected = (means.mean(), means.std(ddof=1) / 90**0.5, (one != two).mean())
    found, said = asked(path)
    assert tuple(found[name] for name in ("win_rate", "standard_error", "changed")) == pytest.approx(expected)
    assert found["candidate"] == "bo" and "the first place wins" in said and "is left out" not in said
    marks = {"model_1": "A>B", "tie": "A=B", "model_2": "B>>A"}
    games = [
        [{"score": marks[a]}, {"score": marks[{"tie": "tie"}.get(b, "model_1" if b == "model_2" else "model_2")]}]
        for a, b in zip(one, two, strict=True)
    ]
    pl.DataFrame({"uid": range(90), "model": ["bo"] * 90, "games": games}).write_ndjson(path)
    by_place = asked(path)[0]
    assert tuple(by_place[name] for name in ("win_rate", "standard_error", "changed")) == pytest.approx(expected)
    turned = {"model_1": "model_b", "tie": "tie", "model_2": "model_a"}
    rows = [
        {"question_id": q, "model_a": "ada", "model_b": "bo", "winner": v.replace("_1", "_a").replace("_2", "_b")}
        for q, v in enumerate(one)
    ]
    rows += [{"question_id": q, "model_a": "bo", "model_b": "ada", "winner": turned[v]} for q, v in enumerate(two)]
    pl.DataFrame(rows).write_ndjson(path)
    by_row, said = asked(path)
    assert tuple(by_row[name] for name in ("win_rate", "standard_error", "changed")) == pytest.approx(expected)
    assert "each question_id as one unit" in said and by_row["both_orders"] == 90


def test_the_win_rate_at_equal_length_is_an_extra_that_is_named(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(11), tmp_path / "judged.json"
    n, longer = 300, rng.random(300) < 0.8
    texts = {"output_1": ["x" * 50] * n, "output_2": ["y" * (90 if each else 30) for each in longer]}
    wins = rng.random(n) < np.where(longer, 0.75, 0.25)
    pl.DataFrame({"instruction": [f"q{k}" for k in range(n)], **texts, "preference": 1.0 + wins}).write_json(path)
    found, said = asked(path)
    assert "--length-controlled says the rate at equal length" in said and "length_controlled_win_rate" not in found
    found, said = asked(path, "--length-controlled")
    assert "At equal length it wins" in said.split("\n")[1] and "--length-controlled" not in said
    expected = equal_length(
        pl.DataFrame({"x": wins.astype(float), "delta": np.where(longer, 40.0, -20.0)}).with_columns(n=1, w=1.0, w2=1.0)
    )
    assert expected is not None and found["length_controlled_win_rate"] == pytest.approx(expected.rate)
    assert (
        found["length_controlled_longer"] == pytest.approx(longer.mean()) and expected.rate < found["win_rate"] - 0.05
    )
    pl.read_json(path).drop("output_1").write_json(path)
    assert "such as output_1 and output_2, found no such columns" in refused(path, "--length-controlled")


def test_what_the_candidate_took_can_be_said_and_what_is_live_leads_elsewhere(tmp_path: Path) -> None:
    rng, n = np.random.default_rng(4), 300
    y, path = rng.integers(0, 2, n), tmp_path / "wide.csv"
    took = {f"latency_{mark}_ms": np.round(rng.lognormal(5 + k, 0.2, n), 1) for k, mark in enumerate("xy")}
    scores = {
        name: np.round(np.clip(y + rng.normal(0, s, n), 0, 1), 3) for name, s in (("wide_score", 0.9), ("score", 0.1))
    }
    pl.DataFrame({"id": [f"r{k}" for k in range(n)], **scores, "label": y, **took}).write_csv(path)
    sides = ("--live-score", "wide_score", "--candidate-score", "score", "--latency", "latency_x_ms")
    found, said = asked(path, *sides, "--candidate-took", "latency=latency_y_ms")
    medians = {each["what"]: each for each in found["operations"]}["p50"]
    assert (medians["live"], medians["candidate"]) == pytest.approx(
        [np.median(each) for each in took.values()], rel=0.01
    )
    assert "it is slower" in said.split(".")[0]
    for wrong in ("speed=latency_y_ms", "latency"):
        assert "Expected what is taken and its column" in refused(path, *sides, "--candidate-took", wrong)
    out = tmp_path / "pack.md"
    made = [
        "report",
        str(path),
        *sides,
        "--candidate-took",
        "latency=latency_y_ms",
        "--section",
        "compare",
        "--out",
        str(out),
    ]
    assert CliRunner().invoke(app, made).exit_code == 0
    page, share = out.read_text(), 100 * ((scores["wide_score"] >= 0.5) != y).mean()
    assert f"\n{share:.1f} % of judged rows are wrong" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "Put the candidate in the place of what is live, once it is agreed that it is slower (p95 is " in page


def test_words_of_both_orders_that_cannot_be_of_places_leave_no_verdict(tmp_path: Path) -> None:
    """A and B are the answers in both columns: read as places, the one order would contradict the other."""
    rng, path = np.random.default_rng(12), tmp_path / "judged.csv"
    liked = rng.normal(0.5, 1, 300)
    one, two = (np.where(liked + rng.normal(0, 0.5, 300) > 0, "B", "A") for _ in "ab")
    pl.DataFrame({"q": range(300), "winner": one, "winner_swapped": two}).write_csv(path)
    found, said = asked(path, "--preference", "winner")
    as_answers = ((one == "B").mean() + (two == "B").mean()) / 2
    assert found["verdict"] == "unknown" and found["win_rate_as_answers"] == pytest.approx(as_answers)
    assert said.startswith("Which answer is better cannot be told: the candidate wins ")
    pl.DataFrame({"q": range(300), "winner": one, "winner_swapped": np.where(two == "B", "A", "B")}).write_csv(path)
    found, said = asked(path, "--preference", "winner")
    assert found["verdict"] == "better" and found["win_rate"] == pytest.approx(as_answers)


def test_all_judgements_of_two_candidates_count_and_need_no_label(tmp_path: Path) -> None:
    rng, path = np.random.default_rng(13), tmp_path / "judged.csv"
    rows = [(f"gen{m}", f"q{q // 2}", q % 2, rng.choice(["base", "model", "tie"])) for m in range(2) for q in range(80)]
    pl.DataFrame(rows, schema=["generator", "question_id", "sample", "winner"], orient="row").write_csv(path)
    words = ("--preference", "winner", "--live-wins", "base", "--candidate-wins", "model")
    found, said = asked(path, *words, "--live", "generator=gen0", "--candidate", "generator=gen1")
    frame = pl.read_csv(path).with_columns(x=pl.col("winner").replace_strict({"base": 0.0, "model": 1.0, "tie": 0.5}))
    means = dict(frame.group_by("generator").agg(pl.col("x").mean()).iter_rows())
    assert found["difference"] == pytest.approx(means["gen1"] - means["gen0"]) and found["n"] == 80
    assert "paired in their order; the intervals take question_id as the unit" in said, "the last of two alone counted"


def test_the_brief_and_the_pack_go_by_people_where_a_judge_likes_the_candidate(tmp_path: Path) -> None:
    """Of answers that people find alike the judge passes more of the candidate's: nothing is to be replaced for that."""
    right = [int(k % 10 < 6) for k in range(400)]
    judge = [max(now, int(k % 4 == 3)) for k, now in enumerate(right)]
    people = [now if k < 200 else None for k, now in enumerate(right)]
    rows = {"id": range(400), "v3_judge": right, "v4_judge": judge, "v3_human": people, "v4_human": people}
    path = tmp_path / "log.csv"
    pl.DataFrame(rows).write_csv(path)
    sides = ("--live-grade", "v3_judge", "--candidate-grade", "v4_judge")
    found = CliRunner().invoke(app, ["brief", str(path), *sides, "--format", "json"])
    first = json.loads(found.stdout)["findings"][0]
    assert first["sentence"] == "No worse by people and judge together: the pass rate differs by 0.0 points."
    assert "By the judge alone: better: " in first["certainty"]
    packed = CliRunner().invoke(app, ["report", str(path), *sides, "--out", str(tmp_path / "pack.md")])
    assert packed.exit_code == 0, packed.stderr
    said = (tmp_path / "pack.md").read_text("utf-8")
    assert "Replace what is live only if the candidate is wanted for another reason" in said
    assert "Put the candidate in the place of what is live" not in said
