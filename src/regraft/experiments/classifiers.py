"""A classifier from a fitted head, with a record of how it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.bundle import SCHEMA_VERSION, BundleRecord, Classifier, EngineRecord, Making, NetworkRecord
from regraft.core import cache_folder
from regraft.experiments.circumstances import installed_versions, now

if TYPE_CHECKING:
    from regraft.bundle import Reader
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.network_options import NetworkOptions
    from regraft.heads import LinearHead


PROBED = Making(network="fixed", calibration="cross-validation")
"""A head on features as they are."""


def build_classifier(
    name: str, data: DatasetFeatures, head: LinearHead, options: NetworkOptions, making: Making = PROBED
) -> Classifier:
    """The classifier that a head for all classes makes of the data's network.

    Args:
        name: The run's.
        data: Its network.
        head: For all classes.
        options: What was asked for.
        making: How it came about.
    """
    networks = data.networks
    of_head: tuple[Reader, ...] = ("head",) if networks.frozen else ("head", "novelty")
    of_frozen: tuple[Reader, ...] = ("novelty",)
    readers = [*((part, of_head) for part in networks.parts), *((part, of_frozen) for part in networks.frozen)]
    record = BundleRecord(
        schema_version=SCHEMA_VERSION,
        name=name,
        created=now(),
        class_names=data.manifest.class_names,
        networks=tuple(
            NetworkRecord(
                backbone=part.spec,
                layer=part.layer,
                transform=part.transform,
                views=tuple(view.name for view in part.views),
                read_by=read_by,
            )
            for part, read_by in readers
        ),
        engine=EngineRecord(engine=data.choice.engine, precision=data.choice.precision, device=data.choice.device),
        head=head.settings(),
        digests={},
        options=options.model_dump(mode="json"),
        versions=installed_versions(),
        making=making,
    )
    backbones = tuple(part.spec for part, _read_by in readers)
    return Classifier(record=record, head=head, backbones=backbones, choice=data.choice, cache=cache_folder())
