"""Two answers to each row, told by the names of their columns and by nothing else."""

from __future__ import annotations

import pytest

from analytics.log.column import Column
from analytics.log.schema import Reading
from analytics.log.two_answers import two_answers_hint

CLASSES = (("cat", 9), ("dog", 8), ("cow", 7))
NUMBER = {"type": "DOUBLE", "kind": "number", "n_distinct": 90, "low": "0", "high": "1"}
TWO = {"type": "BIGINT", "kind": "number", "n_distinct": 2, "top": (("1", 50), ("0", 40))}
WORDS = {"type": "VARCHAR", "kind": "text", "n_distinct": 3, "top": CLASSES}


def said(about: dict[str, object], *names: str, truth: dict[str, object] = TWO, label: str = "label") -> str:
    columns = [Column(place, name, **about) for place, name in enumerate(names)]  # type: ignore[arg-type]
    columns.append(Column(len(names), label, **truth))  # type: ignore[arg-type]
    return two_answers_hint(Reading("", "", "csv", 90, 90, tuple(columns)))


@pytest.mark.parametrize(
    ("live", "candidate"),
    [
        ("prob_old", "prob_new"),
        ("champion_score", "challenger_score"),
        ("a_score", "b_score"),
        ("score_v9", "score_v10"),
        ("wert_alt", "wert_neu"),
        ("punktzahl_bisher", "punktzahl_kandidat"),
        ("score", "shadow_score"),
        ("p_baseline", "p_treatment"),
        ("CurrentModelScore", "NewModelScore"),
    ],
)
def test_scores_are_named_in_either_order(live: str, candidate: str) -> None:
    ask = f" --live-score {live} --candidate-score {candidate}."
    assert said(NUMBER, live, candidate).endswith(ask)
    assert said(NUMBER, candidate, live).endswith(ask)


def test_other_kinds_have_their_own_options() -> None:
    assert said(TWO, "b_pred", "a_pred").endswith(" --live-decision a_pred --candidate-decision b_pred.")
    found = said(WORDS, "pred_old", "pred_new", truth=WORDS, label="true_class")
    assert found.endswith("--live-right 'pred_old = true_class' --candidate-right 'pred_new = true_class'.")
    found = said(NUMBER, "forecast_new", "forecast_old", truth=NUMBER, label="actual")
    assert "--live-right 'forecast_old = actual'" in found and found.endswith(" --within 10%.")
    assert said(NUMBER, "xgb_prob", "lgbm_prob").endswith(" --live-score xgb_prob --candidate-score lgbm_prob.")
    both = said(NUMBER, "amount_old", "amount_new", "old_score", "new_score")
    assert both.endswith(" --live-score old_score --candidate-score new_score.")


def test_what_is_no_pair_of_answers_is_not_named() -> None:
    assert not said(NUMBER, "old_latency_ms", "new_latency_ms")
    assert not said(NUMBER, "score", "amount")
    assert not said(TWO, "old_customer", "new_customer")
    assert not said(NUMBER, "alt", "neu")
