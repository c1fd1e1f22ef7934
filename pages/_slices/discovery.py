"""Discovered slices on the Slices page: the search with its progress, the figure, the table, and what a slice opens."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from analytics.answers.discovery.answer import Discovery, discover
from analytics.answers.labels import selective_of
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.present import figures, readings, words
from analytics.present.discovery import objective_text, predicate_words, slice_words
from analytics.present.report.discovery import found_slice
from analytics.present.selective import behind_unseen
from analytics.present.weights import found_part
from analytics.query.cohort import Clause
from analytics.query.discovery.objectives import OBJECTIVES
from analytics.query.discovery.properties import clauses
from pages._frame import dear, report, session, sides
from pages._frame.cache import kept, key_of
from pages._frame.cautions import cautioned_sentence
from pages._frame.render import FURTHER, clicked, escaped, figure, table_downloads
from pages._frame.tables import number_table
from pages._slices import choice, discovery_search, discovery_tree

_PARTS = {
    "excess_base_rate": (
        "By base rate",
        "Of these, those that come from positives being more, or less, frequent there.",
    ),
    "excess_model": (
        "By model",
        "Of these, those beyond what the FNR and FPR of the rest predict: what confirms and ranks.",
    ),
}
_VIEWS = ("By column", "Discovered")
CHOSEN, ASKED = "_chosen_discovery", "_asked_discovery"


def draw_switch() -> bool:
    """Choose between slices by column and discovered ones; return whether they are discovered."""
    chosen = st.segmented_control(
        "View", _VIEWS, key="view", default=_VIEWS[0], bind="query-params", label_visibility="collapsed", required=True
    )
    return chosen == _VIEWS[1]


def draw_handover(by: tuple[str, ...]) -> None:
    """Offer the search among two columns, where there are two."""
    if len(by) == 2:
        asks = "Which of these cells are real?"
        st.button(asks, key="search_two", icon=":material/search:", on_click=_search_among, args=(by,))


def _search_among(by: tuple[str, ...]) -> None:
    """Open the search among these columns."""
    st.session_state["view"], st.session_state[discovery_search.AMONG] = _VIEWS[1], list(by)
    _forget()


def draw(question: Question) -> None:
    """Draw the search and what it found."""
    search = discovery_search.draw_controls(question, _forget)
    if OBJECTIVES[search.objective].is_change:
        reference, question = sides.draw_controls(question)
        if reference.log.key != question.log.key:
            raise QuestionError("Expected two sides of one log, found two logs. Tell them apart by time or a column.")
        search = replace(search, reference=reference.cohort)
    key = key_of(discover, question, search)
    if st.session_state.get(ASKED) != key:
        _forget()
        st.session_state[ASKED] = key
    answer = dear.search_found(question, search)
    if answer is None:
        return
    said = behind_unseen(readings.discovery_reading(answer), kept(selective_of, question), search.objective)
    said = readings.chosen_reading(question, {"n": answer.n_judged}) or said
    cautioned_sentence(said, question, at_threshold=OBJECTIVES[search.objective].hangs_on_threshold)
    if said := found_part(question.log.mapping.weight, answer):
        st.caption(escaped(said))
    if answer.tree is not None and discovery_tree.draw_switch():
        discovery_tree.draw(answer, question)
        return
    figure(
        figures.discovery_map(answer),
        "Filled: confirmed on rows that the search did not see. Grey: how far the worst slice of a search gets by noise alone, "
        "in 95 of 100 searches; a slice inside it can be confirmed, since other rows chose it. Click a slice to open it.",
        "discovered",
        alt="Discovered slices: rate against share of rows, with the band of noise",
        on_select=_choose_from_figure,
    )
    _draw_chosen(answer, question)
    _draw_table(answer)


def _draw_table(answer: Discovery) -> None:
    """Show the slices as a sortable table; a selected row opens its slice."""
    objective = OBJECTIVES[answer.search.objective]
    is_share, has_share = objective.is_share, not objective.is_signed and (answer.table["share_of_errors"] >= 0).all()
    scale, digits = (100, 1) if is_share else (1, 3)
    is_change = objective.is_change
    number = "%+.1f" if is_change else "%.1f %%" if is_share else "%.3f"
    what = "Change" if is_change else "Rate"
    table = answer.table
    shown = pl.DataFrame(
        {
            "slice": [slice_words(entry) for entry in answer.slices],
            "status": table["status"],
            "n": table["n"],
            "rate": table["rate"] * scale,
            "rate_complement": table["rate_complement"] * scale,
            "excess_errors": table["excess_errors"].round(0).cast(pl.Int64) if is_share else table["excess_errors"],
            **{part: table[part].round(0).cast(pl.Int64) for part in _PARTS if part in table.columns},
            "share_of_errors": table["share_of_errors"] * 100,
            "difference": table["difference"] * scale,
            "interval": [
                words.between(words.plain(low * scale, digits), words.plain(high * scale, digits))
                if low is not None
                else "–"
                for low, high in table.select("difference_low", "difference_high").iter_rows()
            ],
            "p_adjusted": [words.p_value(p) for p in table["p_adjusted"]],
        }
    )
    column = st.column_config
    st.subheader("Discovered slices", anchor=False)
    number_table(
        shown if has_share else shown.drop("share_of_errors"),
        key="discovery_table",
        hide_index=True,
        on_select=_choose_from_table,
        selection_mode="single-row",
        height="content",
        alt="Discovered slices with rates, differences and status",
        column_config={
            "slice": column.TextColumn("Slice", width=380),
            "status": column.TextColumn("Status", help="Confirmed: adjusted p below 0.05; suggestive: unadjusted."),
            "n": column.NumberColumn("Rows", format="localized", help="Judged rows of the cohort in the slice."),
            "rate": column.NumberColumn(what, format=number, help="In the rows that the search did not see."),
            "rate_complement": column.NumberColumn("In the rest", format=number),
            "difference": column.NumberColumn("To the rest", format="%.1f" if is_share else "%.3f"),
            "interval": column.TextColumn("Its interval"),
            "p_adjusted": column.TextColumn("p, adj.", help="One-sided, Benjamini–Hochberg."),
            "excess_errors": column.NumberColumn(
                f"Excess {objective.unit}{f' ({answer.search.unit})' if answer.search.unit else ''}",
                format="localized" if is_share else "%.1f",
                help="Beyond what the rate of the rest would predict on all its rows.",
            ),
            **{
                part: column.NumberColumn(name, format="localized", help=help_)
                for part, (name, help_) in _PARTS.items()
            },
            "share_of_errors": column.NumberColumn(f"Share of {objective.unit}", format="%.1f %%"),
        },
    )
    st.caption(FURTHER)
    table_downloads(
        table.with_columns(slice=pl.Series([slice_words(entry) for entry in answer.slices], dtype=pl.String)),
        "discovered",
        key="all_discovered",
        title="Discovered slices",
    )


def _members_words(n_shown: int, n: int) -> str:
    """Say how many slices another one stands for, and how many of them are listed."""
    cut = f": {words.count(n_shown)} of {words.count(n)} shown" if n_shown < n else ""
    return f"Stands for {words.plural(n, 'similar slice')}{cut}"


def _choose_from_table() -> None:
    """Remember the slice of the selected row."""
    rows = st.session_state["discovery_table"]["selection"]["rows"]
    st.session_state[CHOSEN] = rows[0] if rows else None


def _choose_from_figure() -> None:
    """Remember the slice of the clicked point; its row number travels with the point."""
    number = clicked("discovered")
    if number is not None:
        st.session_state[CHOSEN] = number


def _forget() -> None:
    """Forget the chosen slice."""
    st.session_state[CHOSEN] = None
    discovery_tree.forget()


def _keep(wanted: tuple[Clause, ...]) -> None:
    """Add the chosen slice to the cohort."""
    session.add_clauses(wanted)
    _forget()


def _draw_chosen(answer: Discovery, question: Question) -> None:
    """Say which slice is chosen, what each condition contributes, what it stands for and what can be done with it."""
    row = st.session_state.get(CHOSEN)
    if row is None or not 0 <= row < len(answer.slices):
        with st.container(border=True):
            st.caption("No slice is chosen. Click one in the figure, or tick its row in the table.")
        return
    chosen = answer.slices[row]
    parts = [clauses(question.log, entry.property, entry.value, answer.left_out) for entry in chosen]
    unsayable = [predicate_words(entry) for entry, part in zip(chosen, parts, strict=True) if part is None]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(slice_words(chosen))}**")
            st.button(
                "Add to the cohort",
                key="keep_discovered",
                icon=":material/filter_alt:",
                type="primary",
                on_click=_keep,
                args=(tuple(clause for part in parts for clause in part or ()),),
                disabled=bool(unsayable),
                help=escaped(f"Filters cannot say: {', '.join(unsayable)}.") if unsayable else None,
            )
            choice.draw_review(tuple(clause for part in parts for clause in part or ()), disabled=bool(unsayable))
            st.button(
                "Add to report",
                key="report_discovered",
                icon=":material/note_add:",
                on_click=report.add_found,
                args=(question, found_slice(answer, row, question)),
                help="This slice becomes a section of the report, as it was found.",
            )
            st.button("Close", key="close_discovered", type="tertiary", on_click=_forget)
        if len(chosen) > 1 and answer.contributions:
            scale, digits = (100, 1) if OBJECTIVES[answer.search.objective].is_share else (1, 3)
            unit = "in points" if scale == 100 else "mean"
            told = [
                f"{predicate_words(entry)} {words.signed(value * scale, digits)}"
                for entry, value in zip(chosen, answer.contributions[row], strict=True)
            ]
            st.caption(escaped(f"Contributions to the difference from all rows, {unit}: {'; '.join(told)}."))
        if answer.members[row]:
            with st.expander(_members_words(len(answer.members[row]), answer.n_members[row])):
                st.dataframe(
                    pl.DataFrame(
                        {
                            "Slice": [slice_words(member.slice) for member in answer.members[row]],
                            "Rows": [member.n for member in answer.members[row]],
                            "Rate, as found": [
                                objective_text(answer, member.rate_found) for member in answer.members[row]
                            ],
                            "Overlap, %": [round(100 * member.overlap, 1) for member in answer.members[row]],
                        }
                    ),
                    hide_index=True,
                    alt="Slices that this one stands for",
                    column_config={
                        "Slice": st.column_config.TextColumn(width=340),
                        "Rows": st.column_config.NumberColumn(
                            format="localized", help="Judged rows of the cohort in the slice."
                        ),
                        "Rate, as found": st.column_config.TextColumn(help="In the rows that were searched: too high."),
                        "Overlap, %": st.column_config.NumberColumn(
                            format="%.1f", help="Rows in both, of those in either."
                        ),
                    },
                )
