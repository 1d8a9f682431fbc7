from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save, save_file

from regraft.core import StoreError, digest_tensors, read_tensor_header

TENSORS = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.arange(4, dtype=np.uint8)}


def test_a_header_tells_where_every_tensor_lies(tmp_path):
    """Names, types, shapes and places are those that were saved."""
    path = tmp_path / "t.safetensors"
    save_file(TENSORS, path, metadata={"made": "here"})
    header = read_tensor_header(path)
    assert header.metadata == {"made": "here"}
    entry = header.entries["b"]
    raw = path.read_bytes()[entry.offset : entry.offset + entry.n_bytes]
    assert (entry.dtype, entry.shape, raw) == ("F32", (2, 3), TENSORS["b"].tobytes())


def test_the_digest_ignores_order_and_metadata(tmp_path):
    """Equal tensors have equal digests however they were written; other values or names do not."""
    one, two, other = (tmp_path / f"{name}.safetensors" for name in ("one", "two", "other"))
    save_file(TENSORS, one)
    save_file(dict(reversed(TENSORS.items())), two, metadata={"a": "b"})
    save_file({"b": TENSORS["b"], "c": TENSORS["a"]}, other)
    assert digest_tensors(one) == digest_tensors(two) != digest_tensors(other)


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(deadline=None, max_examples=200)
def test_no_changed_byte_makes_the_reader_crash(tmp_path_factory, place, change):
    """A flipped byte gives a header or a StoreError, never anything else."""
    raw = bytearray(save(TENSORS, metadata={"made": "here"}))
    raw[place % len(raw)] ^= change
    path = tmp_path_factory.mktemp("flip") / "t.safetensors"
    path.write_bytes(raw)
    with contextlib.suppress(StoreError):
        read_tensor_header(path)


@pytest.mark.parametrize("n_bytes", [0, 7, 8, 20, 100, -1])
def test_a_cut_off_file_is_refused(tmp_path, n_bytes):
    """A file that ends too early is never taken for whole."""
    path = tmp_path / "t.safetensors"
    path.write_bytes(save(TENSORS)[:n_bytes])
    with pytest.raises(StoreError):
        read_tensor_header(path)


def test_overlapping_tensors_are_refused(tmp_path):
    """Two tensors over the same bytes are a hostile file."""
    row = {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}
    header = json.dumps({"a": row, "b": row}).encode()
    path = tmp_path / "t.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(StoreError, match="does not begin where"):
        read_tensor_header(path)
