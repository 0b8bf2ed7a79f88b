"""The golden cases as material: real requests, each with its moment."""

import json
from functools import cache
from random import Random
from typing import Any

from tests.golden.case import CASES, all_cases


@cache
def case_names() -> tuple[str, ...]:
    """The names of all cases, in their order."""
    return tuple(folder.name for folder in all_cases())


@cache
def request_of_case(name: str) -> bytes:
    """The request of a case, as it is sent."""
    return (CASES / name / "request.json").read_bytes()


@cache
def moment_of_case(name: str) -> str:
    """The moment of a case, RFC 3339."""
    return str(json.loads((CASES / name / "case.json").read_text("utf-8"))["now"])


def any_request(random: Random) -> Any:
    """The request of any case, parsed."""
    return json.loads(request_of_case(random.choice(case_names())))
