"""Reads manifests as `kubectl kustomize` and `kubectl apply -f` do, as far as this repository makes use of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

Object = dict[str, Any]

ROOT: Final = Path(__file__).parents[2]
METACONTROLLER: Final = ROOT / "metacontroller"
EXAMPLES: Final = ROOT / "examples"

_HEADER: Final = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
_COMPONENT: Final = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}

_MERGE_KEYS: Final = {
    "containers": ("name",),
    "env": ("name",),
    "ports": ("containerPort", "port"),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
"""Lists of Kubernetes' own objects whose entries are merged, and by what; other lists are replaced."""


def read(path: Path) -> list[Object]:
    """The objects of a file."""
    return [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document is not None]


def build(folder: Path) -> list[Object]:
    """The objects that a kustomization names, patched by its components, with its labels.

    Raises:
        ValueError: it makes use of what this reader does not know, or of a file outside its folder.
    """
    (kustomization,) = read(folder / "kustomization.yaml")
    if unknown := kustomization.keys() - _HEADER.keys() - {"resources", "components", "labels"}:
        raise ValueError(f"{folder}: {', '.join(sorted(unknown))} is not understood")
    if {key: kustomization.get(key) for key in _HEADER} != _HEADER:
        raise ValueError(f"{folder}: no Kustomization of {_HEADER['apiVersion']}")
    objects = [obj for resource in kustomization["resources"] for obj in _resource(folder, resource)]
    for component in kustomization.get("components", []):
        _patch(objects, folder / component)
    for rule in kustomization.get("labels", []):
        if rule.keys() != {"pairs"}:
            raise ValueError(f"{folder}: labels of selectors and templates are not understood")
        for obj in objects:
            obj["metadata"].setdefault("labels", {}).update(rule["pairs"])
    return objects


def one(objects: list[Object], kind: str, name: str | None = None) -> Object:
    """The only object of a kind, or the one with a name."""
    (found,) = (obj for obj in objects if obj["kind"] == kind and name in (None, obj["metadata"]["name"]))
    return found


def selected(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Whether a selector of plain pairs takes an object with these labels."""
    return bool(selector) and selector.items() <= labels.items()


def _patch(objects: list[Object], folder: Path) -> None:
    (component,) = read(folder / "kustomization.yaml")
    if component.keys() != {*_COMPONENT, "patches"} or {key: component[key] for key in _COMPONENT} != _COMPONENT:
        raise ValueError(f"{folder}: more or less than patches is not understood")
    for entry in component["patches"]:
        if entry.keys() != {"patch"}:
            raise ValueError(f"{folder}: {', '.join(sorted(entry))} of a patch is not understood")
        patch = yaml.safe_load(entry["patch"])
        _merge(one(objects, patch["kind"], patch["metadata"]["name"]), patch)


def _merge(into: Object, patch: Object) -> None:
    for name, value in patch.items():
        if isinstance(value, dict) and name in into:
            _merge(into[name], value)
        elif isinstance(value, list) and name in into and name in _MERGE_KEYS:
            _merge_list(into[name], value, _MERGE_KEYS[name])
        else:
            into[name] = value


def _merge_list(into: list[Object], patches: list[Object], keys: tuple[str, ...]) -> None:
    for patch in patches:
        key = next(key for key in keys if key in patch)
        found = next((entry for entry in into if entry[key] == patch[key]), None)
        if "$patch" in patch:
            if patch["$patch"] != "delete" or found is None:
                raise ValueError(f"$patch: {patch['$patch']} of {patch[key]} is not understood")
            into.remove(found)
        elif found is None:
            into.append(patch)
        else:
            _merge(found, patch)


def _resource(folder: Path, resource: str) -> Iterator[Object]:
    path = folder / resource
    if path.is_dir():
        yield from build(path)
    elif path.resolve().is_relative_to(folder.resolve()):
        yield from read(path)
    else:
        raise ValueError(f"{folder}: {resource} is outside")
