"""`regraft serve` under load, from another process on the same cores, beside other servers.

    python bench/serving.py                    # all figures; half an hour, of which ten minutes are the overload
    python bench/serving.py --minutes 1        # a shorter overload
    python bench/serving.py --quick            # whether it runs

Needs h2load (apt install nghttp2-client); LitServe and BentoML are measured where they are installed
(pip install litserve bentoml). Prints requests a second at saturation beside the rate of the same work without HTTP, in
rounds; what one request takes at rest and at half load; an overload of ten times; the start; slow clients.
"""

from __future__ import annotations

import importlib.util
import socket
import sys
import tempfile
import time
from argparse import SUPPRESS
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import regraft
from features import PIXELS, decode_alone, engine_contenders
from photos import write_photos
from regraft.backbones import choose_engine
from rounds import REGRAFT, in_turn, medians, new_parser
from serving_load import Answers, Server, SlowClients, Target
from serving_peers import FIELDS, PEERS, serve_peer

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

OURS = "regraft serve"
N_CLIENTS = 16
"""That ask as fast as they are answered: the server is never without work."""


def main() -> None:
    """Measure and print."""
    parser = new_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="of each load")
    parser.add_argument("--minutes", type=float, default=10, help="of the overload")
    parser.add_argument("--child", nargs=3, help=SUPPRESS)
    given = parser.parse_args()
    if given.child:
        serve_peer(*given.child)
        return
    if given.quick:
        given.rounds, given.seconds, given.minutes = 1, 1.0, 1 / 60
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run = regraft.probe(pictures(place), runs=place / "runs", quality="fast", n_strengths=3).folder
        (photo,) = write_photos(place / "asked", n_photos=1, width=560, height=420)
        print(f"{photo.stat().st_size / 1000:.0f} kB a photo", flush=True)
        ours = target(free_port(), photo)
        command = [*REGRAFT, "serve", f"m={run}", "--port", str(port_of(ours)), "--log", str(place / "log.jsonl")]
        start = partial(Server, command, ours)
        rate = saturation(place, run, photo, start, given)
        at_rest(run, photo, start, rate, given)
        overload(start, rate, given)
        starts(start, given)
        slow_clients(start, given)


def pictures(place: Path) -> Path:
    """Photos to learn from."""
    write_photos(place / "photos", n_photos=40, width=280, height=210)
    return place / "photos"


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def target(port: int, photo: Path) -> Target:
    """Our route."""
    return Target(f"http://127.0.0.1:{port}/v1/models/m/predict", photo, "image/jpeg")


def port_of(one: Target) -> int:
    """The port in its address."""
    return int(one.url.split(":")[2].split("/")[0])


def peers(run: Path, photo: Path, place: Path) -> dict[str, Callable[[], Server]]:
    """Other servers that can be had."""
    found: dict[str, Callable[[], Server]] = {}
    for kind in PEERS:
        if importlib.util.find_spec(kind.split("-")[0]) is None:
            print(f"{kind} is not installed", flush=True)
            continue
        form = place / f"{kind}.form"
        head = f'--edge\r\nContent-Disposition: form-data; name="{FIELDS[kind]}"; filename="a.jpg"\r\n'
        form.write_bytes(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + photo.read_bytes() + b"\r\n--edge--\r\n")
        port = free_port()
        where = Target(f"http://127.0.0.1:{port}/predict", form, "multipart/form-data; boundary=edge")
        command = [sys.executable, __file__, "--child", kind, str(run), str(port)]
        found[kind] = partial(Server, command, where)
    return found


def saturation(place: Path, run: Path, photo: Path, ours: Callable[[], Server], given: Namespace) -> float:
    """Requests a second of each server when it is never without work; gives ours."""
    seconds, n_rounds, quick = given.seconds, given.rounds, given.quick
    shares: dict[str, list[float]] = {}

    def asked(name: str, start: Callable[[], Server]) -> float:
        with start() as server:
            server.target.load(N_CLIENTS, seconds=max(seconds / 4, 1))
            found = server.target.load(N_CLIENTS, seconds=seconds)
        shares.setdefault(name, []).append(found.share)
        return found.rate

    files = write_photos(place / "many", n_photos=16 if quick else 300, width=560, height=420)
    choice = choose_engine("auto", "auto", "cpu")
    servers = {OURS: ours} if quick else {OURS: ours, **peers(run, photo, place)}
    work: dict[str, Callable[[], float]] = {PIXELS: partial(decode_alone, files)}
    work |= engine_contenders(choice, files, place)
    work |= {name: partial(asked, name, one) for name, one in servers.items()}
    rates = medians(in_turn(work, n_rounds))
    extraction = next(rate for name, rate in rates.items() if "files to kept features" in name)
    print()
    for name, rate in rates.items():
        share = f"   the load takes {np.median(shares[name]):.0%} of a core" if name in shares else ""
        print(f"{name:<42} {rate:8.1f}/s  {rate / extraction:5.0%} of the extraction{share}", flush=True)
    for name in servers:
        if name != OURS:
            print(f"{OURS} answers {rates[OURS] / rates[name]:.1f} times as many as {name}", flush=True)
    return max(rates[OURS], 1.0)  # of a second on a busy machine


