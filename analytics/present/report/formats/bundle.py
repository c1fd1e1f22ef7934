"""The pack as an archive of its tables: CSV and Parquet beside a schema and the manifest."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from analytics.present.export import to_csv, to_parquet
from analytics.present.report.formats.containers import archive
from analytics.present.report.formats.markdown import to_markdown
from analytics.present.report.manifest import token_of

if TYPE_CHECKING:
    from analytics.present.report.parts import Pack, Sheet


def to_bundle(pack: Pack) -> bytes:
    """Write every table of a pack as CSV and as Parquet, with a schema that says what their columns are."""
    members: dict[str, bytes] = {}
    schema = []
    for place, sheet in enumerate(pack.sheets, 1):
        stem = f"{place:02d}-{_stem_of(sheet)}"
        members[f"csv/{stem}.csv"] = to_csv(sheet.frame)
        members[f"parquet/{stem}.parquet"] = to_parquet(sheet.frame)
        schema.append({"table": stem, "title": sheet.title, "note": sheet.note, "columns": _columns(sheet)})
    told = {**pack.manifest, "token": token_of(pack.manifest)}
    members["schema.json"] = _json(schema)
    members["manifest.json"] = _json(told)
    members["first-page.md"] = to_markdown(pack)
    return archive(members, pack.created_at)


def _stem_of(sheet: Sheet) -> str:
    """Return a name of letters, digits and hyphens alone, so that it cannot leave its folder."""
    return re.sub(r"[^a-z0-9]+", "-", sheet.name.casefold()).strip("-")[:40] or "table"


def _columns(sheet: Sheet) -> list[dict[str, str]]:
    """Say of each column what it is called on paper, its type and how its numbers are meant."""
    return [
        {"name": name, "heading": sheet.heads.get(name, name), "type": str(kind), "kind": sheet.kinds.get(name, "")}
        for name, kind in sheet.frame.schema.items()
    ]


def _json(data: object) -> bytes:
    """Write JSON as people can read it."""
    return (json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n").encode()
