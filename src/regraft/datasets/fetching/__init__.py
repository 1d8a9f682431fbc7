"""How the files of a published data set come here whole, or are brought."""

from regraft.datasets.fetching.archives import FetchedArchive, Source, find_brought, gather_archives
from regraft.datasets.fetching.connections import NotConnectedError, RangeRefusedError, Web
from regraft.datasets.fetching.downloads import fetch_file

__all__ = [
    "FetchedArchive",
    "NotConnectedError",
    "RangeRefusedError",
    "Source",
    "Web",
    "fetch_file",
    "find_brought",
    "gather_archives",
]
