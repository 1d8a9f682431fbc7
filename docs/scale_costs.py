"""The costs in scale.md: measured on one machine, and what they come to for many images.

    python docs/scale_costs.py            # writes the tables anew; a second
    python docs/scale_costs.py --quick    # only prints them
    python docs/scale_costs.py --core-hour 0.05 --requests 0.0004 --gigabyte 0.09    # with prices of yours, printed

Processor times are those of performance.md; a row of the store is weighed here. All else is an assumption with a name.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from regraft.data import LOOK
from regraft.features import FeatureKey, FeatureStore

PAGE = Path(__file__).with_name("scale.md")
BEGIN, END = "<!-- made by scale_costs.py: {} -->\n", "<!-- end -->"
PIXELS_MS, BF16_MS, FP32_MS = 1.29, 5.32, 9.19
"""Core-milliseconds an image: bytes to pixels, inference (bench/roofline.py, EfficientNet-Lite0)."""
REACHED = 0.91
"""Of that limit (bench/features.py)."""
N_FEATURES, N_PARAMETERS = 1280, 3_400_000
N_BYTES_IMAGE = 110_000
"""Mean of ImageNet's training images."""
N_SHARD_ROWS = 256
N_BYTES_RANGE = 4 << 20
"""Of one request where images lie in shards."""
OBJECT_READS, SHARD_READS = 1, 2
"""An object is hashed and decoded in one go; shards of small images are read to be listed, too."""
SIZES = {"ImageNet, 1.2 M": 1_200_000, "100 M": 100_000_000}
CORES = (2, 16, 256)


@dataclass(frozen=True)
class Prices:
    """In any currency.

    Attributes:
        core_hour: Of one core.
        requests: Of 1,000 reading requests.
        gigabyte: Of 1 GB that leaves the object store; nothing within a region of most.
    """

    core_hour: float = 0.04
    requests: float = 0.0004
    gigabyte: float = 0.0

    def of_thousand(self, core_seconds: float, n_requests: float, n_bytes: float) -> float:
        """What 1,000 images cost, from what one takes."""
        work = 1000 * core_seconds / 3600 * self.core_hour
        return work + n_requests * self.requests + 1000 * n_bytes / 1e9 * self.gigabyte


def main() -> None:
    """Write or print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="write nothing")
    for name, value in vars(Prices()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=value)
    arguments = parser.parse_args()
    prices = Prices(arguments.core_hour, arguments.requests, arguments.gigabyte)
    tables = {"extraction": extraction(), "storage": storage(), "money": money(prices), "feeding": feeding()}
    if arguments.quick or prices != Prices():
        print("\n".join(tables.values()))
        return
    text = PAGE.read_text(encoding="utf-8")
    for name, made in tables.items():
        begin = re.escape(BEGIN.format(name))
        around = re.split(f"(?<={begin}).*?(?={END})", text, flags=re.DOTALL)
        if len(around) != 2:
            raise ValueError(f"{PAGE.name} has {len(around) - 1} tables of {name}")
        text = made.join(around)
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.name}: {len(tables)} tables")


def table(*rows: tuple[str, ...]) -> str:
    """Markdown, the first row as its head."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) + "\n"


def core_seconds(inference_ms: float) -> float:
    """Of an image, waiting included."""
    return (PIXELS_MS + inference_ms) / REACHED / 1000


def extraction() -> str:
    """Core-hours and hours."""
    rows = [("images", "precision", "core-hours", *(f"hours on {n} cores" for n in CORES))]
    for name, n_images in SIZES.items():
        for precision, inference in (("bf16", BF16_MS), ("fp32", FP32_MS)):
            hours = n_images * core_seconds(inference) / 3600
            rows.append((name, precision, f"{hours:,.1f}", *(f"{hours / n:,.1f}" for n in CORES)))
    return table(*rows)


def row_bytes() -> float:
    """What a row of features takes in the store, its share of file and index included: weighed."""
    n_rows = 4 * N_SHARD_ROWS
    rng = np.random.default_rng(0)
    key = FeatureKey(transform="t", weights="w", architecture="a", layer="l", engine="e", view="plain", dtype="float32")
    with tempfile.TemporaryDirectory() as folder:
        store = FeatureStore(Path(folder) / "features")
        for start in range(0, n_rows, N_SHARD_ROWS):
            digests = [rng.bytes(32).hex() for _ in range(start, start + N_SHARD_ROWS)]
            store.add(key, digests, rng.normal(size=(N_SHARD_ROWS, N_FEATURES)).astype(np.float32))
        return store.info().n_bytes / n_rows


def storage() -> str:
    """Bytes that are kept, and requests that reading takes."""
    row, look = row_bytes(), LOOK.itemsize + 100
    rows = [("images", "images' bytes", "features", "looks", "shard files", "requests, one object each", "in shards")]
    for name, n_images in SIZES.items():
        in_shards = SHARD_READS * n_images * N_BYTES_IMAGE / N_BYTES_RANGE
        rows.append((
            name, gigabytes(n_images * N_BYTES_IMAGE), gigabytes(n_images * row), gigabytes(n_images * look),
            f"{2 * n_images / N_SHARD_ROWS:,.0f}", f"{n_images * (OBJECT_READS + 1 / 1000):,.0f}", f"{in_shards:,.0f}",
        ))  # fmt: skip
    return table(*rows)


def gigabytes(n_bytes: float) -> str:
    """In GB."""
    return f"{n_bytes / 1e9:,.1f} GB"


def money(prices: Prices) -> str:
    """Of 1,000 images, and of all."""
    at = f"{prices.core_hour:g} a core-hour, {prices.requests:g} for 1,000 requests, {prices.gigabyte:g} for 1 GB"
    rows = [(f"at {at}", "1,000 images", *SIZES)]
    seconds = core_seconds(BF16_MS)
    in_shards = SHARD_READS * N_BYTES_IMAGE / N_BYTES_RANGE
    ways = (("objects", OBJECT_READS, OBJECT_READS + 1 / 1000), ("shards", SHARD_READS, in_shards))
    for name, n_reads, n_requests in ways:
        thousand = prices.of_thousand(seconds, n_requests, n_reads * N_BYTES_IMAGE)
        rows.append((f"bf16, {name}", f"{thousand:.5f}", *(f"{thousand * n / 1000:,.2f}" for n in SIZES.values())))
    return table(*rows)


def feeding() -> str:
    """What must come in so that nobody waits."""
    rows = [("who computes", "images/s", "MB/s to be read", "cores that decode")]
    for n_cores in CORES:
        rate = n_cores / core_seconds(BF16_MS)
        rows.append((f"{n_cores} cores, bf16", f"{rate:,.0f}", f"{rate * N_BYTES_IMAGE / 1e6:,.0f}", "among them"))
    for rate in (2_000, 10_000):
        decoding = f"{rate * PIXELS_MS / 1000:,.1f}"
        rows.append((f"a GPU that could do {rate:,}", f"{rate:,}", f"{rate * N_BYTES_IMAGE / 1e6:,.0f}", decoding))
    message = 4 * N_PARAMETERS / 1e6
    rows.append(("training a whole network on 2 machines", "", f"{message:.0f} MB sent and received a step", ""))
    return table(*rows)


if __name__ == "__main__":
    main()
