"""The examples that people apply as they are."""

from pathlib import Path

import jsonschema
import pytest

from app.resource import names
from tests.packaging.manifests import EXAMPLES, ROOT, Object, read

MANIFESTS = sorted(
    path for path in EXAMPLES.rglob("*.yaml") if path.name not in {"argocd-cm.yaml", "kustomization.yaml"}
)
APPS = sorted(EXAMPLES.rglob("canaryapp*.yaml"))


def _id(path: Path) -> str:
    return path.relative_to(EXAMPLES).as_posix()


def _closed(schema: Object) -> Object:
    """A schema that refuses the fields that an API server would silently drop."""
    closed = {key: _closed(value) if isinstance(value, dict) else value for key, value in schema.items()}
    open_ended = "additionalProperties" in schema or schema.get("x-kubernetes-preserve-unknown-fields")
    if schema.get("type") == "object" and "properties" in schema and not open_ended:
        closed["additionalProperties"] = False
    return closed


def _schema() -> Object:
    (crd,) = read(ROOT / "crds/canaryapps.yaml")
    return {**_closed(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]), "additionalProperties": True}


@pytest.mark.parametrize("path", MANIFESTS, ids=_id)
def test_an_example_is_made_of_whole_objects(path: Path) -> None:
    """`kubectl apply -f` takes every file."""
    for obj in read(path):
        assert obj.keys() >= {"apiVersion", "kind", "metadata"}
        assert obj["metadata"]["name"]


@pytest.mark.parametrize("path", APPS, ids=_id)
def test_a_canaryapp_of_the_examples_is_valid(path: Path) -> None:
    """The API server takes it, and drops none of its fields."""
    (app,) = read(path)
    assert (app["apiVersion"], app["kind"]) == (names.API_VERSION, names.KIND)
    jsonschema.Draft202012Validator(_schema()).validate(app)


def test_a_misspelt_field_would_be_found() -> None:
    """The test above can fail."""
    (app,) = read(EXAMPLES / "canaryapp.yaml")
    app["spec"]["replica"] = 1
    with pytest.raises(jsonschema.ValidationError, match="'replica' was unexpected"):
        jsonschema.Draft202012Validator(_schema()).validate(app)


def test_folders_that_are_applied_hold_nothing_but_manifests() -> None:
    """`kubectl apply -f examples/limited-user/` and `-f examples/argocd-app/` need no kustomization."""
    kinds = {folder: sorted(_kinds(EXAMPLES / folder)) for folder in ("limited-user", "argocd-app")}
    assert kinds == {"limited-user": ["Role", "RoleBinding"], "argocd-app": ["AppProject", "Application"]}


def test_the_project_lets_in_canaryapps_of_one_namespace_alone() -> None:
    """Who writes to the repository can change CanaryApps, and nothing else in the cluster."""
    (project,) = read(EXAMPLES / "argocd-app/project.yaml")
    spec = project["spec"]
    assert spec["namespaceResourceWhitelist"] == [{"group": names.GROUP, "kind": names.KIND}]
    assert spec["clusterResourceWhitelist"] == []
    assert spec["destinations"] == [{"server": "https://kubernetes.default.svc", "namespace": "default"}]
    assert len(spec["sourceRepos"]) == 1
    assert "*" not in str(spec)


def test_the_application_keeps_the_example_of_the_project() -> None:
    """Argo CD takes the folder that is in this repository, within what the project allows, by itself."""
    (project,) = read(EXAMPLES / "argocd-app/project.yaml")
    (application,) = read(EXAMPLES / "argocd-app/application.yaml")
    spec = application["spec"]
    assert spec["project"] == project["metadata"]["name"]
    assert [spec["source"]["repoURL"]] == project["spec"]["sourceRepos"]
    assert [spec["destination"]] == project["spec"]["destinations"]
    assert spec["syncPolicy"]["automated"] == {"prune": True, "selfHeal": True}
    assert application["metadata"]["namespace"] == project["metadata"]["namespace"] == "argocd"


def test_argo_cd_finds_nothing_but_what_the_project_allows() -> None:
    """The folder in git holds CanaryApps of the project's namespace; the health check lies where it does not look."""
    (application,) = read(EXAMPLES / "argocd-app/application.yaml")
    source = application["spec"]["source"]
    assert source["directory"] == {"recurse": False}
    found = [obj for path in (ROOT / source["path"]).glob("*.yaml") for obj in read(path)]
    assert [(obj["kind"], obj["metadata"]["namespace"]) for obj in found] == [(names.KIND, "default")]


def test_the_health_check_is_a_patch_of_one_key() -> None:
    """Argo CD's own settings stay as they are."""
    (patch,) = read(EXAMPLES / "argocd/health/argocd-cm.yaml")
    assert patch.keys() == {"data"}
    assert patch["data"].keys() == {f"resource.customizations.health.{names.GROUP}_{names.KIND}"}


def _kinds(folder: Path) -> list[str]:
    return [obj["kind"] for path in folder.iterdir() for obj in read(path)]
