"""The manifest of a pack: what it was made from, carried in every format, and read back to ask the same again."""

from __future__ import annotations

import binascii
import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path
from tomllib import loads
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

import analytics
from analytics.answers.report.again import sketches
from analytics.errors import InputError
from analytics.present.report.tables import short
from analytics.query.cohort import Cohort

if TYPE_CHECKING:
    from analytics.answers.overview import Overview
    from analytics.answers.report.asking import ReportAsking
    from analytics.answers.report.view import View
    from analytics.present.report.parts import FirstPage

_MARK = "slicewise-manifest:"
_TOKEN = re.compile(rb"slicewise-manifest:([A-Za-z0-9_=-]{16,1500000}):")
_STREAM = re.compile(rb"stream\r?\n")
_MAX_BYTES = 2_000_000
"""Bytes of a manifest, and of a part of a file that is searched for one: hundreds of times what one has."""
_MAX_FILE = 16_000_000
"""Bytes of a file that is searched: more than twice what a pack may have."""
_PARTS = ("manifest.json", "docProps/core.xml", "customXml/item1.xml")
"""Members of an archive, a workbook and slides that hold it."""
_PACKAGES = ("duckdb", "polars", "numpy", "scikit-learn", "narwhals")
"""Packages whose version can change a last digit."""
_FORMAT = 1
"""Of the manifest itself; raised when an old one can no longer be read."""


def manifest_of(
    asking: ReportAsking,
    overview: Overview,
    view: View,
    page: FirstPage,
    headline: Mapping[str, Any],
    created_at: datetime,
) -> dict[str, Any]:
    """Return what a pack was made from: hash of the log, mapping, accounting, the view, seeds, versions, time."""
    log, reading = asking.question.log, asking.question.log.reading
    return {
        "manifest": _FORMAT,
        "made": created_at.isoformat(),
        "versions": dict(_versions()),
        "log": {"id": log.log_id, "key": log.key, "name": log.name, "hash": reading.content_hash},
        "columns": list(reading.names),
        "mapping": asdict(log.mapping),
        "rows": {
            "read": reading.rows_read,
            "kept": reading.rows_kept,
            "set_aside": [[part.reason, part.rows] for part in reading.set_aside],
            **{name: overview.counts[name] for name in ("n", "n_labelled", "n_unlabelled", "n_unscored")},
        },
        "cohort_in_words": asking.question.cohort.to_words(),
        "view": view.to_dict(),
        "seeds": {"search": 0, "bootstrap": 0},
        "headline": dict(headline),
        "findings": [[each.key, each.sentence, each.size, each.owner, list(each.columns)] for each in page.findings],
        "values": sketches(log, _asked_columns(asking, view, page)),
        "decided": [[each.when, each.note, each.evidence, dict(each.promise)] for each in page.decided],
    }


def _asked_columns(asking: ReportAsking, view: View, page: FirstPage) -> list[str]:
    """Return the columns that a pack asked of: by their values they are known again under another name."""
    cohorts = [asking.question.cohort, *(Cohort.from_text(each.cohort) for each in view.added)]
    cohorts += [side.cohort for side in asking.sides or ()]
    groups = [*view.by, *(each.asked for each in view.added), *(each.columns for each in page.findings)]
    return [name for names in (*groups, *(cohort.columns() for cohort in cohorts)) for name in names]


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    """Return the versions of the project and of what computes its numbers."""
    project = Path(str(analytics.__file__)).parents[1] / "pyproject.toml"
    own = loads(project.read_text(encoding="utf-8"))["project"]["version"] if project.exists() else "unknown"
    found = [("slicewise", own)]
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def manifest_terms(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the manifest as people read it."""
    log, view = manifest["log"], manifest["view"]
    versions = ", ".join(f"{name} {number}" for name, number in manifest["versions"].items())
    seeds = ", ".join(f"{name} {seed}" for name, seed in manifest["seeds"].items())
    sides = " against ".join(view["sides"])
    return [
        ("Log", f"{short(log['name'], 80)}, {log['key']}"),
        ("Hash of the log", log["hash"]),
        ("Cohort", short(view["cohort"], 400) or "all rows"),
        ("Metric", view["metric"]),
        ("Threshold", f"{view['threshold']:.12g}"),
        ("Costs", short(view["policy"], 400) or "none given"),
        *([("Production against reference", short(sides, 400))] if sides else []),
        ("Seeds", seeds),
        ("Versions", versions),
        ("Made", manifest["made"]),
    ]


def light(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest without the tables and drawings of what was added, for a message: it names them all the same."""
    view = dict(manifest["view"])
    view["added"] = [{**each, "rows": [], "columns": [], "still": None} for each in view.get("added", ())]
    return {**manifest, "view": view}


def token_of(manifest: Mapping[str, Any]) -> str:
    """Return the manifest as one word of letters, digits and ``-_=:``, which no format has to escape."""
    text = json.dumps(manifest, ensure_ascii=True, sort_keys=True, default=str)
    return f"{_MARK}{urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()}:"


def manifest_from(data: bytes, name: str = "the file") -> dict[str, Any]:
    """Read the manifest out of a pack in any format.

    Raises
    ------
    InputError
        If there is none, or the file is larger than a pack can be.
    """
    shown = short(name, 80)
    if len(data) > _MAX_FILE:
        raise InputError(
            f"Expected a pack of at most {_MAX_FILE // 10**6} MB, found {len(data) // 10**6} MB in {shown}."
        )
    for part in _searched(data):
        found = _TOKEN.search(part)
        read = None if found is None else _decoded(found[1])
        if read is not None:
            return read
    raise InputError(f"Expected a pack that Slicewise wrote, found no manifest in {shown}. Choose another file.")


def _searched(data: bytes) -> list[bytes]:
    """Return the parts of a file that may hold a manifest: itself, known members of an archive, streams of a PDF."""
    if data[:4] == b"PK\x03\x04":
        try:
            with ZipFile(BytesIO(data)) as archive:
                known = [archive.getinfo(name) for name in _PARTS if name in archive.namelist()]
                parts = []
                for info in known:
                    with archive.open(info) as member:
                        parts.append(member.read(_MAX_BYTES))
                return parts
        except (BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
            return []
    if data[:5] == b"%PDF-":
        return [data, *(_inflated(data[found.end() :]) for found in _STREAM.finditer(data))]
    return [data]


def _inflated(data: bytes) -> bytes:
    """Return what a compressed stream begins with, nothing where it is none."""
    try:
        return zlib.decompressobj().decompress(data[:_MAX_BYTES], _MAX_BYTES)
    except zlib.error:
        return b""


def _decoded(token: bytes) -> dict[str, Any] | None:
    """Return the manifest of a token, None where it is none."""
    try:
        text = zlib.decompressobj().decompress(urlsafe_b64decode(token), _MAX_BYTES)
        found = json.loads(text)
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("manifest") == _FORMAT else None
