"""Places in object stores that are used as paths are, to read from."""

from __future__ import annotations

import errno
import io
import os
import posixpath
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from regraft.core.remote.addresses import find_address, is_on_the_web
from regraft.core.remote.bounded import read_bounded
from regraft.core.remote.failures import explained
from regraft.core.remote.held import HeldContents
from regraft.core.remote.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    _SystemPath = Path
else:
    _SystemPath = type(Path())  # the only kind of which there can be kinds before Python 3.12

_HELD = HeldContents()


class RemotePath(_SystemPath):
    """A folder or an object in a store.

    It is a path, so that whatever reads a file by its methods reads an object. Nothing is written, and functions of the
    system that are given it find nothing there. What is joined to it stays below it, whatever it looks like: a path in
    a table never leads to another store, to this machine, or out of the folder.

    Attributes:
        address: `s3://bucket/folder/a.jpg`.
    """

    address: str

    def __new__(cls, address: str | os.PathLike[str]) -> Self:
        """An address that was checked (`as_place`)."""
        self = super().__new__(cls, address)
        self.address = (find_address(address) or os.fspath(address)).rstrip("/")
        return self

    def __init__(self, address: str | os.PathLike[str]) -> None:
        if hasattr(super(), "with_segments"):  # from Python 3.12 on
            super().__init__(address)  # type: ignore[call-arg]

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return type(self), (self.address,)

    def __str__(self) -> str:
        return self.address

    def __repr__(self) -> str:
        return f"RemotePath('{self.address}')"

    def __fspath__(self) -> str:
        return self.address

    def __hash__(self) -> int:
        return hash(self.address)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemotePath) and self.address == other.address

    def with_segments(self, *segments: str | os.PathLike[str]) -> Path:
        """What the base makes of this path: another address."""
        return type(self)(segments[0]).joinpath(*segments[1:])

    def __truediv__(self, name: str | os.PathLike[str]) -> Self:
        below = os.fspath(name)
        if f"/{below}/".find("/../") >= 0 or "/./" in f"/{below}/":
            below = posixpath.normpath(f"/{below}")  # no further up than this folder
        below = below.lstrip("/")
        return type(self)(f"{self.address}/{below}") if below else self

    def joinpath(self, *names: str | os.PathLike[str]) -> Self:
        """Something below this folder."""
        place = self
        for name in names:
            place = place / name
        return place

    @property
    def parent(self) -> Self:
        """The folder that it lies in; of a bucket itself."""
        scheme, _, rest = self.address.partition("://")
        return type(self)(f"{scheme}://{rest.rpartition('/')[0]}") if "/" in rest else self

    @property
    def parents(self) -> Sequence[Self]:
        """The folders that it lies in, the nearest first."""
        found = [self]
        while (above := found[-1].parent) != found[-1]:
            found.append(above)
        return found[1:]

    def with_name(self, name: str) -> Self:
        """What is called so beside it."""
        return self.parent / name

    def with_suffix(self, suffix: str) -> Self:
        """The same name with another ending."""
        return self.with_name(f"{self.stem}{suffix}")

    def is_absolute(self) -> bool:
        """An address begins nowhere else."""
        return True

    def is_relative_to(self, *others: str | os.PathLike[str]) -> bool:
        """Whether it lies below a folder, or is that."""
        return len(others) == 1 and f"{self.address}/".startswith(f"{os.fspath(others[0]).rstrip('/')}/")

    def relative_to(self, *others: str | os.PathLike[str]) -> Path:  # type: ignore[override]
        """The way to it from a folder: a path, no address.

        Raises:
            ValueError: It does not lie there.
        """
        if not self.is_relative_to(*others):
            raise ValueError(f"{self} does not lie below {' and '.join(str(other) for other in others)}")
        return Path(self.address[len(os.fspath(others[0]).rstrip("/")) :].lstrip("/"))

    def resolve(self, strict: bool = False) -> Self:  # noqa: ARG002, FBT001, FBT002 - as the base has it
        """Itself: stores have no links."""
        return self

    def absolute(self) -> Self:
        """Itself."""
        return self

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:  # noqa: ARG002 - as the base has it
        """Its size and kind; all else is zero.

        Raises:
            OSError: There is nothing, or the store does not say.
        """
        store, key = open_store(self.address)
        with explained(self.address):
            about = store.info(key)
        mode = stat.S_IFDIR if about["type"] == "directory" else stat.S_IFREG
        return os.stat_result((mode | 0o444, 0, 0, 1, 0, 0, int(about.get("size") or 0), 0, 0, 0))

    def exists(self, *, follow_symlinks: bool = True) -> bool:
        """Whether there is such an object, or objects below it."""
        with suppress(FileNotFoundError):
            return bool(self.stat(follow_symlinks=follow_symlinks))
        return False

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Whether there is such an object."""
        with suppress(FileNotFoundError):
            return stat.S_ISREG(self.stat(follow_symlinks=follow_symlinks).st_mode)
        return False

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Whether there are objects below it."""
        with suppress(FileNotFoundError):
            return stat.S_ISDIR(self.stat(follow_symlinks=follow_symlinks).st_mode)
        return False

    def iterdir(self) -> Iterator[Self]:  # type: ignore[override]
        """What lies straight below it.

        Raises:
            OSError: The store does not say.
        """
        yield from (self / name for name in sorted(name for name, _about in self.entries()))

    def entries(self) -> list[tuple[str, dict[str, Any]]]:
        """The names straight below it, with what the store says of each: `type` and `size`.

        Raises:
            OSError: The store does not say, or it is a page of the web.
        """
        return list(self._listed("ls").items())

    def find(self) -> dict[str, int]:
        """The sizes of all objects below it, by their paths from here, one page of the store's list after the other.

        Raises:
            OSError: The store does not say, or it is a page of the web.
        """
        found = self._listed("find")
        return {name: int(about.get("size") or 0) for name, about in found.items() if about["type"] == "file"}

    def _listed(self, how: str) -> dict[str, dict[str, Any]]:
        if is_on_the_web(self.address):
            raise OSError(
                errno.ENOTSUP, "pages of the web are not listed: name a table, a shard or an image", str(self)
            )
        store, key = open_store(self.address)
        with explained(self.address):
            found = store.ls(key, detail=True) if how == "ls" else list(store.find(key, detail=True).values())
        begin = f"{key.rstrip('/')}/"
        named = ((about["name"].removeprefix("/" * (not begin.startswith("/"))), about) for about in found)
        below = {name.removeprefix(begin): about for name, about in named if name.startswith(begin)}
        return {name.rstrip("/"): about for name, about in below.items() if name and not _is_mark(name, about)}

    def open(self, mode: str = "r", *args: Any, **settings: Any) -> IO[Any]:  # type: ignore[override]
        """The object as a file to be read, a range at a time, exactly those that are asked for.

        Raises:
            OSError: There is none, the store does not give it, or it would be written to.
        """
        if set(mode) - set("rbt"):
            raise self._read_only()
        store, key = open_store(self.address)
        with explained(self.address):
            file = store.open(key, "rb", cache_type="none")
        return file if "b" in mode else io.TextIOWrapper(file, *(args[1:] or (settings.get("encoding"),)))

    def read_range(self, offset: int, n_bytes: int) -> bytes:
        """Some of its bytes; fewer where it ends before.

        Raises:
            OSError: There is no such object, or the store does not give it.
        """
        if n_bytes <= 0:
            return b""
        store, key = open_store(self.address)
        with explained(self.address):
            content = bytes(store.cat_file(key, start=offset, end=offset + n_bytes))
        if len(content) > n_bytes:
            raise OSError(errno.EIO, "the store knows no ranges, and gives more than was asked for", self.address)
        return content

    def read_bytes(self) -> bytes:
        """All of its bytes, as the store gives them now.

        Raises:
            OSError: There is no such object, or the store does not give it.
        """
        store, key = open_store(self.address)
        with explained(self.address):
            return bytes(store.cat_file(key))

    def read_and_hold(self, n_bytes_max: int, n_takes: int = 1) -> bytes:
        """All of its bytes, which are remembered for `take`: an object is fetched once to be hashed and decoded.

        Args:
            n_bytes_max: A larger object is not read.
            n_takes: How often it will be taken.

        Raises:
            OSError: As `read_bytes`; or it is too large (EFBIG).
        """
        content = read_bounded(self, n_bytes_max)
        _HELD.hold(self.address, content, n_takes)
        return content

    def forget(self) -> None:
        """Nobody will `take` it any more."""
        _HELD.forget(self.address)

    @property
    def is_held(self) -> bool:
        """Whether `take` need not ask the store."""
        return _HELD.holds(self.address)

    def take(self, n_bytes_max: int) -> bytes:
        """All of its bytes: what was held of it a short while ago, else what the store gives now.

        Args:
            n_bytes_max: A larger object is not read.

        Raises:
            OSError: As `read_and_hold`.
        """
        held = _HELD.take(self.address)
        return read_bounded(self, n_bytes_max) if held is None else held

    def read_text(self, encoding: str | None = None, errors: str | None = None, newline: str | None = None) -> str:  # noqa: ARG002
        """All of it as text.

        Raises:
            OSError: There is no such object, or the store does not give it.
        """
        return self.read_bytes().decode(encoding or "utf-8", errors or "strict")

    def mkdir(self, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Nothing is made in a store.

        Raises:
            OSError: Always.
        """
        raise self._read_only()

    def _read_only(self) -> OSError:
        return OSError(errno.EROFS, "nothing is written to object stores", self.address)


def _is_mark(name: str, about: dict[str, Any]) -> bool:
    """Whether it only says that there is a folder."""
    return about["type"] == "file" and name.endswith("/")
