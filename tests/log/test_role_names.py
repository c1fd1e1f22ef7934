"""Roles named by words of ten domains in four languages: guessed right or asked for, never wrong in silence."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from analytics.log import roles
from analytics.log.column import Column
from analytics.log.role_names import strength
from analytics.log.schema import Reading
from tests.of_each import of_each

N = 1_000
FLAGS = {
    "en": [("yes", "no"), ("1", "0"), ("true", "false")],
    "de": [("ja", "nein"), ("1", "0"), ("wahr", "falsch")],
    "es": [("sí", "no"), ("1", "0"), ("verdadero", "falso")],
    "fr": [("oui", "non"), ("1", "0"), ("vrai", "faux")],
}


@dataclass(frozen=True)
class Words:
    """What people of one domain and language call their columns."""

    label: tuple[str, ...]
    score: tuple[str, ...]
    decision: tuple[str, ...]
    flags: tuple[str, ...]
    fractions: tuple[str, ...]


VOCABULARY = """
domain | language | label | score | decision | flags | fractions
credit | en | defaulted, loan_default | pd, default_probability | decision | owns_home, prior_default | utilisation, ltv
credit | de | Ausfall, ausgefallen | Ausfallwahrscheinlichkeit | Entscheidung | Eigenheim, verheiratet | Auslastung
credit | es | impago, moroso | probabilidad_impago | decisión | propietario, casado | endeudamiento
credit | fr | défaut, impayé | probabilité_défaut | décision | propriétaire, marié | taux_endettement
fraud | en | is_fraud, chargeback, fraud_confirmed | fraud_score, risk_score | action | card_present, new_device | velocity_ratio
fraud | de | Betrug, betrug_bestaetigt | Betrugswahrscheinlichkeit, Risikowert | Entscheidung | Neukunde | Anteil_Ausland
fraud | es | fraude, es_fraude | puntuación_fraude, riesgo | decision | cliente_nuevo | proporcion_nocturna
fraud | fr | fraude, est_fraude | score_fraude, risque | décision | nouveau_client | part_nuit
churn | en | churned, churn_30d | churn_probability, propensity | prediction | autopay, has_contract | usage_share
churn | de | gekündigt, Abwanderung | Kündigungswahrscheinlichkeit, score | Vorhersage | Vertrag_aktiv | Nutzungsanteil
churn | es | baja, abandono | probabilidad_baja, puntaje | predicción | domiciliado | cuota_uso
churn | fr | résilié, attrition | probabilité_résiliation, score | prédiction | prélèvement | part_usage
hospital | en | readmitted, readmitted_30d | risk, readmission_risk | flagged | diabetic, prior_auth | bmi_percentile
hospital | de | Wiederaufnahme | Risiko, Risikowert | Entscheidung | Diabetes, Raucher | Perzentil
hospital | es | reingreso | riesgo_reingreso, riesgo | decisión | diabetico, fumador | percentil
hospital | fr | réadmission | risque_réadmission, risque | décision | diabétique, fumeur | percentile
marketing | en | converted, purchased, clicked | propensity_score, p_hat | predicted_class | opted_in, is_member | open_rate
marketing | de | gekauft, konvertiert | Kaufwahrscheinlichkeit | Vorhersage | Newsletter | Öffnungsrate
marketing | es | compra, convertido | probabilidad_compra | predicción | suscrito | tasa_apertura
marketing | fr | achat, converti | probabilité_achat | prédiction | abonné | taux_ouverture
claims | en | outcome, final_outcome | model_score, score | approved | litigated_before, vip | repair_ratio
claims | de | Ergebnis | Punktzahl, Score | bewilligt | Stammkunde | Quote
claims | es | resultado | puntuación, score | aprobado | cliente_vip | cuota
claims | fr | résultat | score | approuvé | client_vip | quotité
flights | en | late, delayed | delay_probability, score | y_pred | weekend, international | load_factor
flights | de | verspätet, Verspätung | Verspätungswahrscheinlichkeit | Vorhersage | Wochenende | Auslastung
flights | es | retraso, retrasado | probabilidad_retraso | predicción | fin_de_semana | ocupacion
flights | fr | retard, en_retard | probabilité_retard | prédiction | week_end | remplissage
factory | en | defective, failed | anomaly_score, failure_probability | alert_decision | night_shift, reworked | humidity_share
factory | de | defekt | Defektwahrscheinlichkeit, score | Entscheidung | Nachtschicht | Feuchteanteil
factory | es | defectuoso | probabilidad_defecto, score | decisión | turno_noche | humedad
factory | fr | défectueux | probabilité_défectueux, score | décision | équipe_nuit | humidité
moderation | en | toxic, ground_truth, gold_label | toxicity_score, confidence | predicted_label | has_link, is_reply | caps_ratio
moderation | de | toxisch, Wahrheit | score, Wahrscheinlichkeit | Vorhersage | Antwort | Anteil_Grossbuchstaben
moderation | es | toxico, verdad | score, probabilidad | predicción | respuesta | proporcion_mayusculas
moderation | fr | toxique, vérité | score, probabilité | prédiction | réponse | part_majuscules
assistant | en | thumbs, feedback, correct, accepted | score, confidence | model_decision | streamed, is_retry | cache_share
assistant | de | tatsächlich, Ergebnis | Konfidenz, Punktzahl | Entscheidung | Wiederholung | Cacheanteil
assistant | es | resultado, etiqueta | confianza, puntaje | decisión | reintento | proporcion_cache
assistant | fr | résultat, étiquette | confiance, score | décision | relance | part_cache
"""


def vocabulary() -> dict[str, dict[str, Words]]:
    """Return the words by domain and language."""
    found: dict[str, dict[str, Words]] = {}
    for line in VOCABULARY.strip().splitlines()[1:]:
        domain, language, *cells = line.split(" | ")
        found.setdefault(domain, {})[language] = Words(*(tuple(cell.split(", ")) for cell in cells))
    return found


DOMAINS = vocabulary()
TRAPS = ("none", "none", "none", "none", "none", "copy", "two labels", "two scores", "id like a score", "prediction")


def binary(place: int, name: str, values: tuple[str, str]) -> Column:
    kind = "boolean" if values == ("true", "false") else "number" if values == ("1", "0") else "text"
    type_ = {"boolean": "BOOLEAN", "number": "BIGINT", "text": "VARCHAR"}[kind]
    top = ((values[1], 700), (values[0], 300))
    return Column(place, name, type_, kind, n_distinct=2, top=top, low=values[1], high=values[0])  # type: ignore[arg-type]


def fraction(place: int, name: str) -> Column:
    return Column(place, name, "DOUBLE", "number", n_distinct=900, top=(("0.5", 3),), low="0.001", high="0.998")


@dataclass(frozen=True)
class Made:
    """A log as it was read, with the columns that may play the label and the score."""

    reading: Reading
    label: str
    score: str
    trap: str


def made(seed: int) -> Made:
    draw = random.Random(seed)
    language = draw.choice([*FLAGS])
    words = DOMAINS[draw.choice([*DOMAINS])][language]
    trap = draw.choice(TRAPS)
    label, score = draw.choice(words.label), draw.choice(words.score)
    columns: list[Column] = [binary(0, label, draw.choice(FLAGS[language])), fraction(0, score)]
    columns += [binary(0, name, draw.choice(FLAGS[language])) for name in words.flags]
    columns += [fraction(0, name) for name in words.fractions if draw.random() < 0.7]
    if draw.random() < 0.4:
        columns.append(binary(0, draw.choice(words.decision), FLAGS[language][0]))
    columns.append(Column(0, "region", "VARCHAR", "text", n_distinct=5, top=(("north", 400), ("south", 300))))
    if trap == "copy":
        columns.append(binary(0, f"{label}_copy", FLAGS[language][0]))
    elif trap == "two labels":
        columns.append(binary(0, draw.choice(["label", "target", "y_true"]), FLAGS[language][1]))
    elif trap == "two scores":
        columns.append(fraction(0, draw.choice(["probability", "score_2", "other_score"])))
    elif trap == "id like a score":
        columns.append(
            Column(
                0,
                draw.choice(["score_id", "risk_number"]),
                "BIGINT",
                "number",
                n_distinct=N,
                low="100000",
                high="900000",
            )
        )
    elif trap == "prediction":
        columns.append(binary(0, draw.choice(["predicted_label", "y_pred", "prediction"]), FLAGS[language][1]))
    names = {column.name: column for column in columns}
    shuffled = draw.sample([*names.values()], len(names))
    placed = tuple(Column(**{**vars(column), "position": place}) for place, column in enumerate(shuffled))
    return Made(Reading("0" * 64, "log.csv", "csv", N, N, placed), label, score, trap)


@of_each(range(300))
def test_a_guess_is_right_or_a_question(seed: int) -> None:
    log = made(seed)
    guess = roles.guess(log.reading)
    names = {column.name for column in log.reading.columns}
    labels = {log.label} | ({"label", "target", "y_true"} & names if log.trap == "two labels" else set())
    assert guess.mapping.label in {None, *labels}, (log.trap, guess.open)
    if log.trap == "two labels":
        assert guess.mapping.label is None or log.label not in dict(guess.open.get("label", ())), log.label
    assert guess.mapping.score in {None, log.score}, (log.trap, guess.open)
    if guess.mapping.label is None:
        assert log.label in dict(guess.open["label"])
    if guess.mapping.score is None and guess.mapping.decision is None:
        assert log.score in dict(guess.open["score"])


def test_most_logs_without_a_trap_need_no_question() -> None:
    plain = [log for log in map(made, range(300)) if log.trap == "none"]
    known = [log for log in plain if roles.guess(log.reading).mapping.label == log.label]
    assert len(known) > 0.9 * len(plain)


@pytest.mark.parametrize(
    "label",
    [
        "betrug_bestätigt",
        "Fraude confirmada",
        "siniestro_ocurrido",
        "sinistre survenu",
        "Prüfergebnis",
        "resultado_biopsia",
        "y_test",
        "moderator_verdict",
        "défaut constaté",
        "compra_realizada",
        "in_arrears",
        "Zahlungsausfall",
    ],
)
@pytest.mark.parametrize("other", ["card_present", "email_confirmed", "identidad_confirmada", "frühere_ausfälle"])
def test_what_was_found_out_is_a_label_beside_a_flag(label: str, other: str) -> None:
    columns = (binary(0, other, ("1", "0")), fraction(1, "score"), binary(2, label, ("1", "0")))
    assert roles.guess(Reading("0" * 64, "log.csv", "csv", N, N, columns)).mapping.label == label


def test_charges_that_were_taken_back_are_labels_and_what_was_inferred_is_a_decision() -> None:
    told = ("contracargo", "chargeback_received", "rétrofacturation reçue", "Rückbuchung erhalten", "expected_response")
    untold = ("chargeback_amount", "prior_chargebacks", "chargeback_rate")
    assert [name for name in (*told, *untold) if strength("label", name) is not None] == [*told]
    said = ("inferred_label", "detected_class", "model_output_label", "machine_class", "vehicle_category")
    assert [name for name in said if strength("decision", name) is not None] == [*said[:3]]
