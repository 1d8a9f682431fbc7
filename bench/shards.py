"""Shards against what people use: writing them, and reading them. Side by side in one run, rounds in turn, medians.

    python bench/shards.py                    # 10,000 photos of 500 x 375, 3 rounds; about 6 minutes on 2 cores
    python bench/shards.py --photos 1000      # seconds

Written are: files to TFRecord, WebDataset and Parquet, bytes as they are, digests and all; by a loop over Pillow that
encodes anew, as many converters do; by the package webdataset. Read are all bytes of all images, from the page cache:
first of sets that are listed, in the order in which a run does it; then with the listing, against the package tfrecord
(which compares no checksums), with protobuf's pure Python and with its compiled part.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

import regraft
from photos import write_photos
from regraft.data import read_manifest, reading_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regraft.data import Manifest

FORMATS = ("tfrecord", "webdataset", "parquet")
FOLDERS = "class folders"
PURE_PYTHON = "the package tfrecord, pure Python"
N_SHARDS = 8
N_SLOW = 1000
"""Images that the slow contenders get."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(_by_tfrecord(arguments.child)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = write_photos(folder / "photos", n_photos=arguments.photos, width=500, height=375)
        n_bytes = sum(path.stat().st_size for path in files)
        print(f"{len(files):,} photos, {n_bytes / 1e6:,.0f} MB, {N_SHARDS} shards", flush=True)
        writing = writers(files, folder)
        report("writing", measure(writing, arguments.rounds), "Pillow, encoded anew, one process")
        for kind in FORMATS:
            convert(folder / "photos", kind, folder / kind)
        report("reading", measure(readers(folder), arguments.rounds), FOLDERS)
        report("listing and reading", measure(listers(folder), arguments.rounds), PURE_PYTHON)


def measure(contenders: dict[str, Callable[[], tuple[int, float]]], n_rounds: int) -> dict[str, float]:
    """The median images per second of each, all in turn."""
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(n_rounds):
        for name, contender in contenders.items():
            n_images, seconds = contender()
            rates[name].append(n_images / seconds)
            print(f"round {number + 1}  {name:<42} {n_images / seconds:10,.0f} images/s", flush=True)
    return {name: statistics.median(values) for name, values in rates.items()}


def report(what: str, medians: dict[str, float], base: str) -> None:
    """The medians, as multiples of one of them."""
    print()
    for name, rate in medians.items():
        print(f"{what}  {name:<42} {rate:10,.0f} images/s  {rate / medians[base]:6.1f} x {base}")
    print(flush=True)


def convert(source: Path, kind: str, out: Path) -> None:
    """Regraft's writer."""
    regraft.convert_dataset(source, to=kind, out=out, shards=N_SHARDS)


def writers(files: list[Path], folder: Path) -> dict[str, Callable[[], tuple[int, float]]]:
    """What writes shards; each to a new place."""
    places = (folder / f"written-{number}" for number in count())
    return {
        **{f"regraft, {kind}": _timed_conversion(folder / "photos", kind, places, len(files)) for kind in FORMATS},
        "the package webdataset": lambda: _by_webdataset(files, next(places)),
        "Pillow, encoded anew, one process": lambda: _by_pillow(files[:N_SLOW], next(places)),
    }


def _timed_conversion(
    source: Path, kind: str, places: Iterator[Path], n_images: int
) -> Callable[[], tuple[int, float]]:
    def run() -> tuple[int, float]:
        out = next(places)
        began = time.perf_counter()
        convert(source, kind, out)
        return n_images, time.perf_counter() - began

    return run


def _by_webdataset(files: list[Path], out: Path) -> tuple[int, float]:
    import webdataset

    out.mkdir()
    began = time.perf_counter()
    size = -(-len(files) // N_SHARDS)
    with webdataset.ShardWriter(str(out / "train-%06d.tar"), maxcount=size, verbose=0) as writer:
        for number, path in enumerate(files):
            label = 0 if path.parent.name == "china" else 1
            writer.write({"__key__": f"{number:06d}", "jpg": path.read_bytes(), "cls": label})
    return len(files), time.perf_counter() - began


def _by_pillow(files: list[Path], out: Path) -> tuple[int, float]:
    out.mkdir()
    began = time.perf_counter()
    with tarfile.open(out / "train-000000.tar", "w") as tar:
        for number, path in enumerate(files):
            buffer = io.BytesIO()
            with Image.open(path) as image:
                image.convert("RGB").save(buffer, "JPEG", quality=90)
            member = tarfile.TarInfo(f"{number:06d}.jpg")
            member.size = buffer.tell()
            buffer.seek(0)
            tar.addfile(member, buffer)
    return len(files), time.perf_counter() - began


def readers(folder: Path) -> dict[str, Callable[[], tuple[int, float]]]:
    """What reads all images of sets that are listed."""
    listed = {FOLDERS: read_manifest(folder / "photos")}
    listed |= {f"regraft, {kind}": read_manifest(folder / kind) for kind in FORMATS}
    return {name: partial(_read, manifest) for name, manifest in listed.items()}


def listers(folder: Path) -> dict[str, Callable[[], tuple[int, float]]]:
    """What lists sets and reads all of their images."""
    return {
        FOLDERS: lambda: _read(folder / "photos"),
        **{f"regraft, {kind}": partial(_read, folder / kind) for kind in FORMATS},
        PURE_PYTHON: lambda: _in_child(folder / "tfrecord", "python"),
        "the package tfrecord, compiled protobuf": lambda: _in_child(folder / "tfrecord", "upb"),
    }


def _read(source: Path | Manifest) -> tuple[int, float]:
    began = time.perf_counter()
    manifest = read_manifest(source) if isinstance(source, Path) else source
    images = manifest.files()
    ordered = (images[place] for place in reading_order(images))
    n_bytes = sum(len(image.read_bytes() if isinstance(image, Path) else image.read()) for image in ordered)
    seconds = time.perf_counter() - began
    assert n_bytes > len(manifest)
    return len(manifest), seconds


def _in_child(folder: Path, protobuf: str) -> tuple[int, float]:
    command = [sys.executable, __file__, "--child", str(folder)]
    environment = {**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": protobuf}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    n_images, seconds = json.loads(done.stdout)
    return n_images, seconds


def _by_tfrecord(folder: Path) -> tuple[int, float]:
    from tfrecord.reader import tfrecord_loader

    wanted = {"image/encoded": "byte", "image/class/label": "int"}
    began = time.perf_counter()
    n_images = sum(
        1 for path in sorted(folder.glob("*.tfrecord")) for _record in tfrecord_loader(str(path), None, wanted)
    )
    return n_images, time.perf_counter() - began


if __name__ == "__main__":
    main()
