"""Names that are no UTF-8, as on a Latin-1 disk, and names that would steer or split what shows them."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

import regraft
from regraft.core import CACHE_VARIABLE

pytestmark = pytest.mark.slow

ODD = "caf\udce9"
SHOWN = "caf\\udce9"
NAMES = [
    f"{ODD}.jpg", "plain.jpg", "new\nline.jpg", "tab\t.jpg", "cr\r.jpg", "\x1b[31m.jpg", "\u202egpj.jpg", "-rf.jpg",
    "=1+1.jpg", "x" * 251 + ".jpg", "\N{CAT FACE}.jpg", "e\u0301.jpg", "\u00e9.jpg", " lead.jpg", "u\u2028v.jpg",
    "nel\u0085.jpg", "back\\slash.jpg", "star*[a].jpg", "q'\".jpg", "\u65e5.jpg",
]  # fmt: skip


def write_jpeg(path, colour, seed):
    """Noise around a colour."""
    pixels = np.random.default_rng(seed).normal(0, 25, (64, 64, 3)) + np.array(colour)
    content = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(content, "JPEG")
    path.write_bytes(content.getvalue())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a data set in it whose folder, classes, pictures and damaged files have names of all kinds."""
    folder = tmp_path_factory.mktemp("names")
    data = folder / f"{ODD}-photos"
    for number, (name, colour) in enumerate({f"r{ODD}": (220, 50, 40), "blue": (40, 60, 220)}.items()):
        (data / name).mkdir(parents=True)
        for seed, file in enumerate(NAMES):
            write_jpeg(data / name / file, colour, 100 * number + seed)
    (data / "blue" / f"bad-{ODD}.jpg").write_bytes(b"\xff\xd8\xff nothing")
    (data / "blue" / f"note-{ODD}.doc").write_text("no image")
    return folder


@pytest.fixture(scope="module")
def regraft_in(place, shared_cache, nursery):
    """Runs the program there, begun afresh where its input or its locale matters; its output as bytes."""

    def run(*arguments, check=True, environment=(), **settings):
        command = ["-m", "regraft", *map(str, arguments)]
        known = {**os.environ, CACHE_VARIABLE: str(shared_cache), "HF_HUB_OFFLINE": "1", **dict(environment)}
        if environment or settings:
            settings = {"capture_output": True, "cwd": place, "env": known, **settings}
            done = subprocess.run([sys.executable, *command], check=False, **settings)
        else:
            done = nursery.run(command, cwd=place, env=known)
            done.stdout, done.stderr = (out.encode("utf-8", "surrogateescape") for out in (done.stdout, done.stderr))
        assert not check or done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        assert b"did not foresee" not in done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def run(place, regraft_in):
    """A probe of it, in folders with such names, too."""
    regraft_in("probe", f"{ODD}-photos", "--n-strengths", 2, "--runs", f"{ODD}-runs", "--name", f"{ODD}-run")
    return place / f"{ODD}-runs" / f"{ODD}-run"


def test_a_probe_ends_with_all_of_its_files(run):
    """The run is there, its JSON is valid UTF-8, and every name is escaped in the same way in each of its files."""
    report = json.loads((run / "report.json").read_bytes())
    record = json.loads((run / "run.json").read_bytes())
    bundle = json.loads((run / "bundle" / "bundle.json").read_bytes())
    assert report["title"].startswith(f"{SHOWN}-photos")
    assert record["source"] == f"{SHOWN}-photos"
    assert record["options"]["name"] == report["options"]["name"] == f"{SHOWN}-run" == bundle["name"]
    assert bundle["class_names"] == ["blue", f"r{SHOWN}"]
    assert [one["path"] for one in report["left_out"]] == [f"blue/bad-{SHOWN}.jpg"]
    page = (run / "report.html").read_text("utf-8").replace("<wbr>", "")
    assert f"blue/bad-{SHOWN}.jpg" in page
    assert f"{SHOWN}-photos" in page
    assert "`r" + SHOWN + "`" in (run / "bundle" / "card.md").read_text("utf-8")
    with pa.OSFile(os.fsencode(run / "predictions.parquet")) as file:
        assert set(pq.read_table(file).column("label").to_pylist()) == {"blue", f"r{SHOWN}"}


def test_the_command_line_of_a_report_makes_the_run_again(run, place, shared_cache):
    """What it says under `Do it again` can be pasted into a shell, odd bytes and all."""
    line = json.loads((run / "report.json").read_bytes())["reproduce"].replace("regraft ", "-m regraft ", 1)
    environment = {**os.environ, CACHE_VARIABLE: str(shared_cache)}
    settings = {"cwd": place, "env": environment, "capture_output": True}
    done = subprocess.run(["bash", "-c", f"{sys.executable} {line} --runs again"], check=False, **settings)
    assert done.returncode == 0, done.stderr
    assert (place / "again").is_dir()


