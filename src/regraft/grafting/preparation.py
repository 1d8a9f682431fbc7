"""What is decided and computed before the first step: where the network is cut, and the inputs behind the cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.finetuning import kept_pages
from regraft.grafting.boundary import Boundary, Choice
from regraft.grafting.decisions import decide_once
from regraft.grafting.inputs import ViewPlan, build_feed, picture_views, plan_views

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from regraft.finetuning import Feed
    from regraft.grafting.setup import Setup


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everything that trainings with the same cut and the same inputs share.

    Attributes:
        boundary: Where the network is cut.
        feed: The inputs behind the cut.
        sheet: A picture (h, w, 3) of some images and their views; None where nothing is changed.
        sentences: What was decided, for the user.
    """

    boundary: Boundary
    feed: Feed
    sheet: NDArray[np.uint8] | None
    sentences: tuple[str, ...]


def prepare(setup: Setup, folder: Path) -> Prepared:
    """Choose what is trained, say it, and compute the inputs.

    Args:
        setup: What is trained on what.
        folder: Of the training: it remembers what was decided.
    """
    boundary = decide_once(folder / "boundary.json", Boundary, lambda: _choose(setup), setup.world)
    plan = decide_once(folder / "views.json", ViewPlan, lambda: plan_views(setup, boundary), setup.world)
    sentences = tuple(filter(None, (boundary.sentence, plan.sentence)))
    for sentence in sentences:
        setup.say(sentence)
    return Prepared(boundary, build_feed(setup, boundary, plan), picture_views(setup), sentences)


def _choose(setup: Setup) -> Boundary:
    n_images = round(setup.options.n_seen(len(setup.rows)) * setup.n_passes)
    with kept_pages():
        return Choice(setup.network, setup.data.spec, setup.options, setup.world.device, n_images).made()
