"""Three hundred requests that no server should understand, and what it should say."""

from __future__ import annotations

import gzip
import random
from itertools import chain
from typing import TYPE_CHECKING

from raw_requests import CLOSED, PREDICT, Malformed, chunked, each, form, junk, part, post

if TYPE_CHECKING:
    from collections.abc import Iterator

N_BYTES_MAX = 8_000_000
"""Of a body, as the server that is asked is told (--max-megabytes 8)."""
NAMES = (
    b"<script>alert(1)</script>.png", b"../../../etc/passwd", b"..\\..\\boot.ini", b"x" * 3000, b"a\tb",
    b"\xff\xfe.png", "\N{PILE OF POO}\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe".encode(), b"%0d%0aX: y", b"{{7*7}}",
    b"' OR 1=1 --", b"", b"con", b".", b"${jndi:ldap://x}", b"\x1b[31mred", b"=cmd()", b"a.png; name=b", b"a;b=c;d",
)  # fmt: skip


def lengths(rng: random.Random) -> Iterator[Malformed]:
    """A Content-Length that lies, or is none."""
    more = [post(junk(rng, 50), b"Content-Length: %d" % rng.randint(51, 10_000)) for _ in range(6)]
    yield from each("too long, waiting", more, 408)
    yield from each("too long, ended", more, 400, ends=True)
    yield from each("too short", [post(junk(rng, 90), b"Content-Length: %d" % n) for n in (1, 2, 30, 89)], 422)
    wrong = (b"-1", b"+5", b"5 5", b"0x10", b"1e3", b"", b"5.0", b"five", b"5,5", b"\xb2", b"9" * 30, b"%d" % 2**64)
    yield from each("no number", [post(b"12345", b"Content-Length: " + text) for text in wrong])
    large = (N_BYTES_MAX + 1, 10**9, 10**15, 2**63 - 1)
    yield from each("too large", [post(b"12345", b"Content-Length: %d" % n) for n in large], 413, 400)
    twice = [post(b"12345", b"Content-Length: 5", b"Content-Length: %d" % n) for n in (5, 0, 4, 6)]
    yield from each("twice", twice)
    both = (b"chunked", b"Chunked", b"gzip, chunked", b"identity")
    yield from each("both", [post(b"0\r\n\r\n", b"Transfer-Encoding: " + k, b"Content-Length: 5") for k in both])


def chunks(rng: random.Random) -> Iterator[Malformed]:
    """Bodies in chunks that are broken, or never end."""
    small = [chunked(*[b"x"] * n)[: -len(b"0\r\n\r\n")] for n in (1, 100, 5000)]
    yield from each("for ever, slowly", small, 408)
    yield from each("for ever, ended", small, ends=True)
    yield from each("for ever, fast", [chunked(*[bytes(1 << 20)] * 8)], 413)
    sizes = (b"zz", b"-1", b"", b"0x5", b"f" * 20, b"5 5", b" 5", b"5\0", b"\xff", b"1_0")
    yield from each("sizes", [post(size + b"\r\nabcde\r\n", b"Transfer-Encoding: chunked") for size in sizes])
    yield from each("promised", [post(b"fffff\r\nabc", b"Transfer-Encoding: chunked")] * 3, 408)
    yield from each("no line's end", [post(b"3\r\nabcdef\r\n0\r\n\r\n", b"Transfer-Encoding: chunked")] * 2)
    yield from each("a length behind it", [chunked(b"x", trailers=b"Content-Length: 3\r\n\r\n")])
    lines = [b"Host: evil.example\r\n", b"Authorization: Bearer x\r\n", b"X: y\r\n" * 10_000]
    yield from each("trailers", [chunked(junk(rng, 9), trailers=line + b"\r\n") for line in lines], 422)
    kinds = (b"gzip", b"identity", b"chunked, gzip", b"xchunked", b"chunked chunked")
    yield from each("codings", [post(b"0\r\n\r\n", b"Transfer-Encoding: " + kind) for kind in kinds])
    extended = post(b"3;" + b"x" * 200_000 + b"\r\nabc\r\n0\r\n\r\n", b"Transfer-Encoding: chunked")
    yield from each("extension", [extended], 422, 400)


