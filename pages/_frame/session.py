"""Which log, which question: from the address and the sidebar to the values that pages ask with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import streamlit as st

from analytics.answers.question import Question, with_model_version
from analytics.errors import AnalysisError, QuestionError
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.predicates import answerable
from analytics.reading import api
from analytics.review.store import ReviewStore

PAGE = "_page"
_SAMPLE = Path(__file__).parents[2] / "sample_data" / "flights.parquet"
_MAX_PEOPLE = 200
SAMPLE_NAME = "Flights 2013 (sample)"
_UPLOAD_KEY = "upload"
_PERSON = "_person"
QUESTION_KEYS = ("log", "model", "threshold", "where")


def enter() -> None:
    """Find out who asks, once per run of the app: each look at ``st.user`` reads the server's secrets anew."""
    st.session_state.pop(_PERSON, None)
    st.session_state[_PERSON] = _identified()


def person() -> str:
    """Return what tells people apart, as `_identified` finds it."""
    known = st.session_state.get(_PERSON)
    return _identified() if known is None else str(known)


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


def needs_sign_in() -> bool:
    """Whether a provider is configured and nobody has signed in."""
    return "is_logged_in" in st.user and not st.user.is_logged_in


def workspace() -> Workspace:
    """Return the workspace of who asks: that of this machine, with sign-in one per person below it."""
    if _PERSON not in st.session_state and needs_sign_in():
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


def ensure_sample() -> None:
    """Bring the sample into a workspace that has no log yet."""
    if logs() or not _SAMPLE.exists():
        return
    progress = st.progress(0.0, "Preparing the sample log: this happens once")
    read = api.read_file(
        workspace(),
        _SAMPLE,
        name=SAMPLE_NAME,
        on_progress=lambda step, done: progress.progress(done / 2, f"Sample log: {step}"),
    )
    if isinstance(read, api.Staged):
        api.build_staged(
            workspace(),
            read,
            read.mapping,
            on_progress=lambda step, done: progress.progress(0.5 + done / 2, f"Sample log: {step}"),
        )
    progress.empty()


def from_address() -> None:
    """Take over what the address newly says: by a copied link, an edited address, back and forward."""
    written = st.session_state.setdefault("_address", {})
    for key in QUESTION_KEYS:
        given = st.query_params.get(key)
        if given is not None and given != written.get(key):
            written[key] = given
            if key == "threshold":
                _take_threshold(given)
            else:
                st.session_state[key] = given


def _take_threshold(text: str) -> None:
    """Take a threshold from the address; what is no finite number is left out."""
    try:
        value = float(text)
    except ValueError:
        return
    if abs(value) < 1e300:
        st.session_state["threshold"] = value


def keep_valid_filters(log: Log) -> tuple[str, ...]:
    """Leave out the filters that a log cannot answer, and return them to be named; before the filters are drawn."""
    kept, refused = answerable(st.session_state.get("where") or "", log)
    if refused:
        set_cohort(kept)
    return refused


def _number_text(value: float) -> str:
    """Write a number so that it reads back as itself, short where that is enough.

    >>> _number_text(5.0), _number_text(0.1 + 0.2)
    ('5', '0.30000000000000004')
    """
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)


def to_address() -> None:
    """Write the whole question into the address, defaults included: tomorrow's default may differ."""
    written = st.session_state.setdefault("_address", {})
    for key in QUESTION_KEYS:
        value = st.session_state.get(key)
        text = _number_text(value) if isinstance(value, float) else str(value or "")
        written[key] = text
        if st.query_params.get(key, "") != text:
            if text:
                st.query_params[key] = text
            else:
                st.query_params.pop(key, None)


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


def cohort() -> Cohort:
    """Return the cohort of the sidebar without the model version."""
    return Cohort.from_text(st.session_state.get("where") or "")


def question() -> Question:
    """Return the question of the sidebar."""
    log = current_log()
    version = st.session_state.get("model")
    threshold = st.session_state.get("threshold")
    return Question(
        log,
        with_model_version(cohort(), log, version),
        log.mapping.threshold if threshold is None else float(threshold),
    )


def set_cohort(changed: Cohort) -> None:
    """Make a cohort the present one; for callbacks only, which run before the sidebar is drawn."""
    st.session_state["where"] = changed.to_text()


def choose_every_version() -> None:
    """Judge every model version; for callbacks only."""
    st.session_state["model"] = None


def reset_cohort() -> None:
    """Keep every row of every model version; for callbacks only."""
    choose_every_version()
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


def staged_id() -> str | None:
    """Return the upload that waits for its mapping: after a reload of the page, the address still knows it."""
    if "staged" not in st.session_state:
        st.session_state["staged"] = st.query_params.get(_UPLOAD_KEY)
    found: str | None = st.session_state["staged"]
    if found:
        st.query_params[_UPLOAD_KEY] = found
    else:
        st.query_params.pop(_UPLOAD_KEY, None)
    return found


def stage(upload: str | None) -> None:
    """Turn to an upload that waits for its mapping; None leaves it."""
    st.session_state["staged"] = upload


def take_wanted_log() -> None:
    """Open the log that a page asked for in its last run: a widget's value can only be set before it is drawn."""
    wanted = st.session_state.pop("_wanted_log", None)
    if wanted is not None:
        found = {log.log_id: log for log in logs()}
        log = found.get(wanted) or next(iter(found.values()), None)
        if log is not None:
            choose_log(log)


def reset_question(log: Log) -> None:
    """Begin anew with a log: its threshold, every model version, every row."""
    st.session_state["threshold"] = log.mapping.threshold
    st.session_state["model"] = None
    st.session_state["where"] = ""
