"""Which queries are due, and when the next one is."""

from dataclasses import replace
from typing import Any, Final

import pytest

from app.analysis.measurement import Measurement, Query, Samples, Unanswered
from app.resource.status import Ending, Phase, Stage, Verdict
from app.rollout.checking import last_check, next_check, queries_due, step_end
from app.rollout.observation import Observation
from app.rollout.timings import Timings
from tests.rules.scene import NOW, QUERY, ago, pods, scene, seen

T: Final = NOW.timestamp()
NESTED: Final = "max_over_time(sum(errors)[10m:1m]) > 1"


def shifting(**facts: Any) -> Observation:
    """The second step of 30 s, with a check, 60 s after the first traffic."""
    spec = {"prometheusQuery": QUERY} | facts.pop("spec", {})
    return scene(phase=Phase.SHIFTING, spec=spec, **{"step": 2, "weight": 20, "traffic_for": 60, **facts})


def test_a_due_query_asks_for_no_more_than_the_candidate() -> None:
    """The range query reaches back two minutes in steps of 5 s, but never to before the candidate's first traffic."""
    assert queries_due(shifting(traffic_for=61), NOW) == (
        Query(
            name="prometheusQuery",
            url="http://prometheus.istio-system.svc:9090",
            promql=QUERY,
            start=T - 1,
            end=T,
            step=5.0,
        ),
    )


def test_a_query_goes_to_the_prometheus_that_the_spec_names() -> None:
    """A team's own Prometheus is asked in place of the operator's."""
    (query,) = queries_due(shifting(spec={"prometheusURL": "http://own:9090"}), NOW)
    assert query.url == "http://own:9090"


def test_a_query_goes_to_the_operators_prometheus_by_default() -> None:
    """Where the spec names none, the operator's configuration says which Prometheus is asked."""
    (query,) = queries_due(shifting(timings=Timings(prometheus_url="http://central:9090")), NOW)
    assert query.url == "http://central:9090"


@pytest.mark.parametrize(
    ("observation", "due_in"),
    [
        pytest.param(shifting(traffic_for=3), 7, id="one interval after the first traffic"),
        pytest.param(shifting(traffic_for=10), 0, id="due to the second"),
        pytest.param(shifting(check=seen(Verdict.PASSED, seconds_ago=4)), 6, id="one interval after the last one"),
        pytest.param(
            shifting(check=seen(Verdict.PASSED, seconds_ago=4), timings=Timings(check_interval=25)),
            21,
            id="the operator says how long an interval is",
        ),
        pytest.param(
            shifting(in_place_for=29, check=seen(Verdict.PASSED, seconds_ago=4)), 1, id="at the end of the step, early"
        ),
        pytest.param(
            shifting(in_place_for=31, check=seen(Verdict.PASSED, seconds_ago=4)), -1, id="at the end of the step, late"
        ),
        pytest.param(
            shifting(in_place_for=40, check=seen(Verdict.PASSED, seconds_ago=10)),
            0,
            id="by the interval again once the end of the step has been seen",
        ),
        pytest.param(
            shifting(in_place_for=29, route=0, check=seen(Verdict.PASSED, seconds_ago=4)),
            6,
            id="by the interval while the route is not in place",
        ),
        pytest.param(
            scene(
                phase=Phase.PROMOTING,
                step=5,
                weight=50,
                traffic_for=300,
                spec={"prometheusQuery": QUERY},
                check=seen(Verdict.PASSED, seconds_ago=4),
            ),
            6,
            id="during a promotion as well",
        ),
        pytest.param(shifting(spec={"prometheusQuery": NESTED}), 540, id="a subquery once it has all of its time"),
    ],
)
def test_when_the_next_check_is_due(observation: Observation, due_in: float) -> None:
    """Every interval, and at the end of a step."""
    recorded = observation.committed.checks[0] if observation.committed.checks else None
    assert next_check(observation, recorded, NOW) == ago(-due_in)
    assert bool(queries_due(observation, NOW)) is (due_in <= 0)


