"""What Metacontroller and people may do."""

import pytest

from app.resource import names
from tests.packaging.manifests import EXAMPLES, Object, one, read

CHILD_VERBS = {"create", "delete", "get", "list", "update", "watch"}
CRUD = ["get", "list", "watch", "create", "update", "patch", "delete"]


@pytest.fixture(scope="module")
def granted(installed: list[Object]) -> dict[str, set[str]]:
    """Metacontroller's verbs by `resource.group`."""
    role = one(installed, "ClusterRole", "canaryapp-operator-metacontroller")
    return {
        f"{resource}.{group}".removesuffix("."): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def test_metacontroller_manages_exactly_the_children(granted: dict[str, set[str]], composite: Object) -> None:
    """It may do with the kinds of the CompositeController what it does, and nothing with others."""
    children = {
        f"{child['resource']}.{child['apiVersion'].rpartition('/')[0]}".removesuffix(".")
        for child in composite["childResources"]
    }
    assert {resource for resource in granted if not resource.endswith(names.GROUP)} == children
    assert all(granted[child] == CHILD_VERBS for child in children)


def test_metacontroller_writes_nothing_but_the_status_of_a_canaryapp(granted: dict[str, set[str]]) -> None:
    """What a team asks for is changed by the team alone."""
    assert granted[f"canaryapps.{names.GROUP}"] == {"get", "list", "watch"}
    assert granted[f"canaryapps/status.{names.GROUP}"] == {"update"}
    assert granted[f"canaryapps/finalizers.{names.GROUP}"] == {"update"}


def test_metacontroller_itself_gets_the_rights(installed: list[Object]) -> None:
    """The subject is the account of Metacontroller's own manifests, and the role exists."""
    binding = one(installed, "ClusterRoleBinding")
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "metacontroller", "namespace": "metacontroller"},
    ]
    assert one(installed, "ClusterRole", binding["roleRef"]["name"])


def test_no_right_has_a_wildcard(installed: list[Object]) -> None:
    """A new API of the cluster is not granted by accident."""
    roles = [obj for obj in installed if obj["kind"] == "ClusterRole"]
    said = [word for role in roles for rule in role["rules"] for words in rule.values() for word in words]
    assert "*" not in said
    assert "secrets" not in said


def test_who_may_view_a_namespace_may_see_its_canaryapps(installed: list[Object]) -> None:
    """The right to look comes with `view`; the right to write is bound by name and never comes by itself."""
    view, edit = (one(installed, "ClusterRole", f"canaryapps-{name}") for name in ("view", "edit"))
    assert view["metadata"]["labels"]["rbac.authorization.k8s.io/aggregate-to-view"] == "true"
    assert {verb for rule in view["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert not [label for label in edit["metadata"]["labels"] if "aggregate" in label]
    assert edit["rules"] == [{"apiGroups": [names.GROUP], "resources": [names.PLURAL], "verbs": CRUD}]


def test_the_limited_user_works_with_canaryapps_and_nothing_else() -> None:
    """`examples/limited-user/` lets the account of the README read and write CanaryApps in one namespace."""
    role, binding = (read(EXAMPLES / "limited-user" / name)[0] for name in ("role.yaml", "rolebinding.yaml"))
    assert (role["kind"], binding["kind"]) == ("Role", "RoleBinding")
    assert role["rules"] == [{"apiGroups": [names.GROUP], "resources": [names.PLURAL], "verbs": CRUD}]
    assert role["metadata"]["namespace"] == binding["metadata"]["namespace"] == "default"
    assert (binding["roleRef"]["kind"], binding["roleRef"]["name"]) == ("Role", role["metadata"]["name"])
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "limited-user", "namespace": "default"}]
