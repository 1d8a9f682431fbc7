"""Shards that lie: sizes, names and columns that are not what they seem."""

from __future__ import annotations

import io
import json
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google_crc32c import value as crc32c
from PIL import Image

import regraft
from regraft.core import DataError
from regraft.data import fingerprint_manifest, read_manifest

PICTURE = io.BytesIO()
Image.new("RGB", (4, 4)).save(PICTURE, "PNG")
PICTURE = PICTURE.getvalue()
NAMES = ["../../evil.png", "/etc/evil.png", "..", "a/../../b.png", "C:\\evil.png", "x" * 300 + ".png", "nul\0.png", ""]


def masked(data):
    """The checksum of TFRecord."""
    crc = crc32c(data)
    return (((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF).to_bytes(4, "little")


def reasons(source):
    """Why images of a data set cannot be used."""
    try:
        return [str(record.reason) for record in fingerprint_manifest(read_manifest(source)).unreadable]
    except DataError as error:
        return [str(error)]


@pytest.mark.parametrize("n_bytes", [1 << 20, 1 << 40, (1 << 64) - 1])
def test_a_record_that_states_a_huge_length(n_bytes, tmp_path):
    """A length that leads out of the file is refused, however right its checksum is."""
    length = n_bytes.to_bytes(8, "little")
    (tmp_path / "x.tfrecord").write_bytes(length + masked(length) + b"data")
    assert "ends before its last record" in reasons(tmp_path)[0]


def test_a_record_that_is_no_example(tmp_path):
    """Text, nesting without end, and lengths that lead out of the record are reasons, one for each record."""
    with (tmp_path / "x.tfrecord").open("wb") as file:
        for content in (b"hello", b"\x0a\x7f" * 5000, b"", b"\x0a\x02\x0a\x00", b"\x0b" * 100):
            length = len(content).to_bytes(8, "little")
            file.write(length + masked(length) + content + masked(content))
    assert "There is no image in 1 shard" in reasons(tmp_path)[0]


def write_tar(path, members):
    """An archive of names and contents."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def test_names_that_lead_elsewhere(tmp_path):
    """Names from shards are names only: a folder made of them stays within itself and holds every image."""
    members = []
    for number, name in enumerate(NAMES):
        known = json.dumps(
            {"filename": name, "class": ["../up", "a/b", ".hidden", "ok"][number % 4], "label": number % 4}
        )
        members += [(f"{number}.png", PICTURE + bytes(number)), (f"{number}.json", known.encode())]
    write_tar(tmp_path / "x.tar", members)
    result = regraft.convert_dataset(tmp_path / "x.tar", to="folder", out=tmp_path / "in" / "out")
    assert result.conversion.n_images == len(NAMES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "x.tar"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["out"]
    back = read_manifest(tmp_path / "in" / "out")
    assert {path.read_bytes() for path in back.files()} == {PICTURE + bytes(number) for number in range(len(NAMES))}
    assert back.n_classes == 4
    assert any("cannot be a folder's" in note for note in result.notes)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (slice(124, 136), b"\x80" + b"\xff" * 11),
        (slice(124, 136), b"77777777777\0"),
        (slice(124, 136), b"-0000000001\0"),
    ],
)
def test_a_member_that_states_a_huge_or_negative_size(field, value, tmp_path):
    """A size that leads out of the archive ends it, with a reason; the sample before may lack members, so it goes."""
    write_tar(
        tmp_path / "x.tar",
        [(f"{n}.{kind}", body) for n in range(3) for kind, body in (("png", PICTURE), ("cls", b"0"))],
    )
    content = bytearray((tmp_path / "x.tar").read_bytes())
    header = bytearray(content[4096:4608])
    header[field] = value
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    content[4096:4608] = header
    (tmp_path / "x.tar").write_bytes(content)
    assert reasons(tmp_path)[0] in ("truncated", "damaged")
    assert len(read_manifest(tmp_path)) == 1


@pytest.mark.parametrize("number", [2, 7, 19])
def test_a_header_that_was_zeroed_is_no_end_mark(number, tmp_path):
    """A block of zeros before more members is damage that is told; archives one behind the other are read."""
    write_tar(tmp_path / "x.tar", [(f"{place}.png", PICTURE) for place in range(20)])
    whole = (tmp_path / "x.tar").read_bytes()
    start = whole.index(f"{number}.png\0".encode())
    (tmp_path / "x.tar").write_bytes(whole[:start] + bytes(512) + whole[start + 512 :])
    assert reasons(tmp_path) == ["damaged"]
    assert len(read_manifest(tmp_path)) < number
    write_tar(tmp_path / "y.tar", [(f"more/{place}.png", PICTURE) for place in range(20)])
    (tmp_path / "x.tar").write_bytes(whole + (tmp_path / "y.tar").read_bytes())
    (tmp_path / "y.tar").unlink()
    assert len(read_manifest(tmp_path)) == 40


def test_extended_headers_that_lie(tmp_path):
    """A header of a header with a huge size, or whose records make no sense, ends the archive."""
    for name, size, body in (
        ("big", 1 << 30, b""),
        ("odd", 20, b"999 path=x\n"),
        ("size", 40, b"19 size=99999999999\n"),
    ):
        member = tarfile.TarInfo("h")
        member.type, member.size = b"x", size
        path = tmp_path / name / "x.tar"
        path.parent.mkdir()
        with path.open("wb") as file:
            file.write(member.tobuf(tarfile.USTAR_FORMAT) + body.ljust(512, b"\0"))
            if name == "big":
                file.truncate((1 << 30) + 2048)
            file.write(bytes(2048))
        assert "There is no image" in reasons(path.parent)[0]


def test_a_compressed_archive_is_named(tmp_path):
    """Compression under the name of a tar or of a TFRecord is refused with what to do."""
    for name in ("x.tar", "x.tfrecord"):
        (tmp_path / name).write_bytes(b"\x1f\x8b\x08" + bytes(2000))
        assert "compressed" in reasons(tmp_path / name)[0]


def test_json_that_is_none(tmp_path):
    """Nesting without end, other types and no text beside an image leave the image without a label."""
    bodies = [
        b"[" * 100_000,
        b"5",
        b'{"label": {"a": 1}, "filename": 7, "class": ["x"]}',
        b"\xff\xfe",
        b'{"label": true}',
    ]
    members = [pair for n, body in enumerate(bodies) for pair in ((f"{n}.png", PICTURE), (f"{n}.json", body))]
    write_tar(tmp_path / "x.tar", members)
    manifest = read_manifest(tmp_path)
    assert manifest.labels.tolist() == [-1, -1, -1, -1, 0]
    assert manifest.class_names == ("True",)
    assert manifest.paths[0] == "0.png"


def test_foreign_columns(tmp_path):
    """Tables without images are no shards; columns of other types beside images do no harm."""
    pq.write_table(pa.table({"a": [1, 2], "image": ["x.png", "y.png"]}), tmp_path / "paths.parquet")
    assert read_manifest(tmp_path / "paths.parquet").paths == ("x.png", "y.png")
    (tmp_path / "set").mkdir()
    table = pa.table(
        {
            "label": pa.array([[1], [2]]),
            "group": pa.array([{"a": 1}, None]),
            "image": pa.array([PICTURE, None], pa.binary()),
            "extra": pa.array([1.5, None]),
        },
    ).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": [1, 2]}})})
    pq.write_table(table, tmp_path / "set" / "train-00000-of-00001.parquet")
    manifest = read_manifest(tmp_path / "set")
    assert manifest.labels.tolist() == [0, 1]
    assert reasons(tmp_path / "set") == ["missing"]


@pytest.mark.slow
def test_a_column_that_repeats_one_long_value(tmp_path, monkeypatch):
    """A file of kilobytes that would become gigabytes in memory is refused."""
    from regraft.data.shards import row_groups

    monkeypatch.setattr(row_groups, "N_GROUP_BYTES_MAX", 50_000_000)
    images = pa.DictionaryArray.from_arrays(pa.array([0] * 5000, pa.int32()), pa.array([bytes(1_000_000)]))
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"image": images}), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 100_000
    assert set(reasons(path)) == {"too_large"}
    assert len(read_manifest(path)) == 5000
