"""What people saved beside the logs: small files of texts under names, and the mappings that they last used."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from analytics.errors import QuestionError
from analytics.log.disk import write_json
from analytics.log.mapping import Mapping, mapping_from_dict
from analytics.log.schema import Log

_MAX_NAME = 80
"""Characters that are kept of a name that a person gives. A judgement."""


class SavedFiles:
    """The small files of a workspace.

    Parameters
    ----------
    home : Path
        The folder that holds them.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.damaged = home / "damaged"

    def remember(self, log: Log) -> None:
        """Keep the mapping for the next export with the same columns."""
        every = {**self.read_json("mappings.json"), _columns_key(log.reading.names): asdict(log.mapping)}
        write_json(self.home / "mappings.json", every)
        write_json(self.home / "confirmed.json", {**self.read_json("confirmed.json"), log.key: _now()})

    def confirmed_at(self, log: Log) -> str | None:
        """Return when a person confirmed the roles that a log has, in ISO form; None where nobody did."""
        found = self.read_json("confirmed.json").get(log.key)
        return found if isinstance(found, str) else None

    def remembered(self, names: tuple[str, ...]) -> Mapping | None:
        """Return the mapping that was last used for these columns, None where there is none."""
        found = self.read_json("mappings.json").get(_columns_key(names))
        return mapping_from_dict(found) if isinstance(found, dict) else None

    def saved_cohorts(self) -> dict[str, str]:
        """Return the saved cohorts: name to compact text."""
        return self._texts("cohorts.json")

    def save_cohort(self, name: str, text: str | None) -> None:
        """Save a cohort under a name; ``None`` forgets it."""
        self._keep("cohorts.json", name, text)

    def saved_policies(self) -> dict[str, str]:
        """Return the saved policies: name to text."""
        return self._texts("policies.json")

    def saved_policy(self, name: str) -> str:
        """Return the text of a saved policy.

        Raises
        ------
        QuestionError
            If there is none of this name.
        """
        policies = self.saved_policies()
        if name not in policies:
            known = ", ".join(list(policies)[:6]) or "none"
            raise QuestionError(f"Expected the name of a saved policy, found {name!r}. Saved policies: {known}.")
        return policies[name]

    def save_policy(self, name: str, text: str | None) -> None:
        """Save a policy under a name; ``None`` forgets it."""
        self._keep("policies.json", name, text)

    def saved_sides(self) -> dict[str, str]:
        """Return the saved pairs of sides: name to text."""
        return self._texts("sides.json")

    def save_sides(self, name: str, text: str | None) -> None:
        """Save a pair of sides under a name; ``None`` forgets it."""
        self._keep("sides.json", name, text)

    def saved_pairs(self) -> dict[str, str]:
        """Return the saved sides of comparisons: name to text."""
        return self._texts("pairs.json")

    def save_pair(self, name: str, text: str | None) -> None:
        """Save the sides of a comparison under a name; ``None`` forgets it."""
        self._keep("pairs.json", name, text)

    def saved_reports(self) -> dict[str, str]:
        """Return the saved definitions of reports: name to text."""
        return self._texts("reports.json")

    def save_report(self, name: str, text: str | None) -> None:
        """Save the definition of a report under a name; ``None`` forgets it."""
        self._keep("reports.json", name, text)

    def _texts(self, file: str) -> dict[str, str]:
        return {name: text for name, text in self.read_json(file).items() if isinstance(text, str)}

    def _keep(self, file: str, name: str, text: str | None) -> None:
        """Keep a text under a name, for the names that people give; ``None`` forgets it."""
        kept = self._texts(file)
        if text is None:
            kept.pop(name, None)
        else:
            kept[name.strip()[:_MAX_NAME]] = text
        write_json(self.home / file, kept)

    def read_json(self, name: str) -> dict[str, object]:
        """Return a small file of the workspace, empty where there is none; a damaged one is set aside."""
        try:
            data = json.loads((self.home / name).read_text(encoding="utf-8"))
        except OSError:
            return {}
        except ValueError:
            data = None
        if isinstance(data, dict):
            return data
        self.set_aside(self.home / name)
        return {}

    def set_aside(self, path: Path) -> None:
        """Move a damaged file, and what belongs to it, to where it harms nothing; `notices` tells of it."""
        with contextlib.suppress(OSError):
            for part in {path, path.with_suffix(".json"), path.with_suffix(".duckdb")}:
                if part.exists():  # what was removed meanwhile is not damaged
                    self.damaged.mkdir(mode=0o700, exist_ok=True)
                    part.replace(self.damaged / part.name)


def _now() -> str:
    """Return the present moment to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _columns_key(names: tuple[str, ...]) -> str:
    """Return a key for a set of columns, whatever their order."""
    return json.dumps(sorted(names), ensure_ascii=False)
