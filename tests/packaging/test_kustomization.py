"""What is installed, as a whole."""

from pathlib import Path

import pytest

from tests.packaging.manifests import METACONTROLLER, ROOT, Object, build, one, read

EVERYTHING = [
    "ClusterRole/canaryapp-operator-metacontroller",
    "ClusterRole/canaryapps-edit",
    "ClusterRole/canaryapps-view",
    "ClusterRoleBinding/canaryapp-operator-metacontroller",
    "CompositeController/canaryapp-operator",
    "CustomResourceDefinition/canaryapps.canary.atze.io",
    "Deployment/canaryapp-operator",
    "Namespace/canaryapp-system",
    "NetworkPolicy/canaryapp-operator",
    "PodDisruptionBudget/canaryapp-operator",
    "Service/canaryapp-operator",
    "ServiceAccount/canaryapp-operator",
]
CLUSTER_WIDE = {"ClusterRole", "ClusterRoleBinding", "CompositeController", "CustomResourceDefinition", "Namespace"}


def test_everything_that_a_cluster_needs_is_installed_and_nothing_else(installed: list[Object]) -> None:
    """`kubectl apply -k metacontroller/` makes these objects."""
    assert sorted(f"{obj['kind']}/{obj['metadata']['name']}" for obj in installed) == EVERYTHING


def test_every_file_of_the_folder_is_installed() -> None:
    """No manifest lies beside the kustomization unused."""
    named = [resource for resource in _kustomization() if not resource.startswith("..")]
    assert sorted(named) == sorted(path.name for path in METACONTROLLER.glob("*.yaml") if path.stem != "kustomization")


def test_the_crd_is_the_generated_one(installed: list[Object]) -> None:
    """The cluster learns the API from the file that `make generate` writes."""
    (generated,) = read(ROOT / "crds/canaryapps.yaml")
    assert one(installed, "CustomResourceDefinition")["spec"] == generated["spec"]


def test_what_is_namespaced_is_in_the_namespace_that_is_made_too(installed: list[Object]) -> None:
    """The installation needs no `--namespace`."""
    namespace = one(installed, "Namespace")["metadata"]["name"]
    placed = {obj["metadata"].get("namespace") for obj in installed if obj["kind"] not in CLUSTER_WIDE}
    assert placed == {namespace}
    assert not [obj for obj in installed if obj["kind"] in CLUSTER_WIDE and "namespace" in obj["metadata"]]


def test_every_object_says_what_it_belongs_to(installed: list[Object]) -> None:
    """`kubectl get -l app.kubernetes.io/name=canaryapp-operator` finds all of the installation."""
    for obj in installed:
        assert obj["metadata"]["labels"]["app.kubernetes.io/name"] == "canaryapp-operator"
        assert obj["metadata"]["labels"]["app.kubernetes.io/part-of"] == "canaryapp"


def test_the_namespace_refuses_privileged_pods(installed: list[Object]) -> None:
    """Nothing in the operator's namespace can ask for more than the hook does."""
    assert one(installed, "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize(
    ("kustomization", "problem"),
    [
        pytest.param("resources: [../other.yaml]", "is outside", id="a file outside, which kustomize refuses"),
        pytest.param("resources: []\nnamePrefix: x-", "namePrefix is not understood", id="a field it does not know"),
        pytest.param("resources: []\nlabels: [{pairs: {}, includeSelectors: true}]", "labels of", id="selectors"),
    ],
)
def test_these_tests_do_not_guess(tmp_path: Path, kustomization: str, problem: str) -> None:
    """A kustomization that the tests would read otherwise than kustomize fails them."""
    header = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    (tmp_path / "kustomization.yaml").write_text(header + kustomization, "utf-8")
    with pytest.raises(ValueError, match=problem):
        build(tmp_path)


def test_a_kustomization_says_that_it_is_one(tmp_path: Path) -> None:
    """A folder with another kind of file is no kustomization."""
    (tmp_path / "kustomization.yaml").write_text("apiVersion: v1\nkind: Kustomization\nresources: []", "utf-8")
    with pytest.raises(ValueError, match="no Kustomization of"):
        build(tmp_path)


def _kustomization() -> list[str]:
    (kustomization,) = read(METACONTROLLER / "kustomization.yaml")
    return list(kustomization["resources"])
