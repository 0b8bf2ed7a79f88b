"""The hook's own OpenAPI document against the hook: schemathesis tries what it allows, and what it does not."""

import os
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from tests.abuse.oracle import deliberate
from tests.contract.hook import app_at, settled

_ASKED: Final = os.environ.get("DOCUMENT_EXAMPLES")
"""How many examples of each path `make soak-input` asks for, others each time; few and always the same where unset."""
_SETTINGS: Final = settings(
    max_examples=int(_ASKED or 25),
    derandomize=_ASKED is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

DOCUMENT: Final = schemathesis.openapi.from_asgi("/openapi.json", app_at(settled()))


@schemathesis.check
def no_server_error_but_a_deliberate_one(_: Any, response: Any, __: Any) -> None:
    """A 500 only where any answer would delete or rewrite what must stand (rule R4)."""
    if response.status_code >= 500:
        assert deliberate(response.status_code, response.json()["error"]), response.text


@DOCUMENT.parametrize()
@_SETTINGS
def test_the_hook_does_what_its_document_says(case: schemathesis.Case[Any]) -> None:
    """What is allowed is taken, what is not is refused, and every answer has a documented status, type and shape."""
    case.call_and_validate(
        additional_checks=[no_server_error_but_a_deliberate_one], excluded_checks=[not_a_server_error]
    )
