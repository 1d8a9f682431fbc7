"""Which members of an archive are one sample: an image, its label, and what else is known of it.

WebDataset's rule is that the members of a sample share their name as far as the first dot, and stand together. What
people write where that says nothing sensible is read as they mean it: `a.v1.jpg` beside `a.v1.cls`, `a.input.jpg`,
labels that stand elsewhere in the archive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from regraft.data.files import identify_content
from regraft.data.folders import EXTENSIONS, is_hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from regraft.data.files import ContentKind
    from regraft.data.shards.tar_headers import Member

    Notice = Callable[[str, str], None]

_LABELS = ("cls", "class", "label", "index", "inx", "target")
"""What the number or name of a class is called; the first one that is there counts."""
_JSONS = ("json", "jsn")
_TEXTS = ("txt", "text")
_INPUTS = ("input", "image", "img", "rgb", "photo", "picture", "x", "jpg", "png")
"""What the image is called among several of a sample."""
_OUTPUTS = frozenset(("seg", "segmentation", "mask", "masks", "depth", "target", "output", "gt", "label", "alpha", "y"))
"""What is no input."""


UNREADABLE = "unreadable_members"
"""The code of images of formats that cannot be read."""


@dataclass(frozen=True)
class Sample:
    """An image and the members that describe it.

    Attributes:
        image: The image.
        label: Its class, a number or a name.
        known: JSON.
        text: A text, which may be its class or a caption.
    """

    image: Member
    label: Member | None
    known: Member | None
    text: Member | None


def first_dot(name: str) -> str:
    """WebDataset's key: a member's name as far as the first dot behind its folder."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition('.')[0]}"


def find_samples(members: Iterable[Member], notice: Notice) -> Iterator[Sample]:
    """The samples of an archive, in the order of their images.

    Args:
        members: Its ordinary files.
        notice: Is told what is not used, by a code and the member's name.
    """
    visible = []
    for member in members:
        if is_hidden(member.name) if "/" not in member.name else any(map(is_hidden, _parts(member.name))):
            notice("system_members", member.name)
        else:
            visible.append(member)
    groups = list(_group(visible))
    _join(groups)
    for group in groups:
        yield from group.samples(notice)


def _group(members: Iterable[Member]) -> Iterator[_Group]:
    """Members of one key that stand together; one whose name repeats begins another sample, as in joined archives."""
    for key, found in groupby(members, key=lambda member: first_dot(member.name)):
        together: dict[str, Member] = {}
        for member in found:
            if member.name.lower() in together:
                yield _Group(key, list(together.values()))
                together = {}
            together[member.name.lower()] = member
        yield _Group(key, list(together.values()))


def _parts(name: str) -> list[str]:
    return [part for part in name.split("/") if part not in ("", ".", "..")]


def _join(groups: Sequence[_Group]) -> None:
    """Give labels that stand apart from their image to it, where only one image has their key."""
    with_image: dict[str, list[_Group]] = {}
    for group in groups:
        if group.images:
            with_image.setdefault(group.key, []).append(group)
    for group in groups:
        owners = with_image.get(group.key, ())
        if not group.images and len(owners) == 1:
            owners[0].members += group.members
            group.members = []


@dataclass
class _Group:
    """Members of one key that stand together."""

    key: str
    members: list[Member]
    images: list[Member] = field(init=False)
    is_by_content: bool = field(init=False)

    def __post_init__(self) -> None:
        self.images = [member for member in self.members if _is_image(member)]
        self.is_by_content = not self.images
        if self.is_by_content:
            self.images = [member for member in self.members if (kind := _kind(member)) and kind.is_readable]

    def samples(self, notice: Notice) -> Iterator[Sample]:
        """Its samples; what is noticed of them is told."""
        for sample in self._samples(notice):
            if self.is_by_content:
                notice("by_content", sample.image.name)
            yield sample

    def _samples(self, notice: Notice) -> Iterator[Sample]:
        by_stem: dict[str, dict[str, Member]] = {}
        for member in self.members:
            stem, _dot, extension = member.name.rpartition(".")
            by_stem.setdefault(stem, {}).setdefault(extension.lower(), member)
        if len(by_stem) == len(self.images) == 1 and self.key in by_stem:  # nearly always
            parts = _described(by_stem[self.key])
            if len(self.members) == 4 - parts.count(None):
                yield Sample(self.images[0], *parts)
                return
        used: set[int] = set()
        for image in self._choose(by_stem, notice):
            near = self._near(image, by_stem)
            parts = _described(near)
            used |= {member.offset for member in (image, *parts) if member is not None}
            yield Sample(image, *parts)
        for member in self.members:
            if member.offset not in used:
                notice(self._code(member), member.name)

    def _near(self, image: Member, by_stem: dict[str, dict[str, Member]]) -> dict[str, Member]:
        """What belongs to an image: members of its key and its stem, `a.jpg.cls` and `a.cls.txt`."""
        stem = image.name.rpartition(".")[0]
        near = by_stem.get(self.key, {}) | by_stem[stem] | by_stem.get(image.name, {})
        texts = {word: by_stem.get(f"{stem}.{word}", {}).get("txt") for word in _LABELS}
        return {word: member for word, member in texts.items() if member is not None} | near

    def _choose(self, by_stem: dict[str, dict[str, Member]], notice: Notice) -> list[Member]:
        """The images that are samples: the one called like the key, or those of longer names."""
        plain = [image for image in self.images if image.name.rpartition(".")[0] == self.key]
        dotted = [image for image in self.images if image not in plain]
        described = (*_LABELS, *(() if plain else (*_JSONS, *_TEXTS)))
        own = [image for image in dotted if _first(by_stem[image.name.rpartition(".")[0]], described)]
        chosen = plain[:1] + own or _inputs(dotted, self.key)
        if len(chosen) > 1:
            notice("dotted_keys", chosen[0].name)
        return chosen

    def _code(self, member: Member) -> str:
        if (kind := _kind(member)) is not None and kind.is_image and not kind.is_readable:
            return UNREADABLE
        if not self.images:
            extension = member.name.rpartition(".")[2].lower()
            return "labels_without_image" if extension in (*_LABELS, *_JSONS) else "unused_members"
        is_second = _is_image(member) and member.name.rpartition(".")[0] == self.key
        return "several_images" if is_second else "unused_members"


def _is_image(member: Member) -> bool:
    return f".{member.name.rpartition('.')[2].lower()}" in EXTENSIONS


def _kind(member: Member) -> ContentKind | None:
    """What a member is by its content, where its name does not say that it is something else."""
    extension = member.name.rpartition(".")[2].lower()
    is_said = extension in (*_LABELS, *_JSONS, *_TEXTS) or extension in _OUTPUTS
    return None if is_said or _is_image(member) else identify_content(member.beginning)


def _described(members: dict[str, Member]) -> tuple[Member | None, Member | None, Member | None]:
    """Label, JSON and text among members of one stem."""
    return _first(members, _LABELS), _first(members, _JSONS), _first(members, _TEXTS)


def _first(members: dict[str, Member], names: Sequence[str]) -> Member | None:
    return next((members[name] for name in names if name in members), None)


def _inputs(images: Sequence[Member], key: str) -> list[Member]:
    """Of images called `KEY.WORD.jpg` the one whose word says that it is the input, else all that may be one."""
    words = [image.name[len(key) + 1 :].lower().rpartition(".")[0] for image in images]
    for wanted in _INPUTS:
        if wanted in words:
            return [images[words.index(wanted)]]
    return [image for image, word in zip(images, words, strict=True) if word not in _OUTPUTS] or list(images)
