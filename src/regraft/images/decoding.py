"""Files, bytes and arrays to uint8 RGB pixels of the size that the network wants.

The order is: look at the header, refuse what is too large, decode, make it 8-bit, crop and resize in one pass, turn it
as its EXIF orientation says, lay it over white.
"""

from __future__ import annotations

import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regraft.core import OptionError, RemotePath, digest_bytes
from regraft.data import N_BYTES_MAX, Reason, StoredImage, UnreadableImageError, explain_os_error, require_readable
from regraft.images.failures import explain_failure
from regraft.images.formats import decode_still
from regraft.images.jpegs import decode_jpeg
from regraft.images.looking import take_look
from regraft.images.pixels import is_image
from regraft.images.resizing import Picture, finish, framed, resized, show, upright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.data import ImageFile
    from regraft.images.fixed_views import AnyView, FixedView
    from regraft.images.transform import Transform

ImageSource = Path | StoredImage | bytes | NDArray[np.uint8]
"""A file, a part of one, a file's bytes, or pixels: (height, width, 3) RGB or (height, width) grey, uint8."""


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """One image's pixels and the hash of its content.

    Attributes:
        pixels: (height, width, 3) uint8.
        digest: BLAKE3 of the file's bytes; of an array: of its shape and values.
        look: () of `regraft.data.LOOK`, what else is known of it; None where nobody asked.
    """

    pixels: NDArray[np.uint8]
    digest: str
    look: NDArray[Any] | None = None


def read_image(
    source: ImageSource, transform: Transform, view: AnyView | None = None, *, looks: bool = False
) -> DecodedImage:
    """Read an image once: its content hash and its pixels.

    Args:
        source: A file, a part of one, an encoded image or an array.
        transform: The geometry.
        view: Another view of it; None for the image as it is.
        looks: Whether a look is taken at it, too; never at another view.

    Raises:
        UnreadableImageError: The file cannot be read, or is no usable image.
        OptionError: An array is no image.
    """
    if isinstance(source, np.ndarray):
        digest, n_bytes = digest_array(source), 0
    else:
        source = source if isinstance(source, bytes) else read_bytes(source)
        digest, n_bytes = digest_bytes(source), len(source)
    change = None if view is None else view.draw(digest)
    geometry = transform if change is None else change.windowed(transform)
    with _explained():
        picture = _as_picture(source) if isinstance(source, np.ndarray) else _decode(source, geometry)
        shown = show(picture, geometry)
        look = take_look(picture, shown, geometry, n_bytes) if looks and view is None else None
    pixels = framed(shown, geometry)
    return DecodedImage(pixels if change is None else change.applied(pixels), digest, look)


def read_whole(source: ImageSource) -> NDArray[np.uint8]:
    """An image with all its pixels: what `transform_array` takes.

    Args:
        source: A file, a part of one, an encoded image or an array.

    Returns:
        (height, width, 3) uint8, RGB, upright.

    Raises:
        UnreadableImageError: The file cannot be read, or is no usable image.
        OptionError: An array is no image.
    """
    with _explained():
        if isinstance(source, np.ndarray):
            picture = _as_picture(source)
        else:
            data = source if isinstance(source, bytes) else read_bytes(source)
            picture = decode_still(data, require_readable(data))
        width, height = picture.size
        whole = resized(picture, (0.0, 0.0, float(width), float(height)), (width, height), "nearest")
        return np.ascontiguousarray(upright(whole, picture))


def digest_array(pixels: NDArray[np.uint8]) -> str:
    """Content hash of an image that is in memory: BLAKE3 of its shape and values."""
    return digest_bytes(repr(pixels.shape).encode() + pixels.tobytes())


def decode_image(data: bytes, transform: Transform) -> NDArray[np.uint8]:
    """Pixels of an encoded image.

    Args:
        data: A file's bytes; the content decides what format it is, not a name.
        transform: The geometry.

    Returns:
        (transform.height, transform.width, 3) uint8, RGB.

    Raises:
        UnreadableImageError: It is no image, unsupported, damaged or too large.
    """
    with _explained():
        return finish(_decode(data, transform), transform)


def _decode(data: bytes, transform: Transform) -> Picture:
    """Any format, no larger than the transform needs it where the format allows that."""
    name = require_readable(data)
    picture = decode_jpeg(data, transform) if name == "JPEG" else None
    return picture or decode_still(data, name)


@contextmanager
def _explained() -> Iterator[None]:
    """Decoders raise errors of every kind on hostile bytes: they become one kind."""
    try:
        yield
    except (UnreadableImageError, OptionError):
        raise
    except Exception as error:
        raise explain_failure(error) from error


def transform_array(
    pixels: NDArray[np.uint8], transform: Transform, view: FixedView | None = None
) -> NDArray[np.uint8]:
    """The transform of an image that is in memory.

    Args:
        pixels: (height, width, 3) RGB or (height, width) grey, uint8.
        transform: The geometry.
        view: Another view of it; None for the image as it is.

    Returns:
        (transform.height, transform.width, 3) uint8.

    Raises:
        OptionError: The array is no such image.
    """
    change = None if view is None else view.draw("")
    if change is None:
        return finish(_as_picture(pixels), transform)
    return change.applied(finish(_as_picture(pixels), change.windowed(transform)))


def _as_picture(pixels: NDArray[np.uint8]) -> Picture:
    if not is_image(pixels):
        raise OptionError(
            f"An array of {pixels.dtype} with shape {pixels.shape} is no image; images are uint8, "
            "(height, width, 3) RGB or (height, width) grey."
        )
    height, width = pixels.shape[:2]
    channels = np.ascontiguousarray(pixels.reshape(height, width, -1))
    return Picture(channels, (width, height), is_grey=channels.shape[2] == 1)


def read_bytes(path: ImageFile) -> bytes:
    """An encoded image as it lies on the disk.

    Raises:
        UnreadableImageError: It is missing, no ordinary file, too large, damaged or forbidden.
    """
    if isinstance(path, StoredImage):
        return path.read()
    try:
        if isinstance(path, RemotePath):
            return path.take(N_BYTES_MAX)
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError
        if not stat.S_ISREG(status.st_mode):  # opening a named pipe would wait for ever
            raise UnreadableImageError(Reason.NOT_AN_IMAGE, "it is no ordinary file")
        if status.st_size > N_BYTES_MAX:
            raise UnreadableImageError(Reason.TOO_LARGE, f"the file has more than {N_BYTES_MAX:,} bytes")
        return path.read_bytes()
    except OSError as error:
        record = explain_os_error(path, error)
        raise UnreadableImageError(record.reason, record.detail) from error
    except ValueError as error:  # a path with a null byte
        raise UnreadableImageError(Reason.MISSING, "there can be no such file") from error
