"""Features taken apart: what each cell of an image adds to each."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from regraft.backbones import choose_engine, resolve_backbone
from regraft.features import JoinedNetworks, Locator, backbone_transform, tap_network
from regraft.features.locating import overlaps
from regraft.images import FIXED_VIEWS

VIEWS = tuple(FIXED_VIEWS.values())[:3]


@pytest.fixture(scope="module")
def choice():
    return choose_engine("openvino", "fp32", "cpu")


@pytest.fixture
def network(choice, shared_cache):
    """A function that makes joined networks of names, at 64 pixels."""

    def make(*names, layer="auto", views=VIEWS[:1], engine=choice):
        specs = [
            resolve_backbone(name, cache=shared_cache, image_size=64 if "lite" in name else None) for name in names
        ]
        parts = [
            tap_network(
                spec, engine, transform=backbone_transform(spec, "squash"), layer=layer, cache=shared_cache, views=views
            )
            for spec in specs
        ]
        return JoinedNetworks(tuple(parts), engine)

    return make


@pytest.fixture
def image():
    pixels = np.random.default_rng(0).integers(0, 256, (12, 9, 3), np.uint8)
    return np.array(Image.fromarray(pixels).resize((90, 120), Image.Resampling.BICUBIC))


def test_pieces_are_laid_into_others_whole():
    """Each piece is shared out in proportion to what it covers, and nothing is lost."""
    assert overlaps(4, 2).tolist() == [[1, 1, 0, 0], [0, 0, 1, 1]]
    np.testing.assert_allclose(overlaps(2, 3), [[2 / 3, 0], [1 / 3, 1 / 3], [0, 2 / 3]])
    np.testing.assert_allclose(overlaps(1, 4, 0.5, 1.0)[:, 0], [0, 0, 0.5, 0.5])
    np.testing.assert_allclose(overlaps(7, 9, 0.125, 1.0).sum(axis=0), 1)


@pytest.mark.slow
def test_cells_sum_to_the_features(network, image, shared_cache):
    """Means and deviations of all taps, scaled and averaged over views: each feature is the sum of its cells."""
    networks = network("efficientnet-lite0", views=VIEWS)
    row, [part] = Locator(networks, shared_cache).locate(networks.inputs([image]))
    assert part.is_located.all()
    assert part.cells.shape == (row.shape[1], 2, 2)
    np.testing.assert_allclose(part.cells.sum(axis=(1, 2)), row[0], atol=1e-4 * np.linalg.norm(row))


@pytest.mark.slow
def test_a_network_that_goes_on_behind_its_pooling_is_not_located(network, image, shared_cache):
    """LeNet ends in a layer that sees all positions at once; beside it another network is located."""
    networks = network("lenet", layer="penultimate")
    _row, [part] = Locator(networks, shared_cache).locate(networks.inputs([image]))
    assert not part.is_located.any()
    assert not part.cells.any()


@pytest.mark.slow
def test_views_are_laid_back_on_the_image(network, image, shared_cache):
    """The mirrored view of the mirrored image is the image: its cells lie as those of the image do."""
    plain = network("efficientnet-lite0", layer="penultimate")
    both = network("efficientnet-lite0", layer="penultimate", views=VIEWS[:2])
    cells = [
        Locator(one, shared_cache).locate(one.inputs([shown]))[1][0].cells
        for one, shown in ((plain, image), (plain, image[:, ::-1]), (both, image))
    ]
    np.testing.assert_allclose(cells[2], (cells[0] + cells[1][:, :, ::-1]) / 2, atol=1e-4 * np.abs(cells[0]).max())


@pytest.mark.slow
def test_features_are_those_of_answers(network, image, shared_cache):
    """Whether the networks' own engines are asked or, from the second image on, those that show maps."""
    networks = network("efficientnet-lite0", "lenet", views=VIEWS)
    locator = Locator(networks, shared_cache)
    for shown in (image, image[::-1], image[:, ::-1]):
        inputs = networks.inputs([shown])
        np.testing.assert_allclose(locator.locate(inputs)[0], networks.compute(inputs), atol=1e-5)
