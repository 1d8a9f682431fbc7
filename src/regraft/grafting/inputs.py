"""What trainings are fed with: decoded images, or activations at the boundary in kept or ever new views."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from functools import cached_property, partial
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

    from regraft.backbones import Engine
    from regraft.core import Progress
    from regraft.experiments import DatasetFeatures
    from regraft.features import Extractor
    from regraft.finetuning import Feed, Views
    from regraft.grafting.boundary import Boundary
    from regraft.grafting.train_options import TuningOptions
    from regraft.images import Augmentation

    Rows = NDArray[np.int64]

_N_SHEET_IMAGES, _N_SHEET_VIEWS = 4, 6
_N_TIMED = 64
"""Images by which the time of a view is measured."""
_N_BYTES_MAX = 8 << 30
"""New views are not chosen by themselves where all of them take more; nor where that is half of what is free."""


class ViewPlan(Value):
    """Whether epochs see new views, and why."""

    is_fresh: bool
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class TrainingInputs:
    """Inputs of trainings on the images of one data set.

    Attributes:
        data: Its images.
        options: `augmentation`, `views`, `fresh_views`, `epochs`, `budget`.
        rows: The images that may be trained on or validated with.
        seed: Of the views.
        cache: The cache folder.
        progress: Where to report.
    """

    data: DatasetFeatures
    options: TuningOptions
    rows: Rows
    seed: int
    cache: Path
    progress: Progress

    @cached_property
    def augmentation(self) -> Augmentation:
        """The policy."""
        options = self.options
        if options.preprocessing != "auto" and "augmentation" not in options.model_fields_set:
            return AUGMENTATIONS[PREPROCESSINGS[options.preprocessing].augmentation]
        return AUGMENTATIONS[options.augmentation]

    def plan(self, boundary: Boundary) -> ViewPlan:
        """Whether there is time and room for new views in each epoch, while the tail trains."""
        options = self.options
        if boundary.cut is None or self.augmentation.is_plain or options.fresh_views == "no":
            return ViewPlan(is_fresh=False)
        if options.fresh_views == "yes":
            return ViewPlan(is_fresh=True, sentence="Each epoch sees new views of the images.")
        n_images, n_epochs = len(self.rows), options.n_epochs(len(self.rows))
        n_bytes = 2 * n_images * int(np.prod(boundary.shape)) * (n_epochs + options.views)
        self.cache.mkdir(parents=True, exist_ok=True)
        is_room = n_bytes <= min(_N_BYTES_MAX, shutil.disk_usage(self.cache).free // 2)
        if not self.augmentation.is_continuous or not is_room:
            return ViewPlan(is_fresh=False)
        seconds = self._seconds_an_image(boundary.cut) * n_images * (n_epochs - 1)
        what = f"Computing new views for each epoch takes about {duration(seconds)} more"
        if boundary.seconds + seconds > 60 * options.budget:
            return ViewPlan(is_fresh=False, sentence=f"{what}: the {options.views} views are used in turn.")
        return ViewPlan(is_fresh=True, sentence=f"{what}, in the background.")

    def _seconds_an_image(self, cut: str) -> float:
        """What a view takes, measured on a few images; nothing is kept of them."""
        extractor = self._extractor(cut, self._view(0))
        engine = extractor.open_engine()
        files, _digests = self._images(spread_out(self.rows, _N_TIMED))
        began = time.perf_counter()
        batches = decode_batches(files, extractor.transform, batch_size=engine.batch_size, view=extractor.view)
        n_images = sum(map(len, engine.stream(batch.pixels for batch in batches if len(batch.pixels))))
        return (time.perf_counter() - began) / max(n_images, 1)

    def feed(self, boundary: Boundary, plan: ViewPlan) -> Feed:
        """Inputs of all images of the data set; those that are not among `rows` are zeros where they are cached."""
        if boundary.cut is None:
            return PixelFeed(self.data.manifest.files(), self.data.extractor.transform, self.augmentation, self.seed)
        plain = self._computed(self._extractor(boundary.cut, None), self.progress)
        return ActivationFeed(plain, self._views(boundary.cut, plan), boundary.shape, self.seed)

    @cached_property
    def sheet(self) -> NDArray[np.uint8] | None:
        """A picture (h, w, 3) of some images and their views; None where nothing is changed."""
        if self.augmentation.is_plain:
            return None
        files, _digests = self._images(spread_out(self.rows, _N_SHEET_IMAGES))
        views = [self._view(number) for number in range(_N_SHEET_VIEWS)]
        return contact_sheet(files, self.data.extractor.transform, views)

    def _views(self, cut: str, plan: ViewPlan) -> Views | None:
        if self.augmentation.is_plain:
            return None
        extractors = [self._extractor(cut, self._view(number)) for number in range(self.options.views)]
        arrays = tuple(self._computed(extractor, self.progress) for extractor in extractors)
        if not plan.is_fresh:
            return KeptViews(arrays)
        engine = extractors[0].open_engine()  # here: an engine's first use is for the main thread
        n_epochs = self.options.n_epochs(-(-len(self.rows) // 2))  # a training on a fold's images has more of them
        return FreshViews(partial(self._made, engine, cut), self.options.views, n_epochs)

    def _made(self, engine: Engine, cut: str, number: int, is_given_up: Callable[[], bool]) -> NDArray[Any]:
        extractor = replace(self._extractor(cut, self._view(number)), open_engine=lambda: engine)
        return self._computed(extractor, _GivenUp(is_given_up))

    def _computed(self, extractor: Extractor, progress: Progress) -> NDArray[Any]:
        found = extractor.extract(*self._images(self.rows), progress=progress)
        everything = np.zeros((len(self.data.digests), found.features.shape[1]), found.features.dtype)
        everything[self.rows[found.rows]] = found.features
        return everything

    def _images(self, rows: Rows) -> tuple[list[Path], list[str | None]]:
        files = self.data.manifest.files()
        return [files[row] for row in rows], [self.data.digests[row] for row in rows]

    def _view(self, number: int) -> View:
        return View(self.augmentation, self.seed, number)

    def _extractor(self, cut: str, view: View | None) -> Extractor:
        data = self.data
        return build_extractor(
            data.spec,
            data.choice,
            transform=data.extractor.transform,
            layer=f"{cut}@all",
            cache=self.cache,
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
