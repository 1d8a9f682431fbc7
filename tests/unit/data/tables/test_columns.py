from __future__ import annotations

import pyarrow as pa
import pytest
from pyarrow import parquet

from regraft.core import DataError
from regraft.data.tables.columns import open_table


def written(folder, text: str, name="t.csv", encoding="utf-8"):
    table = folder / name
    table.write_bytes(text.encode(encoding))
    return table


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "a,b\n1,x\n,y z\n"),
        ("t.csv", "a;b\r\n1;x\r\n;y z\r\n"),
        ("t.csv", "a\tb\n1\tx\n\ty z\n"),
        ("t.CSV", "\n a , b\n\n1, x\n\n , y z "),
        ("t.tsv", "a\tb\n1\tx\n\ty z\n"),
    ],
)
def test_text(tmp_path, name, text):
    """Commas, semicolons and tabs, any line ends, blank lines and blanks around cells give the same columns."""
    table = written(tmp_path, text, name)
    assert open_table(table).names == ("a", "b")
    assert open_table(table).read(("a", "b")).cells == {"a": ["1", None], "b": ["x", "y z"]}


def test_a_byte_order_mark(tmp_path):
    """A byte order mark, as spreadsheets write it, is no part of the first column's name."""
    table = written(tmp_path, "a,b\nä,2\n", encoding="utf-8-sig")
    assert open_table(table).read(("a", "b")).cells == {"a": ["ä"], "b": ["2"]}


def test_quotes(tmp_path):
    """Quoted cells may hold the delimiter, quotes and newlines; the place is the line where the row ends."""
    columns = open_table(written(tmp_path, 'a,b\n"1,\n""2""",x\n3,y\n')).read(("a",))
    assert columns.cells == {"a": ['1,\n"2"', "3"]}
    assert columns.where(1, "a") == f"{tmp_path}/t.csv, line 4, column 'a'"


def test_tabs_rule_in_tsv(tmp_path):
    """In a TSV file commas are text."""
    assert open_table(written(tmp_path, "a,b,c\td\n", "t.tsv")).names == ("a,b,c", "d")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.csv is empty: it needs a header line"),
        ("\n\n", "t.csv is empty"),
        ("a,b\n1,2\n\n3\n", "line 4: 1 cell where the header has 2"),
        ("a,b\n1,2,3\n", "line 2: 3 cells where the header has 2"),
        ("a,b, a\n", "a column twice: a, b, a"),
        ('a,b\n"1,2\n', "no readable table: line 2: unexpected end of data"),
    ],
)
def test_damaged_text(tmp_path, text, message):
    """A text file that is no table is an error that says where."""
    table = written(tmp_path, text)
    with pytest.raises(DataError, match=message):
        open_table(table)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252", "latin-1"])
def test_encodings(tmp_path, encoding):
    """What spreadsheets write is read; a guess is told, with the first line that it decides."""
    table = open_table(written(tmp_path, "path,label\n1.jpg,caf\u00e9\n", encoding=encoding))
    assert table.read(("label",)).cells == {"label": ["caf\u00e9"]}
    told = [(remark.code, remark.examples) for remark in table.remarks]
    assert told == ([] if encoding.startswith("utf") else [("table_encoding", ("1.jpg,caf\u00e9",))])


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + bytes(90), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xd8\xff\xe0"]
)
def test_a_spreadsheet_called_csv(tmp_path, content):
    """What is no text is named for what it is."""
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"no table: it is .* Save the table as CSV"):
        open_table(tmp_path / "t.csv")


def test_parquet_cells(tmp_path):
    """Numbers and text become text: whole numbers without a fraction, NaN and null are empty."""
    table = tmp_path / "t.parquet"
    values = {
        " i ": [1, None],
        "f": [2.0, float("nan")],
        "g": [0.5, 1.0],
        "t": [" x ", ""],
        "d": pa.array(["x", "y"]).dictionary_encode(),
        "b": [True, False],
        "bytes": [b"1", b"2"],
    }
    parquet.write_table(pa.table(values), table)
    assert open_table(table).names == ("i", "f", "g", "t", "d", "b", "bytes")
    assert open_table(table).read(("i", "f", "g", "t", "d", "b")).cells == {
        "i": ["1", None],
        "f": ["2", None],
        "g": ["0.5", "1"],
        "t": ["x", None],
        "d": ["x", "y"],
        "b": ["True", "False"],
    }


def test_dates_beyond_any_calendar_do_not_stop_a_table(tmp_path):
    """They are empty cells; others of the column are read."""
    table = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"day": pa.array([2**31 - 1, 0], pa.int32()).cast(pa.date32())}), table)
    assert open_table(table).cells("day") == [None, "1970-01-01"]


def test_parquet_cells_that_are_no_text(tmp_path):
    """Pictures inside of the table are refused with row and column."""
    table = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"image": [None, {"bytes": b"x"}]}), table)
    with pytest.raises(DataError, match=r"t.parquet, row 2, column 'image': .* and this one is a structure"):
        open_table(table).read(("image",))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"path,label\n", b"PAR1" * 100])
def test_damaged_parquet(tmp_path, content):
    """What is called Parquet and is not is an error of the data."""
    table = tmp_path / "t.parquet"
    table.write_bytes(content)
    with pytest.raises(DataError, match="no readable Parquet file"):
        open_table(table)


def test_damaged_parquet_data(tmp_path):
    """A Parquet file with sound ends and damage between them is an error of the data."""
    table = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"path": [f"{row}.jpg" for row in range(9000)]}), table, compression="zstd")
    content = bytearray(table.read_bytes())
    content[100:2000] = bytes(1900)
    table.write_bytes(content)
    with pytest.raises(DataError, match="no readable Parquet file"):
        open_table(table).read(("path",))


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_folder_is_no_table(tmp_path, name):
    """A file that the system does not open is an error of the data."""
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match="no readable"):
        open_table(tmp_path / name)
