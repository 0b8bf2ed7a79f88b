"""How large a body may be, how it may be sent, and in which form; on real sockets, where lies can be told."""

import zlib
from gzip import compress
from typing import Any

import pytest

from tests.contract.hook import app_at, post, settled
from tests.door.clock import run
from tests.door.service import Answer, ask, head, serving, whole

BODY = settled().request
SYNC = ("POST", "/sync")


CUT = "cut"
"""Instead of a status: nothing was answered, or it was lost with the connection."""


async def status_of(port: int, request: bytes) -> int | str:
    """The status of the answer to a request that is no HTTP."""
    try:
        return (await ask(port, request)).status
    except ConnectionError:
        return CUT


def answered(*parts: bytes, **settings: Any) -> Answer:
    """The answer to a request in these parts; the hook serves the next one, too."""

    async def go() -> Answer:
        async with serving(**settings) as service:
            answer = await ask(service.port, *parts)
            assert (await ask(service.port, whole(b"{}"))).status == 422
            return answer

    return run(go())


def chunked(body: bytes, size: int) -> list[bytes]:
    """A request in chunks of a size."""
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return [
        head(*SYNC, "Transfer-Encoding: chunked", "Connection: close"),
        *(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks),
        b"0\r\n\r\n",
    ]


@pytest.mark.parametrize(("over", "status"), [(0, 200), (1, 413)], ids=["at-the-limit", "one-byte-over"])
@pytest.mark.parametrize("how", ["at-once", "in-chunks", "in-one-chunk"])
def test_the_limit_is_the_last_size_that_is_taken(over: int, status: int, how: str) -> None:
    """However it is sent."""
    body = BODY + b" " * over
    parts = {
        "at-once": [whole(body)],
        "in-chunks": chunked(body, 1000),
        "in-one-chunk": chunked(body, len(body)),
    }
    answer = answered(*parts[how], max_body_bytes=len(BODY))
    assert answer.status == status
    if over:
        assert answer.body == f'{{"error":"The body is larger than {len(BODY)} bytes."}}'.encode()


@pytest.mark.parametrize("length", [str(16 * 2**20 + 1), "9" * 20], ids=["one-over", "huge"])
def test_a_length_over_the_limit_is_refused_before_the_body_is_sent(length: str) -> None:
    """A client that asks first (`Expect: 100-continue`) need not send it at all."""
    request = head(*SYNC, f"Content-Length: {length}", "Expect: 100-continue", "Connection: close")
    answer = answered(request)
    assert (answer.status, answer.body) == (413, b'{"error":"The body is larger than 16777216 bytes."}')


@pytest.mark.parametrize(("length", "status"), [("9" * 5000, 413), ("0" * 5000, 413), ("x", 200)])
def test_no_length_is_too_absurd(length: str, status: int) -> None:
    """Whatever another server lets through; what is no number is not believed, but counted."""
    assert post(app_at(settled()), BODY, headers={"Content-Length": length}).status_code == status


LIES = {
    "too-long": (head(*SYNC, f"Content-Length: {len(BODY) + 1}") + BODY, {408}),
    "too-short": (head(*SYNC, f"Content-Length: {len(BODY) - 1}", "Connection: close") + BODY, {400}),
    "negative": (head(*SYNC, "Content-Length: -1") + BODY, {400}),
    "a-word": (head(*SYNC, "Content-Length: many") + BODY, {400}),
    "a-sum": (head(*SYNC, "Content-Length: 1+1") + BODY, {400}),
    "two-of-them": (head(*SYNC, f"Content-Length: {len(BODY)}", "Content-Length: 1") + BODY, {400}),
    "none": (head(*SYNC, "Connection: close") + BODY, {400}),
    "chunks-as-well": (
        head(*SYNC, "Content-Length: 5", "Transfer-Encoding: chunked", "Connection: close") + b"0\r\n\r\n",
        {400},
    ),
    "no-chunks": (head(*SYNC, "Transfer-Encoding: chunked") + BODY, {408}),
    "a-negative-chunk": (head(*SYNC, "Transfer-Encoding: chunked") + b"-5\r\nhello\r\n0\r\n\r\n", {400}),
    "a-chunk-that-is-longer": (head(*SYNC, "Transfer-Encoding: chunked") + b"2\r\nhello\r\n0\r\n\r\n", {400}),
    "absurd": (head(*SYNC, f"Content-Length: {'9' * 5000}") + BODY, {400}),
    "in-a-head-without-end": (head(*SYNC, "X: " + "x" * 1_000_000) + BODY, {400}),
    "zipped-chunks": (head(*SYNC, "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n", {400, 501}),
}


@pytest.mark.parametrize(("request_", "statuses"), LIES.values(), ids=LIES)
def test_a_length_that_lies_is_refused(request_: bytes, statuses: set[int], capsys: pytest.CaptureFixture[str]) -> None:
    """What is too short is not decided on, what is too long is not waited for without end. What is no HTTP is cut off,
    so that its client may miss the answer; the log has no traceback of it, and the next request is served.
    """

    async def go() -> None:
        async with serving() as service:
            assert await status_of(service.port, request_) in {*statuses, CUT}
            assert (await ask(service.port, whole())).status == 200

    run(go())
    assert "Traceback" not in capsys.readouterr().out


def deflated(body: bytes) -> bytes:
    """As `Content-Encoding: deflate` means it."""
    return zlib.compress(body)


BOMB = compress(b" " * 50_000_000)

COMPRESSED = {
    "gzip": ("gzip", compress(BODY)),
    "GZIP": ("GZIP", compress(BODY)),
    "x-gzip": ("x-gzip", compress(BODY)),
    "deflate": ("deflate", deflated(BODY)),
    "br": ("br", b"\x0b\x02\x80{}\x03"),
    "zstd": ("zstd", b"\x28\xb5\x2f\xfd\x00\x00\x11\x00\x00{}"),
    "twice": ("gzip, gzip", compress(compress(BODY))),
    "gzip-as-well": ("identity, gzip", compress(BODY)),
    "a-bomb": ("gzip", BOMB),
    "unknown": ("rot13", BODY),
}


@pytest.mark.parametrize("path", ["/sync", "/finalize", "/customize"])
@pytest.mark.parametrize(("coding", "body"), COMPRESSED.values(), ids=COMPRESSED)
def test_a_compressed_body_is_415_and_not_inflated(coding: str, body: bytes, path: str) -> None:
    """The answer says what would be taken (RFC 9110, section 15.5.16). The body is not even read."""
    answer = post(app_at(settled(), max_body_bytes=1024), body, path, headers={"Content-Encoding": coding})
    assert (answer.status_code, answer.json()) == (415, {"error": "The body must not be compressed."})
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("coding", ["identity", "Identity", " identity ", ""])
def test_identity_is_no_compression(coding: str) -> None:
    """A client may say that it does nothing."""
    assert post(app_at(settled()), BODY, headers={"Content-Encoding": coding}).content == settled().response


def test_a_compressed_body_that_does_not_say_so_is_no_json() -> None:
    """Nothing is guessed."""
    answer = post(app_at(settled()), compress(BODY))
    assert (answer.status_code, answer.json()["error"].startswith("The body is not JSON: ")) == (400, True)
