"""Intervals as small pictures for the cells of a table: made of numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from analytics.present import palette
from analytics.present.drawings.canvas import scale

_HEIGHT = 34
"""Pixels of the picture: a bar and a line of digits."""
_INSET = 4
"""Pixels that stay free at both ends, so that the point is not cut."""
_UNQUOTED = " '=/:.;,()<>"
_BAR_AT, _TEXT_AT = 10, 29
"""Pixels from the top to the bar and to the digits' base line."""


def interval_picture(
    ends: Sequence[float | None],
    span: tuple[float, float],
    line: float | None,
    text: str,
    *,
    colour: str = palette.SAME,
    ink: str = palette.MUTED["light"],
    width: int = 64,
) -> str | None:
    """Draw an interval as a bar with its point against a line, and its bounds in digits below.

    Parameters
    ----------
    ends : sequence of float or None
        Value, low, high; without a value there is no picture.
    span : (float, float)
        The range that the width stands for; what lies outside is cut.
    line : float or None
        Where the line of comparison stands.
    text : str
        The bounds in words.
    colour : str
        Of the bar and its point.
    ink : str
        Of the digits.
    width : int
        In pixels.

    Returns
    -------
    str or None
        A data URL of an SVG. Its first number is the place of the point, so that the URLs sort as the values do.

    Examples
    --------
    >>> interval_picture((0.5, 0.4, 0.6), (0, 1), None, "40–60")[:45]
    "data:image/svg+xml;utf8,<svg data-at='0032.0'"
    """
    value, low, high = ends
    if value is None:
        return None
    place = scale(*span, _INSET, width - _INSET)
    x, left, right = (
        min(max(place(end if end is not None else value), _INSET / 2), width - _INSET / 2) for end in (value, low, high)
    )
    compared = (
        f"<path d='M{place(line):.1f} 1V19' stroke='{palette.SAME}' stroke-dasharray='2 2' opacity='.7'/>"
        if line is not None and span[0] <= line <= span[1]
        else ""
    )
    drawn = (
        f"<svg data-at='{x:06.1f}' xmlns='http://www.w3.org/2000/svg' width='{width}' height='{_HEIGHT}'>{compared}"
        f"<path d='M{left:.1f} {_BAR_AT}H{right:.1f}' stroke='{colour}' stroke-width='2'/>"
        f"<circle cx='{x:.1f}' cy='{_BAR_AT}' r='3' fill='{colour}'/>"
        f"<text x='{width / 2:.0f}' y='{_TEXT_AT}' text-anchor='middle' font-family='sans-serif' font-size='10' "
        f"fill='{ink}'>{text}</text></svg>"
    )
    return f"data:image/svg+xml;utf8,{quote(drawn, safe=_UNQUOTED)}"
