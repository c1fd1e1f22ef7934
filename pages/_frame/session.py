"""Who asks, which log, which question: the values that pages ask with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st

from analytics.answers.question import Question, with_model_version
from analytics.errors import AnalysisError, QuestionError
from analytics.log import views
from analytics.log.mapping import Mapping
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query import spark_log
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.known import AS_OF
from analytics.query.predicates import answerable
from analytics.reading import api
from analytics.review.store import ReviewStore
from pages._frame import sample

PAGE = "_page"
_STANDING_IN: ContextVar[str | None] = ContextVar("standing_in", default=None)
_MAX_PEOPLE = 200
"""People whose workspace, engine and verdicts stay open at once; those of others are opened anew."""
_PERSON = "_person"


def enter() -> None:
    """Find out who asks, once per run of the app: each look at ``st.user`` reads the server's secrets anew."""
    st.session_state.pop(_PERSON, None)
    st.session_state[_PERSON] = _identified()


def person() -> str:
    """Return what tells people apart, as `_identified` finds it."""
    stands_in = _STANDING_IN.get()
    known = st.session_state.get(_PERSON) if stands_in is None else stands_in
    return _identified() if known is None else str(known)


@contextmanager
def standing_in(somebody: str) -> Iterator[None]:
    """Ask for somebody in a thread that belongs to no page: what `person` returned on theirs."""
    before = _STANDING_IN.set(somebody)
    try:
        yield
    finally:
        _STANDING_IN.reset(before)


def _identified() -> str:
    """Return a digest of who issued the sign-in and of whom it names; empty without sign-in.

    Raises
    ------
    AnalysisError
        If the sign-in does not say who signed in: nobody gets a workspace that may be another's.
    """
    if not st.user.get("is_logged_in"):
        return ""
    issuer, subject = st.user.get("iss"), st.user.get("sub")
    if not (isinstance(issuer, str) and isinstance(subject, str) and issuer and subject):
        raise AnalysisError(
            "Expected an issuer and a subject in the sign-in, found none. Ask who runs this server to check its provider.",
            code="sign-in",
        )
    return hashlib.sha256(f"{len(issuer)} {issuer} {subject}".encode()).hexdigest()[:32]


def person_name() -> str:
    """Return what the sign-in calls who asks; empty without one."""
    found = st.user.get("name") or st.user.get("email") if st.user.get("is_logged_in") else ""
    return found if isinstance(found, str) else ""


def needs_sign_in() -> bool:
    """Whether a provider is configured and nobody has signed in."""
    return "is_logged_in" in st.user and not st.user.is_logged_in


def workspace() -> Workspace:
    """Return the workspace of who asks: that of this machine, with sign-in one per person below it."""
    if _STANDING_IN.get() is None and _PERSON not in st.session_state and needs_sign_in():
        raise QuestionError("Expected a sign-in, found none. Sign in first.", code="sign-in")
    return workspace_of(person())


@st.cache_resource(max_entries=_MAX_PEOPLE)
def workspace_of(somebody: str) -> Workspace:
    """Return a person's workspace, swept once at start."""
    opened = Workspace()
    if somebody:
        opened = Workspace(opened.home / "people" / somebody)
    opened.sweep()
    return opened


def engine() -> Engine:
    """Return the engine over the workspace of who asks."""
    workspace()
    return _engine_of(person())


@st.cache_resource(max_entries=_MAX_PEOPLE)
def _engine_of(somebody: str) -> Engine:
    """Return the one engine over a person's workspace."""
    return Engine(workspace_of(somebody))


def reviews() -> ReviewStore:
    """Return the verdicts of the workspace of who asks."""
    workspace()
    return _reviews_of(person())


@st.cache_resource(max_entries=_MAX_PEOPLE)
def _reviews_of(somebody: str) -> ReviewStore:
    """Return the one store of a person's verdicts, checked and backed up at start."""
    return ReviewStore(workspace_of(somebody).home)


def logs() -> list[Log]:
    """Return the logs of the workspace, the newest first."""
    return workspace().receipts()


def is_sample(log: Log) -> bool:
    """Whether a log is the sample, whatever somebody called it."""
    return log.log_id == _sample_id()


