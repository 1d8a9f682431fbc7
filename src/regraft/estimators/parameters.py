"""The parameters of the estimators: options of the verbs.

Written by `python tools/write_settings.py` from the options. Do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from os import PathLike


class FeatureParameters:
    """Options of `EmbedOptions`, as scikit-learn wants them."""

    def __init__(  # noqa: PLR0913 - the estimator contract: one argument a setting
        self,
        backbone: str | PathLike[str] = "efficientnet-lite0",
        *,
        trust_code: bool = False,
        model: str | None = None,
        checkpoint: str | PathLike[str] | None = None,
        init: Literal["pretrained", "random"] = "pretrained",
        layer: str = "penultimate",
        image_size: int | None = None,
        resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"] = "auto",
        preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"] = "auto",
        engine: Literal["auto", "openvino", "torch"] = "auto",
        precision: Literal["auto", "fp32", "bf16"] = "auto",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        views: int = 1,
    ) -> None:
        self.backbone = backbone
        self.trust_code = trust_code
        self.model = model
        self.checkpoint = checkpoint
        self.init = init
        self.layer = layer
        self.image_size = image_size
        self.resize = resize
        self.preprocessing = preprocessing
        self.engine = engine
        self.precision = precision
        self.device = device
        self.views = views


class ClassifierParameters:
    """Options of `ProbeOptions`, as scikit-learn wants them."""

    def __init__(  # noqa: PLR0913 - the estimator contract: one argument a setting
        self,
        head: Literal["softmax", "svm"] = "softmax",
        *,
        trust_code: bool = False,
        backbone: str | PathLike[str] = "efficientnet-lite0",
        model: str | None = None,
        checkpoint: str | PathLike[str] | None = None,
        init: Literal["pretrained", "random"] = "pretrained",
        layer: str = "auto",
        image_size: int | None = None,
        resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"] = "auto",
        preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"] = "auto",
        engine: Literal["auto", "openvino", "torch"] = "auto",
        precision: Literal["auto", "fp32", "bf16"] = "auto",
        device: Literal["auto", "cpu", "cuda", "mps"] = "auto",
        views: int = 1,
        normalisation: Literal["auto", "l2", "standard"] = "auto",
        n_strengths: int = 20,
        n_folds: int = 5,
        class_weight: Literal["none", "balanced"] = "none",
        seed: int = 0,
        reject_rate: float = 0.05,
        coverage: float = 0.9,
    ) -> None:
        self.head = head
        self.trust_code = trust_code
        self.backbone = backbone
        self.model = model
        self.checkpoint = checkpoint
        self.init = init
        self.layer = layer
        self.image_size = image_size
        self.resize = resize
        self.preprocessing = preprocessing
        self.engine = engine
        self.precision = precision
        self.device = device
        self.views = views
        self.normalisation = normalisation
        self.n_strengths = n_strengths
        self.n_folds = n_folds
        self.class_weight = class_weight
        self.seed = seed
        self.reject_rate = reject_rate
        self.coverage = coverage