def test_predictions_name_every_file_in_every_format(run, regraft_in):
    """JSON, CSV and table agree on odd bytes; the names of readable and of damaged files begin alike."""
    data = f"{ODD}-photos"
    done = regraft_in("predict", run, data, "--format", "json", check=False)
    assert done.returncode == 12
    found = json.loads(done.stdout)
    expected = {
        f"{SHOWN}-photos/{label}/{name.replace(ODD, SHOWN)}" for label in ("blue", f"r{SHOWN}") for name in NAMES
    }
    assert {one["path"] for one in found["predictions"]} == expected
    assert [one["path"] for one in found["unreadable"]] == [f"{SHOWN}-photos/blue/bad-{SHOWN}.jpg"]
    text = regraft_in("predict", run, data, "--format", "csv", check=False).stdout.decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["path"] for row in rows if not row["error"]} == expected
    assert [row["path"] for row in rows if row["error"]] == [f"{SHOWN}-photos/blue/bad-{SHOWN}.jpg"]
    done = regraft_in("predict", run, data, "--no-unknown", check=False)  # else a line may count the unknown ones
    assert len(done.stdout.decode().splitlines()) == 1 + len(expected)
    assert f"{SHOWN}-photos/blue/{SHOWN}.jpg".encode() in done.stdout
    assert f"  {SHOWN}-photos/blue/bad-{SHOWN}.jpg: ".encode() in done.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C.UTF-8"},
        {"LC_ALL": "en_US.UTF-8"},
        {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8:strict"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONUTF8": "1"},
    ],
    ids=str,
)
def test_a_list_on_standard_input_is_read_in_every_locale(run, regraft_in, environment):
    """The very bytes of the names count."""
    listed = b"\0".join(os.fsencode(f"{ODD}-photos/blue/{name}") for name in NAMES)
    done = regraft_in("predict", run, "-", "--format", "json", input=listed, environment=environment)
    found = json.loads(done.stdout)["predictions"]
    assert [one["path"] for one in found] == [f"{SHOWN}-photos/blue/{name.replace(ODD, SHOWN)}" for name in NAMES]


def test_an_empty_list_says_that_there_is_nothing_to_do(run, regraft_in):
    """No name is no error of the list."""
    done = regraft_in("predict", run, "-", input=b"\n", check=False)
    assert done.returncode == 2
    assert b"nothing to classify" in done.stderr


def test_failed_files_bear_the_names_that_were_given(run, place, regraft_in):
    """Missing, damaged and empty files, beside readable ones: in CSV, JSON and on standard error."""
    (place / "sub").mkdir(exist_ok=True)
    for name, content in {"empty.jpg": b"", "text.jpg": b"no picture"}.items():
        (place / "sub" / name).write_bytes(content)
    write_jpeg(place / "sub" / "good.jpg", (40, 60, 220), 7)
    given = ["sub/good.jpg", "sub/empty.jpg", "sub/text.jpg", "sub/gone.jpg"]
    done = regraft_in("predict", run, *given, "--format", "csv", check=False)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert sorted(row["path"] for row in rows) == sorted(given)
    done = regraft_in("predict", run, *given, "--format", "json", check=False)
    assert {one["path"] for one in json.loads(done.stdout)["unreadable"]} == set(given[1:])
    assert b"  sub/gone.jpg: missing" in done.stderr


def test_the_other_verbs_take_such_names(run, place, monkeypatch):
    """Scan, evaluate, check, embed to both formats, and convert to every format."""
    monkeypatch.chdir(place)
    data = f"{ODD}-photos"
    scanned = json.loads(regraft.scan(data).model_dump_json())
    assert scanned["summary"]["classes"].keys() == {"blue", f"r{SHOWN}"}
    assert regraft.evaluate(run, data, runs="runs").assessment.n_images == 2 * len(NAMES)
    assert regraft.check(run).is_same_engine
    for suffix in (".parquet", ".npy"):
        regraft.embed(data, out=f"{ODD}{suffix}")
    with pa.OSFile(os.fsencode(place / f"{ODD}.parquet")) as file:
        assert f"blue/{SHOWN}.jpg" in pq.read_table(file).column("path").to_pylist()
    assert f"blue/{SHOWN}.jpg" in (place / f"{ODD}.txt").read_text("utf-8").split("\n")
    for kind in ("tfrecord", "webdataset", "parquet", "folder"):
        done = regraft.convert_dataset(data, to=kind, out=f"{ODD}-{kind}")
        json.loads(done.model_dump_json())
        assert [record.path for record in done.unreadable] == [f"blue/bad-{SHOWN}.jpg"]
        assert regraft.scan(f"{ODD}-{kind}").summary.classes.keys() == {"blue", f"r{SHOWN}"}


def test_weights_and_code_may_have_such_names(place, monkeypatch, run):
    """A checkpoint, a file of one's own networks, and the cache of all that is computed."""
    monkeypatch.chdir(place)
    monkeypatch.setenv(CACHE_VARIABLE, str(place / f"{ODD}-cache"))
    weights = place / f"{ODD}.safetensors"
    weights.write_bytes((run / "bundle" / "network1/weights.safetensors").read_bytes())
    made = regraft.probe(f"{ODD}-photos", checkpoint=weights, n_strengths=2, runs="runs", name="weights")
    assert made.assessment.accuracy.value == 1
    (place / f"{ODD}-code").mkdir()
    regraft.new_model("own.py").rename(f"{ODD}-code/own.py")
    network = f"{ODD}-code/own.py:network"
    trained = regraft.pretrain(f"{ODD}-photos", model=network, epochs=1, engine="torch", runs="runs", name="own")
    assert f"{SHOWN}-code/own.py" in (trained.bundle / "card.md").read_text("utf-8")
    assert regraft.predict(trained.folder, f"{ODD}-photos/blue/plain.jpg", trust_code=True).predictions
