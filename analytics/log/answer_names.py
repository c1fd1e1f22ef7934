"""What an answer and what was expected are called: in evaluations, in extraction, in speech, in four languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analytics.log.column import Column
from analytics.log.role_names import folded_name, is_prediction, strength

_ANSWER = (
    r"(answers?|responses?|repl(y|ies)|outputs?|completions?|hyp(othes[ei]s)?|generations?|transcript(ion)?s?|translations?|"
    r"predictions?|preds?|summar(y|ies)|sql|quer(y|ies)|extractions?|antwort(en)?|ausgaben?|ubersetzung|reponses?|sorties?|"
    r"traduction|respuestas?|salidas?|traduccion)"
)
"""Nouns of what a model gives."""
_BY_MODEL = re.compile(
    r"actual|model|llm|ai|ki|ia|prompt|bot|agent|assistant|system|modell|modelo|modele|pred(icted|iction)?|generated|generiert(e[rs]?)?|generad[oa]|"
    r"genere|extracted|extrahiert(e[rs]?)?|extraid[oa]|extrait(e)?|parsed|ocr|asr|stt|mt|recogni[sz]ed|erkannt(e[rs]?)?|detected|"
    r"transcribed|returned|given|hyp|my|tatsachliche?[rs]?"
)
"""Words that say of a column that a model gave what the rest of its name is about."""
_EXTRACTED = re.compile(
    r"extracted|extrahiert(e[rs]?)?|extraid[oa]|extrait(e)?|parsed|ocr|recogni[sz]ed|erkannt(e[rs]?)?|detected|transcribed"
)
"""Those of them by which a value was read off something: right where it is the same."""
_WANTED = re.compile(
    r"expected|reference|ref|gold(en)?|ideal|target|ground|truth|gt|correct|true|desired|wanted|verified|manual|human|labell?ed|"
    r"right|solution|soll|erwartet(e[rs]?)?|referenz|muster|richtige?[rs]?|korrekte?[rs]?|attendue?s?|correcte?|esperad[oa]s?|referencia|correct[oa]|"
    r"actual|label"
)
"""Words that say of a column that it holds what the rest of its name should be."""
_BARE_ANSWER = re.compile(
    rf"((actual|model|llm|ai|ki|ia|prompt|bot|agent|assistant|system)_)?{_ANSWER}(_text)?|generated(_text)?|got|actual|result|candidate"
)
_BARE_EXTRACTED = re.compile(rf"({_EXTRACTED.pattern}|asr|stt|mt)(_(text|values?|{_ANSWER}))?")
_BARE_WANTED = re.compile(
    rf"(expected|references?|ref|gold(en)?|ideal|targets?|ground_?truth|gt|truth|want(ed)?|desired|expect|labels?|"
    rf"soll(wert)?|referenz|muster(losung|loesung|antwort)?|attendue?|esperad[oa]|referencias?)(_({_ANSWER}|text))?|soll_?{_ANSWER}"
)
"""Names of an answer and of what was expected that go together though they share no word."""
_KEY = re.compile(
    r"answers?(_key)?|right_answer|solutions?|antwort(en)?|losung(en)?|loesung(en)?|respuestas?|solucion|reponses?"
)
"""Names of the right answer where another column is called what a model said."""
_ANSWERS = re.compile(r"model|llm|ai|ki|ia|bot|agent|assistant|system|modell|modelo|modele|sistema|systeme")
"""Names of who answers, which may stand for the answer itself."""
_ALONE = re.compile(
    r"expected|erwartet(e[rs]?)?|esperad[oa]|attendue?|real|reel|actual|true|truth|ground_?truth|gold(en)?|target|label|human|humano|"
    r"humain|mensch"
)
"""Names of what was expected or turned out beside it; *correct* may say that the answer is."""
_TWO = 2
"""Different values of a column of two classes."""
_MADE = re.compile(r"generated|generiert(e[rs]?)?|generad[oa]|genere")
"""Words of what a model wrote, beside the same that was there before."""


def is_wanted(name: str) -> bool:
    """Whether a column is called what was expected, or the key.

    >>> is_wanted("gold"), is_wanted("answer_key"), is_wanted("model")
    (True, True, False)
    """
    return any(names.fullmatch(folded_name(name)) is not None for names in (_BARE_WANTED, _KEY))


def named(columns: Sequence[Column], *, is_said: bool = False) -> list[tuple[Column, Column]]:
    """Return the pairs of columns of which one is called an answer and the other what was expected; twins first.

    Where ``is_said`` by a column that is called a prediction what the model said, *actual* is what turned out.

    >>> columns = [Column(at, name, "VARCHAR", "text") for at, name in enumerate(("expected_answer", "answer", "topic"))]
    >>> [(own.name, true.name) for own, true in named(columns)]
    [('answer', 'expected_answer')]
    """
    free = [column for column in columns if column.kind != "boolean"]
    said = [column for column in free if _is_said(column.name)]
    twins = [(own, true) for own in said for true in free if own is not true and _is_of(own.name, true.name)]
    if twins:
        return twins
    said = [column for column in free if _BARE_EXTRACTED.fullmatch(folded_name(column.name))]
    said = said or [column for column in free if _is_bare_answer(column.name)]
    wanted = [column for column in free if _is_bare_wanted(column.name)]
    if is_said:
        wanted += [column for column in said if not is_prediction(column.name)]
    if not wanted:  # the key of a test is called an answer too
        wanted = [column for column in free if _KEY.fullmatch(folded_name(column.name))]
    return [(own, true) for own in said for true in wanted if own not in wanted and own.kind != "time"]


def model_and_wanted(columns: Sequence[Column]) -> dict[str, str]:
    """Return decision and label where a column is called after who answers, one what was expected, of the same two values.

    >>> two = {"type": "VARCHAR", "kind": "text", "n_distinct": 2, "top": (("si", 9), ("no", 3))}
    >>> model_and_wanted([Column(0, "modelo", **two), Column(1, "esperado", **two), Column(2, "activo", **two)])
    {'decision': 'modelo', 'label': 'esperado'}
    """
    two = [column for column in columns if column.kind != "time" and column.n_distinct == _TWO]
    own = [column for column in two if _ANSWERS.fullmatch(folded_name(column.name))]
    wanted = [column for column in two if column not in own and _ALONE.fullmatch(folded_name(column.name))]
    if not len(own) == len(wanted) == 1 or {value for value, _ in own[0].top} != {value for value, _ in wanted[0].top}:
        return {}
    return {"decision": own[0].name, "label": wanted[0].name}


def _is_bare_answer(name: str) -> bool:
    """Whether a column is called an answer or a prediction and no more."""
    is_said = is_prediction(name) and strength("label", name) is None
    return is_said or _BARE_ANSWER.fullmatch(folded_name(name)) is not None


def _is_bare_wanted(name: str) -> bool:
    """Whether a column is called what was expected, or the truth, and no more."""
    is_true = (strength("label", name) or (1, 0))[0] == 0 and not is_prediction(name)
    return _BARE_WANTED.fullmatch(folded_name(name)) is not None or (
        is_true and _BARE_ANSWER.fullmatch(folded_name(name)) is None
    )


def is_extracted(name: str) -> bool:
    """Whether a column is called what was read off something.

    >>> is_extracted("extracted_total"), is_extracted("total")
    (True, False)
    """
    return any(_EXTRACTED.fullmatch(word) for word in folded_name(name).split("_"))


def _about(own: str) -> list[str]:
    """Return the words of a name but for those of who answers."""
    return [word for word in folded_name(own).split("_") if not _BY_MODEL.fullmatch(word)]


def _is_of_answer(about: Sequence[str]) -> bool:
    """Whether words are those of something of an answer: response_type, answer_label."""
    return len(about) > 1 and re.fullmatch(_ANSWER, about[0]) is not None


def _is_said(own: str) -> bool:
    """Whether a column is called an answer, or something of one, or what was read off something or predicted.

    >>> _is_said("extracted_total"), _is_said("sales"), _is_said("expected_answer")
    (True, False, False)
    """
    about = _about(own)
    is_answer = re.fullmatch(_ANSWER, "_".join(about)) is not None or _is_of_answer(about)
    return is_answer or is_extracted(own) or (is_prediction(own) and strength("label", own) is None)


def _is_of(own: str, true: str) -> bool:
    """Whether what a column that is called an answer is of is called in another the same that was expected.

    >>> _is_of("extracted_total", "true_total"), _is_of("sales", "expected_sales"), _is_of("expected_answer", "answer")
    (True, True, False)
    """
    about, said, wanted = _about(own), folded_name(own).split("_"), folded_name(true).split("_")
    of = [word for word in wanted if not _WANTED.fullmatch(word)]
    is_made = is_extracted(own) or any(_MADE.fullmatch(word) for word in said)
    is_marked = len(of) < len(wanted) or (len(about) < len(said) and is_made)
    return is_marked and (about == of != [] or (_is_of_answer(about) and about[1:] == of))
