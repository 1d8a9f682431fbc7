"""Scripts for pages, from npm into the package: no page needs a network then.

    python tools/vendor.py            # write the folders called vendored again; needs npm
    python tools/vendor.py --check    # only compare with what is there

ONNX Runtime for browsers goes into exports for the web; Swagger UI shows what a server can be asked. Versions and
digests of the packages are below: what is none of the two is refused.
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
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).parents[1] / "src" / "regraft"
NAMES = ("InferenceSession", "Tensor", "env")
"""What the page uses of ONNX Runtime."""


@dataclass(frozen=True)
class Package:
    """What is taken of a package.

    Attributes:
        name: With its version.
        sha512: Of its archive, in base64.
        floor: Whose folder `vendored` it goes into.
        made: The files there, from those of the archive.
    """

    name: str
    sha512: str
    floor: str
    made: Callable[[tarfile.TarFile], dict[str, bytes]]


def main() -> None:
    """Fetch, verify, and write or compare."""
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder, tarfile.open(fetched(package, Path(folder))) as archive:
            made = package.made(archive)
        for name, content in made.items():
            file = SOURCE / package.floor / "vendored" / name
            if "--check" not in sys.argv:
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(content)
            elif file.read_bytes() != content:
                raise SystemExit(f"{file} is not what {package.name} gives.")


def fetched(package: Package, folder: Path) -> Path:
    """The package's archive."""
    subprocess.run(["npm", "pack", "--silent", package.name], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.iterdir()
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise SystemExit(f"{package.name} has the digest {digest}, not {package.sha512}.")
    return archive


def runtime(archive: tarfile.TarFile) -> dict[str, bytes]:
    """ONNX Runtime for browsers, and the texts that go with the same code's wheel: the npm package has none."""
    notices = (distribution("onnxruntime").locate_file(f"onnxruntime/{name}") for name in RUNTIME_NOTICES)
    return {
        "runtime.wasm.gz": packed(member(archive, "dist/ort-wasm-simd-threaded.wasm")),
        "runtime.js": as_variable(member(archive, "dist/ort.wasm.bundle.min.mjs").decode()).encode(),
        "licences.txt.gz": packed(b"".join(Path(str(file)).read_bytes() + b"\n" for file in notices)),
    }


def swagger(archive: tarfile.TarFile) -> dict[str, bytes]:
    """Swagger UI in one script, without the address of a map that is not there."""
    script = re.sub(rb"\n//# sourceMappingURL=\S*\s*$", b"\n", member(archive, "swagger-ui-bundle.js"))
    style = re.sub(rb"\n/\*# sourceMappingURL=\S*\*/\s*$", b"\n", member(archive, "swagger-ui.css"))
    notices = ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt")
    return {
        "swagger-ui.js.gz": packed(script),
        "swagger-ui.css.gz": packed(style),
        "licences.txt.gz": packed(b"".join(member(archive, name) + b"\n" for name in notices)),
    }


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """A file of the package."""
    file = archive.extractfile(f"package/{name}")
    assert file is not None
    return file.read()


def as_variable(module: str) -> str:
    """A module's text with `const ort = {...}` in the place of its exports: it becomes the head of another one."""
    code, exported = re.fullmatch(r"(.*;)export\{([^}]*)\};\n//[^\n]*\n?", module, flags=re.DOTALL).groups()  # type: ignore[union-attr]
    known = {name: own for own, name in (pair.split(" as ") for pair in exported.split(",") if " as " in pair)}
    return f"{code}\nconst ort = {{{', '.join(f'{name}: {known[name]}' for name in NAMES)}}};\n"


def packed(content: bytes) -> bytes:
    """Compressed, always to the same bytes."""
    return gzip.compress(content, compresslevel=9, mtime=0)


RUNTIME_NOTICES = ("LICENSE", "ThirdPartyNotices.txt")
PACKAGES = (
    Package(
        "onnxruntime-web@1.30.0",
        "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==",
        "exporting",
        runtime,
    ),
    Package(
        "swagger-ui-dist@5.35.0",
        "U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==",
        "serving",
        swagger,
    ),
)


if __name__ == "__main__":
    main()
