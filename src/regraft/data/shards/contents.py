"""What is found in a shard before its images are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regraft.data.files import Reason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.data.files import ShardFile, StoredImage
    from regraft.data.manifest import Split

N_NAME_CHARACTERS_MAX = 4096
"""Longer names of images and classes are not taken."""


@dataclass
class ShardContents:
    """The images of one shard, in columns of the same length, and what is damaged in it.

    Attributes:
        images: Where each is.
        names: The file name that the shard gives it; None where it gives none.
        ids: Its label as a number; negative ones as they stand there.
        texts: Its class's name.
        groups: The physical object that it shows.
        captions: A text beside it, which may be its class.
        unreadable: Records that are no rows.
        noticed: What else was noticed: names of records by a code.
    """

    images: list[StoredImage] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    ids: list[int | None] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    groups: list[str | None] = field(default_factory=list)
    captions: list[str | None] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    noticed: dict[str, list[str]] = field(default_factory=dict)

    def add(
        self,
        image: StoredImage,
        *,
        name: str | None = None,
        label: int | None = None,
        text: str | None = None,
        group: str | None = None,
        caption: str | None = None,
    ) -> None:
        """One more image. Empty names are no names.

        Args:
            image: Where its bytes are.
            name: The file name that the shard gives it.
            label: Its label as a number.
            text: Its class's name.
            group: The physical object that it shows.
            caption: A text beside it.
        """
        self.images.append(image)
        self.names.append(name or None)
        self.ids.append(label)
        self.texts.append(text or None)
        self.groups.append(group or None)
        self.captions.append(caption)

    def rows(self) -> Iterator[tuple[StoredImage, str | None, int | None, str | None, str | None, str | None]]:
        """The columns image by image: where it is, its name, label, class, group and caption."""
        yield from zip(self.images, self.names, self.ids, self.texts, self.groups, self.captions, strict=True)

    def notice(self, code: str, name: str) -> None:
        """Remember a record for a remark."""
        self.noticed.setdefault(code, []).append(name)

    def spoil(self, shard: ShardFile, number: int | None, reason: Reason, detail: str) -> None:
        """Something of the shard is damaged.

        Args:
            shard: Which.
            number: The place of its record; None for all of it.
            reason: What is wrong.
            detail: The same in words.
        """
        path = str(shard.path) if number is None else f"{shard.path}#{number}"
        self.unreadable.append(Unreadable(path=path, reason=reason, detail=detail))


@dataclass(frozen=True)
class ListedImage:
    """One image of a set of shards, and what its shard says of it.

    Attributes:
        image: Where it is.
        shard: The shard's name.
        name: The file name that its record gives it.
        label: Its label as a number.
        text: Its class's name.
        group: The physical object that it shows.
        caption: A text beside it, which may be its class.
        split: What the shard's name says.
    """

    image: StoredImage
    shard: str
    name: str | None
    label: int | None
    text: str | None
    group: str | None
    caption: str | None
    split: Split | None
