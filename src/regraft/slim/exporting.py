"""export_inference_graph and label_image: a folder that answers, and its answer to one picture."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING

from regraft.bundle import find_bundle, read_record
from regraft.core import DataError, OptionError, shell_quoted
from regraft.recipes import check, kept_steps, predict
from regraft.slim.checkpoint_paths import is_run, place_to_measure
from regraft.slim.flags import told
from regraft.slim.other_flags import EXPORT_FLAGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.core import Progress
    from regraft.slim.flags import Given

_N_LABELS = 5


def export(given: Given, _progress: Progress, say: Callable[[str], None]) -> None:
    """Copy a saved classifier, checked, to a folder of its own, with labels.txt.

    Raises:
        BundleError: There is no classifier, or it is damaged.
        OptionError: The place is taken.
    """
    for sentence in told(given, EXPORT_FLAGS):
        say(f"Note: {sentence}")
    target = given.required_path("output_file")
    if not given.text("checkpoint_path"):
        raise OptionError(
            "TF-Slim exported a graph without weights, which no program could use by itself. Say what was trained with "
            "--checkpoint_path=TRAIN_DIR."
        )
    place, sentences = place_to_measure(given.required("checkpoint_path"))
    for sentence in sentences:
        say(f"Note: {sentence}")
    if not is_run(place) and kept_steps(place):
        raise OptionError(
            f"The training of {place} is not finished, and a checkpoint is no classifier to hand on. Finish it "
            "by the command that began it, or measure it: regraft slim eval_image_classifier."
        )
    source = find_bundle(place)
    record = read_record(source)
    is_own = any(network.backbone.family == "own" for network in record.networks)
    if not is_own:
        check(source)
    if target.exists():
        raise OptionError(f"There is something at {target} already. Choose another --output_file.")
    aside = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        shutil.copytree(source, aside)
        lines = "".join(f"{place}:{name}\n" for place, name in enumerate(record.class_names))
        (aside / "labels.txt").write_text(lines, encoding="utf-8")
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    say(f"{target} holds network, weights, head, preprocessing and labels.")
    quoted_target = shell_quoted(str(target))
    if is_own:
        say(f"It was not replayed, for it holds code of your own: regraft check {quoted_target} --trust-code")
    say(f"Use it: regraft slim label_image --graph={quoted_target} --image=PHOTO.jpg")
    say(f"Natively: regraft predict {quoted_target} PHOTO.jpg")


def label_image(given: Given, progress: Progress, say: Callable[[str], None]) -> None:
    """The most probable classes of one picture, as TensorFlow's label_image printed them.

    Raises:
        BundleError: There is no classifier.
        DataError: The picture cannot be read.
    """
    graph, image = given.required_path("graph"), given.required_path("image")
    names = read_record(find_bundle(graph)).class_names
    result = predict(graph, [image], top_k=min(_N_LABELS, len(names)), progress=progress)
    if not result.predictions:
        first = result.unreadable[0]
        raise DataError(f"{first.path} cannot be read: {first.reason}, {first.detail}.")
    places = {name: place for place, name in enumerate(names)}
    for name, probability in result.predictions[0].top:
        say(f"{name} ({places[name]}): {probability:.6g}")
