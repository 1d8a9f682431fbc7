"""Loading a classifier: nothing is used before all of it has been checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from regraft.backbones import WeightsSource
from regraft.bundle.classifier import Classifier, choose_like
from regraft.bundle.record import (
    HEAD_FILE,
    NOVELTY_FILE,
    RECORD_FILE,
    SCHEMA_VERSION,
    TENSOR_FILES,
    BundleRecord,
)
from regraft.core import (
    BundleError,
    StoreError,
    as_path,
    cache_folder,
    digest_file,
    digest_tensors,
    plural,
    read_tensor_header,
)
from regraft.heads import LinearHead

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.backbones import BackboneSpec, EngineChoice
    from regraft.heads import NoveltyDetector, PredictionSets

N_RECORD_BYTES_MAX = 64 << 20
N_TENSOR_BYTES_MAX = 16 << 30


def load(
    folder: str | Path,
    *,
    choice: EngineChoice | None = None,
    cache: str | Path | None = None,
    trust_code: bool = False,
) -> Classifier:
    """Load a classifier from its folder.

    The record is checked against its schema, the tensor files against their digests and sizes, and the
    head against the classes, before any tensor is used. Nothing in a bundle is executed, unless it holds a network's
    source code and the user trusts it.

    Args:
        folder: The bundle, or a run's folder that holds one.
        choice: What shall run it; None for what it was made with, or the nearest to it.
        cache: The cache folder; None for the usual one.
        trust_code: Run the network's source code that the bundle holds, with the user's rights.

    Raises:
        OptionError: The folder is no path.
        BundleError: It is missing, damaged, contradictory, or from a newer Regraft; or it needs code that is not
            trusted.
    """
    cache = cache_folder() if cache is None else as_path(cache, "The cache")
    folder = find_bundle(folder)
    record = read_record(folder)
    for name in TENSOR_FILES:
        check_tensor_file(folder, name, record.digests.get(name))
    try:
        head = LinearHead.from_parts(read_tensors(folder / HEAD_FILE), record.head)
    except BundleError:
        raise
    except Exception as error:  # whatever a hostile record makes a constructor raise
        raise BundleError(f"The bundle {folder} holds a head that makes no sense: {error}") from error
    if head.n_classes != len(record.class_names):
        raise BundleError(
            f"The bundle {folder} names {len(record.class_names)} classes, but its head has {head.n_classes}."
        )
    novelty, sets = _read_uncertainty(folder, record)
    if novelty is not None and novelty.n_features not in (None, _n_seen(record, head)):
        raise BundleError(f"What {folder} knows of its classes' looks is of other features than its networks give.")
    backbones = [_network(folder, record, place, trust_code=trust_code) for place in range(len(record.networks))]
    return Classifier(
        record=record,
        head=head,
        backbones=tuple(backbones),
        choice=choice or choose_like(record),
        cache=cache,
        novelty=novelty,
        sets=sets,
    )


def _n_seen(record: BundleRecord, head: LinearHead) -> int:
    """How many features of an image the measure of strangeness is given."""
    frozen = record.networks[len(record.head_networks) :]
    return sum(network.backbone.n_features for network in frozen) if frozen else head.n_inputs


def _read_uncertainty(folder: Path, record: BundleRecord) -> tuple[NoveltyDetector | None, PredictionSets | None]:
    """What says how sure the classifier is, where the bundle holds it."""
    tensors: dict[str, Any] = {}
    if NOVELTY_FILE in record.digests:
        check_tensor_file(folder, NOVELTY_FILE, record.digests[NOVELTY_FILE])
        tensors = read_tensors(folder / NOVELTY_FILE)
    if record.novelty is None and record.prediction_sets is None:
        return None, None
    from regraft.heads import NoveltyDetector, PredictionSets

    try:
        return (
            None if record.novelty is None else NoveltyDetector.from_parts(tensors, record.novelty),
            None if record.prediction_sets is None else PredictionSets.from_settings(record.prediction_sets),
        )
    except Exception as error:  # whatever a hostile record makes a constructor raise
        raise BundleError(f"What {folder} says of unknown images or of sets makes no sense: {error}") from error


def _network(folder: Path, record: BundleRecord, place: int, *, trust_code: bool) -> BackboneSpec:
    """One of a bundle's networks, whose weights are those in the bundle."""
    backbone, file = record.networks[place].backbone, record.weights_file(place)
    check_tensor_file(folder, file, record.digests.get(file))
    try:
        digest = digest_tensors(folder / file)
    except Exception as error:  # whatever a hostile file makes a reader raise
        raise BundleError(f"The bundle {folder} holds a network that makes no sense: {error}") from error
    if digest != backbone.digest:
        raise BundleError(f"The network's weights in {folder / file} are not those that the bundle's record names.")
    backbone = backbone.model_copy(update={"weights": WeightsSource(kind="file", location=str(folder / file))})
    if backbone.family != "own":
        return backbone
    return _with_code(backbone, folder, record.code_file(place), record, trust_code=trust_code)


