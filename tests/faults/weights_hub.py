"""A hub of one file of weights on this machine, which answers as it is told to, and programs that ask it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from socket_fence import close_fence, open_fence

NAME = "test_resnet.r160_in1k"
PATH = f"/timm/{NAME}/resolve/main/model.safetensors"
KEY = "hf_key"
FETCHING = """
import sys, time
from pathlib import Path
from regraft.backbones.hub import fetch_weights
from regraft.core import BackboneError, SilentProgress
import huggingface_hub
class Progress(SilentProgress):
    def start(self, task, n_total, unit="images"):
        print(task, n_total, unit)
    say = lambda self, text: print(text)
progress = Progress() if {is_told!r} else SilentProgress()
began = time.monotonic()
record = {{"hf_hub_id": "timm/" + {name!r}, "architecture": "test_resnet"}}
try:
    fetch_weights({name!r}, record, Path({cache!r}), progress)
except BackboneError as error:
    print(f"{{time.monotonic() - began:.2f}} {{error}}")
"""
RESOLVING = """
from pathlib import Path
from regraft.backbones import resolve_backbone
print(resolve_backbone({name!r}, cache=Path({cache!r}), image_size={size!r}).digest)
"""


class Hub:
    """A hub of one file; use it as a context manager.

    Args:
        content: The file.
        status: What is answered instead of the file.
        pause_seconds: Between two halves of the file.
        needs_key: Whether a key must be shown.
        location: Where the file is elsewhere.
        is_dying: Whether half of the file comes, and then only errors.
        digest: What it announces of the file.
    """

    def __init__(
        self,
        content=b"",
        *,
        status=None,
        pause_seconds=0.0,
        needs_key=False,
        location=None,
        is_dying=False,
        digest=None,
    ):
        self.content, self.status, self.pause_seconds = content, status, pause_seconds
        self.needs_key, self.location, self.is_dying = needs_key, location, is_dying
        self.digest = digest
        self.asked = []

    def __enter__(self):
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                hub.answer(self)

            def log_message(self, *_):
                pass

        open_fence("hub")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        close_fence("hub")

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, handler):
        key = handler.headers.get("Authorization")
        self.asked.append((handler.path, key))
        status = 401 if self.needs_key and key is None else self.status
        is_there = 416 if handler.headers.get("Range") else 200
        status = status or (is_there if handler.path == PATH else 404)
        if self.location is not None and status != 401:
            handler.send_response(302)
            handler.send_header("Location", self.location + handler.path)
            if self.digest is not None:
                handler.send_header("X-Linked-ETag", f'"{self.digest}"')
            handler.end_headers()
            return
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(self.content) if status == 200 else 0))
        handler.send_header("ETag", '"new"')
        handler.end_headers()
        if status == 200:
            half = len(self.content) // 2
            handler.wfile.write(self.content[:half])
            handler.wfile.flush()
            if self.is_dying:
                self.status = 503
                return
            if self.pause_seconds:
                threading.Event().wait(self.pause_seconds)
            handler.wfile.write(self.content[half:])


def told(process):
    """What a process prints; it ends well, and says nothing on standard error."""
    printed, errors = process.communicate(timeout=200)
    assert (process.returncode, errors) == (0, "")
    return printed.strip()
