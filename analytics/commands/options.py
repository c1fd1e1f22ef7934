"""The options that commands share, each group declared once as a dataclass that also carries what was given."""

from __future__ import annotations

import csv
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from analytics.errors import AnalysisError, QuestionError, StoreError
from analytics.log.layout import CsvOptions
from analytics.query.where import WHERE

Format = Literal["table", "csv", "json"]
Text = str | None
Texts = list[str] | None
METRIC_HELP = "By default the error rate, or where one class is rare the share of it that is found."
_COLUMNS, _LAYOUT, _QUESTION, OUTPUT = "Columns of the log", "Layout of the file", "Question", "Output"


def named(help_: str, *names: str, panel: str = _COLUMNS) -> Any:
    """Return an option under the heading of its group."""
    return typer.Option(*names, help=help_, rich_help_panel=panel)


ROLE_OPTIONS: dict[str, str] = {
    "score": "score",
    "label": "label",
    "decision": "decision",
    "id": "row_id",
    "time": "time",
    "amount": "amount",
    "model_version": "model_version",
    "unit": "unit",
    "label_time": "label_time",
    "weight": "weight",
    "annotator": "annotator",
    "label_site": "label_site",
    "second_label": "second_label",
    "latency": "latency",
    "run_cost": "run_cost",
    "refused": "refused",
    "timed_out": "timed_out",
    "broken": "broken",
}
"""The options that name the column of a role, each with its role."""

