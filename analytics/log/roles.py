"""A first guess at the role of every column, each with its reason, from names, types and values."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from analytics.log import (
    answer_names,
    called_after,
    class_columns,
    class_families,
    label_givers,
    label_time,
    logged,
    operation_names,
    pairs,
    positives,
    score_form,
    views,
)
from analytics.log.by_values import is_fraction, is_key, rest
from analytics.log.claims import ASKED, binary, claims_of, hinted, is_comparison, is_fitting_role, is_told
from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.column_names import is_event, is_event_time
from analytics.log.events import HORIZON
from analytics.log.judge_and_people import judge_and_people
from analytics.log.mapping import Mapping
from analytics.log.places import is_of_later
from analytics.log.role_names import ACTS, folded_name, is_prediction, is_rank, strength
from analytics.log.schema import Reading
from analytics.log.weight import is_weight

_MAX_CANDIDATES = 6
"""Columns that are offered for an open role. Bounds the row of buttons."""

_ACT = re.compile(rf"(.*_)?{ACTS}(_.*)?")
_LABEL = re.compile(
    r"labels?(_value)?|y(_true)?|target|ground_?truth|truth|actual(_label)?|outcome|etikett|etiqueta|etiquette"
)
"""Names of the label and of nothing else."""
_DRAW = re.compile(
    r"(.*_)?(random(_?(number|draw|key|value|seed|u))?|rand|rnd|rng|uniform|seed|noise|zufall(szahl|swert)?|aleatori[oa]|alea|aleatoire)"
)
"""Names of random numbers, by which rows were drawn or parted."""


@dataclass(frozen=True)
class Guess:
    """A mapping, why each column got its role, and the roles that stay open.

    Attributes
    ----------
    mapping : Mapping
        What the names say; a label or a score that no name settles stays open.
    reasons : dict of str to str
        By column, why it got its role.
    open : dict of str to tuple of (str, str)
        By role that stays open, the columns that could play it, each with the reason; under *positive* and *decision_positive*
        the values of which no word says which is positive.
    """

    mapping: Mapping
    reasons: dict[str, str]
    open: dict[str, tuple[tuple[str, str], ...]]


def guess(reading: Reading, said: dict[str, str | None] | None = None) -> Guess:
    """Guess the role of every column of a reading; a label or a score for which two columns have a claim stays open.

    Parameters
    ----------
    reading : Reading
        What was found in the file.
    said : dict of str to (str or None), optional
        Roles that a person named, None where no column plays one: they stand, and the others are guessed around them.
    """
    said = said or {}
    columns, n_rows = reading.columns, reading.rows_kept
    reasons: dict[str, str] = {}
    chosen = {role: name for role, name in said.items() if name is not None}
    reasons |= dict.fromkeys(chosen.values(), "named")
    undecided: dict[str, tuple[tuple[str, str], ...]] = {}
    judged = {} if {"label", "decision", "score"} & {*said} else judge_and_people(columns)
    chosen |= judged
    reasons |= dict.fromkeys(judged.values(), "a judge's verdict, and people's on some")
    said_and_wanted = {} if said or judged else answer_names.model_and_wanted(columns)
    chosen |= said_and_wanted
    reasons |= dict.fromkeys(said_and_wanted.values(), "what a model said, and what was expected")
    for role in ("label", "decision", "score", "time", "row_id", "model_version", "amount"):
        taken = {*chosen.values(), *(name for claims in undecided.values() for name, _ in claims)}
        if role in said or role in chosen or (role == "score" and judged):
            continue
        if role == "label" and reading.labels:
            chosen[role] = reading.labels.label_column
            reasons[chosen[role]] = f"it holds the labels of {reading.labels.source!r}"
            continue
        free = [column for column in columns if column.name not in taken]
        if role == "decision":  # of the names of classes in a list none was decided
            free = [column for column in free if not class_columns.is_name_of_class(columns, column)]
            if "label" not in {
                *chosen,
                *undecided,
            }:  # what a chance is called after may have been decided, or turned out
                chances = [column.name for column in columns if is_fraction(column)]
                free = [each for each in free if not any(_is_chance_of(chance, each.name) for chance in chances)]
        if role == "score":  # a share of rows that was kept is no chance that a model gave
            free = [column for column in free if not is_weight(column) and not is_of_later(column.name, reading.names)]
            free = [column for column in free if not is_rank(column.name)]  # which end is high no name says
        if role == "time":  # when something turned out is no time of the rows
            free = [column for column in free if not label_time.is_of_some(column, columns, n_rows)]
            own = [column for column in free if not is_event_time(column.name)]
            free = own if any(column.kind == "time" for column in own) else free
        if role == "amount":  # what an answer cost is no amount of what it is about
            free = [column for column in free if not operation_names.is_of_answer(column, columns)]
        claims = hinted(role, reading, free) or claims_of(role, free, n_rows, reading.origin.paths)
        is_doubtful = role == "label" and any(map(_is_empty_label, columns)) and all(each.strength for each in claims)
        if claims and (role not in ASKED or (len(claims) == 1 and not is_doubtful)):
            chosen[role], reasons[claims[0].name] = claims[0].name, claims[0].reason
        elif claims:
            undecided[role] = tuple((claim.name, claim.reason) for claim in claims)
    _by_each_other(columns, chosen, reasons, undecided, said)
    _by_values(columns, chosen, reasons, undecided, n_rows, said)
    for role, claimed in class_families.claims(reading, chosen, undecided, said).items():
        if role == "label" and chosen.get("decision") == claimed[0]:
            del chosen["decision"]
        chosen[role], reasons[claimed[0]] = claimed
        undecided.pop(role, None)
        undecided.pop("score", None)
    candidates = [chosen["score"]] if "score" in chosen else [name for name, _ in undecided.get("score", ())]
    if "score" not in said and (found := class_columns.score_of(reading, chosen.get("label"), candidates)):
        reasons.pop(chosen.get("score", ""), None)
        undecided.pop("score", None)
        chosen["score"], reasons[found[0]] = found
    elif "score" not in said and class_columns.is_place_of_many(reading, chosen.get("score")):
        reasons[chosen.pop("score")] = "one place of a list: which class it is the score of is not said"
    named = class_columns.named_after(reading, chosen.get("label")) if "score" not in said else None
    if named is not None and chosen.setdefault("score", named[0]) == named[0]:
        undecided.pop("score", None)
        reasons[named[0]] = f"it is called after {named[1]!r}, a value of {chosen['label']!r}"
    if "label_time" not in said and (known := label_time.claim(columns, n_rows, chosen)):
        chosen["label_time"] = known[0]
        reasons.setdefault(*known)
    for role, claim in label_givers.claims(columns, n_rows, chosen).items():
        if role not in said:
            chosen[role], reasons[claim[0]] = claim
    took = {role: claim for role, claim in operation_names.claims(columns, chosen).items() if role not in said}
    chosen |= {role: name for role, (name, _) in took.items()}
    mapping = Mapping(**chosen)  # type: ignore[arg-type]
    sliced = {mapping.model_version, mapping.annotator, mapping.label_site}
    still = {getattr(mapping, role) for role in operation_names.OPERATION_ROLES}
    segments, texts = [], []
    for column in columns:
        if column.name in reasons and column.name not in still:
            if column.name in sliced:
                segments.append(column.name)
            continue
        role, reason = rest(column, n_rows)
        reasons.setdefault(column.name, reason)
        if role == "segment":
            segments.append(column.name)
        elif role == "text":
            texts.append(column.name)
    reasons |= dict(took.values())
    mapping = replace(mapping, segments=tuple(segments), text=tuple(texts))
    positive = named[1] if named and named[0] == chosen["score"] else None
    mapping, beside = logged.as_decided(complete(mapping, reading, positive), reading, said)
    reasons |= beside
    if right := views.guessed(mapping, reading, said, undecided):
        for role in ("score", *(("label",) if right.kind == "numbers" else ())):
            undecided.pop(role, None)
        mapping = views.right_or_wrong(mapping, reading, right)
        for role, name, other in (("label", right.true, right.predicted), ("decision", right.predicted, right.true)):
            if name and other and chosen.get(role) != name:
                reasons[name] = f"it goes together with {other!r}"
    elif "label" not in {*chosen, *said, *undecided} and (twins := pairs.twins_of(columns, chosen.get("decision"))):
        undecided["label"] = tuple((name, f"{chosen['decision']!r} is called after it") for name in twins)
    untold = {} if positive is not None else positives.untold(mapping, reading, said)
    return Guess(mapping, reasons, undecided | untold)


def complete(mapping: Mapping, reading: Reading, positive: str | None = None) -> Mapping:
    """Complete a mapping with its columns' classes and form; ``positive`` is what something else than words calls so."""
    mapping = score_form.with_form(positives.with_values(mapping, reading, positive), reading)
    return replace(mapping, threshold=logged.first_threshold(mapping, reading))


