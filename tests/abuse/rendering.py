"""JSON as no serializer would write it: raw texts in the place of values and names, and names that come twice."""

import json
import re
from typing import Any, Final

_RAW: Final = re.compile(r'"@raw:([0-9a-f]*)@"')
_TWICE: Final = "@twice@"


def raw(text: str) -> str:
    """A string that stands for this text, as it is, wherever it is used as a value or as a name."""
    return f"@raw:{text.encode('utf-8', 'surrogatepass').hex()}@"


def twice(name: str) -> str:
    """A second entry with that name."""
    return name + _TWICE


def render(value: Any) -> bytes:
    """The bytes of a value; characters stand for themselves, and lone surrogates make bytes that are no UTF-8."""
    text = json.dumps(value, ensure_ascii=False).replace(_TWICE, "")
    return _RAW.sub(lambda found: bytes.fromhex(found[1]).decode("utf-8", "surrogatepass"), text).encode(
        "utf-8", "surrogatepass"
    )
