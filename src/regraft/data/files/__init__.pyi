from .packed import DECOMPRESSORS, content_name, explain_packed
from .readable_kinds import N_SIGNATURE_BYTES, READABLE_KINDS
from .signatures import N_END_BYTES, ContentKind, identify_content, require_readable
from .stored import N_BYTES_MAX, ImageFile, ShardFile, StoredImage, as_files, forget_contents, n_readers, reading_order
from .unreadable import Reason, Unreadable, UnreadableImageError, explain_os_error

__all__ = [
    "DECOMPRESSORS",
    "N_BYTES_MAX",
    "N_END_BYTES",
    "N_SIGNATURE_BYTES",
    "READABLE_KINDS",
    "ContentKind",
    "ImageFile",
    "Reason",
    "ShardFile",
    "StoredImage",
    "Unreadable",
    "UnreadableImageError",
    "as_files",
    "content_name",
    "explain_os_error",
    "explain_packed",
    "forget_contents",
    "identify_content",
    "n_readers",
    "reading_order",
    "require_readable",
]
