"""How many networks are tried follows from how many images there are, and from what was named."""

from __future__ import annotations

import pytest

from regraft.experiments.network_choice import settle_quality
from regraft.experiments.probe_options import ProbeOptions


@pytest.mark.parametrize(
    ("n_images", "settings", "settled"),
    [
        (99, {}, "fast"), (100, {}, "good"), (500, {"head": "svm"}, "good"), (501, {}, "fast"),
        (300, {"backbone": "efficientnet-lite0"}, "fast"), (300, {"views": 2}, "fast"),
        (300, {"quality": "best"}, "best"), (9, {"quality": "good"}, "good"), (300, {"quality": "fast"}, "fast"),
    ],
)  # fmt: skip
def test_several_networks_are_tried_by_themselves_on_few_images(n_images, settings, settled):
    """Too few tell nothing apart, many take long, and whoever names a network or a quality gets it."""
    assert settle_quality(ProbeOptions(**settings), n_images) == settled
