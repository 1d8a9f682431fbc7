"""The whole audit of many images from given features and looks: seconds by check, and the peak of memory.

    python bench/many_images.py                  # 100,000 drawn numbers: 5 minutes on 2 idle cores
    python bench/many_images.py --number 20000
    python bench/many_images.py --quick          # 300

Images are of ten classes, with 1,280 features that tell these, and with thumbnails of noise of all sizes. One in a
hundred is an earlier one again, a little darker, and one in twenty has another's label.
"""

from __future__ import annotations

import resource
import time

import numpy as np

from regraft.auditing import AuditedImages, audit_images
from regraft.data import LOOK, THUMBNAIL_PIXELS
from regraft.heads import Candidates
from rounds import new_parser

N_CLASSES, N_FEATURES = 10, 1280
SHARE_WRONG, SHARE_COPIED = 0.05, 0.01
BLOCK = 1000


def main() -> None:
    """Measure as many as the arguments say."""
    parser = new_parser(__doc__)
    parser.add_argument("--number", type=int, default=100_000)
    arguments = parser.parse_args()
    images = drawn(300 if arguments.quick else arguments.number)
    before = peak()
    began = time.perf_counter(), time.process_time()
    found = audit_images(images, Candidates("softmax", n_strengths=8))
    seconds = time.perf_counter() - began[0], time.process_time() - began[1]
    for name, spent in sorted(found.seconds.items(), key=lambda pair: -pair[1]):
        print(f"  {spent:8.1f} s  {name}")
    for finding in found.findings:
        print(f"  {finding.severity}: {finding.message}")
    print(
        f"{len(images):,} images: {seconds[0]:.1f} s, {seconds[1]:.1f} s of processors; "
        f"peak {peak():.1f} GiB, {before:.1f} GiB of it before the audit"
    )


def drawn(n_images: int) -> AuditedImages:
    """Images that were never there."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, N_CLASSES, n_images)
    middles = rng.standard_normal((N_CLASSES, N_FEATURES)).astype(np.float32) / 8
    features = np.empty((n_images, N_FEATURES), np.float16)  # as a store keeps them
    looks = np.zeros(n_images, LOOK)
    for start in range(0, n_images, BLOCK):
        part = slice(start, start + BLOCK)
        n = len(labels[part])
        features[part] = rng.standard_normal((n, N_FEATURES), np.float32) + middles[labels[part]]
        looks["thumbnail"][part] = thumbnails(n, rng)
    for name in ("width", "height"):
        looks[name] = 224
    looks["n_bytes"] = rng.integers(10_000, 20_000, n_images)
    looks["brightness"] = looks["thumbnail"].mean(axis=(1, 2))
    n_copied = round(SHARE_COPIED * n_images)
    copies, originals = rng.permutation(n_images)[: 2 * n_copied].reshape(2, -1)
    looks["thumbnail"][copies] = looks["thumbnail"][originals] * 0.9
    features[copies], labels[copies] = features[originals], labels[originals]
    is_wrong = rng.random(n_images) < SHARE_WRONG
    given = np.where(is_wrong, (labels + rng.integers(1, N_CLASSES, n_images)) % N_CLASSES, labels)
    names = tuple(f"{rng.integers(1 << 62):x}.jpg" for _image in range(n_images))
    nothing = (None,) * n_images
    return AuditedImages(
        paths=names,
        labels=given,
        class_names=tuple(map(str, range(N_CLASSES))),
        digests=names,
        sides=nothing,
        groups=nothing,
        looks=looks,
        features=features.astype(np.float32),
        n_penultimate=N_FEATURES,
    )


def thumbnails(n_images: int, rng: np.random.Generator) -> np.ndarray:
    """Waves of all lengths, the long ones the strongest."""
    places = np.arange(THUMBNAIL_PIXELS)
    basis = np.cos(np.pi * np.outer(places + 0.5, places) / THUMBNAIL_PIXELS)
    waves = rng.normal(0, 1, (n_images, THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)) / (1 + np.add.outer(places, places))
    pixels: np.ndarray = (128 + 40 * (basis @ waves @ basis.T)).clip(0, 255)
    return pixels


def peak() -> float:
    """The most memory that this process had so far, in GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
