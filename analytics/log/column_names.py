"""What columns are called that tell rows apart or belong to a label: units, data sets, the times of labels."""

from __future__ import annotations

import re

from analytics.log.events import EVENTS, HORIZON
from analytics.log.role_names import folded_name, strength

_DATA_SET = re.compile(
    r"(.*_)?(data_?sets?|datensatz|conjunto(_de_datos)?|jeu(_de_donnees)?|benchmark|corpus|korpus|suite|task|subset|split|"
    r"partition|collection|source|quelle|fuente|file_?name|source_?file)(_(name|id))?"
)
"""Names of a column that says which of several data sets a row is from."""


_EVENT = re.compile(rf"((is|has|was|did)_)?(.*_)?({'|'.join(EVENTS)})")
"""Names of what happened or did not, by a day or ever."""

_UNIT = re.compile(
    r"(.*_)?(session|sitzung|sesion|conversation|chat|dialog(ue)?|thread|visit|encounter|episode|patient(en)?|paciente|subject|"
    r"person|user|nutzer|usuario|utilisateur|customer|kunden?|cliente?|member|household|applicant|respondent|student|driver|"
    r"device|machine|vehicle|task|aufgabe|question|prompt)_?(id|ids|key|nr|no|number|nummer|uuid|hash|code|ref)?"
)
"""Names of what has several rows that may resemble each other."""


_LABEL = (
    r"(labels?|labell?ed|outcome|truth|target|feedback|annotat(ed|ion)|charge_?back|disputed?|settled|settlement|resolved|"
    r"resolution|confirmed|confirmation|adjudicated|etikett|etiqueta|etiquette|ergebnis|resultado|resultat)"
)
_TIME_WORD = r"(at|on|time|date|ts|timestamp|datetime|datum|zeit|fecha)"
_LABEL_TIME = re.compile(
    rf"(.*_)?{_LABEL}(_(is|was|first|last|available|arrived|arrival|known|received|seen|recorded|reported|given|created))*_{_TIME_WORD}"
    rf"|{_TIME_WORD}_(of_)?(the_)?{_LABEL}(_.*)?"
)
"""Names of when it was known what turned out to be true."""


def is_label_time(name: str) -> bool:
    """Whether a column is called like the time at which a label was known.

    >>> is_label_time("label_available_at"), is_label_time("Chargeback date"), is_label_time("scored_at")
    (True, True, False)
    """
    return _LABEL_TIME.fullmatch(folded_name(name)) is not None


def is_unit(name: str) -> bool:
    """Whether a column is called like what rows belong together by.

    >>> is_unit("session_id"), is_unit("patient.id"), is_unit("Task"), is_unit("request_id")
    (True, True, True, False)
    """
    return _UNIT.fullmatch(folded_name(name)) is not None


def is_data_set(name: str) -> bool:
    """Whether a column is called like what tells several data sets apart: their rates may differ without it being an outcome.

    >>> is_data_set("Dataset"), is_data_set("benchmark_name"), is_data_set("result")
    (True, True, False)
    """
    return _DATA_SET.fullmatch(folded_name(name)) is not None


_DATED = re.compile(
    r"(?P<before>.+?)(?:_(?:reported|confirmed|detected|discovered|recorded|filed|noted))?_?(?:_(?:at|on|date|time|ts|dt|timestamp|day|datum|tag|zeitpunkt|fecha)|s?(?:datum|zeitpunkt))"
    r"|(?:date|fecha|datum|zeitpunkt|tag)_(?:(?:of|de|del|de_la|der|des|du|d)_)?(?P<after>.+)"
)
"""Names of when something was, with what it was."""


def is_event_time(name: str) -> bool:
    """Whether a column is called like the time at which something happened, on the rows where it did.

    >>> [is_event_time(name) for name in ("churned_at", "Kündigungsdatum", "fecha_de_baja", "chargeback_date", "created_at")]
    [True, True, True, True, False]
    """
    found = _DATED.fullmatch(folded_name(name))
    what = (found["before"] or found["after"]) if found else ""
    return bool(what) and (is_event(what) or strength("label", what) is not None)


def is_event(name: str) -> bool:
    """Whether a column is called like something that happened or did not.

    >>> is_event("defaulted_12m"), is_event("is_fraud"), is_event("final_decision")
    (True, True, False)
    """
    return _EVENT.fullmatch(HORIZON.sub("", folded_name(name))) is not None
