"""A private bundle holds nothing of its user's images: each byte is searched for their pixels, names and hashes."""

from __future__ import annotations

import json
import shutil
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import regraft
from regraft.core import BundleError, digest_file

QUICK = {"steps": 1, "augmentation": "none", "engine": "torch"}


@pytest.fixture(scope="module")
def secret(photos, tmp_path_factory):
    """The pictures under names that nothing else has."""
    folder = tmp_path_factory.mktemp("secret") / "where-they-lie"
    shutil.copytree(photos, folder)
    for path in folder.rglob("*.*"):
        path.rename(path.with_name(f"patient-{path.parent.name}-{path.name}"))
    return folder


def traces(images, classifier):
    """Bytes of which a bundle that kept something of an image would hold one, and what they are of."""
    views = classifier.networks.inputs(images)
    for place, image in enumerate(images):
        content, digest = image.read_bytes(), digest_file(image)
        yield from ((one, "name") for one in (image.stem.encode(), image.parent.parent.name.encode()))
        yield from ((one, "hash") for one in (bytes.fromhex(digest[:32]), digest[:32].encode()))
        yield content[len(content) // 2 :][:32], "file"
        for view in views:
            yield from ((view[place, row, left : left + 12].tobytes(), "pixels") for row in (0, 9) for left in (0, 12))


def found_in(bundle, images):
    """What of any image stands anywhere in a bundle, in a file or in a file's name."""
    files = [path for path in bundle.rglob("*") if path.is_file()]
    content = b"\n".join(path.read_bytes() + str(path.relative_to(bundle)).encode() for path in files)
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(content, np.uint8), 8)
    beginnings = np.ascontiguousarray(windows).view(np.uint64)[:, 0]  # where any of thousands may begin, in one pass
    searched = [*traces(images, regraft.load(bundle))]
    wanted = np.array([int.from_bytes(needle[:8], sys.byteorder) for needle, _what in searched], np.uint64)
    places = np.flatnonzero(np.isin(beginnings, wanted)).tolist()
    return {what for needle, what in searched for place in places if content[place : place + len(needle)] == needle}


@pytest.fixture(scope="module")
def images(secret):
    """All pictures."""
    return sorted(secret.rglob("*.*"))


@pytest.mark.slow
def test_a_private_bundle_holds_nothing_of_an_image(secret, images, tmp_path):
    """No pixel, name or hash, nor where they lie; where it is not asked for, the search finds what is kept."""
    table = tmp_path / "table.csv"
    table.write_text("path,label\n" + "".join(f"{path.relative_to(secret)},{path.parent.name}\n" for path in images))
    settings = {"backbone": "lenet", "root": secret, "runs": tmp_path / "runs", **QUICK}
    private = regraft.pretrain(table, name="a", private=True, **settings)
    assert not found_in(private.bundle, images)
    usual = regraft.pretrain(table, name="b", **settings)
    assert found_in(usual.bundle, images) == {"pixels", "hash", "name"}  # the name of their folder: --root
    assert "none of the images that it was trained or measured on" in (private.bundle / "card.md").read_text()
    remarks = regraft.evaluate(private.bundle, secret, runs=tmp_path / "runs").findings
    assert "seen_unknown" in [one.code for one in remarks]


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["probe", "finetune", "compare"])
def test_every_verb_that_saves_a_classifier(verb, secret, images, small_run, tmp_path):
    """Each keeps nothing of an image where it is told to."""
    settings = {
        "probe": {"backbone": "lenet", "n_strengths": 2, "views": 2},
        "finetune": {"backbone": str(small_run), "n_strengths": 2, **QUICK},
        "compare": {"backbones": ["lenet"], "heads": ["softmax"], "n_strengths": 2},
    }[verb]
    made = getattr(regraft, verb)(secret, runs=tmp_path, name="r", private=True, **settings)
    assert not found_in(made.bundle, images)
    assert regraft.check(made.bundle).n_inputs == 4


@pytest.mark.slow
def test_made_golden_inputs_prove_as_much(photos, tmp_path):
    """Each has scores of its own, and a head that was exchanged together with its digest is found out."""
    made = regraft.probe(photos, n_strengths=2, n_folds=2, runs=tmp_path, name="r", private=True)
    scores = load_file(made.bundle / "golden" / "golden.safetensors")["scores"]
    apart = np.abs(scores[:, None] - scores[None]).max(axis=2)[~np.eye(len(scores), dtype=bool)]
    assert apart.min() > 0.05 * np.abs(scores).max()
    head = made.bundle / "head.safetensors"
    tensors = load_file(head)
    tensors["coef"][[0, 1]] = tensors["coef"][[1, 0]]
    save_file(tensors, head)
    record = json.loads((made.bundle / "bundle.json").read_text())
    record["digests"]["head.safetensors"] = digest_file(head)
    (made.bundle / "bundle.json").write_text(json.dumps(record))
    with pytest.raises(BundleError, match="does not give the scores it gave when it was saved"):
        regraft.check(made.bundle)
