"""Damaged, truncated and hostile bundles are refused before any tensor is used."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import regraft
from regraft.core import BundleError, digest_file

FILES = ["head.safetensors", "network1/weights.safetensors", "golden/golden.safetensors", "bundle.json"]


@pytest.fixture
def bundle(good, tmp_path):
    """A copy to damage."""
    return shutil.copytree(good, tmp_path / "bundle")


def rewrite(bundle, change):
    """Change the record as a dictionary."""
    record = json.loads((bundle / "bundle.json").read_text())
    change(record)
    (bundle / "bundle.json").write_text(json.dumps(record))


def resealed(bundle, name, tensors):
    """Replace a tensor file and make its digest right."""
    save_file(tensors, bundle / name)
    rewrite(bundle, lambda record: record["digests"].update({name: digest_file(bundle / name)}))


def test_a_good_bundle_loads_from_anywhere(bundle):
    """A copied bundle is complete: it needs nothing from where it was made."""
    assert regraft.load(bundle).class_names == ("dark", "light")
    assert not list(bundle.rglob("*.pkl"))


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES[:3])
@pytest.mark.parametrize("seed", range(8))
def test_a_changed_byte_in_a_tensor_file_is_noticed(bundle, name, seed):
    """Any flipped byte breaks the file's digest."""
    path = bundle / name
    raw = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    raw[int(rng.integers(len(raw)))] ^= int(rng.integers(1, 256))
    path.write_bytes(raw)
    with pytest.raises(BundleError, match="damaged or was changed"):
        regraft.load(bundle)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_cut_off_file_is_noticed(bundle, name, share):
    """Truncation of any file is an error in words."""
    raw = (bundle / name).read_bytes()
    (bundle / name).write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(BundleError):
        regraft.load(bundle)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(bundle, name):
    """Each file is needed."""
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=name.rsplit("/", maxsplit=1)[-1]):
        regraft.load(bundle)


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(extra=1),
        lambda record: record.update(class_names=["only"]),
        lambda record: record.update(class_names=["a", "b", "c"]),
        lambda record: record.update(digests={}),
        lambda record: record["digests"].update({"head.safetensors": "../../etc/passwd"}),
        lambda record: record["networks"][0]["backbone"].update(digest="0" * 64),
        lambda record: record["networks"][0]["backbone"].update(architecture=7),
        lambda record: record["networks"][0]["transform"].update(height=10**9),
        lambda record: record["head"].update(temperature=-1),
        lambda record: record["head"].update(kind="__import__('os')"),
        lambda record: record["head"].update(n_inputs=10**12),
    ],
)
def test_a_record_that_makes_no_sense_is_refused(bundle, change):
    """Wrong names, types, counts and values in the record are found."""
    rewrite(bundle, change)
    with pytest.raises(BundleError):
        regraft.load(bundle)


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "[" * 100_000, '{"schema_version": 1e999}', "\x00\x01"])
def test_a_record_that_is_no_record_is_refused(bundle, text):
    """JSON of another shape, nesting bombs and binary noise are errors in words."""
    (bundle / "bundle.json").write_text(text)
    with pytest.raises(BundleError):
        regraft.load(bundle)


def test_golden_inputs_that_do_not_give_their_scores_fail_the_check(bundle):
    """A bundle whose head was exchanged is caught by replaying its inputs."""
    head = load_file(bundle / "head.safetensors")
    resealed(bundle, "head.safetensors", {"coef": -head["coef"], "intercept": head["intercept"]})
    regraft.load(bundle)
    with pytest.raises(BundleError, match="does not give the scores"):
        regraft.check(bundle)


def test_class_names_cannot_write_into_the_card(good):
    """The card shows the classes as code."""
    from regraft.bundle import read_record
    from regraft.bundle.card import render_card

    record = read_record(good).model_copy(update={"class_names": ("<script>`x`", "a|b\n# c")})
    card = render_card(record)
    assert "`<script>'x'`" in card
    assert "\n# c" not in card
