"""A reader for files of weights in torch's older format, without torch and without pickle.

Such a file is five pickles one behind the other (a magic number, the protocol, the machine's sizes, the object, the
keys of its storages) and then, in the order of the keys, each storage: 8 bytes with its number of elements, and these
(`torch.serialization._legacy_save`). The object is an ordered dictionary of tensors.

A pickle is a program for a small machine that can call whatever Python can. The machine here calls nothing: it knows
the operations that such files are made of, and makes numbers, texts, tuples, lists and dictionaries of them; a tensor
is a run of numbers in a storage. Whatever else stands in a file is refused (`tests/attacks/test_torch_files.py`).
"""

from __future__ import annotations

import math
import pickletools
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import BackboneError, quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_SIZES = {"protocol_version": _PROTOCOL, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
_DTYPES: dict[str, np.dtype[Any]] = {"torch FloatStorage": np.dtype("<f4"), "torch LongStorage": np.dtype("<i8")}
_DICTIONARY = "collections OrderedDict"
_TENSOR = "torch._utils _rebuild_tensor_v2"
_SIDES_AT_MOST = 8
"""Convolutions have four; the product of thousands, each of 255 bytes, would take minutes."""


@dataclass(frozen=True)
class _Name:
    """One of the few names of code that such files hold."""

    name: str


@dataclass(frozen=True)
class _Storage:
    """A run of numbers that lies in the file."""

    dtype: np.dtype[Any]
    key: str
    n: int


@dataclass(frozen=True)
class _Tensor:
    """All numbers of a storage, with a shape and how many numbers lie from one to the next along each side."""

    storage: _Storage
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_torch_file(content: bytes) -> dict[str, NDArray[Any]]:
    """The tensors of a file by their names, in its order: float32, and int64 where something was counted.

    Args:
        content: The whole file. The arrays are views of it.

    Raises:
        BackboneError: It is no such file, is cut off, or has something else in it than tensors.
    """
    try:
        file = BytesIO(content)
        *prologue, tensors, keys = (_run(file) for _ in range(5))
        return _cut(prologue, tensors, keys, memoryview(content)[file.tell() :])
    except (ValueError, TypeError, OverflowError) as error:
        raise BackboneError(
            f"This is no file of tensors in torch's older format: {shortened(str(error), 160)}."
        ) from error


def _cut(prologue: list[Any], tensors: Any, keys: Any, numbers: memoryview) -> dict[str, NDArray[Any]]:
    """Arrays of the numbers behind the pickles."""
    if prologue != [_MAGIC, _PROTOCOL, _SIZES]:
        raise ValueError("it does not begin as they do")
    if type(tensors) is not dict or not all(type(tensor) is _Tensor for tensor in tensors.values()):
        raise ValueError("its object is no dictionary of tensors")
    by_key = {tensor.storage.key: tensor for tensor in tensors.values()}
    if type(keys) is not list or not len(keys) == len(by_key) == len(tensors) or {*keys} != {*by_key}:
        raise ValueError("it does not list one storage for each tensor")
    places, end = {}, 0
    for key in keys:
        storage, n = by_key[key].storage, int.from_bytes(numbers[end : end + 8], "little")
        places[key], end = end + 8, end + 8 + n * storage.dtype.itemsize
        if n != storage.n or end > len(numbers):
            raise ValueError(f"storage {quoted(key)} has not the size that was said, or is cut off")
    if end != len(numbers):
        raise ValueError(f"{len(numbers) - end:,} bytes follow its last storage")
    return {name: _array(tensor, numbers[places[tensor.storage.key] :]) for name, tensor in tensors.items()}


def _array(tensor: _Tensor, numbers: memoryview) -> NDArray[Any]:
    """In the order that its strides say; NumPy refuses those that leave the storage."""
    flat = np.frombuffer(numbers, tensor.storage.dtype, tensor.storage.n)
    strides = [stride * flat.itemsize for stride in tensor.strides]
    return np.ndarray(tensor.shape, flat.dtype, flat, 0, strides)


def _run(file: BytesIO) -> Any:
    """The value that the next pickle makes; the file then stands behind it."""
    machine, begin = _Machine(), file.tell()
    for opcode, argument, place in pickletools.genops(file):
        if (place == begin) != (opcode.name == "PROTO"):
            raise ValueError("a pickle does not begin with its protocol")
        if opcode.name == "STOP":
            break
        if (operation := _OPERATIONS.get(opcode.name)) is None:
            raise ValueError(f"the operation {opcode.name} has no place in it")
        operation(machine, argument)
    if list(map(len, machine.stacks)) != [1]:
        raise ValueError("a pickle makes something else than one value")
    return machine.top


class _Machine:
    """What a pickle runs on. A mark begins a stack of its own; what was remembered can be recalled.

    Each operation is a method of its argument, by the name in `_OPERATIONS`.
    """

    def __init__(self) -> None:
        self.stacks: list[list[Any]] = [[]]
        self._memory: dict[int, Any] = {}

    @property
    def top(self) -> Any:
        """The value that came last."""
        if not self.stacks[-1]:
            raise ValueError("a value is missing")
        return self.stacks[-1][-1]

    def begin(self, version: int) -> None:
        if version != 2:
            raise ValueError(f"pickles of protocol {version} have no place in it")

    def put(self, value: Any) -> None:
        self.stacks[-1].append(value)

    def put_name(self, name: str) -> None:
        if name not in {*_DTYPES, _DICTIONARY, _TENSOR}:
            raise ValueError(f"it names {quoted(name)}")
        self.put(_Name(name))

    def remember(self, place: int) -> None:
        self._memory[place] = self.top

    def recall(self, place: int) -> None:
        if place not in self._memory:
            raise ValueError("it recalls what was never remembered")
        self.put(self._memory[place])

    def mark(self, _argument: None) -> None:
        self.stacks.append([])

    def put_tuple(self, n: int | None) -> None:
        self.put(tuple(self._taken(n)))

    def set_items(self, n: int | None) -> None:
        values = self._taken(n)
        target = self.top
        if type(target) is not dict or len(values) % 2 or not all(type(key) is str for key in values[::2]):
            raise ValueError("entries are put into something else than a dictionary of names")
        n = len(target) + len(values) // 2
        target.update(zip(values[::2], values[1::2], strict=True))
        if len(target) != n:
            raise ValueError("two entries have one name")

    def append(self, _argument: None) -> None:
        values = self._taken(None)
        if type(target := self.top) is not list or not all(type(value) is str for value in values):
            raise ValueError("values are appended to something else than a list of keys")
        target.extend(values)

    def call(self, _argument: None) -> None:
        """What would be a call: an empty dictionary, or a tensor of its parts."""
        called, arguments = self._taken(2)
        if called == _Name(_DICTIONARY) and arguments == ():
            self.put({})
        elif called == _Name(_TENSOR) and type(arguments) is tuple and len(arguments) == 6:
            self.put(_tensor(arguments))
        else:
            raise ValueError("something else than a dictionary or a tensor is to be made")

    def build(self, _argument: None) -> None:
        """The versions of modules, which stand beside a dictionary of tensors: not needed."""
        target, versions = self._taken(2)
        if type(target) is not dict or type(versions) is not dict or [*versions] != ["_metadata"]:
            raise ValueError("something else than versions of modules is added to a dictionary")
        self.put(target)

    def put_storage(self, _argument: None) -> None:
        (parts,) = self._taken(1)
        if type(parts) is not tuple or len(parts) != 6:
            raise ValueError("a storage is not described as storages are")
        kind, name, key, device, n, view = parts
        known = type(name) is _Name and name.name in _DTYPES
        if (kind, device, view) != ("storage", "cpu", None) or not known or type(key) is not str or not _is_count(n):
            raise ValueError("a storage is not described as storages are")
        self.put(_Storage(_DTYPES[name.name], key, n))

    def _taken(self, n: int | None) -> list[Any]:
        """The last `n` values of the stack, or all behind the mark."""
        if n is None:
            if len(self.stacks) == 1:
                raise ValueError("a mark is missing")
            return self.stacks.pop()
        if len(self.stacks[-1]) < n:
            raise ValueError("a value is missing")
        return [self.stacks[-1].pop() for _ in range(n)][::-1]


def _tensor(parts: tuple[Any, ...]) -> _Tensor:
    storage, begin, shape, strides, trained, hooks = parts
    is_shaped = type(shape) is tuple and len(shape) <= _SIDES_AT_MOST and all(map(_is_count, shape))
    if type(storage) is not _Storage or not is_shaped or not _is_count(begin):
        raise ValueError("a tensor is not described as tensors are")
    if trained is not False or type(hooks) is not dict or hooks:
        raise ValueError("a tensor is trained, or has code beside it")
    if type(strides) is not tuple or len(strides) != len(shape) or not all(map(_is_count, strides)):
        raise ValueError("a tensor's strides are not those of its shape")
    if begin or math.prod(shape) != storage.n:
        raise ValueError("a tensor does not fill its storage")
    return _Tensor(storage, shape, strides)


def _is_count(number: Any) -> bool:
    return type(number) is int and number >= 0


_OPERATIONS: dict[str, Callable[[_Machine, Any], None]] = {
    "PROTO": _Machine.begin,
    "GLOBAL": _Machine.put_name,
    "MARK": _Machine.mark,
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _Machine.remember),
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _Machine.recall),
    **dict.fromkeys(("BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "NONE"), _Machine.put),
    "NEWTRUE": lambda machine, _argument: machine.put(value=True),
    "NEWFALSE": lambda machine, _argument: machine.put(value=False),
    "EMPTY_DICT": lambda machine, _argument: machine.put(value={}),
    "EMPTY_LIST": lambda machine, _argument: machine.put(value=[]),
    "EMPTY_TUPLE": lambda machine, _argument: machine.put_tuple(0),
    "TUPLE1": lambda machine, _argument: machine.put_tuple(1),
    "TUPLE2": lambda machine, _argument: machine.put_tuple(2),
    "TUPLE": _Machine.put_tuple,
    "SETITEM": lambda machine, _argument: machine.set_items(2),
    "SETITEMS": _Machine.set_items,
    "APPENDS": _Machine.append,
    "REDUCE": _Machine.call,
    "BUILD": _Machine.build,
    "BINPERSID": _Machine.put_storage,
}
"""What pickles of tensors are made of, by the names of `pickletools`."""
