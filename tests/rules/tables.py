"""All tables of all phases, for what must be true of every situation."""

from typing import Final

from app.resource.status import Phase
from tests.rules import (
    test_failed,
    test_initializing,
    test_leaving,
    test_promoting,
    test_shifting,
    test_stable,
    test_starting,
)
from tests.rules.table import Row

TABLES: Final = {
    Phase.INITIALIZING: test_initializing.ROWS,
    Phase.STABLE: test_stable.ROWS,
    Phase.STARTING: test_starting.ROWS,
    Phase.SHIFTING: test_shifting.ROWS,
    Phase.PROMOTING: test_promoting.ROWS,
    Phase.DRAINING: test_leaving.ROWS,
    Phase.FAILED: test_failed.ROWS,
}
"""RollingBack shares the table of Draining, as it shares its rules."""


def every_row() -> tuple[Row, ...]:
    """All rows of all tables."""
    return tuple(row for table in TABLES.values() for row in table)
