"""About since when: the week from which on a step says most, and whether late labels may be all of it."""

from __future__ import annotations

import numpy as np

from analytics.measure.intervals import FloatArray

_Places = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

_ENOUGH_TO_FOLLOW, _FOLLOWS = 8, 1.28
"""Weeks that tell at least whether they follow each other, and standard errors from which on they do: one stable stream in twenty
whose weeks do not is then taken for one whose weeks do. By simulation."""
_SURE = 1.0
"""Standard errors by which fewer rows may have a label than those of the baseline, where labels come late: by chance alone one
alarm in six is then held back, which is better than a false one. A judgement."""


def step_of(
    seen: FloatArray,
    n: FloatArray,
    variance: FloatArray,
    shift: FloatArray,
    usual: FloatArray | None = None,
    is_apart: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None = None,
) -> _Places:
    """Return the week in which a step most likely began, for each look; never one without rows, but where there is none.

    Before the step the mean is that of the baseline, from it on any other one: the likelihood of a normal step at a week is
    largest where the square of what was seen since, less what was expected, divided by its variance is.

    Parameters
    ----------
    seen, n, variance : ndarray of shape (looks,)
        As `anytime_bounds` takes them.
    shift : ndarray of shape (looks,)
        Which way the mean moved at each look: only steps that way are sought.
    usual : ndarray of shape (looks,) or None
        What is usual at each look less what was expected, as `anytime_bounds` says; None: nothing.
    is_apart : ndarray of bool, shape (looks,), or None
        Weeks that stood apart: one that another followed which does not is no part of a step.

    References
    ----------
    Hinkley (1970), Biometrika 57:1-17.

    Examples
    --------
    >>> step_of(np.array([1.0, 0, -2, 90]), np.array([400.0, 0, 400, 400]), np.array([36.0, 0, 36, 36]), np.ones(4))
    array([0, 0, 0, 3])
    >>> step_of(np.array([90.0, 1, 30]), np.full(3, 400.0), np.full(3, 36.0), np.ones(3), None, np.array([True, False, False]))
    array([0, 1, 2])
    """
    found = np.zeros(len(seen), dtype=np.int64)
    for look, way in enumerate(shift.tolist()):
        run = slice(0, look + 1)
        kept = n[run] > 0
        if is_apart is not None:
            ordinary = np.flatnonzero(kept & ~is_apart[run])
            kept &= ~is_apart[run] | (np.arange(look + 1) > (ordinary[-1] if len(ordinary) else -1))
        off = seen[run] if usual is None else seen[run] - n[run] * usual[look]
        total, spread = (np.where(kept, each, 0.0)[::-1].cumsum()[::-1] for each in (off, variance[run]))
        is_one = kept & (spread > 0) & (total * way >= 0)
        if is_one.any():
            said = np.where(is_one, total**2 / np.where(spread > 0, spread, 1.0), -1.0)
            found[look] = int(said.argmax())
    return found


def spell_of(seen: FloatArray, n: FloatArray, is_apart: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> _Places:
    """Return the first of the weeks up to each look that stood apart the same way, one after the other; else the look itself.

    Weeks without rows part no spell, and begin none.

    Parameters
    ----------
    seen, n : ndarray of shape (looks,)
        As `step_of` takes them.
    is_apart : ndarray of bool, shape (looks,)

    Examples
    --------
    >>> is_apart = np.array([False, True, False, True, True, True])
    >>> spell_of(np.array([1.0, 9, 0, 9, 9, -9]), np.array([5.0, 5, 0, 5, 5, 5]), is_apart)
    array([0, 1, 2, 1, 1, 5])
    """
    found = np.arange(len(seen))
    last = -1
    for look in np.flatnonzero(n > 0).tolist():
        goes_on = last >= 0 and is_apart[look] and is_apart[last] and seen[look] * seen[last] > 0
        found[look] = found[last] if goes_on else look
        last = look
    return found


def follow_each_other(weeks: FloatArray) -> bool:
    """Tell whether a week is like the one before it by more than chance, once the largest step is taken out.

    Parameters
    ----------
    weeks : ndarray of shape (weeks,)
        How far each week is from what is usual, in its standard errors.

    Examples
    --------
    >>> slow = np.sin(np.arange(40) / 2)
    >>> follow_each_other(slow), follow_each_other(np.where(np.arange(40) > 20, 3.0, 0.0) + (-1.0) ** np.arange(40))
    (True, False)
    """
    n = len(weeks)
    if n < _ENOUGH_TO_FOLLOW:
        return False
    before = np.arange(1, n)
    sums = weeks.cumsum()[:-1]
    step = int((sums**2 / before + (weeks.sum() - sums) ** 2 / (n - before)).argmax()) + 1
    rest = np.concatenate([part - part.mean() for part in (weeks[:step], weeks[step:])])
    total = float((rest**2).sum())
    return bool(total > 0 and (rest[1:] * rest[:-1]).sum() / total > _FOLLOWS / np.sqrt(n) - 1 / n)


def sum_from(values: FloatArray, start: _Places) -> FloatArray:
    """Add up the weeks from a start to each week.

    >>> sum_from(np.array([1.0, 2, 3]), np.array([0, 0, 2]))
    array([1., 3., 3.])
    """
    whole = np.append(0.0, values.cumsum())
    return np.asarray(whole[1:] - whole[start], dtype=float)


def lacks_labels(
    labelled: FloatArray, n: FloatArray, base_labelled: float, base_n: float, start: _Places
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Tell at which looks fewer rows since the start have a label than those of the baseline.

    Parameters
    ----------
    labelled, n : ndarray of shape (looks,)
        Rows with a label, and all rows, of each week.
    base_labelled, base_n : float
        The same of the baseline.

    Examples
    --------
    >>> lacks_labels(np.array([90.0, 60]), np.array([100.0, 100]), 900.0, 1000.0, np.array([0, 0]))
    array([False,  True])
    """
    rows = np.maximum(sum_from(n, start), 1.0)
    own, usual = sum_from(labelled, start) / rows, base_labelled / max(base_n, 1.0)
    chance = np.sqrt(usual * (1 - usual) * (1 / rows + 1 / max(base_n, 1.0)))
    return np.asarray(usual - own > _SURE * chance)