@pytest.mark.parametrize(
    "observation",
    [
        pytest.param(shifting(traffic_for=None), id="a candidate without traffic yet"),
        pytest.param(scene(phase=Phase.SHIFTING, step=1, weight=10, traffic_for=60), id="an app without a query"),
        pytest.param(
            scene(phase=Phase.STARTING, traffic_for=60, spec={"prometheusQuery": QUERY}), id="a secondary that comes up"
        ),
        pytest.param(
            scene(phase=Phase.DRAINING, stage=Stage.WITHDRAWING, traffic_for=60, spec={"prometheusQuery": QUERY}),
            id="a candidate that is promoted",
        ),
        pytest.param(
            scene(
                phase=Phase.ROLLING_BACK,
                stage=Stage.WITHDRAWING,
                ending=Ending.FAILED,
                traffic_for=60,
                spec={"prometheusQuery": QUERY},
            ),
            id="a candidate that is given up",
        ),
        pytest.param(scene(phase=Phase.STABLE, spec={"prometheusQuery": QUERY}), id="an app at rest"),
    ],
)
def test_prometheus_is_left_alone(observation: Observation) -> None:
    """Prometheus is asked of a candidate that has traffic, and of nothing else."""
    assert next_check(observation, None, NOW) is None
    assert queries_due(observation, NOW) == ()


@pytest.mark.parametrize(
    ("observation", "ends_in"),
    [
        pytest.param(shifting(in_place_for=12), 18, id="30 s from when the route was in place"),
        pytest.param(shifting(), 30, id="from now, where it just got into place"),
        pytest.param(
            shifting(in_place_for=12, spec={"trafficShiftUpdateInterval": 100}), 88, id="as long as the spec says"
        ),
        pytest.param(
            shifting(in_place_for=12, step=4, spec={"strategy": {"steps": [{"weight": 20, "durationSeconds": 5}]}}),
            18,
            id="as long as any other where the plan has no such step",
        ),
        pytest.param(shifting(in_place_for=12, route=0), None, id="not while the route is not in place"),
        pytest.param(shifting(in_place_for=12, secondary=pods(ready=0)), None, id="not while the secondary is broken"),
        pytest.param(scene(phase=Phase.PROMOTING, step=5, weight=50, in_place_for=12), None, id="not in another phase"),
    ],
)
def test_when_a_step_ends(observation: Observation, ends_in: float | None) -> None:
    """A step's time runs from when the children were observed in place (rule R3)."""
    assert step_end(observation, NOW) == (None if ends_in is None else ago(-ends_in))


def test_without_settings_no_step_ends() -> None:
    """An app whose spec was never accepted has no plan."""
    assert step_end(replace(shifting(in_place_for=12), settings=None), NOW) is None


QUESTION: Final = Query("prometheusQuery", "http://prometheus:9090", QUERY, T - 30, T, 5.0)
PASSED: Final = Measurement(QUESTION, Samples(series=0, numbers=0, not_numbers=0, largest=None))
REFUSED: Final = Measurement(QUESTION, Unanswered("connection refused"))


def test_what_was_measured_counts_before_what_was_recorded() -> None:
    """The newest look at the candidate decides."""
    check = last_check(shifting(check=seen(Verdict.UNAVAILABLE, unavailable_for=30)), (PASSED,), NOW)
    assert check is not None
    assert (check.verdict, check.measured_at, check.unavailable_since) == (Verdict.PASSED, NOW, None)


def test_a_silence_is_counted_from_its_first_moment() -> None:
    """A Prometheus that stays silent is silent since it first was."""
    check = last_check(shifting(check=seen(Verdict.UNAVAILABLE, unavailable_for=30)), (REFUSED,), NOW)
    assert check is not None
    assert (check.verdict, check.measured_at, check.unavailable_since) == (Verdict.UNAVAILABLE, NOW, ago(30))


def test_without_a_measurement_the_record_stands() -> None:
    """Between two looks the last one counts."""
    record = seen(Verdict.PASSED)
    assert last_check(shifting(check=record), (), NOW) == record


def test_before_the_first_look_there_is_no_check() -> None:
    """Nothing is made up."""
    assert last_check(shifting(), (), NOW) is None


def test_without_a_query_there_is_no_check() -> None:
    """A record of a query that was taken out of the spec does not count."""
    assert last_check(scene(phase=Phase.SHIFTING, step=1, weight=10, check=seen(Verdict.FAILED)), (), NOW) is None
