"""The installation with locks: what the components change, and whether both sides agree on it."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.serving.asgi import PROBES
from app.settings import Settings
from tests.packaging.manifests import EXAMPLES, METACONTROLLER, Object, build, one

PREFIX = "CANARYAPP_"


@pytest.fixture(scope="module")
def guarded() -> list[Object]:
    """What `kubectl kustomize examples/guarded-install` gives."""
    return build(EXAMPLES / "guarded-install")


@pytest.fixture(scope="module")
def template(guarded: list[Object]) -> Object:
    """Of the hook's pods."""
    found: Object = one(guarded, "Deployment")["spec"]["template"]
    return found


@pytest.fixture(scope="module")
def hook(template: Object) -> Object:
    """The hook's container."""
    (only,) = template["spec"]["containers"]
    return dict(only)


@pytest.fixture(scope="module")
def settings(hook: Object) -> Settings:
    """What the hook is set to; each variable is one that it reads."""
    environment = {variable["name"].removeprefix(PREFIX).lower(): variable["value"] for variable in hook["env"]}
    assert environment.keys() <= Settings.model_fields.keys()
    return Settings.model_validate(environment)


@pytest.fixture(scope="module")
def webhook(guarded: list[Object]) -> Object:
    """What Metacontroller calls, and how."""
    found: Object = one(guarded, "CompositeController")["spec"]["hooks"]["sync"]["webhook"]
    return found


def mounted(template: Object, hook: Object, path: str) -> tuple[str, str]:
    """The Secret and the key that are found at a path in the container."""
    at = PurePosixPath(path)
    volume = next(mount["name"] for mount in hook["volumeMounts"] if mount["mountPath"] == str(at.parent))
    secret = next(entry["secret"] for entry in template["spec"]["volumes"] if entry["name"] == volume)
    shown = {item["path"]: item["key"] for item in secret["items"]} if "items" in secret else {at.name: at.name}
    return secret["secretName"], shown[at.name]


def test_the_same_objects_are_installed(guarded: list[Object], installed: list[Object]) -> None:
    """Locks, and nothing new."""

    def names(objects: list[Object]) -> list[str]:
        return [f"{obj['kind']}/{obj['metadata']['name']}" for obj in objects]

    assert names(guarded) == names(installed)


def test_metacontroller_sends_a_token_of_the_secret_that_the_hook_reads(
    template: Object, hook: Object, settings: Settings, webhook: Object
) -> None:
    """One Secret, two keys: several tokens can be accepted, one is sent. The hook does not see the one that is sent."""
    assert settings.token_file
    secret, accepted = mounted(template, hook, settings.token_file)
    assert webhook["authorization"] == {
        "type": "Bearer",
        "secretRef": {"name": secret, "namespace": "canaryapp-system", "key": "token"},
    }
    assert accepted == "accepted"


def test_both_sides_show_certificates_by_one_authority(
    template: Object, hook: Object, settings: Settings, webhook: Object
) -> None:
    """The hook's Secret holds its certificate and the authority; Metacontroller has a certificate of its own."""
    files = settings.tls_files
    assert files
    assert files.client_ca
    assert [mounted(template, hook, str(path)) for path in files.paths] == [
        ("canaryapp-operator-tls", key) for key in ("tls.crt", "tls.key", "ca.crt")
    ]
    assert webhook["caBundle"] == {
        "secretRef": {"name": "canaryapp-operator-tls", "namespace": "canaryapp-system", "key": "ca.crt"}
    }
    assert webhook["clientTLS"] == {
        "secretRef": {"name": "canaryapp-operator-client", "namespace": "canaryapp-system"},
        "certKey": "tls.crt",
        "privateKeyKey": "tls.key",
    }


def test_metacontroller_finds_the_tls_port(guarded: list[Object], hook: Object, webhook: Object) -> None:
    """By https, at the Service's port 443, which leads where the plain one led."""
    url = urlsplit(webhook["url"])
    (port,) = one(guarded, "Service")["spec"]["ports"]
    assert (url.scheme, url.port, port["port"]) == ("https", None, 443)
    named = {entry["name"]: entry["containerPort"] for entry in hook["ports"]}
    assert named[port["targetPort"]] == Settings.model_fields["port"].default


def test_who_has_no_certificate_is_sent_to_the_port_for_probes(
    guarded: list[Object], template: Object, hook: Object, settings: Settings
) -> None:
    """A kubelet and Prometheus; the policy lets Prometheus in only there, and Metacontroller only at the other port."""
    named = {entry["name"]: entry["containerPort"] for entry in hook["ports"]}
    probes = [hook[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")]
    annotations = template["metadata"]["annotations"]
    assert {probe["port"] for probe in probes} == {"probes"}
    assert named["probes"] == settings.probe_port == int(annotations["prometheus.io/port"])
    assert {*(probe["path"] for probe in probes), annotations["prometheus.io/path"]} == PROBES
    open_to = {_namespace(rule): rule["ports"][0]["port"] for rule in one(guarded, "NetworkPolicy")["spec"]["ingress"]}
    assert open_to == {"metacontroller": settings.port, "istio-system": settings.probe_port}


def _namespace(rule: Object) -> Any:
    (peer,) = rule["from"]
    return peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]


@pytest.mark.parametrize("component", ["token", "mutual-tls"])
def test_each_lock_can_be_had_alone(component: str, tmp_path: Any) -> None:
    """`kustomize edit add component components/…` in `metacontroller/`."""
    folder = tmp_path / "metacontroller"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        f"resources: [{METACONTROLLER}]\ncomponents: [{METACONTROLLER / 'components' / component}]\n",
        "utf-8",
    )
    objects = build(folder)
    variables = one(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]["env"]
    set_to = {variable["name"] for variable in variables}
    assert (f"{PREFIX}TOKEN_FILE" in set_to, f"{PREFIX}TLS_KEY_FILE" in set_to) == (
        component == "token",
        component == "mutual-tls",
    )


_UNKNOWN = "{kind: Service, metadata: {name: canaryapp-operator}, spec: {ports: [{port: 80, $patch: x}]}}"


@pytest.mark.parametrize(
    ("component", "problem"),
    [
        ("patches: []\nresources: []", "more or less than patches"),
        ("patches: [{path: x.yaml}]", "path of a patch"),
        (
            f"patches: [{{patch: '{_UNKNOWN}'}}]",
            "x of 80",
        ),
    ],
)
def test_these_tests_do_not_guess(tmp_path: Any, component: str, problem: str) -> None:
    """A component that the tests would read otherwise than kustomize fails them."""
    (tmp_path / "one").mkdir()
    header = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    (tmp_path / "one" / "kustomization.yaml").write_text(header + component, "utf-8")
    (tmp_path / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        f"resources: [{METACONTROLLER}]\ncomponents: [one]\n",
        "utf-8",
    )
    with pytest.raises(ValueError, match=problem):
        build(tmp_path)
