"""Gates as JUnit XML, which every build server reads: a test case per gate, whatever its name holds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from analytics.present import words
from analytics.present.readings.gates import gates_reading, result_reading
from analytics.present.readings.gates_words import statement

if TYPE_CHECKING:
    from analytics.answers.gates.result import GatesAnswer

_SURROGATES = (0xD800, 0xDFFF)
"""Halves of characters, which no encoding of XML holds (XML 1.0, section 2.2)."""
_NONE = (0xFFFE, 0xFFFF)
"""The two last places of Unicode's first plane, which XML 1.0 leaves out too."""


def gates_junit(answer: GatesAnswer) -> str:
    """Return the gates as a test suite.

    A gate that fails is a failure, one that cannot be asked an error; one that cannot be decided is skipped, or a failure
    where it counts as one. What the verdict says besides, such as exceptions that meet no slice, is the suite's output.
    """
    suite = ElementTree.Element("testsuite", name=_printable(answer.file.name or "gates"))
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for result in answer.results:
        case = ElementTree.SubElement(suite, "testcase", classname="gates", name=_printable(result.gate.name))
        kind = {
            "pass": "",
            "fail": "failure",
            "inconclusive": "failure" if answer.counts_as == "fail" else "skipped",
        }.get(result.outcome or "", "error")
        if kind:
            counts[kind] += 1
            found = ElementTree.SubElement(case, kind, message=_printable(statement(result.gate)))
            found.text = _printable(result_reading(result))
    ElementTree.SubElement(suite, "system-out").text = _printable(gates_reading(answer))
    names = {"failure": "failures", "error": "errors", "skipped": "skipped"}
    suite.set("tests", str(len(answer.results)))
    for kind, n in counts.items():
        suite.set(names[kind], str(n))
    ElementTree.indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suite, encoding="unicode")}\n'


def _printable(text: str) -> str:
    r"""Return text on one line without what XML cannot hold, escaped or not.

    >>> _printable("a\x00b\ufffe")
    'a b'
    """
    low, high = _SURROGATES
    return "".join(mark for mark in words.one_line(text) if not low <= ord(mark) <= high and ord(mark) not in _NONE)
