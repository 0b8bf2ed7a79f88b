"""The hook's own OpenAPI document against the hook: schemathesis tries what it allows, and what it does not."""

import os
from collections.abc import Callable
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


def tried(path: str) -> Callable[[schemathesis.Case[Any]], None]:
    """What is allowed on a path is taken, what is not is refused, and each answer is of a documented status and shape.

    A test of its own for each path: those that schemathesis makes of one function share a name, of which workers that
    run side by side take one.
    """

    @DOCUMENT.include(path=path).parametrize()
    @_SETTINGS
    def tested(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(
            additional_checks=[no_server_error_but_a_deliberate_one], excluded_checks=[not_a_server_error]
        )

    made: Callable[[schemathesis.Case[Any]], None] = tested
    return made


test_sync = tried("/sync")
test_finalize = tried("/finalize")
test_customize = tried("/customize")
test_healthz = tried("/healthz")
test_readyz = tried("/readyz")
test_metrics = tried("/metrics")


def test_every_path_is_tried() -> None:
    """A path that is added to the document is added here."""
    assert {f"/{name.removeprefix('test_')}" for name in globals() if name.startswith("test_")} == {
        *DOCUMENT,
        "/every_path_is_tried",
    }
