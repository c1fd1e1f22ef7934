"""What columns are called that play a role, in English, German, Spanish and French.

A *strong* name means the role by itself; a *loose* one could be an input of the model as well, and stands back where another
column has a better claim. Names are compared folded: small letters, no accents, ``_`` for blanks, points, hyphens and before the
capitals inside a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from analytics.log.events import ENDS, EVENTS


@dataclass(frozen=True)
class _Names:
    """The names of one role as patterns, those with the better claim first."""

    strong: tuple[str, ...]
    loose: tuple[str, ...] = ()
    never: str = ""


_PAST = (
    r"(.*_)?(prior|previous|prev|past|history|historical|ever|last|former|count|num|n|rate|share|days?|age|reason|type|code|"
    r"amount|limit|fruher|frueher|vorher|vorige|previo|anterior|precedent|passe|historique|anzahl|numero|nombre)(_.*)?"
)
"""Parts of a name that make an event a thing of the past, or a count of it: an input."""

_CURRENCIES = r"(eur|euro|euros|usd|gbp|chf|dollars?|cad|aud|jpy|inr|brl|mxn)"

_BUREAUS = (
    r"(schufa|crif|boniversum|creditreform|infoscore|fico|vantage|experian|equifax|transunion|cibil|bureau|auskunftei|buro|"
    r"buro_de_credito|asnef)"
)
"""Credit bureaus, whose number of a person is an input of a model and not what the model said."""

_EARLIER = (
    r"(prior|previous|prev|past|former|old|legacy|baseline|history|historical|(vor|bis)herig(e|er|es)?|vorige[rs]?|fruhere?[rs]?|"
    r"alt(e|es)?|anterior|previ[oa]|antigu[oa]|ancien(ne)?|precedente?)"
)
"""Words of what was said before, or by another model than the one that is judged."""

_PEOPLE = (
    r"(human|annotators?|annotation|annot|(?<!auto_)raters?|reviewers?|gutachter(in)?|prufer(in)?|pruefer(in)?|revisor(a)?|"
    r"anotador(a)?|evaluador(a)?|relecteur|relectrice|annotateur|evaluateur|experte?n?|experto|mensch|humano|humain)"
)
"""Who says what is true: a number from them is no model's score."""

ACTS = r"(actions?|steps?|treatment|massnahmen?|accion(es)?|mesures?|medidas?)"
"""What is done because of a model: no truth, however final."""

