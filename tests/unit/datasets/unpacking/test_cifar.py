"""Archives that are not CIFAR-10's binary version are errors in words."""

from __future__ import annotations

import gzip

import pytest

from little_sets import make_cifar10, tarred
from regraft.core import FetchError, SilentProgress
from regraft.datasets.unpacking.cifar import unpack_cifar10

NAMES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
RECORD = bytes(3073)


@pytest.fixture
def unpack(tmp_path):
    """Unpacks files of records of this content."""

    def run(records=None, content=None):
        members = [(f"cifar-10-batches-bin/{name}.bin", record) for name, record in (records or {}).items()]
        (tmp_path / "c.tar.gz").write_bytes(content or gzip.compress(tarred(members)))
        return unpack_cifar10(tmp_path / "c.tar.gz", tmp_path / "out", n_bytes_max=1_000_000, progress=SilentProgress())

    return run


def test_a_whole_archive(unpack):
    """All six files are read."""
    assert unpack(content=make_cifar10()["cifar-10-binary.tar.gz"]) == 60


def test_the_python_version_is_not_opened(unpack):
    """Its files are pickles: they are not even read."""
    content = gzip.compress(tarred([("cifar-10-batches-py/data_batch_1", b"\x80\x02cos\nsystem\n")]))
    with pytest.raises(FetchError, match=r"not the binary version .* 6 files .* missing \(first: data_batch_1\.bin\)"):
        unpack(content=content)


@pytest.mark.parametrize("record", [RECORD[:-1], RECORD + RECORD[:7], b"\x0a" + RECORD[1:]])
def test_records_that_are_none(record, unpack):
    """A record that is cut off, or has a label of no class."""
    with pytest.raises(FetchError, match=r"c\.tar\.gz is damaged \(record \d of test_batch\.bin is cut off or"):
        unpack({**dict.fromkeys(NAMES, RECORD), "test_batch": record})


def test_a_missing_file_is_named(unpack):
    """Five of six are not CIFAR-10."""
    with pytest.raises(FetchError, match=r"1 file of it is missing \(first: test_batch\.bin\)"):
        unpack(dict.fromkeys(NAMES[:5], RECORD))
