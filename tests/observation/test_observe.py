"""What a request is read into."""

import json
from typing import Any, Final

import pytest

from app.resource.refusals import Refusal
from app.resource.spec import Spec
from app.resource.status import Phase, Stage, Status
from app.rollout.observation import UnrecoverableError, observe, route_names
from app.rollout.revision import Revision
from app.rollout.timings import Timings
from tests.observation.requests import (
    APP,
    NOW,
    ONE,
    ORIGINS,
    THREE,
    TWO,
    controller_revision,
    destination_rule,
    observed,
    parsed,
    primary,
    routes,
    secondary,
    service,
    spec,
    wire,
)

Json = dict[str, Any]

SINCE: Final = "2026-01-01T11:00:00.000Z"
CLOCK: Final = {"inPlace": True, "since": SINCE}
STABLE: Final = {
    "phase": "Stable",
    "stage": "Settled",
    "stableRevision": ONE.name,
    "stableImage": "shop:v1",
    "phaseSince": SINCE,
    "clock": CLOCK,
}
PROMOTING: Final = STABLE | {
    "phase": "Promoting",
    "stage": "Updating",
    "weight": 50,
    "step": 5,
    "candidateRevision": TWO.name,
    "candidateImage": "shop:v2",
}
SETTLED: Final = (primary(ONE), controller_revision(ONE), service(), destination_rule(), *routes(0))
REFUSED: Final = spec(replicas=-1)


def test_a_settled_app_is_observed() -> None:
    """Every fact of a request has its place."""
    found = observed(SETTLED, status=STABLE)
    assert (found.app, found.namespace, found.generation) == ("shop", "default", 7)
    assert (found.refusals, found.wanted, found.settings) == ((), ONE, Spec.model_validate(spec()))
    assert (found.committed.phase, found.committed.stable_revision, found.recovered) == (Phase.STABLE, ONE.name, False)
    assert found.revisions == {ONE.name: ONE}
    assert (found.route.highest, found.route.agreed) == (0, 0)
    assert (found.retry, found.timings) == ("", Timings())


def test_a_new_app_begins_and_nothing_was_lost() -> None:
    """Without children there is nothing to recover, and nothing is told of a recovery."""
    found = observed()
    assert (found.committed.phase, found.committed.stable_revision, found.recovered) == (Phase.INITIALIZING, "", False)


def test_an_app_whose_first_spec_is_refused_keeps_what_it_committed() -> None:
    """Nothing was lost where nothing was there: its status stays as it is from sync to sync (rule R9)."""
    status = {"phase": "Initializing", "stage": "Settled", "phaseSince": SINCE, "clock": CLOCK}
    found = observed(asked=REFUSED, status=status)
    assert found.committed == Status.model_validate(status)


def test_a_request_is_not_changed() -> None:
    """Observing reads."""
    request = wire(SETTLED, status=STABLE)
    before = json.dumps(request)
    observe(parsed(request), ORIGINS, Timings(), NOW)
    assert json.dumps(request) == before


@pytest.mark.parametrize(
    ("annotations", "retry"),
    [(None, ""), ({}, ""), ({"canary.atze.io/retry": "2"}, "2"), ({"canary.atze.io/retry": "x" * 300}, "x" * 253)],
    ids=["no annotations", "no retry", "a retry", "a long one is cut"],
)
def test_a_retry_request_is_read(annotations: dict[str, str] | None, retry: str) -> None:
    """The annotation's value is the request, bounded in size."""
    assert observed(annotations=annotations).retry == retry


def test_the_operators_timings_are_observed() -> None:
    """Decisions know the operator's configuration through the observation alone."""
    timings = Timings(settle=1, check_interval=2, prometheus_tolerance=3)
    assert observe(parsed(wire()), ORIGINS, timings, NOW).timings is timings


def test_a_lost_status_is_recovered_from_the_children() -> None:
    """And the observation says so."""
    found = observed(SETTLED)
    assert (found.committed.phase, found.committed.stable_revision, found.recovered) == (Phase.STABLE, ONE.name, True)


def test_a_status_whose_stable_revision_is_lost_is_recovered() -> None:
    """A revision without a template cannot be committed: what the primary runs is."""
    found = observed((primary(TWO),), status=STABLE, asked=spec("v3"))
    assert (found.committed.stable_revision, found.recovered) == (TWO.name, True)


def test_a_promotion_whose_candidate_is_lost_is_recovered() -> None:
    """The primary cannot be given a template that nobody has any more."""
    found = observed((primary(ONE), controller_revision(ONE), *routes(50)), status=PROMOTING, asked=spec("v3"))
    assert (found.committed.phase, found.committed.stable_revision) == (Phase.STABLE, ONE.name)
    assert found.recovered


def test_a_promotion_whose_candidate_is_known_is_not_recovered() -> None:
    """The template of the spec is enough."""
    found = observed((primary(ONE), controller_revision(ONE), *routes(50)), status=PROMOTING, asked=spec("v2"))
    assert (found.committed.phase, found.committed.stage) == (Phase.PROMOTING, Stage.UPDATING)
    assert not found.recovered


def test_a_lost_template_is_named() -> None:
    """Whoever asks for a revision that is lost is told which, and where it was looked for."""
    with pytest.raises(UnrecoverableError) as raised:
        observed(SETTLED, status=STABLE).revision("gone")
    assert str(raised.value) == (
        "The template of revision 'gone' of default/shop is lost: "
        "no ControllerRevision, no Deployment and not the spec has it."
    )
    assert observed(SETTLED, status=STABLE).revision(ONE.name) == ONE


