from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regraft.core import DataError
from regraft.evaluation import Predictions


def test_the_answer_is_the_most_probable_class():
    """Predicted class, confidence and correctness follow from the probabilities; the first of equals wins."""
    predictions = Predictions(
        paths=("a", "b", "c"),
        labels=np.array([0, 1, -1]),
        probabilities=np.array([[0.5, 0.5], [0.8, 0.2], [0.1, 0.9]]),
        class_names=("x", "y"),
    )
    assert predictions.predicted.tolist() == [0, 0, 1]
    assert predictions.confidence.tolist() == [0.5, 0.8, 0.9]
    assert predictions.right.tolist() == [True, False, False]
    assert predictions.n_images == len(predictions) == 3
    assert repr(predictions) == "<Predictions of 3 images in 2 classes>"


def test_the_arrays_are_copies_that_nobody_can_change():
    """Predictions are a value: neither the caller's array nor their own can change them."""
    probabilities = np.array([[0.6, 0.4]])
    predictions = Predictions(("a",), np.array([0]), probabilities, ("x", "y"))
    probabilities[0] = 0
    assert predictions.probabilities[0, 0] == 0.6
    with pytest.raises(ValueError, match="read-only"):
        predictions.labels[0] = 1


def test_float32_stays_float32_and_all_else_becomes_float64():
    """Half precision is not kept, because its sums are too coarse."""
    for given, kept in ((np.float16, np.float64), (np.float32, np.float32), (np.float64, np.float64)):
        predictions = Predictions(("a",), np.array([0]), np.array([[0.5, 0.5]], given), ("x", "y"))
        assert predictions.probabilities.dtype == kept


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"paths": ("a",)}, "1 path and 2 class names do not fit labels of shape"),
        ({"probabilities": np.full((2, 3), 1 / 3)}, "do not fit labels"),
        ({"class_names": ("x", "x")}, "different names"),
        ({"groups": ("g",)}, "1 group do not fit 2 paths"),
        ({"labels": np.array([0, 2])}, "no position in class_names"),
        ({"labels": np.array([-2, 1])}, "no position in class_names"),
        ({"probabilities": np.array([[0.5, 0.5], [np.nan, 0.5]])}, "between 0 and 1"),
        ({"probabilities": np.array([[0.5, 0.5], [2.0, -1.0]])}, "between 0 and 1"),
        ({"probabilities": np.array([[0.5, 0.5], [0.5, 0.4]])}, "in row 1 they sum to 0.9"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    """Shapes, labels, names and probabilities that contradict each other raise an error that names the culprit."""
    arguments = {
        "paths": ("a", "b"),
        "labels": np.array([0, 1]),
        "probabilities": np.full((2, 2), 0.5),
        "class_names": ("x", "y"),
    }
    with pytest.raises(ValueError, match=message):
        Predictions(**(arguments | change))


def test_unlabelled_images_can_be_left_out(make_predictions):
    """`labelled` keeps the rows whose truth is known, with their groups."""
    predictions = make_predictions(n=10, unknown=3, group_size=2)
    known = predictions.labelled()
    assert known.paths == predictions.paths[3:]
    assert known.groups == predictions.groups[3:]
    assert np.array_equal(known.probabilities, predictions.probabilities[3:])
    assert known.labelled() is known


def test_names_that_are_no_unicode_stay_different():
    """Lone surrogates, as in file names of another encoding, become escapes that differ as they did."""
    predictions = Predictions(("\udce9.jpg",), np.array([0]), np.array([[0.5, 0.5]]), ("\udc80", "\udc81"), ("\udcff",))
    assert predictions.paths == ("\\udce9.jpg",)
    assert predictions.class_names == ("\\udc80", "\\udc81")
    assert predictions.groups == ("\\udcff",)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("group_size", [None, 3])
def test_predictions_survive_the_file(make_predictions, tmp_path, dtype, group_size):
    """What is read is what was written, to the bit."""
    made = make_predictions(unknown=2, group_size=group_size)
    written = Predictions(made.paths, made.labels, made.probabilities.astype(dtype), made.class_names, made.groups)
    written.write_parquet(tmp_path / "deep" / "predictions.parquet")
    read = Predictions.read_parquet(tmp_path / "deep" / "predictions.parquet")
    assert read.paths == written.paths
    assert read.class_names == written.class_names
    assert read.groups == written.groups
    assert np.array_equal(read.labels, written.labels)
    assert read.probabilities.dtype == dtype
    assert np.array_equal(read.probabilities, written.probabilities)


def test_the_table_can_be_read_by_anybody(make_predictions, tmp_path):
    """The columns say class names, not positions; what is unknown is null."""
    predictions = make_predictions(n=5, unknown=1)
    predictions.write_parquet(tmp_path / "p.parquet")
    table = pq.read_table(tmp_path / "p.parquet")
    assert table.column_names == ["path", "label", "predicted", "correct", "confidence", "probabilities"]
    first, second = table.slice(0, 2).to_pylist()
    assert first["label"] is None
    assert first["correct"] is None
    assert second["label"] == predictions.class_names[predictions.labels[1]]
    assert second["predicted"] == predictions.class_names[predictions.predicted[1]]
    assert second["correct"] == bool(predictions.right[1])
    assert second["probabilities"] == predictions.probabilities[1].tolist()


def test_no_images_are_a_table_too(tmp_path):
    """An empty table keeps its class names."""
    Predictions((), np.zeros(0, np.int64), np.zeros((0, 3)), ("a", "b", "c")).write_parquet(tmp_path / "p.parquet")
    read = Predictions.read_parquet(tmp_path / "p.parquet")
    assert len(read) == 0
    assert read.class_names == ("a", "b", "c")


def test_thousands_of_classes_stay_small(tmp_path):
    """Class names are stored once, not once for each image."""
    n, k = 50, 5000
    probabilities = np.zeros((n, k), np.float32)
    probabilities[:, 7] = 1
    names = tuple(f"a rather long class name, number {place}" for place in range(k))
    Predictions(tuple(map(str, range(n))), np.zeros(n, np.int64), probabilities, names).write_parquet(tmp_path / "p")
    assert (tmp_path / "p").stat().st_size < 800_000
    assert Predictions.read_parquet(tmp_path / "p").predicted.tolist() == [7] * n


def test_a_file_that_is_no_table_is_named(tmp_path):
    """Bytes that are no Parquet raise an error that names the file."""
    path = tmp_path / "p.parquet"
    path.write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match=r"p\.parquet is no readable Parquet file"):
        Predictions.read_parquet(path)
    with pytest.raises(FileNotFoundError):
        Predictions.read_parquet(tmp_path / "nowhere.parquet")


def test_a_foreign_table_is_refused(tmp_path):
    """A table without this format's mark is refused, whatever its columns are."""
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table({"path": ["a"]}), path)
    with pytest.raises(DataError, match="its format is 'none'"):
        Predictions.read_parquet(path)


def _without_a_column(table):
    return table.drop_columns(["label"])


def _with_fewer_names(table):
    return table.replace_schema_metadata(table.schema.metadata | {b"regraft.class_names": b'["class 0"]'})


def _with_broken_names(table):
    return table.replace_schema_metadata(table.schema.metadata | {b"regraft.class_names": b"["})


def _with_foreign_label(table):
    return table.set_column(1, "label", pa.array(["?"] * len(table)))


@pytest.mark.parametrize("damage", [_without_a_column, _with_fewer_names, _with_broken_names, _with_foreign_label])
def test_a_damaged_table_is_refused(make_predictions, tmp_path, damage):
    """Columns, names and labels that contradict each other raise an error that names the file."""
    path = tmp_path / "p.parquet"
    make_predictions().write_parquet(path)
    pq.write_table(damage(pq.read_table(path)), path)
    with pytest.raises(DataError, match=r"p\.parquet is a damaged table of predictions"):
        Predictions.read_parquet(path)
