from .adoption import Adoption
from .crews import Order
from .extraction import Extraction, Extractor, Kept
from .joining import JoinedNetworks
from .kept_rows import read_kept
from .key import FeatureKey
from .locating import LocatedFeatures, Locator
from .loose_shards import LooseShards
from .merging import merge_store
from .passes import SHARD_ROWS
from .store import FeatureStore
from .store_info import StoreInfo
from .stored_rows import MEMORY_SHARE, StoredRows, take_rows
from .tapping import TappedNetwork, tap_network
from .wiring import backbone_transform, build_extractor, open_store

__all__ = [
    "MEMORY_SHARE",
    "SHARD_ROWS",
    "Adoption",
    "Extraction",
    "Extractor",
    "FeatureKey",
    "FeatureStore",
    "JoinedNetworks",
    "Kept",
    "LocatedFeatures",
    "Locator",
    "LooseShards",
    "Order",
    "StoreInfo",
    "StoredRows",
    "TappedNetwork",
    "backbone_transform",
    "build_extractor",
    "merge_store",
    "open_store",
    "read_kept",
    "take_rows",
    "tap_network",
]
