"""Several networks, and several views, make one row an image."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from extraction_child import KEY, TRANSFORM, PixelEngine, extractor_of, images_of
from regraft.data import fingerprint_files
from regraft.features import JoinedNetworks, TappedNetwork
from regraft.images import FIXED_VIEWS, PLAIN

MIRRORED = FIXED_VIEWS["mirrored"]


@pytest.fixture
def files(tmp_path):
    """Five images, the fourth of which is none."""
    for number in range(5):
        pixels = np.random.default_rng(number).integers(0, 256, (9, 8, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    (tmp_path / "3.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return images_of(tmp_path)


@pytest.fixture
def network(tmp_path):
    """A function that makes a network of its own, with the first 20 features for its penultimate layer."""

    def make(name="a", *, views=(PLAIN,), n_penultimate=20):
        plain = extractor_of(tmp_path / "store", tmp_path / "log")
        keys = [KEY.model_copy(update={"weights": name, "view": view.fingerprint()}) for view in views]
        orders = [replace(plain.order, key=key, view=view) for key, view in zip(keys, views, strict=True)]
        extractors = [replace(plain, order=order) for order in orders]
        spec = SimpleNamespace(n_features=n_penultimate, n_parameters=7, name=name)
        return TappedNetwork(spec, "sums", views, tuple(extractors))

    return make


def joined(*parts):
    return JoinedNetworks(parts, choice=None)


def extracted(networks, files):
    return networks.extract(files, fingerprint_files(files).digests)


def test_one_network_is_as_it_is(network, files):
    """Its rows are not scaled."""
    part = network()
    alone = part.extractors[0].extract(files, fingerprint_files(files).digests)
    assert (extracted(joined(part), files).features == alone.features).all()
    assert joined(part).n_penultimate == 20


def test_several_networks_count_alike(network, files):
    """Each one's penultimate features have length 1; these come first, then what other layers add."""
    networks = joined(network("a"), network("b", n_penultimate=10))
    alone = extracted(joined(network("a")), files).features
    rows = extracted(networks, files).features
    first, second = (alone / np.linalg.norm(alone[:, :n], axis=1, keepdims=True) for n in (20, 10))
    expected = np.concatenate([first[:, :20], second[:, :10], first[:, 20:], second[:, 10:]], axis=1)
    np.testing.assert_allclose(rows, expected, rtol=1e-6)
    assert (networks.n_penultimate, networks.n_parameters, networks.name) == (30, 14, "a+b")


def test_frozen_networks_stand_behind(network, files):
    """Joined by themselves, so the others' rows stay as they were; and they can be left out."""
    both = replace(joined(network("a")), frozen=(network("b"), network("c")))
    rows = extracted(both, files).features
    alone, others = (extracted(networks, files).features for networks in (joined(*both.parts), joined(*both.frozen)))
    assert (rows == np.concatenate([alone, others], axis=1)).all()
    assert (extracted(both.for_head(), files).features == alone).all()
    assert (both.name, both.n_penultimate, len(both.inputs(files[:1]))) == ("a", 20, 3)


def test_views_are_averaged(network, files):
    """Features of the image as it is and of the mirrored one, each kept by itself."""
    both = extracted(joined(network(views=(PLAIN, MIRRORED))), files)
    plain = extracted(joined(network()), files)
    assert plain.n_computed == 0
    [part] = joined(network(views=(PLAIN, MIRRORED))).parts
    mirrored = part.extractors[1].extract(files, fingerprint_files(files).digests)
    np.testing.assert_allclose(both.features, (plain.features + mirrored.features) / 2, rtol=1e-6)


def test_an_unreadable_image_is_left_out_once(network, files):
    """Of all networks, and it is told once."""
    found = extracted(joined(network("a", views=(PLAIN, MIRRORED)), network("b")), files)
    assert found.rows.tolist() == [0, 1, 2, 4]
    assert [record.path for record in found.unreadable] == [str(files[3])]
    assert found.n_computed == 4


def test_without_readable_images_there_is_nothing(network, files):
    """No rows, no fault."""
    found = extracted(joined(network("a"), network("b")), [files[3]])
    assert len(found.features) == len(found.rows) == 0


def test_images_in_memory_get_the_rows_of_files(network, files):
    """What the networks see of images, computed at once, is what comes from the store."""
    networks = joined(network("a", views=(PLAIN, MIRRORED)), network("b"))
    readable = [files[row] for row in (0, 1, 2, 4)]
    inputs = networks.inputs(readable)
    assert [pixels.shape for pixels in inputs] == [(4, TRANSFORM.height, TRANSFORM.width, 3)] * 3
    assert (inputs[1] == inputs[0][:, :, ::-1]).all()
    np.testing.assert_allclose(networks.compute(inputs), extracted(networks, files).features, rtol=1e-6)
    arrays = [np.asarray(Image.open(file)) for file in readable]
    assert all((one == other).all() for one, other in zip(networks.inputs(arrays), inputs, strict=True))


def test_extractors_can_be_changed(network, tmp_path):
    """All of them, of a copy."""
    engine = PixelEngine(tmp_path / "other")
    changed = joined(network("a"), network("b")).changed(lambda one: one.opened_by(lambda: engine))
    assert changed.engines() == [engine, engine]


def test_a_network_that_stays_open_is_opened_once(network):
    """What times an image times no opening; else each computation opens its networks."""
    opened = []
    counted = joined(network()).changed(lambda one: one.opened_by(lambda: opened.append(one) or one))
    for networks, n_opened in ((counted.staying_open(), 1), (counted, 2)):
        opened.clear()
        networks.engines()
        networks.engines()
        assert len(opened) == n_opened
