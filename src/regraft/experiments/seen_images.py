"""Whether images are new to a classifier, or to the trained network below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle import find_bundle, find_seen, read_record, read_seen
from regraft.core import as_path, plural, quoted
from regraft.data import make_finding
from regraft.experiments.networks import network_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

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
    seen = np.zeros(len(digests), np.bool_)
    for bundle in _bundles_of_networks(backbone):
        found = find_seen(bundle, digests)
        seen |= False if found is None else found
    if not (n_seen := int(seen.sum())):
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
    return [*digests, *(digest for bundle in _bundles_of_networks(backbone) for digest in read_seen(bundle) or ())]


def _bundles_of_networks(
    backbone: str | None, of_head: frozenset[str | None] | None = None, *, n_deep: int = 0
) -> Iterator[Path]:
    """The bundles of the classifiers whose training made the networks: a probe's own are those that it was given.

    Args:
        backbone: The networks as the user named them.
        of_head: Digests of the networks that are meant; None for all.
        n_deep: How many probes stand on them.
    """
    for name in () if backbone is None else network_names(backbone):
        folder = as_path(name, "The option 'backbone'")
        if not folder.is_dir():
            continue
        bundle = find_bundle(folder)
        record = read_record(bundle)
        own = frozenset(network.backbone.digest for network in record.head_networks)
        if of_head is not None and not own <= of_head:
            continue  # something else lies there by now
        if record.making is None or record.making.network != "fixed":
            yield bundle
        elif n_deep < _N_DEEP_MAX:
            yield from _bundles_of_networks(record.options.get("backbone"), own, n_deep=n_deep + 1)


def _paths(manifest: Manifest, seen: NDArray[np.bool_] | None) -> tuple[str, ...]:
    return () if seen is None else tuple(manifest.select(seen).paths)
