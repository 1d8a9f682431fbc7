"""Whether images are new to a classifier, or to the trained network below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.bundle import find_bundle, find_seen, read_record, read_seen
from regraft.core import as_path, plural, quoted
from regraft.data import make_finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from regraft.data import Finding, Manifest, Severity

_N_DEEP_MAX = 20
"""Of probes on the networks of probes."""
_TOO_GOOD = "the accuracy looks better than it is"


def remark_on_seen(manifest: Manifest, seen: NDArray[np.bool_] | None) -> tuple[Finding, ...]:
    """What is to be said of the images that a finished classifier is measured on.

    Args:
        manifest: n images.
        seen: (n,) whether it was trained on them or chosen by them; None where that is not known.
    """
    n_images = len(manifest)
    severity: Severity = "note"
    if seen is None:
        code, n_seen = "seen_unknown", n_images
        message = (
            "Whether the classifier was trained on some of these images is not known: it comes without a list of those "
            f"that it has seen. Where it was, {_TOO_GOOD}."
        )
    elif not (n_seen := int(seen.sum())):
        code, message = "all_unseen", "The classifier was trained on none of these images."
    else:
        code, severity = "trained_on", "warning"
        message = (
            f"{n_seen:,} of {plural(n_images, 'image')} were used in training the classifier: {_TOO_GOOD}. Measure it "
            "on others, such as the test images of its own run."
        )
    return (make_finding(code, severity, message, n_seen, _paths(manifest, seen)),)


def remark_on_network(manifest: Manifest, digests: Sequence[str], backbone: str | None) -> tuple[Finding, ...]:
    """A warning where the network that `--backbone` names was trained on images that are to measure.

    Args:
        manifest: n images to measure on.
        digests: Their content hashes.
        backbone: The network as the user named it.
    """
    bundle = _bundle_of_network(backbone)
    seen = None if bundle is None else find_seen(bundle, digests)
    if seen is None or not (n_seen := int(seen.sum())):
        return ()
    message = (
        f"{n_seen:,} of {plural(len(digests), 'test image')} were used in training the network {quoted(backbone)}: "
        f"{_TOO_GOOD}. Hold out the same images in both runs (the same --seed and --test-fraction, or your own splits)."
    )
    return (make_finding("network_trained_on", "warning", message, n_seen, _paths(manifest, seen)),)


def seen_by(digests: Sequence[str], backbone: str | None) -> list[str]:
    """Content hashes of all that a classifier has learnt from: its own training images, and its network's.

    Args:
        digests: Of the images that it was trained on or chosen by.
        backbone: Its network as the user named it.
    """
    bundle = _bundle_of_network(backbone)
    return [*digests, *((bundle and read_seen(bundle)) or ())]


def _bundle_of_network(backbone: str | None) -> Path | None:
    """The bundle of the classifier whose training made the network: a probe's own is the one that it was given."""
    of_head: str | None = None
    for _ in range(_N_DEEP_MAX):
        folder = None if backbone is None else as_path(backbone, "The option 'backbone'")
        if folder is None or not folder.is_dir():
            return None
        bundle = find_bundle(folder)
        record = read_record(bundle)
        if of_head not in (None, record.backbone.digest):
            return None  # something else lies there by now
        if record.making is None or record.making.network != "fixed":
            return bundle
        backbone, of_head = record.options.get("backbone"), record.backbone.digest
    return None


def _paths(manifest: Manifest, seen: NDArray[np.bool_] | None) -> tuple[str, ...]:
    return () if seen is None else manifest.select(seen).paths
