"""ControllerRevisions: every revision's pod template, kept where it survives a lost status (as StatefulSet does)."""

from collections.abc import Iterable

from app.desired.metadata import metadata
from app.resource import names
from app.resource.spec import Spec
from app.rollout.observation import Observation
from app.rollout.revision import Json, Revision
from app.rollout.standing import standing_of


def controller_revisions(observation: Observation, settings: Spec) -> list[Json]:
    """The revisions in use, the one that the spec asks for, and the newest retired ones up to the limit."""
    numbers = _numbers(observation, settings.revision_history_limit)
    return [_controller_revision(observation, name, number) for name, number in numbers.items()]


def _numbers(observation: Observation, limit: int) -> dict[str, int]:
    """The number of each revision that is kept, in that order; new ones follow the highest that stands."""
    kept = {name: found.number for name, found in observation.children.kept.items()}
    needed = [name for name in _in_use(observation) if name in observation.revisions]
    highest = max(kept.values(), default=0)
    new = [name for name in needed if name not in kept]
    numbers = kept | {name: highest + offset for offset, name in enumerate(new, start=1)}
    retired = sorted((name for name in kept if name not in needed), key=lambda name: kept[name], reverse=True)
    dropped = retired[limit:]
    return {
        name: number
        for name, number in sorted(numbers.items(), key=lambda item: (item[1], item[0]))
        if name not in dropped
    }


def _in_use(observation: Observation) -> Iterable[str]:
    """Without repetition: stable, candidate, failed, deployed, wanted."""
    committed = observation.committed
    in_use = [
        committed.stable_revision,
        committed.candidate_revision,
        committed.failed_revision,
        *(revision.name for revision in observation.children.deployed),
    ]
    if observation.wanted:
        in_use.append(observation.wanted.name)
    return dict.fromkeys(in_use)


def _controller_revision(observation: Observation, name: str, number: int) -> Json:
    kept = observation.children.kept.get(name)
    wanted = observation.wanted.name if observation.wanted else ""
    standing = standing_of(name, observation.committed, wanted)
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata(
            observation,
            names.controller_revision(observation.app, name),
            labels={names.LABEL_REVISION: name},
            annotations={names.ANNOTATION_STANDING: standing.value},
        ),
        "revision": number,
        "data": kept.data if kept else _data(observation.revision(name)),
    }


def _data(revision: Revision) -> Json:
    return {"image": revision.image, "template": revision.template}
