"""What the source distribution and the wheel hold, and that neither needs a compiler."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from distributions import HERE, build

pytestmark = pytest.mark.slow

SOURCE = HERE / "src"
COMPILED = {f"regraft/{name}.abi3.so" for name in ("images/_resample", "images/_looking", "finetuning/_depthwise")}
BESIDE_MODULES = {".pyi", ".csv", ".j2", ".css", ".html", ".js", ".gz", ".txt", ".typed"}
PIXELS = """
import hashlib
import numpy as np
import regraft.images.resampling as resampling

found = hashlib.sha256()
rng = np.random.default_rng(0)
for height, width, n_channels in ((375, 500, 3), (90, 110, 1), (7, 5, 3)):
    pixels = rng.integers(0, 256, (height, width, n_channels)).astype(np.uint8)
    for size in ((224, 224), (97, 101), (640, 480)):
        for interpolation in ("bilinear", "bicubic", "lanczos"):
            box = (width * 0.11, height * 0.07, width * 0.93, height * 0.96)
            resized = resampling.resample(pixels, size, box, interpolation)
            found.update(np.asarray(resampling.as_image(resized)).tobytes())
print(resampling.__file__, resampling.HAS_COMPILED_RESAMPLING, found.hexdigest())
"""


def members(wheel):
    """The names of a wheel's files."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources(*, but):
    """The files of the source tree that are not made by running or building it."""
    made = {".pyc", ".so", ".pyd", *but}
    files = (path for path in (SOURCE / "regraft").rglob("*") if path.is_file() and path.suffix not in made)
    return {path.relative_to(SOURCE).as_posix() for path in files}


@pytest.fixture(scope="module")
def interpreted(unpack, tmp_path_factory):
    """A wheel that was built where no compiler is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CC", raising=False)
        return build(
            "wheel", unpack(), tmp_path_factory.mktemp("interpreted"), PATH=str(tmp_path_factory.mktemp("path"))
        )


def test_a_wheel_holds_all_modules_and_what_they_read(wheel):
    """Stubs of lazy front doors, tables, templates, the mark of types, the licence; no test, no script, no C."""
    held = {name for name in members(wheel) if ".dist-info/" not in name}
    assert held - COMPILED == sources(but={".c"})
    assert {PurePosixPath(name).suffix for name in held} - {".py", ".so"} == BESIDE_MODULES
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in members(wheel))


@pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")
def test_a_wheel_is_compiled_for_all_versions_of_python(wheel):
    """Both modules in C are in it, for this system and Python 3.11 and later."""
    assert members(wheel) >= COMPILED
    assert "-cp311-abi3-" in wheel.name


def test_a_source_distribution_holds_what_a_wheel_is_made_of(sdist):
    """All sources with the C, how they are built, the page, the licence; no tests, no scripts."""
    with tarfile.open(sdist) as archive:
        names = {PurePosixPath(*PurePosixPath(entry.name).parts[1:]) for entry in archive if entry.isfile()}
    held = {name.as_posix() for name in names if "regraft.egg-info" not in name.parts}
    assert held == {f"src/{name}" for name in sources(but=())} | {
        "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "setup.cfg",
    }  # fmt: skip


def test_without_a_compiler_a_wheel_lacks_the_compiled_modules_only(wheel, interpreted):
    """The source distribution builds there, too."""
    assert not members(interpreted) & COMPILED
    assert members(wheel) - members(interpreted) <= COMPILED


def test_pixels_are_the_same_with_and_without_a_compiler(wheel, interpreted, tmp_path):
    """To the bit, of several sizes and filters, each in a process that has the installed wheel."""
    found = {}
    for name, built in (("compiled", wheel), ("interpreted", interpreted)):
        target = tmp_path / name
        shutil.unpack_archive(built, target, "zip")
        program = [sys.executable, "-c", PIXELS]
        done = subprocess.run(program, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(target)})
        file, is_compiled, found[name] = done.stdout.split()
        assert Path(file).is_relative_to(target)
        assert is_compiled == str(bool(members(built) & COMPILED))
    assert found["compiled"] == found["interpreted"]