def at_rest(run: Path, photo: Path, ours: Callable[[], Server], rate: float, given: Namespace) -> None:
    """What one request takes, alone and at half load, beside the same work in this process."""
    seconds = given.seconds
    model, data = regraft.load(run).staged(), photo.read_bytes()
    model.try_out()
    taken = []
    began = time.perf_counter()
    while time.perf_counter() < began + seconds:
        start = time.perf_counter()
        seen = model.see(data, "", n_pixels_max=10**8)
        assert isinstance(seen, list)
        model.tell(model.answer([seen])[0], "image").model_dump_json()
        taken.append(1000 * (time.perf_counter() - start))
    with ours() as server:
        server.target.load(1, seconds=2)
        alone = server.target.load(1, seconds=seconds)
        half = server.target.load(N_CLIENTS, seconds=2 * seconds, rate=rate / 2)
    inside = float(np.median(taken))
    p50, p99 = alone.percentile(50), alone.percentile(99)
    print(f"at rest: p50 {p50:.1f} ms, p99 {p99:.1f}; in a process {inside:.1f} ms: {p50 - inside:+.1f} ms")
    p50, p99 = half.percentile(50), half.percentile(99)
    print(f"at half load ({half.rate:.0f}/s): p50 {p50:.1f} ms, p99 {p99:.1f}: {p99 / p50:.1f} times", flush=True)


def overload(ours: Callable[[], Server], rate: float, given: Namespace) -> None:
    """Ten times what it can answer, from 200 clients."""
    minutes = given.minutes
    with ours() as server:
        server.target.load(200, seconds=60 if minutes >= 1 else 1, rate=10 * rate)
        before = server.n_bytes
        found: Answers = server.target.load(200, seconds=60 * minutes, rate=10 * rate)
        after = server.n_bytes
    others = {int(one) for one in np.unique(found.statuses)} - {200, 503}
    refused, asked = (found.statuses == 503).mean(), len(found.statuses) / found.seconds
    print(f"overload, {minutes:.1f} minutes, {asked:.0f} requests/s:")
    print(f"  {found.rate:.1f} answered/s, {found.rate / rate:.0%} of saturation")
    print(f"  {refused:.0%} refused, in {found.percentile(99, 503):.0f} ms at p99")
    print(f"  other statuses: {sorted(others) or 'none'}; without an answer: {found.n_failed}")
    print(f"  memory {before / 1e6:.0f} -> {after / 1e6:.0f} MB ({after / before - 1:+.1%})", flush=True)


def starts(ours: Callable[[], Server], given: Namespace) -> None:
    """From the start of the process to the first answer."""
    taken = []
    for _ in range(1 if given.quick else 7):
        with ours() as server:
            taken.append(server.seconds)
    print(f"start to first answer: {np.median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f})", flush=True)


def slow_clients(ours: Callable[[], Server], given: Namespace) -> None:
    """A normal client's rate, alone and beside 200 slow ones."""
    seconds = given.seconds
    with ours() as server:
        server.target.load(4, seconds=2)
        rates: dict[str, list[float]] = {"alone": [], "beside": []}
        for _ in range(1 if given.quick else 3):
            rates["alone"].append(server.target.load(4, seconds=seconds).rate)
            with SlowClients(port_of(server.target), 200):
                time.sleep(1)
                rates["beside"].append(server.target.load(4, seconds=seconds).rate)
    alone, beside = (float(np.median(rates[name])) for name in ("alone", "beside"))
    print(f"a normal client beside 200 slow ones: {beside:.1f}/s, alone {alone:.1f}: {beside / alone:.0%}", flush=True)


if __name__ == "__main__":
    main()
