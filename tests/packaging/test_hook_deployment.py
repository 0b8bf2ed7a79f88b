"""The hook's pods and how they are reached."""

import pytest

from app import __version__
from app.main import create_app
from app.serving.server import seconds_to_finish
from app.settings import Settings
from tests.packaging.manifests import Object, one, selected

PROBES = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}


def test_two_replicas_run_and_one_is_always_there(deployment: Object, installed: list[Object]) -> None:
    """Neither an update nor a drained node leaves Metacontroller without an answer."""
    assert deployment["spec"]["replicas"] == 2
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert one(installed, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


def test_replicas_are_spread_over_nodes_where_there_are_some(pod: Object) -> None:
    """A lost node does not take both, and a single node takes both."""
    (spread,) = pod["topologySpreadConstraints"]
    assert (spread["topologyKey"], spread["whenUnsatisfiable"]) == ("kubernetes.io/hostname", "ScheduleAnyway")


def test_every_selector_takes_the_pods(deployment: Object, pod: Object, installed: list[Object]) -> None:
    """Deployment, Service, disruption budget, policy and spread mean the same pods."""
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selectors = [
        deployment["spec"]["selector"]["matchLabels"],
        one(installed, "Service")["spec"]["selector"],
        one(installed, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        one(installed, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
        pod["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ]
    assert [selector for selector in selectors if not selected(selector, labels)] == []


def test_the_service_leads_to_the_port_that_the_hook_listens_on(container: Object, installed: list[Object]) -> None:
    """Port 80 of the Service is the hook's default port."""
    (port,) = one(installed, "Service")["spec"]["ports"]
    (named,) = container["ports"]
    assert (port["port"], port["targetPort"]) == (80, named["name"])
    assert named["containerPort"] == Settings.model_fields["port"].default


@pytest.mark.parametrize(("probe", "path"), PROBES.items(), ids=PROBES)
def test_probes_ask_what_the_hook_answers(container: Object, probe: str, path: str) -> None:
    """No probe fails for want of a route."""
    asked = container[probe]["httpGet"]
    assert asked == {"path": path, "port": container["ports"][0]["name"]}
    assert path in create_app(Settings()).openapi()["paths"]


def test_prometheus_is_told_where_the_metrics_are(deployment: Object) -> None:
    """The annotations that Istio's Prometheus looks for name the hook's own metrics."""
    annotations = deployment["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/scrape"] == "true"
    assert annotations["prometheus.io/port"] == str(Settings.model_fields["port"].default)
    assert annotations["prometheus.io/path"] in create_app(Settings()).openapi()["paths"]


def test_pods_run_without_privileges(pod: Object, container: Object) -> None:
    """The pods pass the Pod Security Standard "restricted", on a file system that cannot be written."""
    assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "volumes" not in pod


def test_pods_have_no_credentials(pod: Object, installed: list[Object]) -> None:
    """A hook that is broken into cannot talk to the API server."""
    account = one(installed, "ServiceAccount")
    assert pod["serviceAccountName"] == account["metadata"]["name"]
    assert pod["automountServiceAccountToken"] is False
    assert account["automountServiceAccountToken"] is False
    bound = [subject for obj in installed if obj["kind"] == "ClusterRoleBinding" for subject in obj["subjects"]]
    assert account["metadata"]["namespace"] not in [subject["namespace"] for subject in bound]


def test_pods_stay_out_of_the_mesh(deployment: Object) -> None:
    """Metacontroller, which has no sidecar, is not refused by a mesh that insists on mutual TLS."""
    assert deployment["spec"]["template"]["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"


def test_pods_say_what_they_need(container: Object) -> None:
    """The scheduler knows what to keep for a pod, and memory is bounded above what requests can use: JSON that is
    made for it takes up to 30 times its size as objects (measured: 28).
    """
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    megabytes = int(container["resources"]["limits"]["memory"].removesuffix("Mi"))
    assert megabytes * 2**20 > 128 * 2**20 + 30 * Settings().max_bytes_in_progress


def test_the_environment_sets_what_the_hook_reads(container: Object, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable is misspelt, and the installed settings are the documented defaults."""
    documented = {f"{Settings.model_config['env_prefix']}{name.upper()}" for name in Settings.model_fields}
    environment = {variable["name"]: variable["value"] for variable in container["env"]}
    assert environment.keys() <= documented
    default = Settings()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings() == default


def test_the_image_is_the_one_that_the_readme_sets(container: Object) -> None:
    """`kustomize edit set image canaryapp-operator=…` finds it; unset, it is this version."""
    assert container["image"] == f"canaryapp-operator:{__version__}"


def test_requests_under_way_are_ended_before_a_pod_is_killed(pod: Object, container: Object) -> None:
    """The grace period covers the wait for the endpoints, which is the hook's own, and its orderly end."""
    default = Settings()
    assert "lifecycle" not in container
    assert default.stop_delay_seconds >= 5
    assert default.stop_delay_seconds + seconds_to_finish(default) < pod["terminationGracePeriodSeconds"]
