"""Damage to the bytes of a request."""

from collections.abc import Callable
from random import Random
from typing import Final

Damage = Callable[[Random, bytes], bytes]


def _truncated(random: Random, body: bytes) -> bytes:
    return body[: random.randrange(len(body) + 1)]


def _headless(random: Random, body: bytes) -> bytes:
    return body[random.randrange(len(body) + 1) :]


def _flipped(random: Random, body: bytes) -> bytes:
    made = bytearray(body)
    for _ in range(random.choice((1, 1, 1, 3, 100))):
        made[random.randrange(len(made))] ^= 1 << random.randrange(8)
    return bytes(made)


def _with_junk(random: Random, body: bytes) -> bytes:
    place = random.randrange(len(body) + 1)
    return body[:place] + random.randbytes(random.choice((1, 1, 4, 64))) + body[place:]


def _with_a_hole(random: Random, body: bytes) -> bytes:
    start = random.randrange(len(body))
    return body[:start] + body[start + random.choice((1, 1, 10, 1000)) :]


def _repeated(random: Random, body: bytes) -> bytes:
    start = random.randrange(len(body))
    piece = body[start : start + random.choice((1, 10, 1000))]
    return body[:start] + piece * 2 + body[start:]


def _with_other_digits(random: Random, body: bytes) -> bytes:
    """Most likely still JSON: only what is within numbers and times changes."""
    made = bytearray(body)
    places = [place for place, byte in enumerate(made) if chr(byte).isdecimal()] or [0]
    for _ in range(random.choice((1, 3, 20))):
        made[random.choice(places)] = ord(random.choice("0123456789-.eE"))
    return bytes(made)


_MARKS: Final = {
    "utf-8-sig": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\x00\x00",
}


def _recoded(random: Random, body: bytes) -> bytes:
    codec, mark = random.choice(list(_MARKS.items()))
    if codec == "utf-8-sig":
        return mark + body
    text = body.decode("utf-8", "replace")
    return random.choice((mark, b"")) + text.encode(codec, "replace")


_ALL: Final[tuple[Damage, ...]] = (
    _truncated,
    _headless,
    _flipped,
    _with_junk,
    _with_a_hole,
    _repeated,
    _with_other_digits,
    _recoded,
)


def damaged(random: Random, body: bytes) -> bytes:
    """The body, damaged in one way; an empty one stays as it is."""
    return random.choice(_ALL)(random, body) if body else body
