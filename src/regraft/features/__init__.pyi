from .extraction import Extraction, Extractor
from .key import FeatureKey
from .passes import SHARD_ROWS
from .store import FeatureStore
from .store_info import StoreInfo
from .wiring import backbone_transform, build_extractor, open_store

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
