"""What a saved classifier consists of, and what is left where it cannot be saved."""

from __future__ import annotations

import os
import stat
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file

from regraft.bundle import read_record, save_bundle
from regraft.core import BundleError, HeadError, digest_file

FILES = {"network1/weights.safetensors", "golden/golden.safetensors", "head.safetensors", "seen.safetensors"}


def files_of(folder):
    """Paths of all files in a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def own(classifier, tmp_path):
    """The classifier as one on a network of the user's, and its source file."""
    source = tmp_path / "net.py"
    source.write_text("def network(): ...\n")
    changes = {"family": "own", "architecture": f"{source}:network", "code": digest_file(source)}
    backbone = classifier.backbones[0].model_copy(update=changes)
    network = classifier.record.networks[0].model_copy(update={"backbone": backbone})
    record = classifier.record.model_copy(update={"networks": (network,)})
    return replace(classifier, backbones=(backbone,), record=record), source


def test_all_files_are_there_and_named(whole, classifier):
    """Tensor files with their digests, the record with the head's settings, the card; and nothing else."""
    assert files_of(whole) == FILES | {"bundle.json", "card.md"}
    assert list(whole.parent.iterdir()) == [whole]
    record = read_record(whole)
    assert record.digests == {name: digest_file(whole / name) for name in FILES}
    assert record.head == classifier.head.settings()
    assert record.model_copy(update={"digests": {}, "head": {}}) == classifier.record
    assert "Classifier `run`" in (whole / "card.md").read_text(encoding="utf-8")


def test_the_tensors_are_the_classifiers(whole, classifier, golden):
    """The head as it is, the golden inputs with the scores of the features that were measured."""
    head = load_file(whole / "head.safetensors")
    assert np.array_equal(head["coef"], classifier.head.coef)
    kept = load_file(whole / "golden/golden.safetensors")
    assert np.array_equal(kept["pixels1"], golden["golden_inputs"][0])
    assert np.array_equal(kept["scores"], classifier.head.scores(golden["golden_features"]))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes.")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640)])
def test_all_who_may_can_read_it(classifier, golden, tmp_path, umask, mode):
    """Every file has the mode that the user's umask gives new files, whichever library wrote it."""
    before = os.umask(umask)
    try:
        save_bundle(classifier, tmp_path / "bundle", **golden)
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE((tmp_path / "bundle" / name).stat().st_mode) for name in files_of(tmp_path / "bundle")}
    assert set(modes.values()) == {mode}


def test_what_has_seen_nothing_has_no_list(classifier, golden, tmp_path):
    """Without images there is neither the file nor its digest."""
    save_bundle(classifier, tmp_path / "bundle", **golden)
    assert "seen.safetensors" not in files_of(tmp_path / "bundle") | read_record(tmp_path / "bundle").digests.keys()


def test_nothing_is_overwritten(bundle, classifier, golden):
    """A folder that is there stays as it is."""
    before = {name: digest_file(bundle / name) for name in files_of(bundle)}
    with pytest.raises(BundleError, match=r"There is something at .*bundle already. Choose another name"):
        save_bundle(classifier, bundle, **golden)
    assert {name: digest_file(bundle / name) for name in files_of(bundle)} == before


def test_a_failure_leaves_nothing(classifier, golden, tmp_path):
    """Neither where scores cannot be had, nor where the source is gone in the middle of the work."""
    with pytest.raises(HeadError):
        save_bundle(classifier, tmp_path / "bundle", **golden | {"golden_features": np.zeros((3, 5), np.float32)})
    assert list(tmp_path.iterdir()) == []


def test_the_source_of_ones_own_network_is_kept(own, golden, tmp_path):
    """Byte by byte, with its digest."""
    classifier, source = own
    save_bundle(classifier, tmp_path / "bundle", **golden)
    assert (tmp_path / "bundle/network1/network.py").read_bytes() == source.read_bytes()
    assert read_record(tmp_path / "bundle").digests["network1/network.py"] == classifier.backbones[0].code


def test_a_source_that_changed_is_not_kept(own, golden, tmp_path):
    """What was trained is not what the file says now: nothing is saved, and it is said what to do."""
    classifier, source = own
    source.write_text("def network(): pass\n")
    with pytest.raises(BundleError, match=r"The source of one-hidden is gone or was changed .* Put the file back"):
        save_bundle(classifier, tmp_path / "bundle", **golden)
    assert list(tmp_path.iterdir()) == [source]