_NAMES: dict[str, _Names] = {
    "label": _Names(
        strong=(
            r"labels?(_value)?|gt(_label|_class)?|.*_gt",
            r"y_?(true|test|val|valid|real)|truth|true",
            r"ground_?truth.*",
            r"(human|expert|manual|reviewer|reviewed|annotated|annotator|confirmed|verified)_(label|class|verdict|outcome|decision|grade|rating)",
            r"(?!(.*_)?(p|pr|prob\w*|scores?|chance|confidence|pred\w*|likelihood)_(true|actual)$).*_(actual|truth|true)",
            r"gold(en)?(_.*)?",
            r".*_gold",
            r"target(_value)?",
            rf"actual(s|_(?!{ACTS}).*)?",
            rf"two_year_recid|(true|final)_(?!{ACTS}).*",
            r"outcome|y|obs(erved)?|feedback",
            r"((user|human|customer)_)?thumbs?(_up)?|(user|human|customer)_feedback",
            r"correct|accepted|((is|has|had|was|got)_)?(charge_?backs?|contracargo|retrofacturation|ruckbuchung|ruckbelastung)"
            r"(_(flag|received|filed|confirmed|recibid[oa]|recue?|erhalten))?",
            r"is_(fraud|default|churn|late|spam).*",
            r"loan_status",
            r"resolved(_to|_value)?",
            r"(etikett|etiqueta|etiquette|label|bewertung|urteil|veredicto|verdict)_(human[oa]|humaine?|mensch|final[ea]?|reale?|reel(le)?)",
            r"(menschliche[sr]?|endgultige[sr]?)_(label|etikett|urteil|bewertung|ergebnis)|endbewertung|endurteil",
            r"etikett|etiqueta|etiquette|wahrheit|verdad|verite(_terrain)?|zielvariable|zielwert|cible|objetivo",
            r"tatsa?e?chlich(es?)?(_(?!massnahme).*)?|ergebnis|resultado(_real)?|resultat(_reel)?|reel(le)?|valor_real",
        ),
        loose=(
            r".*_label",
            r"class|klasse|clase|classe",
            r"rating|stars",
            r"is_(a_)?(match|duplicate)|same_(person|entity|author|product|speaker)",
            r"confirmed_(?!(e?mail|phone|address|account|user|customer|identity|order|booking|payment|by|at|on|date|time)(_|$)).*",
            rf"(.*_)?({'|'.join(EVENTS)})(_(flag|ind|indicator|yn|30d|60d|90d|12m|label|observed|arrival|delivery|"
            r"confirmed|confirmado|confirmada|confirmee?|bestatigt|bestaetigt|gesichert|averee?|constatee?|eingetreten|ocurrido|"
            r"survenue?|realizado|realizada|effectuee?))?",
            r"expected(_(label|class|outcome|decision|verdict|answer|category|result|output|response))?",
            r"employed|beschaftigt|beschaeftigt|empleado|employe",
            r".*_?(outcome|result|resolution|ergebnis|resultado|resultat|verdict|veredicto|urteil)",
            r"(resultado|resultat|ergebnis|verdict|veredicto)_.*|befund",
        ),
        never=_PAST,
    ),
    "score": _Names(
        strong=(
            r"score",
            r"(y_)?pred(icted)?_prob(a|ability)?.*",
            r"y_score",
            r"model_score",
            r"predicted_probability",
            r"decile_score",
        ),
        loose=(
            r"prob(a|ability)?",
            r"risk_score",
            r"p_?hat",
            r"propensity",
            r"wahrscheinlichkeit|probabilidad|probabilite|punktzahl|punktwert|puntaje|puntuacion|risikowert",
            r".*_score",
            r".*prob(a|ability|abilidad|abilite)?.*",
            r".*wahrscheinlichkeit.*",
            r"score.*",
            r".*propensity.*",
            r"(.*_)?(confidence|certainty)(_.*)?|konfidenz|confianza|confiance",
            r"pctr|pcvr|p_?click|ctr_pred",
            r".*(risk|risiko|riesgo|risque).*",
            r"p_(yes|true|pos(itive)?|ja|si|oui)|pd(_\d+m)?|p|p\((yes|true|positive|1)\)|\$[a-z]+rp_.*|pre_1",
            r"(model_|clf_|raw_)?output|similarity|cosine_similarity",
            r".*predicted_p",
            r"deciles?",
            r"logits?|decision_function|margin|suspicion|verdacht(swert|sgrad)?|sospecha|soupcon",
            r".*likelihood.*|.*(s|risk|model|insight|risiko|modell)score|.*(wkt|wahrsch)",
            r"(.*_)?(punktzahl|punktwert|puntaje|puntuacion)(_.*)?",
            r"(y_)?pred(icted|iction)?|forecast|vorhersage|prediccion|.*_(pred|prediction)",
        ),
        never=r"(.*_)?(id|key|nr|no|number|nummer|numero|code|date|datum|fecha|time|at|version|name|text|type|group|segment)"
        rf"|(.*_)?({_BUREAUS}s?(score)?|{_EARLIER}|{_PEOPLE})(_.*)?",
    ),
    "decision": _Names(
        strong=(
            r"decision",
            r"y_pred",
            r"pred(icted|ictions?|s)?|got",
            r"(predicted|predict|prediction|pred|model)_(label|class|outcome|value|target)",
            r"(label|class|outcome|target)_(predicted|prediction|pred)",
            r"predict",
            r"(scored|assigned)_labels?|(inferred|detected|computed|(model_)?output|llm|ai)_(labels?|class|category)",
            r"(prediction|predicted|predict)\(.*\)",
            r"\$[a-z]_.*",
            r"[iu]_(churn|bad|default|fraud|target|label|outcome|y|is_.*)",
            rf"(recommended|suggested|proposed|advised|empfohlene|vorgeschlagene|model|auto|ai|llm|bot|system)_{ACTS}",
            rf"{ACTS}_(recommended|suggested|recomendad[oa]|sugerid[oa]|propuest[oa]|recommandee?|proposee?|suggeree?)",
            r"action|approved",
            r"(was_|is_|auto_)?(shortlisted|blocked|declined|rejected|alerted|escalated|quarantined)",
            r"flagged",
            r"verdict|urteil|veredicto",
            r"decision_.*",
            r".*_decision",
            r"entscheid(ung)?|vorhersage|prognose|pronostico|prevision|vorhergesagt(_.*)?|prediccion|predicho|bewilligt|genehmigt|abgelehnt|aprobado|approuve",
            r"(predicted|predicted_class|prediction)_.*",
        ),
        never=rf"(.*_)?{_EARLIER}(_.*)?",
    ),
    "row_id": _Names(
        strong=(
            r"(row|record|event|request|prediction|case|entity|transaction|flight|application)_?id",
            r"id",
            r"uuid",
            r".*_id",
            r"key",
            r".*(kennung|nummer|_nr)",
            r"(identificador|identifiant)(_.*)?",
        ),
    ),
    "time": _Names(
        strong=(
            r"(scored|predicted|created|requested|logged|event|decided)_?(at|on|time|date)",
            r"timestamp",
            r"(event_|request_)?time",
            r"date(time)?",
            r"ts",
            r".*screening_date",
            r".*_at",
            r".*(date|time)$",
            r".*timestamp.*",
            r".*(datum|zeitpunkt|zeitstempel)|fecha(_.*)?|horodatage|date_.*|zeit",
        ),
        never=r".*(label|available|outcome|updated|birth|due|geburt|nacimiento|naissance|fallig|vencimiento|echeance).*",
    ),
    "amount": _Names(
        strong=(
            r"amount(_.*)?",
            r".*_amount",
            r"(.*_)?am(n|oun)?t(_inv)?",
            r".*(cost|value_usd|price|revenue|exposure|loss)$",
            rf"(charge|value|total|sum|balance|invoice|order|payment|transaction|claim)_{_CURRENCIES}",
            r"(.*_)?(betrag|summe|importe|monto|montant|umsatz|rechnungsbetrag)(_.*)?",
            rf".*_{_CURRENCIES}",
        ),
    ),
    "model_version": _Names(
        strong=(
            r"model_?(version|id|name)?",
            r"version",
            r".*model_version",
            r"modell(version|_version)?|modelo|modele|version_(del_|du_)?model(o|e)?|release",
        ),
        loose=(r"(prompt|agent|pipeline|policy|scorecard|algorithm|algo|classifier|ruleset)_version",),
    ),
}


