"""``report --from``: what a pack was asked, asked again of a log that may be next week's export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.answers.question import Question
from analytics.answers.report.again import asked_again, differences
from analytics.answers.report.view import View, view_from
from analytics.commands import asking
from analytics.errors import InputError, QuestionError
from analytics.log.mapping import SINGLE_ROLES, Mapping, mapping_from_dict

if TYPE_CHECKING:
    from analytics.answers.report.asking import ReportAsking
    from analytics.commands.brief import Given
    from analytics.commands.options import Asked, Source
    from analytics.log.schema import Log
    from analytics.log.workspace import Workspace


def read_pack(file: Path | None) -> tuple[dict[str, Any] | None, View, list[str]]:
    """Read the manifest of a pack and what it was asked; nothing where no file is named.

    Raises
    ------
    InputError
        If the file cannot be read or is no pack.
    """
    from analytics.present.report.manifest import manifest_from

    if file is None:
        return None, View(), []
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"Expected a pack, could not read {file}: {error.strerror}. Check the path.") from error
    found = manifest_from(data, file.name)
    return found, view_from(found.get("view")), []


def remapped(
    workspace: Workspace, question: Question, manifest: dict[str, Any], source: Source
) -> tuple[Question, list[str]]:
    """Return the question on the log as the pack judged it, and what differs between the two logs.

    Roles that the command line names stay as they are named; a role whose column is gone is the guessed one.
    """
    log, said = question.log, differences(question.log, manifest)
    if source.names_roles:
        return question, said
    then = [str(name) for name in manifest.get("columns") or ()]
    mapping = _fitted(manifest.get("mapping"), log, set(log.reading.names) - set(then) if then else set())
    if mapping is None or mapping == log.mapping:
        return question, said
    try:
        changed = asking.remapped(workspace, log, mapping)
    except (InputError, QuestionError) as error:
        return question, [
            *said,
            f"The columns cannot be read as in the last pack, so that roles are guessed anew: {error}",
        ]
    threshold = mapping.threshold if question.threshold == log.mapping.threshold else question.threshold
    return Question(changed, question.cohort, threshold), said


def _fitted(data: object, log: Log, new: set[str]) -> Mapping | None:
    """Return the mapping of a pack on a log that may lack columns and have new ones; None where it cannot be one."""
    try:
        mapping = mapping_from_dict(data) if isinstance(data, dict) else None
    except (TypeError, ValueError, KeyError, AttributeError):
        return None
    if mapping is None:
        return None
    names = set(log.reading.names)
    if mapping.right is not None and not set(mapping.right.columns) <= names:
        return None
    gone = {role for role in SINGLE_ROLES if getattr(mapping, role) is not None and getattr(mapping, role) not in names}
    if gone & {"label", "decision", "score"}:
        return None
    kept: dict[str, Any] = {role: getattr(log.mapping, role) for role in gone}
    kept |= {name: tuple(each for each in getattr(mapping, name) if each in names) for name in ("segments", "text")}
    kept["segments"] = (*kept["segments"], *(name for name in log.mapping.segments if name in new))
    merges = tuple(each for each in mapping.merges if each[0] in names)
    return replace(mapping, **kept, merges=merges)


def asked_like(view: View, usual: ReportAsking, asked: Asked, given: Given) -> tuple[ReportAsking, tuple[str, ...]]:
    """Ask as the pack was asked; what the command line names goes before."""
    asking, said = asked_again(view, usual.question.log, usual)
    question = asking.question
    if asked.threshold is not None:
        question = replace(question, threshold=usual.question.threshold)
    if asked.where or asked.as_of or asked.mature:
        question = replace(question, cohort=usual.question.cohort)
    asking = replace(asking, question=question)
    if usual.policy is not None:
        asking = replace(asking, policy=usual.policy, leads=usual.leads)
    if usual.handover is not None:
        asking = replace(asking, handover=usual.handover)
    if given.reference or given.production:
        asking = replace(asking, sides=usual.sides)
    return asking, said
