"""Tar files that mean no good, or are broken: refused in words, in little memory, and nothing is written outside."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
from functools import partial

import numpy as np
import pytest

from case_names import named
from little_sets import photo, tarred
from regraft.core import FetchError, SilentProgress
from regraft.datasets.unpacking import members
from regraft.datasets.unpacking.members import place_by_pattern
from regraft.datasets.unpacking.tar_archives import unpack_tar

GOOD = "photos/cat/1.jpg"
IMAGES = r"(?:[^/]+/)?(?P<class>\w+)/(?P<name>\w[\w.-]*\.jpg)"


@pytest.fixture
def unpack(tmp_path):
    """Unpacks an archive, given as bytes or as members, to an empty place."""
    return partial(unpack_in, tmp_path)


def unpack_in(folder, content, n_bytes_max=1_000_000, name="archive.tar", **options):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else tarred(content))
    return unpack_tar(
        path,
        folder / "out",
        place=place_by_pattern(IMAGES, "train"),
        n_bytes_max=n_bytes_max,
        progress=SilentProgress(),
        **options,
    )


@pytest.fixture
def assert_refused(unpack, tmp_path):
    """Checks that an archive is refused with a message, and nothing lies outside of the one place."""

    def check(content, message, **options):
        with pytest.raises(FetchError, match=message):
            unpack(content, **options)
        assert {path.name for path in tmp_path.iterdir()} <= {options.get("name", "archive.tar"), "out"}
        assert all(path.parent == tmp_path / "out" / "train" / "cat" for path in files(tmp_path / "out"))

    return check


def files(folder):
    return [path for path in folder.rglob("*") if not path.is_dir()]


def member(name=GOOD, kind=tarfile.REGTYPE, **more):
    """A member as an attacker writes it."""
    info = tarfile.TarInfo(name)
    info.type = kind
    for attribute, value in more.items():
        setattr(info, attribute, value)
    return info


@pytest.mark.parametrize("name", ["archive.tar", "archive.tgz", "archive.tar.gz"])
def test_images_are_written_and_nothing_else(name, unpack, tmp_path):
    """Folders, texts and hidden files are left out; a leading `./` is no other name."""
    content = tarred(
        [
            ("photos/", b""),
            ("photos/cat/", b""),
            ("photos/cat/notes.txt", b"text"),
            (GOOD, photo(1)),
            ("./photos/dog/1.jpg", photo(2)),
            ("photos/cat/._1.jpg", b"fork"),
            ("photos/cat/run.sh", b"no image"),
        ]
    )
    assert unpack(gzip.compress(content) if name.endswith("gz") else content, name=name) == 2
    written = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in files(tmp_path / "out")}
    assert written == {"train/cat/1.jpg": photo(1), "train/dog/1.jpg": photo(2)}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/photos/cat/1.jpg", "has an absolute path"),
        ("C:/cat/1.jpg", "has an absolute path"),
        ("../cat/1.jpg", "leads out of the folder"),
        ("./../cat/1.jpg", "leads out of the folder"),
        ("photos/cat/../../../cat/1.jpg", "leads out of the folder"),
        ("..\\cat\\1.jpg", "leads out of the folder"),
        ("cat\\1.jpg", "characters in its name"),
        ("photos/\x1b[2J/1.jpg", "characters in its name"),
        ("photos/cat/1.jpg\n", "characters in its name"),
    ],
)
def test_a_name_that_leads_elsewhere_spoils_the_archive(name, message, assert_refused):
    """Absolute paths, `..`, drives, backslashes and control characters, after a good image."""
    assert_refused([(GOOD, b"image"), (name, b"image")], message)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_spoil_the_archive(kind, assert_refused):
    """Also where their name is that of an image, and where a link leads to one of the archive's own."""
    info = member("photos/cat/2.jpg", kind, linkname="../../../etc/passwd")
    assert_refused([(GOOD, b"image"), (info, b"")], "is a link or a device")


