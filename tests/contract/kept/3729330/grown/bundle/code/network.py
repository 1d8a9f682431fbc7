"""A small network of one's own: 484 weights."""

from collections import OrderedDict

import regraft
from torch import nn


@regraft.network_input(image_size=16, colour="rgb", resize="squash", mean=0.5, std=0.5)
def small() -> nn.Module:
    """Planes (n, 3, 16, 16) in, features (n, 8) out."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(4)),
            conv2=nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU()),
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
        )
    )
