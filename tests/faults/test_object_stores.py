"""Data sets in an object store: a real S3 server, near and with bad days, gives what a disk gives."""

from __future__ import annotations

import csv
import os

import numpy as np
import pytest
from PIL import Image

import regraft
from object_store import BUCKET, BadDays, ObjectStore, Way
from regraft.core import CACHE_VARIABLE, DataError, RemotePath, SilentProgress
from regraft.data import Reading, UnreadableImageError, fingerprint_manifest, list_images, read_manifest
from regraft.experiments import hash_for_all, open_networks
from regraft.images import read_bytes
from regraft.recipes import EmbedOptions

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="the server is started as on POSIX")]
N_A_CLASS = 30
PLACE = f"s3://{BUCKET}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """60 small photos of two classes, all different."""
    home = tmp_path_factory.mktemp("photos") / "set"
    rng = np.random.default_rng(3)
    for number, name in enumerate(("cat", "dog")):
        (home / name).mkdir(parents=True)
        for place in range(N_A_CLASS):
            pixels = rng.integers(0, 100, (40, 40, 3)) + np.array([100 * number, 0, 50])
            Image.fromarray(pixels.astype(np.uint8)).save(home / name / f"{place:02d}.png")
    return home


@pytest.fixture(scope="module")
def store(folder):
    """A server that holds them."""
    with ObjectStore() as one:
        one.put_folder(folder, "set")
        yield one


@pytest.fixture(scope="module")
def road(store):
    """The one way to it of this process: clients are kept by what they were made with."""
    with Way(store) as one, pytest.MonkeyPatch.context() as patch:
        for name, value in one.environment.items():
            patch.setenv(name, value)
        yield one


@pytest.fixture(autouse=True)
def way(road):
    """A good day, with nothing counted yet."""
    road.days = BadDays()
    road.n_gets.clear()
    road.asked.clear()
    road.n_lists = 0
    return road


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache that nothing is in."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def run(nursery, tmp_path, way):
    """Run a verb as a program."""

    def start(*arguments, **variables):
        known = {**os.environ, **way.environment, CACHE_VARIABLE: str(tmp_path / "cache-of-programs"), **variables}
        return nursery.run(["-m", "regraft", *map(str, arguments)], env=known, cwd=tmp_path)

    return start


def facts(manifest):
    """What there is to know of images but where they are."""
    prints = fingerprint_manifest(manifest)
    rows = zip(manifest.paths, manifest.label_names, manifest.splits, prints.digests, strict=True)
    return sorted(rows), [one.reason for one in prints.unreadable]


@pytest.mark.usefixtures("cache")
def test_a_folder_in_a_store_is_the_same_data_set_by_one_request_an_image(way, folder, tmp_path):
    """Names, labels and features are those of the folder; each object is fetched once to be hashed and decoded."""
    far = regraft.embed(f"{PLACE}/set", out=tmp_path / "far.npy")
    assert sum(way.n_gets.values()) == 2 * N_A_CLASS
    assert max(way.n_gets.values()) == 1
    assert way.n_lists <= 6
    near = regraft.embed(folder, out=tmp_path / "near.npy")
    assert far.paths == near.paths
    assert np.array_equal(far.features, near.features)
    assert facts(read_manifest(f"{PLACE}/set")) == facts(read_manifest(folder))


@pytest.mark.usefixtures("cache")
def test_several_networks_share_what_was_fetched(way, folder, tmp_path):
    """Joined ones, and those that are used one after the other (`compare`): each object is fetched once for all."""
    both = "efficientnet-lite0+efficientnet-lite1"
    far = regraft.embed(f"{PLACE}/set", backbone=both, out=tmp_path / "far.npy")
    assert (max(way.n_gets.values()), sum(way.n_gets.values())) == (1, 2 * N_A_CLASS)
    near = regraft.embed(folder, backbone=both, out=tmp_path / "near.npy")
    assert np.array_equal(far.features, near.features)
    way.n_gets.clear()
    names = ("efficientnet-lite1", "efficientnet-lite0")
    networks = [open_networks(EmbedOptions(backbone=name), tmp_path, progress=None) for name in names]
    manifest = read_manifest(f"{PLACE}/set")
    prints = hash_for_all(manifest, networks, SilentProgress())
    assert [one.extract(manifest.files(), prints.digests).n_computed for one in networks] == [0, 0]
    assert (max(way.n_gets.values()), sum(way.n_gets.values())) == (1, 2 * N_A_CLASS)


def test_parts_of_a_folder_in_a_store_fetch_their_own_images(run, way):
    """Programs that share a cache; the command without a part computes nothing more."""
    for part in ("1/2", "2/2"):
        assert run("embed", f"{PLACE}/set", "--part", part).returncode == 0
    assert sum(way.n_gets.values()) == 2 * N_A_CLASS
    assert run("embed", f"{PLACE}/set", "--out", "all.npy").returncode == 0
    assert max(way.n_gets.values()) == 2  # once more, to be known


def test_an_object_that_is_too_large_is_not_read(store, folder, monkeypatch):
    """Its beginning is, which is no more than other images are; by a folder's list and by its own name."""
    monkeypatch.setattr("regraft.core.remote.bounded._N_FIRST_BYTES", 1000)
    for module in ("regraft.data.fingerprints", "regraft.images.decoding"):
        monkeypatch.setattr(f"{module}.N_BYTES_MAX", 20_000)
    fits = (folder / "cat" / "00.png").read_bytes()
    store.put("large/cat/fits.png", fits)
    store.put("large/dog/large.png", bytes(20_001))
    store.put("large/dog/limit.png", bytes(20_000))
    store.put("large/dog/empty.png", b"")
    manifest = read_manifest(f"{PLACE}/large")
    found = {one.path: (one.reason, one.detail) for one in fingerprint_manifest(manifest).unreadable}
    assert found == {
        "dog/large.png": ("too_large", "it has 20,001 bytes, and more than 20,000 are not read"),
        "dog/empty.png": ("empty", "the file has no bytes"),
    }
    assert read_bytes(RemotePath(f"{PLACE}/large/cat/fits.png")) == fits
    with pytest.raises(UnreadableImageError, match="20,001 bytes"):
        read_bytes(RemotePath(f"{PLACE}/large/dog/large.png"))


