from .cells import (
    CellError,
    are_classes,
    label_of,
    placeholder_remark,
    squashed,
    without_placeholders,
    without_words,
    written_label,
)
from .column_words import LABEL_WORDS
from .columns import SUFFIXES, open_table
from .table_reading import read_table

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
