"""What does not grow with the number of images."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from regraft.evaluation import Predictions, assess, bootstrap, calibration_noise, predictions, simulate_calibration

N, K = 30_000, 120


@pytest.fixture(scope="module")
def many():
    """Images of many classes, of which nearly every pair is confused."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, K, N)
    weights = rng.standard_exponential((N, K))
    weights[np.arange(N), labels] += rng.exponential(2, N)
    return Predictions(
        paths=tuple(f"some/longish/folder/image-{row:07d}.jpg" for row in range(N)),
        labels=labels,
        probabilities=weights / weights.sum(axis=1, keepdims=True),
        class_names=tuple(f"class {place:03d}" for place in range(K)),
    )


def test_the_assessment_of_very_many_confused_pairs_is_small(many, monkeypatch):
    """All pairs are counted, the first 500 have examples, and it is written in less than 2 MB."""
    monkeypatch.setattr(bootstrap, "N_RESAMPLES", 2)
    found = assess(many, train_counts=None)
    assert len(found.confused) > 10_000
    assert found.confusion().sum() == N
    assert [bool(pair.examples) for pair in found.confused] == [True] * 500 + [False] * (len(found.confused) - 500)
    assert len(found.model_dump_json()) < 2_000_000


def test_very_many_images_are_resampled_less_often(monkeypatch):
    """Never less than 200 times; a thousand images still 2,000 times."""
    monkeypatch.setattr(bootstrap, "_N_DRAWS_MAX", 2_000_000)
    for n_images, n_resamples in ((1000, 2000), (5000, 400), (20_000, 200)):
        units = bootstrap.sampling_units(n_images, None)
        found = bootstrap.resample(lambda weights: {"x": weights.mean(axis=0)}, units, np.random.default_rng(0))
        assert found["x"].shape == (n_resamples,)


def test_the_noise_of_a_calibration_is_simulated_in_parts(many, monkeypatch):
    """In parts of a tenth of the memory, as often, with nearly the same answer; of very many images less often."""
    one = many.labelled()
    some = Predictions(one.paths[:500], one.labels[:500], one.probabilities[:500], one.class_names)
    whole = simulate_calibration(some)
    monkeypatch.setattr(calibration_noise, "_N_DRAWS_AT_ONCE", 50_000)
    parts = simulate_calibration(some)
    assert parts.mean == pytest.approx(whole.mean, rel=0.1)
    monkeypatch.setattr(calibration_noise, "_N_DRAWS_MAX", 1)
    assert simulate_calibration(some).p_value >= 1 / 201


def test_predictions_are_written_in_parts(many, tmp_path, monkeypatch):
    """Their table has several row groups, and reads back as it was."""
    monkeypatch.setattr(predictions, "_N_NUMBERS_A_PART", 1_000_000)
    many.write_parquet(tmp_path / "predictions.parquet")
    assert pq.ParquetFile(tmp_path / "predictions.parquet").num_row_groups == 4
    found = Predictions.read_parquet(tmp_path / "predictions.parquet")
    assert found.paths == many.paths
    np.testing.assert_array_equal(found.probabilities, many.probabilities)
    np.testing.assert_array_equal(found.labels, many.labels)
