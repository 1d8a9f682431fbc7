"""Where a picture comes from, as its EXIF block says."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from regraft.images.exif import Origin, read_origin

MAKER, MODEL, ORIENTATION, SOFTWARE, CHANGED, MORE, GPS, TAKEN = 271, 272, 274, 305, 306, 0x8769, 0x8825, 0x9003


def block_of(*, more=None, gps=None, **tags):
    """An EXIF block as Pillow writes it: `t271="Canon"` for tag 271."""
    exif = Image.Exif()
    for name, value in tags.items():
        exif[int(name[1:])] = value
    for place, values in ((MORE, more), (GPS, gps)):
        if values:
            exif.get_ifd(place).update(values)
    return exif.tobytes()


def block_with(tag, kind, n_values, value, rest=b""):
    """A block with one entry, whatever it says."""
    return b"II*\0" + struct.pack("<IHHHII", 8, 1, tag, kind, n_values, value) + bytes(4) + rest


def test_a_camera_s_block_is_read():
    """Maker, model, program, time and turning; the time of the photo goes before that of the last change."""
    block = block_of(
        t271="NIKON CORPORATION",
        t272="NIKON D90",
        t274=6,
        t305="darktable 4.6",
        t306="2021:05:06 07:08:09",
        more={TAKEN: "2020:01:02 03:04:05"},
        gps={1: "N"},
    )
    assert read_origin(block) == Origin(6, "NIKON D90", "darktable 4.6", "2020:01:02 03:04:05", has_place=True)
    assert read_origin(block_of(t306="2021:05:06 07:08:09")) == Origin(taken="2021:05:06 07:08:09")
    assert read_origin(b"") == read_origin(b"nonsense") == Origin()


@pytest.mark.parametrize(
    ("maker", "model", "camera"),
    [
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("samsung", "SM-G998B", "samsung SM-G998B"),
        ("", "DC-1", "DC-1"),
        ("Apple", "", "Apple"),
    ],
)
def test_a_maker_is_named_once(maker, model, camera):
    """Many models begin with their maker's name."""
    assert read_origin(block_of(t271=maker, t272=model)).camera == camera


@pytest.mark.parametrize("time", ["0000:00:00 00:00:00", "2020-01-02 03:04:05", "    :  :     :  :  ", "soon"])
def test_a_time_that_is_none_is_left_out(time):
    """A camera whose clock was never set writes zeros, or nothing but the colons."""
    assert read_origin(block_of(t306=time)).taken == ""


def test_texts_are_one_printed_line():
    """Nothing in them moves a cursor or hides a neighbour; bytes that are no UTF-8 show that they are none."""
    text = b"a\x1b[31m\tb\xe2\x80\xaec\xff\0hidden"
    assert read_origin(block_with(SOFTWARE, 2, len(text), 26, text)).software == "a [31m b c\N{REPLACEMENT CHARACTER}"
    assert read_origin(block_with(SOFTWARE, 129, 3, int.from_bytes("µ\0".encode(), "little"))).software == "µ"


@pytest.mark.parametrize(
    "block",
    [
        block_with(SOFTWARE, 2, 0xFFFFFFFF, 0xFFFFFFF0),  # far behind the end
        block_with(SOFTWARE, 5, 9, 8),  # no text
        block_with(MORE, 4, 1, 8),  # a directory that is its own part
        block_with(MORE, 4, 1, 0xFFFFFFFF),
        block_with(ORIENTATION, 3, 1, 77),
        b"MM\0*" + struct.pack(">IH", 8, 0xFFFF) + b"\xff" * 100,
        b"II*\0" + struct.pack("<I", 0xFFFFFFFF),
        b"II*\0",
    ],
)
def test_a_hostile_block_says_nothing(block):
    """Places beyond the end, circles and endless counts are as if they were not there."""
    assert read_origin(block) == Origin()


@given(
    tags=st.lists(
        st.tuples(
            st.sampled_from([MAKER, MODEL, ORIENTATION, SOFTWARE, CHANGED, MORE, GPS, TAKEN]),
            st.integers(0, 13),
            st.integers(0, 2**32 - 1) | st.integers(0, 40),
            st.integers(0, 2**32 - 1) | st.integers(0, 120),
        ),
        max_size=8,
    ),
    rest=st.binary(max_size=80),
)
def test_no_block_is_an_error(tags, rest):
    """Whatever the entries say, an origin comes out, in texts that can be shown."""
    entries = b"".join(struct.pack("<HHII", *entry) for entry in tags)
    origin = read_origin(b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + rest)
    assert 1 <= origin.orientation <= 8
    assert (origin.camera + origin.software + origin.taken).isprintable()
