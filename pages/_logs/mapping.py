"""The mapping: which column plays which role, with the reason of each guess and ten rows as they will be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from analytics.log import roles
from analytics.log.column import Column
from analytics.log.conflicts import all_positive, conflicts, one_class
from analytics.log.judge import judge, mixed
from analytics.log.mapping import ROLE_LABELS, SINGLE_ROLES, Mapping
from analytics.log.operation_names import OPERATION_ROLES
from analytics.log.schema import Log, Reading
from analytics.log.weight import is_share
from analytics.reading.api import Staged
from pages._frame.render import escaped
from pages._logs import right as right_controls
from pages._logs import score as score_controls
from pages._logs import values

_HELP = {
    "score": "The model's number for a row, higher for the positive class. A rank such as 1–10 is welcome.",
    "decision": "What was decided, where the log says it.",
    "label": "What turned out to be true. Values that are neither positive nor negative count as not known yet.",
    "row_id": "What identifies a row.",
    "time": "When the row was scored.",
    "amount": "Money or another amount of the row.",
    "model_version": "Which version of the model scored the row.",
    "unit": "Rows of one session, patient or task belong together: intervals and tests then count units, not rows.",
    "label_time": "When the label of the row was known: says how late labels come, and what was known on a day.",
    "annotator": "Who gave the label. Labels compares them at equal scores.",
    "label_site": "Where the label was given. Labels compares sites at equal scores.",
    "second_label": "What somebody else said of the same row. Labels says how far both agree; no slice is made of it.",
    "latency": "How long an answer took. Compare holds p50, p95 and p99 against each other; a unit in the name is read.",
    "run_cost": "What an answer cost. Compare says it per 1,000 answers.",
    "refused": "Whether an answer was refused: yes and no, or a column of words that says how answers ended.",
    "timed_out": "Whether an answer came too late: yes and no, or a column of words that says how answers ended.",
    "broken": "Whether an answer broke its format: yes and no (or whether it kept it), or words that say how answers ended.",
    "weight": "How many rows a row stands for, or the share of rows that was kept: rates are then those of all rows.",
}


def edit(read: Staged | Log, sample: list[list[str | None]], key: str) -> Mapping:
    """Let a person confirm or change the mapping of a log, or of one that waits for its mapping; return it as it stands."""
    reading, mapping = read.reading, read.mapping
    guess = roles.guess(reading)
    pair = st.grid(2, min_column_width=280, gap="large")
    main, others = pair.cell(), pair.cell()
    with main:
        right = right_controls.choose(reading, mapping, key)
        score = _choose("score", reading, mapping, guess, key)
        label: str | None = None
        positive: tuple[str, ...] = ()
        negative: tuple[str, ...] = ()
        if right is None:
            label = _choose("label", reading, mapping, guess, key)
            positive, negative = values.of_label(reading, mapping, label, key)
    with others:
        decision: str | None = None
        decision_positive: tuple[str, ...] = ()
        decision_negative: tuple[str, ...] = ()
        if right is None:
            decision = _choose("decision", reading, mapping, guess, key)
            as_chosen = replace(mapping, label=label, positive=positive, negative=negative, decision=decision)
            decision_positive, decision_negative = values.of_decision(reading, mapping, as_chosen, key)
        quarters = st.grid(2, min_column_width=130)
        with quarters.cell():
            row_id = _choose("row_id", reading, mapping, guess, key)
        with quarters.cell():
            amount = _choose("amount", reading, mapping, guess, key)
        with quarters.cell():
            time = _choose("time", reading, mapping, guess, key)
        with quarters.cell():
            model = _choose("model_version", reading, mapping, guess, key)
        with quarters.cell():
            unit = _choose("unit", reading, mapping, guess, key)
        with quarters.cell():
            weight = _choose("weight", reading, mapping, guess, key)
        with quarters.cell():
            label_time = _choose("label_time", reading, mapping, guess, key)
        with quarters.cell():
            second_label = _choose("second_label", reading, mapping, guess, key)
        with quarters.cell():
            annotator = _choose("annotator", reading, mapping, guess, key)
        with quarters.cell():
            label_site = _choose("label_site", reading, mapping, guess, key)
        took = _choose_operations(reading, mapping, guess, key)
        is_weight_share = _choose_weight_form(reading, mapping, weight, key)
        single = {score, label, decision, row_id, time, amount, label_time, second_label}
        segments = _choose_several(
            "Segments",
            reading,
            mapping.segments,
            single,
            f"{key}_segments",
            "Columns to slice by; numbers are sliced in stored bins.",
        )
        texts = _choose_several(
            "Free text", reading, mapping.text, single, f"{key}_text", "Long text to read, not to slice by."
        )
    changed = Mapping(
        score=score,
        decision=decision,
        label=label,
        positive=positive,
        negative=negative,
        row_id=row_id,
        time=time,
        amount=amount,
        model_version=model,
        segments=tuple(segments),
        text=tuple(texts),
        threshold=mapping.threshold,
        decision_positive=decision_positive,
        decision_negative=decision_negative,
        merges=mapping.merges,
        latest_by=mapping.latest_by,
        unit=unit,
        label_time=label_time,
        weight=weight,
        is_weight_share=is_weight_share,
        annotator=annotator,
        label_site=label_site,
        second_label=second_label,
    )
    changed = changed.with_roles(took)
    with main:
        changed = score_controls.choose_form(reading, mapping, changed, key, has_classes=right is None)
        if right is None:
            changed = replace(changed, threshold=score_controls.choose_threshold(read, mapping, changed, key))
    changed = right_controls.with_right(changed, reading, right)
    _draw_preview(reading, changed, sample)
    _draw_reasons(reading, changed, guess.reasons)
    return changed


def _choose(role: str, reading: Reading, mapping: Mapping, guess: roles.Guess, key: str) -> str | None:
    """Choose the column of one role, with the reason of a guess, or with the columns that could play an open one."""
    names = list(reading.names)
    current = getattr(mapping, role)
    widget = f"{key}_{role}"
    chosen: str | None = st.selectbox(
        ROLE_LABELS[role],
        names,
        index=names.index(current) if current in names else None,
        key=widget,
        placeholder="None",
        help=_HELP[role],
        on_change=_date_label if role == "label" else None,
        args=(reading, key) if role == "label" else None,
    )
    if chosen is not None:
        is_guess = chosen == getattr(guess.mapping, role)
        st.caption(escaped(f"Guessed: {guess.reasons[chosen]}." if is_guess else _about(reading.column(chosen))))
    elif claims := guess.open.get(role):
        st.caption(escaped(f"No name settles it. It could be {_listed(claims)}."))
        st.pills(
            f"Likely columns for the {ROLE_LABELS[role].lower()}",
            [name for name, _ in claims],
            key=f"{widget}_likely",
            format_func=escaped,
            label_visibility="collapsed",
            on_change=_take_likely,
            args=(reading, key, role),
        )
    return chosen


def _choose_operations(reading: Reading, mapping: Mapping, guess: roles.Guess, key: str) -> dict[str, str | None]:
    """Choose the columns of what an answer took."""
    is_known = any(getattr(mapping, role) is not None for role in OPERATION_ROLES)
    found: dict[str, str | None] = {}
    with st.expander("What an answer took", expanded=is_known):
        cells = st.grid(2, min_column_width=130)
        for role in OPERATION_ROLES:
            with cells.cell():
                found[role] = _choose(role, reading, mapping, guess, key)
    return found


def _choose_weight_form(reading: Reading, mapping: Mapping, weight: str | None, key: str) -> bool:
    """Choose whether a weight is the share that was kept, as its name and its values say at first."""
    if weight is None:
        return False
    first = mapping.is_weight_share if weight == mapping.weight else is_share(reading.column(weight))
    words = "The weight is the share of rows that was kept: a row stands for one over it"
    return bool(st.toggle(words, value=first, key=f"{key}_is_weight_share_{weight}"))


def _date_label(reading: Reading, key: str) -> None:
    """Take a label of times as the label time with it: when it happened its label was known; another label leaves it again."""
    label, widget = st.session_state.get(f"{key}_label"), f"{key}_label_time"
    is_dated = label is not None and reading.column(label).kind == "time"
    if is_dated or st.session_state.get(widget) == st.session_state.get(f"{widget}_taken"):
        st.session_state[widget] = label if is_dated else None
    st.session_state[f"{widget}_taken"] = label if is_dated else None


def _take_likely(reading: Reading, key: str, role: str) -> None:
    """Choose the column whose chip was clicked; it plays no other role then."""
    chosen = st.session_state.get(f"{key}_{role}_likely")
    for other in SINGLE_ROLES:
        if chosen is not None and st.session_state.get(f"{key}_{other}") == chosen:
            st.session_state[f"{key}_{other}"] = None
    st.session_state[f"{key}_{role}"] = chosen
    if role == "label":
        _date_label(reading, key)


def _listed(claims: Sequence[tuple[str, str]]) -> str:
    """List columns with why each could play a role."""
    return ", ".join(f"{name!r} ({reason})" for name, reason in claims)


def _about(column: Column) -> str:
    """Say in a few words what a column holds."""
    return f"{column.n_distinct:,} different values, {column.n_missing:,} missing."


def _choose_several(
    label: str, reading: Reading, current: tuple[str, ...], taken: set[str | None], key: str, help_: str
) -> list[str]:
    """Choose any number of the columns that have no role of their own."""
    offered = [name for name in reading.names if name not in taken]
    st.session_state[key] = [name for name in st.session_state.get(key, current) if name in offered]
    return st.multiselect(label, offered, key=key, help=help_, wrap=True)


def _draw_preview(reading: Reading, mapping: Mapping, sample: list[list[str | None]]) -> None:
    """Show ten rows as they will be judged, so that a swapped class is seen at once."""
    judged = judge(sample, reading, mapping)
    counts = Counter(row.outcome for row in judged)
    right, wrong = counts["TP"] + counts["TN"] + counts["right"], counts["FP"] + counts["FN"] + counts["wrong"]
    st.markdown("**As it will be judged**")
    if right + wrong:
        st.caption(
            f"Of {len(judged)} rows drawn from the log, {right + wrong} can be judged: {right} right, {wrong} wrong. "
            f"{counts['not known yet']} have no label yet, {counts['no score']} no score."
        )
    elif mapping.kind == "rankings":
        st.caption("What is right or wrong is a whole query, by its first row: a row drawn alone has no verdict.")
    else:
        st.caption(f"None of {len(judged)} rows drawn from the log can be judged yet.")
    _draw_doubts(reading, mapping, is_doubtful=wrong > right)
    shown = [column for column in reading.columns if column.name in (mapping.row_id, *mapping.segments[:4])]
    table = [
        {
            "Score": row.score,
            "Predicted": row.predicted,
            "Label": row.label,
            "Judged as": row.outcome,
            **{_unlike(column.name): row.row[column.position] for column in shown},
        }
        for row in mixed(judged)
    ]
    empty = [name for name in ("Score", "Predicted") if all(row[name] is None for row in table)]
    table = [{name: value for name, value in row.items() if name not in empty} for row in table]
    st.dataframe(table, hide_index=True, alt="Ten rows as they will be judged", height="content")


def _draw_doubts(reading: Reading, mapping: Mapping, *, is_doubtful: bool) -> None:
    """Warn of classes that look wrong: none left to be negative, or the two swapped; one class alone is no fault."""
    if (warning := all_positive(mapping, reading)) is not None:
        st.warning(escaped(warning), icon=":material/warning:")
    elif (note := one_class(mapping, reading)) is not None:
        st.info(escaped(note), icon=":material/info:")
    elif is_doubtful:
        doubt = "the positive value swapped" if mapping.kind == "yes/no" else "this what makes a row right"
        st.warning(f"More rows are judged wrong than right. Is {doubt}?", icon=":material/swap_horiz:")


def draw_conflicts(reading: Reading, mapping: Mapping) -> bool:
    """Say why a mapping cannot be confirmed, and return whether it cannot."""
    found = conflicts(mapping, reading)
    for sentence in found:
        st.error(escaped(sentence), icon=":material/error:")
    return bool(found)


def _unlike(name: str) -> str:
    """Return a column's name where it cannot be taken for one of the preview's own."""
    return f"{name} (column)" if name in ("Score", "Predicted", "Label", "Judged as") else name


def _draw_reasons(reading: Reading, mapping: Mapping, reasons: dict[str, str]) -> None:
    """List every column with its role, the reason and three values."""
    with st.expander(f"All {len(reading.columns)} columns and why"):
        st.dataframe(
            [
                {
                    "Column": column.name,
                    "Role": ROLE_LABELS[_role_key(mapping.role_of(column.name))],
                    "Why": reasons.get(column.name, ""),
                    "Examples": _examples(column),
                    "Missing": column.n_missing,
                    "Different values": column.n_distinct,
                }
                for column in reading.columns
            ],
            hide_index=True,
            alt="Columns with role, reason and examples",
        )


def _role_key(role: str) -> str:
    """Return a role as the labels know it."""
    return role if role in ROLE_LABELS else "ignore"


def _examples(column: Column) -> str:
    """Return three values of a column."""
    return " · ".join(value[:40] for value, _ in column.top[:3])
