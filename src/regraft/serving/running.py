"""A server as a process: it opens a port, answers, and ends when it is asked to."""

from __future__ import annotations

import gc
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from regraft.core import OptionError, megabytes
from regraft.recipes import check
from regraft.serving.log import LibraryWords, to_standard_error
from regraft.serving.priorities import give_way
from regraft.serving.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from regraft.serving.options import ServeOptions


def serve(sources: Sequence[str], options: ServeOptions, say: Callable[[str], None]) -> None:
    """Serve classifiers until the process is asked to end (SIGTERM, Ctrl-C).

    Args:
        sources: Bundles, runs, exports, folders of them, or NAME=PLACE.
        options: How.
        say: What tells people that it has begun. What the log says goes to standard error, where it has no file.

    Raises:
        OptionError: The options make no sense, or the port is taken.
        BundleError: A classifier cannot be opened.
    """
    service = Service(sources, options, to_standard_error)
    logging.getLogger().addHandler(LibraryWords(service.log))
    logging.captureWarnings(capture=True)
    listener = _listen(options)
    with listener, ThreadPoolExecutor(1, initializer=give_way) as pool:
        opened = pool.submit(service.open)  # beside the imports, which take as long
        from regraft.serving.uvicorn_server import UvicornServer

        server = UvicornServer(service, lambda: _tell(service, listener, say))
        opened.result()
        gc.collect()
        gc.freeze()  # what is there stays: to look through all of it again would hold up all requests
        try:
            with suppress(KeyboardInterrupt):  # uvicorn has ended, and passes on what it was ended by
                server.run(sockets=[listener])
        finally:
            service.close()


def _tell(service: Service, listener: socket.socket, say: Callable[[str], None]) -> None:
    for line in told(service, listener.getsockname()[1]):
        say(line)


def told(service: Service, port: int) -> Iterator[str]:
    """What people are told when a server begins."""
    options = service.options
    host = f"[{options.host}]" if ":" in options.host else options.host
    for name, entry in service.shelf.items():
        model = entry.current.model
        yield f"http://{host}:{port}/v1/models/{name}  {len(model.class_names)} classes  {model.digest[:12]}"
    yield (
        f"At most {options.queue:,} requests at a time, which take {megabytes(options.n_bytes_at_most)} at most. "
        f"An image has at most {options.max_megapixels:g} megapixels, a request {options.max_files} files. "
        f"Documentation: http://{host}:{port}/docs"
    )


def check_served(sources: Sequence[str], options: ServeOptions) -> list[tuple[str, str, str]]:
    """Open everything that would be served and try it out; replay the golden inputs of bundles.

    Args:
        sources: As for `serve`.
        options: As for `serve`.

    Returns:
        Name, digest and place of each classifier.

    Raises:
        RegraftError: Something is wrong.
    """
    service = Service(sources, options)
    try:
        with _listen(options):
            pass
        service.shelf.open()
        found = []
        for name, entry in service.shelf.items():
            if entry.place.is_dir() and "card" in entry.current.model.about:
                check(entry.place, trust_code=options.trust_code)
            entry.current.model.try_out()
            found.append((name, entry.current.model.digest, str(entry.place)))
    finally:
        service.close()
    return found


def _listen(options: ServeOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        return socket.create_server((options.host, options.port), family=family, backlog=1024)
    except (OSError, UnicodeError) as error:
        raise OptionError(f"Nothing can be served at {options.host}, port {options.port}: {error}.") from error
