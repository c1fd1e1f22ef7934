"""Packs that were taken into meetings, kept in the workspace: what each said, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.log.disk import write_json
from analytics.log.workspace import Workspace

_FILE = "packs.json"
_KEY = "packs"
_MAX_KEPT = 100
"""Packs that are kept, the latest: two years of weeks. A judgement."""
_MAX_TEXT = 600
"""Characters of a sentence that is kept. A judgement."""


@dataclass(frozen=True)
class PastPack:
    """A pack that was taken along.

    Attributes
    ----------
    when : str
        Moment in UTC, as ISO 8601.
    name : str
        Of its log.
    lead : str
        Its first sentence.
    findings, decided : tuple of str
    headline : mapping
        As its manifest has it.
    told : mapping
        Its findings and decisions as its manifest has them, by which it is known whether they held.
    """

    when: str
    name: str
    lead: str
    findings: tuple[str, ...]
    decided: tuple[str, ...]
    headline: Mapping[str, Any]
    told: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**vars(self), "headline": dict(self.headline), "told": dict(self.told)}


def past_packs(workspace: Workspace) -> tuple[PastPack, ...]:
    """Return the packs that were taken along, the oldest first; the file may have been edited by anyone."""
    entries = workspace.read_json(_FILE).get(_KEY)
    found = entries if isinstance(entries, list) else []
    return tuple(_read(entry) for entry in found if isinstance(entry, Mapping))


def _read(entry: Mapping[str, Any]) -> PastPack:
    """Read a pack from its entry."""
    when, name, lead = (str(entry.get(part, ""))[:_MAX_TEXT] for part in ("when", "name", "lead"))
    findings, decided = (
        tuple(str(each)[:_MAX_TEXT] for each in entry[part]) if isinstance(entry.get(part), list) else ()
        for part in ("findings", "decided")
    )
    headline, told = (value if isinstance(value := entry.get(part), Mapping) else {} for part in ("headline", "told"))
    return PastPack(when, name, lead, findings, decided, headline, told)


def keep_pack(workspace: Workspace, pack: PastPack) -> None:
    """Keep a pack; one of the same rows and findings takes the place of the last one.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    others = [each for each in past_packs(workspace) if not _is_same(each, pack)]
    kept = [each.to_dict() for each in (*others, pack)[-_MAX_KEPT:]]
    write_json(workspace.home / _FILE, {_KEY: kept})


def forget_pack(workspace: Workspace, pack: PastPack) -> None:
    """Take a pack off the list."""
    kept = [each.to_dict() for each in past_packs(workspace) if each != pack]
    write_json(workspace.home / _FILE, {_KEY: kept})


def _is_same(one: PastPack, other: PastPack) -> bool:
    """Whether two packs are of the same rows at the same threshold and of one day."""
    return dict(one.headline) == dict(other.headline) and one.when[:10] == other.when[:10]
