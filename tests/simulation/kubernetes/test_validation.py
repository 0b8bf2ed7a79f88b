"""The API server refuses what breaks the rules of its kind."""

from typing import Any

import pytest

from app.simulation.kubernetes.errors import InvalidError
from app.simulation.kubernetes.objects import Object, key_of
from tests.simulation.kubernetes.manifests import (
    app,
    changed,
    deployment,
    destination_rule,
    revision,
    service,
    store_at_start,
    virtual_service,
    with_metadata,
)


def _template(**labels: Any) -> dict[str, Any]:
    template = deployment()["spec"]["template"]
    return {**template, "metadata": {"labels": {**template["metadata"]["labels"], **labels}}}


@pytest.mark.parametrize(
    ("obj", "sentence"),
    [
        pytest.param(
            app("Shop"),
            "CanaryApp default/Shop: metadata.name 'Shop' is not a name that this kind may have.",
            id="case",
        ),
        pytest.param(
            app(""), "CanaryApp default/: metadata.name '' is not a name that this kind may have.", id="no name"
        ),
        pytest.param(
            service("1shop"),
            "Service default/1shop: metadata.name '1shop' is not a name that this kind may have.",
            id="a Service's name starts with a letter",
        ),
        pytest.param(
            service("shop.mesh"),
            "Service default/shop.mesh: metadata.name 'shop.mesh' is not a name that this kind may have.",
            id="a Service's name has no dot",
        ),
        pytest.param(
            with_metadata(service(), labels={"a": "x" * 64}),
            f"Service default/shop: metadata.labels has {'x' * 64!r} for a, which is no label value.",
            id="a label value of 64 characters",
        ),
        pytest.param(
            changed(deployment(), template=_template(team=5)),
            "Deployment default/shop-primary: spec.template.metadata.labels has 5 for team, which is no label value.",
            id="a label that is a number",
        ),
        pytest.param(
            changed(deployment(), selector={"matchLabels": {"app": "other"}}),
            "Deployment default/shop-primary: spec.selector does not select spec.template.metadata.labels.",
            id="a selector that misses its pods",
        ),
        pytest.param(
            deployment(replicas=-1),
            "Deployment default/shop-primary: spec.replicas is -1, which is below 0.",
            id="fewer replicas than none",
        ),
        pytest.param(
            deployment(progressDeadlineSeconds=20, minReadySeconds=20),
            "Deployment default/shop-primary: spec.progressDeadlineSeconds is 20, "
            "which is not above spec.minReadySeconds, 20.",
            id="a deadline that no pod can meet",
        ),
        pytest.param(
            deployment(strategy={"type": "Recreate"}),
            "Deployment default/shop-primary: the embedded cluster knows rolling updates only, not Recreate.",
            id="another strategy",
        ),
        pytest.param(
            deployment(strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "0%"}}),
            "Deployment default/shop-primary: maxSurge and maxUnavailable are both 0.",
            id="an update that cannot move",
        ),
        pytest.param(
            {**deployment(), "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": None}},
            "Deployment default/shop-primary: spec.template.metadata.labels is required.",
            id="no template",
        ),
        pytest.param(
            changed(service(), ports=[]), "Service default/shop: spec.ports is required.", id="a Service without ports"
        ),
        pytest.param(
            changed(service(), ports=[{"port": 70000}]),
            "Service default/shop: the port 70000 is not between 1 and 65535.",
            id="a port that is too high",
        ),
        pytest.param(
            changed(service(), ports=[{"name": "http"}]),
            "Service default/shop: the port None is not between 1 and 65535.",
            id="a port without a number",
        ),
    ],
)
def test_an_invalid_object_is_refused(obj: Object, sentence: str) -> None:
    """What a real cluster would answer with 422 is refused with a sentence that says where."""
    with pytest.raises(InvalidError) as refused:
        store_at_start().create(obj, "hook")
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "obj",
    [
        pytest.param(app(), id="CanaryApp"),
        pytest.param(virtual_service({"primary": 100}, "shop.mesh"), id="a VirtualService with a dot in its name"),
        pytest.param(destination_rule(), id="DestinationRule"),
        pytest.param(revision(), id="ControllerRevision"),
        pytest.param(with_metadata(service(), labels={"empty": "", "dots": "a.b_c-D9"}), id="label values"),
        pytest.param(deployment(progressDeadlineSeconds=21, minReadySeconds=20), id="a deadline above minReadySeconds"),
        pytest.param(deployment(strategy={"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}), id="surge only"),
    ],
)
def test_a_valid_object_is_taken(obj: Object) -> None:
    """The rules do not refuse what a real cluster takes."""
    assert store_at_start().create(obj, "hook")["metadata"]["uid"]


@pytest.mark.parametrize(
    ("made", "after", "field"),
    [
        pytest.param(revision(), {**revision(), "data": {}}, "data", id="a revision's data"),
        pytest.param(
            deployment(),
            changed(deployment(), selector={"matchLabels": {"app": "shop"}}),
            "spec.selector",
            id="a Deployment's selector",
        ),
        pytest.param(service(), changed(service(), clusterIP="10.1.1.1"), "spec.clusterIP", id="a Service's address"),
    ],
)
def test_some_fields_never_change(made: Object, after: Object, field: str) -> None:
    """An update of an immutable field is refused, and names it."""
    store = store_at_start()
    store.create(made, "hook")
    with pytest.raises(InvalidError) as refused:
        store.update(after, "hook")
    assert str(refused.value) == f"{key_of(made)}: {field} is immutable."


def test_an_update_is_checked_like_a_create() -> None:
    """What may not be created may not be made by an update either."""
    store = store_at_start()
    store.create(service(), "hook")
    with pytest.raises(InvalidError, match=r"^Service default/shop: spec\.ports is required\.$"):
        store.update(changed(service(), ports=[]), "hook")
