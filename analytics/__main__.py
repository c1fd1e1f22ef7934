"""The command line: the same answers without a browser.

``uv run python -m analytics COMMAND …``; exit status 0 answered, 2 the input or the question is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics import answers, intake
from analytics.commands.asking import ask, columns_of, csv_options, export_of, given, kept, open_log, read_path
from analytics.commands.writing import Format, finite, write
from analytics.errors import AnalysisError, StoreError
from analytics.log.schema import Log, Mapping, Reading
from analytics.log.workspace import Workspace
from analytics.measure.metrics import METRICS

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

LogArgument = Annotated[
    str, typer.Argument(help="Path of an export or of a folder of exports, or id of a log in the workspace.")
]
LogsArgument = Annotated[
    list[str],
    typer.Argument(metavar="LOG...", help="As LOG elsewhere; also several files of one log.", show_default=False),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the answer is written.")]
OutOption = Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option("--where", help='Filter: "column=value", also !=, >=, <=, in, contains, is missing. Repeatable.'),
]
ThresholdOption = Annotated[float | None, typer.Option(help="Predicted positive iff score >= THRESHOLD.")]


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Turn an error raised on purpose into one message on standard error and exit status 2."""

    @wraps(command)
    def guarded(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except AnalysisError as error:
            typer.echo(f"slicewise: {error}", err=True)
            raise typer.Exit(2) from error

    return guarded


ScoreOption = Annotated[str | None, typer.Option(help="Column of scores.")]
LabelOption = Annotated[str | None, typer.Option(help="Column of labels.")]
PositiveOption = Annotated[list[str] | None, typer.Option(help="Value of the label that means positive. Repeatable.")]
NegativeOption = Annotated[
    list[str] | None, typer.Option(help="Value that means negative; by default all others. Repeatable.")
]
DecisionOption = Annotated[str | None, typer.Option(help="Column of logged decisions.")]
IdOption = Annotated[str | None, typer.Option("--id", help="Column that identifies a row.")]
TimeOption = Annotated[str | None, typer.Option(help="Column of times.")]
AmountOption = Annotated[str | None, typer.Option(help="Column of amounts.")]
ModelOption = Annotated[str | None, typer.Option("--model-version", help="Column of model versions.")]
SegmentsOption = Annotated[str | None, typer.Option(help="Segment columns, separated by commas.")]
LabelsOption = Annotated[Path | None, typer.Option(help="Labels that came in another file, joined by --id.")]
DelimiterOption = Annotated[
    str | None, typer.Option(help="What stands between two fields of a CSV; guessed by default.")
]
QuoteOption = Annotated[str | None, typer.Option(help="The character around fields of a CSV; empty: none.")]
EscapeOption = Annotated[str | None, typer.Option(help="The character before a quote inside a field; empty: none.")]
HeaderOption = Annotated[int | None, typer.Option("--header-lines", help="Lines of the header of a CSV; 0: none.")]
SkipOption = Annotated[int | None, typer.Option("--skip-lines", help="Lines of a CSV that stand before its header.")]
SheetOption = Annotated[str | None, typer.Option(help="Sheet of a workbook; by default the first with a table.")]
EncodingOption = Annotated[str | None, typer.Option(help="Encoding of a text file, such as utf-8 or latin-1.")]


@app.command()
@reports_errors
def ingest(
    log: LogsArgument, score: ScoreOption = None, label: LabelOption = None, positive: PositiveOption = None,
    negative: NegativeOption = None, decision: DecisionOption = None, id_: IdOption = None, time: TimeOption = None,
    amount: AmountOption = None, model_version: ModelOption = None, segments: SegmentsOption = None,
    labels: LabelsOption = None, format_: FormatOption = "table",
    out: Annotated[Path | None, typer.Option(help="Write what was read back to this file, as CSV.")] = None,
    delimiter: DelimiterOption = None, quote: QuoteOption = None, escape: EscapeOption = None,
    header_lines: HeaderOption = None, skip_lines: SkipOption = None, encoding: EncodingOption = None,
    sheet: SheetOption = None,
) -> None:  # fmt: skip
    """Read an export into the workspace: what was read, kept and set aside, which roles, what preflight found."""
    options = given(
        {"score": score, "label": label, "positive": positive, "negative": negative, "decision": decision, "id": id_,
         "time": time, "amount": amount, "model_version": model_version, "segments": segments, "labels": labels}
    )  # fmt: skip
    options["csv"] = csv_options(delimiter, quote, escape, header_lines, skip_lines, encoding, sheet)
    workspace = Workspace()
    if out is not None:
        intake.write_back(workspace, export_of(log), out, csv=options["csv"])
    answer = ingested(workspace, log, options)
    write(answer, format_, None)


def ingested(workspace: Workspace, log: list[str], options: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of ``ingest``; a table without a score or a decision is read, and is no log."""
    if len(log) == 1 and not Path(log[0]).exists():
        found = open_log(workspace, log[0], options, is_current=True)
    else:
        read = read_path(workspace, log, options)
        if (
            isinstance(read, intake.Staged)
            and not has_scores(read.mapping)
            and not options["score"]
            and not options["decision"]
        ):
            intake.discard(workspace, read.staged_id)
            message = "Found neither a score nor a decision: name one with --score or --decision to judge this table."
            finding = {
                "code": "no-score-or-decision",
                "severity": "error",
                "column": None,
                "rows": None,
                "message": message,
            }
            return accounting(None, read.reading, read.mapping, [finding])
        is_said = any(value for name, value in options.items() if name not in ("labels", "csv"))
        found = read if isinstance(read, Log) and not is_said else kept(workspace, read, options, is_current=True)
    return accounting(found.log_id, found.reading, found.mapping, [asdict(finding) for finding in found.findings])


def has_scores(mapping: Mapping) -> bool:
    """Whether rows can be judged under a mapping."""
    return mapping.score is not None or mapping.decision is not None


def accounting(
    log_id: str | None, reading: Reading, mapping: Mapping, findings: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what was read, kept and set aside."""
    return {
        "log_id": log_id,
        "rows_read": reading.rows_read,
        "rows_kept": reading.rows_kept,
        "rows_set_aside": [asdict(reason) for reason in reading.set_aside],
        "lines": asdict(reading.lines) if reading.lines else None,
        "files": [asdict(file) for file in reading.origin.files],
        "roles": {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(mapping).items()},
        "findings": findings,
    }


@app.command()
@reports_errors
def overview(
    log: LogArgument, score: ScoreOption = None, label: LabelOption = None, positive: PositiveOption = None,
    negative: NegativeOption = None, decision: DecisionOption = None, id_: IdOption = None, time: TimeOption = None,
    amount: AmountOption = None, model_version: ModelOption = None, segments: SegmentsOption = None,
    labels: LabelsOption = None, where: WhereOption = None, threshold: ThresholdOption = None,
    format_: FormatOption = "table", out: OutOption = None,
) -> None:  # fmt: skip
    """Headline metrics with intervals."""
    engine, question = ask(log, {**locals(), "id": id_})
    answer = answers.overview(engine, question)
    row: dict[str, Any] = dict(answer.counts)
    for entry in answer.metrics.iter_rows(named=True):
        row |= {
            entry["metric"]: entry["value"],
            f"{entry['metric']}_low": entry["low"],
            f"{entry['metric']}_high": entry["high"],
        }
    write({key: finite(value) for key, value in row.items()}, format_, out)


@app.command()
@reports_errors
def slices(
    log: LogArgument,
    by: Annotated[str, typer.Option(help="One or two segment columns, separated by a comma.")],
    metric: Annotated[str, typer.Option(help="The metric that is compared.")] = "error_rate",
    min_support: Annotated[int, typer.Option(help="Judged rows below which a slice is marked.")] = answers.MIN_SUPPORT,
    score: ScoreOption = None, label: LabelOption = None, positive: PositiveOption = None,
    negative: NegativeOption = None, decision: DecisionOption = None, id_: IdOption = None, time: TimeOption = None,
    amount: AmountOption = None, model_version: ModelOption = None, segments: SegmentsOption = None,
    labels: LabelsOption = None, where: WhereOption = None, threshold: ThresholdOption = None,
    format_: FormatOption = "table", out: OutOption = None,
) -> None:  # fmt: skip
    """Metrics by slice, against the complement."""
    engine, question = ask(log, {**locals(), "id": id_})
    columns = columns_of(by, question.log)
    metrics = tuple(METRICS) if format_ == "json" or format_ == "csv" else None
    answer = answers.slices(engine, question, columns, metric=metric, metrics=metrics, min_support=min_support)
    from analytics.present.tables import slice_json_rows

    rows = slice_json_rows(answer)
    if format_ == "table":
        kept = ("slice", "n", "n_labelled", metric, f"{metric}_low", f"{metric}_high", "fpr", "fnr", "difference", "p_adjusted",
                "excess_errors", "share_of_errors")  # fmt: skip
        rows = [{name: row[name] for name in kept} for row in rows]
    write(rows, format_, out)


@app.command()
@reports_errors
def report(
    log: LogArgument,
    out: Annotated[Path, typer.Option(help="The HTML file to write.")],
    by: Annotated[list[str] | None, typer.Option(help="Columns to slice by: one, or two with a comma. Repeatable.")] = None,
    metric: Annotated[str, typer.Option(help="The metric that is compared.")] = "error_rate",
    score: ScoreOption = None, label: LabelOption = None, positive: PositiveOption = None,
    negative: NegativeOption = None, decision: DecisionOption = None, id_: IdOption = None, time: TimeOption = None,
    amount: AmountOption = None, model_version: ModelOption = None, segments: SegmentsOption = None,
    labels: LabelsOption = None, where: WhereOption = None, threshold: ThresholdOption = None,
) -> None:  # fmt: skip
    """Write the slice report: one HTML file that needs no network."""
    from analytics.present.report import slice_report

    engine, question = ask(log, {**locals(), "id": id_})
    chosen = [columns_of(columns, question.log) for columns in by] if by else [
        [name] for name in answers.ranked_columns(engine, question)["column"].to_list()[:3]
    ]  # fmt: skip
    parts = [answers.slices(engine, question, columns, metric=metric) for columns in chosen]
    try:
        out.write_text(slice_report(question, answers.overview(engine, question), parts), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{out} could not be written: {error.strerror}. Choose another place.") from error
    typer.echo(str(out))


if __name__ == "__main__":
    app(prog_name="python -m analytics")
