"""The Report page: outline, comments, formats, a pack that is taken along and one that is opened."""

from __future__ import annotations

import json
from pathlib import Path

from analytics.answers.report.view import View
from analytics.answers.thresholds.promise import Promise
from analytics.log.kept.report import PastPack, forget_pack, keep_pack, past_packs
from analytics.log.workspace import Workspace
from analytics.present.report.formats.registry import PACK_FORMATS
from pages._frame.measuring import measuring_script
from tests.pages.test_pages import ODD, home, opened, the_log, workspace_of_the_test

__all__ = ["home", "workspace_of_the_test"]


def test_the_outline_makes_the_paper_and_a_saved_report_brings_it_back() -> None:
    app = opened("report")
    assert not app.exception and not app.error
    html = app.get("iframe")[0].proto.srcdoc
    assert "What a score means" in html and measuring_script().startswith("sha256-") and measuring_script() in html
    assert [app.get("download_button")[place].proto.label.split(" ·")[0] for place in range(len(PACK_FORMATS))] == [
        kind.label for kind in PACK_FORMATS.values()
    ]
    app.checkbox(key="section_calibration").uncheck().run()
    app.text_area(key="comment_first").input("<b>Read</b> this").run()
    app.button(key="up_thresholds").click().run()
    html = app.get("iframe")[0].proto.srcdoc
    assert "What a score means" not in html and "&lt;b&gt;Read&lt;/b&gt; this" in html
    outline = list(app.session_state["outline"])
    assert outline.index("thresholds") < outline.index("review") and "calibration" not in outline
    app.text_input(key="report_name").input("weekly").run()
    app.button(key="save_report").click().run()
    saved = Workspace().saved_reports()
    assert (
        list(saved) == ["weekly"]
        and json.loads(saved["weekly"])["values"]
        and '"Read' not in saved["weekly"]
        and "<b>Read</b> this" in saved["weekly"]
    )
    other = opened("report")
    other.button(key="open_report_0").click().run()
    assert not other.exception and list(other.session_state["outline"]) == outline
    assert "&lt;b&gt;Read&lt;/b&gt; this" in other.get("iframe")[0].proto.srcdoc
    Workspace().save_report("weekly", None)


def test_packs_that_were_taken_along_are_listed_with_what_was_decided(home: Path) -> None:
    workspace = Workspace()
    pack = PastPack("2026-01-02T08:00", "<i>x</i>.csv", "31 % are wrong.", ("a",), ("Move *it*",), {"metric": "recall"})
    for _ in "ab":
        keep_pack(workspace, pack)
    assert past_packs(workspace) == (pack,)
    app = opened("report")
    assert not app.exception
    said = " ".join(element.value for element in app.markdown)
    assert "Move \\*it\\*" in said and " <i>" not in said
    assert "was about another metric" in app.get("iframe")[0].proto.srcdoc
    forget_pack(workspace, pack)
    assert past_packs(workspace) == ()
    (workspace.home / "packs.json").write_text('{"packs": [{"findings": 3}, 7]}')
    assert [each.findings for each in past_packs(workspace)] == [()]
    (workspace.home / "packs.json").unlink()


def test_a_saved_report_says_what_this_log_cannot_answer_and_the_rest_is_asked(home: Path) -> None:
    workspace = Workspace()
    view = View(
        by=(("gone",), (ODD,)), cohort="version:in:v1;gone:ge:3", threshold=0.4, metric="recall", outline=("slices",)
    )
    workspace.save_report("last week", json.dumps(view.to_dict()))
    app = opened("report")
    app.button(key="open_report_0").click().run()
    assert not app.exception and not app.error
    said = [each.value.replace("\\", "") for each in app.warning]
    assert said[0].startswith("The filter “gone is at least 3” cannot be asked, since the column 'gone' is gone")
    assert said[1] == "Slices by 'gone' are left out: the column 'gone' is gone."
    assert "The filter “gone is at least 3” cannot be asked" in app.get("iframe")[0].proto.srcdoc
    assert app.session_state["sections"] == [ODD] and app.session_state["threshold"] == 0.4
    assert app.session_state["where"] == "version:in:v1" and app.session_state["outline"] == ["slices"]
    kept = {"by": [["airline"]], "columns": [*the_log(home).reading.names, "airline"], "values": {}}
    workspace.save_report("last week", json.dumps(kept))
    app = opened("report")
    app.button(key="open_report_0").click().run()
    assert not app.exception and app.session_state["sections"]
    said = [each.value.replace("\\", "") for each in app.warning]
    assert said[0] == "Columns gone since the last pack: 'airline'."
    assert said[-1] == "In their place stand the columns that separate the errors most."
    workspace.save_report("last week", None)


def test_past_packs_say_whether_what_was_decided_held(home: Path) -> None:
    workspace = Workspace()
    numbers = (("recall", 0.99, 0.98, 0.995), ("precision", 0.5, 0.1, 0.9))
    promise = Promise("threshold", 0.5, "", "", numbers, 900, "another", "2023-12-31")
    decided = [["2023-12-31", "Move *it*", "e", promise.to_dict()], ["2023-12-31", "Wait", "e", {}]]
    findings = [["slices: gone is x", "Where gone is x it fails.", "", "model", ["gone"]]]
    told = {"decided": decided, "findings": findings}
    pack = PastPack("2024-01-01T08:00", "last.csv", "It fails.", (), ("Move *it*",), {"metric": "recall"}, told)
    keep_pack(workspace, pack)
    app = opened("report")
    said = " ".join(element.value for element in app.markdown)
    assert not app.exception and "Move \\*it\\*” did not hold at 0\\.50" in said and "99\\.0" in said
    assert "its numbers were not kept with it" in said
    html = app.get("iframe")[0].proto.srcdoc
    assert "Since the last pack" in html and "“Move *it*” did not hold at 0.50: recall is" in html
    assert "Not looked for, since the column &#39;gone&#39; is gone: Where gone is x it fails." in html
    forget_pack(workspace, *past_packs(workspace))
