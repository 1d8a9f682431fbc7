"""The images in a request's body: one, or several as the parts of a form; never more than was let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from regraft.core import as_read, shortened
from regraft.serving.problems import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

    from regraft.serving.options import ServeOptions

N_FIELDS_MAX = 16
"""Parts of a form that are no files: they are read over."""
RAW = ("image/", "application/octet-stream")


async def read_images(request: Request, options: ServeOptions) -> list[tuple[str, bytes]]:
    """Names and contents of the images in a body.

    Args:
        request: Nothing of its body is read yet.
        options: How many bytes and files there may be.

    Raises:
        Problem: There is none, there are too many, or the body is no form.
    """
    kind = request.headers.get("content-type", "").lower()
    try:
        if kind.startswith("multipart/form-data"):
            images = await _parts(request, options)
        elif kind.startswith(RAW):
            images = [("image 0", b"".join([part async for part in _limited(request, options.n_bytes)]))]
        else:
            raise Problem(
                "unsupported_type",
                "Send an image as the body (Content-Type: image/jpeg, or another), or files as multipart/form-data.",
            )
    except ClientDisconnect:
        raise Problem("client_left", "The client has left before its request was whole.") from None
    if not images or not any(data for _, data in images):
        raise Problem("no_images", "Send an image as the body, or files as multipart/form-data.")
    return images


async def _limited(request: Request, n_bytes_max: int) -> AsyncGenerator[bytes, None]:
    """The body, piece by piece, up to a length."""
    n_bytes = 0
    async for piece in request.stream():
        n_bytes += len(piece)
        if n_bytes > n_bytes_max:
            raise Problem("too_large", f"The request has more than {n_bytes_max:,} bytes, which are allowed.")
        yield piece


class _InMemory(MultiPartParser):
    """Files stay in memory, which is bounded: a server may have no disk."""

    spool_max_size = 1 << 40


async def _parts(request: Request, options: ServeOptions) -> list[tuple[str, bytes]]:
    parser = _InMemory(
        request.headers,
        _limited(request, options.n_bytes),
        max_files=options.max_files,
        max_fields=N_FIELDS_MAX,
        max_part_size=1 << 16,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise _explained(error, options) from None
    except UnicodeError:  # names in a charset that some codec of Python's has, and no form
        raise Problem("bad_request", "The names in the form cannot be read: write them as UTF-8.") from None
    found = []
    for place, (_, part) in enumerate(form.multi_items()):
        if isinstance(part, UploadFile):
            name = as_read(part.filename) if part.filename else f"image {place}"
            found.append((shortened(name, 200), await part.read()))
    await form.close()
    return found


def _explained(error: MultiPartException, options: ServeOptions) -> Problem:
    if "Too many files" in error.message:
        return Problem("too_many_files", f"A request may have {options.max_files:,} files.")
    if "Too many fields" in error.message or "maximum size" in error.message:
        return Problem("too_large", "The form has more parts that are no files, or longer ones, than is allowed.")
    return Problem("bad_request", "The body is no form (multipart/form-data) that can be read.")