def _by_values(
    columns: Sequence[Column],
    chosen: dict[str, str],
    reasons: dict[str, str],
    undecided: dict[str, tuple[tuple[str, str], ...]],
    n_rows: int,
    said: Collection[str],
) -> None:
    """Fill roles that no name suggested from types and values: a time or an id is taken, a label or a score is asked for."""

    def decided() -> list[tuple[str, str]]:
        """Return the decision beside a score: then it may be what turned out."""
        name = chosen.get("decision")
        is_beside = "decision" not in said and "score" in {*chosen, *undecided} and name is not None
        is_two = is_beside and any(column.name == name and is_fitting_role("label", column) for column in columns)
        return [(name, "is taken for the decision")] if is_two and name and not is_prediction(name) else []

    def free() -> list[Column]:
        taken = {*chosen.values(), *(name for claims in undecided.values() for name, _ in claims)}
        left = [column for column in columns if column.name not in taken]
        return [column for column in left if column.kind != "number" or not operation_names.roles_of(column, columns)]

    def take(role: str, name: str | None, reason: str) -> None:
        if role not in chosen and role not in said and name is not None:
            chosen[role] = name
            reasons[name] = f"{reason}; no column is named like this role"
            undecided.pop(role, None)

    def ask(role: str, found: Sequence[tuple[str, str]]) -> None:
        if role not in chosen and role not in undecided and role not in said and found:
            undecided[role] = tuple(found[:_MAX_CANDIDATES])

    if not {"score", "decision"} & {*chosen, *undecided, *said}:
        said_of_two = [each for each in free() if is_fitting_role("label", each) and is_prediction(each.name)]
        if len(said_of_two) == 1:
            take("decision", said_of_two[0].name, "called a prediction, and has two values")
    if "decision" not in chosen:
        fractions = [column.name for column in free() if is_fraction(column)]
        drawn = {name for name in fractions if _DRAW.fullmatch(folded_name(name))}
        ranks = [column.name for column in free() if is_rank(column.name) and column.kind == "number"]
        drawn_from = [(name, "fractions between 0 and 1") for name in fractions if name not in drawn]
        ask("score", [*drawn_from, *((name, "a rank: of some the first is the highest") for name in ranks)])
    if {"score", "decision"} & {*chosen, *undecided}:
        two = [column for column in binary(free()) if strength("model_version", column.name) is None]
        two = [column for column in two if not operation_names.roles_of(column, columns)] or two
        scores = [chosen["score"]] if "score" in chosen else [name for name, _ in undecided.get("score", ())]
        told = [column for column in two if is_told(column)]
        if len(told) == len(scores) == 1 and called_after.is_about(scores[0], told[0].name):
            take("label", told[0].name, f"{scores[0]!r} is called after it")
            take("score", scores[0], "it is called after the label")
        offered = [column for column in two if not is_comparison(column)]
        offered = offered if any(column in told for column in offered) else two
        likely, others = ([column for column in offered if (column in told) == is_told] for is_told in (True, False))
        dated = [column.name for column in free() if is_event_time(column.name) and label_time.is_open(column)]
        happened = [(name, "a time where it happened, nothing where not, or not yet") for name in dated]
        several = [each for each in free() if each.kind == "text" and 2 < each.n_distinct <= MAX_VALUES_BY_VALUE]
        called = [(each.name, "its name") for each in several if strength("label", each.name) is not None]
        ask("label", [*map(_with_two, likely), *called, *decided(), *happened, *map(_with_two, others)])
    times = [column for column in free() if column.kind == "time" and strength("time", f"{column.name}_at") is not None]
    times = [column for column in times if not label_time.is_of_some(column, columns, n_rows)]
    take("time", times[0].name if times else None, "the first column of times")
    keys = [column.name for column in free() if is_key(column, n_rows)]
    take("row_id", keys[0] if keys else None, "every row has its own value")


