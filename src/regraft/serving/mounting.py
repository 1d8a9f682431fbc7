"""A server's application, for whoever runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import require_extra

if TYPE_CHECKING:
    from regraft.serving.gate import Gate
    from regraft.serving.service import Service


def build_app(service: Service) -> Gate:
    """The ASGI application of a service that runs: to be served, or mounted in another one.

    Args:
        service: The classifiers, and the threads that run them.

    Raises:
        MissingExtraError: The extra `serve` is missing.
    """
    require_extra("serve", "A server")
    from regraft.serving.application import assemble

    return assemble(service)
