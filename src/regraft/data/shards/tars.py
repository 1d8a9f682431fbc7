"""WebDataset archives: an image `KEY.jpg` with its label in `KEY.cls` and what else is known of it in `KEY.json`.

Which members belong together is said in `tar_samples`.
(https://github.com/webdataset/webdataset)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regraft.data.files import (
    DECOMPRESSORS,
    Reason,
    ShardFile,
    StoredImage,
    Unreadable,
    UnreadableImageError,
    content_name,
    identify_content,
)
from regraft.data.shards.contents import N_NAME_CHARACTERS_MAX, ShardContents
from regraft.data.shards.tar_headers import BLOCK, Member, list_members
from regraft.data.shards.tar_samples import UNREADABLE, Sample, find_samples, first_dot
from regraft.data.tables import CellError, label_of, written_label

if TYPE_CHECKING:
    from collections.abc import Iterator

_N_LABEL_BYTES_MAX = 4096
_N_JSON_BYTES_MAX = 1 << 20
_LABEL_KEYS = ("label", "class", "class_id", "category_id", "target", "category", "label_name", "class_name")
"""Where JSON says the class; the first one that is there counts."""


@dataclass(frozen=True, eq=False, slots=True)
class MemberImage(StoredImage):
    """An image in a tar archive; there is no checksum of it.

    Attributes:
        offset: Where it begins in the file.
        n_bytes: Its size.
    """

    offset: int
    n_bytes: int

    def read(self) -> bytes:
        """The encoded image.

        Raises:
            UnreadableImageError: The file has become shorter, or cannot be read.
        """
        return self.shard.read(self.offset, self.n_bytes)


def list_tar(shard: ShardFile) -> ShardContents:
    """The images of an archive; only headers, labels and JSON are read.

    Whatever is damaged is told in the answer, never raised. The name of an image is the `filename` of its JSON, else
    the member's.
    """
    contents = ShardContents()
    listed = _Members(shard)
    members = list(listed)
    failure = listed.failure
    if failure is not None and not members:
        contents.spoil(shard, None, *_explain_none(shard, failure))
        return contents
    if failure is not None:  # the last sample may lack its label
        broken = first_dot(members[-1].name)
        while members and first_dot(members[-1].name) == broken:
            members.pop()
    for sample in find_samples(members, contents.notice):
        _add_sample(contents, shard, sample)
    foreign = set(contents.noticed.pop(UNREADABLE, ()))
    contents.unreadable += [_unsupported(shard, member) for member in members if member.name in foreign]
    if failure is not None:
        detail = f"{failure.detail}; the image there and what stands behind it are lost"
        contents.spoil(shard, len(contents.images), failure.reason, detail)
    return contents


def _unsupported(shard: ShardFile, member: Member) -> Unreadable:
    kind = identify_content(member.beginning)
    detail = "" if kind is None else f"it is {kind.name}; {kind.remedy}"
    return Unreadable(path=f"{shard.path}#{member.name}", reason=Reason.UNSUPPORTED, detail=detail)


def _explain_none(shard: ShardFile, failure: UnreadableImageError) -> tuple[Reason, str]:
    """Why not even the first header could be read."""
    name = content_name(shard.path)
    if name not in DECOMPRESSORS:
        return failure.reason, failure.detail
    command, endings = DECOMPRESSORS[name]
    better = f"{shard.path.name}{endings[0]}"
    return Reason.UNSUPPORTED, (
        f"the archive is {name}, under the name of a plain one: call it {better}, and unpack it ({command} {better})"
    )


class _Members:
    """The members that can be listed; why there are no more is kept."""

    def __init__(self, shard: ShardFile) -> None:
        self.shard = shard
        self.failure: UnreadableImageError | None = None

    def __iter__(self) -> Iterator[Member]:
        try:
            yield from list_members(self.shard)
        except UnreadableImageError as error:
            self.failure = error


def _add_sample(contents: ShardContents, shard: ShardFile, sample: Sample) -> None:
    number, image = len(contents.images), sample.image
    stated = _read_json(shard, sample.known)
    known = stated or {}
    if stated is None and sample.known is not None:
        contents.notice("json_not_read", sample.known.name)
    try:
        label, text = _read_label(shard, sample.label, known)
    except CellError:
        contents.notice("label_not_read", image.name)
        label, text = None, None
    else:
        is_said = sample.label is not None or label is not None or text or known.get("class")
        if sample.known is not None and stated is not None and not is_said:
            contents.notice("json_without_label", sample.known.name)
    contents.add(
        MemberImage(shard, number, image.offset, image.n_bytes),
        name=_string(known.get("filename")) or image.name.removeprefix("./")[:N_NAME_CHARACTERS_MAX],
        label=label,
        text=_string(known.get("class")) or text,
        group=_string(known.get("group")),
        caption=_read_caption(shard, sample.text),
    )


def _read_json(shard: ShardFile, member: Member | None) -> dict[str, Any] | None:
    """What a sample's JSON says; None where it is none, or too long."""
    if member is None or member.n_bytes > _N_JSON_BYTES_MAX:
        return None
    try:
        known = json.loads(_content(shard, member))
    except (ValueError, RecursionError):
        return None
    return known if isinstance(known, dict) else None


def _read_label(shard: ShardFile, member: Member | None, known: dict[str, Any]) -> tuple[int | None, str | None]:
    """A sample's label: a number, or a class's name.

    Raises:
        CellError: It is neither.
    """
    if member is None:
        label, text = label_of(next((known[name] for name in _LABEL_KEYS if name in known), None))
        if text is not None and len(text) > N_NAME_CHARACTERS_MAX:
            raise CellError(f"a text of {len(text):,} characters")
        return label, text
    if member.n_bytes > _N_LABEL_BYTES_MAX:
        raise CellError(f"a text of {member.n_bytes:,} bytes")
    return written_label(_content(shard, member).decode("utf-8", "surrogateescape"))


def _read_caption(shard: ShardFile, member: Member | None) -> str | None:
    if member is None or member.n_bytes > _N_LABEL_BYTES_MAX:
        return None
    return _content(shard, member).decode("utf-8", "surrogateescape").strip() or None


def _content(shard: ShardFile, member: Member) -> bytes:
    if member.n_bytes <= BLOCK:
        return member.beginning
    return shard.read(member.offset, member.n_bytes)


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= N_NAME_CHARACTERS_MAX else None
