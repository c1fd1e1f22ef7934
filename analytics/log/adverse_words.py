"""Words of what is bad for whom it is about, of decisions against somebody, and of the class that a model does not warn of."""

from __future__ import annotations

ADVERSE_EVENTS = ("bad", "fraud", "default", "defaulted", "unsafe", "charged off", "churn", "churned", "late", "spam")
ADVERSE_RESULTS = ("recidivist", "fail", "failed")
ADVERSE_LABELS = (*ADVERSE_EVENTS, *ADVERSE_RESULTS)
"""Positive values that are bad for whom they are about."""

ADVERSE_DECISIONS = (
    *(
        "reject",
        "rejected",
        "deny",
        "denied",
        "decline",
        "declined",
        "block",
        "blocked",
        "flag",
        "flagged",
        "refuse",
        "refused",
    ),
    *(
        "stop",
        "stopped",
        "alert",
        "remove",
        "removed",
        "delete",
        "deleted",
        "hide",
        "hidden",
        "ban",
        "banned",
        "suspend",
    ),
    *("suspended", "quarantine", "quarantined", "take down", "taken down"),
)
"""A decision against somebody is the prediction of a label that is."""

ADVERSE_STEMS = (
    *("fraud", "scam", "default", "delinqu", "arrear", "malign", "disease", "sick", "defect", "fault", "cancel"),
    *("delay", "late", "toxic", "offens", "violat", "hate", "abus", "spam", "suspicious", "positiv", "litig"),
    *("betrug", "ausfall", "ausgefallen", "saumig", "bosartig", "krank", "defekt", "fehlerhaft", "ausschuss"),
    *("gekundigt", "kundig", "abgewandert", "verspat", "unzulassig", "verdachtig", "auffallig", "toxisch", "schaden"),
    *("impag", "moros", "enferm", "defectuos", "baja", "abandon", "retras", "tarde", "ofensiv", "sospechos"),
    *("impay", "defaut", "malin", "malad", "defectu", "resili", "retard", "offensant", "suspect", "frauduleu"),
)
"""Beginnings of words, without accents, for what a model warns of, in English, German, Spanish and French."""

ADVERSE_NAMES = frozenset(
    {
        "bad",
        "bads",
        "npl",
        "dlq",
        "dlqin",
        "dpd",
        "fpd",
        "chargeback",
        "chargeoff",
        "bankrupt",
        "bankruptcy",
        "incident",
    }
    | {"fail", "failed", "failure", "churn", "churned", "attrition", "dropout", "loss", "mora", "morosidad"}
)
"""Words in the name of a label whose yes is bad for whom it is about, or for whom it concerns: *bad_12m*."""

GRANTED_STEMS = (
    *(
        "hire",
        "admit",
        "admiss",
        "enrol",
        "grant",
        "approv",
        "accept",
        "repaid",
        "repay",
        "paid",
        "good",
        "succe",
        "convert",
    ),
    *(
        "retain",
        "select",
        "promot",
        "graduat",
        "complet",
        "perform",
        "passed",
        "eingestellt",
        "bewillig",
        "bezahlt",
        "erfolg",
    ),
    *("contrat", "aprob", "aceptad", "exito", "pagad", "embauch", "approuv", "accord", "reussi", "paye"),
)
"""Beginnings of words in the name of a label whose yes is good for whom it is about: *hired*, *repaid*."""

BENIGN_STEMS = (
    *("legit", "genuin", "benign", "health", "normal", "clean", "stay", "retain", "remain", "paid", "perform", "pass"),
    *("acceptab", "complian", "safe", "settl", "licit", "legal", "lawful", "authent", "appropri", "apropia"),
    *("dismiss", "cleared", "descart", "ecarte", "entlast", "unfounded"),
    *("unauffallig", "gutartig", "gesund", "geblieben", "zulassig", "punktlich", "bezahlt", "bedient"),
    *("benigno", "sano", "sana", "conforme", "aceptab", "sigue", "activ", "pagad", "puntual"),
    *("benin", "sain", "fidele", "reste", "paye", "ponctuel"),
)
"""Beginnings of words, without accents, for the class that a model does not warn of, in the same languages."""
