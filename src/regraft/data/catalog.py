"""Data sets that are known by name. A data set is a row here."""

from __future__ import annotations

import csv
import importlib.util
import shlex
from pathlib import Path

from regraft.core import DataError, MissingExtraError, Registry, Value
from regraft.data.manifest import Manifest, Split
from regraft.data.names import label_positions


class Archive(Value):
    """A zip file of a published data set, as its publisher offers it."""

    url: str
    split: Split
    """The side of the publisher's own split that its images are on."""
    n_bytes_about: int
    """Its size as the publisher rounds it. More than twice as much is refused."""
    images: str
    """Regular expression on the whole name of a member that is an image: `class` and `name` are its groups."""
    sha256: str | None = None
    """Digest of the file, enforced. None where it is not known to us: then the digest of what came is told and kept
    beside the data (`Provenance`), and proves only that nothing has changed since."""

    @property
    def file_name(self) -> str:
        """The last part of its address."""
        return self.url.rpartition("/")[2]

    @property
    def n_bytes_max(self) -> int:
        """More is refused."""
        return 2 * self.n_bytes_about

    @property
    def n_unpacked_bytes_max(self) -> int:
        """More is refused as a bomb."""
        return 8 * self.n_bytes_about


class Dataset(Value):
    """A published data set: what it is, what one may do with it, where it comes from."""

    name: str
    title: str
    n_images: int
    n_classes: int
    licence: str
    citation: str
    source: str
    how: str
    package: str | None = None
    """Importable package that holds it; None where it is fetched."""
    extra: str | None = None
    """The extra of Regraft that installs the package."""
    archives: tuple[Archive, ...] = ()
    """What `regraft datasets get` fetches: no other address ever is."""
    group_by: str | None = None
    """The `--group-by` that keeps images of one object together."""
    reference: str | None = None
    """Published results to compare with."""

    def command(self, place: str) -> str:
        """How to measure a first classifier on it, where it lies at `place`."""
        group = f" --group-by {shlex.quote(self.group_by)}" if self.group_by else ""
        return f"regraft probe {shlex.quote(place)}{group}"


_BELGIUM = "https://btsd.ethz.ch/shareddata/BelgiumTSC/BelgiumTSC_"
_BELGIUM_IMAGES = r"(?:[^/]+/)*(?P<class>\d{5})/(?P<name>\w[\w.-]*\.ppm)"

DATASETS: Registry[Dataset] = Registry(
    "data set",
    {
        row.name: row
        for row in (
            Dataset(
                name="elpv",
                title="Solar cells in electroluminescence images, defective (defect probability > 0.5) or functional",
                n_images=2624,
                n_classes=2,
                licence="CC BY-NC-SA 4.0",
                citation="Deitsch et al. 2019, Automatic classification of defective photovoltaic module cells in "
                "electroluminescence images, Solar Energy 185 (arXiv:1807.02894)",
                source="https://github.com/zae-bayern/elpv-dataset",
                how="pip install 'regraft[demo]'",
                package="elpv_dataset",
                extra="demo",
                reference="Deitsch et al. 2019: SVM on hand-made features 82.4 %, fine-tuned VGG-19 88.4 % "
                "(mean over mono and poly cells, 25 % test)",
            ),
            Dataset(
                name="belgium-signs",
                title="Belgian traffic signs, 62 classes, about three views of each physical sign",
                n_images=7095,
                n_classes=62,
                licence="free for research; see the source",
                citation="Timofte, Zimmermann, Van Gool 2014, Multi-view traffic sign detection, recognition, and 3D "
                "localisation, Machine Vision and Applications 25",
                source="https://btsd.ethz.ch/shareddata/",
                how="regraft datasets get belgium-signs",
                archives=(
                    Archive(
                        url=f"{_BELGIUM}Training.zip", split="train", n_bytes_about=171_300_000, images=_BELGIUM_IMAGES
                    ),
                    Archive(
                        url=f"{_BELGIUM}Testing.zip", split="test", n_bytes_about=76_500_000, images=_BELGIUM_IMAGES
                    ),
                ),
                group_by=r"(\d+)/(\d+)_",
                reference="published CNNs 98 to 99 %; the one-layer network of a well-known tutorial 60 %",
            ),
        )
    },
)


def load_dataset(name: str) -> Manifest:
    """The manifest of a data set that comes in an installed package.

    Raises:
        OptionError: There is no data set of this name.
        MissingExtraError: Its package is not installed.
        DataError: It has to be fetched first, or its package is damaged.
    """
    row = DATASETS[name]
    if row.package is None or row.extra is None:
        raise DataError(f"The data set {name} does not come in a package. To get it: {row.how}")
    found = importlib.util.find_spec(row.package)
    if found is None or found.origin is None:
        raise MissingExtraError(f"The data set {name}", row.extra)
    return _read_elpv(Path(found.origin).parent / "data")


def _read_elpv(folder: Path) -> Manifest:
    """`labels.csv` has no header: path, defect probability and type of cell, separated by spaces."""
    try:
        with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file, delimiter=" ", skipinitialspace=True) if row]
        paths = [row[0] for row in rows]
        names = ["defective" if float(row[1]) > 0.5 else "functional" for row in rows]
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise DataError(f"The installed data set elpv is damaged ({error}). Install elpv-dataset again.") from error
    if not paths:
        raise DataError("The installed data set elpv is damaged (its table is empty). Install elpv-dataset again.")
    labels, class_names = label_positions(names)
    nothing = (None,) * len(paths)
    return Manifest(folder.resolve(), tuple(paths), labels, class_names, nothing, nothing)
