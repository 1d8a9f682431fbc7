"""The keyword arguments of the verbs, as types.

Written by `python tools/write_settings.py` from the options. Do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from os import PathLike


class GetDatasetSettings(TypedDict, total=False):
    """What `GetDatasetOptions` can be made from, by name."""

    folder: str | PathLike[str] | None
    archives: str | PathLike[str] | None
    foreground_class: str
    small_object_area: float


class SourceSettings(TypedDict, total=False):
    """What `SourceOptions` can be made from, by name."""

    group_by: str | None
    path_column: str | None
    label_column: str | None
    root: str | PathLike[str] | None
    split_folders: Literal["auto", "yes", "no"]


class ConvertDatasetSettings(SourceSettings, total=False):
    """What `ConvertDatasetOptions` can be made from, by name."""

    to: Literal["tfrecord", "webdataset", "parquet", "folder"]
    out: str | PathLike[str] | None
    shards: int | None
    order: Literal["shuffled", "sorted"]
    reencode: Literal["none", "png"]
    test_fraction: float | None
    seed: int
    threads: int | None


class PredictSettings(TypedDict, total=False):
    """What `PredictOptions` can be made from, by name."""

    trust_code: bool
    server: str | None
    top_k: int
    unknown: bool
    out: str | PathLike[str] | None
    format: Literal["auto", "table", "csv", "json", "jsonl", "parquet"]


class ScanSettings(SourceSettings, total=False):
    """What `ScanOptions` can be made from, by name."""

    decode: bool


class ExperimentSettings(SourceSettings, total=False):
    """What `ExperimentOptions` can be made from, by name."""

    metric: str | None
    normalisation: Literal["auto", "l2", "standard"]
    n_strengths: int
    n_folds: int
    class_weight: Literal["none", "balanced"]
    test_fraction: float
    seed: int


class ExplainSettings(TypedDict, total=False):
    """What `ExplainOptions` can be made from, by name."""

    trust_code: bool
    runs: str | PathLike[str]
    name: str | None
    occlusion: bool


class ExportSettings(SourceSettings, total=False):
    """What `ExportOptions` can be made from, by name."""

    trust_code: bool
    to: Literal["onnx", "openvino", "web", "all"]
    out: str | PathLike[str] | None
    precision: Literal["fp32", "int8", "all"]
    max_drop: float
    table: bool


class EvaluateSettings(SourceSettings, total=False):
    """What `EvaluateOptions` can be made from, by name."""

    trust_code: bool
    metric: str | None
    map: Literal["pca", "tsne"]
    runs: str | PathLike[str]
    name: str | None
    split: Literal["all", "train", "val", "test"]
    unknown: str | None
    weights: Literal["auto", "last", "average", "best"]
    watch: bool
    wait: float


class SharedSettings(TypedDict, total=False):
    """What `SharedOptions` can be made from, by name."""

    layer_decay: float
    optimizer: str
    weight_decay: float
    momentum: float
    epsilon: float | None
    optimizer_settings: list[str] | tuple[str, ...]
    groups: str | None
    clip_norm: float | None
    schedule: Literal["cosine", "one-cycle", "fixed", "step", "exponential", "polynomial"]
    warmup: float
    final_fraction: float
    decay_factor: float
    decay_epochs: float
    power: float
    dropout: float
    drop_path: float
    label_smoothing: float
    loss: str
    focal_gamma: float
    mixup: float
    cutmix: float
    ema: float | None
    epochs: int
    steps: int | None
    batch_size: int
    accumulate: int
    compile: bool
    histograms: bool
    checkpoint_every: float


class EmbedSettings(SourceSettings, total=False):
    """What `EmbedOptions` can be made from, by name."""

    trust_code: bool
    backbone: str | PathLike[str]
    model: str | None
    checkpoint: str | PathLike[str] | None
    init: Literal["pretrained", "random"]
    layer: str
    image_size: int | None
    resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"]
    preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"]
    engine: Literal["auto", "openvino", "torch"]
    precision: Literal["auto", "fp32", "bf16"]
    device: Literal["auto", "cpu", "cuda", "mps"]
    views: int
    on: Literal["here", "ray"]
    address: str | None
    worker_threads: int
    out: str | PathLike[str]
    part: str | None


class CompareSettings(ExperimentSettings, total=False):
    """What `CompareOptions` can be made from, by name."""

    layer: str
    image_size: int | None
    resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"]
    preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"]
    engine: Literal["auto", "openvino", "torch"]
    precision: Literal["auto", "fp32", "bf16"]
    device: Literal["auto", "cpu", "cuda", "mps"]
    views: int
    runs: str | PathLike[str]
    name: str | None
    private: bool
    reject_rate: float
    coverage: float
    on: Literal["here", "ray"]
    address: str | None
    worker_threads: int
    backbones: list[str] | tuple[str, ...]
    heads: list[Literal["softmax", "svm"]] | tuple[Literal["softmax", "svm"], ...]


class AuditSettings(ExperimentSettings, total=False):
    """What `AuditOptions` can be made from, by name."""

    trust_code: bool
    backbone: str | PathLike[str]
    model: str | None
    checkpoint: str | PathLike[str] | None
    init: Literal["pretrained", "random"]
    layer: str
    image_size: int | None
    resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"]
    preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"]
    engine: Literal["auto", "openvino", "torch"]
    precision: Literal["auto", "fp32", "bf16"]
    device: Literal["auto", "cpu", "cuda", "mps"]
    views: int
    runs: str | PathLike[str]
    name: str | None
    head: Literal["softmax", "svm"]
    fail_on: (
        list[
            Literal[
                "files",
                "copies",
                "leakage",
                "groups",
                "labels",
                "classes",
                "shortcuts",
                "outliers",
                "shift",
                "slices",
            ]
        ]
        | tuple[
            Literal[
                "files",
                "copies",
                "leakage",
                "groups",
                "labels",
                "classes",
                "shortcuts",
                "outliers",
                "shift",
                "slices",
            ],
            ...,
        ]
    )
    decisions: str | PathLike[str] | None
    apply: str | PathLike[str] | None
    undo: bool
    out: str | PathLike[str] | None


class CurveSettings(ExperimentSettings, total=False):
    """What `CurveOptions` can be made from, by name."""

    trust_code: bool
    backbone: str | PathLike[str]
    model: str | None
    checkpoint: str | PathLike[str] | None
    init: Literal["pretrained", "random"]
    layer: str
    image_size: int | None
    resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"]
    preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"]
    engine: Literal["auto", "openvino", "torch"]
    precision: Literal["auto", "fp32", "bf16"]
    device: Literal["auto", "cpu", "cuda", "mps"]
    views: int
    runs: str | PathLike[str]
    name: str | None
    head: Literal["softmax", "svm"]
    repeats: int


class ProbeSettings(ExperimentSettings, total=False):
    """What `ProbeOptions` can be made from, by name."""

    trust_code: bool
    backbone: str | PathLike[str]
    model: str | None
    checkpoint: str | PathLike[str] | None
    init: Literal["pretrained", "random"]
    layer: str
    image_size: int | None
    resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"]
    preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"]
    engine: Literal["auto", "openvino", "torch"]
    precision: Literal["auto", "fp32", "bf16"]
    device: Literal["auto", "cpu", "cuda", "mps"]
    views: int
    runs: str | PathLike[str]
    name: str | None
    head: Literal["softmax", "svm"]
    private: bool
    map: Literal["pca", "tsne"]
    reject_rate: float
    coverage: float
    quality: Literal["fast", "good", "best", "auto"]
    on: Literal["here", "ray"]
    address: str | None
    worker_threads: int


class TrainSettings(SharedSettings, ExperimentSettings, total=False):
    """What `TrainOptions` can be made from, by name."""

    trust_code: bool
    backbone: str | PathLike[str]
    model: str | None
    checkpoint: str | PathLike[str] | None
    init: Literal["pretrained", "random"]
    layer: Literal["penultimate"]
    image_size: int | None
    resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"]
    preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"]
    engine: Literal["auto", "openvino", "torch"]
    precision: Literal["auto", "fp32", "bf16"]
    device: Literal["auto", "cpu", "cuda", "mps"]
    runs: str | PathLike[str]
    name: str | None
    private: bool
    map: Literal["pca", "tsne"]
    reject_rate: float
    coverage: float
    head: Literal["softmax", "svm"]
    from_stage: str
    budget: float
    augmentation: Literal[
        "none",
        "flip",
        "flips",
        "crop",
        "crop-flip",
        "colour",
        "randaugment",
        "inception",
        "vgg",
        "cifarnet",
    ]
    kept_views: int
    fresh_views: Literal["auto", "yes", "no"]
    batch_norm: Literal["auto", "frozen", "train"]
    training_seed: int | None
    quality: Literal["fast", "good", "best", "auto"]
    on: Literal["here", "ray"]
    address: str | None
    worker_threads: int
    rates: list[float] | tuple[float, ...]
    ladder_folds: int


class FinetuneSettings(SharedSettings, ExperimentSettings, total=False):
    """What `FinetuneOptions` can be made from, by name."""

    trust_code: bool
    backbone: str | PathLike[str]
    model: str | None
    checkpoint: str | PathLike[str] | None
    init: Literal["pretrained", "random"]
    layer: Literal["penultimate"]
    image_size: int | None
    resize: Literal["auto", "squash", "crop", "letterbox", "cut-squash", "pad"]
    preprocessing: Literal["auto", "inception", "vgg", "cifarnet", "lenet"]
    engine: Literal["auto", "openvino", "torch"]
    precision: Literal["auto", "fp32", "bf16"]
    device: Literal["auto", "cpu", "cuda", "mps"]
    learning_rate: float
    head_learning_rate: float | None
    patience: int | None
    runs: str | PathLike[str]
    name: str | None
    private: bool
    map: Literal["pca", "tsne"]
    reject_rate: float
    coverage: float
    head: Literal["softmax", "svm"]
    from_stage: str
    budget: float
    augmentation: Literal[
        "none",
        "flip",
        "flips",
        "crop",
        "crop-flip",
        "colour",
        "randaugment",
        "inception",
        "vgg",
        "cifarnet",
    ]
    kept_views: int
    fresh_views: Literal["auto", "yes", "no"]
    batch_norm: Literal["auto", "frozen", "train"]
    training_seed: int | None
    validation_fraction: float


class PretrainSettings(FinetuneSettings, total=False):
    """What `PretrainOptions` can be made from, by name."""


class SweepSettings(FinetuneSettings, total=False):
    """What `SweepOptions` can be made from, by name."""

    over: list[str] | tuple[str, ...]
    trials: int
    judging_folds: int
    jobs: int
