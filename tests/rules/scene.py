"""Observations from a few facts: whatever a scene does not name is as it should be for its stage.

Time is told in seconds before `NOW`. The revisions have names that can be read in a sentence.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from app.resource.refusals import Refusal
from app.resource.spec import Spec
from app.resource.status import CheckRecord, Clock, Condition, Ending, Phase, Stage, Status, Verdict
from app.rollout.children import Children
from app.rollout.observation import Observation, route_names
from app.rollout.posture import posture_of
from app.rollout.revision import Revision
from app.rollout.route import Scope, read_route
from app.rollout.timings import Timings
from app.rollout.transitions import STAGES
from app.rollout.workload import Workload

APP: Final = "shop"
NOW: Final = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
QUERY: Final = "sum(rate(errors_total[1m])) > 1"


def _revision(name: str, image: str) -> Revision:
    template = {"metadata": {"labels": {"app": APP}}, "spec": {"containers": [{"name": APP, "image": image}]}}
    return Revision(name, image, template)


V1: Final = _revision("one", "shop:v1")
V2: Final = _revision("two", "shop:v2")
V3: Final = _revision("three", "shop:v3")
REFUSED: Final = None
"""What the spec asks for where it is refused."""
REFUSAL: Final = Refusal("spec.replicas", "input should be greater than or equal to 0, got -1")

_AT_REST: Final = (Phase.INITIALIZING, Phase.STABLE, Phase.FAILED)
_AS_COMMITTED: Final = "as committed"
_BY_PHASE: Final = Revision("", "", {})
_BY_STAGE: Final = Workload("", "", 0, 0, 0, 0, current=False, surplus=False, trouble="")


def ago(seconds: float) -> datetime:
    """A moment before `NOW`; a negative number is one to come."""
    return NOW - timedelta(seconds=seconds)


def pods(
    revision: Revision = V2,
    *,
    replicas: int = 1,
    updated: int | None = None,
    ready: int | None = None,
    available: int | None = None,
    image: str | None = None,
    current: bool = True,
    surplus: bool = False,
    trouble: str = "",
) -> Workload:
    """A Deployment of a revision, whole where nothing else is said; pods that are not ready are not available."""
    ready = replicas if ready is None else ready
    return Workload(
        revision=revision.name,
        image=revision.image if image is None else image,
        replicas=replicas,
        updated=replicas if updated is None else updated,
        ready=ready,
        available=ready if available is None else available,
        current=current,
        surplus=surplus,
        trouble=trouble,
    )


def seen(
    verdict: Verdict, message: str = "", *, seconds_ago: float = 5, unavailable_for: float | None = None
) -> CheckRecord:
    """What the check saw when it last looked."""
    return CheckRecord(
        name="prometheusQuery",
        verdict=verdict,
        message=message or f"The check was {verdict.lower()}.",
        query=QUERY,
        measured_at=ago(seconds_ago),
        window_start=ago(seconds_ago + 60),
        unavailable_since=None if unavailable_for is None else ago(unavailable_for),
    )


def virtual_service(weight: int) -> dict[str, Any]:
    """An observed VirtualService that gives the secondary `weight` percent."""
    shares = (("primary", 100 - weight), ("secondary", weight))
    route = [{"destination": {"host": APP, "subset": subset}, "weight": share} for subset, share in shares]
    return {"spec": {"http": [{"route": route}]}}


def scene(
    *,
    phase: Phase,
    stage: Stage | None = None,
    wanted: Revision | None = _BY_PHASE,
    spec: Mapping[str, Any] | None = None,
    stable: Revision | None = V1,
    candidate: Revision | None = _BY_PHASE,
    failed: Revision | None = None,
    why_failed: str = "The query returned 3 samples.",
    ending: Ending | None = None,
    step: int = 0,
    weight: int = 0,
    primary: Workload | None = _BY_STAGE,
    secondary: Workload | None = _BY_STAGE,
    route: int | Mapping[str, int] | Literal["as committed"] | None = _AS_COMMITTED,
    scope: Scope | Literal["as committed"] | None = _AS_COMMITTED,
    subsets: bool = True,
    known: tuple[Revision, ...] = (V1, V2, V3),
    in_place_for: float | None = None,
    out_of_place_for: float | None = None,
    lost_seconds: float = 0.0,
    traffic_for: float | None = None,
    check: CheckRecord | None = None,
    retry: str = "",
    retry_handled: str = "",
    successful_release: bool = False,
    conditions: tuple[Condition, ...] = (),
    recovered: bool = False,
    timings: Timings | None = None,
) -> Observation:
    """An observation.

    Args:
        phase: committed.
        stage: committed; the first of the phase by default.
        wanted: what the spec asks for; by default what the phase works toward, `REFUSED` for a refused spec.
        spec: fields of the spec, beside image and port; by default as many replicas as the primary has.
        stable: committed.
        candidate: committed; `V2` by default in the phases that have one.
        failed: the failed revision, committed.
        why_failed: the sentence beside it.
        ending: committed.
        step: committed.
        weight: committed.
        primary: observed; by default whole, with what the stage gives it.
        secondary: observed; by default whole where the stage has one.
        route: observed percent, for each VirtualService or by name; as committed by default, None for none at all.
        scope: observed; as the stage asks for by default.
        subsets: observed.
        known: revisions whose template is known.
        in_place_for: since when, in seconds, the children have agreed with the stage, as committed.
        out_of_place_for: since when they have not; 10 s where nothing is said.
        lost_seconds: how long the stage had been out of place before.
        traffic_for: since when the candidate has had traffic.
        check: what the check had seen.
        retry: the person's retry request.
        retry_handled: the last one that was handled.
        successful_release: whether the last rollout succeeded, committed.
        conditions: committed.
        recovered: whether the status was recovered.
        timings: the operator's own.
    """
    candidate = (None if phase in _AT_REST else V2) if candidate is _BY_PHASE else candidate
    wanted = (candidate or stable) if wanted is _BY_PHASE else wanted
    scaled = 1 if primary is None or primary is _BY_STAGE else primary.replicas
    settings = Spec.model_validate({"image": "shop:any", "imageListenPort": 8080, "replicas": scaled, **(spec or {})})
    committed = Status(
        phase=phase,
        stage=stage or STAGES[phase][0],
        stable_revision=stable.name if stable else "",
        stable_image=stable.image if stable else "",
        candidate_revision=candidate.name if candidate else "",
        candidate_image=candidate.image if candidate else "",
        failed_revision=failed.name if failed else "",
        last_failed_tag=failed.image if failed else "",
        failure_reason="CheckFailed" if failed else "",
        failure_message=why_failed if failed else "",
        ending=ending,
        test_running=candidate is not None,
        step=step,
        steps=len(settings.strategy.steps),
        weight=weight,
        traffic_shift=weight,
        phase_since=ago(500),
        clock=Clock(
            in_place=in_place_for is not None,
            since=ago(out_of_place_for or 10 if in_place_for is None else in_place_for),
            lost_seconds=lost_seconds,
        ),
        traffic_since=None if traffic_for is None else ago(traffic_for),
        checks=(check,) if check else (),
        retry_handled=retry_handled,
        successful_release=successful_release,
        conditions=conditions,
    )
    names = route_names(APP, settings)
    shares = _shares(names, committed, route)
    by_name = {revision.name: revision for revision in known}
    virtual_services = {name: virtual_service(share) for name, share in shares.items()}
    posture = posture_of(committed)
    children = Children(
        primary=_standing(posture.primary, by_name) if primary is _BY_STAGE else primary,
        secondary=_standing(posture.secondary, by_name) if secondary is _BY_STAGE else secondary,
        deployed=(),
        kept={},
        scope=posture.scope if scope == _AS_COMMITTED else scope,
        subsets=subsets,
        virtual_services=virtual_services,
        accepted=None,
        nothing=False,
    )
    return Observation(
        app=APP,
        namespace="default",
        generation=3,
        refusals=() if wanted else (REFUSAL,),
        settings=settings,
        wanted=wanted,
        committed=committed,
        recovered=recovered,
        revisions=by_name,
        children=children,
        route=read_route(virtual_services, names),
        retry=retry,
        timings=timings or Timings(),
    )


def _standing(name: str, known: Mapping[str, Revision]) -> Workload | None:
    return pods(known[name]) if name in known else None


def _shares(
    names: tuple[str, ...], committed: Status, route: int | Mapping[str, int] | Literal["as committed"] | None
) -> Mapping[str, int]:
    if route is None:
        return {}
    if isinstance(route, Mapping):
        return route
    return dict.fromkeys(names, posture_of(committed).weight if route == _AS_COMMITTED else route)
