"""What is remembered between syncs makes no difference to any answer, and nothing writes to it."""

import copy
import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from app.prometheus.origins import AllowedOrigins
from app.resource.spec import Spec
from app.rollout import asked
from app.rollout.asked import read_asked
from tests.golden.case import Case, all_cases

ORIGINS: Final = AllowedOrigins.parse(("http://prometheus.istio-system.svc:9090",))
CASES: Final = [Case.read(folder) for folder in all_cases()]


def specs() -> list[tuple[str, Any]]:
    """Every spec of the golden cases, with the name of its app."""
    parents = [json.loads(case.request)["parent"] for case in CASES]
    return [(parent["metadata"]["name"], parent.get("spec")) for parent in parents]


@pytest.fixture
def forget() -> Callable[[], None]:
    """Begins with nothing remembered."""
    asked._remembered.cache_clear()  # noqa: SLF001 - what is tested
    return asked._remembered.cache_clear  # noqa: SLF001 - as above


def test_a_cold_and_a_warm_memory_answer_alike(forget: Callable[[], None]) -> None:
    """All golden cases, each with an empty memory and with that of all; nothing writes to what is remembered."""
    cold = {}
    for case in CASES:
        forget()
        cold[case.folder] = case.play()
    before = [copy.deepcopy(read_asked(name, spec, ORIGINS)) for name, spec in specs()]
    warm = {case.folder: case.play() for case in reversed(CASES)}
    assert warm == cold
    assert [read_asked(name, spec, ORIGINS) for name, spec in specs()] == before
    forget()
    assert [read_asked(name, spec, ORIGINS) for name, spec in specs()] == before


@pytest.mark.usefixtures("forget")
def test_the_caller_may_write_to_what_it_passed() -> None:
    """Remembered is an own copy: a request that is changed later changes nothing."""
    spec = {"image": "shop:v1", "imageListenPort": 80, "template": {"spec": {"containers": [{"name": "shop"}]}}}
    first = read_asked("shop", spec, ORIGINS)
    assert read_asked("shop", copy.deepcopy(spec), ORIGINS) is first
    spec["template"]["spec"]["containers"][0]["env"] = []  # type: ignore[index]
    changed = read_asked("shop", spec, ORIGINS)
    assert changed.wanted != first.wanted
    assert first.wanted is not None
    assert "env" not in first.wanted.template["spec"]["containers"][0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"replicas": 1}, {"replicas": True}, id="a number and a truth"),
        pytest.param({"replicas": 1}, {"replicas": 1.5}, id="a number and a fraction"),
        pytest.param({"replicas": 1}, {"replicas": "1"}, id="a number and a text"),
        pytest.param({"paused": False}, {"paused": 0}, id="a truth and a number"),
        pytest.param({"template": {"spec": {"x": None}}}, {"template": {"spec": {"x": float("nan")}}}, id="no number"),
        pytest.param({"template": {"spec": {"x": "NaN"}}}, {"template": {"spec": {"x": float("nan")}}}, id="its name"),
    ],
)
@pytest.mark.usefixtures("forget")
def test_what_differs_is_remembered_apart(one: Any, other: Any) -> None:
    """Values that Python takes for equal, or that are written alike, are not taken for each other."""
    base = {"image": "shop:v1", "imageListenPort": 80}
    assert read_asked("shop", base | one, ORIGINS).spec is not None
    assert read_asked("shop", base | other, ORIGINS).spec is None


@pytest.mark.usefixtures("forget")
def test_an_app_and_the_operators_settings_belong_to_what_is_remembered() -> None:
    """The same spec means another revision for another app, and may be refused by another operator."""
    spec = {"image": "shop:v1", "imageListenPort": 80, "prometheusURL": "http://prometheus.istio-system.svc:9090"}
    shop, cart = read_asked("shop", spec, ORIGINS), read_asked("cart", spec, ORIGINS)
    assert shop.wanted is not None
    assert cart.wanted is not None
    assert cart.wanted.template["spec"]["containers"][0]["name"] == "cart"
    assert read_asked("shop", spec, AllowedOrigins.parse(())).refusals


@pytest.mark.parametrize("text", ["x" * 20_000, "\ud800"], ids=["large", "half a character"])
@pytest.mark.usefixtures("forget")
def test_what_is_not_remembered_is_read_all_the_same(text: str) -> None:
    """A spec that is too large, or that cannot be written as JSON, is read anew each time."""
    spec = {"image": "shop:v1", "imageListenPort": 80, "template": {"metadata": {"annotations": {"note": text}}}}
    one, two = read_asked("shop", spec, ORIGINS), read_asked("shop", spec, ORIGINS)
    assert one == two
    assert one is not two


@pytest.mark.usefixtures("forget")
def test_the_memory_is_bounded() -> None:
    """However many specs were read, so many are remembered."""
    for number in range(600):
        assert isinstance(read_asked("shop", {"image": f"shop:v{number}", "imageListenPort": 80}, ORIGINS).spec, Spec)
    assert asked._remembered.cache_info().currsize == 512  # noqa: SLF001 - what is tested
