"""Edits that an API server would let pass: another phase, another weight, a child that goes, a label by hand."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from app.resource import names
from app.resource.status import Action, Ending, Phase, Stage, Verdict
from tests.abuse import odd

_VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "phase": tuple(phase.value for phase in Phase),
    "stage": tuple(stage.value for stage in Stage),
    "ending": tuple(ending.value for ending in Ending),
    "action": tuple(action.value for action in Action),
    "verdict": tuple(verdict.value for verdict in Verdict),
    "weight": (0, 1, 10, 50, 100),
    "step": (0, 1, 5, 6),
    "inPlace": (True, False),
    "since": ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z", None),
    "phaseSince": ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", None),
    "trafficSince": ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", None),
    "lostSeconds": (0, 1e9, 599),
    "image": ("", "shop:v9", "UPPER/case:v1"),
    "paused": (True, False),
    "gateways": ([], ["mesh"], ["mesh", "a/b"], ["a/b"]),
    "hosts": ([], ["*"], ["shop.example.com"]),
    "template": ({}, {"spec": {"containers": []}}, {"metadata": {"labels": {"app": "x"}}}),
    "replicas": (0, 1, 2, 100),
    "readyReplicas": (0, 1, 2),
    "availableReplicas": (0, 1, 2),
    "updatedReplicas": (0, 1, 2),
    "observedGeneration": (0, 1, 99),
    "generation": (0, 1, 99),
    "deletionTimestamp": ("2026-01-01T00:00:00Z",),
    "selector": ({}, {"app": "shop"}, None),
    "subset": ("primary", "secondary", "other", None),
    "subsets": ([], None),
    "http": ([], None),
    "route": ([], None),
    "labels": ({}, None),
    "data": ({}, None, {"image": "shop:v1"}),
    "revision": (0, -1, 1, 2**40),
    "containers": ([], None),
    "stableRevision": ("", "nowhere"),
    "candidateRevision": ("", "nowhere"),
    "failedRevision": ("", "nowhere"),
    names.LABEL_REVISION: ("", "nowhere"),
    names.ANNOTATION_STANDING: ("", "Stable", "Candidate", "Failed"),
    names.ANNOTATION_ACCEPTED: ("", "null", "{}", "[", '{"imageListenPort": 1, "traffic": {"gateways": ["mesh"]}}'),
}
"""By field, wherever it stands."""


def edited(random: Random, request: Any) -> None:
    """One such edit."""
    random.choice((_field, _field, _field, _child_goes, _child_lost, _status_lost))(random, request)


def _field(random: Random, request: Any) -> None:
    field = random.choice(sorted(_VALUES))
    if holders := [one for one in _objects(request) if field in one]:
        random.choice(holders)[field] = odd.copy(random.choice(_VALUES[field]))


def _child_goes(random: Random, request: Any) -> None:
    _on_a_child(random, request, lambda group, name: group[name].update(metadata=_going(group[name].get("metadata"))))


def _child_lost(random: Random, request: Any) -> None:
    _on_a_child(random, request, lambda group, name: group.pop(name))


def _status_lost(_: Random, request: Any) -> None:
    if isinstance(request.get("parent"), dict):
        request["parent"].pop("status", None)


def _going(metadata: Any) -> dict[str, Any]:
    return {**(metadata if isinstance(metadata, dict) else {}), "deletionTimestamp": "2026-01-01T00:00:00Z"}


def _on_a_child(random: Random, request: Any, act: Callable[[Any, str], object]) -> None:
    children = request.get("children")
    groups = [group for group in children.values() if isinstance(group, dict)] if isinstance(children, dict) else []
    if found := [(group, name) for group in groups for name in group if isinstance(group[name], dict)]:
        act(*random.choice(found))


def _objects(value: Any) -> list[dict[str, Any]]:
    """Every object within a value."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    below = [found for one in inner for found in _objects(one)]
    return [value, *below] if isinstance(value, dict) else below
