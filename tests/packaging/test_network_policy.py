"""Who reaches the hook, and whom the hook reaches."""

from urllib.parse import urlsplit

import pytest

from app.settings import DEFAULT_PROMETHEUS, Settings
from tests.packaging.manifests import Object, one

NAMESPACE = "kubernetes.io/metadata.name"


@pytest.fixture(scope="module")
def policy(installed: list[Object]) -> Object:
    """The spec of the hook's policy."""
    spec: Object = one(installed, "NetworkPolicy")["spec"]
    return spec


def _ports(rule: Object) -> set[tuple[str, int]]:
    return {(port["protocol"], port["port"]) for port in rule["ports"]}


def _peers(rule: Object, direction: str) -> list[tuple[str, dict[str, str]]]:
    return [
        (
            peer["namespaceSelector"]["matchLabels"][NAMESPACE],
            peer.get("podSelector", {}).get("matchLabels", {}),
        )
        for peer in rule[direction]
    ]


def test_both_directions_are_closed_but_for_the_rules(policy: Object) -> None:
    """What no rule allows is refused."""
    assert policy["policyTypes"] == ["Ingress", "Egress"]


def test_metacontroller_and_prometheus_alone_reach_the_hook(policy: Object, installed: list[Object]) -> None:
    """Nobody else can ask the hook for a decision; Metacontroller is let in from the namespace that its rights name."""
    (rule,) = policy["ingress"]
    (subject,) = one(installed, "ClusterRoleBinding")["subjects"]
    assert _peers(rule, "from") == [
        (subject["namespace"], {}),
        ("istio-system", {"app.kubernetes.io/name": "prometheus"}),
    ]
    assert _ports(rule) == {("TCP", Settings.model_fields["port"].default)}


def test_the_hook_reaches_names_and_the_default_prometheus_alone(policy: Object) -> None:
    """The hook can be made to ask nothing but what its configuration names."""
    names, prometheus = policy["egress"]
    assert _peers(names, "to") == [("kube-system", {"k8s-app": "kube-dns"})]
    assert _ports(names) == {("UDP", 53), ("TCP", 53)}
    origin = urlsplit(DEFAULT_PROMETHEUS)
    assert origin.hostname is not None
    _, namespace, _ = origin.hostname.split(".")
    assert _peers(prometheus, "to") == [(namespace, {"app.kubernetes.io/name": "prometheus"})]
    assert _ports(prometheus) == {("TCP", origin.port)}
