"""The HTTP API and what is not supported."""

import pytest

from app.simulation.prometheus.series import SeriesStore
from tests.simulation.prometheus.over_http import get


@pytest.mark.parametrize("endpoint", ["query", "query_range"])
def test_an_unsupported_construct_is_an_execution_error(endpoint: str) -> None:
    """Status 422 with the sentence that names it: a real Prometheus would have answered."""
    given = {"query": "m @ 5", "start": "0", "end": "60", "step": "10"}
    error = {"status": "error", "errorType": "execution", "error": "The @ modifier is not supported."}
    assert get(SeriesStore(), endpoint, given) == (422, error)
