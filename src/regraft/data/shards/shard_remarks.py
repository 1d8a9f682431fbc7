"""What the reading of shards noticed, in sentences: one row a code, counted over all shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import plural
from regraft.data.finding import Finding, make_finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regraft.data.finding import Severity

_SENTENCES: dict[str, tuple[Severity, str, str]] = {
    "system_members": ("note", "member", "passed over: files of systems (as ._NAME of macOS), not of the data."),
    "unused_members": (
        "note",
        "member",
        "not used: neither the image of a sample (KEY.jpg) nor its class (KEY.cls) nor its JSON (KEY.json).",
    ),
    "several_images": (
        "warning",
        "image",
        "left out: another image has the same key (KEY.jpg beside KEY.png), and only the first is read. Give each a "
        "key of its own.",
    ),
    "dotted_keys": (
        "note",
        "key",
        "read as several samples, one for each image (KEY.a.jpg with KEY.a.cls, KEY.b.jpg with KEY.b.cls): other "
        "programs take what stands behind the first dot for kinds of data of one sample.",
    ),
    "labels_without_image": ("warning", "label", "left out: there is no image of the same key."),
    "json_without_label": (
        "note",
        "JSON member",
        "read, without a class: it says none under label, class, class_id, category_id, target or category.",
    ),
    "json_not_read": (
        "warning",
        "JSON member",
        "not used: it is no JSON object, or has more than 1,048,576 bytes. What it says of class, group and "
        "name of its image is lost: write it anew.",
    ),
    "by_content": ("note", "member", "read as an image by content, not by name."),
    "no_label_column": (
        "warning",
        "Parquet file",
        "read without labels: no column is called like one. Name it with --label-column.",
    ),
    "label_not_read": (
        "warning",
        "image",
        "read without a label: what stands there is neither a text nor a number, but a list of several, a structure or "
        "a text of more than 4,096 characters.",
    ),
    "text_as_class": (
        "note",
        "image",
        "labelled by KEY.txt: it repeats as names of classes do, and there is no KEY.cls.",
    ),
    "captions": (
        "note",
        "text (KEY.txt)",
        "not used: they differ from image to image as captions do, not classes. A class stands in KEY.cls.",
    ),
    "few_texts": (
        "note",
        "text (KEY.txt)",
        "not used: most images without a class have none. A class stands in KEY.cls.",
    ),
    "folders_as_classes": (
        "note",
        "image",
        "labelled by the folder in its name, since nothing else says its class.",
    ),
    "large_row_groups": (
        "note",
        "image",
        "in row groups of more than a gigabyte, which can only be read from front to back: training image by image "
        "is slow. Write the file anew with smaller ones (regraft datasets convert FILE --to parquet; pyarrow: "
        "row_group_size=100).",
    ),
}


def say_noticed(noticed: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """The remarks for what was noticed, in the order of the table.

    Args:
        noticed: Names of records by their code.
    """
    return tuple(
        make_finding(
            code,
            severity,
            f"{plural(len(noticed[code]), noun)} {_were(code, noticed)}{rest}",
            len(noticed[code]),
            noticed[code],
        )
        for code, (severity, noun, rest) in _SENTENCES.items()
        if noticed.get(code)
    )


def _were(code: str, noticed: Mapping[str, Sequence[str]]) -> str:
    is_single = len(noticed[code]) == 1
    if code == "large_row_groups":
        return "lies " if is_single else "lie "
    return "was " if is_single else "were "
