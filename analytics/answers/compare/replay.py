"""Does a replay give the scores of the evaluation, and where it does not, which fields are others?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from analytics.answers.compare.answer import Comparison, compare
from analytics.answers.compare.replay_fields import MOST, FieldChange, told_change
from analytics.answers.compare.sides import pairing_of
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.compare.noise import Noise, followed, has_no_direction, noise_of
from analytics.query.compare.moved import is_beyond, move_follows, score_moves
from analytics.query.compare.pairs import Pairing, account, as_stored, repeating
from analytics.query.compare.replay import (
    DIGITS,
    Field,
    answered,
    field_changes,
    first_changes,
    is_changed,
    replay_frame,
    replayed_field,
    score_changes,
    without_changes,
)
from analytics.query.engine import Engine

_COINCIDENCE = 0.5
"""Of the rate at which a field differs where scores do: from which it differs as well where they do not, so that it is not the
reason. By hand: a time of the request, an id of the run."""
_OF_NUMBERS = frozenset({"empty", "unit", "affine", "shift", "rounded"})
_WRITTEN, _SOME = frozenset({"recoded", "swapped", "unread", "spelled", "padded", "truncated", "shuffled"}), 0.1
"""What becomes of a field by a fault of the pipeline alone (one value for all, or any others, have runs and times too); these
a model may read as before: a reason from this share of other scores on. By hand."""
_FEW = 10
"""Rows with an equal score, or unexplained ones, below which they tell nothing of a field. By hand."""
_BY_INPUT = 0.02
"""Of the variance of how far scores move, that an input explains by itself and not through the score, from which it is no chance.
By hand: of 5,000 random moves an input explains 0.003 at most in 99.99 %."""
_DIGITS_KEPT = 2
"""Decimals from which scores that some rows agree to are rounded: to one, many agree by chance, so that all must."""
_ROLES = ("score", "decision", "label", "time", "row_id", "label_time", "weight", "model_version")
"""Roles of columns that say what the model did and not what it was given."""


@dataclass(frozen=True)
class Replay:
    """What a replay says of an evaluation.

    Attributes
    ----------
    account : dict of str to int
        Rows and ids of either side.
    n, same, rounded : int
        Pairs that both sides have a score of, those whose scores are equal, and those that only rounding tells apart.
    digits : int or None
        The decimals that scores were rounded to.
    changed : int
        Pairs whose scores differ beyond that, and beyond noise.
    fields : tuple of FieldChange
        Those that differ, the reasons first and by how much more scores moved with them than without.
    unexplained : int
        Rows whose score changed although no field that is a reason differs.
    only_offline, only_replay : tuple of str
        Fields that one side alone has.
    comparison : Comparison or None
        Both sides held against the labels; None where no pair is judged.
    of_answers : bool
        Whether classes, numbers or grades are compared, and not scores.
    noise : Noise or None
        How scores move by chance alone, where those do on whose rows all fields are the same.
    is_undirected : bool
        Whether scores that no field explains move by much and without direction, as by chance or by another model.
    """

    account: dict[str, int]
    n: int
    same: int
    rounded: int
    digits: int | None
    changed: int
    fields: tuple[FieldChange, ...]
    unexplained: int
    only_offline: tuple[str, ...]
    only_replay: tuple[str, ...]
    comparison: Comparison | None
    of_answers: bool = False
    noise: Noise | None = None
    is_undirected: bool = False


def replay(engine: Engine, offline: Question, again: Question, on: tuple[str, ...] = ()) -> Replay:
    """Answer "does an evaluation, scored again as ``again``, give its scores, and if not, why?"; rows meet by ``on``, else ids.

    Raises
    ------
    QuestionError
        If no row of one side has a partner with a score.
    """
    is_one = offline == again  # the same file twice: every row is its own partner
    pairing = Pairing(offline, again) if is_one else pairing_of(offline, again, on)
    pairing = as_stored(engine, pairing)
    counted = account(engine, pairing)
    pairing = repeating(pairing, counted)
    keys = {name for pair in pairing.on for name in pair}
    fields, only_offline, only_replay = _fields(offline.log, again.log, keys)
    frame = replay_frame(engine, pairing, fields)
    scores = score_changes(engine, frame)
    if not scores["n"]:
        raise QuestionError(
            "Expected rows of the evaluation that the replay scores again, found none. Name the columns by which they meet "
            "with --on."
        )
    digits = _digits(scores)
    changed, noise, is_of_scores = is_changed(digits), None, answered(pairing) is None
    if is_of_scores:
        changed, noise = _beyond_noise(engine, frame, fields, changed, pairing.live.threshold)
    n_changed, table = field_changes(engine, frame, fields, changed)
    n_same = scores["n"] - n_changed
    found = [
        (field, row, _is_reason(row, n_changed, n_same))
        for field, row in zip(fields, table.iter_rows(named=True), strict=True)
        if row["of_changed"] + row["of_same"]
    ]
    reasons = [field for field, _, is_reason in found if is_reason]
    first = first_changes(engine, frame, reasons, changed) if n_changed else {}
    others = [field for field, _, is_reason in found if not is_reason]
    if reasons and first.get(None, 0) >= _FEW and others:
        rest = without_changes(frame, reasons)  # a frequent fault hides a seldom one
        n_rest, table = field_changes(engine, rest, others, changed)
        n_alike = score_changes(engine, rest)["n"] - n_rest
        further = {
            row["field"]
            for row in table.iter_rows(named=True)
            if row["of_changed"] >= _FEW and _is_reason(row, n_rest, n_alike)
        }
        found = [(field, row, is_reason or field.name in further) for field, row, is_reason in found]
        reasons = [field for field, _, is_reason in found if is_reason]
        first = first_changes(engine, frame, reasons, changed)
    told = [told_change(engine, frame, field, row, again.log, is_reason=is_reason) for field, row, is_reason in found]
    if first.get(None, 0) >= _FEW:
        told = [replace(each, is_reason=each.is_reason or _is_everywhere(each, n_changed, n_same)) for each in told]
        named = {each.field for each in told if each.is_reason}
        first = first_changes(engine, frame, [field for field, _, _ in found if field.name in named], changed)
    told = [replace(each, first=first.get(each.field, 0)) for each in told]
    named = {each.field for each in told if each.is_reason}
    rest = without_changes(frame, [field for field, _, _ in found if field.name in named]) if named else frame
    is_open = is_of_scores and first.get(None, 0 if named else n_changed) > n_changed / 2
    beyond = {field.name: row["beyond"] for field, row, _ in found}
    told.sort(key=lambda each: (not each.is_reason, -beyond[each.field], -each.of_same))
    return Replay(
        account=counted,
        n=scores["n"],
        same=scores["same"],
        rounded=scores["n"] - scores["same"] - n_changed - (0 if noise is None else noise.n),
        digits=digits,
        changed=n_changed,
        fields=tuple(told),
        unexplained=first.get(None, 0),
        only_offline=only_offline,
        only_replay=only_replay,
        comparison=_judged(engine, offline, again, on),
        of_answers=not is_of_scores,
        noise=noise,
        is_undirected=is_open and _is_undirected(engine, rest, fields, changed, pairing.live.threshold),
    )


def _beyond_noise(
    engine: Engine, frame: Any, fields: list[Field], changed: Any, threshold: float
) -> tuple[Any, Noise | None]:
    """Return which scores changed beyond the noise that there is where all fields are the same, and that noise."""
    alike = without_changes(frame, fields) if fields else frame
    if (noise := noise_of(score_moves(engine, alike, changed, threshold))) is None:
        return changed, None
    beyond = is_beyond(noise.most)
    within = score_moves(engine, frame, changed & ~beyond, threshold).row(0, named=True)
    return changed & beyond, replace(noise, n=within["n"], flips=within["flips"])


def _is_undirected(engine: Engine, frame: Any, fields: list[Field], changed: Any, threshold: float) -> bool:
    """Whether scores move as by chance: up as often as down, and by no input, which a model that reads inputs otherwise does."""
    moves = score_moves(engine, frame, changed, threshold)
    return has_no_direction(moves) and move_follows(engine, frame, fields, changed) <= _BY_INPUT + followed(moves) ** 2


def _judged(engine: Engine, offline: Question, again: Question, on: tuple[str, ...]) -> Comparison | None:
    """Hold both sides against the labels, where that can be done."""
    try:
        return compare(engine, pairing_of(offline, again, on))
    except QuestionError:
        return None


def _fields(offline: Log, again: Log, keys: set[str]) -> tuple[list[Field], tuple[str, ...], tuple[str, ...]]:
    """Return the fields of both sides, and those of one alone."""
    roles = {getattr(log.mapping, role) for log in (offline, again) for role in _ROLES} | keys
    own, other = ({column.name: column for column in log.columns} for log in (offline, again))
    fields = [replayed_field(own[name], other[name]) for name in own if name in other and name not in roles]
    only = [
        tuple(name for name in one if name not in two and name not in roles)
        for one, two in ((own, other), (other, own))
    ]
    return fields, only[0], only[1]


def _digits(scores: dict[str, int]) -> int | None:
    """Return the fewest decimals to which most scores that differ are equal; None where they differ otherwise."""
    n_other = scores["n"] - scores["same"]
    if not n_other:
        return None
    shares = {digits: scores[f"rounded_{digits}"] / n_other for digits in DIGITS if digits}
    kept = {digits: share for digits, share in shares.items() if digits >= _DIGITS_KEPT or share == 1}
    most = max(kept.values())
    if most < _COINCIDENCE:
        return None
    return next(digits for digits, share in kept.items() if share >= MOST * most)


def _is_reason(row: dict[str, Any], n_changed: int, n_same: int) -> bool:
    """Whether a field differs more often where the score does, or is the same more often where the score is.

    The second is how a field shows that differs on nearly every row, as one that is rounded.
    """
    if not n_changed or not row["of_changed"]:
        return False
    if n_same < _FEW:
        return True
    of_same, of_changed = row["of_same"] / n_same, row["of_changed"] / n_changed
    is_kept = n_same - row["of_same"] >= _FEW and 1 - of_changed < _COINCIDENCE * (1 - of_same)
    return bool(is_kept or of_same < _COINCIDENCE * of_changed)


def _is_everywhere(told: FieldChange, n_changed: int, n_same: int) -> bool:
    """Whether a fault of the pipeline made a field another on nearly every row: equal scores then tell nothing of it.

    A tree gives many inputs the score that it gave before.
    """
    is_of_most = told.of_changed >= MOST * n_changed and told.of_same >= MOST * n_same
    return is_of_most and (told.how in _OF_NUMBERS or (told.how in _WRITTEN and n_changed > _SOME * n_same))