@st.cache_resource
def _sample_id() -> str | None:
    """Return the id that the sample has in every workspace."""
    if not sample.SAMPLE.exists():
        return None
    with sample.SAMPLE.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def keep_valid_filters(log: Log) -> tuple[str, ...]:
    """Leave out the filters that a log cannot answer, and return them to be named; before the filters are drawn."""
    kept, refused = answerable(st.session_state.get("where") or "", log)
    if refused:
        set_cohort(kept)
    return refused


def current_log() -> Log:
    """Return the chosen log.

    Raises
    ------
    QuestionError
        If the workspace is empty.
    """
    found = {log.log_id: log for log in logs()}
    chosen = st.session_state.get("log")
    if chosen in found:
        return found[chosen]
    if not found:
        raise QuestionError("There is no log yet. Upload an export on the Logs page.")
    return next(iter(found.values()))


def remapped(
    log: Log, mapping: Mapping, *, is_current: bool = False, on_progress: api.OnProgress = api.no_progress
) -> Log:
    """Return a log under another mapping, counted where its rows are; by default for this question only."""
    if log.reading.is_in_spark:
        return spark_log.remap(workspace(), log, mapping, is_current=is_current)
    return api.remap(workspace(), log, mapping, is_current=is_current, on_progress=on_progress)


def viewed_log() -> Log:
    """Return the chosen log as it is looked at: one class against the rest, where somebody chose one."""
    log, value = current_log(), st.session_state.get("class")
    if not value or log.mapping.kind != "classes":
        return log
    return remapped(log, views.one_against_rest(log.mapping, log.reading, str(value)))


def cohort() -> Cohort:
    """Return the cohort of the sidebar without the model version."""
    return Cohort.from_text(st.session_state.get("where") or "")


def question() -> Question:
    """Return the question of the sidebar."""
    log = viewed_log()
    version = st.session_state.get("model")
    threshold = st.session_state.get("threshold")
    return Question(
        log,
        with_model_version(known_cohort(), log, version),
        log.mapping.threshold if threshold is None else float(threshold),
    )


def known_cohort() -> Cohort:
    """Return the cohort of the sidebar as it was known on the day that somebody chose, if one is."""
    day = st.session_state.get(AS_OF)
    return cohort().known_on(str(day)) if day else cohort()


def know_everything() -> None:
    """Ask with all that is known; for callbacks only."""
    st.session_state[AS_OF] = None


def set_cohort(changed: Cohort) -> None:
    """Make a cohort the present one; for callbacks only, which run before the sidebar is drawn."""
    st.session_state["where"] = changed.to_text()


def choose_every_version() -> None:
    """Judge every model version; for callbacks only."""
    st.session_state["model"] = None


def reset_cohort() -> None:
    """Keep every row of every model version; for callbacks only."""
    choose_every_version()
    know_everything()
    set_cohort(Cohort())


def set_cohort_text(text: str) -> None:
    """Make a cohort in its compact text the present one; for callbacks only."""
    st.session_state["where"] = text


def add_clauses(clauses: tuple[Clause, ...]) -> None:
    """Add clauses to the cohort, in place of those on the same columns."""
    set_cohort(cohort().with_clauses(clauses))


def choose_log(log: Log) -> None:
    """Make a log the present one and begin with its own threshold and no filter."""
    st.session_state["log"] = log.log_id
    reset_question(log)


def take_wanted_log() -> None:
    """Open the log that a page asked for in its last run: a widget's value can only be set before it is drawn."""
    wanted = st.session_state.pop("_wanted_log", None)
    if wanted is not None:
        found = {log.log_id: log for log in logs()}
        log = found.get(wanted) or next(iter(found.values()), None)
        if log is not None:
            choose_log(log)


def reset_question(log: Log) -> None:
    """Begin anew with a log: its threshold, the model version that it opens on, every row."""
    st.session_state["threshold"] = log.mapping.threshold
    st.session_state.pop("model", None)
    st.session_state.pop("class", None)
    st.session_state.pop(AS_OF, None)
    st.session_state["where"] = ""
