"""A refusal: what is wrong with a CanaryApp, where, and with which value."""

from dataclasses import dataclass
from typing import Final

from app.resource.status import cut

_LONGEST_VALUE: Final = 80
"""Characters; enough to recognise a value."""
_LONGEST_FIELD: Final = 200
_LARGEST: Final = 2**63


@dataclass(frozen=True)
class Refusal:
    """One thing that is wrong with a CanaryApp: the path of the field, and a sentence about its value."""

    field: str
    problem: str

    def __str__(self) -> str:
        """`field: problem`."""
        return f"{cut(self.field, _LONGEST_FIELD)}: {self.problem}"


def shown(value: object) -> str:
    """A JSON value as a sentence names it: bounded, and without the insides of objects and lists."""
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case dict():
            return "an object"
        case list():
            return "a list"
        case int() if abs(value) > _LARGEST:
            return "a number beyond all bounds"
        case str():
            return cut(repr(value[: _LONGEST_VALUE + 1]), _LONGEST_VALUE)
        case _:
            return repr(value)