@lru_cache(maxsize=10_000)  # a guess asks of each name for every role; some 2 MB at most
def folded_name(name: str) -> str:
    """Return a column's name as it is compared with names of roles.

    >>> folded_name(" Décision Finale"), folded_name("model.score"), folded_name("isFraud"), folded_name("TransactionID")
    ('decision_finale', 'model_score', 'is_fraud', 'transaction_id')
    """
    letters = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])|[\s\-.]+", "_", name.strip()).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_UNIT = re.compile(
    r"(?!\[\d+\]$)[\s_]*([\[({][\s\d.,:/%°–-]*((text|string|code|bool(ean)?|flag|int|float|prob|ja/nein|yes/no|sí/no|oui/non|j/n|y/n|eur|usd|€|\$)?)"
    r"[\])}]|\s(in\s)?%|\s[–-]|\s0/1|\s\w{1,4}/\w{1,4})\s*$",
    re.IGNORECASE,
)
"""What a header says at its end of how values are written: ``[0..1]``, ``(ja/nein)``, ``in %``."""

_PREDICTION = re.compile(
    r"(.*_)?(pred|preds|predict|predicted|prediction|predictions|y_?hat|forecast|vorhersage|vorhergesagte?|prognose|prediccion|"
    r"predich[oa]|previst[oa]|pronostico|predite?|prevue?)(_.*)?"
)
"""Names of what a model said."""

