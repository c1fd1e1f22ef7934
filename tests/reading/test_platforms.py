"""Exports in the shapes that platforms and people write, against counts that scikit-learn and NumPy gave."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analytics.measure.curves import auroc
from tests.ingested import Desk

CASES = Path(__file__).parents[3] / "shared/cases/platforms"

RIGHT = (
    "02_prediction_taken_for_the_label/predicted_label_before_true_label",
    "03_confidence_of_the_predicted_class/hf_pipeline",
    "03_confidence_of_the_predicted_class/pycaret",
    "04_nested_payloads/azure_many_rows_per_line",
    "04_nested_payloads/bqml_probs",
    "04_nested_payloads/inspect_eval_log",
    "04_nested_payloads/kserve_request_response",
    "04_nested_payloads/sagemaker_merged",
    "04_nested_payloads/struct_columns",
    "04_nested_payloads/vertex_batch",
    "05_score_as_list/list_of_one",
    "05_score_as_list/list_text",
    "05_score_as_list/parquet_list",
    "06_one_column_per_class/h2o_p0_p1",
    "06_one_column_per_class/named_like_the_classes",
    "06_one_column_per_class/prob_0_prob_1",
    "06_one_column_per_class/sas_P_I",
    "06_one_column_per_class/three_classes",
    "07_one_odd_score/minus_one_means_no_answer",
    "07_one_odd_score/one_ulp_above_one",
    "08_label_in_two_spellings/case_and_blanks",
    "08_label_in_two_spellings/true_and_one",
    "09_null_words_in_the_label/backslash_N",
    "09_null_words_in_the_label/undefined",
    "14_negated_words_as_positive/ja_nein",
    "14_negated_words_as_positive/no_disease",
    "14_negated_words_as_positive/not_converted",
    "14_negated_words_as_positive/ok_nok",
)
"""Folders whose log is judged right with nothing given."""

needs_cases = pytest.mark.skipif(not CASES.exists(), reason=f"the cases are not at {CASES}")


def answers(folder: Path) -> dict[str, float]:
    """Return the right counts that a folder's ``answer.txt`` gives, by name."""
    text = (folder / "answer.txt").read_text(encoding="utf-8")
    names = "judged|tp|fp|fn|tn|auroc"
    return {name: float(value) for name, value in re.findall(rf"^  ({names}): ([\d.]+)$", text, re.MULTILINE)}


def judged(desk: Desk, folder: Path) -> dict[str, float]:
    """Return the counts of a folder's log at its first threshold, with the roles as guessed."""
    (source,) = (path for path in folder.iterdir() if path.name not in ("answer.txt", "labels.csv"))
    labels = folder / "labels.csv"
    log = desk.build(desk.stage(source, labels=labels, id_column="id")) if labels.exists() else desk.log(source)
    rows = desk.stored(log).drop_nulls(["score", "label"])
    flagged = rows["score"] >= log.mapping.threshold
    positive = rows["label"] == 1
    scores = sorted(set(rows["score"]))
    area = auroc(
        [(positive & (rows["score"] == score)).sum() for score in scores],
        [(~positive & (rows["score"] == score)).sum() for score in scores],
    )
    return {
        "judged": len(rows),
        "tp": (flagged & positive).sum(),
        "fp": (flagged & ~positive).sum(),
        "fn": (~flagged & positive).sum(),
        "tn": (~flagged & ~positive).sum(),
        "auroc": float(area.value),
    }


@needs_cases
@pytest.mark.parametrize("folder", RIGHT)
def test_an_export_is_judged_right(desk: Desk, folder: str) -> None:
    wanted = answers(CASES / folder)
    assert "tp" in wanted
    assert judged(desk, CASES / folder) == pytest.approx(wanted, abs=1e-12)