def forms(rng: random.Random) -> Iterator[Malformed]:
    """Forms that are bombs, or none."""
    kinds = (
        b"",
        b"; boundary=",
        b'; boundary=""',
        b"; boundary=other",
        b"; boundary=" + b"x" * 300,
        b"; boundary=\xe9",
    )
    yield from each("boundary", [form(part(), kind=b"multipart/form-data" + kind) for kind in kinds])
    sets = (b"undefined", b"punycode", b"idna", b"base64", b"utf-16", b"rot13", b"x" * 500, b"../x", b"\xe9")
    coded = [form(part(b"\xff.."), kind=b"multipart/form-data; boundary=edge; charset=" + one) for one in sets]
    yield from each("charset", coded, 400, 422)
    yield from each("10,000 files", [form(*[part(b"%d" % n, junk(rng, 3)) for n in range(10_000)])] * 2, 413)
    field = b'Content-Disposition: form-data; name="x"\r\n\r\n'
    yield from each("10,000 fields", [form(*[field + b"y"] * 10_000)] * 2, 413)
    yield from each("a long field", [form(field + bytes(100_000))], 413)
    yield from each("fields only", [form(field + b"y"), form(field)])
    yield from each("a long line in a part", [form(b"X: " + b"y" * n + b"\r\n" + part()) for n in (5_000, 100_000)])
    yield from each("many lines in a part", [form(b"X: y\r\n" * n + part()) for n in (100, 9_000)])
    heads = (
        b"\r\nnothing",
        b"Content-Disposition: form-data\r\n\r\nx",
        b"Content-Disposition: \r\n\r\nx",
        b": x\r\n\r\nx",
    )
    yield from each("no name", [form(head) for head in heads])
    yield from each("no end", [form(part(), end=b""), form(end=b""), form(part())[:-8]], 400, 408, 422)
    yield from each("nothing in it", [form(), post(b"", kind=b"multipart/form-data; boundary=edge")])
    yield from each("a form in it", [form(part(b"a", form(part())))], 422, 400)
    yield from each("names", [form(part(name)) for name in NAMES], 422)
    yield from each("junk", [post(junk(rng, 5000), kind=b"multipart/form-data; boundary=edge") for _ in range(8)])


