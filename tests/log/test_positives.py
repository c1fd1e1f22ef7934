"""Which of two values is positive: told by words of four languages or by the column's name, else asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analytics.__main__ import app
from analytics.log import roles
from analytics.log.column import Column
from analytics.log.judge import judge
from analytics.log.positives import split_values, untold_values
from analytics.log.schema import Reading
from tests.ingested import Desk


def column(name: str, *values: str, place: int = 0) -> Column:
    top = tuple((value, 50) for value in values)
    return Column(place, name, "VARCHAR", "text", n_distinct=len(values), top=top)


TOLD = """
outcome | unauffällig | betrügerisch
Fue fraude | legítima | fraudulenta
résultat | légitime | frauduleux
befund | gutartig | bösartig
resultado | benigno | maligno
résultat | bénin | malin
status | geblieben | gekündigt
baja efectiva | sigue | baja
état | resté | résilié
Prüfung | zulässig | unzulässig
control | conforme | no conforme
Lieferung | pünktlich | verspätet
entrega | a tiempo | tarde
livraison | à l'heure | en retard
was_hired | in pool | hired
Storno | angenommen | storniert
stato | performing | arrears
contenu | licite | illicite
résultat | écartée | confirmée
investigación | descartado | confirmado
contenido | legal | ilegal
tone | appropriate | inappropriate
achat | pas d'achat | achat
"""


@pytest.mark.parametrize("line", TOLD.strip().splitlines())
def test_words_and_the_name_tell(line: str) -> None:
    name, negative, positive = line.split(" | ")
    for values in ((negative, positive), (positive, negative)):
        assert split_values(column(name, *values)) == ((positive,), (negative,)), line
        assert untold_values(column(name, *values)) == ()


@pytest.mark.parametrize("values", [("A", "B"), ("1", "2"), ("M", "F"), ("10", "20"), ("rot", "grün")])
def test_of_two_values_without_a_word_neither_is_taken_for_sure(values: tuple[str, str]) -> None:
    score = Column(1, "score", "DOUBLE", "number", n_distinct=90, top=(("0.5", 2),), low="0.01", high="0.98")
    reading = Reading("0" * 64, "log.csv", "csv", 100, 100, (column("outcome", *values), score))
    assert [value for value, _ in roles.guess(reading).open["positive"]] == [*values]


def test_the_command_asks_and_takes_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLICEWISE_HOME", str(tmp_path / "home"))
    path = tmp_path / "log.csv"
    rows = [f"{place / 100},{2 if place % 3 else 1}" for place in range(1, 99)]
    path.write_text("score,outcome\n" + "\n".join(rows), encoding="utf-8")
    asked = CliRunner().invoke(app, ["overview", str(path), "--format", "json"])
    assert asked.exit_code == 2
    assert (
        "which value of 'outcome' is positive, found '2' and '1': no word tells. Name it: --positive 2" in asked.stderr
    )
    answered = CliRunner().invoke(app, ["overview", str(path), "--positive", "2", "--format", "json"])
    assert '"n_pos": 66' in answered.stdout


@pytest.mark.parametrize(
    ("values", "positive", "negative"),
    [
        (("TN", "FN", "TP", "FP"), ("FN", "TP"), ("TN", "FP")),
        (("False Positive", "True_Positive"), ("True_Positive",), ("False Positive",)),
        (("0", "1", "9"), ("1",), ("0",)),
        (("N", "Y", "99", "-9"), ("Y",), ("N",)),
        (("8", "9"), ("9",), ("8",)),
        (("yes", "no", "void"), ("yes",), ("no",)),
        (("1", "0", "#REF!", "{null}", "-1.#IND", "N.D.", "no label"), ("1",), ("0",)),
        (("Fraud\u200b", "fraud", "Legit."), ("Fraud\u200b", "fraud"), ("Legit.",)),
        (("'yes'", "no!", "\uff11", "0"), ("'yes'", "\uff11"), ("no!", "0")),
        (("+", "-"), ("+",), ("-",)),
        (("+", "-", "?"), ("+",), ("-",)),
        (("\N{BALLOT X}", "\N{CHECK MARK}"), ("\N{CHECK MARK}",), ("\N{BALLOT X}",)),
    ],
)
def test_cells_of_a_confusion_signs_nines_and_spellings(
    values: tuple[str, ...], positive: tuple[str, ...], negative: tuple[str, ...]
) -> None:
    """An alert that was a false positive is a negative; a nine beside 0 and 1 is no answer."""
    assert split_values(column("outcome", *values)) == (positive, negative)


def test_beside_a_mark_it_is_asked_what_nothing_means(tmp_path: Path) -> None:
    """A list as SAP prints it: X where a customer defaulted, nothing where not, each cell filled up to its bar."""
    path = tmp_path / "list.txt"
    rows = [f"|a{place:<6}|0,{place:02}  |{'X' if place % 3 == 0 else ' ':<7}|" for place in range(1, 100)]
    rule = "-" * len(rows[0])
    head = ["25.11.2026   Dynamische Listenausgabe   1", "", rule, "|Kunde  |Score |Ausfall|", rule]
    path.write_text("\n".join([*head, *rows, rule]) + "\n", encoding="utf-8")
    asked = CliRunner().invoke(app, ["overview", str(path), "--format", "json"])
    assert asked.exit_code == 2
    assert "Where nothing means no, say --positive X --negative ''" in asked.stderr
    for more, n_labelled in ((["--negative", ""], 99), ([], 33)):
        answered = CliRunner().invoke(app, ["overview", str(path), "--positive", "X", *more, "--format", "json"])
        answer = json.loads(answered.stdout)
        assert (answer["n_labelled"], answer["tp"] + answer["fn"]) == (n_labelled, 33)
        assert answer["tp"] == sum(place % 3 == 0 and place >= 50 for place in range(1, 100))


def test_a_mark_is_judged_alike_before_and_after_a_log_is_built(desk: Desk) -> None:
    content = "score,fraud\n" + "\n".join(f"0.{place:02},{'' if place % 4 else 'x'}" for place in range(1, 90)) + "\n"
    upload = desk.stage(content)
    mapping = replace(roles.guess(upload.reading).mapping, positive=("x",), negative=("",))
    before = [row.label for row in judge(upload.sample, upload.reading, mapping)]
    assert before == ["negative" if place % 4 else "positive" for place in range(1, len(before) + 1)]
    log = desk.log(content, mapping)
    assert (log.n_labelled, log.n_positive) == (89, 22)


@pytest.mark.parametrize(
    ("name", "values", "positive"),
    [
        ("finding", ("0", "1", "negative", "positive"), ("1", "positive")),
        ("result", ("no", "yes", "not fraud", "fraud"), ("yes", "fraud")),
        ("outcome", ("0", "1", "paid", "late"), ("1",)),
        ("outcome", ("0", "1", "1 - late", "0: on time"), ("1", "1 - late")),
        ("delivery", ("verspätet", "pünktlich", "puenktlich", "PÜNKTLICH"), ("verspätet",)),
        ("status", ("unpaid", "not_late", "not late"), ("unpaid",)),
        ("thumbs", ("down", "up"), ("up",)),
        ("user_feedback", ("like", "dislike"), ("like",)),
    ],
)
def test_two_codings_are_one_label_and_the_better_grade_is_positive(
    name: str, values: tuple[str, ...], positive: tuple[str, ...]
) -> None:
    negative = tuple(value for value in values if value not in positive)
    assert split_values(column(name, *values)) == (positive, negative)
    assert untold_values(column(name, *values)) == ()
    assert len(untold_values(column("server_status", "up", "down"))) == 2


def test_of_several_values_without_a_word_none_is_positive_in_silence(desk: Desk) -> None:
    """With --label or --decision the last listed value was taken, against all others."""
    read = desk.read("score,grade,won\n" + "".join(f"{k / 99},{'ABCD'[k % 4]},{k % 2}\n" for k in range(99)))
    for said, role in (({"label": "grade"}, "positive"), ({"decision": "grade", "label": "won"}, "decision_positive")):
        assert [value for value, _ in roles.guess(read, said).open[role]] == list("ABCD")
    alone = roles.guess(read, {"label": "grade", "score": None}).open
    assert "positive" not in alone


def test_where_no_word_tells_the_rarer_value_is_positive() -> None:
    def label(*top: tuple[str, int]) -> Column:
        return Column(0, "final_result", "VARCHAR", "text", n_distinct=2, top=top)

    assert split_values(label(("beta", 580), ("alpha", 20))) == (("alpha",), ("beta",))
    assert split_values(label(("alpha", 580), ("beta", 20))) == (("beta",), ("alpha",))
    assert split_values(label(("yes", 580), ("no", 20))) == (("yes",), ("no",))


@pytest.mark.parametrize("third", ["partly", "insufficient docs"])
def test_an_outcome_that_nobody_predicts_is_not_the_negative(desk: Desk, third: str) -> None:
    """Of three values of the label two are predicted: the third is neither, as a third value of the decision is no decision."""
    cells = "".join(
        f"{k / 99},{('fraud', 'legit')[k % 2]},{('fraud', 'legit', 'Legit', third)[k % 4]}\n" for k in range(99)
    )
    mapping = roles.guess(desk.read("score,prediction,truth\n" + cells)).mapping
    assert (mapping.label, mapping.positive, set(mapping.negative)) == ("truth", ("fraud",), {"legit", "Legit"})
    both = roles.guess(desk.read("score,prediction,truth\n" + cells.replace(",legit,", f",{third},", 5))).mapping
    assert set(both.negative) == {"legit", "Legit", third}, (
        "where it is predicted too it counts as what is not positive"
    )


def test_an_unclear_outcome_is_not_known(desk: Desk) -> None:
    said = desk.read(
        "score,outcome\n" + "".join(f"{k / 99},{('fraud', 'legit', 'unclear')[k % 3]}\n" for k in range(99))
    )
    mapping = roles.guess(said).mapping
    assert (mapping.positive, mapping.negative) == (("fraud",), ("legit",))


@pytest.mark.parametrize(
    ("label", "positive"),
    [
        ("bad_12m", "decline"),
        ("churned", "decline"),
        ("hired", "approve"),
        ("loanRepaid", "approve"),
        ("good", "approve"),
    ],
)
def test_a_decision_predicts_what_the_label_says_of_whom_it_is_about(desk: Desk, label: str, positive: str) -> None:
    """To approve predicts that a loan will be repaid, to decline that it will go bad: both predict a 1 of such a label."""
    cells = "".join(f"{k / 99},{('approve', 'decline', 'refer')[k % 3]},{k % 2}\n" for k in range(99))
    mapping = roles.guess(desk.read(f"score,decision,{label}\n{cells}"), {"label": label}).mapping
    assert (mapping.decision, mapping.decision_positive) == ("decision", (positive,))
    assert mapping.decision_negative == ("decline" if positive == "approve" else "approve",)


@pytest.mark.parametrize("predicted", ["detected_lang", "identified_lang", "idioma_detectado", "langue_reconnue"])
def test_what_was_detected_of_the_true_one_is_what_was_predicted(desk: Desk, predicted: str) -> None:
    codes = ("en", "de", "fr", "es")
    cells = "".join(f"{0.5 + k / 999},{codes[k % 4]},{codes[(k + (k % 9 == 0)) % 4]}\n" for k in range(400))
    right = roles.guess(desk.read(f"prob,true_lang,{predicted}\n{cells}")).mapping.right
    assert right is not None and (right.kind, right.true, right.predicted) == ("classes", "true_lang", predicted)
