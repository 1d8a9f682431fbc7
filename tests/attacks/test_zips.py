"""Zip files that mean no good, or are broken: refused in words, and nothing is written outside or left half-made."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from functools import partial

import numpy as np
import pytest

from case_names import named
from publisher import SIGNS, make_archive, picture
from regraft.core import FetchError, SilentProgress, StoreError
from regraft.datasets.unpacking import zip_archives as zips
from regraft.datasets.unpacking.members import place_by_pattern
from regraft.datasets.unpacking.zip_archives import unpack_zip

GOOD = "Training/00001/01153_00000.ppm"


@pytest.fixture
def unpack(tmp_path):
    """Unpacks an archive, given as bytes or as members, to an empty place."""
    return partial(unpack_in, tmp_path)


def unpack_in(folder, content, n_bytes_max=1_000_000):
    path = folder / "archive.zip"
    path.write_bytes(content if isinstance(content, bytes) else zipped(content))
    place = place_by_pattern(SIGNS.archives[0].images, "train")
    return unpack_zip(path, folder / "out", place=place, n_bytes_max=n_bytes_max, progress=SilentProgress())


@pytest.fixture
def assert_refused(unpack, tmp_path):
    """Checks that an archive is refused with a message, and nothing was written."""

    def check(content, message, **options):
        with pytest.raises(FetchError, match=message):
            unpack(content, **options)
        assert [path.name for path in tmp_path.iterdir()] == ["archive.zip"]

    return check


def zipped(members, method=zipfile.ZIP_STORED):
    """An archive of (name or ZipInfo, content)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def member(name=GOOD, mode=0o100644, **more):
    """A member as an attacker writes it."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    info.external_attr = mode << 16
    for attribute, value in more.items():
        setattr(info, attribute, value)
    return info


def test_images_in_class_folders_are_written_and_nothing_else(unpack, tmp_path):
    """Tables, texts, hidden files, images outside of class folders and other folders are left out."""
    members = [
        ("Training/", ""),
        ("Training/Readme.txt", "text"),
        ("Training/00001/GT-00001.csv", "table"),
        (GOOD, b"image"),
        ("00002/01154_00001.ppm", b"another"),
        ("deep/er/00002/01155_00001.ppm", b"third"),
        ("__MACOSX/Training/00001/._01153_00000.ppm", b"fork"),
        ("Training/loose.ppm", b"no class"),
        ("Training/00001/run.sh", b"no image"),
        ("Training/0001/1.ppm", b"no class"),
        (f"Training/{5 * chr(0x661)}/1.ppm", b"digits of another script"),
    ]
    assert unpack(members) == 3
    written = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in files(tmp_path / "out")}
    assert written == {
        "train/00001/01153_00000.ppm": b"image",
        "train/00002/01154_00001.ppm": b"another",
        "train/00002/01155_00001.ppm": b"third",
    }


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/00001/1.ppm", "has an absolute path"),
        ("C:/00001/1.ppm", "has an absolute path"),
        ("C:00001/1.ppm", "has an absolute path"),
        ("../00001/1.ppm", "leads out of the folder"),
        ("Training/00001/../../../00001/1.ppm", "leads out of the folder"),
        ("Training/..", "leads out of the folder"),
        ("..\\00001\\1.ppm", "leads out of the folder"),
        ("\\\\host\\00001\\1.ppm", "characters in its name"),
        ("Training/00001/a\x00/1.ppm", "characters in its name"),
        ("Training/00001/1.ppm\n", "characters in its name"),
        ("Training/\x1b[2J/00001/1.ppm", "characters in its name"),
    ],
)
def test_a_name_that_leads_elsewhere_spoils_the_archive(name, message, assert_refused):
    """Absolute paths, `..`, drives, backslashes and control characters, among good images."""
    assert_refused([(GOOD, b"image"), (member(name), b"image")], message)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_spoil_the_archive(kind, assert_refused):
    """Also where their name is that of an image."""
    assert_refused([(member(mode=kind | 0o777), b"/etc/passwd")], "is a link or a device")


def test_an_encrypted_member_is_refused(assert_refused):
    """Nobody is asked for a password."""
    content = bytearray(zipped([(GOOD, b"image")]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert_refused(bytes(content), "is encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(method, assert_refused):
    """Decompressors with large memories of their own are not started."""
    assert_refused(zipped([(GOOD, b"image")], method), "is compressed by method")


def test_a_bomb_is_refused_by_what_it_declares(assert_refused):
    """A megabyte of zeros in a kilobyte."""
    bomb = zipped([(GOOD, bytes(1_000_001))], zipfile.ZIP_DEFLATED)
    assert len(bomb) < 2000
    assert_refused(bomb, "unpacked it would have 1,000,001 bytes, more than 1,000,000")


def test_a_bomb_of_many_members_is_refused(assert_refused):
    """What counts is the sum, of images and of what would be left out."""
    members = [(f"{label:05d}/1.ppm", bytes(10_000)) for label in range(60)] + [("big.txt", bytes(500_000))]
    assert_refused(zipped(members, zipfile.ZIP_DEFLATED), "unpacked it would have 1,100,000 bytes")


def test_a_bomb_that_lies_is_cut(unpack, tmp_path):
    """A member is never written beyond the size that it declares."""
    content = bytearray(zipped([(GOOD, bytes(5_000_000))], zipfile.ZIP_DEFLATED))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", content, content.index(signature) + offset, 100)
    with pytest.raises(FetchError, match="damaged"):
        unpack(bytes(content))
    assert sum(path.stat().st_size for path in files(tmp_path / "out")) <= 100


def test_too_many_members_are_refused(assert_refused, monkeypatch):
    """Before any is looked at."""
    monkeypatch.setattr(zips, "_N_MEMBERS_MAX", 9)
    assert_refused([(f"Training/00001/{number}.ppm", b"") for number in range(10)], "has 10 members, more than 9")


@pytest.mark.parametrize("name", ["00001/01153_00000.ppm", "other/00001/01153_00000.ppm"])
def test_an_image_that_is_there_twice_is_refused(name, assert_refused):
    """Nobody knows which of them would be the right one."""
    assert_refused([(GOOD, b"image"), (name, b"other")], "has 'train/00001/01153_00000.ppm' twice")


def test_names_that_differ_in_case_only_are_refused(assert_refused):
    """On many systems they are one file."""
    members = [("Training/00001/a.ppm", b"image"), ("Training/00001/A.ppm", b"other")]
    assert_refused(members, "has 'train/00001/A.ppm' twice")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is damaged"),
        (b"<!DOCTYPE html><title>Please log in</title>", "is damaged"),
        (zipped([]), r"none of the expected images \(0 members, first: none\)"),
        (zipped([("notes.txt", b"")]), r"none of the expected images \(1 member, first: notes\.txt\)"),
    ],
)
def test_what_is_no_such_archive(content, message, assert_refused):
    """A login page, an empty archive and an archive of something else are named."""
    assert_refused(content, message)


def test_a_damaged_image_is_noticed(unpack):
    """Each image has a checksum in the archive."""
    content = bytearray(zipped([(GOOD, picture(0))]))
    content[len(content) // 2] ^= 1
    with pytest.raises(FetchError, match="Bad CRC-32"):
        unpack(bytes(content))


@pytest.mark.slow
def test_any_damage_is_an_error_in_words_or_does_no_harm(tmp_path):
    """Cut, flipped and overwritten anywhere, an archive gives its images or a sentence, and writes nowhere else."""
    whole = make_archive("Training", 2, 2, size=8)
    for case in range(300):
        folder = tmp_path / str(case)
        folder.mkdir()
        with named(case):
            assert_harmless(damaged(whole, case), folder)


def damaged(content, case):
    """An archive with one of many kinds of damage."""
    rng = np.random.default_rng(case)
    content = bytearray(content)
    directory = content.index(b"PK\x01\x02")
    where = int(rng.integers(len(content)) if case % 3 else rng.integers(directory, len(content)))
    match case % 4:
        case 0:
            content = content[:where]
        case 1:
            content[where] ^= 1 << int(rng.integers(8))
        case _:
            content[where : where + 4] = rng.bytes(4)
    return bytes(content)


def assert_harmless(content, folder):
    try:
        n_written = unpack_in(folder, content)
    except FetchError as error:
        assert str(error).startswith("archive.zip")  # noqa: PT017 - it may also do no harm
    else:
        assert n_written == len(files(folder / "out")) == 4
        assert all(path.stat().st_size == len(picture(0, 8)) for path in files(folder / "out"))
    assert {path.name for path in folder.iterdir()} <= {"archive.zip", "out"}


def test_a_place_before_the_beginning_is_damage(unpack):
    """A directory of members that says it begins earlier than it can."""
    content = bytearray(zipped([(GOOD, b"image")]))
    struct.pack_into("<I", content, content.index(b"PK\x05\x06") + 12, len(content) + 9)
    with pytest.raises(FetchError, match=r"archive\.zip is damaged"):
        unpack(bytes(content))


def test_what_the_disk_cannot_hold_is_not_begun(unpack, monkeypatch):
    """The size is known before unpacking."""
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("", (), {"free": 3}))
    with pytest.raises(StoreError, match=r"Unpacking archive\.zip takes up to"):
        unpack([(GOOD, b"image")])