def test_a_bad_day_costs_time_and_no_image(way, folder):
    """Slow answers, 503 and connections that are lost half-way are the client's to try again: nothing is left out."""
    manifest = read_manifest(f"{PLACE}/set")
    way.days = BadDays(seconds=0.005, busy=9, cut=7)
    assert facts(manifest) == facts(read_manifest(folder))
    assert sum(way.n_gets.values()) > 2 * N_A_CLASS


@pytest.mark.usefixtures("cache")
def test_an_object_that_goes_away_is_told_and_the_others_go_on(store, tmp_path, folder):
    """It was listed, and is deleted before it is read: missing."""

    class Deleting(SilentProgress):
        def start(self, *_what, **_more):
            store.remove("going/cat/00.png")

    store.put_folder(folder, "going")
    store.put("going/dog/broken.jpg", b"no image")
    store.put("going/dog/empty.jpg", b"")
    found = regraft.embed(f"{PLACE}/going", out=tmp_path / "some.npy", progress=Deleting())
    reasons = {record.path: record.reason for record in found.unreadable}
    assert reasons == {"cat/00.png": "missing", "dog/broken.jpg": "not_an_image", "dog/empty.jpg": "empty"}
    assert len(found.paths) == 2 * N_A_CLASS - 1


def test_wrong_credentials_are_one_sentence(way, run):
    """With the place, without the secret and without a traceback; the status is that of data that cannot be used."""
    way.days = BadDays(key="another-key")
    done = run("probe", f"{PLACE}/set")
    assert done.returncode == DataError.exit_code
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"regraft: The data set '{PLACE}/set' cannot be read: the store refuses it (")
    assert "credentials" in line
    assert "secret-of-tests" not in line


def test_no_credentials_are_one_sentence(run, tmp_path):
    """Nothing is asked of the store, nor of a metadata service."""
    nothing = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": str(tmp_path)}
    done = run("scan", f"{PLACE}/set", **nothing)
    assert (done.returncode, done.stdout) == (DataError.exit_code, "")
    assert "no credentials that can be used" in done.stderr


def test_a_place_that_is_not_there_is_named():
    """A bucket, a folder, a pattern."""
    for place in ("s3://nowhere/set", f"{PLACE}/sets", f"{PLACE}/set/*.tar"):
        with pytest.raises(DataError, match=place.replace("*", r"\*")):
            read_manifest(place)