_RANK = re.compile(r"(.*_)?(rank(ing)?|rang(platz|folge)?|rango|classement|clasificacion)(_.*)?")
"""Names of places in an order, of which the first may be the highest score."""

_SCORE_WORD = re.compile(r"(.*_)?(scores?|decile|percentile|prob(a|ability)?|scoring|rating)(_.*)?")
"""Words in the names of scores and of their bands."""


def is_prediction(name: str) -> bool:
    """Whether a column is called like what a model said, which is never the label.

    >>> is_prediction("Predicted Label"), is_prediction("label")
    (True, False)
    """
    return _PREDICTION.fullmatch(folded_name(name)) is not None


def is_past(name: str) -> bool:
    """Whether a name says a thing of the past, or a count of it.

    >>> is_past("prior_default"), is_past("default")
    (True, False)
    """
    return re.fullmatch(_PAST, folded_name(name)) is not None


def is_of_people(name: str) -> bool:
    """Whether a column is called what people said.

    >>> is_of_people("human_vote"), is_of_people("judge_vote")
    (True, False)
    """
    return re.fullmatch(rf"(.*_)?{_PEOPLE}(_.*)?", folded_name(name)) is not None


def is_rank(name: str) -> bool:
    """Whether a column is called like a place in an order: neither an id, nor a score of which it is known which end is high.

    >>> is_rank("anomaly_rank"), is_rank("Rang"), is_rank("frank")
    (True, True, False)
    """
    return _RANK.fullmatch(folded_name(name)) is not None


def is_called_score(name: str) -> bool:
    """Whether a column is called like a score, a band of one, or what a model said.

    >>> is_called_score("v_score_text"), is_called_score("Decile"), is_called_score("scoreboard"), is_called_score("age")
    (True, True, False, False)
    """
    return is_prediction(name) or _SCORE_WORD.fullmatch(folded_name(name)) is not None


@lru_cache(maxsize=10_000)
def strength(role: str, name: str) -> tuple[int, int] | None:
    """Return how well a name says a role: 0 for a strong name, 1 for a loose one, then its place among these; None for neither.

    >>> strength("label", "y_true"), strength("label", "prior_default"), strength("score", "score_id")
    ((0, 1), None, None)
    >>> strength("score", "ancien_score"), strength("score", "Gutachter-Score"), strength("decision", "vorherige_entscheidung")
    (None, None, None)
    >>> strength("label", "label [0/1]"), strength("label", "labels[0]")
    ((0, 0), None)
    """
    found = _strength(role, folded_name(name))
    return found if found or not (unit := _UNIT.search(name)) else _strength(role, folded_name(name[: unit.start()]))


def _strength(role: str, folded: str) -> tuple[int, int] | None:
    """Return how well a folded name says a role."""
    names, folded = _NAMES[role], folded.rstrip("_")
    folded = ENDS[role].sub("", folded) if role in ENDS else folded
    for rank, patterns in enumerate((names.strong, names.loose)):
        place = next((place for place, pattern in enumerate(patterns) if re.fullmatch(pattern, folded)), None)
        is_out = bool(names.never) and re.fullmatch(names.never, folded) is not None
        if place is not None and not (is_out and (rank == 1 or role in ("time", "decision"))):
            return rank, place
    return None


def n_judged(names: Iterable[str]) -> int:
    """Return for how many of the two sides of a judged log, what was said and what was true, some name stands.

    >>> n_judged(["id", "score", "label"]), n_judged(["region", "n"])
    (2, 0)
    """
    known = list(names)
    return sum(
        any(strength(role, name) is not None for role in roles for name in known)
        for roles in (("score", "decision"), ("label",))
    )
