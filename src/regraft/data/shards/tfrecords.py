"""TFRecord files of images, with the features of TF-Slim and of its converter of ImageNet.

A record is: length (8 bytes, little-endian), masked CRC-32C of these (4), the bytes of an Example, masked CRC-32C of
those (4). (https://www.tensorflow.org/tutorials/load_data/tfrecord)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import google_crc32c

from regraft.data.files import N_BYTES_MAX, Reason, ShardFile, StoredImage, UnreadableImageError
from regraft.data.shards.contents import N_NAME_CHARACTERS_MAX, ShardContents
from regraft.data.shards.examples import find_features
from regraft.data.tables import written_label

if TYPE_CHECKING:
    from regraft.data.shards.examples import FeatureValue


class FeatureName:
    """What the features of an image are called in TF-Slim's records; `GROUP` is ours."""

    ENCODED: Final = b"image/encoded"
    LABEL: Final = b"image/class/label"
    TEXT: Final = b"image/class/text"
    FILE_NAME: Final = b"image/filename"
    GROUP: Final = b"image/group"


_ENCODED_NAMES = (FeatureName.ENCODED, b"image", b"image_raw", b"image/raw", b"encoded", b"jpeg")
_LABEL_NAMES = (FeatureName.LABEL, b"label", b"class", b"target", b"image/label")
"""What others than TF-Slim call them; the first one that is there counts."""
_FEATURES = frozenset((*_ENCODED_NAMES, *_LABEL_NAMES, FeatureName.TEXT, FeatureName.FILE_NAME, FeatureName.GROUP))
_N_HEAD_BYTES = 12
_N_FOOT_BYTES = 4
_N_WINDOW_BYTES = 1024
_N_FEATURE_BYTES_MAX = 4 * N_NAME_CHARACTERS_MAX
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, eq=False, slots=True)
class RecordImage(StoredImage):
    """An image in a TFRecord file.

    Attributes:
        offset: Where its Example begins in the file.
        n_bytes: Of the Example.
        start: Where the image begins in the Example.
        stop: Where it ends.
        checksum_before: CRC-32C of what stands before it in the Example, as it was when the image was listed.
    """

    offset: int
    n_bytes: int
    start: int
    stop: int
    checksum_before: int

    def read(self) -> bytes:
        """The encoded image; the checksum of its record is compared.

        Raises:
            UnreadableImageError: The checksum is wrong, or the file has become shorter.
        """
        found = self.shard.read(self.offset + self.start, self.n_bytes - self.start + _N_FOOT_BYTES)
        content, after = found[: self.stop - self.start], found[self.stop - self.start :]
        checksum = google_crc32c.extend(self.checksum_before, content)
        if len(after) > _N_FOOT_BYTES:
            checksum = google_crc32c.extend(checksum, after[:-_N_FOOT_BYTES])
        if masked_crc32c(checksum) != int.from_bytes(after[-_N_FOOT_BYTES:], "little"):
            raise UnreadableImageError(Reason.DAMAGED, "the checksum of its record is wrong")
        return content


def list_tfrecord(shard: ShardFile) -> ShardContents:
    """The images of a TFRecord file; of each record only what is beside the image is read.

    Whatever is damaged is told in the answer, never raised.
    """
    contents = ShardContents()
    place = number = 0
    while place < shard.n_bytes:
        try:
            window = shard.read(place, min(_N_WINDOW_BYTES, shard.n_bytes - place))
        except UnreadableImageError as error:
            contents.spoil(shard, number, error.reason, f"{error.detail}; the rest of the shard is lost with it")
            break
        n_bytes = int.from_bytes(window[:8], "little")
        start = place + _N_HEAD_BYTES
        if flaw := _find_flaw(window, shard, place, n_bytes):
            contents.spoil(shard, number, *flaw)
            break
        try:
            _add_record(contents, shard, (number, start, n_bytes), window[_N_HEAD_BYTES:])
        except UnreadableImageError as error:
            contents.spoil(shard, number, error.reason, error.detail)
        place = start + n_bytes + _N_FOOT_BYTES
        number += 1
    return contents


def _find_flaw(window: bytes, shard: ShardFile, place: int, n_bytes: int) -> tuple[Reason, str] | None:
    """Why the record at `place`, and all behind it, cannot be read."""
    n_left = shard.n_bytes - place
    if place == 0 and window.startswith(_GZIP):
        return Reason.UNSUPPORTED, "the file is compressed with gzip: unpack it (gunzip)"
    if n_left < _N_HEAD_BYTES:
        return Reason.TRUNCATED, "the file ends within the head of a record"
    if masked_crc32c(google_crc32c.value(window[:8])) != int.from_bytes(window[8:_N_HEAD_BYTES], "little"):
        return Reason.DAMAGED, f"the length of a record is damaged: the last {n_left:,} bytes of the shard are lost"
    if n_bytes > n_left - _N_HEAD_BYTES - _N_FOOT_BYTES:
        return Reason.TRUNCATED, "the file ends before its last record does"
    return None


def _add_record(contents: ShardContents, shard: ShardFile, where: tuple[int, int, int], window: bytes) -> None:
    number, start, n_bytes = where
    if n_bytes > N_BYTES_MAX:
        raise UnreadableImageError(Reason.TOO_LARGE, f"the record has more than {N_BYTES_MAX:,} bytes")
    if n_bytes < len(window):
        window = window[:n_bytes]
    try:
        found = find_features(window, start, start + n_bytes, _FEATURES, shard.read) if n_bytes else {}
    except ValueError as error:
        raise UnreadableImageError(Reason.DAMAGED, f"the record is no tf.train.Example: {error}") from error
    span, label = _first(found, _ENCODED_NAMES), _first(found, _LABEL_NAMES)
    if not isinstance(span, tuple):
        raise UnreadableImageError(Reason.NOT_AN_IMAGE, "the record has no image/encoded, nor image")
    first, last = span[0] - start, span[1] - start
    before = window[:first] if first <= len(window) else shard.read(start, first)
    number_of, text = written_label(_text(label, start, window, shard) or "")
    contents.add(
        RecordImage(shard, number, start, n_bytes, first, last, google_crc32c.value(before)),
        name=_text(found.get(FeatureName.FILE_NAME), start, window, shard),
        label=label if isinstance(label, int) else number_of,
        text=_text(found.get(FeatureName.TEXT), start, window, shard) or text,
        group=_text(found.get(FeatureName.GROUP), start, window, shard),
    )


def _first(found: dict[bytes, FeatureValue], names: tuple[bytes, ...]) -> FeatureValue | None:
    return next((found[name] for name in names if name in found), None)


def _text(value: FeatureValue | None, start: int, window: bytes, shard: ShardFile) -> str | None:
    if not isinstance(value, tuple) or value[1] - value[0] > _N_FEATURE_BYTES_MAX:
        return None
    first, last = value[0] - start, value[1] - start
    content = window[first:last] if last <= len(window) else shard.read(value[0], last - first)
    return content.decode("utf-8", "surrogateescape")


def masked_crc32c(checksum: int) -> int:
    """A CRC-32C as TFRecord files keep it."""
    return ((checksum >> 15 | checksum << 17) + 0xA282EAD8) & 0xFFFF_FFFF
