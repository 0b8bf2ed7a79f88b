"""What is refused of `spec.template`: what the API server would refuse of a Deployment, and what is ours."""

from typing import Any

import pytest

from app.resource.status import cut
from tests.resource.reading import LEAST, refusals

PATH = "spec.template"
CONTAINERS = f"{PATH}.spec.containers"
PORT = "the port named 'http' is imageListenPort (8088) and no other, got {} at {}"


def template(**fields: Any) -> list[str]:
    """The refusals of a spec with this template."""
    return refusals({**LEAST, "template": fields})


def labels(labels: dict[str, Any]) -> list[str]:
    """The refusals of a spec with these labels for its pods."""
    return template(metadata={"labels": labels})


def containers(*containers: Any) -> list[str]:
    """The refusals of a spec with these containers."""
    return template(spec={"containers": list(containers)})


@pytest.mark.parametrize("label", ["app", "owner", "service", "canary.atze.io/revision"])
def test_reserved_labels(label: str) -> None:
    """The labels that Services and Deployments select by are the operator's alone."""
    assert labels({label: "x"}) == [f"{PATH}.metadata.labels[{label}]: is set by the operator and cannot be changed"]


@pytest.mark.parametrize(
    "key", ["a", "A.b_c-1", "example.org/a", "a" * 63, f"{'a' * 63}.{'b' * 63}/c", f"{'a.' * 126}b/c"]
)
def test_label_keys(key: str) -> None:
    """Every qualified name may be a label and an annotation."""
    assert labels({key: "x"}) == []
    assert template(metadata={"annotations": {key: "x"}}) == []


@pytest.mark.parametrize(
    "key", ["", "-a", "a-", "a b", "a" * 64, "/a", "a/", "a/b/c", "a_b/c", f"{'a.' * 126}bb/c", "ä"]
)
def test_bad_label_keys(key: str) -> None:
    """What is no qualified name is refused here, and not by the API server after the rollout has begun."""
    assert labels({key: "x"}) == [f"{cut(f'{PATH}.metadata.labels[{key}]', 200)}: is no name for a label"]
    assert template(metadata={"annotations": {key: "x"}}) == [
        f"{cut(f'{PATH}.metadata.annotations[{key}]', 200)}: is no name for an annotation"
    ]


def test_upper_case_prefixes() -> None:
    """As for the API server, an annotation's prefix may be in upper case, and a label's may not."""
    assert template(metadata={"annotations": {"Example.org/a": "x"}}) == []
    assert labels({"Example.org/a": "x"}) == [f"{PATH}.metadata.labels[Example.org/a]: is no name for a label"]


@pytest.mark.parametrize("value", ["", "a", "A.b_c-1", "1", "a" * 63])
def test_label_values(value: str) -> None:
    """Every label value that Kubernetes takes is taken."""
    assert labels({"team": value}) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [("a b", "'a b'"), ("-a", "'-a'"), ("a.", "'a.'"), ("a" * 64, f"'{'a' * 64}'"), ("a\n", "'a\\n'"), ("é", "'é'")],
)
def test_bad_label_values(value: str, words: str) -> None:
    """What is no label value is refused with the value."""
    assert labels({"team": value}) == [f"{PATH}.metadata.labels[team]: is no label value, got {words}"]


def test_labels_are_told_by_name() -> None:
    """Several bad labels are told in the order of their names, then bad annotations."""
    bad = {"labels": {"z": "-", "app": "x", "b": "-"}, "annotations": {"b-": "x", "-": "x"}}
    assert [refusal.partition(":")[0] for refusal in template(metadata=bad)] == [
        f"{PATH}.metadata.labels[app]",
        f"{PATH}.metadata.labels[b]",
        f"{PATH}.metadata.labels[z]",
        f"{PATH}.metadata.annotations[-]",
        f"{PATH}.metadata.annotations[b-]",
    ]


@pytest.mark.parametrize("value", ["", "any text, with\nlines and ünicode", "x" * 5000])
def test_annotation_values(value: str) -> None:
    """An annotation may say anything."""
    assert template(metadata={"annotations": {"note": value}}) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", [{"a": -float("inf")}]])
def test_what_json_cannot_say(value: object) -> None:
    """What could not be written into a Deployment is refused, and not found out while writing."""
    assert template(spec={"a": value}) == [
        f"{PATH}: must be JSON, without NaN, infinite numbers and halves of characters"
    ]


