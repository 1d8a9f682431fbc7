"""What the system refuses a store, told in a sentence."""

from __future__ import annotations

import sqlite3
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from regraft.core import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class _InFolder(Protocol):
    folder: Path


Store = TypeVar("Store", bound=_InFolder)
Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


def explained(
    method: Callable[Concatenate[Store, Arguments], Answer],
) -> Callable[Concatenate[Store, Arguments], Answer]:
    """A method of what lies in a folder that says in a sentence what the system refused."""

    @wraps(method)
    def told(store: Store, /, *arguments: Arguments.args, **options: Arguments.kwargs) -> Answer:
        try:
            return method(store, *arguments, **options)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The feature store in {store.folder} cannot be used: {error}. What was kept before is intact. "
                "Free some space, or choose another folder with REGRAFT_CACHE."
            ) from error

    return told
