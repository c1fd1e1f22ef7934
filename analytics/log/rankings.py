"""Logs of rankings: rows of one query, ranked by a score or a rank, against what of them is relevant."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Sequence

from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.right import Right
from analytics.log.role_names import folded_name
from analytics.log.schema import Reading

_QUERY = re.compile(
    r"(query|q|search|topic|impression|serp|list|suchanfrage|consulta|requete)_?(id|key|no|nr|number|uuid)|"
    r"query|qid|q|(search|query)_?(query|term|phrase|text|string)|suchanfrage|suchbegriff|consulta|requete",
    re.IGNORECASE,
)
"""Names of what the rows of one ranking share."""
_ASKED = re.compile(r"topic|question|prompt|keyword|frage|pregunta|intent", re.IGNORECASE)
"""Names of what was asked, which mean a query where documents are judged by their relevance: else they may be a segment."""
_READER = re.compile(
    r"(user|customer|visitor|session|member|request|recommendation)_?(id|key|no|nr|number|uuid)", re.IGNORECASE
)
"""Names of whom a list is for: what its rows share where each has a rank of its own and no score."""
_RELEVANCE = re.compile(
    r"relevan(ce|t|z|cia)(_(label|grade|judge?ment|score))?|rel|qrels?|is_relevant|gain|pertinence|relevanzgrad",
    re.IGNORECASE,
)
"""Names that mean relevance by themselves."""
_GRADE = re.compile(
    r"((human|editor|editorial|annotator|expert|rater|judge|search)_)?(grades?|judge?ments?|ratings?)", re.IGNORECASE
)
"""Names of what people said of a row. It comes before clicks, which follow the rank, and where rows carry their rank only."""
_OUTCOME = re.compile(r"click(ed|s)?|label|is_click(ed)?|purchased?|booked", re.IGNORECASE)
"""Names that mean relevance only where rows carry their rank: else the log may be one of yes or no."""
_RANK = re.compile(r"rank(ing)?|position|pos|place", re.IGNORECASE)
_SCORE = re.compile(r"(ranking_|rank_|model_)?scores?|y_score", re.IGNORECASE)
_RETRIEVED = re.compile(
    r"(.*_)?(bm_?25|tf_?idf|cosine|cos_?sim|similarity|similarit(a|e)t|ahnlichkeit|similitud|similarite|dot_?product|dense|sparse|"
    r"colbert|splade|hybrid|rrf|retrieval|retriever|rerank(er|ing)?|ranker|search|ltr|lambdamart)(_.*)?",
    re.IGNORECASE,
)
"""Names of the numbers by which searches rank: beside them a grade is one of relevance."""
_DOCUMENT = re.compile(
    r"(doc(ument)?|passage|item|product|sku|asin|url|page|listing|article|artikel|articulo|candidate|chunk)s?_?(id|key|no|nr|number|uuid)?",
    re.IGNORECASE,
)
"""Names of what is ranked: a grade beside a query, a score and one of these is one of relevance."""
_MIN_SCORES, _MAX_SHOWN = 2, 5
"""Numbers of searches from which on it is asked which of them ranks, and how many a sentence names. By definition; bounds it."""
_MIN_ROWS = 2
"""Rows that a query has on average at least: with fewer nothing is ranked. Set by hand."""


def guessed(reading: Reading, said: Collection[str] = ()) -> Right | None:
    """Return the rule of rankings where the names of a query, a relevance and a rank or score say so.

    Nothing is guessed where a person named the label, the score or the decision.
    """
    query = _named(reading.columns, _QUERY) or _of_documents(reading) or _reader(reading)
    if not {"label", "score", "decision"}.isdisjoint(said) or query is None:
        return None
    n_rows = reading.rows_kept
    if query.n_distinct * _MIN_ROWS > n_rows:
        return None
    numbers = [column for column in reading.columns if column.kind in ("number", "boolean") and column is not query]
    rank, retrieved = _named(numbers, _RANK), _of_search(numbers)
    score = _named(numbers, _SCORE) or retrieved
    relevance = _named([column for column in numbers if column is not score], _RELEVANCE)
    has_documents = _named(reading.columns, _DOCUMENT) is not None
    if relevance is None and (rank is not None or retrieved is not None or has_documents):
        relevance = _named(numbers, _GRADE)
    if relevance is None and (rank is not None or (retrieved is not None and has_documents)):
        relevance = _named(numbers, _OUTCOME)
    ranked = score or rank
    if relevance is None or ranked is None:
        return None
    if rank is not None and ranked is rank and n_rows > query.n_distinct * rank.n_distinct:
        return None  # a rank stands on several rows of a query: it is what was asked, and not one list
    return Right("rankings", relevance.name, ranked.name, query=query.name, is_rank=ranked is rank)


def _of_documents(reading: Reading) -> Column | None:
    """Return the column of what was asked where other columns hold documents and their relevance."""
    is_judged = _named(reading.columns, _DOCUMENT) is not None and _named(reading.columns, _RELEVANCE) is not None
    return _named(reading.columns, _ASKED) if is_judged else None


def _reader(reading: Reading) -> Column | None:
    """Return the column of whom a list is for, where ranks and no scores are logged and no two rows of it share a rank."""
    query = _named(reading.columns, _READER)
    numbers = [column for column in reading.columns if column.kind in ("number", "boolean") and column is not query]
    rank, outcome = _named(numbers, _RANK), _named(numbers, _OUTCOME)
    if (
        query is None
        or rank is None
        or outcome is None
        or _named(numbers, _SCORE) is not None
        or rank.low not in ("0", "1")
    ):
        return None
    is_whole = rank.is_whole and str(rank.n_distinct - 1 + int(rank.low)) == rank.high
    return query if is_whole and reading.rows_kept <= query.n_distinct * rank.n_distinct else None


def _of_search(numbers: Sequence[Column]) -> Column | None:
    """Return the one column of many numbers that is called as those by which searches rank; None of none or several."""
    found = [column for column in numbers if column.n_distinct > MAX_VALUES_BY_VALUE and _is_called(column, _RETRIEVED)]
    return found[0] if len(found) == 1 else None


def several_scores_hint(reading: Reading) -> str:
    """Say by which of several numbers of searches the rows of a query could be ranked; empty where there are not several."""
    query = _named(reading.columns, _QUERY)
    numbers = [column for column in reading.columns if column.kind == "number" and column is not query]
    relevance = _named(numbers, _RELEVANCE) or _named(numbers, _GRADE)
    scores = [
        column.name for column in numbers if column.n_distinct > MAX_VALUES_BY_VALUE and _is_called(column, _RETRIEVED)
    ]
    if query is None or relevance is None or len(scores) < _MIN_SCORES:
        return ""
    how = (
        f"--query {shlex.quote(query.name)} --relevance {shlex.quote(relevance.name)} --score {shlex.quote(scores[0])}"
    )
    return f" {' or '.join(map(repr, scores[:_MAX_SHOWN]))} could rank the rows of each {query.name!r}: {how}."


def is_called_rank(name: str) -> bool:
    """Whether a column is called like a rank, of which 1 comes first.

    >>> is_called_rank("Position"), is_called_rank("score")
    (True, False)
    """
    return _RANK.fullmatch(name.strip()) is not None


def _named(columns: Sequence[Column], pattern: re.Pattern[str]) -> Column | None:
    """Return the first column with a name of a pattern."""
    return next((column for column in columns if _is_called(column, pattern)), None)


def _is_called(column: Column, pattern: re.Pattern[str]) -> bool:
    """Whether a column has a name of a pattern."""
    return pattern.fullmatch(folded_name(column.name)) is not None