@pytest.mark.parametrize("fields", [{}, {"metadata": {}}, {"spec": {}}, {"spec": {"containers": []}}])
def test_empty_templates(fields: dict[str, Any]) -> None:
    """A template may be empty, in part or altogether."""
    assert template(**fields) == []


@pytest.mark.parametrize("listed", ["x", 5, {}, {"name": "shop"}, [None], [["name"]], ["shop"]])
def test_what_is_no_list_of_containers(listed: object) -> None:
    """Containers that are no list of objects are refused as a whole."""
    assert template(spec={"containers": listed}) == [f"{CONTAINERS}: must be a list of containers"]


def test_no_containers() -> None:
    """Null for containers is none of the team's own."""
    assert template(spec={"containers": None}) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (None, "null"),
        ("", "''"),
        ("Sidecar", "'Sidecar'"),
        ("a.b", "'a.b'"),
        ("a-", "'a-'"),
        ("a" * 64, f"'{'a' * 64}'"),
        (5, "5"),
        ({"a": 1}, "an object"),
    ],
)
def test_bad_container_names(name: object, words: str) -> None:
    """Every container has a name that Kubernetes takes."""
    assert containers({"name": name, "image": "x"}) == [f"{CONTAINERS}[0].name: must be a container name, got {words}"]


def test_containers_without_a_name() -> None:
    """A container without a name is refused where it stands."""
    assert containers({"name": "shop"}, {"image": "x"}) == [f"{CONTAINERS}[1].name: must be a container name, got null"]


def test_every_container_is_looked_at() -> None:
    """A bad name does not hide what is wrong with the next container; a name may be as long as a label."""
    assert containers({"name": 5}, {"name": "a" * 63}) == [
        f"{CONTAINERS}[0].name: must be a container name, got 5",
        f"{CONTAINERS}[1].image: is required for the further container '{'a' * 63}'",
    ]


def test_names_used_twice() -> None:
    """Two containers cannot have one name, not even the app's own."""
    sidecar = {"name": "sidecar", "image": "x"}
    assert containers({"name": "shop"}, sidecar, {"name": "shop"}, sidecar) == [
        f"{CONTAINERS}[2].name: is used twice, got 'shop'",
        f"{CONTAINERS}[3].name: is used twice, got 'sidecar'",
    ]


@pytest.mark.parametrize("image", [None, "", 5, ["x"]])
def test_further_containers_need_an_image(image: object) -> None:
    """Only the app's own container gets its image from elsewhere."""
    assert containers({"name": "sidecar", "image": image}) == [
        f"{CONTAINERS}[0].image: is required for the further container 'sidecar'"
    ]


def test_the_app_s_own_image() -> None:
    """The image of the app's own container is said in one place."""
    assert containers({"name": "shop", "image": "x"}) == [
        f"{CONTAINERS}[0].image: is spec.image's to say for the app's own container"
    ]


@pytest.mark.parametrize("ports", ["x", 5, {}, [80], [None]])
def test_what_is_no_list_of_ports(ports: object) -> None:
    """Ports that are no list of objects are refused as a whole."""
    assert containers({"name": "shop", "ports": ports}) == [f"{CONTAINERS}[0].ports: must be a list of ports"]


@pytest.mark.parametrize(
    ("port", "problem"),
    [
        pytest.param({"name": "http", "containerPort": 80}, PORT.format("'http'", 80), id="the name at another port"),
        pytest.param({"name": "web", "containerPort": 8088}, PORT.format("'web'", 8088), id="the port by another name"),
        pytest.param({"containerPort": 8088}, PORT.format("null", 8088), id="the port without a name"),
        pytest.param({"name": "http"}, PORT.format("'http'", "null"), id="the name without a port"),
    ],
)
def test_the_app_s_own_port(port: dict[str, Any], problem: str) -> None:
    """The route's port is said in one place, and goes by one name."""
    assert containers({"name": "shop", "ports": [{"containerPort": 9000}, port]}) == [
        f"{CONTAINERS}[0].ports[1]: {problem}"
    ]


def test_good_containers() -> None:
    """The app's own container, with its port in other words, further ports and further containers are fine."""
    own = {
        "name": "shop",
        "image": None,
        "env": [{"name": "A", "value": "b"}],
        "ports": [{"name": "http", "containerPort": 8088, "protocol": "TCP"}, {"name": "metrics", "containerPort": 9}],
    }
    sidecar = {"name": "sidecar", "image": "x", "ports": [{"containerPort": 8088}]}
    assert containers(sidecar, own) == []
    assert containers({"name": "shop", "ports": None}) == []
