"""Several candidates on real pictures, through the front doors."""

from __future__ import annotations

import json

import pytest

import regraft
from regraft.core import BackboneError, OptionError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def compared(photos, shared_cache, tmp_path_factory):
    """The default network with both heads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGRAFT_CACHE", str(shared_cache))
        runs = tmp_path_factory.mktemp("runs")
        return regraft.compare(photos, backbones=["efficientnet-lite0"], n_strengths=4, runs=runs)


def test_each_candidate_is_a_whole_run(compared):
    """Every candidate has its bundle, report and predictions, and its report names the probe that makes it again."""
    names = [one.folder for one in compared.comparison.candidates]
    assert sorted(names) == ["efficientnet-lite0-softmax", "efficientnet-lite0-svm"]
    for name in names:
        folder = compared.folder / name
        assert regraft.check(folder).n_inputs
        assert "regraft probe" in json.loads((folder / "report.json").read_text())["reproduce"]
    assert compared.bundle.is_dir()
    assert regraft.load(compared.bundle).record.metrics["accuracy"]["value"] == compared.comparison.best.accuracy.value


def test_a_candidate_is_what_probe_gives(compared, photos, tmp_path):
    """The same options lead to the same number."""
    alone = regraft.probe(photos, head="svm", n_strengths=4, runs=tmp_path)
    svm = next(one for one in compared.comparison.candidates if one.head == "svm")
    assert svm.accuracy == alone.assessment.accuracy
    assert (compared.n_train, compared.n_test) == (alone.n_train, alone.n_test)


def test_the_costs_are_measured(compared):
    """Time, parameters and bytes are of this network."""
    costs = compared.comparison.best.costs
    assert 0 < costs.milliseconds < 10_000
    assert 3e6 < costs.n_parameters < 4e6
    assert costs.n_bytes > 10e6
    assert set(compared.seconds) == {
        "efficientnet-lite0: features",
        "efficientnet-lite0 + softmax",
        "efficientnet-lite0 + svm",
    }


def test_the_command_prints_a_table(command, photos, tmp_path):
    """Candidates, intervals, the sentence, and where everything is; the command to repeat it is in the file."""
    done = command(
        "compare", photos, "--heads", "svm", "softmax", "--backbones", "efficientnet-lite0", "--n-strengths", 3
    )
    assert "efficientnet-lite0 + svm" in done.stdout
    assert "Best on 15 images" in done.stdout
    folder = tmp_path / "runs" / "photos-compare"
    assert (folder / "report.html").is_file()
    record = json.loads((folder / "comparison.json").read_text())
    assert record["reproduce"].endswith("--n-strengths 3 --backbones efficientnet-lite0 --heads svm softmax")


def test_a_missing_network_is_found_out_first(photos, tmp_path):
    """Nothing is computed and no folder is left."""
    with pytest.raises(BackboneError, match="no-such-network"):
        regraft.compare(photos, backbones=["efficientnet-lite0", "no-such-network"], runs=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_nothing_to_compare_is_said(photos):
    """No head is no comparison."""
    with pytest.raises(OptionError, match="nothing to compare"):
        regraft.compare(photos, heads=[])
