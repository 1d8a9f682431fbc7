"""Shards against independent implementations: the packages tfrecord, webdataset and datasets, and Python's tarfile."""

from __future__ import annotations

import io
import json
import tarfile

import numpy as np
import pytest
from PIL import Image

import regraft
from regraft.data import fingerprint_manifest, read_manifest


def encode(colour, kind="PNG"):
    """A small picture in a file's bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (5, 4), colour).save(buffer, kind)
    return buffer.getvalue()


CONTENTS = {"red ü": encode((250, 0, 0)), "blue's": encode((0, 0, 250), "JPEG")}


@pytest.fixture
def folder(tmp_path):
    """Twelve small pictures in two classes and two splits."""
    for split in ("train", "test"):
        for name, content in CONTENTS.items():
            for number in range(3):
                path = tmp_path / "set" / split / name / f"{number}.{'png' if 'red' in name else 'jpg'}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content + bytes(number))
    return tmp_path / "set"


@pytest.fixture
def converted(folder, tmp_path):
    """The pictures in another format."""

    def convert(kind):
        return regraft.convert_dataset(folder, to=kind, out=tmp_path / kind, shards=2).folder

    return convert


def test_the_package_tfrecord_reads_ours(converted, folder):
    """Each feature of TF-Slim and of the converter of ImageNet has the value it should have."""
    from tfrecord.reader import tfrecord_loader

    kinds = {"image/class/label": "int", "image/height": "int", "image/width": "int"}
    kinds |= dict.fromkeys(("image/encoded", "image/format", "image/filename", "image/class/text"), "byte")
    seen = 0
    for path in converted("tfrecord").glob("*.tfrecord"):
        for record in tfrecord_loader(str(path), None, kinds):
            name = bytes(record["image/filename"]).decode()
            assert bytes(record["image/encoded"]) == (folder / name).read_bytes()
            text = bytes(record["image/class/text"]).decode()
            assert name.split("/")[1] == text
            assert ["blue's", "red ü"][int(record["image/class/label"][0])] == text
            assert bytes(record["image/format"]) == (b"png" if "red" in text else b"jpg")
            assert (record["image/height"][0], record["image/width"][0]) == (4, 5)
            seen += 1
    assert seen == 12
    assert (folder.parent / "tfrecord" / "labels.txt").read_text("utf-8") == "0:blue's\n1:red ü\n"


def test_we_read_what_the_package_tfrecord_writes(tmp_path):
    """Records with TF-Slim's features, and names of classes from labels.txt, one of which has no image."""
    from tfrecord import TFRecordWriter

    writer = TFRecordWriter(str(tmp_path / "flowers_train_00000-of-00001.tfrecord"))
    for number in range(4):
        features = {
            "image/encoded": (encode((number, 0, 0)), "byte"),
            "image/format": (b"png", "byte"),
            "image/class/label": (1 + number % 2, "int"),
            "image/height": (4, "int"),
            "image/width": (5, "int"),
            "image/object/bbox/xmin": ([0.5, 0.25], "float"),
        }
        writer.write(features)
    writer.close()
    (tmp_path / "labels.txt").write_text("0:background\n1:daisy\n2:roses\n")
    manifest = read_manifest(tmp_path)
    assert manifest.class_names == ("daisy", "roses")
    assert manifest.splits == ("train",) * 4
    assert manifest.paths[0] == "flowers_train_00000-of-00001.tfrecord#0"
    assert [image.read() for image in manifest.files()] == [encode((number, 0, 0)) for number in range(4)]


@pytest.mark.filterwarnings("ignore")
def test_the_package_webdataset_reads_ours(converted, folder):
    """Keys, images, labels and JSON of all samples."""
    import webdataset

    shards = sorted(map(str, converted("webdataset").glob("train-*.tar")))
    samples = list(webdataset.WebDataset(shards, shardshuffle=False, empty_check=False))
    assert len(samples) == 6
    for sample in samples:
        known = json.loads(sample["json"])
        image = sample.get("png") or sample["jpg"]
        assert image == (folder / known["filename"]).read_bytes()
        assert ["blue's", "red ü"][int(sample["cls"])] == known["class"]


@pytest.mark.filterwarnings("ignore")
def test_we_read_what_the_package_webdataset_writes(tmp_path):
    """Samples with a `cls`, with and without folders in their keys."""
    import webdataset

    with webdataset.TarWriter(str(tmp_path / "photos-val-000000.tar")) as sink:
        for number in range(3):
            sink.write({"__key__": f"a/{number:04d}", "jpg": encode((number, 9, 9), "JPEG"), "cls": number % 2})
    manifest = read_manifest(tmp_path)
    assert manifest.class_names == ("0", "1")
    assert manifest.splits == ("val",) * 3
    assert manifest.paths == ("a/0000.jpg", "a/0001.jpg", "a/0002.jpg")
    assert manifest.files()[2].read() == encode((2, 9, 9), "JPEG")


