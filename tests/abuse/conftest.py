"""Whoever attacks the hook gets one that is quiet, and ends it."""

from collections.abc import Iterator

import pytest

from tests.abuse.oracle import Oracle
from tests.abuse.target import Target


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """A hook for all attempts of a module."""
    made = Target()
    yield made
    made.close()


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """Judges its answers."""
    return Oracle()
