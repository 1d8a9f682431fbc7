"""Data sets written: TFRecord, WebDataset's tar, Hugging Face's Parquet, folders. `regraft.data` reads them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
