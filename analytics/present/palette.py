"""One colour per meaning, colour-blind safe (after Okabe and Ito), legible on light and on dark."""

from __future__ import annotations

TEXT = "#000037"
"""The theme's strong ink: Streamlit's chart theme puts that of light or dark in its place. Lines that mean no outcome have it."""
MUTED_TEXT = "#000021"
"""The theme's quiet ink: Streamlit puts the first of ``chartDivergingColors`` in its place, which is that of `MUTED`."""
GROUND = "#000038"
"""The theme's background, which Streamlit puts in its place."""
MUTED = {"light": "#5c636d", "dark": "#a9b2bd"}
"""Theme to its quiet ink, for what is drawn before a theme can be put in."""

TRUE_POSITIVE = "#0b77bd"
_TRUE_NEGATIVE = "#8b929c"
FALSE_POSITIVE = "#c98500"
_FALSE_NEGATIVE = "#c04a08"
NOT_YET_KNOWN = "#b8c0ca"
REFERENCE = "#3a98d4"
PRODUCTION = "#8f63c9"
WORSE = "#c43c8a"
BETTER = "#2b8f4a"
HIGHER = "#9a6b5b"
LOWER = "#54789f"
SAME = "#7f8792"
FEW_ROWS = "#8d949e"
FEW_CELLS = "#b3b9c1"
BEST = "#008a93"
SET_ASIDE = "#8c6d8c"

OUTCOMES = {"tp": TRUE_POSITIVE, "fp": FALSE_POSITIVE, "fn": _FALSE_NEGATIVE, "tn": _TRUE_NEGATIVE}
RATES = {"error_rate": TEXT, "selection_rate": MUTED_TEXT, "prevalence": TEXT}
PARTS = {"mix": "#6f7fb5", "within": "#85852b"}
VERDICTS = {
    "worse": WORSE,
    "better": BETTER,
    "higher": HIGHER,
    "lower": LOWER,
    "same": SAME,
    "few": FEW_ROWS,
}

HATCH = {"shape": "/", "size": 5, "fgcolor": SAME, "bgcolor": NOT_YET_KNOWN}

LINE = "#8a919b"
GRID = "rgba(127, 134, 145, 0.22)"
MIDDLE = "#dfe2e7"
INK = "#1b1f24"
PAPER = "#ffffff"
_BLACK = "#000000"
ON_PAPER = {TEXT: INK, MUTED_TEXT: MUTED["light"], GROUND: PAPER}
"""What stands for the inks of the theme on paper."""


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
    """Return the text colour that reads best on a colour: of black and white one has at least 4.58 : 1 on any.

    >>> text_on("#ffffff"), text_on("#000000")
    ('#000000', '#ffffff')
    """
    return max((_BLACK, PAPER), key=lambda text: contrast(text, colour))


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
