from .arrow_columns import number_column, text_column
from .errors import (
    TOLD_ELSEWHERE,
    BackboneError,
    BundleError,
    DataError,
    FetchError,
    FoundError,
    HeadError,
    InterruptedRunError,
    MissingExtraError,
    OptionError,
    RegraftError,
    StoreError,
    TrainingError,
)
from .extras import EXTRAS, VERB_EXTRAS, extra_mark, has_extra, require_extra
from .files import arrow_file, atomic_path, digest_bytes, digest_file, publish, require_space, sync_folder
from .former_names import old_names
from .json_writing import exact_json, json_text
from .locks import ThreadLock, exclusive
from .option_facts import (
    Matter,
    came_later,
    decides,
    judges,
    names_code,
    needs_extra,
    placed,
    same_work,
    suits_some,
    tells_extra,
)
from .option_faults import explain_validation, option_kinds, wanted
from .option_hints import explain_unknown, nearest
from .option_words import SYNONYMS
from .options import Options, PrintableText, Value
from .own_code import explain_own_error, line_of, load_function, own_file
from .paths import as_path, as_paths, as_source, described, several
from .places import CACHE_VARIABLE, cache_folder, is_writable, n_usable_cores
from .progress import Progress, SilentProgress
from .registry import Registry
from .rows import Rows
from .seeding import generator, hash_key
from .tensors import digest_parts, digest_tensors, read_tensor_header
from .text import (
    as_number,
    as_read,
    as_typed,
    duration,
    megabytes,
    plural,
    printable,
    quoted,
    shell_quoted,
    shortened,
    visible,
)
from .threads import in_threads
from .unkept import kept_file, note_unkept, scratch_folder, unkept_sentence
from .verb_options import VERB_OPTIONS

__all__ = [
    "CACHE_VARIABLE",
    "EXTRAS",
    "SYNONYMS",
    "TOLD_ELSEWHERE",
    "VERB_EXTRAS",
    "VERB_OPTIONS",
    "BackboneError",
    "BundleError",
    "DataError",
    "FetchError",
    "FoundError",
    "HeadError",
    "InterruptedRunError",
    "Matter",
    "MissingExtraError",
    "OptionError",
    "Options",
    "PrintableText",
    "Progress",
    "Registry",
    "RegraftError",
    "Rows",
    "SilentProgress",
    "StoreError",
    "ThreadLock",
    "TrainingError",
    "Value",
    "arrow_file",
    "as_number",
    "as_path",
    "as_paths",
    "as_read",
    "as_source",
    "as_typed",
    "atomic_path",
    "cache_folder",
    "came_later",
    "decides",
    "described",
    "digest_bytes",
    "digest_file",
    "digest_parts",
    "digest_tensors",
    "duration",
    "exact_json",
    "exclusive",
    "explain_own_error",
    "explain_unknown",
    "explain_validation",
    "extra_mark",
    "generator",
    "has_extra",
    "hash_key",
    "in_threads",
    "is_writable",
    "json_text",
    "judges",
    "kept_file",
    "line_of",
    "load_function",
    "megabytes",
    "n_usable_cores",
    "names_code",
    "nearest",
    "needs_extra",
    "note_unkept",
    "number_column",
    "old_names",
    "option_kinds",
    "own_file",
    "placed",
    "plural",
    "printable",
    "publish",
    "quoted",
    "read_tensor_header",
    "require_extra",
    "require_space",
    "same_work",
    "scratch_folder",
    "several",
    "shell_quoted",
    "shortened",
    "suits_some",
    "sync_folder",
    "tells_extra",
    "text_column",
    "unkept_sentence",
    "visible",
    "wanted",
]