def test_a_classifier_is_made_of_a_store_and_used_on_one(run):
    """Programs, from one end to the other: probe, and predict with one image missing."""
    assert run("probe", f"{PLACE}/set", "--name", "it").returncode == 0
    done = run("predict", "runs/it", f"{PLACE}/set/cat/00.png", f"{PLACE}/gone.png", "--format", "csv")
    assert done.returncode == 12
    answered, missing = list(csv.DictReader(done.stdout.splitlines()))
    assert (answered["path"], missing["path"]) == (f"{PLACE}/set/cat/00.png", f"{PLACE}/gone.png")


@pytest.mark.parametrize("kind", ["tfrecord", "webdataset", "parquet"])
def test_shards_in_a_store_are_read_in_ranges(way, store, folder, tmp_path, kind):
    """A folder of them, a pattern and one; with far fewer requests than images, and the same images."""
    regraft.convert_dataset(folder, to=kind, out=tmp_path / "shards", shards=2)
    store.put_folder(tmp_path / "shards", f"shards-{kind}")
    way.n_gets.clear()
    far, near = read_manifest(f"{PLACE}/shards-{kind}"), read_manifest(tmp_path / "shards")
    assert facts(far) == facts(near)
    assert sum(way.n_gets.values()) < N_A_CLASS
    pattern = read_manifest(f"{PLACE}/shards-{kind}/*.{'tar' if kind == 'webdataset' else kind}")
    assert [str(file) for file in pattern.files()] == [str(file) for file in far.files()]
    assert str(far.files()[0]).startswith(f"{PLACE}/shards-{kind}/")


def test_a_data_set_in_a_store_can_be_fetched_as_shards(folder, tmp_path):
    """`datasets convert` writes to the disk what it reads from the store."""
    found = regraft.convert_dataset(f"{PLACE}/set", to="webdataset", out=tmp_path / "shards")
    assert found.conversion.n_images == 2 * N_A_CLASS
    assert facts(read_manifest(tmp_path / "shards"))[0] == facts(read_manifest(folder))[0]


def test_a_table_in_a_store_names_images_below_it(store, folder):
    """CSV and Parquet; paths start from the table's folder, or from the root that the user names."""
    rows = [f"{name}/{place:02d}.png,{name}" for name in ("cat", "dog") for place in range(N_A_CLASS)]
    content = "\n".join(["path,label", *rows]).encode()
    store.put("set/labels.csv", content)
    store.put("tables/labels.csv", content)
    expected = facts(read_manifest(folder))
    assert facts(read_manifest(f"{PLACE}/set/labels.csv")) == expected
    assert facts(read_manifest(f"{PLACE}/tables/labels.csv", Reading(root=f"{PLACE}/set"))) == expected
    store.remove("set/labels.csv")


def test_no_address_is_taken_from_a_table(way, store, folder, tmp_path, monkeypatch):
    """Other stores, the web, files of this machine and folders above: all are names below the root, and missing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "near.png").write_bytes((folder / "cat" / "00.png").read_bytes())
    store.put("secrets/a.png", (folder / "cat" / "00.png").read_bytes())
    cells = [f"{PLACE}/secrets/a.png", "http://169.254.169.254/a.png", "../secrets/a.png", str(tmp_path / "near.png"),
             "near.png", "~/a.png", "file:///etc/a.png", "memory://a.png"]  # fmt: skip
    table = "\n".join(["path,label", *(f"{cell},{place % 2}" for place, cell in enumerate(cells))]).encode()
    store.put("table/labels.csv", table)
    (tmp_path / "labels.csv").write_bytes(table.replace(b"near.png", b"far.png"))
    far = read_manifest(f"{PLACE}/table/labels.csv")
    assert {one.reason for one in fingerprint_manifest(far).unreadable} == {"missing"}
    assert len(fingerprint_manifest(far).unreadable) == len(cells)
    assert not [path for path in way.asked if "secrets" in path.replace("table/", "") and "table" not in path]
    way.asked.clear()
    near = read_manifest(tmp_path / "labels.csv")
    assert len(fingerprint_manifest(near).unreadable) == len(cells)
    assert way.asked == []


def test_images_without_labels_are_named_by_their_addresses(folder):
    """An object, a folder and a file of this machine, together; each is read from where it is."""
    manifest = list_images([f"{PLACE}/set/cat/00.png", f"{PLACE}/set/dog", folder / "cat" / "01.png"])
    assert len(manifest) == N_A_CLASS + 2
    assert manifest.paths[0] == f"{PLACE}/set/cat/00.png"
    assert read_bytes(manifest.files()[0]) == (folder / "cat" / "00.png").read_bytes()
    assert not fingerprint_manifest(manifest).unreadable
