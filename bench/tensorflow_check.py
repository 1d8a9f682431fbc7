"""TensorFlow itself against our shards and our preprocessing; it need not be installed beside Regraft.

    python -m venv tf && tf/bin/pip install tensorflow-cpu
    python bench/tensorflow_check.py tf/bin/python    # half a minute
    python bench/tensorflow_check.py --quick          # four photos; without TensorFlow only what Regraft does

TensorFlow reads what Regraft writes (tf.io.parse_single_example, every image decoded), Regraft reads what TensorFlow
writes (tf.io.TFRecordWriter, tf.train.Example), and TF-Slim's evaluation of the inception family (tf.image) is compared
with ours, on photos.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rounds import give_up, new_parser, run_process

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

N_PHOTOS = 200
SIZE = 224


def main() -> None:
    """Compare and print; an assertion fails where they do not agree."""
    parser = new_parser(__doc__)
    parser.add_argument("python", type=Path, nargs="?", default=sys.executable, help="a Python that has TensorFlow")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(by_tensorflow(arguments.child)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files, pixels = by_regraft(folder, 4 if arguments.quick else N_PHOTOS)
        if subprocess.run([arguments.python, "-c", "import tensorflow"], check=False, capture_output=True).returncode:
            give_up(
                "This needs TensorFlow: python -m venv tf && tf/bin/pip install tensorflow-cpu; then give tf/bin/python"
            )
        seen = run_process(arguments.python, __file__, "--child", folder).answer
        print(f"TensorFlow {seen['version']}")
        compare_records(files, seen["ours"], folder / "theirs")
        compare_pixels(pixels, folder / "pixels.npy")


def by_regraft(folder: Path, n_photos: int) -> tuple[list[Path], list[NDArray[np.uint8]]]:
    """Photos, written as TFRecord, too, and prepared as TF-Slim's inception networks evaluate them."""
    import regraft
    from photos import write_photos
    from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, with_preprocessing
    from regraft.features import backbone_transform
    from regraft.images import read_image

    files = write_photos(folder / "photos", n_photos=n_photos, width=500, height=375)
    regraft.convert_dataset(folder / "photos", to="tfrecord", out=folder / "ours", shards=3)
    spec = with_preprocessing(BACKBONES[DEFAULT_BACKBONE], "inception")
    transform = backbone_transform(spec, spec.resize)
    return files, [read_image(path, transform).pixels for path in files]


def compare_records(files: Sequence[Path], seen: list[list[Any]], theirs: Path) -> None:
    """What TensorFlow has read of ours, and what we read of TensorFlow's."""
    from regraft.data import read_manifest

    digests = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert sorted(seen) == sorted([digest, path.parent.name, 375, 500] for path, digest in digests.items())
    print(f"TensorFlow reads ours: {len(files)} images, labels, names and sizes agree, all decoded")
    manifest = read_manifest(theirs)
    found = sorted(
        (hashlib.sha256(image.read_bytes() if isinstance(image, Path) else image.read()).hexdigest(), name)
        for image, name in zip(
            manifest.files(), (manifest.class_names[label] for label in manifest.labels), strict=True
        )
    )
    assert found == sorted((digest, path.parent.name) for path, digest in digests.items())
    print(f"Regraft reads TensorFlow's: {len(found)} images and labels agree")


def compare_pixels(ours: Sequence[NDArray[np.uint8]], theirs: Path) -> None:
    """How far both kinds of evaluation are apart."""
    import numpy as np

    differences = [np.abs(a - b).mean() for a, b in zip(ours, np.load(theirs).astype(np.float64), strict=True)]
    print(
        f"inception's evaluation at {SIZE} pixels: {np.mean(differences):.2f} grey levels of 255 apart on average "
        f"(most: {np.max(differences):.2f}), for its resize is not antialiased"
    )


def by_tensorflow(folder: Path) -> dict[str, object]:
    """What TensorFlow reads, writes and computes; runs in the other Python."""
    import numpy as np

    tf: Any = importlib.import_module("tensorflow")
    kinds = {
        "image/encoded": tf.io.FixedLenFeature((), tf.string),
        "image/format": tf.io.FixedLenFeature((), tf.string),
        "image/class/label": tf.io.FixedLenFeature((), tf.int64),
        "image/height": tf.io.FixedLenFeature((), tf.int64),
        "image/width": tf.io.FixedLenFeature((), tf.int64),
    }
    names = dict(line.split(":", 1) for line in (folder / "ours" / "labels.txt").read_text().splitlines())
    seen = []
    for record in tf.data.TFRecordDataset(sorted(map(str, (folder / "ours").glob("*.tfrecord")))):
        row = tf.io.parse_single_example(record, kinds)
        encoded = row["image/encoded"].numpy()
        height, width = int(row["image/height"]), int(row["image/width"])
        assert tf.io.decode_image(encoded).shape == (height, width, 3)
        name = names[str(int(row["image/class/label"]))]
        seen.append([hashlib.sha256(encoded).hexdigest(), name, height, width])
    files = sorted((folder / "photos").rglob("*.jpg"), key=lambda path: path.name)
    write_as_slim(tf, files, folder / "theirs", {name: int(number) for number, name in names.items()})
    np.save(folder / "pixels.npy", np.stack([prepared(tf, path) for path in files]).astype(np.float32))
    return {"version": tf.__version__, "ours": seen}


def write_as_slim(tf: Any, files: list[Path], out: Path, labels: dict[str, int]) -> None:
    """As dataset_utils.image_to_tfexample and the converters of TF-Slim do it."""
    out.mkdir()
    (out / "labels.txt").write_text("".join(f"{number}:{name}\n" for name, number in labels.items()))

    def of_bytes(value: bytes) -> object:
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    def of_number(value: int) -> object:
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))

    with tf.io.TFRecordWriter(str(out / "photos_train_00000-of-00001.tfrecord")) as writer:
        for path in files:
            feature = {
                "image/encoded": of_bytes(path.read_bytes()),
                "image/format": of_bytes(b"jpg"),
                "image/class/label": of_number(labels[path.parent.name]),
                "image/height": of_number(375),
                "image/width": of_number(500),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())


def prepared(tf: Any, path: Path) -> Any:
    """preprocess_for_eval of inception_preprocessing, before it is brought to -1 ... 1; in grey levels."""
    image = tf.image.convert_image_dtype(tf.io.decode_jpeg(path.read_bytes(), channels=3), tf.float32)
    image = tf.image.central_crop(image, 0.875)
    small = tf.compat.v1.image.resize_bilinear(image[None], [SIZE, SIZE], align_corners=False)
    return 255 * small[0].numpy()


if __name__ == "__main__":
    main()
