"""The pack from the command line: formats by ending, and the same asked again of another export."""

from __future__ import annotations

import io
import json
from pathlib import Path
from zipfile import ZipFile

import polars as pl
from typer.testing import CliRunner, Result

from analytics.__main__ import app
from analytics.log.kept.gates import choose_gates
from analytics.log.workspace import Workspace
from tests.answers.compare.test_answer import joined, scored

N = 600
QUICK = ("--section", "overview", "--section", "slices", "--section", "thresholds")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def frame(shift: int = 0) -> pl.DataFrame:
    rows = range(N)
    return pl.DataFrame(
        {
            "id": [f"{shift}-{i}" for i in rows],
            "score": [(i * 37 % 100) / 100 for i in rows],
            "label": [int((i * 37 % 100 > 55) != (i % 7 == 0)) for i in rows],
            "region": [("north", "south", None)[i % 3] for i in rows],
            "plan": [("a", "b")[i % 2] for i in rows],
            "at": [f"2024-0{1 + shift}-{1 + i % 28:02d} 10:00:00" for i in rows],
        }
    )


def test_a_pack_is_written_by_its_ending_and_asked_again_of_the_next_export(tmp_path: Path) -> None:
    first, second = tmp_path / "may.csv", tmp_path / "june.csv"
    frame().write_csv(first)
    frame(1).drop("plan").with_columns(new=pl.lit("x")).select("at", "new", "region", "label", "score", "id").write_csv(
        second
    )
    pack = tmp_path / "may.zip"
    asked = ("--by", "plan", "--by", "region", "--cost-fn", "5", "--where", "region=north", "--metric", "recall")
    made = ("--made", "2024-03-01T08:00")
    assert run("report", first, "--out", pack, *asked, *made, *QUICK).exit_code == 0
    again = tmp_path / "may again.zip"
    assert run("report", first, "--out", again, "--from", pack, *made).exit_code == 0
    views = [_manifest(file)["view"] for file in (pack, again)]
    assert views[0] == views[1]
    assert (
        views[0]["outline"] == ["overview", "slices", "thresholds"]
        and json.loads(views[0]["policy"])["costs"]["fn"] == 5
    )
    message = tmp_path / "june.md"
    result = run("report", second, "--out", message, "--from", pack)
    assert result.exit_code == 0
    for said in (
        "another log than that of the last pack",
        "gone since the last pack: 'plan'",
        "new since the last pack: 'new'",
    ):
        assert said in result.stderr and said in message.read_text("utf-8").replace("\\", "")
    assert "Slices by 'plan' are left out: the column 'plan' is gone." in result.stderr
    assert "**What differs from the last pack, and what this log cannot answer**" in message.read_text("utf-8")
    assert "from the last pack (may.csv)" in message.read_text("utf-8")


def _manifest(file: Path) -> dict[str, dict[str, object]]:
    from analytics.present.report.manifest import manifest_from

    return manifest_from(file.read_bytes())


def test_an_ending_that_is_no_format_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    missing = tmp_path / "no log.csv"
    for out, more, said in (
        ("x.docx", (), "ends in .html, .pdf, .xlsx, .pptx, .zip, .md"),
        ("x", ("--kind", "odt"), "Expected one of html, pdf"),
        ("x.pdf", ("--kind", "md"), "--kind md and the end .pdf"),
        ("x.md", ("--made", "soon"), "Expected a time such as"),
        ("none/x.md", (), "no such folder"),
    ):
        result = run("report", missing, "--out", tmp_path / out, *more)
        assert result.exit_code == 2 and said in result.stderr, result.stderr


def test_a_file_that_is_no_pack_and_a_section_that_is_none_are_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    frame().write_csv(log)
    for more, said in (
        (("--from", log), "found no manifest in log.csv"),
        (("--from", tmp_path / "gone.pdf"), "could not read"),
        (("--section", "nothing"), "Expected a section among overview"),
    ):
        result = run("report", log, "--out", tmp_path / "x", "--kind", "md", *more)
        assert result.exit_code == 2 and said in result.stderr, result.stderr


