"""Shards against what people use: writing them, and reading them. Side by side in one run, rounds in turn, medians.

    python bench/shards.py                    # 10,000 photos of 500 x 375, 3 rounds; about 6 minutes on 2 cores
    python bench/shards.py --quick            # 16 photos, once
    pip install 'regraft[dev]'                # for the packages webdataset and tfrecord

Written are: files to TFRecord, WebDataset and Parquet, bytes as they are, digests and all; by a loop over Pillow that
encodes anew, as many converters do; by the package webdataset. Read are all bytes of all images, from the page cache:
first of sets that are listed, in the order in which a run does it; then with the listing, against the package tfrecord
(which compares no checksums), with protobuf's pure Python and with its compiled part.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tarfile
import tempfile
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image

import regraft
from photos import write_photos
from regraft.data import read_manifest, reading_order
from rounds import in_turn, medians, need, new_parser, run_process, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.data import Manifest

Format = Literal["tfrecord", "webdataset", "parquet"]
FORMATS: tuple[Format, ...] = ("tfrecord", "webdataset", "parquet")
FOLDERS = "class folders"
PURE_PYTHON, COMPILED = "the package tfrecord, pure Python", "the package tfrecord, compiled protobuf"
N_SHARDS = 8
N_SLOW = 1000
"""Images that the slow contenders get."""


def main() -> None:
    """Measure and print."""
    parser = new_parser(__doc__)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(by_tfrecord(arguments.child)))
        return
    need("webdataset", "tfrecord", install="pip install 'regraft[dev]'")
    n_photos, n_rounds = (16, 1) if arguments.quick else (arguments.photos, arguments.rounds)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = write_photos(folder / "photos", n_photos=n_photos, width=500, height=375)
        n_bytes = sum(path.stat().st_size for path in files)
        print(f"{len(files):,} photos, {n_bytes / 1e6:,.0f} MB, {N_SHARDS} shards", flush=True)
        report("writing", writers(files, folder), n_rounds, "Pillow, encoded anew, one process")
        for kind in FORMATS:
            convert(folder / "photos", kind, folder / kind)
        report("reading", readers(folder), n_rounds, FOLDERS)
        listing = listers(folder)
        if arguments.quick:
            del listing[COMPILED]  # imports torch once more
        report("listing and reading", listing, n_rounds, PURE_PYTHON)


def report(what: str, contenders: dict[str, Callable[[], float]], n_rounds: int, base: str) -> None:
    """All in turn; the medians, as multiples of one of them."""
    found = medians(in_turn(contenders, n_rounds, unit="images/s"))
    print()
    for name, rate in found.items():
        print(f"{what}  {name:<42} {rate:10,.0f} images/s  {rate / found[base]:6.1f} x {base}")
    print(flush=True)


def convert(source: Path, kind: Format, out: Path) -> None:
    """Regraft's writer."""
    regraft.convert_dataset(source, to=kind, out=out, shards=N_SHARDS)


def writers(files: list[Path], folder: Path) -> dict[str, Callable[[], float]]:
    """What writes shards; each to a new place."""
    import webdataset

    places = (folder / f"written-{number}" for number in count())

    def rate(n_images: int, write: Callable[[Path], None]) -> Callable[[], float]:
        return lambda: n_images / seconds_of(partial(write, next(places)))

    return {
        **{f"regraft, {kind}": rate(len(files), partial(convert, folder / "photos", kind)) for kind in FORMATS},
        "the package webdataset": rate(len(files), partial(by_webdataset, webdataset.ShardWriter, files)),
        "Pillow, encoded anew, one process": rate(min(N_SLOW, len(files)), partial(by_pillow, files[:N_SLOW])),
    }


def by_webdataset(shard_writer: Callable[..., Any], files: list[Path], out: Path) -> None:
    """As its documentation does it."""
    out.mkdir()
    size = -(-len(files) // N_SHARDS)
    with shard_writer(str(out / "train-%06d.tar"), maxcount=size, verbose=0) as writer:
        for number, path in enumerate(files):
            label = 0 if path.parent.name == "china" else 1
            writer.write({"__key__": f"{number:06d}", "jpg": path.read_bytes(), "cls": label})


def by_pillow(files: list[Path], out: Path) -> None:
    """As many converters do it: pixels are encoded anew."""
    out.mkdir()
    with tarfile.open(out / "train-000000.tar", "w") as tar:
        for number, path in enumerate(files):
            buffer = io.BytesIO()
            with Image.open(path) as image:
                image.convert("RGB").save(buffer, "JPEG", quality=90)
            member = tarfile.TarInfo(f"{number:06d}.jpg")
            member.size = buffer.tell()
            buffer.seek(0)
            tar.addfile(member, buffer)


def readers(folder: Path) -> dict[str, Callable[[], float]]:
    """What reads all images of sets that are listed."""
    listed = {FOLDERS: read_manifest(folder / "photos")}
    listed |= {f"regraft, {kind}": read_manifest(folder / kind) for kind in FORMATS}
    return {name: partial(read, manifest) for name, manifest in listed.items()}


def listers(folder: Path) -> dict[str, Callable[[], float]]:
    """What lists sets and reads all of their images."""
    return {
        FOLDERS: partial(read, folder / "photos"),
        **{f"regraft, {kind}": partial(read, folder / kind) for kind in FORMATS},
        PURE_PYTHON: partial(in_child, folder / "tfrecord", "python"),
        COMPILED: partial(in_child, folder / "tfrecord", "upb"),
    }


def read(source: Path | Manifest) -> float:
    """Images a second, all bytes of all of them."""
    n_images = 0

    def work() -> None:
        nonlocal n_images
        manifest = read_manifest(source) if isinstance(source, Path) else source
        images = manifest.files()
        ordered = (images[place] for place in reading_order(images))
        n_bytes = sum(len(image.read_bytes() if isinstance(image, Path) else image.read()) for image in ordered)
        n_images = len(manifest)
        assert n_bytes > n_images

    seconds = seconds_of(work)
    return n_images / seconds


def in_child(folder: Path, protobuf: str) -> float:
    """Images a second with one of protobuf's implementations, which a process chooses once."""
    child = (sys.executable, __file__, "--child", folder)
    rate: float = run_process(*child, PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=protobuf).answer
    return rate


def by_tfrecord(folder: Path) -> float:
    """Images a second of the package tfrecord, in this process."""
    from tfrecord.reader import tfrecord_loader

    wanted = {"image/encoded": "byte", "image/class/label": "int"}
    n_images = 0

    def work() -> None:
        nonlocal n_images
        for path in sorted(folder.glob("*.tfrecord")):
            n_images += sum(1 for _record in tfrecord_loader(str(path), None, wanted))

    seconds = seconds_of(work)
    return n_images / seconds


if __name__ == "__main__":
    main()