_ScoreAs = Literal["number", "percent", "confidence", "reversed"]
_WeightAs = Literal["weight", "share"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A log and the roles of its columns."""

    log: Annotated[
        str, typer.Argument(help="Path of an export or of a folder of them, or id of a log in the workspace.")
    ]
    score: Annotated[Text, named("Column of scores; none: there is no score, the decision is judged.")] = None
    score_as: Annotated[
        _ScoreAs | None,
        named(
            "How the scores are read: as they stand, divided by 100, as the confidence of the decision, or low ones as positive.",
            "--score-as",
        ),
    ] = None
    label: Annotated[Text, named("Column of labels; none: there is no label.")] = None
    positive: Annotated[Texts, named("Value of the label that means positive. Repeatable.")] = None
    negative: Annotated[Texts, named("Value that means negative; by default all others. Repeatable.")] = None
    decision: Annotated[Text, named("Column of logged decisions. Named without --score it is what is judged.")] = None
    decision_positive: Annotated[
        Texts, named("Value of the decision that means positive. Repeatable.", "--decision-positive")
    ] = None
    decision_negative: Annotated[
        Texts,
        named("Value of the decision that means negative; others decide nothing. Repeatable.", "--decision-negative"),
    ] = None
    id: Annotated[Text, named("Column that identifies a row.", "--id")] = None
    time: Annotated[Text, named("Column of times.")] = None
    amount: Annotated[Text, named("Column of amounts.")] = None
    model_version: Annotated[Text, named("Column of model versions.", "--model-version")] = None
    unit: Annotated[Text, named("Column of what rows belong together by: rows of one session are not independent.")] = (
        None
    )
    label_time: Annotated[Text, named("Column of the times at which labels were known.", "--label-time")] = None
    weight: Annotated[Text, named("Column of how many rows a row stands for, or of the share that was kept.")] = None
    weight_as: Annotated[
        _WeightAs | None,
        named("Whether the column says how many rows a row stands for, or the share that was kept.", "--weight-as"),
    ] = None
    annotator: Annotated[Text, named("Column of who gave the label.")] = None
    label_site: Annotated[Text, named("Column of where the label was given.", "--label-site")] = None
    second_label: Annotated[Text, named("Column of what somebody else said of the same row.", "--second-label")] = None
    latency: Annotated[Text, named("Column of how long an answer took.")] = None
    run_cost: Annotated[Text, named("Column of what an answer cost.", "--run-cost")] = None
    refused: Annotated[Text, named("Column of whether an answer was refused.")] = None
    timed_out: Annotated[Text, named("Column of whether an answer came too late.", "--timed-out")] = None
    broken: Annotated[Text, named("Column of whether an answer broke its format.")] = None
    right: Annotated[
        Text, named('What makes a row right: "PREDICTED = TRUE", two columns of classes; with --within of numbers.')
    ] = None
    exact: Annotated[bool, named("Classes are compared as they are written, capitals and accents too.", "--exact")] = (
        False
    )
    within: Annotated[Text, named("How far a predicted number may be from the true one: 5, or 10% of it.")] = None
    lower: Annotated[Text, named("Column of the lower end of the interval that was given with a predicted number.")] = (
        None
    )
    upper: Annotated[Text, named("Column of its upper end.")] = None
    grade: Annotated[Text, named("Column of grades; a row is right from --pass on.")] = None
    mark: Annotated[Text, named("The least grade that is right: a number, or one of the column's words.", "--pass")] = (
        None
    )
    query: Annotated[
        Text, named("Column that the rows of one ranking share; with --relevance, and --score or --position.")
    ] = None
    relevance: Annotated[
        Text, named("Column of relevance: a row above 0 is relevant, a query right if its first one is.")
    ] = None
    position: Annotated[Text, named("Column of the rank in its query, 1 first, where no score was logged.")] = None
    at: Annotated[int | None, named("Ranks that count: the k of nDCG@k, 10 by default.", "--at")] = None
    against: Annotated[Text, named("One class, judged against all others.", "--class")] = None
    segments: Annotated[Text, named("Segment columns, separated by commas.")] = None
    labels: Annotated[
        list[Path] | None,
        named("Labels that came in another file, joined by --id. Repeatable: a later one revises the earlier ones."),
    ] = None
    delimiter: Annotated[Text, named("What stands between two fields; guessed by default.", panel=_LAYOUT)] = None
    quote: Annotated[Text, named("The character around fields; empty: none.", panel=_LAYOUT)] = None
    escape: Annotated[Text, named("The character before a quote inside a field; empty: none.", panel=_LAYOUT)] = None
    header_lines: Annotated[int | None, named("Lines of the header; 0: none.", panel=_LAYOUT)] = None
    skip_lines: Annotated[int | None, named("Lines that stand before the header.", panel=_LAYOUT)] = None
    encoding: Annotated[Text, named("Encoding, such as utf-8 or latin-1.", panel=_LAYOUT)] = None
    sheet: Annotated[
        Text,
        named(
            "Sheet of a workbook, or table of a database; by default the first with a table, or the largest.",
            panel=_LAYOUT,
        ),
    ] = None

    columns: Annotated[
        Text, named("Columns to read of a table with more than 1,500, separated by commas.", panel=_LAYOUT)
    ] = None

    @property
    def csv(self) -> CsvOptions | None:
        """What is said of a file's layout, None where nothing is; a tab may be written ``\\t``."""
        said = CsvOptions(
            delimiter="\t" if self.delimiter in ("\\t", "tab") else self.delimiter or None,
            quote=self.quote,
            escape=self.escape,
            header_lines=self.header_lines,
            skip_lines=self.skip_lines,
            encoding=self.encoding,
            sheet=self.sheet,
            columns=tuple(next(csv.reader([self.columns], skipinitialspace=True))) if self.columns else None,
        )
        return said if said.given else None

    @property
    def names_roles(self) -> bool:
        """Whether any role is said, so that a log with other ones is built anew."""
        unsaid = ("log", "labels", *(field.name for field in fields(CsvOptions)))
        return any(getattr(self, field.name) for field in fields(self) if field.name not in unsaid)

    @property
    def says_right(self) -> bool:
        """Whether it is said what makes a row right, other than by a label of two classes."""
        return any(said is not None for said in (self.right, self.grade, self.query))


@dataclass(frozen=True, kw_only=True)
class GatesSource(Source):
    """A file of gates, and the roles of the columns of the log that is held against it."""

    log: Annotated[str, typer.Argument(metavar="GATES", help="File of gates, in TOML; with --draft the log itself.")]


ASKED_OF: ContextVar[dict[str, Any]] = ContextVar("asked_of")
"""Which labels the command that runs was asked of, for its JSON: ``as_of`` and ``mature``, where they were named."""


_IS_WRITTEN: ContextVar[bool] = ContextVar("is_written")
"""Whether a text that was written to standard output says of which labels it is."""


def labels_line(*, is_shown: bool) -> str:
    """Return which labels the command that runs was asked of, for a text that it writes; empty where it is all of them.

    Where the text ``is_shown`` it need not be said on standard error as well.
    """
    found = Asked(**ASKED_OF.get({})).of_labels
    _IS_WRITTEN.set(_IS_WRITTEN.get(False) or (is_shown and bool(found)))
    return found


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which rows, judged at which threshold."""

    where: Annotated[Texts, named(WHERE, panel=_QUESTION)] = None
    threshold: Annotated[float | None, named("Predicted positive iff score >= THRESHOLD.", panel=_QUESTION)] = None
    as_of: Annotated[
        Text,
        named(
            "The log as it was known at the end of this day: no later row, no label that came later.",
            "--as-of",
            panel=_QUESTION,
        ),
    ] = None
    mature: Annotated[
        bool, named("Only rows that are old enough for their labels to be there.", "--mature", panel=_QUESTION)
    ] = False

    @property
    def of_labels(self) -> str:
        """Which labels an answer knows, in a sentence; empty where it is all of them."""
        known = f"as it was known on {self.as_of}" if self.as_of else ""
        ripe = "of the rows alone that are old enough for their labels to be there" if self.mature else ""
        return f"Asked of the log {', and '.join(filter(None, (known, ripe)))}." if known or ripe else ""


_NO_TEXT = (".parquet", ".arrow", ".feather", ".xlsx", ".zip", ".gz", ".zst", ".xz", ".tar")


def check_place(out: Path) -> None:
    """Refuse a name that promises another format than text.

    Raises
    ------
    QuestionError
        If the name ends like a file that is no text.
    """
    if out.suffix.lower() in _NO_TEXT:
        raise QuestionError(
            f"Expected the name of a text file for --out, found {out.name!r}. Name it .csv, .json or .txt."
        )


@dataclass(frozen=True, kw_only=True)
class Output:
    """How the answer is written, and where."""

    format: Annotated[Format, named("How the answer is written.", "--format", panel=OUTPUT)] = "table"
    out: Annotated[Path | None, named("Write to this file instead of standard output.", panel=OUTPUT)] = None

    def __post_init__(self) -> None:
        """Refuse a place that is not there before anything is computed or said."""
        if self.out is not None and not self.out.parent.is_dir():
            raise StoreError(f"{self.out} could not be written: there is no such folder. Choose another place.")
        if self.out is not None:
            check_place(self.out)


def _say_labels(asked: list[Asked]) -> None:
    """Say of which labels an answer is, where its text does not."""
    for each in asked:
        if each.of_labels and not _IS_WRITTEN.get():
            typer.echo(each.of_labels, err=True)


def command(app: typer.Typer, function: Callable[..., None], name: str | None = None) -> None:
    """Register a function as a command: a parameter that is one of the groups above becomes the options of the group.

    An error raised on purpose becomes one message on standard error and exit status 2.
    """
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    groups: dict[str, Any] = {p.name: p.annotation for p in parameters if is_dataclass(p.annotation)}
    own = [p for p in parameters if p.name not in groups]
    shared = [p for group in groups.values() for p in inspect.signature(group, eval_str=True).parameters.values()]

    @wraps(function)
    def run(**given: Any) -> None:
        try:
            carried = {
                name: group(**{field.name: given.pop(field.name) for field in fields(group)})
                for name, group in groups.items()
            }
            asked = [each for each in carried.values() if isinstance(each, Asked)]
            of_labels = {"as_of": asked[0].as_of, "mature": asked[0].mature} if asked else {}
            ASKED_OF.set({name: value for name, value in of_labels.items() if value})
            _IS_WRITTEN.set(False)
            try:
                function(**carried, **given)
            except typer.Exit:  # an alarm, or a gate that failed, is an answer too
                _say_labels(asked)
                raise
            _say_labels(asked)
        except AnalysisError as error:
            typer.echo(f"slicewise: {error}", err=True)
            raise typer.Exit(2) from error

    options = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*shared[:1], *own, *shared[1:])]
    run.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in options}
    app.command(name)(run)
