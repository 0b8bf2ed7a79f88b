"""Dynamic apply: a three-way merge of observed, last applied and desired (Metacontroller, pkg/dynamic/apply).

Objects merge by field; lists of objects that share one of a few known keys merge by that key; other lists are replaced.
It knows nothing of types: it guesses.
"""

import json
from typing import Any, Final

from app.resource.names import LAST_APPLIED
from app.simulation.kubernetes.errors import InvalidError
from app.simulation.kubernetes.objects import Object, annotations_of, copied

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
    """The object to write over `observed` so that it says what is desired and keeps what others said.

    Raises:
        InvalidError: a field is an object or a list in one of them, and something else in another; or the annotation
            that remembers what was applied cannot be read.
    """
    desired = _without_last_applied(desired)
    merged = _merge("", copied(observed), _last_applied(observed), desired)
    metadata = merged["metadata"]
    for field in _SYSTEM_FIELDS:
        metadata.pop(field, None)
        if field in observed["metadata"]:
            metadata[field] = observed["metadata"][field]
    merged.pop("status", None)
    if "status" in observed:
        merged["status"] = copied(observed["status"])
    return with_last_applied(merged, desired)


def with_last_applied(obj: Object, desired: Object) -> Object:
    """The object with the annotation that remembers what was desired."""
    written = json.dumps(desired, sort_keys=True, separators=(",", ":"))
    return {**obj, "metadata": {**obj["metadata"], "annotations": {**annotations_of(obj), LAST_APPLIED: written}}}


def _without_last_applied(desired: Object) -> Object:
    made = copied(desired)
    annotations_of(made).pop(LAST_APPLIED, None)
    return made


def _last_applied(observed: Object) -> Object:
    text = annotations_of(observed).get(LAST_APPLIED) or "{}"
    try:
        return dict(json.loads(text) or {})
    except (ValueError, TypeError) as problem:
        raise InvalidError(f"The annotation {LAST_APPLIED} is no JSON object: {problem}") from problem


def _merge(path: str, destination: Any, last: Any, desired: Any) -> Any:
    if isinstance(destination, dict):
        _check_alike(path, dict, last, desired)
        return _merge_object(path, destination, last or {}, desired or {})
    if isinstance(destination, list):
        _check_alike(path, list, last, desired)
        return _merge_list(path, destination, last or [], desired or [])
    return copied(desired)


def _check_alike(path: str, kind: type, last: object, desired: object) -> None:
    for whose, value in (("last applied", last), ("desired", desired)):
        if value is not None and not isinstance(value, kind):
            raise InvalidError(f"{whose}{path} is a {type(value).__name__}, and a {kind.__name__} is observed.")


def _merge_object(path: str, destination: Object, last: Object, desired: Object) -> Object:
    kept = {key: value for key, value in destination.items() if key in desired or key not in last}
    for key, value in desired.items():
        kept[key] = _merge(f"{path}[{key}]", kept.get(key), last.get(key), value)
    return kept


def _merge_list(path: str, destination: list[Any], last: list[Any], desired: list[Any]) -> list[Any]:
    key = _merge_key(destination, last, desired)
    if not key:
        return copied(desired)
    there, before, wanted = (_by_key(entries, key) for entries in (destination, last, desired))
    merged = _merge_object(path, there, before, wanted)
    # Each in its observed place, twice where it was there twice, and the new ones behind.
    order = [name for name in (_text(entry[key]) for entry in destination) if name in merged]
    order += [name for name in wanted if name not in order]
    return [merged[name] for name in order]


def _by_key(entries: list[Any], key: str) -> dict[str, Any]:
    return {_text(entry[key]): entry for entry in entries}


def _merge_key(*lists: list[Any]) -> str:
    """The first known key that every entry of every list has; "" where there is none."""
    entries = [entry for entries in lists for entry in entries]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        return ""
    return next((key for key in _MERGE_KEYS if all(key in entry for entry in entries)), "")


def _text(value: Any) -> str:
    """A merge key as text; one that is an object counts as a whole, as a Gateway's `port` does."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