def test_a_hidden_folder_behind_a_link_cannot_be_entered(assert_refused, tmp_path):
    """The classic: a link to elsewhere, then a file through it. The link already spoils the archive."""
    link = member("photos/cat", tarfile.SYMTYPE, linkname=str(tmp_path))
    assert_refused([(link, b""), (GOOD, b"image")], "is a link or a device")


def test_a_sparse_file_is_refused(assert_refused):
    """A gigabyte of nothing in a header."""
    content = bytearray(tarred([(GOOD, b"image")]))
    content[156:157] = tarfile.GNUTYPE_SPARSE
    content[148:156] = b"        "
    content[148:156] = b"%06o\0 " % sum(content[:512])
    assert_refused(bytes(content), "is a link or a device|is damaged")


def test_a_bomb_is_cut_where_it_is_too_large(assert_refused):
    """What counts is what comes out, of images and of what would be left out."""
    bomb = gzip.compress(tarred([(GOOD, b"image"), ("big.txt", bytes(2_000_000))]))
    assert len(bomb) < 5000
    assert_refused(bomb, r"unpacked it would have 1,\d+,\d+ bytes, more than 1,000,000", name="archive.tgz")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK])
def test_a_bomb_in_a_header_costs_no_memory(kind, assert_refused):
    """A header of half a gigabyte, which a careless reader takes into memory at once."""
    n_bytes = 1 << 29
    header = member("header", kind, size=n_bytes).tobuf(tarfile.GNU_FORMAT)
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="w", compresslevel=1) as packed:
        packed.write(header)
        for _piece in range(64):
            packed.write(bytes(1 << 20))
    tracemalloc.start()
    try:
        assert_refused(file.getvalue(), "a header of more than a megabyte", name="archive.tgz", n_bytes_max=1 << 30)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_headers_without_end_are_refused(assert_refused):
    """Long names that are followed by long names, thousands of times."""
    one = member("././@LongLink", tarfile.GNUTYPE_LONGNAME, size=1).tobuf(tarfile.GNU_FORMAT) + b"x".ljust(512, b"\0")
    assert_refused(one * 900, "a header of more than a megabyte|is damaged", n_bytes_max=1 << 30)
    assert_refused(one * 5000, "a header of more than a megabyte|is damaged", n_bytes_max=1 << 30)


def test_too_many_members_are_refused(assert_refused, monkeypatch):
    """Whatever they are."""
    monkeypatch.setattr(members, "_N_MEMBERS_MAX", 9)
    assert_refused([(f"photos/cat/{number}.jpg", b"") for number in range(10)], "has 10 members, more than 9")


@pytest.mark.parametrize("name", [GOOD, "other/cat/1.jpg", "photos/CAT/1.jpg"])
def test_an_image_that_is_there_twice_is_refused(name, assert_refused):
    """Nobody knows which of them would be the right one; on many systems CAT is cat."""
    assert_refused([(GOOD, b"image"), (name, b"other")], r"has 'train/(cat|CAT)/1\.jpg' twice")


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "archive.tar", "is damaged"),
        (b"<!DOCTYPE html><title>Please log in</title>", "archive.tar", "is damaged"),
        (b"<!DOCTYPE html><title>Please log in</title>", "archive.tgz", "is damaged"),
        (tarred([]), "archive.tar", r"none of the expected images \(0 members, first: none\)"),
        (tarred([("notes.txt", b"")]), "archive.tar", r"none of the expected images \(1 member, first: notes\.txt\)"),
    ],
)
def test_what_is_no_such_archive(content, name, message, assert_refused):
    """A login page, an empty archive and an archive of something else are named."""
    assert_refused(content, message, name=name)


@pytest.mark.parametrize("n_bytes", [100, 512, 600, 1024, 1500, 2048])
def test_a_tar_that_is_cut_off_is_noticed(n_bytes, assert_refused):
    """In a header, in an image, and between two of them, where no reader stumbles."""
    content = tarred([(GOOD, photo(1)), ("photos/cat/2.jpg", photo(2))])
    assert_refused(content[:n_bytes], "is damaged")


