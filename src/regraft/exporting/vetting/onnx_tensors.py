"""Constants of ONNX files: each has the numbers that it claims, in the file itself."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from regraft.core import BundleError, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

N_DIMENSIONS_MAX = 16
_N_BYTES = {
    name: n_bytes
    for n_bytes, names in {
        1: "BOOL INT8 UINT8",
        2: "BFLOAT16 FLOAT16 INT16 UINT16",
        4: "FLOAT INT32 UINT32",
        8: "DOUBLE INT64 UINT64",
    }.items()
    for name in names.split()
}
"""Of a number of each kind that there may be."""
_FIELDS = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data")


def require_whole(tensors: Iterable[Any], place: str) -> None:
    """Refuse tensors whose numbers lie in another file, or are not as many as the shape says.

    Args:
        tensors: `onnx.TensorProto`s.
        place: The file, for sentences.

    Raises:
        BundleError: One is such a tensor.
    """
    from onnx import TensorProto

    kinds = {TensorProto.DataType.Value(name): n_bytes for name, n_bytes in _N_BYTES.items()}
    for tensor in tensors:
        if tensor.external_data or tensor.data_location == tensor.EXTERNAL:
            raise BundleError(f"{place} wants its weights from another file ({quoted(tensor.name)}): it is not used.")
        if tensor.data_type not in kinds or tensor.string_data or tensor.HasField("segment"):
            raise BundleError(f"{place} holds a constant that is no plain numbers: {quoted(tensor.name)}.")
        shape = [*tensor.dims]
        n_given, rest = divmod(len(tensor.raw_data), kinds[tensor.data_type])
        n_given += sum(len(getattr(tensor, name)) for name in _FIELDS)
        if len(shape) > N_DIMENSIONS_MAX or min(shape, default=0) < 0 or n_given != prod(shape) or rest:
            raise BundleError(
                f"{place} holds a constant with another shape than its {plural(n_given, 'number')} have: "
                f"{quoted(tensor.name)} {quoted(str(shape))}."
            )
