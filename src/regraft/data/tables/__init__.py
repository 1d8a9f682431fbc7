"""Tables of images: text or Parquet, which column says what, and where the files are."""

from regraft.data.tables.cells import (
    CellError,
    are_classes,
    label_of,
    placeholder_remark,
    squashed,
    without_placeholders,
    without_words,
    written_label,
)
from regraft.data.tables.column_words import LABEL_WORDS
from regraft.data.tables.columns import SUFFIXES, open_table
from regraft.data.tables.table_reading import read_table

__all__ = [
    "LABEL_WORDS",
    "SUFFIXES",
    "CellError",
    "are_classes",
    "label_of",
    "open_table",
    "placeholder_remark",
    "read_table",
    "squashed",
    "without_placeholders",
    "without_words",
    "written_label",
]
