"""Networks that users write: what is wrong with one is said with the line it is in."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from regraft.backbones import BACKBONES, Planes, keep_weights, load_network, network_input, resolve_own_network
from regraft.core import BackboneError, OptionError

HEADER = "import torch\nfrom torch import nn\nimport regraft\n\n"
DECLARED = '@regraft.network_input(image_size=8, colour="grey")\n'
GOOD = HEADER + DECLARED + "def network():\n    return nn.Sequential(nn.Flatten(), nn.Linear(64, 5))\n"
SLIP = (
    HEADER
    + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 5)
        self.extra = nn.Linear(5, 5)

    def forward(self, planes):
        return FORWARD


"""
    + DECLARED
    + "def network():\n    return Net()\n"
)


def resolve(folder, text, **settings):
    """The network of a file with this text."""
    path = folder / "mine.py"
    path.write_text(text)
    return resolve_own_network(f"{path}:network", cache=folder / "cache", **settings)


def test_a_network_of_the_users_is_a_backbone(tmp_path):
    """It is described by what its decorator and its code say, and draws the same weights for the same seed."""
    spec = resolve(tmp_path, GOOD)
    assert (spec.family, spec.n_features, spec.n_parameters, spec.n_channels) == ("own", 5, 325, 1)
    network = load_network(spec, keep_weights(spec, tmp_path / "cache" / "weights")[0])
    assert network(torch.zeros(3, 1, 8, 8)).shape == (3, 5)
    assert resolve(tmp_path, GOOD).digest == spec.digest
    assert resolve(tmp_path, GOOD, random_seed=1).digest != spec.digest
    assert resolve(tmp_path, GOOD + "# changed\n").identity != spec.identity


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace(DECLARED, ""), r"mine.py, line 5: .*does not say what images it takes"),
        (HEADER + DECLARED + "def network():\n    return 3\n", r"mine.py, line 5: it must return a torch.nn.Module"),
        (HEADER + DECLARED + "def network():\n    return nn.Lin()\n", r"cannot be built: .*mine.py, line 7: Attrib"),
        (GOOD.replace("nn.Linear(64", "nn.Linear(63"), r"fails on images \(2, 1, 8, 8\): RuntimeError: mat1"),
        (SLIP.replace("FORWARD", "self.fc(planes)"), r"mine.py, line 12: RuntimeError"),
        (SLIP.replace("FORWARD", "self.fc(planes.flatten(1))"), r"2 parameters of the network \(extra.weight, extra"),
        (SLIP.replace("FORWARD", "self.extra(self.fc(planes.flatten(1))) / 0 * 0"), "gives NaN or infinity"),
        (SLIP.replace("FORWARD", "planes"), r"it gave shape \(2, 1, 8, 8\)"),
        (SLIP.replace("FORWARD", "[planes]"), r"it gave list"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, message):
    """Not a Module, a slip in forward, NaN, unused parameters, a wrong shape."""
    with pytest.raises(BackboneError, match=message):
        resolve(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def network(:\n", r"mine.py, line 1: SyntaxError"),
        ("import nothing_like_that\n", r"mine.py, line 1: ModuleNotFoundError"),
        ("x = 1\n", "has no function called 'network'"),
        (GOOD.replace("image_size=8", "image_size=2"), "'image_size' is 2"),
        (GOOD.replace('"grey"', '"gray"'), "'colour' is 'gray'"),
    ],
)
def test_what_cannot_be_imported_is_said(tmp_path, text, message):
    """With the line, or the option of the decorator."""
    with pytest.raises(OptionError, match=message):
        resolve(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    """Also a module that does not exist."""
    for name in (f"{tmp_path}/none.py:network", "no.such.module:network", "network"):
        with pytest.raises(BackboneError, match="There is no source file for"):
            resolve_own_network(name, cache=tmp_path)


def test_a_source_that_changed_is_not_used(tmp_path):
    """Weights belong to the code that they were made with."""
    spec = resolve(tmp_path, GOOD)
    (tmp_path / "mine.py").write_text(GOOD.replace("5))", "6))"))
    with pytest.raises(BackboneError, match="gone or was changed"):
        load_network(spec, keep_weights(spec, tmp_path / "cache" / "weights")[0])


def test_weights_that_do_not_fit_are_named(tmp_path):
    """A checkpoint of another network."""
    torch.save({"0.weight": torch.zeros(3)}, tmp_path / "other.pth")
    spec = resolve(tmp_path, GOOD, checkpoint=tmp_path / "other.pth")
    with pytest.raises(BackboneError, match=r"The weights do not fit mine.network: .*1.weight"):
        load_network(spec, keep_weights(spec, tmp_path / "cache" / "weights")[0])


def test_grey_planes_are_luma():
    """One plane, weighed as in ITU-R BT.601, then normalised."""
    pixels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (2, 28, 28, 3)).astype(np.uint8))
    planes = Planes(BACKBONES["lenet"])(pixels)
    luma = (pixels.numpy() @ np.array([0.299, 0.587, 0.114]))[:, None]
    np.testing.assert_allclose(planes.numpy(), (luma / 255 - 0.5) / 0.5, atol=1e-5)
    assert Planes(BACKBONES["cifarnet"])(pixels).shape == (2, 3, 28, 28)


def test_one_number_counts_for_all_planes():
    """Mean and deviation are given as a number or one for each plane."""
    noted = network_input(image_size=8, mean=0.1, std=(0.1, 0.2, 0.3))(lambda: None).regraft_input
    assert noted.mean == (0.1, 0.1, 0.1)
    assert noted.std == (0.1, 0.2, 0.3)


def test_a_relative_path_names_the_line_as_well(tmp_path, monkeypatch):
    """Users write `--model mine.py:network`, from the folder that they are in."""
    (tmp_path / "mine.py").write_text(SLIP.replace("FORWARD", "self.fc(planes)"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BackboneError, match=r"mine.py, line 12: RuntimeError"):
        resolve_own_network("mine.py:network", cache=tmp_path / "cache")
