"""One colour per meaning, colour-blind safe (after Okabe and Ito), legible on light and on dark."""

from __future__ import annotations

TRUE_POSITIVE = "#0b77bd"
_TRUE_NEGATIVE = "#8b929c"
FALSE_POSITIVE = "#e69f00"
FALSE_NEGATIVE = "#d55e00"
NOT_YET_KNOWN = "#b8c0ca"
REFERENCE = "#56b4e9"
PRODUCTION = "#8f63c9"
WORSE = "#c43c8a"
BETTER = "#089874"
HIGHER = "#a8842f"
LOWER = "#54789f"
SAME = "#7f8792"
FEW_ROWS = "#b3b9c1"

OUTCOMES = {"tp": TRUE_POSITIVE, "fp": FALSE_POSITIVE, "fn": FALSE_NEGATIVE, "tn": _TRUE_NEGATIVE}
RATES = {"error_rate": PRODUCTION, "selection_rate": HIGHER, "prevalence": LOWER}
VERDICTS = {
    "worse": WORSE,
    "better": BETTER,
    "higher": HIGHER,
    "lower": LOWER,
    "same": SAME,
    "few": FEW_ROWS,
}

HATCH = {"shape": "/", "size": 5, "fgcolor": SAME, "bgcolor": NOT_YET_KNOWN}

MUTED_TEXT = "#7b828c"
LINE = "rgba(127, 134, 145, 0.65)"
GRID = "rgba(127, 134, 145, 0.22)"
MIDDLE = "#dfe2e7"
INK = "#1b1f24"
PAPER = "#ffffff"


def _channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour such as ``#0b77bd``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def text_on(colour: str) -> str:
    """Return the text colour that reads best on a colour.

    >>> text_on("#ffffff") == INK, text_on("#000000") == PAPER
    (True, True)
    """
    return max((INK, PAPER), key=lambda text: contrast(text, colour))


def mixed(start: str, end: str, place: float) -> str:
    """Return the colour at ``place`` of the way from one colour to another.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = zip(_channels(start), _channels(end), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * place):02x}" for one, other in pairs)


def faded(colour: str, opacity: float) -> str:
    """Return a colour that lets the background through.

    >>> faded("#000000", 0.2)
    'rgba(0, 0, 0, 0.2)'
    """
    red, green, blue = _channels(colour)
    return f"rgba({red}, {green}, {blue}, {opacity})"


def ends(direction: str) -> tuple[str, str]:
    """Return the colours of values below and above the overall one, given which direction is better.

    >>> ends("lower") == (BETTER, WORSE), ends("higher") == (WORSE, BETTER)
    (True, True)
    """
    return {"lower": (BETTER, WORSE), "higher": (WORSE, BETTER)}.get(direction, (LOWER, HIGHER))
