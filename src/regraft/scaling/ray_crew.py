"""The workers of a Ray cluster, as a crew that computes features."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import OptionError, require_extra
from regraft.scaling.options import ClusterOptions
from regraft.scaling.ray_pass import RayPass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.core import Options, Progress
    from regraft.features import FeatureStore, Order
    from regraft.images import ImageSource

_ADDRESS = re.compile(r"[^/:]+:\d+|\[[\da-fA-F:]+\]:\d+")


@dataclass(frozen=True)
class RayCrew:
    """A Ray cluster's workers. It is reached, or started, when something is missing.

    Attributes:
        address: HOST:PORT of one that runs; None to start one on this machine.
        n_threads: Cores of a worker.
    """

    address: str | None
    n_threads: int

    def begin_pass(
        self,
        order: Order,
        store: FeatureStore,
        sources: Sequence[ImageSource],
        digests: Sequence[str],
        progress: Progress,
    ) -> RayPass:
        """A pass whose images the workers share out among themselves.

        Args:
            order: What is computed.
            store: Where it is kept, seen by all nodes.
            sources: The images.
            digests: Their content hashes, no two alike.
            progress: Its task is started.
        """
        return RayPass(order, store, sources, digests, progress, self.address, self.n_threads)


def find_crew(options: Options) -> RayCrew | None:
    """The crew that some options mean; None for this process by itself.

    Raises:
        MissingExtraError: Ray is not installed.
        OptionError: The options do not go together.
    """
    if not isinstance(options, ClusterOptions):
        return None
    if options.on == "here":
        if options.address is not None:
            raise OptionError("--address names a Ray cluster: give --on ray, too, or leave it out.")
        return None
    if options.address is not None and not _ADDRESS.fullmatch(options.address):
        raise OptionError(
            f"--address {options.address} is not HOST:PORT of a Ray cluster, as `ray start --head --port PORT` has it."
        )
    require_extra("scale", "--on ray")
    return RayCrew(options.address, options.worker_threads)
