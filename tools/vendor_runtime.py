"""ONNX Runtime for browsers, from npm into the package: an export for the web holds it, and needs no network then.

    python tools/vendor_runtime.py            # write src/regraft/exporting/vendored again; needs npm
    python tools/vendor_runtime.py --check    # only compare with what is there

The package's version and digest are below: what is none of the two is refused.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import distribution
from pathlib import Path

PACKAGE = "onnxruntime-web@1.30.0"
SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
FOLDER = Path(__file__).parents[1] / "src" / "regraft" / "exporting" / "vendored"
NAMES = ("InferenceSession", "Tensor", "env")
"""What the page uses of it."""


def main() -> None:
    """Fetch, verify, and write or compare."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fetched(Path(folder))) as archive:
        made = {
            "runtime.wasm.gz": packed(member(archive, "ort-wasm-simd-threaded.wasm")),
            "runtime.js": as_variable(member(archive, "ort.wasm.bundle.min.mjs").decode()).encode(),
        }
    made["licences.txt.gz"] = packed(b"".join(map(notice, ("LICENSE", "ThirdPartyNotices.txt"))))
    for name, content in made.items():
        file = FOLDER / name
        if "--check" not in sys.argv:
            file.write_bytes(content)
        elif file.read_bytes() != content:
            raise SystemExit(f"{file} is not what {PACKAGE} gives.")


def fetched(folder: Path) -> Path:
    """The package's archive."""
    subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.iterdir()
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise SystemExit(f"{PACKAGE} has the digest {digest}, not {SHA512}.")
    return archive


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """A file of the package."""
    file = archive.extractfile(f"package/dist/{name}")
    assert file is not None
    return file.read()


def as_variable(module: str) -> str:
    """A module's text with `const ort = {...}` in the place of its exports: it becomes the head of another one."""
    code, exported = re.fullmatch(r"(.*;)export\{([^}]*)\};\n//[^\n]*\n?", module, flags=re.DOTALL).groups()  # type: ignore[union-attr]
    known = {name: own for own, name in (pair.split(" as ") for pair in exported.split(",") if " as " in pair)}
    return f"{code}\nconst ort = {{{', '.join(f'{name}: {known[name]}' for name in NAMES)}}};\n"


def notice(name: str) -> bytes:
    """A text that goes with the same code's wheel; the npm package has none."""
    return Path(str(distribution("onnxruntime").locate_file(f"onnxruntime/{name}"))).read_bytes() + b"\n"


def packed(content: bytes) -> bytes:
    """Compressed, always to the same bytes."""
    return gzip.compress(content, compresslevel=9, mtime=0)


if __name__ == "__main__":
    main()
