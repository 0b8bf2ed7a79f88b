"""Logging is configured for a whole process; each of these tests begins with the defaults."""

from collections.abc import Iterator

import pytest
import structlog

from app import logs
from app.settings import Settings
from tests.contract.hook import recorded


@pytest.fixture(autouse=True)
def _default_logging() -> Iterator[None]:
    recorded()  # the embedded cluster configures logging, too
    logs.configure(Settings())
    yield
    structlog.reset_defaults()
