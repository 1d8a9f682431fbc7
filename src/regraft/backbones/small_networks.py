"""Small networks that are trained from scratch: where lessons begin, and what large ones are compared with.

Each is given without its classifier, like every backbone: a linear softmax on its features makes it whole.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable


def one_layer(image_size: int, n_channels: int) -> nn.Module:
    """Nothing but the pixels, behind each other: with its classifier, one fully connected layer."""
    del image_size, n_channels
    return nn.Sequential(OrderedDict(flatten=nn.Flatten()))


def one_hidden(image_size: int, n_channels: int) -> nn.Module:
    """One hidden layer of 128 rectified units."""
    return nn.Sequential(
        OrderedDict(flatten=nn.Flatten(), hidden=nn.Linear(n_channels * image_size**2, 128), relu=nn.ReLU())
    )


def lenet(image_size: int, n_channels: int) -> nn.Module:
    """Two convolutions and a hidden layer, after LeCun et al. 1998, in the sizes of TF-Slim's `lenet`."""
    return nn.Sequential(
        OrderedDict(
            conv1=_convolution(n_channels, 32),
            pool1=nn.MaxPool2d(2),
            conv2=_convolution(32, 64),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            fc3=nn.Sequential(nn.Linear(64 * (image_size // 4) ** 2, 1024), nn.ReLU()),
        )
    )


def cifarnet(image_size: int, n_channels: int) -> nn.Module:
    """Two convolutions with local response normalisation and two hidden layers: TF-Slim's `cifarnet`.

    After Krizhevsky 2012, cuda-convnet. The order of pooling and normalisation is the other way round in the second
    block, as there.
    """
    return nn.Sequential(
        OrderedDict(
            conv1=_convolution(n_channels, 64),
            pool1=nn.MaxPool2d(2),
            norm1=_local_response(),
            conv2=_convolution(64, 64),
            norm2=_local_response(),
            pool2=nn.MaxPool2d(2),
            flatten=nn.Flatten(),
            fc3=nn.Sequential(nn.Linear(64 * (image_size // 4) ** 2, 384), nn.ReLU(), nn.Dropout(0.5)),
            fc4=nn.Sequential(nn.Linear(384, 192), nn.ReLU()),
        )
    )


SMALL_NETWORKS: dict[str, Callable[[int, int], nn.Module]] = {
    "one-layer": one_layer,
    "one-hidden": one_hidden,
    "lenet": lenet,
    "cifarnet": cifarnet,
}
"""Functions of the input's size in pixels and its number of planes, by the network's name."""


def _convolution(n_in: int, n_out: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(n_in, n_out, 5, padding=2), nn.ReLU())


def _local_response() -> nn.Module:
    """TF's (depth_radius 4, alpha .001 / 9 a neighbour, beta .75) in torch's terms: 9 neighbours, alpha for all."""
    return nn.LocalResponseNorm(9, alpha=0.001, beta=0.75, k=1.0)
