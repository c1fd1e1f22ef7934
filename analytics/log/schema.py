"""A log and the reading that it was made of, as they are stored beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from analytics.log.bins import Bins
from analytics.log.column import Column, find_column
from analytics.log.grid import Grid
from analytics.log.mapping import Mapping, mapping_from_dict
from analytics.log.origin import Origin, origin_from_dict
from analytics.log.receipt import CheckResult, LabelCounts, LineCounts, SetAside

ScoreKind = Literal["probability", "rank", "decision"]

IN_SPARK = "spark"
"""What the reading of a log that stays in Spark calls its format."""


@dataclass(frozen=True)
class Reading:
    """What the reader found in a file before any role was given.

    ``rows_read = rows_kept + sum(set_aside.rows)``, always. ``logged_pair`` says for which score and decision (`log.logged`)
    ``logged_threshold`` was looked for. ``labels`` is the account of the last labels file, ``labels_before`` of those before.
    ``is_logged_below`` says that they follow the score the other way round, as the label does: low ones are decided positive.
    ``reader`` is the version of `log.reader` that took the file apart, None where rows are read whenever they are asked.
    """

    content_hash: str
    source: str
    file_format: str
    rows_read: int
    rows_kept: int
    columns: tuple[Column, ...]
    set_aside: tuple[SetAside, ...] = ()
    repairs: tuple[str, ...] = ()
    logged_threshold: float | None = None
    lines: LineCounts | None = None
    labels: LabelCounts | None = None
    origin: Origin = field(default_factory=Origin)
    logged_pair: str | None = None
    labels_before: tuple[LabelCounts, ...] = ()
    reader: int | None = 1
    is_logged_below: bool = False

    @property
    def is_in_spark(self) -> bool:
        """Whether the rows stay where Spark reads them, and none of them is in the workspace."""
        return self.file_format == IN_SPARK

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in the order of the file."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column called ``name``; `QuestionError` where there is none."""
        return find_column(self.columns, name)


