"""`predict` on many images: answers as they come, in every format, in files, with an exit status that tells."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest

import regraft
from regraft.core import CACHE_VARIABLE, OptionError

N_MANY = 600
"""More than two blocks."""


@pytest.fixture(scope="module")
def some(photos, tmp_path_factory):
    """Sixty pictures, and something that is called like one."""
    folder = tmp_path_factory.mktemp("some") / "photos"
    for path in photos.rglob("*.*"):
        place = folder / path.relative_to(photos)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, place)
    (folder / "blue" / "055.png").write_bytes(b"nothing")
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Six hundred different tiny pictures."""
    folder = tmp_path_factory.mktemp("many")
    for number, pixels in enumerate(np.random.default_rng(3).integers(0, 256, (N_MANY, 192), np.uint8)):
        (folder / f"{number:03d}.ppm").write_bytes(b"P6 8 8 255\n" + pixels.tobytes())
    return folder


@pytest.mark.slow
def test_answers_come_while_the_others_are_not_yet_read(small_run, many):
    """Whoever asks for the first gets it before the last has been looked at; each has its place."""
    stream = regraft.load(small_run).stream(many)
    answers = iter(stream)
    first = next(answers)
    (many / "599.ppm").rename(many / "aside")
    others = [*answers]
    (many / "aside").rename(many / "599.ppm")
    assert isinstance(first, regraft.Prediction)
    assert len(stream) == 1 + len(others) == N_MANY
    assert [one.path.rpartition("/")[2] for one in (first, *others)] == [f"{n:03d}.ppm" for n in range(N_MANY)]
    assert [one.reason for one in others if isinstance(one, regraft.Unreadable)] == ["missing"]


@pytest.mark.slow
def test_a_reader_that_has_enough_ends_the_work(small_run, many, tmp_path, monkeypatch):
    """After `| head -1` no further block is computed, and that is no failure."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    command = [sys.executable, "-m", "regraft", "predict", str(small_run), str(many), "--format", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert "label" in json.loads(process.stdout.readline())
        process.stdout.close()
        assert process.wait(120) == 0
    assert regraft.cache().n_rows < N_MANY


@pytest.fixture(scope="module")
def run(probed, shared_cache, nursery, some):
    """Runs `predict` on the pictures by the finished probe, naming two classes of each; its output as bytes."""

    def run(*arguments):
        environment = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
        command = ["-m", "regraft", "predict", probed.folder, "photos", "--top-k", "2", *arguments]
        return nursery.run([*map(str, command)], env=environment, cwd=some.parent)

    return run


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_a_file_holds_what_is_printed(form, run, tmp_path):
    """Byte by byte; both say by their exit status that not all could be read."""
    printed, written = run("--format", form), run("--out", tmp_path / f"answers.{form}")
    assert (printed.returncode, written.returncode) == (12, 12)
    assert (tmp_path / f"answers.{form}").read_text() == printed.stdout
    assert written.stdout.splitlines()[0] == f"60 images  {tmp_path / f'answers.{form}'}"
    assert "regraft: 1 of 61 images could not be read." in written.stderr
    assert [path.name for path in tmp_path.iterdir()] == [f"answers.{form}"]


@pytest.mark.slow
def test_every_format_tells_the_same(run, tmp_path):
    """Of each image, in one order: Parquet in types, CSV in words, JSON by name."""
    assert run("--out", tmp_path / "answers.parquet").returncode == 12
    table = pq.read_table(tmp_path / "answers.parquet")
    rows = [*csv.DictReader(io.StringIO(run("--format", "csv").stdout))]
    lines = [json.loads(line) for line in run("--format", "jsonl").stdout.splitlines()]
    document = json.loads(run("--format", "json").stdout)
    assert table.column_names == [*rows[0]]
    for found, row, line in zip(table.to_pylist(), rows, lines, strict=True):
        assert found["path"] == row["path"] == line["path"]
        if "reason" in line:
            assert found["error"] == row["error"] == f"{line['reason']}: {line['detail']}"
            assert not any(value for name, value in found.items() if name not in {"path", "error"})
        else:
            assert line["top"] == [[found[f"label{n}"], found[f"probability{n}"]] for n in ("", "2")]
            assert [row["unknown"], row["set"]] == [str(found["unknown"]).lower(), "|".join(found["set"])]
            assert found["error"] is None
            assert found["score"] == line["score"] == pytest.approx(float(row["score"]), rel=1e-5)
    assert document["predictions"] == [line for line in lines if "reason" not in line]
    assert document["unreadable"] == [line for line in lines if "reason" in line]


@pytest.mark.slow
def test_the_exit_status_tells_what_could_be_read(command, probed, photos, tmp_path):
    """0 for all, 12 for some, 3 for none; whatever there is to say is said."""
    good, bad = photos / "red" / "00.png", tmp_path / "bad.png"
    bad.write_bytes(b"nothing")
    for given, status in ((good,), 0), ((good, bad), 12), ((bad, tmp_path / "gone.png"), 3), ((bad,), 3):
        done = command("predict", probed.folder, *given, "--format", "jsonl", check=False)
        assert done.returncode == status
        assert len(done.stdout.splitlines()) == len(given)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"format": "parquet"}, r"Parquet is for files: name one with --out FILE.parquet"),
        ({"out": "answers"}, r"--out answers does not say its format. Let it end in one of .csv, .json, .jsonl, .parq"),
        ({"out": "answers.csv", "format": "table"}, "A table for people is not for a file"),
        ({"out": ".", "format": "csv"}, r"--out \. is a folder: name a file"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(settings, message):
    """Before the classifier is loaded, and before an image is read."""
    with pytest.raises(OptionError, match=message):
        regraft.predict("nowhere", "nothing.jpg", **settings)


def test_images_in_memory_are_answered_in_memory():
    """They have no names by which a file of answers would be gone on with."""
    with pytest.raises(OptionError, match="'out' is for files: images in memory have no names"):
        regraft.predict("nowhere", np.zeros((8, 8, 3), np.uint8), out="answers.csv")


def test_in_python_a_file_leaves_counts(probed, some, tmp_path):
    """The answers are in the file; the result counts them, and tells what could not be read."""
    result = regraft.predict(probed.folder, some, out=tmp_path / "answers.csv")
    assert (result.predictions, result.n_predicted, result.n_unreadable) == ((), 60, 1)
    assert [one.reason for one in result.unreadable] == ["not_an_image"]
    assert [one.code for one in result.findings if one.severity == "warning"] == ["unreadable"]
    assert result.out == tmp_path / "answers.csv"
    again = regraft.predict(probed.folder, some)
    assert (again.n_predicted, again.n_unknown) == (len(again.predictions), result.n_unknown)
