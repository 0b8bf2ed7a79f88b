"""ControllerRevisions: every revision's pod template, where it survives a lost status."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from app.desired.revisions import controller_revisions
from app.resource.status import Ending, Phase, Stage
from app.rollout.children import KeptRevision
from app.rollout.observation import Observation
from app.rollout.revision import Revision
from tests.rules.scene import V1, V2, V3, scene

Json = dict[str, Any]

OLD: Final = tuple(Revision(f"old{number}", f"shop:old{number}", V1.template) for number in range(1, 5))
KNOWN: Final = {revision.name: revision for revision in (V1, V2, V3, *OLD)}
OTHER_FORM: Final = {"form": "of another version"}


def keeping(observation: Observation, numbers: Mapping[str, int], **facts: Any) -> Observation:
    """The observation with these ControllerRevisions standing; one of an unknown name cannot be read."""
    kept = {name: _kept(name, number) for name, number in numbers.items()}
    readable = {name: KNOWN[name] for name in numbers if name in KNOWN}
    return replace(
        observation,
        children=replace(observation.children, kept=kept, **facts),
        revisions={**observation.revisions, **readable},
    )


def _kept(name: str, number: int) -> KeptRevision:
    revision = KNOWN.get(name)
    data = {"image": revision.image, "template": revision.template} if revision else OTHER_FORM
    return KeptRevision(revision, data, number, "")


def stable(**facts: Any) -> Observation:
    """Revision one serves."""
    return scene(phase=Phase.STABLE, **facts)


def made(observation: Observation) -> dict[str, Json]:
    """The ControllerRevisions by revision, in the order of the answer."""
    assert observation.settings is not None
    children = controller_revisions(observation, observation.settings)
    return {each["metadata"]["name"].removeprefix("shop-"): each for each in children}


def numbers_of(observation: Observation) -> list[tuple[str, int]]:
    """Names and numbers, in the order of the answer."""
    return [(name, each["revision"]) for name, each in made(observation).items()]


def standings(observation: Observation) -> dict[str, str]:
    """What each revision is to its app."""
    return {
        name: each["metadata"]["annotations"]["canary.atze.io/standing"] for name, each in made(observation).items()
    }


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        pytest.param(stable(), [("one", 1)], id="the first revision"),
        pytest.param(scene(phase=Phase.SHIFTING, step=1, weight=10), [("one", 1), ("two", 2)], id="a rollout"),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=1, weight=10, wanted=V3),
            [("one", 1), ("two", 2), ("three", 3)],
            id="a rollout that is superseded",
        ),
        pytest.param(
            scene(phase=Phase.FAILED, wanted=V3, failed=V2), [("one", 1), ("two", 2), ("three", 3)], id="a failure"
        ),
        pytest.param(stable(wanted=None), [("one", 1)], id="a spec that is refused"),
        pytest.param(stable(failed=V2, known=(V1,)), [("one", 1)], id="a template that is lost cannot be kept"),
    ],
)
def test_every_revision_in_use_is_kept(observation: Observation, expected: list[tuple[str, int]]) -> None:
    """Stable, candidate, failed and wanted, numbered in that order."""
    assert numbers_of(observation) == expected


def test_what_a_deployment_runs_is_kept() -> None:
    """A template that stands nowhere else is saved as soon as it is seen."""
    assert numbers_of(keeping(stable(), {}, deployed=(V3, V1))) == [("one", 1), ("three", 2)]


def test_numbers_follow_the_highest_that_stands() -> None:
    """Newer revisions have higher numbers, what stands keeps its own, and the answer is in their order."""
    found = keeping(stable(wanted=V2, failed=V3), {"one": 9, "old1": 4})
    assert numbers_of(found) == [("old1", 4), ("one", 9), ("three", 10), ("two", 11)]


def test_revisions_of_the_same_number_are_in_the_order_of_their_names() -> None:
    """Whatever order Metacontroller sends them in, the answer is the same (rule R9)."""
    expected = [("old1", 1), ("old2", 1), ("one", 1)]
    assert numbers_of(keeping(stable(), {"old2": 1, "one": 1, "old1": 1})) == expected
    assert numbers_of(keeping(stable(), {"one": 1, "old1": 1, "old2": 1})) == expected


def test_a_revision_that_comes_back_keeps_its_number() -> None:
    """A ControllerRevision is never made twice."""
    found = keeping(stable(stable=V2, wanted=V1), {"one": 1, "two": 2})
    assert numbers_of(found) == [("one", 1), ("two", 2)]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (10, ["old4", "old3", "old2", "old1", "one"]),
        (2, ["old2", "old1", "one"]),
        (1, ["old1", "one"]),
        (0, ["one"]),
    ],
)
def test_the_newest_retired_revisions_are_kept_up_to_the_limit(limit: int, expected: list[str]) -> None:
    """`revisionHistoryLimit` counts retired revisions alone; their numbers say which are the newest."""
    numbers = {"old2": 3, "old4": 1, "old1": 4, "old3": 2, "one": 5}
    found = keeping(stable(spec={"revisionHistoryLimit": limit}), numbers)
    assert list(made(found)) == expected


@pytest.mark.parametrize(
    "observation",
    [
        pytest.param(scene(phase=Phase.STARTING, spec={"revisionHistoryLimit": 0}), id="a candidate"),
        pytest.param(scene(phase=Phase.FAILED, wanted=V1, failed=V2, spec={"revisionHistoryLimit": 0}), id="a failure"),
        pytest.param(stable(wanted=V2, spec={"revisionHistoryLimit": 0}), id="the next one"),
        pytest.param(
            scene(
                phase=Phase.ROLLING_BACK,
                stage=Stage.REMOVING,
                ending=Ending.CANCELLED,
                wanted=V1,
                spec={"revisionHistoryLimit": 0},
            ),
            id="one that is given up",
        ),
    ],
)
def test_a_limit_of_nothing_drops_no_revision_in_use(observation: Observation) -> None:
    """However old it is, what is in use stays."""
    assert list(made(keeping(observation, {"two": 1, "one": 2, "old1": 3}))) == ["two", "one"]


def test_a_form_that_cannot_be_read_counts_as_retired_and_keeps_its_data() -> None:
    """The API server lets nobody change the data of a ControllerRevision; what another version wrote stands."""
    found = made(keeping(stable(), {"one": 2, "strange": 1}))
    assert found["strange"]["data"] == OTHER_FORM
    assert found["strange"]["metadata"]["annotations"] == {"canary.atze.io/standing": "Retired"}
    dropped = made(keeping(stable(spec={"revisionHistoryLimit": 0}), {"one": 2, "strange": 1}))
    assert list(dropped) == ["one"]


def test_the_data_of_a_kept_revision_is_untouched() -> None:
    """Even where today's code would write it differently."""
    found = keeping(stable(), {"one": 1})
    rendered = KeptRevision(V1, {"image": "shop:v1", "template": V1.template, "extra": "kept"}, 1, "Stable")
    observation = replace(found, children=replace(found.children, kept={"one": rendered}))
    assert made(observation)["one"]["data"] == {"image": "shop:v1", "template": V1.template, "extra": "kept"}


def test_a_new_revision_keeps_image_and_template() -> None:
    """All that is needed to run it again."""
    assert made(stable())["one"]["data"] == {"image": "shop:v1", "template": V1.template}


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        pytest.param(stable(), {"one": "Stable"}, id="at rest"),
        pytest.param(stable(wanted=V2), {"one": "Stable", "two": "Waiting"}, id="about to start"),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=1, weight=10, wanted=V3),
            {"one": "Stable", "two": "Candidate", "three": "Waiting"},
            id="superseded",
        ),
        pytest.param(scene(phase=Phase.FAILED, wanted=V2, failed=V2), {"one": "Stable", "two": "Failed"}, id="failed"),
        pytest.param(scene(phase=Phase.DRAINING, stage=Stage.WITHDRAWING, stable=V2), {"two": "Stable"}, id="promoted"),
        pytest.param(
            keeping(stable(), {"one": 2, "old1": 1}), {"old1": "Retired", "one": "Stable"}, id="a retired one"
        ),
    ],
)
def test_the_standing_is_written_on_each_revision(observation: Observation, expected: dict[str, str]) -> None:
    """So that a lost status is recovered from it (rule R4)."""
    assert standings(observation) == expected
