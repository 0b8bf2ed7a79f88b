"""Whatever stands in `spec`, it is read or refused; nothing is raised."""

from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.resource.spec import Spec
from tests.resource.admission import SPEC
from tests.resource.reading import LEAST, accepted, read, refusals
from tests.resource.structural import every

TEXT: Final = st.text(max_size=12) | st.sampled_from(["*", "mesh", "shop", "app", "m[5m]", "http", "\ud800", "\x00"])
SCALAR: Final = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
FIELDS: Final = st.sampled_from(
    sorted({path.rpartition(".")[2].rstrip("[]") for path, _ in every(SPEC)} | {"containers", "ports", "containerPort"})
)
JSON: Final = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS | TEXT, inner, max_size=5), max_leaves=25
)
PORTS: Final = st.lists(st.fixed_dictionaries({}, optional={"name": JSON, "containerPort": JSON}) | JSON, max_size=3)
CONTAINERS: Final = st.lists(
    st.fixed_dictionaries({}, optional={"name": TEXT, "image": JSON, "ports": PORTS | JSON}) | JSON, max_size=3
)
LIKELY: Final = st.fixed_dictionaries(
    {"image": st.just("v1"), "imageListenPort": st.just(80)},
    optional={
        "prometheusQuery": TEXT,
        "prometheusURL": TEXT,
        "template": st.fixed_dictionaries(
            {},
            optional={
                "metadata": st.fixed_dictionaries(
                    {}, optional={"labels": st.dictionaries(TEXT, TEXT), "annotations": st.dictionaries(TEXT, TEXT)}
                ),
                "spec": st.fixed_dictionaries({}, optional={"containers": CONTAINERS, "volumes": JSON}),
            },
        ),
        "traffic": st.fixed_dictionaries({}, optional={"hosts": st.lists(TEXT), "gateways": st.lists(TEXT)}),
        "strategy": st.fixed_dictionaries(
            {"steps": st.lists(st.fixed_dictionaries({"weight": st.integers(0, 101)}), max_size=6)}
        ),
        "progressDeadlineSeconds": st.integers(0, 100),
    },
)


def check(raw: Any, name: str) -> None:
    """Reads a spec; it must become a spec or refusals that can be written into a status."""
    found = read(raw, name)
    if isinstance(found, Spec):
        return
    assert 0 < len(found) <= 10
    assert all(str(refusal) for refusal in found)


@settings(deadline=None, derandomize=True, database=None)
@given(raw=JSON, name=TEXT)
def test_any_json(raw: Any, name: str) -> None:
    """Any JSON value is a valid spec, or is refused."""
    check(raw, name)


@settings(deadline=None, derandomize=True, database=None)
@given(raw=st.dictionaries(FIELDS, JSON), name=st.just("shop"))
def test_any_json_under_the_names_of_fields(raw: Any, name: str) -> None:
    """Any JSON value under any field's name makes a valid spec, or is refused."""
    check(raw, name)


@settings(deadline=None, derandomize=True, database=None)
@given(raw=LIKELY, name=st.just("shop"))
def test_nearly_valid_specs(raw: Any, name: str) -> None:
    """What gets past the schema is looked at as carefully."""
    check(raw, name)


def nested(depth: int, wrap: Any) -> Any:
    """A value inside of a value, so many times."""
    value: Any = []
    for _ in range(depth):
        value = wrap(value)
    return value


@pytest.mark.parametrize("depth", [300, 1_000, 100_000])
@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"a": value}], ids=["lists", "objects"])
def test_deep_nesting(wrap: Any, depth: int) -> None:
    """What is nested too deeply for a pod is refused, however deeply; where nobody looks it does not matter."""
    deep = nested(depth, wrap)
    assert refusals({**LEAST, "template": {"spec": {"a": deep}}}) == ["spec.template.spec: is nested too deeply"]
    assert refusals({**LEAST, "image": deep})[0].startswith("spec.image: input should be a valid string, got a")
    assert refusals({**LEAST, "unknown": deep}) == []
    assert len(refusals(deep)) == (1 if isinstance(deep, list) else 2)


def test_some_nesting() -> None:
    """A pod may be nested as deeply as pods are, and much more."""
    deep = nested(100, lambda value: {"a": [value]})
    spec = accepted({**LEAST, "template": {"spec": deep}})
    assert spec.template is not None
    assert spec.template.spec == deep


def test_huge_strings() -> None:
    """A string of megabytes makes a short sentence."""
    huge = "x" * 5_000_000
    assert len(refusals({**LEAST, "image": huge})[0]) < 200
    assert len(refusals({**LEAST, "prometheusQuery": huge})[0]) < 200
    assert len(refusals(huge)[0]) < 200
    assert len(refusals(LEAST, huge)[0]) < 200


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "a\u202eb", "\ufeffv1", "v1\u00a0", "日本語", "e\u0301"])
def test_odd_unicode(text: str) -> None:
    """Odd characters in an image are refused, and told so that they can be seen."""
    (refused,) = refusals({**LEAST, "image": text})
    assert refused.startswith("spec.image: ")
    assert refused.endswith(f"got {text!r}")
