"""The page that classifies pictures in a browser: no server, no network, nothing sent."""

from __future__ import annotations

import base64
import gzip
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from regraft.exporting.web_files import pack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE_FILE = "index.html"
LICENCES_FILE = "licences.txt"
_POLICY = (
    "default-src 'none'",
    "script-src {script} 'self' 'wasm-unsafe-eval'",  # its own text, the scripts beside it, and the runtime
    "style-src {style}",
    "img-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
)
"""What the page may do: run its own code, show the user's pictures, reach nothing."""


def write_page(about: str, folder: Path) -> Iterator[str]:
    """Write the page, what runs graphs in it, and the licences of that; gives the names of the files.

    The page is the same for every classifier: what it shows of one is in the scripts beside it.

    Args:
        about: What the classifier says of itself, as JSON.
        folder: Where its graphs lie.
    """
    (folder / PAGE_FILE).write_text(page_text(), encoding="utf-8", newline="\n")
    pack(about.encode(), folder / "about.js")
    pack(_vendored("runtime.wasm.gz"), folder / "runtime.js")
    (folder / LICENCES_FILE).write_bytes(gzip.decompress(_vendored("licences.txt.gz")))
    yield from (PAGE_FILE, "about.js", "runtime.js", LICENCES_FILE)


def page_text() -> str:
    """The page as HTML."""
    own = files("regraft.exporting").joinpath("templates")
    html, style, code = (own.joinpath(f"page.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    script = _vendored("runtime.js").decode() + code
    policy = "; ".join(_POLICY).format(script=_allowed(script), style=_allowed(style))
    return html.replace("{policy}", policy).replace("{style}", style).replace("{script}", script)


def _vendored(name: str) -> bytes:
    return files("regraft.exporting").joinpath("vendored", name).read_bytes()


def _allowed(text: str) -> str:
    """What a policy says of one inline text: its digest."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
