"""Places that a user names: text, bytes and path objects become paths here, and nowhere else."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

from regraft.core.errors import OptionError
from regraft.core.remote.addresses import check_address, find_address
from regraft.core.text import quoted

_IMAGE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n")
"""Of images whose first bytes may hold no NUL, and which begin as no name does."""
_PIXELS = "Regraft takes pixels in memory with Classifier.predict, ImageFeatures and ImageClassifier."


def as_path(given: object, what: str = "A place") -> Path:
    """The path that a user means. `~` and `~user` are home folders; a thing that is really called so is `./~`.

    Args:
        given: A str, a path object, or bytes (a name that is no UTF-8).
        what: What it names, as the beginning of a sentence.

    Returns:
        The path, which means the same when it is read again.

    Raises:
        OptionError: It is something else, empty, in an object store, or names a home folder that is not known.
    """
    text = _as_text(given, what)
    if (address := find_address(given if isinstance(given, PurePath) else text)) is not None:
        raise OptionError(
            f"{what} is on a disk of this machine; {quoted(address)} is in an object store, from which images and data "
            "sets can be read, and nothing else."
        )
    return _at_home(text, what)


def as_place(given: object, what: str = "A place") -> Path:
    """The path that a user means (`as_path`), which may be in an object store: `s3://bucket/folder`.

    Raises:
        OptionError: As `as_path`; or the address holds a secret, or is of no store.
    """
    text = _as_text(given, what)
    if (address := find_address(given if isinstance(given, PurePath) else text)) is None:
        return _at_home(text, what)
    from regraft.core.remote.remote_paths import RemotePath  # most places are on a disk

    check_address(address, what)
    return RemotePath(address)


def _as_text(given: object, what: str) -> str:
    if isinstance(given, bytes) and (b"\0" in given or given.startswith(_IMAGE_STARTS)):
        raise OptionError(f"{what} is a path; these are {len(given):,} bytes, of an image it seems. {_PIXELS}")
    if not isinstance(given, str | bytes | os.PathLike):
        raise OptionError(f"{what} is a path (str or Path), not {described(given)}.{_hint(given)}")
    text = os.fsdecode(given)
    if not text.strip():
        raise OptionError(f"{what} is a path; this text is empty.")
    if "\0" in text:
        raise OptionError(f"{what} is a path; {quoted(text)} holds a NUL, which no path can.")
    return text


def as_paths(given: object, what: str = "A place") -> list[Path]:
    """The paths that a user means: one, or any number of them.

    Args:
        given: One place (`as_place`), or a list, tuple, generator, array or column of them.
        what: What each names, as the beginning of a sentence.

    Raises:
        OptionError: It is something else, or one of them is.
    """
    return [as_place(one, what) for one in several(given, what)]


def several(given: object, what: str = "A place") -> list[Any]:
    """What a user gave, as a list: one place is a list of one.

    Raises:
        OptionError: It is neither a place nor a sequence.
    """
    if isinstance(given, str | bytes | os.PathLike):
        return [given]
    is_strange = isinstance(given, Mapping | io.IOBase | bytearray | memoryview) or hasattr(given, "columns")
    if is_strange or not isinstance(given, Iterable) or getattr(given, "ndim", 1) != 1 or _is_numeric(given):
        raise OptionError(
            f"{what} is a path (str or Path), or there are several in a list; not {described(given)}.{_hint(given)}"
        )
    return list(given)


def as_source(given: object, what: str = "A data set") -> str:
    """The data set that a user names: a path, a pattern of paths, an address, or a name, with `~` expanded.

    Raises:
        OptionError: It is something else.
    """
    if isinstance(given, str | bytes | os.PathLike):
        return str(as_place(given, what))
    raise OptionError(
        f"{what} is a folder, a table, shards or a name, each given as one str or Path; not {described(given)}. "
        "Images that lie about can be listed in a table with the columns path and label (CSV or Parquet)."
    )


def described(value: object) -> str:
    """What something is, for a sentence: `None`, `the int 3`, `a list of 2`, `a DataFrame`."""
    if value is None or isinstance(value, bool):
        return str(value)
    name = type(value).__name__
    if isinstance(value, int | float):
        return f"the {name} {value}"
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"a {value.dtype} {name} of shape {value.shape}"
    if isinstance(value, list | tuple | set | frozenset | dict):
        return f"a {name} of {len(value)}"
    return f"{'an' if name[:1] in 'AEIOaeio' else 'a'} {name}"


def _hint(given: object) -> str:
    is_image = isinstance(given, bytearray | memoryview | io.IOBase) or _is_numeric(given) or hasattr(given, "getpixel")
    return f" {_PIXELS}" if is_image else ""


def _is_numeric(given: object) -> bool:
    return getattr(getattr(given, "dtype", None), "kind", "O") in "biufc"


def registered_home() -> Path | None:
    """This user's home as the system has it, where HOME is not set."""
    import pwd

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return None


def _at_home(text: str, what: str) -> Path:
    path = Path(text)
    if not text.startswith("~"):
        return path.absolute() if str(path).startswith("~") else path
    user = path.parts[0]
    if user == "~" and os.environ.get("HOME") == "" and os.name != "nt":  # an empty one is none
        home = registered_home()
        if home is not None:
            return home.joinpath(*path.parts[1:])
    else:
        with suppress(RuntimeError):
            return path.expanduser()
    if os.path.lexists(text):
        return path.absolute()
    why = "no HOME is set, and the system has no entry for this user" if user == "~" else "there is no such user"
    raise OptionError(
        f"{what} is {quoted(text)}, but the home folder {user} is not known: {why}. Write the whole path, or "
        f"./{text} for a thing that is really called so."
    )
