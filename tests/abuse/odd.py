"""Values that no API server would send: huge, nested, odd numbers, odd characters, odd names."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.abuse.rendering import raw

Maker = Callable[[str], str]
"""Makes another name of one."""

_OF_EVERY_TYPE: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    "",
    "x",
    "0",
    [],
    [None],
    [{}],
    {},
    {"a": None},
    {"": []},
)

_NUMBERS: Final = (
    *("0", "-0", "-1", "-0.0", "0.5", "1.0", "30.0", "99.999", "100", "101", "2147483648", "9223372036854775807"),
    *("9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e3", "1E+2", "5e-324", "1e308"),
)
_NO_NUMBERS: Final = (
    *("1e309", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "0x10", "1_000"),
    *("9" * 400, "9" * 5000, "0." + "9" * 5000, "1e99999999999"),
)
_CONTAINER: Final = '{"name":"shop","image":"shop:v1"}'
_LENGTHS: Final = (64, 254, 1_025, 40_000, 300_000)

_CHARACTERS: Final = (
    *("\x00", "\x01", "\x1f", "\x7f", "\x85", "\u00a0", "\u00ad", "\u0301", "\u0301" * 200, "\u200b", "\u200d"),
    *("\u200e", "\u202e", "\u2028", "\u2029", "\u2066", "\ufeff", "\ufffd", "\uffff", "\ud83d\ude00"),
    *(
        "\U0001f600",
        "\U000e0001",
        "\U0010ffff",
        "\uff0e",
        "\u3002",
        "\u0430",
        "\u0130",
        "\ufdfa",
        "'\"\\`$()",
        "\n",
        "\t",
    ),
)
_SURROGATES: Final = (
    r"\ud800",
    r"\udc00",
    r"\udc00\ud800",
    r"\ud800\ud800",
    r"\ud83d\u0041",
    r"\u0000",
    r"\uD83D\uDE00",
)


def of_another_type(random: Random, value: Any) -> Any:
    """A value of another type."""
    return copy(random.choice([one for one in _OF_EVERY_TYPE if type(one) is not type(value)]))


def scalar(random: Random) -> Any:
    """A number, a word, a truth value or nothing."""
    return random.choice((None, True, False, random.randint(-5, 200), random.random() * 100, "x", "shop", ""))


def number(random: Random) -> Any:
    """A number at the edge of what is one, and beyond."""
    return raw(random.choice(_NUMBERS if random.random() < 2 / 3 else _NO_NUMBERS))


def huge(random: Random) -> Any:
    """A long string, a long list, an object with many entries, or a number with many digits."""
    length = random.choice(_LENGTHS)
    texts = (
        lambda: json.dumps(random.choice(("x", "é", "\U0001f600", "a.", "-", "0", "\\", '"')) * length),
        lambda: f"[{','.join(['null'] * min(length, 40_000))}]",
        lambda: f"[{','.join([_CONTAINER] * min(length, 2_000))}]",
        lambda: "{" + ",".join(f'"{place:x}":1' for place in range(min(length, 20_000))) + "}",
        lambda: "9" * min(length, 4_000),
    )
    return raw(random.choice(texts)())


def nested(random: Random) -> Any:
    """Lists or objects within each other, up to thousands of them."""
    depth = random.choice((5, 50, 90, 150, 195, 205, 1_000, 5_000))
    opening, closing = random.choice((("[", "]"), ('{"a":', "}"), ('[{"":', "}]"), ('{"spec":', "}")))
    return raw(opening * depth + random.choice(("null", "1", "{}", '"x"')) + closing * depth)


def text(random: Random, value: str) -> str:
    """The string with odd characters in it; what JSON can only say escaped makes a string of its own."""
    if random.random() < 1 / 5:
        return raw(json.dumps(value)[:-1] + random.choice(_SURROGATES) + '"')
    place = random.randrange(len(value) + 1)
    odd = "".join(random.choices(_CHARACTERS, k=random.choice((1, 1, 3))))
    return value[:place] + odd + value[place:]


def name(random: Random, value: str) -> str:
    """Another name, that looks like the first one, or a very long one."""
    makers: tuple[Maker, ...] = (
        *(str.upper, str.lower, str.title, str.swapcase),
        *(lambda one: one[:-1], lambda one: one[::-1], lambda one: f"{one}s", lambda one: f"{one} ", lambda _: ""),
        *(lambda one: one.replace("-", "_"), lambda one: one * random.choice((5, 100, 10_000))),
    )
    return random.choice(makers)(value)


def copy(value: Any) -> Any:
    """A value of its own: none that stands in two places may hold itself."""
    return json.loads(json.dumps(value))
