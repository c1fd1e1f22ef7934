"""The reading of a search: what was confirmed, on how many rows, and what noise alone would have shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.present import words
from analytics.present.base_rate import split_words
from analytics.present.discovery import is_split, node_words, objective_interval, objective_text, spoken_slice
from analytics.query.discovery.objectives import OBJECTIVES

if TYPE_CHECKING:
    from analytics.answers.discovery.answer import Discovery

_HELD_BACK = {"row": "half of the rows", "entity": "the rows of half of the ids", "time": "the later half of the rows"}


_OF_ONE_KIND = {"fnr": ("missed", "False alarms", "fpr"), "fpr": ("flagged wrongly", "Misses", "fnr")}
"""What a search for one kind of error finds more of, and the other kind, which it does not look at, with its objective."""


def discovery_reading(answer: Discovery, objective: str | None = None) -> str:
    """Say which slice costs most and is confirmed, how many are, and how far noise alone reaches.

    ``objective`` is what was searched for first, where errors of both kinds were searched for beside it.
    """
    looked = f"{words.plural(answer.n_slices, 'slice')} of at most {words.plural(answer.search.max_depth, 'condition')}"
    if not answer.table.height:
        if not answer.n_slices:
            return f"No slice but the whole holds enough of the {words.plural(answer.n_judged, 'judged row')}: {_advice(answer)}."
        than = f"has a {_phrase(answer)} above that of the rest"
        if is_split(answer):
            than = "has more errors than its base rate explains"
        elif OBJECTIVES[answer.search.objective].is_centred:
            than = "costs more than its base rate explains"
        return f"Of {looked}, none {than}."
    rows = answer.table.to_dicts()
    confirmed = [place for place, row in enumerate(rows) if row["status"] == "confirmed"]
    noise, left, same = _noise_part(answer), _left_out_part(answer), _same_part(answer)
    if not confirmed:
        return words.told(_unconfirmed(answer, objective), f"Looked at: {_candidates(answer)}.", noise, left, same)
    row, name = rows[confirmed[0]], spoken_slice(answer.slices[confirmed[0]])
    more = f" (and {words.count(answer.n_more)} more that stand out less, not shown)" if answer.n_more else ""
    groups = f"{words.plural(len(confirmed), 'group')} of slices"
    count = f"{groups} {_verb(len(confirmed))} confirmed{_on_what(answer)}{more}: of {_candidates(answer)}."
    numbers = f"{words.one_line(name)}: {_numbers_of(answer, row)}."
    lead = _lead_of(answer, row, name)
    if objective in _OF_ONE_KIND and objective != answer.search.objective:
        lead = f"{lead} No slice is confirmed in which more is {_OF_ONE_KIND[str(objective)][0]}."
    return words.told(lead, numbers, count, noise, left, same)


def tree_reading(answer: Discovery) -> str:
    """Say which leaf of the tree fails most."""
    tree = answer.tree
    if tree is None or len(tree.parents) == 1:
        return f"No cut of the rows separates the {_phrase(answer)}."
    rows = tree.table.to_dicts()
    leaves = [place for place, row in enumerate(rows) if tree.is_leaf(place) and row["rate"] is not None]
    if not leaves:
        return f"No leaf holds rows to judge the {_phrase(answer)} on."
    worst = max(leaves, key=lambda place: rows[place]["rate"] - rows[place]["usual"])
    value = objective_interval(answer, *(rows[worst][name] for name in ("rate", "rate_low", "rate_high")))
    usual = objective_text(answer, rows[worst]["usual"])
    against = f"{usual} that its base rate predicts" if is_split(answer) else f"{usual} of all rows"
    return (
        f"The worst of the {words.count(len(leaves))} leaves: {node_words(tree, worst)}, {value} against {against}, "
        f"n {words.count(rows[worst]['n'])}{_on_what(answer)}."
    )


def _lead_of(answer: Discovery, row: dict[str, Any], name: str) -> str:
    """Say where the first confirmed slice fails, against elsewhere, and what that costs beyond the rest."""
    objective = OBJECTIVES[answer.search.objective]
    value, rest = (objective_text(answer, row[end]) for end in ("rate", "rate_complement"))
    where = f"Worst confirmed slice: {name}"
    if objective.is_change:
        return (
            f"{where}, where the error rate went from {words.share(row['rate_before'])} to {words.share(row['rate_now'])}. "
            f"Elsewhere it moved by {rest}."
        )
    if objective.is_within_label:
        lead = f"{where}, which fails in {value} against {rest} elsewhere."
        if not words.is_known(row["excess_model"]):
            return lead
        errors, bounds = words.plural(round(row["excess_model"]), "error"), _bounds_of(row, "excess_model")
        if row["rate"] > row["rate_complement"]:
            return f"{lead} That is {errors} ({bounds}) more than its base rate explains."
        # It errs less often than others, where much less was to be expected.
        explained = words.share(row["rate_expected"])
        return f"{where}, which fails in {value} where its base rate explains {explained}. That is {errors} ({bounds}) more."
    lead = f"{where}, where the {_phrase(answer)} is {value} against {rest} elsewhere."
    if objective.is_centred:
        more = objective_text(answer, row["excess_errors"])
        return f"{lead} That is {more} more over its {words.plural(row['n'], 'judged row')}."
    if not objective.is_share:
        return lead
    return (
        f"{lead} That is {words.count(round(row['excess_errors']))} {objective.unit} more than the rest would predict."
    )


def _bounds_of(row: dict[str, Any], name: str) -> str:
    """Write the interval of a count."""
    return words.between(*(words.plain(row[f"{name}_{end}"], 0) for end in ("low", "high")))


def found_reading(answer: Discovery, place: int) -> str:
    """Say what the rows that confirm say of one slice."""
    row = answer.table.row(place, named=True)
    named = "" if OBJECTIVES[answer.search.objective].is_change else f"{_phrase(answer)} "
    named = "error rate " if is_split(answer) else named
    return f"{row['status'].capitalize()}{_on_what(answer)}: {named}{_numbers_of(answer, row)}."


def searched_words(answer: Discovery) -> str:
    """Say how many slices were looked at to find those that are shown."""
    looked = f"{words.plural(answer.n_slices, 'slice')} of at most {words.plural(answer.search.max_depth, 'condition')}"
    return (
        f"{looked} were looked at and {words.plural(answer.n_sent, 'candidate')} tested; p is adjusted for all of these"
    )


def _numbers_of(answer: Discovery, row: dict[str, Any]) -> str:
    """Say the rate of a slice with that of the rest, its rows and its excess."""
    objective = OBJECTIVES[answer.search.objective]
    value = objective_interval(answer, row["rate"], row["rate_low"], row["rate_high"])
    if objective.is_change:
        value = f"error rate {words.share(row['rate_before'])} in the reference, {words.share(row['rate_now'])} now: {value}"
    more = ""
    if objective.is_within_label:
        more = f": {split_words(row) or 'their parts are not known, since the rest lacks a label'}"
    elif objective.is_share:
        beyond = words.count(abs(row["excess_errors"]))
        more = (
            f", {beyond} {'more' if row['excess_errors'] >= 0 else 'fewer'} than the rest would predict, "
            f"{words.share(row['share_of_errors'])} of all {objective.unit} on {words.share(row['share_of_rows'])} of the rows"
        )
    rest = objective_text(answer, row["rate_complement"])
    return f"{value} against {rest} in the rest, n {words.count(row['n'])}{more}"


def _unconfirmed(answer: Discovery, objective: str | None) -> str:
    """Say that nothing is confirmed, and whether it could be."""
    if answer.split == "none":
        return "No row was held back, so no slice can be confirmed."
    if answer.search.objective not in _OF_ONE_KIND:
        return f"No slice is confirmed{_on_what(answer)}."
    more, other, of_other = _OF_ONE_KIND[answer.search.objective]
    beside = (
        f"{other} are not looked at here: ask for the {OBJECTIVES[of_other].label} as well."
        if objective is None
        else "Nor is one of errors of both kinds."
    )
    return f"No slice in which more is {more} is confirmed{_on_what(answer)}. {beside}"


def _candidates(answer: Discovery) -> str:
    """Say how many slices were looked at, and how many of them were tested."""
    looked = f"{words.plural(answer.n_slices, 'slice')} of at most {words.plural(answer.search.max_depth, 'condition')}"
    return f"{words.plural(answer.n_sent, 'candidate')} out of {looked}"


def _on_what(answer: Discovery) -> str:
    """Say which rows confirm."""
    return f" on {_HELD_BACK[answer.split]}, which the search did not see" if answer.split in _HELD_BACK else ""


def _noise_part(answer: Discovery) -> str:
    """Say how far noise alone reaches; a mean that rows cancel out of is close to 0, and no measure of it."""
    is_signed = OBJECTIVES[answer.search.objective].is_signed
    if answer.noise is None or is_signed or not words.is_known(answer.noise.ratio):
        return ""
    return (
        f"In a search of {words.plural(answer.n_searched, 'row')} like this one, noise alone produces slices up to "
        f"{words.number(answer.noise.ratio, 2)} times "
        f"{'the errors that their base rate explains' if is_split(answer) else f'the overall {_phrase(answer)}'}."
    )


def _advice(answer: Discovery) -> str:
    """Say what could be done where there is nothing to search by; on few rows the least number of rows binds."""
    search = answer.search
    if search.min_rows >= search.min_support * answer.n_judged:
        return f"widen the cohort, choose other segment columns, or let slices of fewer than {search.min_rows:,} rows count"
    return "lower the least support, or choose other segment columns"


def _left_out_part(answer: Discovery) -> str:
    """Say what the search did not use."""
    bands = ""
    if answer.bands:
        names = words.listed([words.one_line(name) for name in answer.bands])
        what = "which are bands of the score" if len(answer.bands) > 1 else "a band of the score"
        bands = f"Left out: {names}, {what}, beside whose threshold errors lie anyway."
    if not answer.left_out:
        return bands
    tell = "tells" if len(answer.left_out) == 1 else "tell"
    names = words.listed([words.one_line(name) for name in answer.left_out])
    what = "the label or the prediction" if answer.search.objective in ("fpr", "fnr") else "the label"
    told = f"Left out: {names}, which {tell} {what} and would only name the errors; choose columns to search by to use them."
    return f"{bands} {told}".strip()


def _same_part(answer: Discovery) -> str:
    """Say which columns are other names of another one."""
    told = [f"{words.one_line(name)} says the same as {words.one_line(of)}" for name, of in answer.same]
    return f"Not searched apart: {words.listed(told)}." if told else ""


def _phrase(answer: Discovery) -> str:
    """Name the objective inside a sentence."""
    return OBJECTIVES[answer.search.objective].label


def _verb(count: int) -> str:
    """Return is or are."""
    return "is" if count == 1 else "are"
