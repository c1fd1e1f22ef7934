"""ARFF files: what is declared names the columns, rows are those that were written."""

from __future__ import annotations

import pytest

from analytics.errors import InputError
from tests.ingested import Desk

HEAD = "% made by a tool\n@RELATION 'churn scored'\n\n@ATTRIBUTE age NUMERIC\n@attribute 'it''s'  {a,'b c'}\n"
HEAD = HEAD.replace("'it''s'", r"'it\'s'") + "@attribute\tscore\treal\n@attribute label {no,yes}\n@DATA\n"


def columns(desk: Desk, content: str, name: str = "log.arff") -> dict[str, list[object]]:
    log = desk.log(desk.file(content, name))
    assert log.reading.file_format == "arff"
    stored = desk.stored(log)
    names = {column.name: f"c{column.position}" for column in log.reading.columns}
    return {column: stored[place].to_list() for column, place in names.items()}


def test_dense_rows(desk: Desk) -> None:
    rows = ["30,'b c',0.5,yes", "?,a,0.25,no", "% a remark", '40, "b c" ,1e-1,no', "50,a,0.75,yes,{2}"]
    found = columns(desk, HEAD + "\n".join(rows) + "\n")
    assert found == {
        "age": [30, None, 40, 50],
        "it's": ["b c", "a", "b c", "a"],
        "score": [0.5, 0.25, 0.1, 0.75],
        "label": ["yes", "no", "no", "yes"],
    }


def test_sparse_rows_leave_out_the_first_value(desk: Desk) -> None:
    found = columns(desk, HEAD + "{0 30, 1 'b c', 2 0.5, 3 yes}\n{2 0.25}\n{ }\n", "log.txt")
    assert found["age"] == [30, 0, 0]
    assert found["it's"] == ["b c", "a", "a"]
    assert found["score"] == [0.5, 0.25, 0.0]
    assert found["label"] == ["yes", "no", "no"]


@pytest.mark.parametrize("row", ["30,a,0.5", "30,a,0.5,yes,no", "{9 1}", "{x}"])
def test_a_row_of_another_width_is_refused_with_its_line(desk: Desk, row: str) -> None:
    with pytest.raises(InputError, match="on line 9"):
        desk.read(desk.file(HEAD + row + "\n", "log.arff"))
