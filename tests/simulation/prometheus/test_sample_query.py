"""The query of examples/canaryapp.yaml over made-up counters. Expected values: Prometheus 3.14.0 on the same data."""

from pathlib import Path

import pytest
import yaml

from tests.simulation.prometheus.notation import Points, ask_range, load

QUERY = yaml.safe_load((Path(__file__).parents[3] / "examples/canaryapp.yaml").read_text())["spec"]["prometheusQuery"]
SERIES = 'istio_requests_total{destination_service_name="%s",response_code="%s"}'

# Scraped every 5 seconds for two minutes.
CASES: dict[str, tuple[str, str, str, dict[str, Points]]] = {
    "nobody fails": ("canaryapp-sample", "200", "0+9x24", {}),
    "two errors, long ago and far apart": ("canaryapp-sample", "500", "0x4 1x8 2x10", {}),
    "an error in every scrape": (
        "canaryapp-sample",
        "500",
        "0+1x24",
        {
            '{destination_service_name="canaryapp-sample",response_code="500"}': [
                (11, 2.2),
                (16, 3.2),
                (21, 4),
                (26, 4),
                (31, 4),
                (36, 4),
                (41, 4),
                (46, 4),
                (51, 4),
                (56, 4),
                (61, 4),
                (66, 4),
                (71, 4),
                (76, 4),
                (81, 4),
                (86, 4),
                (91, 4),
                (96, 4),
                (101, 4),
                (106, 4),
                (111, 4),
                (116, 4),
                (121, 4),
            ]
        },
    ),
    "errors that end": (
        "canaryapp-sample",
        "503",
        "0+3x4 12x19",
        {
            '{destination_service_name="canaryapp-sample",response_code="503"}': [
                (6, 3.5999999999999996),
                (11, 6.6000000000000005),
                (16, 9.6),
                (21, 12),
                (26, 8),
                (31, 4),
            ]
        },
    ),
    "a series that begins with errors": (
        "canaryapp-sample",
        "500",
        "_x16 4+4x7",
        {
            '{destination_service_name="canaryapp-sample",response_code="500"}': [
                (86, 6.8),
                (91, 10.8),
                (96, 16),
                (101, 16),
                (106, 16),
                (111, 16),
                (116, 16),
                (121, 13.2),
            ]
        },
    ),
    "one scrape is no increase": ("canaryapp-sample", "500", "_x23 100", {}),
    "another service fails": ("other", "500", "0+9x24", {}),
    "a restart is no error": ("canaryapp-sample", "500", "1000x12 0x11", {}),
}


@pytest.mark.parametrize(("service", "code", "values", "expected"), CASES.values(), ids=CASES.keys())
def test_the_sample_query_sees_errors_of_its_service_and_nothing_else(
    service: str, code: str, values: str, expected: dict[str, Points]
) -> None:
    """Asked as canaryop did: the last two minutes, every 5 seconds; any sample means failure."""
    store = load(5, {SERIES % (service, code): values})
    found = ask_range(store, QUERY, 1, 121, 5)
    assert found.keys() == expected.keys()
    for name, points in expected.items():
        assert dict(found[name]) == pytest.approx(dict(points), rel=1e-12)
