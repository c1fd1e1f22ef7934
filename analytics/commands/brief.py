"""``brief``: what matters first, the findings of all pages in their order."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from analytics.answers.brief.answer import MOST, Brief, address_of, can_ask, evaluated_sides, side_names
from analytics.answers.brief.answer import brief as brief_answer
from analytics.answers.brief.finding import Asking, Finding
from analytics.answers.brief.registry import SOURCES
from analytics.answers.brief.registry import Source as BriefSource
from analytics.answers.compare.whole import PairAsking, with_people
from analytics.answers.overview import change_between, overview
from analytics.answers.question import Question
from analytics.answers.report.asking import ReportAsking
from analytics.answers.thresholds.priced import costs_text, priced
from analytics.commands.asking import ask, remapped
from analytics.commands.compare_sides import Both, live_source, sides_asked
from analytics.commands.options import METRIC_HELP, Asked, Output, Source, Texts, labels_line, named
from analytics.commands.priced import Priced, counted_metric, metric_asked, policy_of
from analytics.commands.roles import in_words, roles_of
from analytics.commands.thresholds_handover import CostPerson, CostWrong, handover_given
from analytics.commands.writing import finite, write, write_text
from analytics.errors import QuestionError
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.policy import Policy
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.where import parse_where

_DEAR = tuple(source.name for source in SOURCES.values() if source.is_dear)
_SIDES = "Sides"
_PRICED = ("overview", "slices", "gap")
"""Pages that take over what errors cost; Thresholds has fields of its own."""
_STARTS = {"thresholds": "--cost-fp and --cost-fn", "gap": "--reference and --production"}
"""What makes a question that waits for something one that is asked, by its name."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the brief is told besides the question."""

    reference: Annotated[Texts, named("Filter of the reference alone, as --where. Repeatable.", panel=_SIDES)] = None
    production: Annotated[Texts, named("Filter of production alone. Repeatable.", panel=_SIDES)] = None
    cost_wrong: CostWrong = None
    cost_person: CostPerson = None


