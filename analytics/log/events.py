"""What happened or did not, in the domains that log models, in English, German, Spanish and French."""

from __future__ import annotations

import re

EVENTS = (
    r"fraud(ulent)?|betrug|betruegerisch|fraude|fraudulento",
    r"churn(ed)?|abgewandert|abwanderung|gekundigt|gekuendigt|kundigung|kuendigung|baja|abandono|resilie|resiliation|attrition",
    r"terminated|termination|resigned|resignation|hired|eingestellt|contratado|embauche|siniestro|sinistre|incumplimiento|en_mora|in_arrears|zahlungsausfall",
    r"default(ed)?|ausfall|ausgefallen|impago|moroso|mora|defaut|impaye|bad|charged?_?off|repaid|zuruckgezahlt|zurueckgezahlt",
    r"late|delayed|verspatet|verspaetet|verspatung|retraso|retrasado|retard|en_retard",
    r"spam|recid|toxic|hateful|abusive|toxisch|toxico|toxique",
    r"readmitted|readmission|readmit|rehospitalis(e|ation)|verstorben|decede|averia|panne|wiederaufnahme|reingreso|readmision",
    r"convert(ed)?|conversion|konvertiert|convertido|converti|clicked|geklickt|clic|purchased?|bought|gekauft|compra|comprado|achat|achete",
    r"died|death|mortality|gestorben|fallecido|deces|disease|diagnosis|diagnose|diagnostico|diagnostic|erkrankt|enfermo|malade",
    r"defect(ive)?|defekt|defectuoso|defectueux|fehlerhaft|ausschuss|faulty|breakdown|failure|failed|stornado",
    r"returned|retoure|zuruckgesendet|devuelto|devolucion|retourne|dropout|abbruch|abgebrochen|abandon|no_?show",
    r"survived|exited|subscribed|responded|response|click|fake|stroke|sepsis|admitted|hospitali[sz]ed|complication",
    r"incident|breach|intrusion|attack(ed)?|compromised|malware|malicious|phishing|vorfall|angriff|incidente|ataque|attaque",
    r"violat(ion|ing|ive|es)|verstoss|infraccion|infraction|cancel(l)?ed|cancel(l)?ation|lapsed?|storno|delinquent|delinquency",
    r"storung|stoerung|fallo|falla|defaillance|outage|litigated|litigation",
)
"""What happened or did not, in the domains that log models."""

HORIZON = re.compile(
    r"(_payment)?_(((with)?in_)?(next_)?\d+_?(d|days?|h|hours?|w|weeks?|m|months?|y|yrs?|years?)|next_(day|week|month|quarter|year))$"
)
"""The end of a name that says within which time something happens: ``within_30_days``, ``next_month``, ``90d``."""

ENDS = {
    "label": HORIZON,
    "score": re.compile(r"_(in_)?(pct|perc(ent(age)?)?|prozent|porcentaje|pourcent(age)?|0_?100|100|1000)$"),
}
"""Ends of names that leave the role as it is: within which time a label is known, and of how many a score is."""
