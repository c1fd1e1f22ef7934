"""The decision tree of a search, from left to right: what a node holds and how often it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from analytics.present import palette, words
from analytics.present.discovery import branch_words, node_words, objective_interval, objective_text
from analytics.present.figures.base import axis, empty, framed_layout, lines, shown
from analytics.query.discovery.objectives import OBJECTIVES

if TYPE_CHECKING:
    from analytics.answers.discovery.answer import Discovery
    from analytics.answers.discovery.tree import Tree

_ROW, _MAX_NAME = 62, 30
"""Pixels for a leaf, which has two lines of text and a gap; characters of an answer, so that it ends before the next
level."""
_BEND = 0.05
"""Of the distance between levels: how far before a node its branch turns to it."""


def discovery_tree(answer: Discovery) -> go.Figure:
    """Draw the nodes of the tree, parents to the left of their children, each with its last answer, its rate and its rows.

    Parameters
    ----------
    answer : Discovery

    Returns
    -------
    Figure
        The branches, then the nodes; ``customdata`` of a node is its place in the tree.
    """
    tree = answer.tree
    title = f"What separates the {shown(OBJECTIVES[answer.search.objective].label)} most?"
    if tree is None or len(tree.parents) == 1:
        return empty(title, "No cut separates the rows.")
    heights = _heights_of(tree)
    depths = [len(path) for path in tree.paths]
    n_leaves = sum(tree.is_leaf(place) for place in range(len(depths)))
    below = (
        "Rates with 95 % intervals, from rows the search did not see"
        if answer.split != "none"
        else "No row was held back"
    )
    return go.Figure(
        [_branches(tree, depths, heights), _nodes(answer, tree, depths, heights)],
        framed_layout(
            title,
            below,
            height=120 + _ROW * n_leaves,
            margin={"b": 8},
            xaxis=axis(range=[-0.06, max(depths) + 0.95], visible=False),
            yaxis=axis(range=[n_leaves - 0.35, -0.75], visible=False),
        ),
    )


def _heights_of(tree: Tree) -> list[float]:
    """Give each leaf a row from the top, and other nodes the middle of their children."""
    heights = [0.0] * len(tree.parents)
    row = 0
    for place in range(len(heights)):
        if tree.is_leaf(place):
            heights[place] = row
            row += 1
    for place in reversed(range(len(heights))):
        children = [other for other, parent in enumerate(tree.parents) if parent == place]
        if children:
            heights[place] = sum(heights[child] for child in children) / len(children)
    return heights


def _branches(tree: Tree, depths: list[int], heights: list[float]) -> dict[str, Any]:
    """Return the lines from parents to children."""
    across: list[float | None] = []
    down: list[float | None] = []
    for place, parent in enumerate(tree.parents):
        if parent >= 0:
            bend = depths[place] - _BEND
            across += [depths[parent], bend, bend, depths[place], None]
            down += [heights[parent], heights[parent], heights[place], heights[place], None]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": across,
        "y": down,
        "hoverinfo": "skip",
        "line": {"color": palette.LINE, "width": 1},
    }


def _nodes(answer: Discovery, tree: Tree, depths: list[int], heights: list[float]) -> dict[str, Any]:
    """Return the nodes with their texts."""
    texts, hovers, colours = [], [], []
    for place, row in enumerate(tree.table.iter_rows(named=True)):
        path = tree.paths[place]
        name = shown(branch_words(path[-1]) if path else "all rows", _MAX_NAME)
        texts.append(f"<b>{name}</b><br>{objective_text(answer, row['rate'])} · n {words.count(row['n'])}")
        interval = objective_interval(answer, row["rate"], row["rate_low"], row["rate_high"])
        hovers.append(lines(f"<b>{shown(node_words(tree, place))}</b>", interval, f"n {words.count(row['n'])}"))
        colours.append(_colour_of(row))
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": depths,
        "y": heights,
        "text": texts,
        "textposition": "top right",
        "marker": {"size": 12, "color": colours},
        "customdata": list(range(len(texts))),
        "hovertext": hovers,
        "hoverinfo": "text",
        "cliponaxis": False,
        "unselected": {"marker": {"opacity": 0.45}, "textfont": {"color": palette.MUTED_TEXT}},
    }


def _colour_of(row: dict[str, Any]) -> str:
    """Return the colour of a node: worse or better than what is usual where its interval says so."""
    if row["rate_low"] is None or row["usual"] is None or row["rate_low"] <= row["usual"] <= row["rate_high"]:
        return palette.SAME
    return palette.WORSE if row["rate"] > row["usual"] else palette.BETTER