def other(template_of: Revision, mark: str) -> Revision:
    """The same revision as another version of the operator rendered it."""
    return Revision(
        template_of.name,
        template_of.image,
        {**template_of.template, "spec": {**template_of.template["spec"], "priorityClassName": mark}},
    )


def test_a_template_that_is_kept_is_believed_first() -> None:
    """A later operator that renders differently restarts no pods (rule R5)."""
    found = observed((primary(other(ONE, "deployed")), controller_revision(other(ONE, "kept"))), status=STABLE)
    assert found.revisions[ONE.name] == other(ONE, "kept")


def test_a_kept_template_that_cannot_be_read_is_not_known() -> None:
    """What runs is known in its place."""
    junk = controller_revision(ONE) | {"data": "junk"}
    assert observed((primary(ONE), junk), status=STABLE).revisions == {ONE.name: ONE}


def test_a_template_that_is_deployed_is_believed_before_todays() -> None:
    """Where the ControllerRevision is gone, what runs stays as it is."""
    assert observed((primary(other(ONE, "deployed")),), status=STABLE).revisions[ONE.name] == other(ONE, "deployed")


def test_every_source_of_templates_is_read() -> None:
    """The spec, both Deployments and the ControllerRevisions."""
    found = observed((primary(ONE), secondary(TWO)), asked=spec("v3"))
    assert set(found.revisions) == {ONE.name, TWO.name, THREE.name}


def test_a_spec_that_is_refused_keeps_the_settings_that_were_accepted() -> None:
    """The stable revision keeps serving with what was in force (rule R4)."""
    accepted = {"imageListenPort": 9000, "replicas": 5}
    found = observed((primary(ONE, accepted=accepted), controller_revision(ONE)), status=STABLE, asked=REFUSED)
    assert found.refusals == (Refusal("spec.replicas", "input should be greater than or equal to 0, got -1"),)
    assert found.wanted is None
    assert found.settings == Spec.model_validate(accepted | {"image": "shop:v1"})


def test_a_spec_that_is_refused_keeps_settings_without_a_primary() -> None:
    """A primary that was deleted meanwhile, or never came to be, is made from what the Service keeps (rule R4)."""
    accepted = {"imageListenPort": 9000}
    found = observed((service(accepted=accepted), controller_revision(ONE)), status=STABLE, asked=REFUSED)
    assert found.settings == Spec.model_validate(accepted | {"image": "shop:v1"})


def test_a_spec_that_is_refused_before_there_was_one_has_no_settings() -> None:
    """A new app with a spec that is refused has nothing to be made of."""
    found = observed(asked=REFUSED)
    assert (found.settings, found.wanted, found.route.agreed) == (None, None, None)


@pytest.mark.parametrize(
    "children",
    [
        pytest.param((service(),), id="no primary"),
        pytest.param((controller_revision(ONE),), id="a known revision without a primary"),
        pytest.param((primary(ONE, accepted={}),), id="settings without a port"),
        pytest.param((primary(ONE, accepted={"imageListenPort": 0}),), id="settings that are refused by now"),
        pytest.param((primary(ONE, template={"spec": {}}),), id="a primary of an unknown revision"),
    ],
)
def test_children_whose_settings_are_lost_are_left_as_they_are(children: tuple[Json, ...]) -> None:
    """On doubt no answer: a short list would delete (rule R4)."""
    with pytest.raises(UnrecoverableError) as raised:
        observed(children, asked=REFUSED)
    assert str(raised.value) == (
        "The spec of default/shop is refused (spec.replicas: input should be greater than or equal to 0, got -1) and "
        "the settings that were accepted last are lost, so its children are left as they are."
    )


def test_all_that_is_refused_is_told_where_the_settings_are_lost() -> None:
    """One sentence for each field."""
    with pytest.raises(UnrecoverableError) as raised:
        observed((service(),), asked=REFUSED | {"testReplicas": -1})
    assert (
        "is refused (spec.replicas: input should be greater than or equal to 0, got -1; "
        "spec.testReplicas: input should be greater than or equal to 1, got -1) and"
    ) in str(raised.value)


@pytest.mark.parametrize(
    ("traffic", "names"),
    [
        ({}, (APP, "shop.mesh")),
        ({"hosts": ["shop.example"]}, (APP, "shop.mesh")),
        ({"gateways": ["infra/public"]}, (APP, "shop.mesh")),
        ({"gateways": ["mesh"], "hosts": ["shop.example"]}, (APP, "shop.mesh")),
        ({"gateways": ["infra/public", "mesh"], "hosts": ["shop.example"]}, (APP, "shop.mesh")),
        ({"gateways": ["mesh"]}, ("shop.mesh",)),
    ],
    ids=str,
)
def test_which_virtual_services_an_app_has(traffic: Json, names: tuple[str, ...]) -> None:
    """One for the gateways and one for the mesh; the mesh alone needs one."""
    assert route_names(APP, Spec.model_validate(spec(traffic=traffic))) == names


def test_routes_that_the_spec_needs_are_expected() -> None:
    """Only where all of them stand a weight is observed."""
    assert observed(SETTLED, status=STABLE).route.expected == (APP, "shop.mesh")
    assert observed(SETTLED[:-1], status=STABLE).route.agreed is None
