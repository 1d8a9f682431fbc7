"""Nothing of a bundle is used before all of it has been checked; each fault is told in words of its own."""

from __future__ import annotations

import os

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from regraft.bundle import SCHEMA_VERSION, find_bundle, load, read_record
from regraft.core import BundleError, OptionError

HEAD = "head.safetensors"


def test_a_saved_classifier_comes_back(whole, classifier, golden, tmp_path):
    """Record, head and scores are what they were; the weights are the bundle's own."""
    found = load(whole, cache=tmp_path)
    assert found.class_names == ("ant", "bee")
    assert found.record == read_record(whole)
    assert found.backbones[0].weights.location == str(whole / "network1/weights.safetensors")
    assert found.choice == classifier.choice
    inputs = golden["golden_inputs"]
    assert found.scores(inputs) == pytest.approx(classifier.scores(inputs), abs=1e-5)
    assert repr(found) == "<Classifier 'run': 2 classes, one-hidden>"


def test_a_run_stands_for_its_bundle(bundle):
    """The folder of a run is as good as the bundle in it; a text is as good as a path."""
    assert find_bundle(bundle.parent) == find_bundle(str(bundle)) == bundle.resolve()


def test_what_is_no_bundle_is_told(tmp_path):
    """An empty folder, a folder that is not there, and what is no path."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(BundleError, match=r"There is no bundle at .*: a bundle is a folder with a bundle\.json\."):
            find_bundle(folder)
    with pytest.raises(OptionError, match="A bundle or run"):
        find_bundle(7)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda record: record.update(extra=1), "extra:"),
        (lambda record: record["networks"][0].pop("layer"), r"networks\.0\.layer: Field required"),
        (lambda record: record.update(class_names=["only"]), r"class_names: .* at least 2"),
        (lambda record: record.update(schema_version=0), "schema_version:"),
        (lambda record: record.update(networks=[]), "networks: .* at least one network"),
        (lambda record: record["networks"][0].update(views=["mirrored"]), r"networks\.0\.views: .* plain is the first"),
        (
            lambda record: record["networks"][0].update(read_by=["novelty"]),
            "networks: .* that its head reads, before any",
        ),
        (lambda record: record["networks"][0].update(read_by=["head"]), "networks: .* novelty reads the networks that"),
        (lambda record: record["networks"][0]["transform"].update(height=10**9), r"networks\.0\.transform\.height:"),
        (lambda record: record["digests"].update({HEAD: "../../etc/passwd"}), r"digests\.head\.safetensors:"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused(bundle, rewrite, change, place):
    """The message names the first fault and its place."""
    rewrite(change)
    with pytest.raises(BundleError, match=rf"bundle\.json is damaged or no bundle record: 1 fault, first at {place}"):
        read_record(bundle)


@pytest.mark.parametrize("text", ["", "null", "[" * 100_000, "\x00"])
def test_a_record_that_is_no_json_object_is_refused(bundle, text):
    """Also a bomb of brackets."""
    (bundle / "bundle.json").write_text(text)
    with pytest.raises(BundleError, match="is damaged or no bundle record: 1 fault, first at the file"):
        read_record(bundle)


def test_a_record_that_is_too_large_is_not_read(bundle):
    """64 MiB are enough for any."""
    os.truncate(bundle / "bundle.json", (64 << 20) + 1)
    with pytest.raises(BundleError, match=r"larger than a record can be \(67,108,865 bytes\)"):
        read_record(bundle)


@pytest.mark.parametrize("more", [{}, {"new_name": 1}])
def test_a_newer_format_says_what_to_do(bundle, rewrite, more):
    """Whether or not its record looks like ours."""
    rewrite(lambda record: record.update(schema_version=SCHEMA_VERSION + 1, **more))
    with pytest.raises(BundleError, match=r"has format 3; this Regraft reads up to format 2\. .*upgrade regraft"):
        load(bundle)


def test_what_came_later_may_be_missing(bundle, rewrite):
    """A record from before `making`, and one whose list of seen images was removed, are as good as ever."""
    (bundle / "seen.safetensors").unlink()
    rewrite(lambda record: record.pop("making"))
    assert load(bundle).record.making is None


def test_a_file_without_a_digest_is_refused(bundle, rewrite):
    """Every tensor file is named in the record."""
    rewrite(lambda record: record["digests"].pop(HEAD))
    with pytest.raises(BundleError, match=r"The record of the bundle .* has no digest for head\.safetensors\."):
        load(bundle)


def test_a_missing_file_and_a_link_are_refused(bundle, tmp_path):
    """What is not in the folder itself is not read."""
    (bundle / HEAD).rename(tmp_path / "elsewhere")
    for prepare in (lambda: None, lambda: (bundle / HEAD).symlink_to(tmp_path / "elsewhere")):
        prepare()
        with pytest.raises(BundleError, match=r"lacks the file head\.safetensors"):
            load(bundle)


def test_a_changed_file_is_refused(bundle):
    """A single byte is enough."""
    raw = bytearray((bundle / HEAD).read_bytes())
    raw[-1] ^= 1
    (bundle / HEAD).write_bytes(raw)
    with pytest.raises(BundleError, match=r"damaged or was changed: its digest is not the one in bundle\.json"):
        load(bundle)


def test_a_file_that_is_too_large_is_not_read(bundle):
    """16 GiB are enough for any; this one has no bytes but a length."""
    os.truncate(bundle / HEAD, (16 << 30) + 1)
    with pytest.raises(BundleError, match=r"larger than a bundle's file can be \(17,179,869,185 bytes\)"):
        load(bundle)


def test_the_right_digest_of_nonsense_does_not_help(bundle, reseal):
    """A header that does not describe its file is refused before any tensor is made."""
    (bundle / HEAD).write_bytes(b"\xff" * 64)
    reseal(HEAD)
    with pytest.raises(BundleError, match=r"head\.safetensors"):
        load(bundle)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coef": np.ones((3, 128), np.float32)}, "names 2 classes, but its head has 3"),
        ({"coef": np.ones((2, 128), np.float64)}, "holds a head that makes no sense: .*float32"),
        ({"coef": np.full((2, 128), np.nan, np.float32)}, "holds a head that makes no sense: .*no finite"),
        ({"temperature": -1}, "makes no sense: A head's temperature is a positive"),
        ({"n_inputs": 10**12}, "makes no sense: .* cannot take 1000000000000 features"),
    ],
)
def test_a_head_must_fit(bundle, rewrite, reseal, change, message):
    """Its tensors and its settings make a head, of as many classes as there are names."""
    coef = change.get("coef", np.ones((2, 128), np.float32))
    save_file({"coef": coef, "intercept": np.zeros(len(coef), np.float32)}, bundle / HEAD)
    rewrite(lambda record: record["head"].update({name: value for name, value in change.items() if name != "coef"}))
    reseal(HEAD)
    with pytest.raises(BundleError, match=message):
        load(bundle)


def test_other_weights_are_refused(bundle, reseal):
    """The network's weights are those that were trained, whatever the file's own digest says."""
    name = "network1/weights.safetensors"
    tensors = {key: value + 1 for key, value in load_file(bundle / name).items()}
    save_file(tensors, bundle / name)
    reseal(name)
    with pytest.raises(BundleError, match=r"weights in .* are not those that the bundle's record names"):
        load(bundle)


@pytest.fixture
def own(bundle, rewrite, reseal):
    """The bundle with the source of a network that its author wrote; and a function that changes the record again."""
    code = bundle / "network1/network.py"
    code.write_text("def network(): raise SystemExit('run')\n")

    def change(record):
        record["networks"][0]["backbone"].update(family="own", architecture="/home/author/net.py:network")

    rewrite(change)
    reseal("network1/network.py")
    rewrite(lambda record: record["networks"][0]["backbone"].update(code=record["digests"]["network1/network.py"]))
    return code


def test_code_is_not_run_unasked(bundle, own):
    """It must be trusted first; then the network is made by the source in the bundle."""
    with pytest.raises(BundleError, match=r"its author's own code \(.*network\.py\), which would run with your rights"):
        load(bundle)
    assert load(bundle, trust_code=True).backbones[0].architecture == f"{own.resolve()}:network"


@pytest.mark.parametrize(
    "change", [{"code": "0" * 64}, {"architecture": "net.py:network()"}], ids=["another source", "no function"]
)
@pytest.mark.usefixtures("own")
def test_code_must_be_what_the_record_names(bundle, rewrite, change):
    """Another file, or a name that is no function's, is not run even if trusted."""
    rewrite(lambda record: record["networks"][0]["backbone"].update(change))
    with pytest.raises(BundleError, match=r"The source code in .* is not the one that its record names"):
        load(bundle, trust_code=True)
