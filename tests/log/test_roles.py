"""The first guess at every column's role, on real logs and on odd names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.log import roles
from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from tests.ingested import Desk


def guessed(desk: Desk, source: Path | pl.DataFrame | str) -> Mapping:
    return desk.stage(source).mapping


def test_compas(desk: Desk, data: Path) -> None:
    upload = desk.stage(data / "compas/compas-scores-two-years_noPII.csv")
    mapping = upload.mapping
    assert (mapping.score, mapping.label, mapping.row_id) == ("decile_score", "two_year_recid", "id")
    assert (mapping.positive, mapping.negative, mapping.threshold) == (("1",), ("0",), 5.0)
    assert {"race", "sex", "age_cat", "c_charge_degree"} <= set(mapping.segments)
    assert set(upload.reasons) == set(upload.reading.names)
    assert all(len(reason) > 5 for reason in upload.reasons.values())


def test_flights(desk: Desk, data: Path) -> None:
    frame = pl.read_parquet(data / "nycflights/inference_log.parquet").gather_every(100)
    mapping = guessed(desk, frame)
    assert (mapping.score, mapping.decision, mapping.label) == ("score", "decision", "label")
    assert (mapping.row_id, mapping.time, mapping.model_version) == ("flight_id", "scored_at", "model_version")
    assert (mapping.positive, mapping.negative, mapping.decision_positive) == (("1",), ("0",), ("1",))
    assert {"origin", "carrier", "dest", "manufacturer", "plane_year", "model_version", "role"} <= set(mapping.segments)
    assert 0.29 < mapping.threshold <= 0.31
    assert "label_available_at" not in mapping.segments


def test_aequitas(desk: Desk, data: Path) -> None:
    mapping = guessed(desk, data / "aequitas-small/adult_rf_binary.csv")
    assert (mapping.score, mapping.label, mapping.row_id) == ("score", "label_value", "entity_id")
    assert mapping.segments == ("education", "gender", "race")
    models = guessed(desk, data / "aequitas-small/nyc_sqf_for_aequitas_4models.csv")
    assert (models.model_version, models.positive) == ("model_id", ("1",))


def test_nannyml(desk: Desk, data: Path) -> None:
    folder = data / "nannyml"
    mapping = guessed(desk, folder / "synthetic_car_loan_reference.parquet")
    assert (mapping.score, mapping.decision, mapping.label, mapping.time) == (
        "y_pred_proba",
        "y_pred",
        "repaid",
        "timestamp",
    )
    assert mapping.row_id == "id"
    ma = guessed(desk, pl.read_parquet(folder / "employment_MA_reference.parquet").head(5_000))
    assert (ma.score, ma.decision, ma.label) == ("predicted_probability", "prediction", "employed")
    unlabelled = guessed(desk, folder / "synthetic_car_loan_analysis.parquet")
    assert (unlabelled.score, unlabelled.decision) == ("y_pred_proba", "y_pred")


def test_hpc_and_lending_club_are_read(desk: Desk, data: Path) -> None:
    assert guessed(desk, data / "hpc-cv/hpc_cv.csv").label == "obs"
    upload = desk.stage(data / "lending-club/lending_club_1000.csv")
    assert upload.mapping.label == "loan_status"
    assert upload.mapping.positive == ("Charged Off",)
    assert "Current" not in upload.mapping.negative
    assert upload.reading.column("id").kind == "number"
    assert upload.reading.rows_read == upload.reading.rows_kept + sum(part.rows for part in upload.reading.set_aside)


N = 60
SCORES = [place / N for place in range(N)]
LABELS = [place % 2 for place in range(N)]


@pytest.mark.parametrize(
    ("score", "label"),
    [
        ("score", "label"),
        ("Score", "Label"),
        ("SCORE", "LABEL"),
        ("y_pred_proba", "y_true"),
        ("Predicted Probability", "Ground Truth"),
        ("prob", "target"),
        ("model.score", "actual"),
        ("fraud_probability", "is_fraud"),
        ("p_hat", "y"),
        (" score ", "outcome"),
    ],
)
def test_names_of_the_field(desk: Desk, score: str, label: str) -> None:
    mapping = guessed(desk, pl.DataFrame({"x": ["a", "b"] * (N // 2), score: SCORES, label: LABELS}))
    assert (mapping.score, mapping.label, mapping.threshold) == (score, label, 0.5)


def test_an_event_is_a_label_beside_a_flag(desk: Desk) -> None:
    frame = pl.DataFrame({"flag": [1 - label for label in LABELS], "score": SCORES, "late_arrival": LABELS})
    mapping = guessed(desk, frame)
    assert (mapping.score, mapping.label) == ("score", "late_arrival")


@pytest.mark.parametrize(
    ("values", "positive", "negative"),
    [
        (["1", "0"], ("1",), ("0",)),
        (["-1", "1"], ("1",), ("-1",)),
        (["1", "0", "-1"], ("1",), ("0",)),
        (["good", "bad"], ("bad",), ("good",)),
        (["Fully Paid", "Charged Off", "Current", "In Grace Period"], ("Charged Off",), ("Fully Paid",)),
        (["yes", "no", "unknown"], ("yes",), ("no",)),
        (["Yes", "No", "?"], ("Yes",), ("No",)),
        (["approved", "denied"], ("approved",), ("denied",)),
        (["true", "false"], ("true",), ("false",)),
        ([">50K", "<=50K"], (">50K",), ("<=50K",)),
    ],
)
def test_values_of_a_label(desk: Desk, values: list[str], positive: tuple[str, ...], negative: tuple[str, ...]) -> None:
    labels = [values[place % len(values)] for place in range(N)]
    mapping = guessed(desk, desk.csv(["score", "label"], list(zip(SCORES, labels, strict=True))))
    assert (mapping.positive, mapping.negative) == (positive, negative)


@pytest.mark.parametrize(
    ("labels", "decisions", "positive"),
    [
        (["good", "bad"], ["bad", "good"], ("bad",)),
        ([1, 0], [True, False], ("true",)),
        (["M", "F"], ["F", "M"], ("M",)),
        ([1, 0], ["yes", "no"], ("yes",)),
    ],
)
def test_a_decision_shares_the_positive_value_of_the_label(
    desk: Desk, labels: list[object], decisions: list[object], positive: tuple[str, ...]
) -> None:
    frame = pl.DataFrame({"label": labels * (N // 2), "decision": decisions * (N // 2)})
    assert guessed(desk, frame).decision_positive == positive


def test_a_label_of_negatives_alone_is_positive_at_the_other_value(desk: Desk) -> None:
    mapping = guessed(desk, pl.DataFrame({"score": SCORES, "label": [0] * N}))
    assert (mapping.positive, mapping.negative) == (("1",), ("0",))


@pytest.mark.parametrize(
    ("scores", "threshold"),
    [
        ([place % 10 + 1 for place in range(N)], 5.0),
        ([place % 101 for place in range(N)], 29.0),
        ([3.5 + 93 * place / N for place in range(N)], 50.0),
        ([place / N for place in range(N)], 0.5),
        ([place / N - 2 for place in range(N)], (-2 + 59 / 60 - 2) / 2),
    ],
)
def test_the_first_threshold(desk: Desk, scores: list[float], threshold: float) -> None:
    assert guessed(desk, pl.DataFrame({"score": scores, "label": LABELS})).threshold == pytest.approx(threshold)


@pytest.mark.parametrize(
    ("columns", "threshold"),
    [
        ({"threshold": [0.3] * N}, 0.3),
        ({"decision_threshold_v2": [0.25] * N}, 0.25),
        ({"Schwellenwert": [0.7] * N}, 0.7),
        ({"threshold": [0.3] * (N - 1) + [0.4]}, 0.5),
        ({"threshold": [0.3] * (N - 1) + [None]}, 0.5),
        ({"threshold": [30] * N}, 0.5),
        ({"threshold": [0.3] * N, "cutoff": [0.6] * N}, 0.5),
        ({"limit": [0.3] * N}, 0.5),
    ],
)
def test_a_threshold_that_stands_on_every_row_is_the_first_one(
    desk: Desk, columns: dict[str, list[float | None]], threshold: float
) -> None:
    frame = pl.DataFrame({"score": [place / N for place in range(N)], "label": LABELS, **columns})
    assert guessed(desk, frame).threshold == pytest.approx(threshold)


def test_a_threshold_in_percent_is_meant_for_scores_in_percent(desk: Desk) -> None:
    scores = [100 * place / N for place in range(N)]
    frame = pl.DataFrame({"score_pct": scores, "label": LABELS, "cutoff": [30] * N})
    assert guessed(desk, frame).threshold == pytest.approx(0.3)


def test_an_id_a_long_text_and_a_constant_are_no_segments(desk: Desk) -> None:
    frame = pl.DataFrame(
        {
            "score": SCORES,
            "label": LABELS,
            "request_id": [f"r{place}" for place in range(N)],
            "note": [f"the customer wrote a rather long letter about the matter, number {place}" for place in range(N)],
            "number": [place * 1_000_003 for place in range(N)],
            "plan": ["a", "b", "c"] * (N // 3),
            "void": [None] * N,
        },
        schema_overrides={"void": pl.String},
    )
    mapping = guessed(desk, frame)
    assert mapping.row_id == "request_id"
    assert mapping.text == ("note",)
    assert set(mapping.segments) == {"plan", "void"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(min_size=1, max_size=8).filter(lambda name: name.strip() and "\x00" not in name),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_any_names_give_a_guess(desk: Desk, names: list[str]) -> None:
    """Whatever the names are, every column gets one role and one reason."""
    kinds: list[list[object]] = [SCORES[:10], LABELS[:10], ["a", "b"] * 5, [None] * 10, [True, False] * 5]  # type: ignore[list-item]
    frame = pl.DataFrame([pl.Series(name, kinds[place]) for place, name in enumerate(names)])
    upload = desk.stage(frame)
    mapping = upload.mapping
    assert set(upload.reasons) == set(names) == set(upload.reading.names)
    single = [getattr(mapping, role) for role in ("score", "decision", "label", "row_id", "time", "amount")]
    given_roles = [name for name in single if name is not None]
    assert len(set(given_roles)) == len(given_roles)
    assert not set(given_roles) & (set(mapping.segments) | set(mapping.text))


def test_no_columns_and_no_rows() -> None:
    reading = Reading(
        "0" * 64, "x", "csv", 0, 0, (Column(0, "label", "VARCHAR", "text"), Column(1, "score", "VARCHAR", "text"))
    )
    mapping = roles.guess(reading).mapping
    assert (mapping.score, mapping.label) == (None, None)


N_GUESSED = 40


def framed(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(name, values) for name, values in columns.items()})


def test_roles_that_no_name_suggests_are_found_by_types_or_asked_for(desk: Desk) -> None:
    frame = framed(
        ref=[f"1-{place:05d}" for place in range(N_GUESSED)],
        seen=[f"2024-01-{1 + place % 28:02d} 10:00:00" for place in range(N_GUESSED)],
        value=[place / 64 for place in range(N_GUESSED)],
        left=["Yes" if place % 3 else "No" for place in range(N_GUESSED)],
        city=["Lyon" if place % 2 else "Paris" for place in range(N_GUESSED)],
    )
    upload = desk.stage(frame)
    mapping = upload.mapping
    assert (mapping.row_id, mapping.time, mapping.score, mapping.label) == ("ref", "seen", None, None)
    assert upload.open == {
        "score": (("value", "fractions between 0 and 1"),),
        "label": (("left", "has two values"), ("city", "has two values")),
    }
    assert upload.reasons["seen"].startswith("the first column of times")


def test_an_input_with_two_values_is_no_label(desk: Desk) -> None:
    frame = framed(
        score=[place / 64 for place in range(N_GUESSED)],
        prior_auth=["yes" if place % 3 else "no" for place in range(N_GUESSED)],
    )
    upload = desk.stage(frame)
    assert (upload.mapping.score, upload.mapping.label) == ("score", None)
    assert upload.open == {"label": (("prior_auth", "has two values"),)}


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (["prior_default", "default_flag"], "default_flag"),
        (["label", "label_copy"], "label"),
        (["y_true", "ground_truth"], None),
        (["is_fraud", "chargeback"], None),
        (["days_late", "late"], "late"),
        (["predicted_label", "label_gold"], "label_gold"),
        (["Ausfall", "Kunde_weiblich"], "Ausfall"),
        (["défaut", "cliente_nuevo"], "défaut"),
        (["vip", "Kündigung"], "Kündigung"),
        (["abandono", "es_nuevo"], "abandono"),
        (["feedback", "has_phone"], "feedback"),
        (["thumbs", "weekend"], "thumbs"),
        (["final_code_ok", "self_employed"], "final_code_ok"),
    ],
)
def test_of_two_columns_the_one_with_the_better_claim_is_the_label(
    desk: Desk, names: list[str], label: str | None
) -> None:
    columns = {name: [(place + skip) % 3 % 2 for place in range(N_GUESSED)] for skip, name in enumerate(names)}
    upload = desk.stage(framed(score=[place / 64 for place in range(N_GUESSED)], **columns))
    assert upload.mapping.label == label
    assert set(dict(upload.open.get("label", ()))) == (set() if label else set(names))


@pytest.mark.parametrize(
    ("first", "second", "score"),
    [
        ("fraud_score", "spam_score", None),
        ("score", "fraud_probability", "score"),
        ("credit_risk", "score_id", "credit_risk"),
        ("Wahrscheinlichkeit", "Auslastung", "Wahrscheinlichkeit"),
        ("puntuación", "uso", "puntuación"),
        ("probabilité_fraude", "part", "probabilité_fraude"),
        ("utilisation", "share", None),
    ],
)
def test_of_two_fractions_the_one_with_the_better_claim_is_the_score(
    desk: Desk, first: str, second: str, score: str | None
) -> None:
    frame = framed(
        **{first: [place / 64 for place in range(N_GUESSED)], second: [place / 128 for place in range(N_GUESSED)]},
        label=[place % 2 for place in range(N_GUESSED)],
    )
    upload = desk.stage(frame)
    assert upload.mapping.score == score
    assert ("score" in upload.open) == (score is None)


def test_a_fraction_beats_a_number_of_another_scale(desk: Desk) -> None:
    frame = framed(
        credit_score=[300.5 + place for place in range(N_GUESSED)],
        fraud_score=[place / 64 for place in range(N_GUESSED)],
        label=[place % 2 for place in range(N_GUESSED)],
    )
    assert guessed(desk, frame).score == "fraud_score"


def test_an_id_that_is_called_like_a_score_is_none(desk: Desk) -> None:
    frame = framed(
        risk=[100_000 + place for place in range(N_GUESSED)],
        model_output=[place / 64 for place in range(N_GUESSED)],
        label=[place % 2 for place in range(N_GUESSED)],
    )
    assert guessed(desk, frame).score == "model_output"


@pytest.mark.parametrize(("label", "positive"), [(["A", "B"], "B"), (["pass", "fail"], "fail")])
def test_a_third_decision_decides_nothing(desk: Desk, label: list[str], positive: str) -> None:
    (other,) = set(label) - {positive}
    decisions = [*label, "tie"]
    frame = framed(
        outcome=[label[place % 2] for place in range(N_GUESSED)],
        prediction=[decisions[place % 3] for place in range(N_GUESSED)],
    )
    log = desk.log(frame)
    assert (log.mapping.decision_positive, log.mapping.decision_negative) == ((positive,), (other,))
    assert log.n_unscored == sum(place % 3 == 2 for place in range(N_GUESSED))
    assert [finding.rows for finding in log.findings if finding.code == "decision-other-values"] == [log.n_unscored]


@pytest.mark.parametrize("name", ["amount_eur", "charge_usd", "Rechnungsbetrag", "importe", "montant_total"])
def test_amounts(desk: Desk, name: str) -> None:
    frame = framed(**{name: [place * 1.5 for place in range(N_GUESSED)]}, y=[place % 2 for place in range(N_GUESSED)])
    assert guessed(desk, frame).amount == name


def test_what_leaves_a_doubt_is_not_guessed(desk: Desk) -> None:
    frame = framed(
        one=[place / 64 for place in range(N_GUESSED)],
        two=[place / 128 for place in range(N_GUESSED)],
        married=["yes" if place % 3 else "no" for place in range(N_GUESSED)],
        owner=["yes" if place % 2 else "no" for place in range(N_GUESSED)],
        decision=[place % 2 for place in range(N_GUESSED)],
    )
    mapping = guessed(desk, frame)
    assert (mapping.score, mapping.label, mapping.time, mapping.row_id) == (None, None, None, None)


@pytest.mark.parametrize("name", ["risk", "risk_pct", "pd", "model_output", "credit_risk"])
def test_a_score_from_0_to_100_is_known_by_its_name(desk: Desk, name: str) -> None:
    frame = framed(
        **{
            name: [place * 2 for place in range(N_GUESSED)],
            "went_bad": ["bad" if i % 4 else "good" for i in range(N_GUESSED)],
        }
    )
    mapping = guessed(desk, frame)
    assert (mapping.score, mapping.label, mapping.positive) == (name, "went_bad", ("bad",))
    assert mapping.threshold == (0.5 if name == "risk_pct" else 39)  # what is called percent is read as a chance


@pytest.mark.parametrize(("label", "decision"), [("bad", "reject"), ("fraud", "blocked"), ("churned", "approve")])
def test_a_decision_against_somebody_predicts_a_label_against_them(desk: Desk, label: str, decision: str) -> None:
    other = "approve" if decision != "approve" else "wait"
    frame = framed(
        decision=[decision if place % 2 else other for place in range(N_GUESSED)],
        outcome=[label if place % 4 else "fine" for place in range(N_GUESSED)],
    )
    mapping = guessed(desk, frame)
    assert mapping.positive == (label,) and mapping.decision_positive == (decision,)


@pytest.mark.parametrize(
    ("decision", "label", "predicts"),
    [
        ("approved", "defaulted", "no"),
        ("genehmigt", "ausfall", "no"),
        ("approved", "repaid", "yes"),
        ("flagged", "fraud", "yes"),
    ],
)
def test_no_in_a_decision_for_somebody_predicts_what_is_against_them(
    desk: Desk, decision: str, label: str, predicts: str
) -> None:
    """By pd, approved and defaulted the threshold that decided was not found, and the score was judged at another one."""
    said = {decision: ["yes", "no"] * 20, label: ["no", "no", "yes", "no"] * 10}
    mapping = guessed(desk, framed(**said))
    assert (mapping.decision, mapping.label, mapping.decision_positive) == (decision, label, (predicts,))


@pytest.mark.parametrize(
    "bureau", ["score_schufa", "schufa_score", "fico_score", "Experian Risk Score", "bureau_score"]
)
@pytest.mark.parametrize(("said", "is_guessed"), [("bonitaet", False), ("pd", True), ("score", True)])
def test_the_number_of_a_credit_bureau_is_not_what_the_model_said(
    desk: Desk, bureau: str, said: str, is_guessed: bool
) -> None:
    rows = [f"{at},{300 + at * 7 % 550},{at % 97 / 97:.4f},{at % 2}" for at in range(200)]
    upload = desk.stage("\n".join([f"id,{bureau},{said},ausfall", *rows]))
    assert upload.mapping.score == (said if is_guessed else None)
    assert is_guessed or [name for name, _ in upload.open["score"]] == [said]


@pytest.mark.parametrize(
    ("other", "role"),
    [
        ("ancien_score", "score"),
        ("Puntaje Revisor", "score"),
        ("gutachterScore", "score"),
        ("legacy_score", "score"),
        ("vorherige_entscheidung", "decision"),
        ("previous_decision", "decision"),
        ("decisión_anterior", "decision"),
    ],
)
def test_what_was_said_before_or_by_people_is_not_what_is_judged(desk: Desk, other: str, role: str) -> None:
    values = [k % 97 / 97 for k in range(120)] if role == "score" else [k % 2 for k in range(120)]
    frame = pl.DataFrame({other: values, "afinidad": [k % 89 / 89 for k in range(120)], "label": [0, 1, 1] * 40})
    upload = desk.stage(frame)
    assert other not in (upload.mapping.score, upload.mapping.decision)
    assert "afinidad" in {name for name, _ in upload.open["score"]}


def test_yes_and_no_are_grades_only_where_the_name_says_what_is_good(desk: Desk) -> None:
    for name, kind in (("embauche", "yes/no"), ("helpful", "grades")):
        frame = pl.DataFrame({name: ["oui", "non", "non"] * 40, "avis": ["a", "b", "b", "a"] * 30})
        assert desk.stage(frame.rename({name: f"{name}_result"})).mapping.kind == kind, name


def test_a_setting_that_each_record_repeats_is_no_score(desk: Desk, tmp_path: Path) -> None:
    rows = [f'{{"judge": {{"score_max": 1.0, "score": {k % 97 / 97}}}, "label": {k % 2}}}' for k in range(120)]
    (tmp_path / "runs.jsonl").write_text("\n".join(rows))
    upload = desk.stage(tmp_path / "runs.jsonl")
    assert (upload.mapping.score, "score" in upload.open) == ("judge.score", False)


@pytest.mark.parametrize(
    ("label", "other"),
    [("etiqueta_final", "etiqueta_inicial"), ("Étiquette humaine", "alerte"), ("endbewertung", "erstbewertung")],
)
def test_what_people_say_in_the_end_is_the_label(desk: Desk, label: str, other: str) -> None:
    frame = pl.DataFrame({other: [0, 1] * 60, label: [0, 1, 1] * 40, "score": [k % 89 / 89 for k in range(120)]})
    assert guessed(desk, frame).label == label


def test_a_question_names_what_could_be_meant(desk: Desk) -> None:
    chance = [k % 89 / 89 for k in range(120)]
    frame = pl.DataFrame({"area": ["a", "b"] * 60, "riesgo": chance, "escalated": ["no", "yes", "yes"] * 40})
    asked = desk.stage(frame).open["label"]
    assert asked == (("escalated", "is taken for the decision"), ("area", "has two values"))
    drawn = pl.DataFrame({"num_aleatorio": chance, "voto": ["a", "b"] * 60, "fraude": ["sí", "no", "no"] * 40})
    assert "score" not in desk.stage(drawn).open
    told = pl.DataFrame({"custodian": ["a", "b"] * 60, "klasse_vorhergesagt": ["r", "n"] * 60, "wkt": chance})
    told = told.with_columns(renvoye=pl.Series(["renvoyé", "gardé", "gardé"] * 40))
    assert [name for name, _ in desk.stage(told).open["label"]] == ["renvoye", "custodian"]


@pytest.mark.parametrize(
    ("score", "name", "label"),
    [
        ("reopening likelihood", "is_reopened", "is_reopened"),
        ("Stornowahrscheinlichkeit", "storniert", "storniert"),
        ("riesgo_rellamada", "rellamada_7d", "rellamada_7d"),
        ("cancellation likelihood", "cancellation_alert", None),
        ("cancellation likelihood", "prior_cancellations", None),
        ("cancellation likelihood", "is_member", None),
    ],
)
def test_the_only_answer_that_the_score_is_called_after_is_the_label(
    desk: Desk, score: str, name: str, label: str | None
) -> None:
    chance = [k % 89 / 89 for k in range(120)]
    frame = pl.DataFrame({score: chance, "area": ["a", "b"] * 60, name: ["0", "1", "1"] * 40})
    assert guessed(desk, frame).label == label
    assert guessed(desk, frame.with_columns(vip=pl.Series(["yes", "no"] * 60))).label is None


def test_a_chance_that_is_called_after_the_label_beats_another_number(desk: Desk) -> None:
    chance = [k % 89 / 89 for k in range(120)]
    frame = pl.DataFrame({"pDevolución": chance, "puntajeZ": [x - 0.5 for x in chance], "devolución": [0, 1, 1] * 40})
    assert guessed(desk, frame).score == "pDevolución"
    rivals = desk.stage(frame.with_columns(riesgo=pl.Series(chance[::-1])))
    assert (rivals.mapping.score, {name for name, _ in rivals.open["score"]}) == (None, {"pDevolución", "riesgo"})


@pytest.mark.parametrize(
    "below", ["-,°C,-,[0..1],0/1", '"{""ImportId"":""a""}",{"ImportId":"b"},{},{},{"ImportId":"e"}']
)
def test_a_line_of_units_or_sources_below_the_names_hides_no_role(desk: Desk, below: str) -> None:
    rows = [f"a{k},{k % 31 / 2},{'NS'[k % 2]},{k % 89 / 89:.3f},{int(k % 3 > 0)}" for k in range(120)]
    mapping = guessed(desk, "\n".join(["id,temperature,site,score,label", below, *rows]))
    assert [name.split()[0] for name in (mapping.score, mapping.label) if name] == ["score", "label"]


def test_one_column_of_two_values_that_is_called_a_prediction_is_the_decision(desk: Desk) -> None:
    said = ["yes", "no"] * 60
    frame = pl.DataFrame({"churn_pred": said, "left_90d": ["no", "no", "yes"] * 40, "contract": ["a", "b"] * 60})
    upload = desk.stage(frame)
    assert upload.mapping.decision == "churn_pred"
    assert {name for name, _ in upload.open["label"]} == {"left_90d", "contract"}


def of(*columns: Column, n: int = 100) -> Reading:
    return Reading("", "", "csv", n, n, columns)


CHANCE = Column(0, "risk_score", "DOUBLE", "number", n_distinct=90, low="0.01", high="0.99")
YES_NO = (("no", 80), ("yes", 20))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("confirmed_incident", "confirmed_incident"),
        ("bestätigter Vorfall", "bestätigter Vorfall"),
        ("confirmed_duplicate", "confirmed_duplicate"),
        ("policy_violation", "policy_violation"),
        ("confirmed_email", None),
        ("prior_incident", None),
    ],
)
def test_what_was_confirmed_or_happened_is_the_label_and_what_a_person_has_is_asked(
    name: str, label: str | None
) -> None:
    host = Column(1, "host", "VARCHAR", "text", n_distinct=2, top=(("a", 60), ("b", 40)))
    found = roles.guess(of(CHANCE, host, Column(2, name, "VARCHAR", "text", n_distinct=2, top=YES_NO)))
    assert found.mapping.label == label and ("label" in found.open) is (label is None)


@pytest.mark.parametrize("name", ["anomaly_rank", "risk rank", "fraudScoreRank", "Rang"])
def test_a_rank_is_no_id_and_asked_where_nothing_else_is_the_score(name: str) -> None:
    rank = Column(1, name, "BIGINT", "number", n_distinct=100, low="1", high="100")
    label = Column(2, "label", "BIGINT", "number", n_distinct=2, top=(("0", 80), ("1", 20)))
    alone, beside = roles.guess(of(rank, label)), roles.guess(of(CHANCE, rank, label))
    assert alone.mapping.row_id is beside.mapping.row_id is alone.mapping.score is None
    assert [claim for claim, _ in alone.open["score"]] == [name] and beside.mapping.score == "risk_score"


def test_a_twin_of_the_decision_is_no_surer_label_than_one_that_is_called_so() -> None:
    """What people decided in the end follows the model."""
    columns = [
        Column(at, name, "VARCHAR", "text", n_distinct=2, top=(("accept", 60), ("reject", 40)))
        for at, name in enumerate(("model_decision", "final_decision", "label"))
    ]
    found = roles.guess(of(*columns))
    assert found.mapping.label is None and {name for name, _ in found.open["label"]} == {"final_decision", "label"}


def dated(name: str, *, missing: int = 0, high: str = "2024-12-31") -> Column:
    return Column(9, name, "TIMESTAMP", "time", n_missing=missing, n_distinct=90, low="2024-01-01", high=high)


def test_the_time_of_an_event_is_no_time_of_the_rows_and_asked_for_as_label_where_some_have_none() -> None:
    open_end, own = dated("default_date", high="9999-12-31"), dated("booked_on")
    found = roles.guess(of(CHANCE, open_end, own))
    assert found.mapping.time == "booked_on" and [name for name, _ in found.open["label"]] == ["default_date"]
    assert "label" not in roles.guess(of(CHANCE, dated("purchase_date"), own)).open
    assert roles.guess(of(CHANCE, dated("purchase_date"))).mapping.time == "purchase_date"


def test_beside_a_label_that_is_empty_a_weaker_name_is_asked() -> None:
    empty = Column(1, "label", "VARCHAR", "text", n_missing=100)
    other = Column(2, "good_bad", "VARCHAR", "text", n_distinct=2, top=(("good", 80), ("bad", 20)))
    assert roles.guess(of(CHANCE, empty, other)).open["label"][0][0] == "good_bad"
    assert roles.guess(of(CHANCE, other)).mapping.label == "good_bad"


def test_a_rank_that_stands_on_many_rows_of_a_query_makes_no_ranking() -> None:
    query = Column(1, "query", "VARCHAR", "text", n_distinct=2, top=(("hat", 60), ("shoe", 40)))
    place = Column(2, "position", "BIGINT", "number", n_distinct=10, low="1", high="10")
    click = Column(3, "clicked", "BIGINT", "number", n_distinct=2, top=(("0", 90), ("1", 10)))
    assert roles.guess(of(replace(CHANCE, name="pctr"), query, place, click)).mapping.kind == "yes/no"
    whole = replace(query, n_distinct=10, top=tuple((str(at), 10) for at in range(10)))
    assert roles.guess(of(whole, place, click)).mapping.kind == "rankings"


@pytest.mark.parametrize(("chance", "name"), [("p_escalation", "escalated"), ("block_probability", "blocked")])
def test_what_a_chance_is_called_after_is_no_decision_where_nothing_else_is_the_label(chance: str, name: str) -> None:
    act = Column(2, name, "VARCHAR", "text", n_distinct=2, top=YES_NO)
    found = roles.guess(of(replace(CHANCE, name=chance), act))
    assert found.mapping.decision is None and "score" in {*found.open, *vars(found.mapping)}
    label = Column(3, "is_fraud", "BIGINT", "number", n_distinct=2, top=(("0", 80), ("1", 20)))
    assert roles.guess(of(replace(CHANCE, name=chance), act, label)).mapping.decision == name


def test_a_flag_that_the_score_is_called_after_is_no_surer_label_than_what_was_confirmed() -> None:
    flag = Column(1, "is_anomaly", "BIGINT", "number", n_distinct=2, top=(("0", 80), ("1", 20)))
    confirmed = Column(2, "confirmed", "VARCHAR", "text", n_distinct=2, top=YES_NO)
    found = roles.guess(of(replace(CHANCE, name="anomaly_score"), flag, confirmed))
    assert {name for name, _ in found.open["label"]} == {"is_anomaly", "confirmed"}


def test_a_column_called_the_label_is_offered_whatever_its_values(desk: Desk) -> None:
    """Of three values no word tells; beside it the only column of two values is no better guess."""
    cells = "".join(
        f"{k / 99},{('NO', '<30', '>30', 'NO')[k % 4]},{('Female', 'Male')[k % 2]},{k % 3}\n" for k in range(99)
    )
    found = roles.guess(desk.read("risk_score,readmitted,gender,visits\n" + cells)).open["label"]
    assert found == (("readmitted", "its name"), ("gender", "has two values"))


def test_a_score_and_a_label_that_are_called_after_each_other_are_both_taken(desk: Desk) -> None:
    cells = "".join(f"{k / 99},{k % 2},{'ab'[k % 2]}\n" for k in range(99))
    found = roles.guess(desk.read("p_malignant,malignant,site\n" + cells))
    assert (found.mapping.score, found.mapping.label) == ("p_malignant", "malignant") and not found.open
