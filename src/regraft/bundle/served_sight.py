"""What images are seen with where a server holds the classifier: its answers."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from regraft.bundle.predictions import Judgement, Prediction
from regraft.bundle.server_lines import ServerLines
from regraft.core import BundleError, DataError, FetchError, InterruptedRunError, quoted, shortened
from regraft.data import Reason, Unreadable, UnreadableImageError, require_readable
from regraft.features import Extraction
from regraft.images import read_bytes, source_name, to_pixels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from regraft.bundle.server_lines import Reply, ServerAddress
    from regraft.core import Progress
    from regraft.images import ImageSource

N_CONNECTIONS = 4
"""Images that are asked about at a time."""
PATIENCE_SECONDS = 120.0
"""How long a server may be busy or away."""
_N_RANKS_MAX = 1000
"""Of how many classes a server tells the probabilities."""


@dataclass(frozen=True, eq=False)
class ServedSight:
    """What images are seen with there: a `Sight` whose features are answers, in float64.

    Each row holds k probabilities, of k classes whether they are in the set, the strangeness, and whether the image is
    unknown; NaN is what was not told.

    Attributes:
        address: Of the server.
        token: That it is shown; empty for none.
        name: What the classifier is called there.
        digest: What it is known by: answers are of this one.
        class_names: k, in the order of the probabilities' columns.
        looks_for_unknown: Whether it is asked which images look like none of the classes.
    """

    address: ServerAddress
    token: str = field(repr=False)
    name: str
    digest: str
    class_names: tuple[str, ...]
    looks_for_unknown: bool = True

    def extract(
        self, sources: Sequence[ImageSource], digests: Sequence[str | None], *, progress: Progress | None = None
    ) -> Extraction:
        """Answers to files; nothing is kept, and no progress reported."""
        del progress
        rows = [row for row, digest in enumerate(digests) if digest is not None]
        found = self._answers([sources[row] for row in rows])
        read = [place for place, one in enumerate(found) if not isinstance(one, Unreadable)]
        return Extraction(
            features=self._stacked([found[place] for place in read]),
            rows=np.array([rows[place] for place in read], np.int64),
            unreadable=tuple(one for one in found if isinstance(one, Unreadable)),
            n_computed=len(read),
            seconds=0.0,
        )

    def inputs(self, images: Iterable[ImageSource]) -> list[NDArray[np.uint8]]:
        """Images in memory as PNG, which loses nothing.

        Args:
            images: Arrays.
        """
        from PIL import Image

        found = []
        for image in images:
            assert isinstance(image, np.ndarray)
            file = io.BytesIO()
            Image.fromarray(to_pixels(image)).save(file, "PNG", compress_level=1)
            found.append(np.frombuffer(file.getvalue(), np.uint8))
        return found

    def compute(self, inputs: Sequence[NDArray[np.uint8]]) -> NDArray[Any]:
        """Answers to encoded images.

        Raises:
            DataError: The server does not take one.
        """
        found = self._answers([one.tobytes() for one in inputs])
        for one in found:
            if isinstance(one, Unreadable):
                raise DataError(f"The server does not take {one.path} ({one.reason}): {one.detail}.")
        return self._stacked(found)

    def judge(self, rows: NDArray[Any]) -> Judgement:
        """What rows say.

        Args:
            rows: (m, 2k + 2) float64.
        """
        k = len(self.class_names)
        if not len(rows):
            return Judgement(np.zeros((0, k)))
        probabilities, named, novelty, is_unknown = rows[:, :k], rows[:, k : 2 * k], rows[:, -2], rows[:, -1]
        told = None if np.isnan(named).any() else named > 0
        if np.isnan(is_unknown).any():
            return Judgement(probabilities, named=told)
        return Judgement(probabilities, novelty, is_unknown > 0, told)

    def _stacked(self, rows: Sequence[Any]) -> NDArray[Any]:
        return np.stack(rows) if rows else np.zeros((0, 2 * len(self.class_names) + 2))

    def _answers(self, sources: Sequence[ImageSource]) -> list[NDArray[np.float64] | Unreadable]:
        """What is told of images, several of which are asked about at a time."""
        with (
            ServerLines(self.address, self.token, PATIENCE_SECONDS) as lines,
            ThreadPoolExecutor(N_CONNECTIONS) as pool,
        ):
            try:
                return [*pool.map(lambda place: self._answer(lines, sources[place], place), range(len(sources)))]
            except KeyboardInterrupt:
                lines.hang_up()
                raise InterruptedRunError("Stopped.") from None
            except BaseException:
                lines.hang_up()
                raise

    def _answer(self, lines: ServerLines, source: ImageSource, place: int) -> NDArray[np.float64] | Unreadable:
        """What is told of an image: a row, or why there is none. What is no image is not sent."""
        name = source_name(source, place)
        try:
            assert not isinstance(source, np.ndarray)
            data = source if isinstance(source, bytes) else read_bytes(source)
            require_readable(data)
        except UnreadableImageError as error:
            return Unreadable(path=name, reason=error.reason, detail=error.detail)
        n_ranks = min(len(self.class_names), _N_RANKS_MAX)
        query = f"?top_k={n_ranks}&unknown={str(self.looks_for_unknown).lower()}"
        reply = lines.ask(f"/v1/models/{quote(self.name, safe='')}/predict{query}", data)
        if reply.status == 200:
            return self._row(reply)
        if reply.status == 413:
            return Unreadable(path=name, reason=Reason.TOO_LARGE, detail=reply.sentence.rstrip("."))
        if reply.status == 422:
            return _unreadable(name, reply, lines.address)
        if reply.status == 500:
            raise FetchError(f"The server at {lines.address.url} failed over {quoted(name)}: {reply.sentence}")
        raise lines.refusal(reply)

    def _row(self, reply: Reply) -> NDArray[np.float64]:
        """An answer as a row.

        Raises:
            BundleError: It is another classifier's.
            FetchError: It is none.
        """
        told = reply.told
        if told.get("digest", self.digest) != self.digest:
            raise BundleError(
                f"The classifier {quoted(self.name)} at {self.address.url} has become another one meanwhile. "
                "Give the command again: all answers are to be of one."
            )
        try:
            (values,) = told["predictions"]
            fields = {name: values[name] for name in Prediction.model_fields if name in values}
            return _as_row(Prediction.model_validate(fields), self.class_names)
        except (KeyError, TypeError, ValueError):
            raise FetchError(
                f"What answers at {self.address.url} is no server of Regraft, or of another version."
            ) from None


def _as_row(said: Prediction, class_names: Sequence[str]) -> NDArray[np.float64]:
    """A prediction as a row. Classes beyond those that it tells the probability of keep their order at the end."""
    k, places = len(class_names), {name: place for place, name in enumerate(class_names)}
    row = np.full(2 * k + 2, np.nan)
    row[:k] = -np.inf
    for rank, name in enumerate(said.set or ()):
        row[places[name]] = -1.0 - rank
    for name, probability in said.top:
        row[places[name]] = probability
    if said.set is not None:
        row[k : 2 * k] = 0.0
        row[[k + places[name] for name in said.set]] = 1.0
    if said.unknown is not None:
        row[-2:] = np.nan if said.score is None else said.score, said.unknown
    return row


def _unreadable(name: str, reply: Reply, address: ServerAddress) -> Unreadable:
    """Why the server cannot read an image."""
    try:
        (values,) = reply.told["unreadable"]
        return Unreadable(path=name, reason=values["reason"], detail=shortened(str(values["detail"]), 300))
    except (KeyError, TypeError, ValueError):
        raise FetchError(f"The server at {address.url} does not take {quoted(name)}: {reply.sentence}") from None
