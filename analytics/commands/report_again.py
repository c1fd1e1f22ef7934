"""``report --from``: what a pack was asked, asked again of a log that may be next week's export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.answers.question import Question
from analytics.answers.report.view import View, asked_again, view_from
from analytics.errors import InputError
from analytics.log.mapping import SINGLE_ROLES, Mapping, mapping_from_dict
from analytics.reading import api

if TYPE_CHECKING:
    from analytics.answers.report.asking import ReportAsking
    from analytics.commands.brief import Given
    from analytics.commands.options import Asked, Source
    from analytics.log.schema import Log
    from analytics.log.workspace import Workspace

_MAX_NAMED = 6
"""Columns that are named where some are gone or new: a line of text. By hand."""


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
    log, said = question.log, _differences(question.log, manifest)
    if source.names_roles:
        return question, said
    mapping = _fitted(manifest.get("mapping"), log)
    if mapping is None or mapping == log.mapping:
        return question, said
    changed = api.remap(workspace, log, mapping, is_current=False)
    threshold = mapping.threshold if question.threshold == log.mapping.threshold else question.threshold
    return Question(changed, question.cohort, threshold), said


def _differences(log: Log, manifest: dict[str, Any]) -> list[str]:
    """Say how a log differs from that of a pack: its hash, columns that are gone, columns that are new."""
    before, names = manifest.get("log"), list(log.reading.names)
    said = []
    if isinstance(before, dict) and before.get("hash") != log.reading.content_hash:
        said.append(
            f"The log is another one than that of the last pack: hash {log.reading.content_hash[:12]}, "
            f"then {str(before.get('hash'))[:12]} ({str(before.get('name'))[:80]})."
        )
    then = [str(name) for name in manifest.get("columns") or []]
    for what, found in (
        ("gone since the last pack", [name for name in then if name not in names]),
        ("new since the last pack", [name for name in names if name not in then]),
    ):
        if then and found:
            more = f" and {len(found) - _MAX_NAMED} more" if len(found) > _MAX_NAMED else ""
            said.append(f"Columns {what}: {', '.join(map(repr, found[:_MAX_NAMED]))}{more}.")
    return said


def _fitted(data: object, log: Log) -> Mapping | None:
    """Return the mapping of a pack on a log that may lack columns; None where it cannot be one."""
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
        asking = replace(asking, policy=usual.policy)
    if given.reference or given.production:
        asking = replace(asking, sides=usual.sides)
    return asking, said
