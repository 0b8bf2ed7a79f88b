"""The pods of an image behave as the catalog says."""

import pytest

from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.kubernetes.pods import Pod


@pytest.mark.parametrize(
    ("behaviour", "age", "ready"),
    [
        pytest.param(PodBehaviour(seconds_to_ready=1.0), 0.9, False, id="not before its time"),
        pytest.param(PodBehaviour(seconds_to_ready=1.0), 1.0, True, id="at its time"),
        pytest.param(PodBehaviour(seconds_to_ready=None), 9e9, False, id="never"),
        pytest.param(PodBehaviour(ready_for=5.0, down_for=2.0), 5.9, True, id="before its first crash"),
        pytest.param(PodBehaviour(ready_for=5.0, down_for=2.0), 6.0, False, id="after a crash"),
        pytest.param(PodBehaviour(ready_for=5.0, down_for=2.0), 8.0, True, id="back again"),
    ],
)
def test_a_pod_is_ready_by_its_age(*, behaviour: PodBehaviour, age: float, ready: bool) -> None:
    """Readiness follows from the age of a pod alone."""
    assert behaviour.ready(age) is ready


def test_a_path_that_an_image_does_not_know_is_not_found() -> None:
    """Answers are given by path; every other path is 404."""
    behaviour = PodBehaviour(answers={"/hello": 200, "/nothello": 500})
    assert [behaviour.answer(path) for path in ("/hello", "/nothello", "/other")] == [200, 500, 404]


def test_behaviour_goes_by_tag_and_role() -> None:
    """A tag has a behaviour; one role of it may differ; everything else is as the default says."""
    slow, fast = PodBehaviour(latency=900.0), PodBehaviour(latency=1.0)
    catalog = ImageCatalog(v2=slow)
    catalog.set("v2", fast, role="primary")
    assert catalog.behaviour("registry:5000/shop:v2", "secondary") is slow
    assert catalog.behaviour("shop:v2", "primary") is fast
    assert catalog.behaviour("shop:v1", "primary") == PodBehaviour()
    catalog.change("v2", seconds_to_ready=None)
    changed = catalog.behaviour("shop:v2", "secondary")
    assert (changed.latency, changed.seconds_to_ready) == (900.0, None)
    assert catalog.behaviour("shop:v2", "primary") is fast


def test_a_pod_remembers_when_it_was_ready() -> None:
    """The data plane looks back: an endpoint is what was ready then, and a process is what answers now."""
    catalog = ImageCatalog(PodBehaviour(seconds_to_ready=1.0, ready_for=10.0, down_for=5.0))
    pod = Pod("p", "default", "shop-primary", "t", {"service": "primary"}, "shop:v1", created=100.0)
    for now in range(100, 114):
        pod.refresh(float(now), catalog)
    assert pod.turns == [(101.0, True), (111.0, False)]
    assert [pod.endpoint_at(moment) for moment in (100.5, 101.0, 110.9, 111.0)] == [False, True, True, False]
    assert not pod.serving(113.0, 5.0)
    pod.deleted = 114.0
    pod.refresh(120.0, catalog)
    assert (pod.ready_since, pod.available(120.0, 0)) == (None, False)
    assert (pod.serving(118.9, 5.0), pod.serving(119.0, 5.0)) == (True, False)


def test_a_pod_that_was_never_ready_answers_nobody_when_it_stops() -> None:
    """Only a process that ran gets time to stop."""
    pod = Pod("p", "default", "shop-primary", "t", {}, "shop:v1", created=100.0, deleted=101.0)
    assert not pod.serving(101.5, 5.0)
    assert pod.role == ""
