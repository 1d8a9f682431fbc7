"""What trainings are fed with: decoded images, or activations at the boundary in kept or ever new views."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.backbones import PREPROCESSINGS
from regraft.core import InterruptedRunError, SilentProgress, Value, duration
from regraft.experiments import spread_out
from regraft.features import build_extractor
from regraft.finetuning import ActivationFeed, FreshViews, KeptViews, PixelFeed
from regraft.images import AUGMENTATIONS, View, contact_sheet, decode_batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.core import Progress, Rows
    from regraft.features import Extractor
    from regraft.finetuning import Feed, Views
    from regraft.grafting.boundary import Boundary
    from regraft.grafting.setup import Setup
    from regraft.grafting.train_options import TuningOptions
    from regraft.images import Augmentation

_N_SHEET_IMAGES, _N_SHEET_VIEWS = 4, 6
_N_TIMED = 64
"""Images by which the time of a view is measured."""
_N_BYTES_MAX = 8 << 30
"""New views are not chosen by themselves where all of them take more; nor where that is half of what is free."""


class ViewPlan(Value):
    """Whether epochs see new views, and why."""

    is_fresh: bool
    sentence: str = ""


def chosen_augmentation(options: TuningOptions) -> Augmentation:
    """How training images are changed: as the user says, or as the preprocessing does."""
    if options.preprocessing != "auto" and "augmentation" not in options.model_fields_set:
        return AUGMENTATIONS[PREPROCESSINGS[options.preprocessing].augmentation]
    return AUGMENTATIONS[options.augmentation]


def plan_views(setup: Setup, boundary: Boundary) -> ViewPlan:
    """Whether there is time and room for new views in each epoch, while the tail trains."""
    options, augmentation = setup.options, chosen_augmentation(setup.options)
    if boundary.cut is None or augmentation.is_plain or options.fresh_views == "no":
        return ViewPlan(is_fresh=False)
    if options.fresh_views == "yes":
        return ViewPlan(is_fresh=True, sentence="Each epoch sees new views of the images.")
    n_images, n_epochs = len(setup.rows), options.n_epochs(len(setup.rows))
    n_bytes = 2 * n_images * int(np.prod(boundary.shape)) * (n_epochs + options.kept_views)
    setup.cache.mkdir(parents=True, exist_ok=True)
    is_room = n_bytes <= min(_N_BYTES_MAX, shutil.disk_usage(setup.cache).free // 2)
    if not augmentation.is_continuous or not is_room:
        return ViewPlan(is_fresh=False)
    seconds = _seconds_an_image(setup, boundary.cut) * n_images * (n_epochs - 1)
    what = f"Computing new views for each epoch takes about {duration(seconds)} more"
    if boundary.seconds + seconds > 60 * options.budget:
        return ViewPlan(is_fresh=False, sentence=f"{what}: the {options.kept_views} views are used in turn.")
    return ViewPlan(is_fresh=True, sentence=f"{what}, in the background.")


def _seconds_an_image(setup: Setup, cut: str) -> float:
    """What a view takes, measured on a few images; nothing is kept of them."""
    order = _extractor(setup, cut, _view(setup, 0)).order
    engine = order.open_engine()
    files, _digests = _images(setup, spread_out(setup.rows, _N_TIMED))
    began = time.perf_counter()
    batches = decode_batches(files, order.transform, batch_size=engine.batch_size, view=order.view)
    n_images = sum(map(len, engine.stream(batch.pixels for batch in batches if len(batch.pixels))))
    return (time.perf_counter() - began) / max(n_images, 1)


def build_feed(setup: Setup, boundary: Boundary, plan: ViewPlan) -> Feed:
    """Inputs of all images of the data set; those that are not among the setup's rows are zeros where they are kept."""
    data = setup.data
    if boundary.cut is None:
        augmentation = chosen_augmentation(setup.options)
        return PixelFeed(data.manifest.files(), data.transform, augmentation, setup.seed)
    plain = _computed(setup, _shared(setup, _extractor(setup, boundary.cut, None)), setup.progress)
    return ActivationFeed(plain, _views(setup, boundary.cut, plan), boundary.shape, setup.seed)


def picture_views(setup: Setup) -> NDArray[np.uint8] | None:
    """A picture (h, w, 3) of some images and their views; None where nothing is changed."""
    if chosen_augmentation(setup.options).is_plain:
        return None
    files, _digests = _images(setup, spread_out(setup.rows, _N_SHEET_IMAGES))
    views = [_view(setup, number) for number in range(_N_SHEET_VIEWS)]
    return contact_sheet(files, setup.data.transform, views)


def _views(setup: Setup, cut: str, plan: ViewPlan) -> Views | None:
    if chosen_augmentation(setup.options).is_plain:
        return None
    options = setup.options
    extractors = [_extractor(setup, cut, _view(setup, number)) for number in range(options.kept_views)]
    arrays = tuple(_computed(setup, _shared(setup, extractor), setup.progress) for extractor in extractors)
    if not plan.is_fresh:
        return KeptViews(arrays)
    engine = extractors[0].order.open_engine()  # here: an engine's first use is for the main thread

    def make_view(number: int, is_given_up: Callable[[], bool]) -> NDArray[Any]:
        extractor = _extractor(setup, cut, _view(setup, number)).opened_by(lambda: engine)
        return _computed(setup, extractor, _GivenUp(is_given_up))

    n_epochs = options.n_epochs(-(-len(setup.rows) // 2))  # a training on a fold's images has more of them
    return FreshViews(make_view, options.kept_views, n_epochs)


def _computed(setup: Setup, extractor: Extractor, progress: Progress) -> NDArray[Any]:
    found = extractor.extract(*_images(setup, setup.rows), progress=progress)
    everything = np.zeros((len(setup.data.digests), found.features.shape[1]), found.features.dtype)
    everything[setup.rows[found.rows]] = found.features
    return everything


def _shared(setup: Setup, extractor: Extractor) -> Extractor:
    """Its work is shared by all processes: of the main thread only, which talks to the others."""
    return replace(extractor, peers=setup.world.peers)


def _images(setup: Setup, rows: Rows) -> tuple[list[Path], list[str | None]]:
    files = setup.data.manifest.files()
    return [files[row] for row in rows], [setup.data.digests[row] for row in rows]


def _view(setup: Setup, number: int) -> View:
    return View(chosen_augmentation(setup.options), setup.seed, number)


def _extractor(setup: Setup, cut: str, view: View | None) -> Extractor:
    data = setup.data
    return build_extractor(
        data.spec,
        data.choice,
        transform=data.transform,
        layer=f"{cut}@all",
        cache=setup.cache,
        view=view,
        dtype="float16",
    )


class _GivenUp(SilentProgress):
    """Ends an extraction between two batches; what is finished is kept."""

    def __init__(self, is_given_up: Callable[[], bool]) -> None:
        self._is_given_up = is_given_up

    def advance(self, n_done: int = 1) -> None:  # noqa: ARG002 - the protocol's
        """Go on, or not."""
        if self._is_given_up():
            raise InterruptedRunError("The training ended before this view was needed.")
