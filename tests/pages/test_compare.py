"""The Compare page: the verdict first, two parts of one log, and two answers in one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Caption, Markdown

from analytics.log.right import Right
from analytics.log.workspace import Workspace
from analytics.review.store import ReviewStore
from pages._frame.registry import PAGES
from tests.answers.compare.test_answer import scored
from tests.answers.compare.test_slices import answered
from tests.ingested import Desk, home_with

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    frame = scored(400).rename({"y": "label"}).drop("unit", "w").with_columns(second_score=pl.col("score").reverse())
    frame = frame.with_columns(
        latency_ms=pl.int_range(pl.len()) % 90 + 100.5, spent=pl.int_range(pl.len()) % 70 + 200.5
    )
    return home_with(frame, folder)


@pytest.fixture(autouse=True)
def workspace_of_the_test(home: Path, serve: Callable[[Path], None]) -> None:
    serve(home)


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    app.switch_page(PAGES["compare"].path)
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def said(elements: Iterable[Markdown | Caption]) -> list[str]:
    return [element.value.replace("\\", "") for element in elements]


def test_the_first_line_is_the_verdict_on_the_pairs() -> None:
    app = opened(pair_apart="model", pair_live="old", pair_candidate="new")
    assert said(app.main.markdown)[0].startswith("Better: with the candidate the error rate falls by ")
    assert any("400 pairs" in text for text in said(app.main.caption))
    turned = opened(pair_apart="model", pair_live="new", pair_candidate="old")
    assert said(turned.main.markdown)[0].startswith("Worse: with the candidate the error rate rises by ")


def test_the_first_line_says_for_whom_the_candidate_is_worse(tmp_path: Path, serve: Callable[[Path], None]) -> None:
    frame = answered().drop("judged", "weight_kg", "latency_ms", "refused", "said").rename({"grade": "label"})
    named = frame.with_columns(score=pl.col("label") * 0.8 + 0.1, label=pl.lit(1)).rename({"question": "id"})
    label = pl.when(pl.col("id").str.slice(1).cast(pl.Int64) % 2 == 1).then(1).otherwise(0)
    turned = named.with_columns(label=label, score=pl.when(label == 1).then("score").otherwise(1 - pl.col("score")))
    serve(home_with(turned, tmp_path))
    app = opened(pair_apart="model", pair_live="old", pair_candidate="new")
    assert said(app.main.markdown)[0].startswith("Better on the whole, but worse where topic is law (+")


def test_sides_are_saved_by_name_and_taken_again(home: Path) -> None:
    app = opened(pair_apart="model", pair_live="new", pair_candidate="old")
    app.text_input(key="pair_name").set_value("Back *again*").run()
    app.button(key="save_pair").click().run()
    app.selectbox(key="pair_apart").set_value("another column of this log").run()
    app.button(key="pair_0").click().run()
    assert not app.exception and not app.error
    assert [app.selectbox(key=f"pair_{key}").value for key in ("live", "candidate")] == ["new", "old"]
    app.button(key="forget_pair_0").click().run()
    assert not Workspace(home).saved_pairs()


def test_two_answers_in_one_row_are_compared_row_by_row() -> None:
    app = opened(pair_apart="another column of this log", pair_column="second_score")
    assert any(text.startswith("Both answers stand in one row: ") for text in said(app.main.caption))
    assert not any("p95" in text for text in said(app.main.caption)), "no name tells what the candidate took"
    app.selectbox(key="pair_took_latency").set_value("spent").run()
    assert not app.exception and any("p95" in text for text in said(app.main.caption))
    app.button(key="report_compared").click().run()
    kept = app.session_state["_pair_compared"]
    assert kept["pair_on"] == ("latency=spent",) and kept["pair_column"] == "second_score"


def test_a_comparison_that_was_added_stands_in_the_report_and_in_its_link() -> None:
    app = opened(pair_apart="model", pair_live="old", pair_candidate="new")
    lead = said(app.main.markdown)[0].partition("\n")[0]
    app.button(key="report_compared").click().run()
    app.switch_page(PAGES["report"].path).run()
    assert not app.exception and not app.error
    html = app.get("iframe")[0].proto.srcdoc
    assert html.count(lead) >= 2 and "Who changed" in html
    link = app.query_params["compared"]
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    other.query_params["compared"] = link
    other.switch_page(PAGES["report"].path).run()
    assert not other.exception and lead in other.get("iframe")[0].proto.srcdoc
    other.button(key="drop_compared").click().run()
    assert lead not in other.get("iframe")[0].proto.srcdoc and "compared" not in other.query_params


def test_flipped_rows_open_in_review_with_both_answers_and_a_verdict_counts_for_both(home: Path) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["flipped_of"] = ["model", "old", "new", "", "", "", ""]
    app.query_params["errors"] = "newly wrong"
    app.query_params["reviewer"] = "Ada"
    app.switch_page(PAGES["review"].path).run()
    assert not app.exception and not app.error
    texts = said(app.main.markdown)
    assert any("rows newly wrong: live (model is old) is right" in text for text in texts)
    assert any(text.startswith("Candidate: ") and "False" in text for text in texts)
    app.button(key="reason_1").click().run()
    app.button(key="review_save").click().run()
    assert not app.exception and any("For both answers." in text for text in said(app.main.markdown))
    found = ReviewStore(home).verdicts(Workspace(home).receipts()[0].reading.content_hash)
    assert len(found) == 2 and len({each.row_id for each in found}) == 2 and len({each.reason for each in found}) == 1
    assert {each.error_kind for each in found} & {"fp", "fn"} and {each.error_kind for each in found} & {"tp", "tn"}


def test_further_deciders_are_chosen_by_their_column() -> None:
    app = opened(pair_apart="model", pair_live="old", pair_candidate="new")
    app.multiselect(key="pair_also").set_value(["second_score"]).run()
    assert not app.exception and not app.error
    assert any(text.startswith("Of 3 deciders ") and "second_score" in text for text in said(app.main.markdown))


def test_a_candidate_is_read_as_a_replay() -> None:
    app = opened(pair_apart="model", pair_live="old", pair_candidate="new")
    app.toggle(key="pair_replay").set_value(True).run()
    assert not app.exception and not app.error
    assert any(text.startswith("The replay gives the same score on ") for text in said(app.main.markdown))
    assert any(
        frame.value.columns[0] == "Field" and "second_score" in set(frame.value["Field"]) for frame in app.dataframe
    )


def test_a_log_without_versions_opens_on_its_second_answer(tmp_path: Path, serve: Callable[[Path], None]) -> None:
    frame = scored(200).rename({"y": "label"}).drop("unit", "w", "model")
    serve(home_with(frame.with_columns(second_score=pl.col("score").reverse()), tmp_path))
    app = opened()
    assert (app.selectbox(key="pair_apart").value, app.selectbox(key="pair_column").value) == (
        "another column of this log",
        "second_score",
    )


def test_two_answers_of_a_row_are_each_held_to_a_label_of_their_own(
    tmp_path: Path, serve: Callable[[Path], None]
) -> None:
    live = [k % 2 for k in range(200)]
    said_of = {"v3_judge": live, "v4_judge": live[::-1], "v3_human": live, "v4_human": live[::-1]}
    desk = Desk(Workspace(tmp_path / "workspace"), tmp_path)
    desk.log(pl.DataFrame(said_of), score=None, decision="v3_judge", label="v3_human", segments=())
    serve(desk.workspace.home)
    app = opened()
    assert app.selectbox(key="pair_column").value == "v4_judge" and not app.warning
    assert not said(app.main.markdown)[0].startswith(
        "Worse"
    )  # of the label of the live answer it is always the opposite
    assert any("live to v3_human, the candidate to v4_human" in text for text in said(app.main.markdown))


def test_grades_of_a_judge_are_corrected_by_those_of_people_in_the_first_sentence(
    tmp_path: Path, serve: Callable[[Path], None]
) -> None:
    # The judge likes the candidate's style: 30 points better by it alone, while people find both alike.
    right = [int(k % 10 < 6) for k in range(400)]
    judged = [max(now, int(k % 4 == 3)) for k, now in enumerate(right)]
    asked = [k < 200 for k in range(400)]
    people = [now if known else None for now, known in zip(right, asked, strict=True)]
    rows = pl.DataFrame({"v3_judge": right, "v4_judge": judged, "v3_human": people, "v4_human": people})
    desk = Desk(Workspace(tmp_path / "workspace"), tmp_path)
    desk.log(rows, score=None, label=None, right=Right("grades", "v3_judge", mark=1.0))
    serve(desk.workspace.home)
    first, second = said(opened(pair_column="v4_judge").main.markdown)[:2]
    assert first.startswith("No worse by people and judge together: the pass rate differs by 0.0 points. ")
    assert second.startswith("By the judge alone: better: ")


def test_a_log_of_repeated_questions_opens_on_what_they_are_answered(
    tmp_path: Path, serve: Callable[[Path], None]
) -> None:
    rows = [{"task_id": k, "trial": t, "reward": float((k + t) % 4 == 0)} for k in range(40) for t in range(4)]
    desk = Desk(Workspace(tmp_path / "workspace"), tmp_path)
    desk.log(pl.DataFrame(rows), score=None, decision=None, label=None, right=Right("grades", "reward", mark=1.0))
    serve(desk.workspace.home)
    app = opened()
    assert app.segmented_control(key="pair_view").value == "The same input again"
    assert said(app.main.markdown)[0].startswith("Of 100 answers 50 would be others if the same were asked again")
    app.segmented_control(key="pair_view").set_value("Candidate against live").run()
    assert not app.exception and app.selectbox(key="pair_apart").value


def test_a_log_of_preferences_opens_on_who_wins(tmp_path: Path, serve: Callable[[Path], None]) -> None:
    rows = [
        {"question": f"q{k}", "generator": g, "preference": 1 + float(k % 10 < w)}
        for g, w in (("a", 7), ("b", 2))
        for k in range(100)
    ]
    desk = Desk(Workspace(tmp_path / "workspace"), tmp_path)
    desk.log(pl.DataFrame(rows), score=None, label=None, right=Right("grades", "preference", mark=1.5))
    serve(desk.workspace.home)
    app = opened()
    assert app.segmented_control(key="pair_view").value == "Which answer was preferred"
    assert said(app.main.markdown)[0].startswith("a wins most often of the 2 in generator: 70.0")
    assert list(app.dataframe[0].value["Of"]) == ["All rows", "a", "b"]
    app.selectbox(key="pair_live").set_value("a").run()
    app.selectbox(key="pair_candidate").set_value("b").run()
    assert not app.exception
    told = [text for text in said(app.main.markdown) if "b wins 20.0" in text]
    assert told and told[0].startswith("Worse: ") and "the standard error" in "".join(said(app.main.markdown))
    assert list(app.dataframe[1].value["Pairs"]) == ["100"]


def test_a_log_of_one_answer_to_each_input_is_asked_what_to_compare(
    tmp_path: Path, serve: Callable[[Path], None]
) -> None:
    frame = scored(200).rename({"y": "label"}).filter(pl.col("model") == "old").drop("unit", "w", "model")
    frame = frame.with_columns(ink=pl.Series(["thin", "thick"] * frame.height).head(frame.height))
    serve(home_with(frame, tmp_path))
    app = opened()
    assert app.selectbox(key="pair_apart").value is None
    assert any("Every id stands on one row" in box.value for box in app.info)


def test_judgements_without_a_label_are_compared_in_both_orders(tmp_path: Path, serve: Callable[[Path], None]) -> None:
    """The page asked which column says what turned out to be true."""
    games = {"g1_winner": ["model_1", "tie", "model_2", "model_2"] * 20, "g2_winner": ["model_2", "tie"] * 40}
    frame = pl.DataFrame({"question_id": range(80), "model_1": ["ada"] * 80, "model_2": ["bo"] * 80, **games})
    desk = Desk(Workspace(tmp_path / "workspace"), tmp_path)
    desk.log(frame, score=None, label=None, decision="g1_winner")
    serve(desk.workspace.home)
    app = opened()
    told = " ".join(said(app.main.markdown))
    assert not app.exception and told.startswith("Better: bo wins 68.8")
    assert "the order changed 50.0" in told
