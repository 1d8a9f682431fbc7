"""Small copies of published data sets, laid out as their publishers do it, and rows of the catalogue for them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import zipfile
from urllib.parse import urlsplit

import numpy as np

from regraft.datasets import DATASETS, Dataset

FLOWERS = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
SYNSETS = ("n01440764", "n01443537", "n15075141")
VALIDATION_LABELS = ("n01443537", "n15075141", "n01440764", "n01443537")
WORDS = {"n01440764": "tench, Tinca tinca", "n01443537": "goldfish, Carassius auratus", "n15075141": "toilet tissue"}


def numbers(seed: object, n_bytes: int) -> bytes:
    """Random bytes; the same ones for the same seed."""
    rng = np.random.default_rng(list(repr(seed).encode()))
    return rng.integers(0, 256, n_bytes, np.uint8).tobytes()


def photo(seed: object) -> bytes:
    """What begins and ends as a JPEG file; nothing here decodes it."""
    return b"\xff\xd8\xff" + numbers(seed, 300) + b"\xff\xd9"


def tarred(members) -> bytes:
    """A tar file of (name or TarInfo, content); a name that ends in a slash is a folder."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            if info.name.endswith("/"):
                info.type = tarfile.DIRTYPE
            if isinstance(name, str):
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def zipped(members) -> bytes:
    """A zip file of (name, content)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # without the time of day
    return file.getvalue()


def idx(values: np.ndarray) -> bytes:
    """A gzipped IDX file of unsigned bytes."""
    header = struct.pack(f">{1 + values.ndim}I", 0x0800 + values.ndim, *values.shape)
    return gzip.compress(header + values.tobytes(), mtime=0)


def make_flowers(n_images: int = 4, step: int = 1) -> dict[str, bytes]:
    """A folder for each class, and a text that names the photographers."""
    members = [("flower_photos/", b""), ("flower_photos/LICENSE.txt", b"CC-BY by A, B and C")]
    for name in FLOWERS:
        members += [(f"flower_photos/{name}/{k}_{name}_n.jpg", photo((name, k))) for k in range(n_images)]
    return {"flower_photos.tgz": gzip.compress(tarred(members[::step]), mtime=0)}


def make_hymenoptera() -> dict[str, bytes]:
    """Both sides with both classes; also what macOS adds, and the odd file that is no photo."""
    members = [("hymenoptera_data/train/ants/imageNotFound.gif", b"GIF89a"), ("__MACOSX/._hymenoptera_data", b"x")]
    for side, n_images in (("train", 3), ("val", 2)):
        for name in ("ants", "bees"):
            members += [
                (f"hymenoptera_data/{side}/{name}/{k}_a(f).jpg", photo((side, name, k))) for k in range(n_images)
            ]
    members.append(("hymenoptera_data/train/ants/formica.jpeg", photo("formica")))
    return {"hymenoptera_data.zip": zipped(members)}


def digits(side: str) -> tuple[np.ndarray, np.ndarray]:
    """(n, 28, 28) uint8 images and their (n,) labels."""
    n_images = 20 if side == "train" else 10
    pixels = np.frombuffer(numbers(side, n_images * 784), np.uint8).reshape(n_images, 28, 28)
    return pixels, (np.arange(n_images) % 10).astype(np.uint8)


def make_mnist() -> dict[str, bytes]:
    """Two files for each side."""
    files = {}
    for side, prefix in (("train", "train"), ("test", "t10k")):
        pixels, labels = digits(side)
        files |= {f"{prefix}-images-idx3-ubyte.gz": idx(pixels), f"{prefix}-labels-idx1-ubyte.gz": idx(labels)}
    return files


def cifar_batch(name: str, n_images: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """(n, 3, 32, 32) uint8 images and their (n,) labels."""
    pixels = np.frombuffer(numbers(name, n_images * 3072), np.uint8).reshape(n_images, 3, 32, 32)
    return pixels, (np.arange(n_images) % 10).astype(np.uint8)


def make_cifar10() -> dict[str, bytes]:
    """Five files of records for training, one for the test, and two texts."""
    folder = "cifar-10-batches-bin"
    members = [(f"{folder}/", b""), (f"{folder}/readme.html", b"<html>"), (f"{folder}/batches.meta.txt", b"airplane\n")]
    for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
        pixels, labels = cifar_batch(name)
        records = np.concatenate([labels[:, None], pixels.reshape(len(labels), -1)], axis=1)
        members.append((f"{folder}/{name}.bin", records.tobytes()))
    return {"cifar-10-binary.tar.gz": gzip.compress(tarred(members), mtime=0)}


def make_imagenet() -> dict[str, bytes]:
    """A tar of tars, a flat tar, one label for each image of it, and words for more synsets than there are."""
    inner = {name: tarred([(f"{name}_{k}.JPEG", photo((name, k))) for k in range(2)]) for name in SYNSETS}
    flat = [(f"ILSVRC2012_val_{k + 1:08d}.JPEG", photo(k)) for k in range(len(VALIDATION_LABELS))]
    words = {**WORDS, "n00001740": "entity"}
    return {
        "ILSVRC2012_img_train.tar": tarred([(f"{name}.tar", content) for name, content in inner.items()]),
        "ILSVRC2012_img_val.tar": tarred(flat[::-1]),
        "imagenet_2012_validation_synset_labels.txt": "".join(f"{name}\n" for name in VALIDATION_LABELS).encode(),
        "imagenet_metadata.txt": "".join(f"{name}\t{text}\n" for name, text in words.items()).encode(),
    }


def instances(n_photos: int, first: int) -> dict:
    """Annotations of photos of 100 x 200 pixels: of every four one with a large person, one with a small, one dog."""
    photos, objects = range(first, first + n_photos), []
    for photo_id in photos:
        category, area = ((1, 101.0), (1, 100.0), (18, 9000.0), (None, 0))[photo_id % 4]
        if category is not None:
            box = [0, 0, 50, 50]
            objects.append(
                {"id": len(objects), "image_id": photo_id, "category_id": category, "area": area, "bbox": box}
            )
    return {
        "info": {"description": "COCO, [a few] {of them}"},
        "licenses": [{"id": 1}],
        "images": [{"id": k, "file_name": f"{k:012d}.jpg", "height": 100, "width": 200} for k in photos],
        "annotations": objects,
        "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
    }


def make_visualwakewords() -> dict[str, bytes]:
    """Annotations of both sides in one zip file, photos of each side in another."""
    sides = {"train": (8, 0), "val": (4, 100)}
    annotations = [("annotations/captions_val2017.json", b"{}")]
    files = {}
    for side, (n_photos, first) in sides.items():
        text = json.dumps(instances(n_photos, first))
        annotations.append((f"annotations/instances_{side}2017.json", text.encode()))
        members = [(f"{side}2017/{k:012d}.jpg", photo(k)) for k in range(first, first + n_photos)]
        files[f"{side}2017.zip"] = zipped([(f"{side}2017/", b""), *members])
    return {"annotations_trainval2017.zip": zipped(annotations), **files}


MAKERS = {
    "flowers": make_flowers,
    "hymenoptera": make_hymenoptera,
    "mnist": make_mnist,
    "cifar10": make_cifar10,
    "imagenet": make_imagenet,
    "visualwakewords": make_visualwakewords,
}


def little_row(name: str, files: dict[str, bytes], **changes: object) -> Dataset:
    """The row of the catalogue, with the digests and sizes of these files."""
    row = DATASETS[name]
    archives = [
        archive.model_copy(
            update={
                "n_bytes_about": max(len(files[archive.file_name]), 20_000),
                "n_unpacked_bytes_about": None,
                "sha256": archive.sha256 and hashlib.sha256(files[archive.file_name]).hexdigest(),
            }
        )
        for archive in row.archives
    ]
    return row.model_copy(update={"archives": tuple(archives), **changes})


def server_paths(row: Dataset, files: dict[str, bytes]) -> dict[str, bytes]:
    """Path on the publishers' servers -> content, for what is fetched."""
    return {
        urlsplit(archive.url).path: files[archive.file_name] for archive in row.archives if not archive.needs_account
    }
