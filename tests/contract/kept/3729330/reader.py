"""How this version read a bundle's record: its `bundle/record.py`, and `read_record` of its `bundle/reading.py`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from regraft.backbones import BackboneSpec
from regraft.core import BundleError, Value
from regraft.images import Transform

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = 1
N_CLASSES_MAX = 100_000
N_RECORD_BYTES_MAX = 64 << 20
RECORD_FILE = "bundle.json"

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EngineRecord(Value):
    """The engine that the head was fitted with: scores are exact on it and close on others."""

    engine: str
    precision: str
    device: str


class BundleRecord(Value):
    """Everything about a saved classifier but its tensors."""

    schema_version: int = Field(ge=1)
    name: str = Field(max_length=200)
    created: str = Field(max_length=64, description="ISO 8601 time")
    class_names: tuple[str, ...] = Field(min_length=2, max_length=N_CLASSES_MAX)
    backbone: BackboneSpec
    layer: str = Field(max_length=500)
    transform: Transform
    engine: EngineRecord
    head: dict[str, Any] = Field(description="settings of the linear head, heads.LinearHead.settings()")
    digests: dict[str, Digest] = Field(description="BLAKE3 of each tensor file, by its name in the bundle")
    options: dict[str, Any] = Field(default_factory=dict, description="what the run was asked for")
    metrics: dict[str, Any] = Field(default_factory=dict, description="what it reached on held-out images")
    versions: dict[str, str] = Field(default_factory=dict)


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
            f"{path} is damaged or no bundle record: {error.error_count()} faults, first at {place}: {first['msg']}."
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
    try:
        return json.loads(content)["schema_version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
