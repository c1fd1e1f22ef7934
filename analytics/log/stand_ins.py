"""Words that stand for a value that is not there."""

from __future__ import annotations

WORDS = ("unknown", "undefined", "default", "test", "dummy", "tbd", "todo", "xxx", "xx", "n.a.", "n/a", "na", "not available",
         "not specified", "unspecified", "null", "none", "nan", "nil", "missing", "#n/a", "?", "-", "--", ".", "(blank)", "blank",
         "empty", "not set", "not provided", "keine angabe", "unbekannt", "k.a.", "inconnu", "desconocido", "")  # fmt: skip
