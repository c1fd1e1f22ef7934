"""How a moment since which something holds is called."""

from __future__ import annotations

from datetime import date, datetime

from analytics.present import words


def moment_label(moment: date | str) -> str:
    """Name a day, or an hour where a time says it; text as ISO has it.

    >>> moment_label("2013-02-04"), moment_label("2013-02-04T09:00:00"), moment_label(date(2013, 2, 4))
    ('4 Feb 2013', '4 Feb 2013, 09:00', '4 Feb 2013')
    """
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment) if ":" in moment else date.fromisoformat(moment)
    return words.bucket_label(moment, "1h" if isinstance(moment, datetime) else "1d")
