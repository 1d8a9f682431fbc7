"""Who else can compute what a store lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regraft.backbones import Engine
    from regraft.core import Progress
    from regraft.data import Unreadable
    from regraft.features.key import FeatureKey
    from regraft.features.store import FeatureStore
    from regraft.images import AnyView, ImageSource, Transform


@dataclass(frozen=True)
class Order:
    """What is computed, in values that can travel: an `Extractor` without its store, which has the same attributes."""

    key: FeatureKey
    transform: Transform
    open_engine: Callable[[], Engine]
    view: AnyView | None
    takes_looks: bool


class AnyPass(Protocol):
    """One pass over images of which something is missing, whoever computes it (`passes.Pass`).

    Attributes:
        digests: The images' content hashes.
        unreadable: (position, why) for each image that could not be read so far.
        n_kept: How many were finished and kept so far.
    """

    digests: Sequence[str]
    unreadable: list[tuple[int, Unreadable]]
    n_kept: int

    @property
    def task(self) -> str:
        """What it does, for the progress bar."""

    def run(self) -> None:
        """Compute everything; on any exception what is finished is kept first."""


class Crew(Protocol):
    """Computes with other processes what a store lacks."""

    def begin_pass(
        self,
        order: Order,
        store: FeatureStore,
        sources: Sequence[ImageSource],
        digests: Sequence[str],
        progress: Progress,
    ) -> AnyPass:
        """A pass over images whose rows are in the store when it has run.

        Args:
            order: What is computed.
            store: Where it is kept.
            sources: The images.
            digests: Their content hashes, no two alike.
            progress: Its task is started.
        """