def _by_each_other(
    columns: Sequence[Column],
    chosen: dict[str, str],
    reasons: dict[str, str],
    undecided: dict[str, tuple[tuple[str, str], ...]],
    said: Collection[str],
) -> None:
    """Fill a decision and a label, and a score and a label, that are called after each other."""
    open_roles = [role for role in ("decision", "label") if role not in said and role not in chosen]
    candidates = {name for name, _ in undecided.get("label", ())}
    if open_roles:
        twins = pairs.twins_of_two(
            columns, {*chosen.values()} - candidates, chosen.get("decision"), chosen.get("label")
        )
        others = candidates - {*(twins or {}).values()}
        happened = any(is_event(name) or HORIZON.sub("", folded_name(name)) == "outcome" for name in others)
        happened = happened or any((strength("label", name) or (1, 0))[0] == 0 for name in others)
        for role in open_roles if twins else ():
            if role == "label" and (happened or _ACT.fullmatch(folded_name(twins[role]))):
                continue  # what people decided, or did, is no surer truth than that
            chosen[role] = twins[role]
            reasons[twins[role]] = "what a model said, and what it was said of"
    if "label" in open_roles and "label" not in chosen and "score" in chosen:
        two = [column for column in columns if is_fitting_role("label", column) and column.name not in chosen.values()]
        named = [column.name for column in two if called_after.is_chance_of(chosen["score"], column.name)]
        if len(named) == 1:
            chosen["label"], reasons[named[0]] = named[0], f"{chosen['score']!r} is called after it"
    if "label" in chosen:
        undecided.pop("label", None)  # and of one score for each of several labels:
        named = _chances_of(chosen["label"], [name for name, _ in undecided.get("score", ())])
        if len(named) == 1 and undecided.pop("score"):
            chosen["score"], reasons[named[0]] = named[0], f"it is called after {chosen['label']!r}"
    if "label" in chosen and "score" not in {*said, *undecided}:
        fractions = [column.name for column in columns if is_fraction(column) and column.name not in chosen.values()]
        rival = next((column for column in columns if column.name == chosen.get("score")), None)
        named = _chances_of(chosen["label"], fractions, is_alone=rival is None)
        if len(named) == 1 and (rival is None or not called_after.is_chance_of(rival.name, chosen["label"])):
            reason = f"it is called after {chosen['label']!r}"
            if rival is not None and is_fitting_role("score", rival):
                undecided["score"] = ((named[0], reason), (rival.name, reasons.pop(rival.name)))
                del chosen["score"]
                return
            if rival is not None:
                del reasons[rival.name]
            chosen["score"], reasons[named[0]] = named[0], reason


def _chances_of(label: str, scores: Sequence[str], *, is_alone: bool = True) -> list[str]:
    """Return the scores that are called the chance of a label; where none is so, and nothing else is it, that begin as it."""
    named = [name for name in scores if called_after.is_chance_of(name, label)]
    return named if named or not is_alone else [name for name in scores if called_after.is_chance_after(name, label)]


def _is_chance_of(score: str, name: str) -> bool:
    """Whether a score is called after what a column says, be it an act."""
    return score != name and called_after.is_called_after(score, name, is_act=True) and not is_prediction(name)


def _is_empty_label(column: Column) -> bool:
    """Whether a column is called the label and holds nothing yet: another one that may be it is no sure one."""
    return column.n_distinct == 0 and _LABEL.fullmatch(folded_name(column.name)) is not None


def _with_two(column: Column) -> tuple[str, str]:
    """Return a column that may be the label, with the reason."""
    return column.name, "has two values"
