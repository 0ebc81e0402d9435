"""Requests whose framing is wrong, ambiguous or incomplete; each needs its own connection."""

from __future__ import annotations

from random import Random

HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET /status/api HTTP/1.1\r\n" + HOST
POST = b"POST /requests/pins HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: evil.example\r\n\r\n"

SHAPES: tuple[bytes, ...] = (
    GET + b"\r\n",
    GET.replace(b"\r\n", b"\n") + b"\n",
    b"\r\n\r\n" + GET + b"\r\n",
    GET + b" folded: x\r\n\r\n",
    GET + b"No-Colon\r\n\r\n",
    GET + b": empty\r\n\r\n",
    GET + b"Space : before\r\n\r\n",
    GET + b"Nul: \0\r\n\r\n",
    GET + b"Cr: a\rb\r\n\r\n",
    GET + HOST + b"\r\n",
    b"GET /status/api HTTP/1.1\r\n\r\n",
    b"GET /status/api HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GET /status/api HTTP/1.0\r\n\r\n",
    b"GET /status/api HTTP/9.9\r\n" + HOST + b"\r\n",
    b"GET /status/api\r\n",
    b"GET  /status/api  HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET http://evil.example/status/api HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET * HTTP/1.1\r\n" + HOST + b"\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET \xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    GET + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + SMUGGLED,
    GET + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED,
    POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}   " + SMUGGLED,
    POST + b"Content-Length: 2, 2\r\n\r\n{}",
    POST + b"Content-Length: -1\r\n\r\n",
    POST + b"Content-Length: +2\r\n\r\n{}",
    POST + b"Content-Length: 0x2\r\n\r\n{}",
    POST + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    POST + b"Content-Length: 2000000\r\n\r\n{}",
    POST + b"Content-Length: 50\r\n\r\n{}",
    POST + b"Transfer-Encoding: xchunked\r\n\r\n{}",
    POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    POST + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n",
    POST + CHUNKED + b"\r\n2\r\n{}\r\n0\r\n\r\n",
    POST + CHUNKED + b"\r\n2;x=y\r\n{}\r\n0\r\nTrailer: x\r\n\r\n",
    POST + CHUNKED + b"\r\n-2\r\n{}\r\n0\r\n\r\n",
    POST + CHUNKED + b"\r\nffffffffffffffffff\r\n{}",
    POST + CHUNKED + b"\r\n2\r\n{}XX0\r\n\r\n",
    POST + CHUNKED + b"\r\nzz\r\n",
    POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    GET + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
    GET + b"".join(b"X%d: a\r\n" % number for number in range(2_000)) + b"\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
)


def draw(chance: Random) -> bytes:
    """A shape, unchanged or truncated, or with bytes replaced or inserted."""
    shape = chance.choice(SHAPES)
    at = chance.randrange(len(shape))
    match chance.randrange(6):
        case 0:
            return shape[:at]
        case 1:
            return shape[:at] + bytes([chance.randrange(256)]) + shape[at + 1 :]
        case 2:
            return shape[:at] + chance.choice((b"\r\n", b"\n", b"\r", b"\0", b":", b" ")) + shape[at:]
        case _:
            return shape
