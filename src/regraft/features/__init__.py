"""Features computed once and kept: keys, the crash-safe store, extraction."""

from regraft.features.extraction import SHARD_ROWS, Extraction, Extractor
from regraft.features.key import FeatureKey
from regraft.features.store import FeatureStore
from regraft.features.store_info import StoreInfo
from regraft.features.wiring import backbone_transform, build_extractor, open_store

__all__ = [
    "SHARD_ROWS",
    "Extraction",
    "Extractor",
    "FeatureKey",
    "FeatureStore",
    "StoreInfo",
    "backbone_transform",
    "build_extractor",
    "open_store",
]
