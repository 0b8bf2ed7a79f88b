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


def read(path: Path) -> list[Object]:
    """The objects of a file."""
    return [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document is not None]


def build(folder: Path) -> list[Object]:
    """The objects that a kustomization names, with its labels.

    Raises:
        ValueError: it makes use of what this reader does not know, or of a file outside its folder.
    """
    (kustomization,) = read(folder / "kustomization.yaml")
    if unknown := kustomization.keys() - _HEADER.keys() - {"resources", "labels"}:
        raise ValueError(f"{folder}: {', '.join(sorted(unknown))} is not understood")
    if {key: kustomization.get(key) for key in _HEADER} != _HEADER:
        raise ValueError(f"{folder}: no Kustomization of {_HEADER['apiVersion']}")
    objects = [obj for resource in kustomization["resources"] for obj in _resource(folder, resource)]
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


def _resource(folder: Path, resource: str) -> Iterator[Object]:
    path = folder / resource
    if path.is_dir():
        yield from build(path)
    elif path.resolve().is_relative_to(folder.resolve()):
        yield from read(path)
    else:
        raise ValueError(f"{folder}: {resource} is outside")
