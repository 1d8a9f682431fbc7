"""TensorFlow itself against our shards and our preprocessing; it need not be installed beside Regraft.

    python -m venv tf && tf/bin/pip install tensorflow-cpu
    python bench/tensorflow_check.py tf/bin/python

TensorFlow reads what Regraft writes (tf.io.parse_single_example, every image decoded), Regraft reads what TensorFlow
writes (tf.io.TFRecordWriter, tf.train.Example), and TF-Slim's evaluation of the inception family (tf.image) is compared
with ours, on photos.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

N_PHOTOS = 200
SIZE = 224


def main() -> None:
    """Compare and print; an assertion fails where they do not agree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python", type=Path, help="a Python that has TensorFlow")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(by_tensorflow(arguments.child)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        compare(Path(scratch), arguments.python)


def compare(folder: Path, python: Path) -> None:
    """The three comparisons."""
    import numpy as np

    import regraft
    from photos import write_photos
    from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, with_preprocessing
    from regraft.data import read_manifest
    from regraft.features import backbone_transform
    from regraft.images import read_image

    files = write_photos(folder / "photos", n_photos=N_PHOTOS, width=500, height=375)
    regraft.convert_dataset(folder / "photos", to="tfrecord", out=folder / "ours", shards=3)
    command = [str(python), __file__, str(python), "--child", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout.splitlines()[-1])
    print(f"TensorFlow {seen['version']}")
    wanted = sorted([hashlib.sha256(path.read_bytes()).hexdigest(), path.parent.name, 375, 500] for path in files)
    assert sorted(seen["ours"]) == wanted
    print(f"TensorFlow reads ours: {len(wanted)} images, labels, names and sizes agree, all decoded")
    theirs = read_manifest(folder / "theirs")
    found = sorted(
        (hashlib.sha256(image.read()).hexdigest(), theirs.class_names[label])
        for image, label in zip(theirs.files(), theirs.labels.tolist(), strict=True)
    )
    assert found == sorted((digest, name) for digest, name, _height, _width in wanted)
    print(f"Regraft reads TensorFlow's: {len(found)} images and labels agree")
    spec = with_preprocessing(BACKBONES[DEFAULT_BACKBONE], "inception")
    transform = backbone_transform(spec, spec.resize)
    pixels = np.load(folder / "pixels.npy")
    differences = [
        np.abs(read_image(path, transform).pixels - theirs_of).mean()
        for path, theirs_of in zip(files, pixels.astype(np.float64), strict=True)
    ]
    print(
        f"inception's evaluation at {SIZE} pixels: {np.mean(differences):.2f} grey levels of 255 apart on average "
        f"(most: {np.max(differences):.2f}), for its resize is not antialiased"
    )


def by_tensorflow(folder: Path) -> dict[str, object]:
    """What TensorFlow reads, writes and computes; runs in the other Python."""
    import numpy as np
    import tensorflow as tf

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


def write_as_slim(tf: object, files: list[Path], out: Path, labels: dict[str, int]) -> None:
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


def prepared(tf: object, path: Path) -> object:
    """preprocess_for_eval of inception_preprocessing, before it is brought to -1 ... 1; in grey levels."""
    image = tf.image.convert_image_dtype(tf.io.decode_jpeg(path.read_bytes(), channels=3), tf.float32)
    image = tf.image.central_crop(image, 0.875)
    small = tf.compat.v1.image.resize_bilinear(image[None], [SIZE, SIZE], align_corners=False)
    return 255 * small[0].numpy()


if __name__ == "__main__":
    sys.exit(main())
