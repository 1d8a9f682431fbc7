"""A classifier that a server holds, in use: what `Classifier` is for a bundle."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from regraft.bundle.asked_images import ask
from regraft.bundle.prediction_stream import PredictionStream
from regraft.bundle.predictions import Telling
from regraft.bundle.served_sight import ServedSight
from regraft.bundle.server_lines import TOKEN_VARIABLE, ServerAddress, ServerLines
from regraft.core import FetchError, OptionError, cache_folder, listed, printable, quoted

if TYPE_CHECKING:
    from regraft.images import GivenImages

_SECONDS_AT_FIRST = 3.0
"""How long it may take until a server is there at all."""


@dataclass(frozen=True, eq=False)
class ServedClassifier:
    """A classifier behind HTTP. Images are sent without their names, one by one.

    Attributes:
        sight: Asks it.
    """

    sight: ServedSight

    def __repr__(self) -> str:
        return f"<ServedClassifier {self.sight.name}: {self.sight.address.url}>"

    def stream(self, images: GivenImages, *, top_k: int = 1, unknown: bool = True) -> PredictionStream:
        """The classes of images, one image after the other: arguments and errors are those of `Classifier.stream`."""
        sight = replace(self.sight, looks_for_unknown=unknown)
        return PredictionStream(
            images=ask(images, top_k=top_k),
            networks=sight,
            judge=sight.judge,
            telling=Telling(sight.class_names, top_k, looks_for_unknown=unknown),
            bundle=sight.digest,
            cache=cache_folder(),
        )


def open_served(url: str, name: str) -> ServedClassifier:
    """Look a classifier up.

    Args:
        url: Of the server: http or https. What REGRAFT_TOKEN holds is shown to it.
        name: Of the classifier there.

    Raises:
        OptionError: That is no address, there is no such classifier, or the token is none that the server knows.
        FetchError: The server cannot be reached, or is none.
    """
    address, token = ServerAddress.parse(url), os.environ.get(TOKEN_VARIABLE, "").strip()
    if not re.fullmatch(r"[!-~]*", token):
        raise OptionError(f"What {TOKEN_VARIABLE} holds is no token: it has blanks, or letters that are not ASCII.")
    with ServerLines(address, token, _SECONDS_AT_FIRST) as lines:
        reply = lines.ask(f"/v1/models/{quote(name, safe='')}")
        if reply.status == 404:
            told = lines.ask("/v1/models").told.get("models")
            known = [str(one.get("name")) for one in told if isinstance(one, dict)] if isinstance(told, list) else []
            if known:
                shown = listed([quoted(one) for one in known], 10)
                raise OptionError(f"The server at {url} has no classifier {quoted(name)}: it has {shown}.")
    if reply.status != 200:
        raise lines.refusal(reply)
    names, digest = reply.told.get("class_names"), reply.told.get("digest")
    if not (isinstance(names, list) and names and all(isinstance(one, str) for one in names) and digest):
        raise FetchError(f"What answers at {url} is no server of Regraft.")
    return ServedClassifier(ServedSight(address, token, name, str(digest), tuple(map(printable, names))))
