"""Shards: files that each hold many images. TFRecord, WebDataset's tar and Hugging Face's Parquet.

An image stays where it is: a row of the manifest is a part of a file, or a cell of one (docs/shards.md).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
