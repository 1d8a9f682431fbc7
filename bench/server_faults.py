"""`regraft serve` among faults: what its tests ask a few times, asked often.

    python bench/server_faults.py              # ten minutes
    python bench/server_faults.py --quick      # a few of each

Schemathesis asks 2,000 requests that the OpenAPI allows or forbids; 330 malformed requests are sent with three seeds;
the server is ended 50 times under load, and its classifier replaced 100 times. Each line says how many requests that
were and how many went wrong: none should. Needs schemathesis (pip install schemathesis).
"""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import regraft
from photos import write_photos
from regraft.core import cache_folder
from rounds import need, new_parser
from server_tests import (
    N_BYTES_MAX,
    Load,
    Served,
    ask_as_described,
    await_that,
    malformed_requests,
    send_raw,
)

CACHE = cache_folder()


@dataclass(frozen=True)
class Amount:
    """How much of everything."""

    n_each: int
    n_seeds: int
    n_ends: int
    n_swaps: int


WHOLE, QUICK = Amount(n_each=230, n_seeds=3, n_ends=50, n_swaps=100), Amount(5, 1, 2, 4)


def main() -> None:
    """Four kinds of faults."""
    amount = QUICK if new_parser(__doc__).parse_args().quick else WHOLE
    need("schemathesis", install="pip install schemathesis")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        photos = write_photos(folder / "photos", n_photos=24, width=500, height=375)
        bundles = [
            regraft.probe(folder / "photos", runs=folder / f"runs{views}", quality="fast", views=views).bundle
            for views in (1, 2)
        ]
        described(bundles[0], folder, amount.n_each)
        malformed(bundles[0], amount.n_seeds)
        ended(bundles[0], photos[0].read_bytes(), amount.n_ends)
        swapped(bundles, folder, photos[0], amount.n_swaps)


def described(bundle: Path, folder: Path, n_each: int) -> None:
    """Whatever OpenAPI allows and forbids."""
    with Served(f"m={bundle}", cache=CACHE) as server:
        n_asked, wrong = ask_as_described(server.port, folder, n_each=n_each)
    print(f"Schemathesis        {n_asked:6,} requests, {wrong or 'all conform'}", flush=True)


def malformed(bundle: Path, n_seeds: int) -> None:
    """Bytes that are no requests, or bad ones."""
    limits = ("--max-megabytes", str(N_BYTES_MAX // 10**6), "--header-seconds", "0.7", "--body-seconds", "0.7")
    n_asked, wrong = 0, []
    with Served(f"m={bundle}", *limits, cache=CACHE) as server, ThreadPoolExecutor(7) as pool:
        for seed in range(n_seeds):
            cases = malformed_requests(seed)
            heard = pool.map(lambda case: send_raw(server.port, case.data, ends=case.ends).status, cases)
            wrong += [case.name for case, status in zip(cases, heard, strict=True) if status not in case.statuses]
            n_asked += len(cases)
        is_well = server.ask("GET", "/health/ready").status == 200
    print(f"malformed           {n_asked:6,} requests, {len(wrong)} unexpected answers {wrong[:3]}; ready: {is_well}")


def ended(bundle: Path, image: bytes, n_ends: int) -> None:
    """SIGTERM under load: what the log says was answered, against what has arrived."""
    n_given = n_lost = n_refused = n_unheard = n_bad = 0
    for _ in range(n_ends):
        with Served(f"m={bundle}", cache=CACHE) as server, Load(server.port, image) as load:
            load.await_answers(20)
            n_bad += server.end() != 0
        given = [one["status"] for one in server.logged() if one["event"] == "request"]
        n_given += given.count(200)
        n_lost += given.count(200) - len(load.of(200)) + len(load.torn) + sum(one not in {200, 503} for one in given)
        n_refused += len(load.of(503))
        n_unheard += load.n_unheard
    print(
        f"{n_ends:3} ends (SIGTERM)  {n_given:6,} requests accepted, {n_lost} lost; {n_refused:,} told to come again, "
        f"{n_unheard:,} not heard any more; {n_bad} ends with another status than 0",
        flush=True,
    )


def swapped(bundles: list[Path], folder: Path, photo: Path, n_swaps: int) -> None:
    """New versions under load: half of them are opened, half are still open."""
    link = folder / "served" / "m"
    link.parent.mkdir()
    link.symlink_to(bundles[0])
    expected = {regraft.predict(bundle, photo).predictions[0].probability for bundle in bundles}
    with (
        Served(link.parent, "--renew", "0.05", cache=CACHE) as server,
        Load(server.port, photo.read_bytes(), n_clients=2) as load,
    ):
        for number in range(1, n_swaps + 1):
            place = bundles[number % 2]
            if number % 4 < 2:  # a copy has to be opened
                place = Path(shutil.copytree(place, folder / f"copy{number}"))
            (folder / "new").symlink_to(place)
            (folder / "new").replace(link)
            await_that(partial(_has_changed, server, number))
            load.await_answers(2)
    told = {(body["digest"], body["predictions"][0]["probability"]) for body in load.of(200)}
    is_mixed = len(told) != len(expected) or {probability for _, probability in told} != expected
    n_lost = len(load.answers) - len(load.of(200)) + len(load.torn) + load.n_unheard
    mixed = "SOME" if is_mixed else "none"
    print(f"{n_swaps:3} swaps           {len(load.answers):6,} requests, {n_lost} lost, {mixed} mixed", flush=True)


def _has_changed(server: Served, n_times: int) -> bool:
    """Since its beginning, when the first version was opened."""
    return len([one for one in server.logged() if one["event"].startswith("classifier")]) > n_times


if __name__ == "__main__":
    main()
