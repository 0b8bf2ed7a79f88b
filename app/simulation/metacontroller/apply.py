"""Dynamic apply: a three-way merge of observed, last applied and desired (Metacontroller, pkg/dynamic/apply).

Objects merge by field; lists of objects that share one of a few known keys merge by that key; other lists are replaced.
"""

import copy
import json
from typing import Any, Final

from app.resource.names import LAST_APPLIED
from app.simulation.kubernetes.objects import Object

_MERGE_KEYS: Final = ("containerPort", "port", "mountPath", "name", "uid", "ip", "path")
_SYSTEM_FIELDS: Final = (
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
)


def apply_update(observed: Object, desired: Object) -> Object:
    """The object to write over `observed` so that it says what is desired and keeps what others said."""
    merged = _merge(copy.deepcopy(observed), _last_applied(observed), desired)
    metadata = merged["metadata"]
    for field in _SYSTEM_FIELDS:
        metadata.pop(field, None)
        if field in observed["metadata"]:
            metadata[field] = observed["metadata"][field]
    merged.pop("status", None)
    if "status" in observed:
        merged["status"] = copy.deepcopy(observed["status"])
    return with_last_applied(merged, desired)


def with_last_applied(obj: Object, desired: Object) -> Object:
    """The object with the annotation that remembers what was desired."""
    metadata = {**obj["metadata"], "annotations": dict(obj["metadata"].get("annotations") or {})}
    metadata["annotations"][LAST_APPLIED] = json.dumps(desired, sort_keys=True, separators=(",", ":"))
    return {**obj, "metadata": metadata}


def _last_applied(observed: Object) -> Object:
    text = (observed["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    return dict(json.loads(text)) if text else {}


def _merge(destination: Any, last: Any, desired: Any) -> Any:
    if isinstance(destination, dict) and isinstance(desired, dict):
        return _merge_object(destination, last if isinstance(last, dict) else {}, desired)
    if isinstance(destination, list) and isinstance(desired, list):
        return _merge_list(destination, last if isinstance(last, list) else [], desired)
    return copy.deepcopy(desired)


def _merge_object(destination: dict[str, Any], last: dict[str, Any], desired: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in destination.items() if key in desired or key not in last}
    return kept | {key: _merge(kept.get(key), last.get(key), value) for key, value in desired.items()}


def _merge_list(destination: list[Any], last: list[Any], desired: list[Any]) -> list[Any]:
    key = _merge_key(destination, last, desired)
    if not key:
        return copy.deepcopy(desired)
    there, before, wanted = (_by_key(entries, key) for entries in (destination, last, desired))
    return list(_merge_object(there, before, wanted).values())


def _by_key(entries: list[Any], key: str) -> dict[str, Any]:
    return {str(entry[key]): entry for entry in entries}


def _merge_key(*lists: list[Any]) -> str:
    """The first known key that every entry of every list has; "" where there is none."""
    entries = [entry for entries in lists for entry in entries]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        return ""
    return next((key for key in _MERGE_KEYS if all(key in entry for entry in entries)), "")
