"""What goes wrong, as RFC 9457 says it: a status, a stable code, a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from regraft.core import exact_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MEDIA_TYPE = "application/problem+json"
TITLES = {
    "bad_request": (400, "The request makes no sense"),
    "bad_option": (400, "An option of the request is wrong"),
    "no_images": (400, "There is no image in the request"),
    "token_needed": (401, "A token is needed"),
    "origin_refused": (403, "Pages of other places may not ask"),
    "not_found": (404, "There is nothing here"),
    "no_model": (404, "There is no such classifier"),
    "not_allowed": (405, "This cannot be done here"),
    "too_slow": (408, "The request came too slowly"),
    "too_large": (413, "The request is too large"),
    "too_many_files": (413, "There are too many files in the request"),
    "unsupported_type": (415, "This kind of body is not read"),
    "wrong_host": (421, "This server has another name"),
    "unreadable_image": (422, "The image cannot be read"),
    "rate_exceeded": (429, "This token has had its share"),
    "head_too_large": (431, "The head of the request is too large"),
    "client_left": (499, "The client has left"),
    "internal": (500, "The server failed"),
    "engine_failed": (500, "The network failed"),
    "busy": (503, "There is no room at the moment"),
    "ending": (503, "The server is about to end"),
    "not_ready": (503, "The server is not ready"),
    "deadline_passed": (504, "The time is over"),
}
"""By code: the status, and what kind of thing happened."""


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """What is answered instead.

    Args:
        code: One of TITLES.
        detail: A sentence on this one.
        more: Further members.
        headers: Of the response.
    """

    def __init__(self, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more

    @property
    def status(self) -> int:
        """Of the response."""
        return TITLES[self.code][0]

    def body(self, request_id: str | None = None) -> bytes:
        """The response's body."""
        status, title = TITLES[self.code]
        told: dict[str, Any] = {"title": title, "status": status, "detail": self.detail, "code": self.code}
        if request_id is not None:
            told["request_id"] = request_id
        return exact_json(told | self.more).encode()

    def fields(self, body: bytes) -> list[tuple[bytes, bytes]]:
        """The response's headers.

        Args:
            body: Of the response.
        """
        own = {"content-type": MEDIA_TYPE, "content-length": str(len(body))} | self.headers
        return [(name.encode(), value.encode()) for name, value in own.items()]

    def written(self, request_id: str | None = None, headers: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
        """The whole response, for who answers without an application.

        Args:
            request_id: Told in the body.
            headers: Further ones.
        """
        body = self.body(request_id)
        lines = [f"HTTP/1.1 {self.status} {self.code}".encode()]
        lines += [name + b": " + value for name, value in (*self.fields(body), *headers)]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


class UnreadableFile(BaseModel):
    """A file that is no usable image."""

    path: str = Field(description="as the request names it")
    reason: str = Field(description="stable code")
    detail: str = Field(description="what is wrong, in words")


class ProblemBody(BaseModel):
    """RFC 9457: what went wrong."""

    title: str = Field(description="what kind of thing happened")
    status: int
    detail: str = Field(description="what happened here, in words")
    code: str = Field(description="stable, for programs", json_schema_extra={"enum": [*TITLES]})
    request_id: str | None = Field(None, description="the id that the log has, too")
    unreadable: list[UnreadableFile] | None = Field(None, description="of unreadable_image: each file")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of responses with these statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    said = {status: next(title for known, title in TITLES.values() if known == status) for status in statuses}
    return {status: {"description": title, "content": content} for status, title in said.items()}


EVERYWHERE = problems(400, 401, 403, 408, 421, 431, 500)
"""Responses that every route can give."""