def brief(
    source: Source,
    asked: Asked,
    given: Given,
    costs: Priced,
    both: Both,
    output: Output,
    look: Annotated[
        list[str] | None, typer.Option(help=f"Look at what takes long too: {' or '.join(_DEAR)}. Repeatable.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help=f"The metric that leads the sentence. {METRIC_HELP}")] = None,
    other: Annotated[
        str | None, typer.Argument(metavar="CANDIDATE", help="The log of a candidate that may replace what is live.")
    ] = None,
    every: Annotated[bool, typer.Option("--every", help=f"Write all findings and not only the first {MOST}.")] = False,
) -> None:
    """What matters first: the findings of all pages, ranked by what mending them would win."""
    from analytics.present.readings import change_reading, overview_reading
    from analytics.present.report.sections.whose import whose_gates

    unknown = sorted(set(look or ()) - set(_DEAR))
    if unknown:
        raise QuestionError(f"Expected {' or '.join(_DEAR)} for --look, found {unknown[0]!r}.")
    live = live_source(source, both)
    engine, question = ask(live, asked)
    policy = policy_of(costs, question.log)
    leads = metric_asked(question.log, metric, policy)
    metric = counted_metric(question.log, leads)
    asking = Asking(
        question,
        policy,
        sides_of(engine, question, given),
        leads,
        compared_of(engine, (source, asked, costs), both, other),
        handover=handover_given(question, given.cost_wrong, given.cost_person),
    )
    what = priced(engine, question, policy) if leads == COST else None
    numbers, answer = replace(overview(engine, question), priced=what), brief_answer(engine, asking, look or ())
    change = None
    if asking.sides is not None:
        before, after = (overview(engine, side) for side in asking.sides)
        change = change_between(before, after, metric)
    said_of = change_reading(metric, change, side_names(asking.sides)) if asking.sides else ""
    typer.echo(f"{overview_reading(numbers, question, metric)} {said_of}".strip(), err=True)
    value, low, high = map(finite, numbers.value(metric) if what is None else (what.cost, what.low, what.high))
    found = answer.findings if every else answer.leading
    rows = [_row_of(each, answer) for each in found]
    said = {"roles": roles_of(live, question.log)}
    lead, gates = whose_gates({"overview": numbers}, answer, ReportAsking(question, metric))
    if output.format == "json":
        opened = [_open_row(each, answer) for each in answer.open]
        ends = {end: float(getattr(change, end)) for end in ("value", "low", "high")} if change else None
        whole = {
            "metric": leads,
            "value": value,
            "low": low,
            "high": high,
            "change": ends,
            "findings": rows,
            "open": opened,
            "whose": lead,
            "gates": [asdict(gate) for gate in gates],
        }
        write(whole, output, said)
    elif output.format == "csv":
        write([{key: cell for key, cell in row.items() if key != "link"} for row in rows], output, said)
    else:
        asked_of = labels_line(is_shown=output.out is None)
        head = "\n".join(filter(None, [in_words(said["roles"]), asked_of]))
        text = f"{head}\n\n{_as_text(answer, rows)}\nWhose failure it is: {lead[:1].lower()}{lead[1:]}\n"
        typer.echo(text, nl=False) if output.out is None else write_text(text, output.out)


def compared_of(
    engine: Engine, options: tuple[Source, Asked, Priced], both: Both, other: str | None
) -> PairAsking | None:
    """Return what a comparison is asked, None where no second side is named."""
    source, asked, costs = options
    if other is None and not both.names_a_side:
        return None
    pairing = sides_asked(engine.workspace, source, asked, both, other)[1]
    policy = policy_of(costs, pairing.live.log)
    asking = PairAsking(pairing, costs=None if policy is None else policy.costs)
    return with_people(asking, partial(remapped, engine.workspace))


def sides_of(engine: Engine, question: Question, given: Given) -> tuple[Question, Question] | None:
    """Return the reference and production: as filters say, else an evaluation against production where values are called so."""
    if given.reference or given.production:
        return _with(question, given.reference), _with(question, given.production)
    return evaluated_sides(engine, question)


def _with(question: Question, filters: list[str] | None) -> Question:
    """Return a question with further filters."""
    names = [column.name for column in question.log.columns]
    clauses = tuple(parse_where(text, names) for text in filters or ())
    return replace(question, cohort=Cohort((*question.cohort.clauses, *clauses), question.cohort.outcomes))


def _row_of(found: Finding, answer: Brief) -> dict[str, Any]:
    """Return a finding as a row."""
    from analytics.present.readings import finding_certainty, finding_sentence, finding_worth

    question, size = answer.asking.question, found.size
    return {
        "question": found.source,
        "page": found.page,
        "sentence": finding_sentence(found, question.log),
        "worth": finding_worth(found, answer),
        "certainty": finding_certainty(found, answer),
        "size": size.value if size else None,
        "low": size.low if size else None,
        "high": size.high if size else None,
        "unit": answer.unit if size else None,
        "link": _link_of(question, found.page, address_of(found, question.cohort), answer.asking.policy),
    }


def _open_row(source: BriefSource, answer: Brief) -> dict[str, Any]:
    """Return a question that was not asked as a row."""
    from analytics.present.readings import open_sentence

    start = f"--look {source.name}" if can_ask(source, answer.asking) else _STARTS.get(source.name)
    if source.name == "thresholds" and answer.asking.question.log.is_right_or_wrong:
        start = "--cost-wrong and --cost-person"
    return {"question": source.name, "page": source.page, "sentence": open_sentence(source, answer), "start": start}


def _link_of(question: Question, page: str, address: tuple[tuple[str, str], ...], policy: Policy | None) -> str:
    """Return the address of the evidence in the app, behind the name of its server."""
    asked = [("log", question.log.log_id), ("threshold", f"{question.threshold:.12g}"), *address]
    asked += [("costs", costs_text(policy))] if policy is not None and page in _PRICED else []
    path = "" if page == "overview" else page
    return f"/{path}?{urlencode(asked)}"


def _as_text(answer: Brief, rows: list[dict[str, Any]]) -> str:
    """Write the findings as people read them."""
    from analytics.present.readings import brief_reading

    lines = [brief_reading(answer)] if not rows else []
    for place, row in enumerate(rows, 1):
        lines += [
            f"{place}. {row['sentence']}",
            *(f"   {row[name]}" for name in ("worth", "certainty", "link") if row[name]),
        ]
    opened = [_open_row(source, answer) for source in answer.open]
    lines += ["", *(f"{row['sentence']}{' (' + row['start'] + ')' if row['start'] else ''}" for row in opened)]
    return "\n".join(lines).strip() + "\n"
