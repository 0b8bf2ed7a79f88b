"""The CustomResourceDefinition around its schema."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from app.cli.generate import CRD, render_crd, stale_files
from app.resource.crd import custom_resource_definition
from tests.resource.admission import SPEC, STATUS

ROOT: Final = Path(__file__).parents[2]


def test_generated_files_are_up_to_date() -> None:
    """What users apply and read says what the code says; `make generate` brings it up to date."""
    assert stale_files(ROOT) == []


def test_the_file_is_the_definition() -> None:
    """The YAML that users apply is the definition, and nothing is lost in writing it."""
    assert yaml.safe_load((ROOT / CRD).read_text("utf-8")) == custom_resource_definition()
    assert render_crd().startswith("# Generated from app/resource by `make generate`; a test fails when it is stale.\n")


def test_names() -> None:
    """The kind has the group, names and scope that manifests of canaryop use."""
    definition = custom_resource_definition()
    assert definition["apiVersion"] == "apiextensions.k8s.io/v1"
    assert definition["metadata"] == {"name": "canaryapps.canary.atze.io"}
    assert {key: value for key, value in definition["spec"].items() if key != "versions"} == {
        "group": "canary.atze.io",
        "scope": "Namespaced",
        "names": {
            "kind": "CanaryApp",
            "listKind": "CanaryAppList",
            "plural": "canaryapps",
            "singular": "canaryapp",
            "shortNames": ["capp"],
        },
    }


def test_the_one_version() -> None:
    """There is one version, served and stored, and its status is a subresource that users' edits do not touch."""
    (version,) = custom_resource_definition()["spec"]["versions"]
    assert (version["name"], version["served"], version["storage"]) == ("v1", True, True)
    assert version["subresources"] == {"status": {}}


def test_printer_columns() -> None:
    """`kubectl get` shows phase, weight, image, reason and age; the whole message with `-o wide`."""
    (version,) = custom_resource_definition()["spec"]["versions"]
    columns = version["additionalPrinterColumns"]
    assert [(one["name"], one["type"], one["jsonPath"], one.get("priority", 0)) for one in columns] == [
        ("Phase", "string", ".status.phase", 0),
        ("Weight", "integer", ".status.weight", 0),
        ("Image", "string", ".spec.image", 0),
        ("Reason", "string", ".status.decision.reason", 0),
        ("Message", "string", ".status.decision.message", 1),
        ("Age", "date", ".metadata.creationTimestamp", 0),
    ]


@pytest.mark.parametrize("column", custom_resource_definition()["spec"]["versions"][0]["additionalPrinterColumns"][:-1])
def test_printer_columns_lead_to_a_field(column: dict[str, Any]) -> None:
    """No column is empty because its path leads nowhere, and each has the type of its field."""
    part, *path = column["jsonPath"][1:].split(".")
    field = {"spec": SPEC, "status": STATUS}[part]
    for name in path:
        field = field["properties"][name]
    assert field["type"] == column["type"]


def test_conditions_are_a_map() -> None:
    """Server-side apply merges conditions by their type."""
    conditions = STATUS["properties"]["conditions"]
    assert conditions["x-kubernetes-list-type"] == "map"
    assert conditions["x-kubernetes-list-map-keys"] == ["type"]


def test_pod_specs_are_kept_as_written() -> None:
    """A pod's spec may hold every field that Kubernetes has or will have: nothing of it is pruned."""
    assert SPEC["properties"]["template"]["properties"]["spec"] == {
        "type": "object",
        "description": SPEC["properties"]["template"]["properties"]["spec"]["description"],
        "x-kubernetes-preserve-unknown-fields": True,
    }
