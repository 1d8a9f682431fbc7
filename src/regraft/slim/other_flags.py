"""The flags of the commands beside train_image_classifier."""

from __future__ import annotations

from regraft.slim.flags import Flag
from regraft.slim.train_flags import TRAIN_FLAGS

_TRAIN = {flag.name: flag for flag in TRAIN_FLAGS}


def _of_bundle(name: str, kind: str, default: object) -> Flag:
    return Flag.model_validate(
        {
            "name": name,
            "kind": kind,
            "default": default,
            "state": "done better",
            "here": "Not needed: the saved classifier knows its network, size and preprocessing.",
        }
    )


_DATA = tuple(_TRAIN[name] for name in ("dataset_name", "dataset_dir", "labels_offset"))

EVAL_FLAGS = (
    Flag(
        name="batch_size",
        kind="integer",
        default=100,
        state="done better",
        here="Not needed: every image counts exactly once, whatever the batches.",
    ),
    Flag(
        name="max_num_batches",
        kind="integer",
        default=None,
        state="not",
        here="All images of the split are measured, once each.",
        is_told=True,
    ),
    _TRAIN["master"],
    Flag(
        name="checkpoint_path",
        kind="text",
        default=None,
        state="done better",
        here="A run's folder, a bundle, or a training under way: its newest checkpoint. model.ckpt-N in such a folder "
        "means the same, and is told. TensorFlow's are not read.",
    ),
    Flag(
        name="eval_dir",
        kind="text",
        default=None,
        state="done better",
        here="The folder of the run with the report; by default runs/.",
    ),
    _TRAIN["num_preprocessing_threads"],
    *_DATA,
    Flag(
        name="dataset_split_name",
        kind="text",
        default="test",
        state="done",
        here="--split: train, validation or test.",
    ),
    _of_bundle("model_name", "text", "inception_v3"),
    _of_bundle("preprocessing_name", "text", None),
    Flag(
        name="moving_average_decay",
        kind="number",
        default=None,
        state="done better",
        here="Not needed: the averaged weights are taken where there are some (--weights).",
    ),
    _of_bundle("eval_image_size", "integer", None),
    _TRAIN["quantize_delay"].model_copy(update={"name": "quantize", "kind": "switch", "default": False}),
    _TRAIN["use_grayscale"],
)

EXPORT_FLAGS = (
    _of_bundle("model_name", "text", "inception_v3"),
    Flag(
        name="checkpoint_path",
        kind="text",
        default=None,
        state="done better",
        here="What is exported, with its weights, which TF-Slim left out: a finished run's folder or a bundle.",
    ),
    Flag(
        name="input_checkpoint",
        kind="text",
        default=None,
        state="done better",
        here="The same, by freeze_graph's name, which is not needed any more.",
    ),
    Flag(
        name="output_file",
        kind="text",
        default="",
        state="done better",
        here="A folder with the graph as ONNX, proven to answer as the classifier does, classify.py to run it, and "
        "labels.txt; of a name in .pb, .pbtxt or .onnx what stands before that.",
    ),
    Flag(
        name="is_training",
        kind="switch",
        default=False,
        state="not",
        here="What is exported answers; it is not trained on. Use the run's folder as --checkpoint_path for that.",
        stops=True,
    ),
    Flag(
        name="image_size",
        kind="integer",
        default=None,
        state="done better",
        here="Not needed: the classifier knows its size; another one is told. any_size.onnx takes images of any size.",
    ),
    Flag(
        name="batch_size", kind="integer", default=None, state="done better", here="Not needed: any number of images."
    ),
    Flag(
        name="dataset_name",
        kind="text",
        default="imagenet",
        state="done better",
        here="Not needed: the saved classifier knows its classes.",
    ),
    Flag(
        name="dataset_dir",
        kind="text",
        default="",
        state="done better",
        here="Up to 1,000 of its images prove the export, besides made pictures.",
    ),
    Flag(
        name="labels_offset",
        kind="integer",
        default=0,
        state="done",
        here="The number of the first class in labels.txt.",
    ),
    Flag(
        name="quantize",
        kind="switch",
        default=False,
        state="done better",
        here="--precision int8, calibrated on images of --dataset_dir; refused where accuracy falls.",
    ),
    *(
        Flag(name=name, kind=kind, default=default, state="not", here=here, stops=True)
        for name, kind, default, here in (
            ("is_video_model", "switch", False, "Regraft classifies images; i3d and s3dg are not here."),
            ("num_frames", "integer", None, "Regraft classifies images; i3d and s3dg are not here."),
        )
    ),
    Flag(
        name="write_text_graphdef",
        kind="switch",
        default=False,
        state="not",
        here="There is no text form of it. What the graph says of itself is JSON in its metadata, under `regraft`.",
        is_told=True,
    ),
    _TRAIN["use_grayscale"],
)

CONVERT_FLAGS = (
    Flag(name="dataset_name", kind="text", default=None, state="done", here="A name of `regraft datasets list`."),
    Flag(
        name="dataset_dir",
        kind="text",
        default=None,
        state="done better",
        here="Where the shards and labels.txt go; what was finished is kept, also after kill -9.",
    ),
    Flag(
        name="small_object_area_threshold",
        kind="number",
        default=0.005,
        state="done",
        here="--small-object-area, of visualwakewords.",
    ),
    Flag(
        name="foreground_class_of_interest",
        kind="text",
        default="person",
        state="done",
        here="--foreground-class, of visualwakewords.",
    ),
    Flag(
        name="archives",
        kind="text",
        default=None,
        state="done better",
        here="Not TF-Slim's: a folder with the publisher's files, where you have them already.",
    ),
)

LABEL_FLAGS = (
    Flag(name="image", kind="text", default=None, state="done", here="The picture."),
    Flag(name="graph", kind="text", default=None, state="done", here="The export, by its --output_file; or a run."),
    *(
        Flag(
            name=name,
            kind="text",
            default=None,
            state="done better",
            here="Not needed: what was exported knows its labels, layers and preprocessing.",
        )
        for name in (
            "labels",
            "input_layer",
            "output_layer",
            "input_mean",
            "input_std",
            "input_width",
            "input_height",
            "root_dir",
            "self_test",
        )
    ),
)
