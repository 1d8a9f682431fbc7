"""The classifiers that are served, by name; new versions of them, and the ones before."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.bundle import RECORD_FILE
from regraft.core import BundleError, OptionError, RegraftError, as_path, listed, quoted
from regraft.recipes import classifier_file, open_classifier
from regraft.serving.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regraft.bundle import StagedClassifier

Stamp = tuple[int, ...]
_NAME = re.compile(r"[\w.-]{1,100}")


@dataclass(frozen=True, eq=False)
class Version:
    """A classifier as it lay at its place at some time.

    Attributes:
        stamp: Which file it was.
        model: It.
    """

    stamp: Stamp
    model: StagedClassifier


@dataclass(frozen=True, eq=False)
class Entry:
    """One name.

    Attributes:
        place: Where its versions appear.
        current: What is asked.
        previous: What was asked before, still open: it is back at once.
    """

    place: Path
    current: Version
    previous: Version | None = None


@dataclass(frozen=True)
class Change:
    """What a look for new versions found.

    Attributes:
        name: Of the classifier.
        event: What happened.
        digest: Of what is asked now.
        detail: Why nothing could be changed.
    """

    name: str
    event: str
    digest: str = ""
    detail: str = ""


@dataclass(eq=False)
class Shelf:
    """Opens classifiers, and others where they have changed. Reading it needs no lock: entries are replaced whole.

    Attributes:
        sources: Bundles, runs, exports, folders of them, or NAME=PLACE.
        trust_code: Run the source code of networks that bundles hold.
    """

    sources: Sequence[str]
    trust_code: bool = False
    ailing: set[str] = field(default_factory=set)
    _entries: dict[str, Entry] = field(default_factory=dict)
    _refused: dict[str, Stamp] = field(default_factory=dict)
    """By name: what could not be opened, and is not tried again as long as it is the same."""

    def open(self) -> None:
        """Open all.

        Raises:
            OptionError: Two have one name, or there is none.
            BundleError: One cannot be opened.
        """
        for name, place in self._listed():
            if name in self._entries:
                places = listed([quoted(str(one)) for one in (self._entries[name].place, place)], 2)
                raise OptionError(f"Two classifiers are called {quoted(name)}: {places}. Write NAME=PLACE.")
            self._entries[name] = Entry(place, self._opened(place))
        if not self._entries:
            raise OptionError(f"There is no classifier in {listed([*map(quoted, self.sources)], 5)}.")

    def items(self) -> list[tuple[str, Entry]]:
        """All names and what they mean now."""
        return sorted(self._entries.items())

    def find(self, name: str) -> Entry:
        """What a name means now.

        Raises:
            Problem: Nothing.
        """
        entry = self._entries.get(name)
        if entry is None:
            known = listed([*map(quoted, sorted(self._entries))], 20)
            raise Problem("no_model", f"There is no classifier of this name. There are {known}.")
        return entry

    def ails(self, model: StagedClassifier) -> None:
        """A classifier has failed over an image that could be seen: it is opened anew at the next look."""
        self.ailing |= {name for name, entry in self.items() if entry.current.model is model}

    def renew(self) -> Iterator[Change]:
        """Look at all places; open what is new there, and then ask that. What cannot be opened changes nothing."""
        for name, place in self._listed(is_strict=False):
            try:
                stamp = _stamp(classifier_file(place))
            except (RegraftError, OSError):  # gone, or about to be put there: what is open goes on
                continue
            entry = self._entries.get(name)
            known = (self._refused.get(name), None if entry is None else entry.current.stamp)
            if stamp not in known or name in self.ailing:
                yield self._renewed(name, place, stamp, entry)

    def _renewed(self, name: str, place: Path, stamp: Stamp, entry: Entry | None) -> Change:
        is_ailing = name in self.ailing
        if entry is not None and entry.previous is not None and entry.previous.stamp == stamp and not is_ailing:
            self._put(name, replace(entry, current=entry.previous, previous=entry.current))
            return Change(name, "classifier_back", entry.previous.model.digest)
        try:
            new = self._opened(place)
            new.model.try_out()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, what is open goes on
            if _is_still(place, stamp):  # or else it was opened while it was replaced
                self._refused[name] = stamp
            return Change(name, "classifier_refused", detail=f"{type(error).__name__}: {error}")
        self.ailing.discard(name)
        former = None if entry is None else entry.previous if is_ailing else entry.current
        self._put(name, Entry(place, new, former))
        return Change(name, "classifier_opened", new.model.digest)

    def _put(self, name: str, entry: Entry) -> None:
        self._refused.pop(name, None)
        self._entries = {**self._entries, name: entry}  # others may be reading it

    def _opened(self, place: Path) -> Version:
        """What lies at a place; of one version, even where a link is turned to another meanwhile."""
        file = classifier_file(place).resolve()
        found = Version(_stamp(file), open_classifier(_place_of(file), trust_code=self.trust_code).staged())
        if _stamp(file) != found.stamp:
            raise BundleError(f"{place} was replaced while it was read.")
        return found

    def _listed(self, *, is_strict: bool = True) -> Iterator[tuple[str, Path]]:
        """All names and places, as they are now."""
        for source in self.sources:
            name, place = _split(source)
            if _is_classifier(place):
                yield name or _name_of(place), place
            elif name is None and place.is_dir():
                yield from ((one.name, one) for one in sorted(place.iterdir()) if _is_shown(one))
            elif is_strict:
                raise BundleError(f"There is no classifier at {place}: a bundle's or run's folder, or an export.")


def _split(source: str) -> tuple[str | None, Path]:
    name, sign, place = source.partition("=")
    if not sign or Path(source).exists():
        return None, as_path(source)
    if not _NAME.fullmatch(name):
        raise OptionError(f"{quoted(name)} cannot be a classifier's name: letters, digits, and . _ - are possible.")
    return name, as_path(place)


def _is_shown(place: Path) -> bool:
    return _NAME.fullmatch(place.name) is not None and not place.name.startswith(".") and _is_classifier(place)


def _is_classifier(place: Path) -> bool:
    try:
        classifier_file(place)
    except BundleError:
        return False
    return True


def _name_of(place: Path) -> str:
    """The name of the run's folder, whatever in it is meant; of an export with its format."""
    parts = [part for part in place.absolute().parts if part != "bundle"]
    if len(parts) > 2 and parts[-2] == "exports":
        parts = [*parts[:-3], f"{parts[-3]}-{parts[-1]}"]
    return re.sub(r"[^\w.-]+", "-", parts[-1]).strip("-") or "classifier"


def _place_of(file: Path) -> Path:
    """What is opened where `classifier_file` names this."""
    return file.parent if file.name == RECORD_FILE else file


def _is_still(place: Path, stamp: Stamp) -> bool:
    try:
        return _stamp(classifier_file(place)) == stamp
    except (RegraftError, OSError):
        return False


def _stamp(file: Path) -> Stamp:
    """Which file makes the classifier what it is: other numbers where another has taken its place."""
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
