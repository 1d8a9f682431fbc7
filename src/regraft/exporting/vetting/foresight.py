"""What a graph will hold at one time, added up before it runs: a small file can ask for any amount of memory."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

from regraft.core import BundleError, plural, quoted
from regraft.exporting.vetting.signatures import N_KEPT_MAX, N_VALUES_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regraft.exporting.vetting.signatures import Shape, Sizes


class Step(NamedTuple):
    """An operation.

    Attributes:
        kind: Of it.
        given: Names of what it is given.
        results: Names of what it gives.
    """

    kind: str
    given: Sequence[str]
    results: Sequence[str]


def require_room(steps: Sequence[Step], shapes: Mapping[str, Shape], kept: set[str], sizes: Sizes, place: str) -> None:
    """Refuse a graph that would hold too many numbers at one time, or nobody knows how many.

    Args:
        steps: Its operations, in their order.
        shapes: Of what they give, by name.
        kept: Names of constants. What is made of them alone is kept, too: runtimes compute it once.
        sizes: For which they are foreseen.
        place: The file, for sentences.

    Raises:
        BundleError: It would.
    """
    last = {name: number for number, step in enumerate(steps) for name in (*step.results, *step.given)}
    n_held, n_kept, held, kept = 0, 0, dict[str, int](), set(kept)
    for number, step in enumerate(steps):
        given = {name: _n_values(shapes.get(name), step, sizes, place) for name in step.results}
        held |= given
        n_held += sum(given.values())
        if kept.issuperset(step.given):
            kept.update(given)
            n_kept += sum(given.values())
        if n_held > N_VALUES_MAX or n_kept > N_KEPT_MAX:
            raise BundleError(
                f"{place} would hold {plural(max(n_held, n_kept), 'number')} at once for {sizes.purpose}, with "
                f"those of its operation {quoted(step.kind)}: it is not used."
            )
        for name in {*step.results, *step.given}:
            if last[name] == number and name not in kept:
                n_held -= held.pop(name, 0)


def _n_values(shape: Shape | None, step: Step, sizes: Sizes, place: str) -> int:
    if shape is None or None in shape:
        if not sizes.are_all_known:
            return 0
        raise BundleError(
            f"How much the operation {quoted(step.kind)} in {place} gives cannot be known before it runs: it is not "
            "used."
        )
    return prod(length or 0 for length in shape)