@pytest.mark.filterwarnings("ignore")
def test_we_read_what_people_write_with_webdataset(tmp_path):
    """Words before the extension, texts as classes, masks beside images: what the package writes is read and told."""
    import webdataset

    with webdataset.TarWriter(str(tmp_path / "train-000000.tar")) as sink:
        for number in range(4):
            image = encode((number, 9, 9), "JPEG")
            mask = encode((number, 0, 0))
            sink.write({"__key__": f"{number}", "input.jpg": image, "mask.png": mask, "txt": f"c{number % 2}"})
    manifest = read_manifest(tmp_path)
    assert manifest.class_names == ("c0", "c1")
    assert manifest.files()[2].read() == encode((2, 9, 9), "JPEG")
    assert {remark.code: remark.n for remark in manifest.remarks} == {"text_as_class": 4, "unused_members": 4}


@pytest.mark.parametrize("names", [("image", "label"), ("image_raw", "class")])
def test_we_read_records_with_other_names(names, tmp_path):
    """Features as the competitions of Kaggle and TensorFlow's own data sets call them, with numbers or words."""
    from tfrecord import TFRecordWriter

    writer = TFRecordWriter(str(tmp_path / "train.tfrecord"))
    for number in range(4):
        label = (number % 2, "int") if names[1] == "label" else (b"cat" if number % 2 else b"dog", "byte")
        writer.write({names[0]: (encode((number, 0, 0)), "byte"), names[1]: label})
    writer.close()
    manifest = read_manifest(tmp_path)
    assert manifest.class_names == (("0", "1") if names[1] == "label" else ("cat", "dog"))
    assert manifest.files()[3].read() == encode((3, 0, 0))


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_we_read_all_kinds_of_tar(form, tmp_path):
    """Long names and names in any script, in both ways of writing them; what is no ordinary file is passed over."""
    names = ["ключ.jpg", f"{'long' * 60}/{'name' * 30}.jpg", "s.png", "s.seg.png", "s.json"]
    with tarfile.open(tmp_path / "x.tar", "w", format=form) as archive:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        link = tarfile.TarInfo("link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.mtime = 5, 1.5
            archive.addfile(member, io.BytesIO(b"[1,2]"))
    assert sorted(read_manifest(tmp_path).paths) == sorted(["ключ.jpg", names[1], "s.png"])


@pytest.mark.filterwarnings("ignore")
def test_hugging_face_reads_ours(converted, folder, tmp_path):
    """Columns are images and class labels with their names, decoded as they should be."""
    import datasets

    files = {split: str(converted("parquet") / f"{split}-*.parquet") for split in ("train", "test")}
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "cache"))
    train = loaded["train"]
    assert isinstance(train.features["image"], datasets.Image)
    assert train.features["label"].names == ["blue's", "red ü"]
    assert len(train) == len(loaded["test"]) == 6
    for row in train.select(range(6)):
        assert np.asarray(row["image"].convert("RGB"))[0, 0, 0] > 200 or row["label"] == 0
    raw = train.cast_column("image", datasets.Image(decode=False))
    assert all(row["image"]["bytes"] == (folder / row["image"]["path"]).read_bytes() for row in raw)


@pytest.mark.filterwarnings("ignore")
def test_we_read_what_hugging_face_writes(tmp_path):
    """Images in memory, written by datasets, with the names of their classes."""
    import datasets

    features = datasets.Features({"img": datasets.Image(), "fine_label": datasets.ClassLabel(names=["cat", "dog"])})
    rows = {"img": [{"bytes": encode((n, 0, 0)), "path": None} for n in range(250)], "fine_label": [0, 1] * 125}
    (tmp_path / "hf" / "data").mkdir(parents=True)
    path = tmp_path / "hf" / "data" / "train-00000-of-00001-0123456789abcdef.parquet"
    datasets.Dataset.from_dict(rows, features=features).to_parquet(str(path))
    manifest = read_manifest(tmp_path / "hf")
    assert manifest.class_names == ("cat", "dog")
    assert manifest.splits == ("train",) * 250
    assert not fingerprint_manifest(manifest).unreadable
    contents = {image.number: image.read() for image in manifest.files()}
    assert contents == {n: encode((n, 0, 0)) for n in range(250)}