def find_bundle(folder: str | Path) -> Path:
    """The bundle that a path means: itself, or the `bundle` folder inside a run.

    Raises:
        BundleError: There is none.
    """
    folder = as_path(folder, "A bundle or run")
    for candidate in (folder, folder / "bundle"):
        if (candidate / RECORD_FILE).is_file():
            return candidate.resolve()
    raise BundleError(f"There is no bundle at {folder}: a bundle is a folder with a {RECORD_FILE}.")


def read_record(folder: Path) -> BundleRecord:
    """Read and check `bundle.json`.

    Raises:
        BundleError: It is too large, damaged, or from a newer Regraft.
    """
    path = folder / RECORD_FILE
    if path.stat().st_size > N_RECORD_BYTES_MAX:
        raise BundleError(f"{path} is larger than a record can be ({path.stat().st_size:,} bytes).")
    content = path.read_bytes()
    try:
        return _newest_only(BundleRecord.model_validate_json(content), folder)
    except ValidationError as error:
        version = _claimed_version(content)
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise _too_new(folder, version) from error
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise BundleError(
            f"{path} is damaged or no bundle record: {plural(error.error_count(), 'fault')}, first at {place}: "
            f"{first['msg']}."
        ) from error


def _newest_only(record: BundleRecord, folder: Path) -> BundleRecord:
    if record.schema_version > SCHEMA_VERSION:
        raise _too_new(folder, record.schema_version)
    return record


def _too_new(folder: Path, version: int) -> BundleError:
    return BundleError(
        f"The bundle {folder} has format {version}; this Regraft reads up to format {SCHEMA_VERSION}. "
        "Install a newer one: pip install --upgrade regraft"
    )


def _claimed_version(content: bytes) -> Any:
    import json

    try:
        return json.loads(content)["schema_version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _with_code(
    backbone: BackboneSpec, folder: Path, file: str, record: BundleRecord, *, trust_code: bool
) -> BackboneSpec:
    """A network that its author wrote, made by the source in the bundle and by nothing else on this machine."""
    path, digest = folder / file, record.digests.get(file)
    if not trust_code:
        raise BundleError(
            f"The network of {folder} is its author's own code ({path}), which would run with your rights. Read it; "
            "if you trust it, add --trust-code (in Python: trust_code=True)."
        )
    function = backbone.architecture.rpartition(":")[2]
    _check_digest(folder, file, digest)
    if digest != backbone.code or not function.isidentifier():
        raise BundleError(f"The source code in {folder} is not the one that its record names.")
    return backbone.model_copy(update={"architecture": f"{path}:{function}"})


def check_tensor_file(folder: Path, name: str, digest: str | None) -> None:
    """Refuse a tensor file that is not the one that the record names, or whose header does not describe it.

    Raises:
        BundleError: So it is.
    """
    _check_digest(folder, name, digest)
    try:
        read_tensor_header(folder / name)
    except StoreError as error:
        raise BundleError(str(error)) from error


def _check_digest(folder: Path, name: str, digest: str | None) -> None:
    path = folder / name
    if digest is None:
        raise BundleError(f"The record of the bundle {folder} has no digest for {name}.")
    if path.is_symlink() or not path.is_file():
        raise BundleError(f"The bundle {folder} lacks the file {name}.")
    if path.stat().st_size > N_TENSOR_BYTES_MAX:
        raise BundleError(f"{path} is larger than a bundle's file can be ({path.stat().st_size:,} bytes).")
    if digest_file(path) != digest:
        raise BundleError(f"{path} is damaged or was changed: its digest is not the one in {RECORD_FILE}.")


def read_tensors(path: Path) -> dict[str, Any]:
    """The arrays of a file that was checked."""
    from safetensors.numpy import load_file

    return dict(load_file(path))