def test_gates_that_are_kept_stand_in_the_report_and_on_its_first_page(tmp_path: Path) -> None:
    path, out = tmp_path / "may.csv", tmp_path / "pack.md"
    frame().write_csv(path)
    log_id = json.loads(run("ingest", path, "--format", "json").stdout)["log_id"]
    text = 'name = "weekly"\n\n[[gate]]\nname = "Errors | stay low"\nmetric = "error_rate"\nmax = 0.01\n'
    choose_gates(Workspace(), Workspace().find(log_id), text)
    assert run("report", path, "--out", out, "--section", "overview", "--section", "gates").exit_code == 0
    assert "May it go on" in out.read_text() and "Stop: Errors" in out.read_text()


SIDED = ("--live", "model=old", "--candidate", "model=new", "--on", "id", "--threshold", "0.4", "--label", "y")


def test_the_verdict_on_a_candidate_stands_on_the_first_page_and_in_a_section(tmp_path: Path) -> None:
    log, pack, again = (tmp_path / name for name in ("both.csv", "pack.zip", "again.html"))
    lift = pl.when(pl.col("model") == "new").then(0.2 * pl.col("y") - 0.1).otherwise(0.0)
    frame_of_two = scored(400).drop("unit", "w").with_columns(pl.col("score") + lift)
    frame_of_two.write_csv(log)
    asked = ("--section", "overview", "--section", "compare", "--by", "region")
    assert run("report", log, "--out", pack, *SIDED, *asked).exit_code == 0
    first = _member(pack, "first-page.md").replace("\\", "")
    y, a, b = joined(frame_of_two)
    change = 100 * (((b >= 0.4) != y).mean() - ((a >= 0.4) != y).mean())
    lead = f"Better: with the candidate the error rate falls by {-change:.1f} points, on 400 pairs."
    assert f"1. {lead}" in first and "To do: Put the candidate in the place of what is live" in first
    told = pl.read_csv(_member(pack, "comparison.csv").encode()).filter(metric="error_rate")
    assert abs(told["difference"][0] - change / 100) < 1e-9 and told["low"][0] < change / 100 < told["high"][0]
    changes = pl.read_csv(_member(pack, "comparison-changes.csv").encode())
    right_a, right_b = (a >= 0.4) == y, (b >= 0.4) == y
    assert changes["newly_right"].sum() == (right_b & ~right_a).sum()
    assert changes["newly_wrong"].sum() == (right_a & ~right_b).sum()
    assert run("report", log, "--out", again, "--from", pack).exit_code == 0
    assert _manifest(again)["view"]["compared"] == _manifest(pack)["view"]["compared"] != []
    assert again.read_text().count(lead) >= 2
    found = run("brief", log, *SIDED, "--format", "json")
    assert json.loads(found.stdout)["findings"][0]["sentence"] == lead
    assert "pair_apart=model&pair_live=old&pair_candidate=new" in json.loads(found.stdout)["findings"][0]["link"]


def test_a_candidate_that_no_row_meets_is_left_out_and_one_that_nobody_named_is_not_missed(tmp_path: Path) -> None:
    log, other, out = (tmp_path / name for name in ("may.csv", "other.csv", "pack.md"))
    frame().write_csv(log)
    frame(1).write_csv(other)
    result = run("report", log, other, "--out", out, "--section", "overview", "--section", "compare", "--by", "plan")
    assert result.exit_code == 0 and "candidate go live is left out: Expected rows" in result.stderr
    assert run("report", log, "--out", out, "--section", "compare", "--by", "plan").exit_code == 0
    assert "candidate" not in out.read_text()
    assert run("report", log, other, "--out", out, "--margin", "0").exit_code == 2


def test_what_a_move_does_and_the_numbers_of_calibration_are_numbers_in_the_files(tmp_path: Path) -> None:
    file, pack = tmp_path / "may.csv", tmp_path / "may.zip"
    frame().write_csv(file)
    asked = ("--cost-fn", "5", "--section", "thresholds", "--section", "calibration")
    assert run("report", file, "--out", pack, *asked).exit_code == 0
    for end, names in (("move.csv", ("rows_now", "cost_change")), ("calibration.csv", ("value", "chance_high"))):
        table = pl.read_csv(io.StringIO(_member(pack, end)))
        assert all(table[name].dtype.is_numeric() and table[name].is_not_null().any() for name in names)


def _member(pack: Path, end: str) -> str:
    with ZipFile(pack) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(end))).decode()