def test_the_checksum_at_the_end_is_looked_at(assert_refused):
    """A flipped bit in a compressed tar is found although all its images can be read."""
    content = bytearray(gzip.compress(tarred([(GOOD, photo(1))])))
    content[-6] ^= 1
    assert_refused(bytes(content), "is damaged", name="archive.tgz")


@pytest.mark.parametrize("name", ["archive.tar", "archive.tgz"])
@pytest.mark.parametrize("harm", ["flipped", "zeroed", "overwritten"])
@pytest.mark.parametrize("number", [1, 19, 39])
def test_a_damaged_header_is_no_end(name, harm, number, assert_refused):
    """Of 40 members none is left out in silence because of a header, wherever it stands."""
    content = bytearray(tarred([(f"photos/cat/{place}.jpg", photo(place)) for place in range(40)]))
    start = 1024 * number
    match harm:
        case "flipped":
            content[start + 3] ^= 4
        case "zeroed":
            content[start : start + 512] = bytes(512)
        case "overwritten":
            content[start : start + 512] = photo(number) + photo(number)[: 512 - len(photo(number))]
    packed = gzip.compress(bytes(content)) if name.endswith("gz") else bytes(content)
    assert_refused(packed, "is damaged", name=name)


def test_tars_in_a_tar(unpack, assert_refused, tmp_path):
    """Each is looked at as the outer one is, and its name without `.tar` comes first."""
    inner = tarred([("1.jpg", photo(1)), ("2.jpg", photo(2))])
    assert unpack([("cat.tar", inner)], is_nested=True) == 2
    assert (tmp_path / "out" / "train" / "cat" / "2.jpg").read_bytes() == photo(2)
    for path in files(tmp_path / "out"):
        path.unlink()
    assert_refused([("cat.tar", inner[:1000])], "is damaged", is_nested=True)
    assert_refused([("cat.tar", tarred([("../1.jpg", b"")]))], "leads out of the folder", is_nested=True)
    assert_refused([("cat.tar", tarred([(member("1.jpg", tarfile.SYMTYPE), b"")]))], "is a link", is_nested=True)
    assert_refused([("readme.txt", b"no tar")], "is damaged", is_nested=True)


@pytest.mark.slow
def test_any_damage_is_an_error_in_words_or_does_no_harm(tmp_path):
    """Cut, flipped and overwritten anywhere, an archive gives its images or a sentence, and writes nowhere else."""
    whole = tarred([(f"photos/cat/{number}.jpg", photo(number)) for number in range(4)])
    for case in range(300):
        folder = tmp_path / str(case)
        folder.mkdir()
        with named(case):
            assert_harmless(damaged(whole, case), folder)


def damaged(content, case):
    """An archive with one of many kinds of damage, and its name."""
    rng = np.random.default_rng(case)
    is_gzip = case % 2 == 0
    content = bytearray(gzip.compress(content) if is_gzip else content)
    where = int(rng.integers(len(content)))
    match case % 5:
        case 0:
            content = content[:where]
        case 1:
            content[where] ^= 1 << int(rng.integers(8))
        case _:
            where = where if is_gzip else where // 512 * 512 + int(rng.integers(160))  # in a header
            content[where : where + 4] = rng.bytes(4)
    return bytes(content), "archive.tgz" if is_gzip else "archive.tar"


def assert_harmless(archive, folder):
    content, name = archive
    try:
        n_written = unpack_in(folder, content, name=name)
    except FetchError as error:
        assert str(error).startswith(name)  # noqa: PT017 - it may also do no harm
    else:
        assert n_written == len(files(folder / "out")) == 4
    assert {path.name for path in folder.iterdir()} <= {name, "out"}
    assert all(path.parent.parent == folder / "out" / "train" for path in files(folder / "out"))