def heads(rng: random.Random) -> Iterator[Malformed]:
    """Heads that are too long, or none."""
    yield from each("many lines", [post(b"x", *[b"X-%d: y" % n for n in range(k)]) for k in (101, 1_000, 5_000)], 431)
    yield from each("a long line", [post(b"x", b"X: " + b"y" * n) for n in (70_000, 300_000, 5_000_000)], 431)
    yield from each("a long name", [post(b"x", b"X" * n + b": y") for n in (70_000, 300_000)], 431)
    yield from each("without end", [post(b"x", *[b"X: y"] * 400_000)[:-30]], 431)
    yield from each("a long path", [post(path=b"/" + b"x" * n) for n in (66_000, 500_000)], 431, 400)
    lines = (
        b"no colon",
        b": no name",
        b"X\0: y",
        b"X: \0",
        b"X : y",
        b" folded: y",
        b"\xff: y",
        b"X(: y",
        b"X: \x7f\x01",
    )
    yield from each("lines", [post(b"x", line) for line in lines])
    twice = (
        b"Host: localhost",
        b"Host: evil.example",
        b"Content-Type: image/png",
        b"Origin: http://a\r\nOrigin: http://b",
    )
    yield from each("twice", [post(b"x", line) for line in twice])
    yield from each("unfinished", [post()[:n] for n in (1, 5, 20, 40)], 408)
    yield from each("unfinished, ended", [post()[:n] for n in (1, 5, 20, 40)], ends=True)
    yield from each("empty lines", [b"\r\n" * n for n in (1, 50)], 408, CLOSED)  # nobody has asked for anything
    yield from each("noise", [junk(rng, rng.randint(20, 900)) for _ in range(20)])
    tongues = (
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"EHLO x\r\n",
        b"\0" * 64,
        b"[]\r\n\r\n",
    )
    yield from each("other tongues", tongues)
    versions = (b"HTTP/9.9", b"HTP/1.1", b"HTTP/1", b"HTTP/1.1x", b"HTTP/-1", b"http/1.1", b"ICE/1.0")
    yield from each("versions", [b"GET / " + one + b"\r\nHost: localhost\r\n\r\n" for one in versions])
    yield from each("old and new", [b"GET /\r\n", b"GET\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], ends=True)
    yield from each("without a host", [b"GET / HTTP/1.0\r\n\r\n", b"GET /\r\n\r\n"], 421)


def addresses(rng: random.Random) -> Iterator[Malformed]:
    """Whom a request means, and who sends it."""
    ours = post(b"x")
    hosts = (
        b"evil.example", b"", b"localhost.evil.example", b"127.0.0.1.evil.example", b"user@localhost", b"<b>", b"a b",
        b"localhost:80:80", b"[::1", b"0x7f.1", b"127.1", b"%6c", b"-", b"..",
    )  # fmt: skip
    yield from each("host", [ours.replace(b": localhost", b": " + host, 1) for host in hosts], 421, 400)
    yield from each("no host", [ours.replace(b"Host: localhost\r\n", b"", 1)], 421, 400)
    origins = (b"http://evil.example", b"null", b"", b"https://localhost.evil.example", b"localhost", b"file://", b"*")
    yield from each("origin", [post(b"x", b"Origin: " + origin) for origin in origins], 403)
    paths = (
        b"/", b"//", b"/../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/v1/models/%00/predict",
        b"/v1/models//predict", b"/v1/models/%3Cscript%3E/predict", b"/v1/models/%ff%fe/predict",
        b"/v1/models/m%2Fpredict", b"/v1/models/m/predict/", b"/v1/models/" + b"n" * 101 + b"/predict",
        b"/v1" * 1_000, b"/v1/models/../m/predict", b"/V1/models/m/predict", b"/v1/models/m;x=y/predict",
        b"/v1/models/%E2%80%AEm/predict", b"/%", b"/%zz", b"/\\", b"/favicon.ico", b"/.git/config",
    )  # fmt: skip
    yield from each("paths", [post(path=path) for path in paths], 404, 400, 405, 422)
    raw = (b"*", b"x", b"", b"/a b", b"/\xff\xfe", b"/\0", b"http://", b"://", b"/\t", b"mailto:x")
    yield from each("no paths", [post(path=path) for path in raw], 400, 404, 405)
    yield from each("others' addresses", [post(path=b"http://evil.example/v1/models")], 404, 405, 421)
    methods = (b"GET", b"HEAD", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"PROPFIND", b"PURGE")
    yield from each("methods", [ours.replace(b"POST", method, 1) for method in methods], 405)
    none = (b"post", b"BREW", b"", b"P", b"CONNECT", b"GE\0T", b"X" * 2000, b"GET GET")
    yield from each("no methods", [ours.replace(b"POST", method, 1) for method in none])
    names = [b"/v1/models/" + junk(rng, 4).hex().encode() for _ in range(6)]
    yield from each("unknown names", [post(path=name + b"/predict") for name in names], 404)


def wishes(rng: random.Random) -> Iterator[Malformed]:
    """What is asked for cannot be had."""
    kinds = (
        b"text/plain",
        b"application/json",
        b"",
        b"image",
        b"video/mp4",
        b"multipart/mixed; boundary=edge",
        b"x" * 900,
    )
    yield from each("types", [post(kind=kind) for kind in kinds], 415)
    values = (
        b"top_k=0", b"top_k=-1", b"top_k=1001", b"top_k=x", b"top_k=1.5", b"top_k=", b"top_k=1e3",
        b"top_k=" + b"9" * 5000, b"unknown=maybe", b"timings=2", b"unknown=", b"top_k=%00", b"top_k=1%0d%0aX",
        b"top_k=<b>", b"top_k=nan",
    )  # fmt: skip
    yield from each("values", [post(path=PREDICT + b"?" + value) for value in values])
    times = (b"nan", b"inf", b"-1", b"0", b"x", b"", b"1,5", b"\xb2")
    yield from each("times", [post(b"x", b"X-Request-Timeout: " + text) for text in times])
    bodies = (
        junk(rng, 9),
        bytes(5000),
        gzip.compress(b"x"),
        b"\xff\xd8\xff",
        b"GIF89a",
        b"BM",
        b"<svg/>",
        b"P6 9 9 255\n",
    )
    yield from each("bodies", [post(body) for body in bodies], 422)
    yield from each("no body", [post(b""), post(b"", b"Content-Length: 0")])
    waiting = post(b"", b"Expect: 100-continue", b"Content-Length: %d" % 10**8)
    yield from each("waits to be told", [waiting], 413)
    upgrades = (b"websocket", b"h2c", b"TLS/1.0", b"nonsense")
    up = [post(b"x", b"Connection: Upgrade", b"Upgrade: " + one, b"HTTP2-Settings: AAMA") for one in upgrades]
    yield from each("upgrades", up, 422)
    several = post(b"x") * 20
    yield from each("many at once", [several, several + junk(rng, 50), post(b"x") + b"\0" * 9], 422)


def malformed_requests(seed: int = 0) -> tuple[Malformed, ...]:
    """All of them: always the same bytes in the same order."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    families = (lengths, chunks, forms, heads, addresses, wishes)
    return tuple(chain.from_iterable(family(rng) for family in families))
