"""A corpus of malformed and odd images: each is read right or reported with a stable reason, and none is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest

from corpus import HOSTILE, all_cases, named
from regraft.core import CACHE_VARIABLE
from regraft.data import Reason, UnreadableImageError
from regraft.images import N_PIXELS_MAX, Transform, decode_batches, decode_image

pytestmark = pytest.mark.filterwarnings("ignore:.*(corrupt EXIF|Truncated File)")  # and Pillow goes on
SMALL = Transform(height=16, width=16)
SECONDS_UNTIL_IT_HANGS = 240
LISTING = """
import json, sys, regraft
found = regraft.embed(sys.argv[1], out=sys.argv[2])
records = [(record.path, record.reason, record.detail) for record in found.unreadable]
print(json.dumps({"paths": found.paths, "unreadable": records, "shape": found.features.shape}))
"""
MEASURED = """
import json, pathlib, resource, sys
from regraft.data import UnreadableImageError
from regraft.images import Transform, read_image
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
before, reasons = peak(), []
for path in pathlib.Path(sys.argv[1]).iterdir():
    try:
        read_image(path, Transform(height=16, width=16))
    except UnreadableImageError as error:
        reasons.append(error.reason)
print(json.dumps({"reasons": reasons, "grown": peak() - before}))
"""


def outcome(data, transform=SMALL):
    """Pixels, or the reason why there are none."""
    try:
        return decode_image(data, transform)
    except UnreadableImageError as error:
        assert error.detail.isprintable()  # noqa: PT017 - the error is an answer here
        return error.reason


def is_right(case):
    """Whether a file gives its pixels, within what its format loses, or its reason."""
    if not case.is_readable:
        return outcome(case.data) is case.expected
    height, width, _channels = case.expected.shape
    found = outcome(case.data, Transform(height=height, width=width))
    return isinstance(found, np.ndarray) and np.abs(found.astype(int) - case.expected).max() <= case.tolerance


@pytest.mark.slow
def test_every_file_gives_its_pixels_or_its_reason():
    """What was encoded comes out, within what the format loses, or the reason is the one that is true."""
    assert [case.name for case in all_cases() if not is_right(case)] == []


def test_the_corpus_is_large_and_its_files_are_told_apart():
    """There are at least 300 files, each with a name of its own; every reason that content can have occurs."""
    assert len(all_cases()) >= 300
    assert len({case.name for case in all_cases()}) == len(all_cases())
    reasons = Counter(str(case.expected) for case in all_cases() if not case.is_readable)
    assert reasons.keys() == set(Reason) - {Reason.MISSING, Reason.NO_PERMISSION, Reason.UNREADABLE}
    assert sum(case.is_readable for case in all_cases()) >= 100


@pytest.mark.slow
def test_no_bomb_is_decoded(tmp_path):
    """What states too many pixels is refused before memory is taken for them: all of them take less than 50 MB."""
    pytest.importorskip("resource", reason="memory is measured where the system counts it")
    bombs = [case for case in all_cases() if case.expected is Reason.TOO_LARGE or "MB" in case.name]
    for place, case in enumerate(bombs):
        (tmp_path / f"{place}{case.suffix}").write_bytes(case.data)
    command = [sys.executable, "-c", MEASURED, tmp_path]  # whose memory nobody else has filled
    found = json.loads(subprocess.run(command, capture_output=True, check=True, text=True, timeout=240).stdout)
    assert found["reasons"] == [Reason.TOO_LARGE] * sum(not case.is_readable for case in bombs)
    assert found["grown"] < N_PIXELS_MAX // 4


@pytest.fixture(scope="module")
def expected():
    """What each file gives that is read alone."""
    return [outcome(case.data) for case in all_cases()]


@pytest.mark.slow
@pytest.mark.parametrize("n_threads", [1, 3, 16])
def test_any_number_of_threads_gives_the_same_table(n_threads, expected):
    """Which files are read, their pixels and the reasons of the others do not depend on what runs beside them."""
    indices, rejected = [], {}
    batches = decode_batches([case.data for case in all_cases()], SMALL, batch_size=7, n_threads=n_threads)
    for batch in batches:
        rejected |= {place: record.reason for place, record in batch.unreadable}
        indices += batch.indices.tolist()
        for place, pixels in zip(batch.indices.tolist(), batch.pixels, strict=True):
            np.testing.assert_array_equal(pixels, expected[place])
    assert rejected == {place: found for place, found in enumerate(expected) if isinstance(found, Reason)}
    assert sorted([*indices, *rejected]) == list(range(len(all_cases())))


@pytest.fixture(scope="module")
def corpus_folder(tmp_path_factory):
    """The corpus as files with hostile names in two classes; returns the folder, and the case of each path."""
    folder = tmp_path_factory.mktemp("corpus") / "photos"
    files = {}
    for place, (name, case) in enumerate(named(all_cases())):
        path = folder / ("<b>odd" if place % 2 else "even & more") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.data)
        files[path.relative_to(folder).as_posix()] = case
    return folder, files


def run(nursery, cache, folder, *arguments):
    """A real process, which must come to an orderly end."""
    environment = {**os.environ, CACHE_VARIABLE: str(cache), "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    done = nursery.run(list(arguments), cwd=folder, env=environment, timeout=SECONDS_UNTIL_IT_HANGS)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_the_names_are_used(corpus_folder):
    """Every hostile name is the name of at least one file."""
    _folder, files = corpus_folder
    assert len(files) == len(all_cases())
    assert all(any(name in path for path in files) for name in HOSTILE)


def scan(nursery, folder, cache, tmp_path, *options):
    """What `regraft scan` prints as JSON."""
    arguments = ("-m", "regraft", "scan", folder, "--format", "json", *options)
    return json.loads(run(nursery, cache, tmp_path, *arguments).stdout)


@pytest.mark.slow
def test_scan_finds_every_damaged_file(corpus_folder, shared_cache, nursery, tmp_path):
    """The survey says of each file what extraction says (see below): the same are left out, for the same reasons."""
    folder, files = corpus_folder
    found = scan(nursery, folder, shared_cache, tmp_path)
    reasons = {record["path"]: record["reason"] for record in found["unreadable"]}
    assert reasons == {path: case.expected for path, case in files.items() if not case.is_readable}
    n_readable = len(files) - len(reasons)
    assert found["images"]["n_decoded"] == found["summary"]["n_images"] == n_readable
    assert found["images"]["n_images"] == len(files)
    assert sum(found["images"]["formats"].values()) == n_readable


@pytest.mark.slow
def test_scan_without_decoding(corpus_folder, shared_cache, nursery, tmp_path):
    """`--no-decode` counts every file, and finds no damage but that one has no bytes; it says so."""
    folder, files = corpus_folder
    found = scan(nursery, folder, shared_cache, tmp_path, "--no-decode")
    summary = found["summary"]
    n_empty = sum(case.expected is Reason.EMPTY for case in files.values())
    assert (summary["n_images"], summary["n_unreadable"]) == (len(files) - n_empty, n_empty)
    assert found["images"] is None


@pytest.mark.slow
def test_every_readable_file_has_features_and_every_other_is_reported(corpus_folder, shared_cache, nursery, tmp_path):
    """`embed` writes a row for each sound file, and names the others with the reasons; a second run says the same."""
    folder, files = corpus_folder
    readable = {path for path, case in files.items() if case.is_readable}
    first = run(nursery, shared_cache, tmp_path, "-m", "regraft", "embed", folder, "--out", "features.parquet")
    assert f"{len(files) - len(readable):,} files could not be read" in first.stderr
    table = pq.read_table(tmp_path / "features.parquet")
    assert table.num_rows == len(readable)
    assert set(table["path"].to_pylist()) == readable
    features = np.stack(table["features"].to_numpy())
    assert np.isfinite(features).all()

    again = json.loads(run(nursery, shared_cache, tmp_path, "-c", LISTING, folder, "again.parquet").stdout)
    assert set(again["paths"]) == readable
    assert again["shape"] == list(features.shape)
    reasons = {path: reason for path, reason, _detail in again["unreadable"]}
    assert len(again["unreadable"]) == len(reasons)
    assert reasons == {path: case.expected for path, case in files.items() if path not in readable}
    assert all(detail for _path, _reason, detail in again["unreadable"])
    assert pq.read_table(tmp_path / "again.parquet").equals(table)
