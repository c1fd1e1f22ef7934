"""Every text of a log that a page draws where Streamlit reads Markdown goes through the one door, ``escaped``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.of_each import of_each

ROOT = Path(__file__).parents[2]

DRAWN = {
    *("markdown", "caption", "write", "info", "warning", "error", "success", "title", "header", "subheader", "toast"),
    *(
        "button",
        "download_button",
        "link_button",
        "page_link",
        "popover",
        "expander",
        "dialog",
        "tabs",
        "status",
        "spinner",
    ),
    *(
        "checkbox",
        "toggle",
        "radio",
        "pills",
        "segmented_control",
        "selectbox",
        "multiselect",
        "text_input",
        "text_area",
    ),
    *("number_input", "slider", "select_slider", "date_input", "file_uploader", "metric", "form_submit_button"),
}
"""What of Streamlit reads its first argument, or its help, as Markdown."""

MARKDOWN = {"help", "label", "body", "text"}
OPTIONS = {"radio", "pills", "segmented_control"}
"""Choices whose options are Markdown too: texts of a log need a ``format_func``."""

CLEAN = {
    "escaped",
    "plural",
    "count",
    "len",
    "share",
    "between",
    "metric_text",
    "threshold_text",
    "point_text",
    "readable",
}
"""What returns no text of a log that is alive: the door itself, and words around numbers."""

THROUGH = {"join", "capitalize", "lower", "upper", "items", "values", "list", "enumerate", "filter", "zip"}
"""What passes on what it is given."""

NUMBERS = set(",fgd%")
"""Format specifications of numbers."""

ALLOWED = {
    ("pages/_frame/conditions.py", "operator.label.capitalize()"): "from a registry of this program",
    ("pages/_frame/conditions.py", "operator.meaning"): "from a registry of this program",
    (
        "pages/_frame/frame.py",
        "f'{escaped(str(error))} :gray[:small[({error.code})]]'",
    ): "codes are a registry of this program",
    (
        "pages/_frame/frame.py",
        'f"Something unexpected went wrong (number {number}). The rest of the page and everything stored is intact; the server\'s log holds the detail."',
    ): "a number that this program makes",
    ("pages/_frame/policy.py", "name"): "a preset of this program",
    ("pages/_frame/policy.py", "label"): "a word of this program, given by its callers",
    ("pages/_frame/policy.py", "help_"): "a word of this program, given by its callers",
    ("pages/_frame/render.py", "title"): "a word of this program, given by its callers",
    (
        "pages/_gap/drift.py",
        "f'{_ICONS[advice.what]} **{advice.what.capitalize()}{size}** – {escaped(advice.text)}'",
    ): "what to do is one of a few words, its size a number",
    ("pages/_gap/drift.py", "page.path"): "from a registry of this program",
    ("pages/_logs/layout.py", "label"): "a word of this program, given by its callers",
    ("pages/_logs/right.py", "label"): "a word of this program, given by its callers",
    ("pages/_thresholds/handover.py", "label"): "a word of this program, given by its callers",
    ("pages/_thresholds/handover.py", "help_"): "a word of this program, given by its callers",
    ("pages/_logs/mapping.py", "label"): "a word of this program, given by its callers",
    ("pages/_logs/mapping.py", "help_"): "a word of this program, given by its callers",
    (
        "pages/_logs/mapping.py",
        "f\"Of {len(judged)} rows drawn from the log, {right + wrong} can be judged: {right} right, {wrong} wrong. {counts['not known yet']} have no label yet, {counts['no score']} no score.\"",
    ): "counts",
    (
        "pages/_logs/upload.py",
        "f'{readable()}, up to {mending.MAX_UPLOAD_MB} MB. Several files become one log: drop them together.'",
    ): "formats and a limit of this program",
    ("pages/_logs/values.py", "first.title"): "a word of this program, given by its callers",
    ("pages/_logs/values.py", "first.help"): "a word of this program, given by its callers",
    ("pages/_logs/values.py", "second.title"): "a word of this program, given by its callers",
    ("pages/_logs/values.py", "second.help"): "a word of this program, given by its callers",
    (
        "pages/_overview/findings.py",
        "f'Looking at {waiting[number - len(answer.leading)].what} …'",
    ): "from a registry of this program",
    ("pages/_overview/findings.py", "page.path"): "from a registry of this program",
    ("pages/_overview/findings.py", "'Up to then' if is_here else page.title"): "from a registry of this program",
    ("pages/_overview/findings.py", "page.title"): "from a registry of this program",
    ("pages/_overview/numbers.py", "entry.label"): "from a registry of this program",
    ("pages/_overview/numbers.py", "f'{entry.definition} {entry.formula}'"): "from a registry of this program",
    (
        "pages/_overview/numbers.py",
        "_interval_text(name, low, high) if known else f'Undefined: {entry.undefined}'",
    ): "from a registry of this program",
    ("pages/_review/case.py", "f'**{heading}**'"): "a word of this program, given by its callers",
    ("pages/_review/case.py", "said"): "counts",
    (
        "pages/_review/library.py",
        "{'jsonl': 'JSONL', 'csv': 'CSV', 'parquet': 'Parquet'}[file_format]",
    ): "a word of this program, given by its callers",
    (
        "pages/_slices/discovery_search.py",
        "policy_controls.sentence_of(amount)",
    ): "has gone through the door where it is made",
    ("pages/_slices/discovery_search.py", "label"): "a word of this program, given by its callers",
    ("pages/_slices/discovery_search.py", "help_"): "a word of this program, given by its callers",
}
"""What is no text of a log though the test cannot see it, each with the reason."""


def root_of(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


class Function:
    """The assignments of one function, by which a local name is known to be clean, beside the other functions of its module."""

    def __init__(self, scope: ast.AST, others: dict[str, ast.FunctionDef]) -> None:
        self.others = others
        self.values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(scope):
            targets: list[tuple[ast.expr, ast.expr]] = []
            if isinstance(node, ast.Assign):
                targets = [(target, node.value) for target in node.targets]
            elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                targets = [(node.target, node.value)]
            elif isinstance(node, ast.For | ast.comprehension):
                rows = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else [node.iter]
                targets = [(node.target, row) for row in rows]
            for target, value in targets:
                self._assign(target, value)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.values.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            pairs = (
                value.elts if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) else ()
            )
            for place, part in enumerate(target.elts):
                self._assign(part, pairs[place] if pairs else value)

    def is_clean(self, node: ast.expr | None, seen: frozenset[str] = frozenset()) -> bool:
        """Whether an expression can hold no text of a log that has not gone through the door."""
        if node is None or isinstance(node, ast.Constant | ast.Compare):
            return True
        if isinstance(node, ast.JoinedStr):
            return all(self.is_clean(part, seen) for part in node.values)
        if isinstance(node, ast.FormattedValue):
            spec = ast.unparse(node.format_spec) if node.format_spec is not None else ""
            return bool(NUMBERS & set(spec.strip("f'\""))) or self.is_clean(node.value, seen)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else root_of(node.func)
            if name in CLEAN:
                return True
            if name in THROUGH:
                base = node.func.value if isinstance(node.func, ast.Attribute) else None
                return self.is_clean(base, seen) and all(self.is_clean(part, seen) for part in node.args)
            other = self.others.get(name) if isinstance(node.func, ast.Name) else None
            if other is None or name in seen:
                return False
            there = Function(other, self.others)
            returned = [part.value for part in ast.walk(other) if isinstance(part, ast.Return)]
            return all(there.is_clean(value, seen | {name}) for value in returned)
        if isinstance(node, ast.IfExp):
            return self.is_clean(node.body, seen) and self.is_clean(node.orelse, seen)
        if isinstance(node, ast.BinOp):
            return self.is_clean(node.left, seen) and self.is_clean(node.right, seen)
        if isinstance(node, ast.BoolOp):
            return all(self.is_clean(part, seen) for part in node.values)
        if isinstance(node, ast.Tuple | ast.List):
            return all(self.is_clean(part, seen) for part in node.elts)
        if isinstance(node, ast.Dict):
            return all(self.is_clean(part, seen) for part in (*node.keys, *node.values))
        if isinstance(node, ast.GeneratorExp | ast.ListComp):
            return self.is_clean(node.elt, seen)
        if isinstance(node, ast.Subscript | ast.Attribute):
            root = root_of(node)
            return (
                root.isupper() or self.is_clean(ast.Name(root), seen)
                if isinstance(node, ast.Subscript)
                else root.isupper()
            )
        if isinstance(node, ast.Name):
            if node.id.isupper():
                return True
            known = self.values.get(node.id, [])
            return (
                node.id not in seen and bool(known) and all(self.is_clean(value, seen | {node.id}) for value in known)
            )
        return False


def alive(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a module draws as Markdown without the door, with its line."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    others = {function.name: function for function in functions}
    done: set[int] = set()
    for scope in [*functions, tree]:
        local = Function(scope, others)
        for node in ast.walk(scope):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWN):
                continue
            if id(node) in done or root_of(node.func) in ("words", "figures", "re", "logging", "_logger"):
                continue
            done.add(id(node))
            shown = [*node.args[:1], *(word.value for word in node.keywords if word.arg in MARKDOWN)]
            if node.func.attr in OPTIONS and not any(word.arg == "format_func" for word in node.keywords):
                shown += [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "options")]
            for part in shown:
                if not local.is_clean(part):
                    yield node.lineno, ast.unparse(part)


@of_each(sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pages").rglob("*.py")))
def test_every_text_goes_through_the_door(module: str) -> None:
    found = [(line, text) for line, text in alive(ROOT / module) if (module, text) not in ALLOWED]
    assert not found, f"{module} draws texts that may be a log's without `escaped`: {found}"


def test_what_is_allowed_is_still_there() -> None:
    drawn = {(module, text) for module, _ in ALLOWED for _, text in alive(ROOT / module)}
    assert not ALLOWED.keys() - drawn


@pytest.mark.parametrize(
    ("line", "is_alive"),
    [
        ("st.caption(log.name)", True),
        ("st.caption(escaped(log.name))", False),
        ("st.button(f'Take {name}')", True),
        ("st.button(f'Take {escaped(name)} of {n:,}')", False),
        ("st.metric('Rows', 1, help=column.name)", True),
        ("st.pills('Columns', names)", True),
        ("st.pills('Columns', names, format_func=escaped)", False),
        ("left.warning('a' + said)", True),
        ("said = escaped(name)\n    st.warning('a' + said)", False),
        ("said = name\n    st.warning('a' + said)", True),
    ],
)
def test_the_test_sees_what_is_alive(line: str, is_alive: bool, tmp_path: Path) -> None:
    module = tmp_path / "page.py"
    module.write_text(f"def draw(name, names, log, column, n, left):\n    {line}\n")
    assert bool(list(alive(module))) == is_alive