@dataclass(frozen=True)
class Log:
    """A log in the workspace: its reading, its mapping and what was derived from the two.

    ``share_positive`` is the weighted share of positive rows among labelled ones, where rows stand for many; ``n_revised`` counts
    rows that were positive, negative, right or wrong by another label before. ``base`` is the key of the log that holds the
    columns of the file, where this one is a state for one question and holds only what its mapping decides (`log.states`).
    ``ids_are_unique`` and ``ids_are_bare`` say that no id stands on two rows, of whatever model version, and that none begins or
    ends with a blank or a control sign; False where that is not known.
    """

    log_id: str
    name: str
    reading: Reading
    mapping: Mapping
    created_at: str
    score_kind: ScoreKind
    edges: tuple[float, ...]
    grid_is_exact: bool
    bins: dict[str, Bins] = field(default_factory=dict)
    n_rows: int = 0
    n_labelled: int = 0
    n_positive: int = 0
    n_unscored: int = 0
    time_low: str | None = None
    time_high: str | None = None
    findings: tuple[CheckResult, ...] = ()
    share_positive: float | None = None
    n_revised: int = 0
    base: str | None = None
    ids_are_unique: bool = False
    ids_are_bare: bool = False

    @cached_property
    def revision(self) -> str:
        """Digest of the mapping: with ``log_id`` it names one state of one log."""
        return self.mapping.digest()

    @cached_property
    def grid(self) -> Grid:
        """The grid by which the scores are counted."""
        return Grid(np.asarray(self.edges, dtype=np.float64), is_exact=self.grid_is_exact)

    @property
    def key(self) -> str:
        """Name of the file and of every cache entry; that of a state over another log says over which."""
        reader = "" if self.reading.reader in (1, None) else f"-{self.reading.reader}"
        over = "" if self.base is None else self.base.removeprefix(self.log_id)
        return f"{self.log_id}-{self.revision}{reader}{over}"

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns of the file, in its order, with spellings merged."""
        if not self.mapping.merges:
            return self.reading.columns
        return tuple(_merged(column, self.mapping.merges_of(column.name)) for column in self.reading.columns)

    @property
    def class_counts(self) -> tuple[float, int]:
        """Labelled rows that are positive, and all of them; none where rows are right or wrong and no class is rare.

        Where rows stand for many as large a share is positive as of those that they stand for.
        """
        if self.mapping.kind != "yes/no":
            return 0, 0
        share = self.share_positive
        return (self.n_positive if share is None else share * self.n_labelled), self.n_labelled

    @property
    def is_right_or_wrong(self) -> bool:
        """Whether a row is judged by whether it is right, and not by two classes."""
        return self.mapping.kind != "yes/no"

    @property
    def ranks_wrong_way(self) -> bool:
        """Whether preflight found that the score ranks the wrong way round, so that nothing that rests on it is to be ordered."""
        return any(found.code == "score-ranks-wrong-way" for found in self.findings)

    @property
    def has_copied_label(self) -> bool:
        """Whether preflight found that the label is the prediction itself, so that no number says how good that is."""
        return any(found.code == "label-is-prediction" for found in self.findings)

    @property
    def n_unanswered(self) -> int:
        """Rows of which the truth is known and for which nothing was predicted: neither right nor wrong."""
        return sum(found.rows or 0 for found in self.findings if found.code == "no-prediction")

    @property
    def unanswered(self) -> float:
        """Share of the rows that are neither right nor wrong for which nothing was predicted: others lack the label."""
        open_rows = self.n_rows - self.n_labelled
        return min(self.n_unanswered / open_rows, 1.0) if open_rows else 0.0

    @property
    def is_probability(self) -> bool:
        """Whether scores lie in [0, 1], so that Brier score, log loss and ECE mean something."""
        return self.score_kind == "probability"

    def column(self, name: str) -> Column:
        """Return the column called ``name``; `QuestionError` where there is none."""
        return find_column(self.columns, name)

    def to_json(self) -> str:
        """Write the receipt that is stored with the log."""
        return json.dumps(self, default=_parts, ensure_ascii=False)  # `asdict` would copy every edge

    @classmethod
    def from_json(cls, text: str) -> Log:
        """Read what `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        data["reading"] = reading_from_dict(data["reading"])
        data["mapping"] = mapping_from_dict(data["mapping"])
        data["bins"] = {
            name: Bins(tuple(bins["edges"]), is_integer=bins["is_integer"]) for name, bins in data["bins"].items()
        }
        data["findings"] = tuple(
            CheckResult(**{**finding, "merges": tuple((old, new) for old, new in finding.get("merges", ()))})
            for finding in data["findings"]
        )
        data["edges"] = tuple(data["edges"])
        return cls(**data)


def _parts(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass by name."""
    return {part.name: getattr(value, part.name) for part in fields(value)}


def _merged(column: Column, merges: dict[str, str]) -> Column:
    """Return a column as it is once spellings are merged."""
    counts: dict[str, int] = {}
    for value, rows in column.top:
        value = merges.get(value, value)
        counts[value] = counts.get(value, 0) + rows
    top = tuple(sorted(counts.items(), key=lambda entry: -entry[1]))
    return replace(column, top=top, n_distinct=max(column.n_distinct - len(merges), 1)) if merges else column


def reading_from_dict(data: dict[str, Any]) -> Reading:
    """Rebuild a `Reading` from its plain form."""
    columns = tuple(
        Column(
            **{
                **column,
                "top": tuple((value, rows) for value, rows in column["top"]),
                "outside": tuple((value, rows) for value, rows in column.get("outside", ())),
                "earlier": tuple((name, rows) for name, rows in column.get("earlier", ())),
            }
        )
        for column in data["columns"]
    )
    set_aside = tuple(SetAside(**reason) for reason in data["set_aside"])
    lines = LineCounts(**data["lines"]) if data.get("lines") else None
    labels = LabelCounts(**data["labels"]) if data.get("labels") else None
    repairs, origin = tuple(data["repairs"]), origin_from_dict(data.get("origin"))
    before = tuple(LabelCounts(**counts) for counts in data.get("labels_before", ()))
    plain: dict[str, Any] = {
        "labels_before": before,
        "set_aside": set_aside,
        "repairs": repairs,
        "lines": lines,
        "labels": labels,
        "origin": origin,
    }
    return Reading(**{**data, "columns": columns, **plain})
