"""Who else can compute what a store lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from regraft.features.key import look_key

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
    """What is computed, in values that can travel.

    Attributes:
        key: What the features depend on; it describes `transform` and the engine.
        transform: From file bytes to pixels.
        open_engine: Called only when something has to be computed: a warm run loads no network.
        view: Which view of each image; the key names it.
        takes_looks: Whether looks are taken and kept while images are decoded for the network; never at random views.
    """

    key: FeatureKey
    transform: Transform
    open_engine: Callable[[], Engine]
    view: AnyView | None = None
    takes_looks: bool = False

    @property
    def keys(self) -> tuple[FeatureKey, ...]:
        """What is kept under: looks where they are taken, then features."""
        return (look_key(self.transform), self.key) if self.takes_looks and self.view is None else (self.key,)


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
