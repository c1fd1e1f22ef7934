"""Columns that are called after each other: what a model said of another one, and the chance of what another one is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analytics.log.column import Column
from analytics.log.role_names import folded_name, is_past, strength

_MODEL_WORD = re.compile(
    r"pred(s|ict|icted|ictions?)?|y?hat|forecast(ed)?|suggest(ed|ion)|propos(ed|al)|auto(mated|matic)?|machine|ai|model|llm|"
    r"classifier|est(imated?)?|vorhersage|vorhergesagt|prognose|vorschlag|modell|ki|prediccion|predich[oa]s?|previst[oa]s?|pronostico|"
    r"modelo|predite?|prevue?|prevision|modele|geschatzt(e[rs]?)?|schatz(ung|wert)?|estimad[oa]s?|estimacion|estimee?s?|projected"
)
"""Words that say of a column that a model filled it, beside the name of what it is about."""

_CHANCE_WORD = re.compile(
    r"p|pr|prob(a|s|ability|abilities)?|scores?|cats|risk|chance|likelihood|propensity|confidence|wahrscheinlichkeit|risiko|"
    r"probabilidad|riesgo|probabilite|risque"
)
"""Words that say of a column that it holds the chance of what the rest of its name is about."""
_HAPPENED = re.compile(r"is|was|were|has|had|did|got|went|be|been|wurde|hat|fue|ha|a|est|flag|ind(icator)?|yn|bool")
"""Words that say of a column that it holds whether something happened."""
_ACT = re.compile(
    r"(.*_)?(flag(ged)?|alert(ed)?|alarma?|alarme|alerta|alerte|aviso|hint|hinweis|warning|warnung|avertissement|offer|angebot|oferta|"
    r"offre|action|campaign|sent|contact(ed)?|treat(ed|ment)?|intervention|review|check|policy|insurance|protection|option)(_.*)?"
)
"""Names of what was done because of a score, or of what somebody has."""
_MIN_STEM = 5
"""Letters at the beginning of two words that make them one: *Retouren*, *retourniert*. As of values in `value_words`."""
_FORMS = "(d|[a-z]?ed|ee?s?|t|[ai]d[oa])"
"""How what happened ends: *late* and *lated*, *fail* and *failed*, *clic* and *cliquée*. *Parking* is a thing."""
_NO_STEMS = frozenset(
    {
        "model",
        "score",
        "predi",
        "proba",
        "wahrs",
        "risik",
        "riesg",
        "risqu",
        "likel",
        "prope",
        "confi",
        "punkt",
        "punta",
    }
    | {"final", "label", "class"}
)
"""Beginnings of words that many names share."""
_TRUTH_WORD = re.compile(
    r"true|actual|final|label|real(es)?|observed|gold|gt|truth|human|expert|agente?|ist|tatsachlich|mensch|mitarbeiter|experte|"
    r"human[oa]|reel(le)?s?|humain"
)
"""Words that say of a column no more than that it holds what turned out to be true, or who said so."""


def twins_in(columns: Sequence[Column]) -> list[tuple[Column, Column]]:
    """Return the columns that are called what a model said of another one, each with that one.

    >>> names = ("city_pred", "city_true", "zip_pred", "zip_true")
    >>> columns = [Column(at, name, "VARCHAR", "text") for at, name in enumerate(names)]
    >>> [(own.name, true.name) for own, true in twins_in(columns)]
    [('city_pred', 'city_true'), ('zip_pred', 'zip_true')]
    """
    said = [column for column in columns if len(_about(column.name)) < len(_words(column.name))]
    return [(own, true) for own in said for true in columns if own is not true and is_twin(own.name, true.name)]


def is_chance_of(score: str, name: str) -> bool:
    """Whether a column is called the chance of what another one is about.

    >>> is_chance_of("isFraud_prob", "isFraud"), is_chance_of("p_noshow", "No-show"), is_chance_of("isFraud", "isFraud")
    (True, True, False)
    """
    about = _about(score, _CHANCE_WORD)
    return len(about) < len(_words(score)) and "".join(about) == "".join(_without_truth(name)) != ""


def is_chance_after(score: str, name: str) -> bool:
    """Whether a column is called the chance of what a label says has happened, or begins as that.

    >>> is_chance_after("p_late", "was_late"), is_chance_after("p_late", "is_lost"), is_chance_after("late", "was_late")
    (True, False, False)
    >>> is_chance_after("p_cancel", "is_canceled"), is_chance_after("p_cancel", "is_repeated")
    (True, False)
    """
    about, of = _about(score, _CHANCE_WORD), [word for word in _without_truth(name) if not _HAPPENED.fullmatch(word)]
    if not 0 < len(about) < len(_words(score)):
        return False
    return "".join(about) == "".join(of) or (len(about) == 1 and is_called_after(score, name))


def is_about(score: str, name: str) -> bool:
    """Whether a score is called after a label, by its beginning or as the chance of it.

    >>> is_about("return_prob", "was_returned"), is_about("prob_up", "went_up"), is_about("prob_up", "is_member")
    (True, True, False)
    """
    return is_called_after(score, name) or is_chance_after(score, name)


def is_called_after(score: str, name: str, *, is_act: bool = False) -> bool:
    """Whether a score is called as what a column is about, or begins as it; an act is that where ``is_act``, the past never.

    >>> is_called_after("return_prob", "was_returned"), is_called_after("churn_prob", "churn_offer")
    (True, False)
    >>> is_called_after("proba_clic", "a_cliqué"), is_called_after("p_fail", "failed"), is_called_after("p_late", "latency")
    (True, True, False)
    """
    if is_past(name) or (not is_act and (_ACT.fullmatch(folded_name(name)) or strength("decision", name) is not None)):
        return False
    own, other = (
        {word[:_MIN_STEM] for word in _about(each, _CHANCE_WORD) if len(word) >= _MIN_STEM} for each in (score, name)
    )
    return bool((own & other) - _NO_STEMS) or _has_form(score, name)


def _has_form(score: str, name: str) -> bool:
    """Whether a word of a column's name is a form of a short one that a score is the chance of: *clic*, *cliqué*."""
    short = [word for word in _about(score, _CHANCE_WORD) if len(word) == _MIN_STEM - 1]
    forms = [word for word in _about(name, _CHANCE_WORD) if len(word) >= _MIN_STEM]
    return any(re.fullmatch(re.sub("c$", "(c|qu)", word) + _FORMS, form) for word in short for form in forms)


def is_twin(predicted: str, true: str) -> bool:
    """Whether one column is called like another and that it is what a model said of it.

    >>> is_twin("model_digit", "digit"), is_twin("PredictedSurvived", "Survived"), is_twin("age_group", "age")
    (True, True, False)
    >>> is_twin("human_verdict_pred", "human_verdict_actual")
    True
    """
    about, wanted = _about(predicted), _without_truth(true)
    same = wanted in (about, [word for word in about if not _TRUTH_WORD.fullmatch(word)])
    return len(about) < len(_words(predicted)) and same and wanted != []


def _words(name: str) -> list[str]:
    """Return the words of a name, without brackets around them."""
    return re.findall(r"[^\W_]+", folded_name(name))


def _about(name: str, further: re.Pattern[str] | None = None) -> list[str]:
    """Return the words of a name without those that say that a model filled it, or that it is a chance."""
    words = [word for word in _words(name) if not _MODEL_WORD.fullmatch(word)]
    return [word for word in words if further is None or not further.fullmatch(word)]


def _without_truth(name: str) -> list[str]:
    """Return the words of a name without those that say that it holds what turned out to be true."""
    return [word for word in _words(name) if not _TRUTH_WORD.fullmatch(word)]
