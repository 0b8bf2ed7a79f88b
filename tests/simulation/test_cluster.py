"""The whole cluster on one clock: what a person does, what the hook says, what becomes of pods and requests."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.simulation.cluster import PERSON, Cluster, HotLoopError, Pace
from app.simulation.kubernetes.errors import NotFoundError
from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.kubernetes.objects import CANARY_APP, DEPLOYMENT, SERVICE, VIRTUAL_SERVICE, Object
from app.simulation.mesh.routing import Caller
from app.simulation.mesh.traffic import Stream
from app.simulation.metacontroller.controller import WHO
from app.simulation.metacontroller.hook import HookAnswer
from tests.simulation.kubernetes.manifests import (
    START,
    app,
    changed,
    deployment,
    destination_rule,
    gateway,
    service,
    virtual_service,
    with_metadata,
)
from tests.simulation.mesh.road import Sink

ALL_CALLERS = {Caller.GATEWAY: 1.0, Caller.MESH: 1.0, Caller.DIRECT: 1.0}
SURGE_ONLY: dict[str, Any] = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def children(parent: Object) -> list[Object]:
    """A plain app: the spec names image and replicas, everything goes to the primary."""
    tag = parent["spec"]["image"].rpartition(":")[2]
    wanted = deployment(tag=tag, replicas=parent["spec"].get("replicas", 2), minReadySeconds=2, strategy=SURGE_ONLY)
    return [service(), destination_rule(), gateway(), virtual_service({"primary": 100, "secondary": 0}), wanted]


class Site:
    """A cluster with a simple hook, and a sink that keeps what is scraped."""

    def __init__(self, pace: Pace | None = None, *, restless: bool = False) -> None:
        """`restless`: the hook says something else each time."""
        self._restless = restless
        self.sink = Sink()
        self.images = ImageCatalog(PodBehaviour(seconds_to_ready=1.0), broken=PodBehaviour(seconds_to_ready=None))
        self.cluster = Cluster(self._hook, self.sink, start=START, pace=pace, images=self.images)

    async def _hook(self, _path: str, body: bytes) -> HookAnswer:
        parent = json.loads(body)["parent"]
        status = {"calls": len(self.cluster.history.syncs)} if self._restless else {"image": parent["spec"]["image"]}
        desired = {"status": status, "children": children(parent)}
        return HookAnswer(200, json.dumps(desired).encode())

    def run(self, seconds: float) -> None:
        """Lets time pass."""
        asyncio.run(self.cluster.advance(self.cluster.now + seconds))


def _serving() -> Site:
    """An app that serves users from everywhere."""
    site = Site()
    site.cluster.apply(app())
    site.run(10)
    site.cluster.add_traffic(Stream("shop", rate=30.0, callers=ALL_CALLERS))
    return site


def test_an_app_comes_up() -> None:
    """Applied, synced, running, answering: all parts work on one clock."""
    site = _serving()
    site.run(10)
    assert site.cluster.status("shop") == {"image": "shop:v1", "observedGeneration": 1}
    assert site.cluster.history.lost == []
    assert site.cluster.traffic.answered == {("shop", "shop-primary", 200): 300}
    assert site.cluster.now == START + 20


def test_a_rolling_update_loses_nothing() -> None:
    """With nothing unavailable and a surge, every request is answered, from wherever it comes."""
    site = _serving()
    site.cluster.patch("shop", image="shop:v2", replicas=3)
    site.run(60)
    assert site.cluster.history.lost == []
    primary = site.cluster.child(DEPLOYMENT, "shop-primary")
    assert primary
    assert primary["spec"]["template"]["spec"]["containers"][0]["image"] == "shop:v2"
    assert primary["status"]["availableReplicas"] == primary["status"]["updatedReplicas"] == 3


def test_an_update_that_never_gets_ready_loses_nothing() -> None:
    """The old pods serve on."""
    site = _serving()
    site.cluster.patch("shop", image="shop:broken")
    site.run(60)
    assert site.cluster.history.lost == []


def test_a_deleted_deployment_loses_requests_with_a_reason() -> None:
    """Once the proxies know, every request is lost and says why; Metacontroller writes the Deployment again."""
    site = _serving()
    site.run(1)
    deleted = site.cluster.now
    site.cluster.delete(DEPLOYMENT, "shop-primary")
    site.run(20)
    # The pods that stop answer until the proxies know.
    assert min(lost.at for lost in site.cluster.history.lost) >= deleted + site.cluster.pace.lag
    reasons = {(lost.caller, lost.why) for lost in site.cluster.history.lost}
    assert reasons == {
        (Caller.GATEWAY, "no pod of primary answers"),
        (Caller.MESH, "no pod of the service answers"),
        (Caller.DIRECT, "no pod of the service answers"),
    }
    assert site.cluster.child(DEPLOYMENT, "shop-primary")
    before = len(site.cluster.history.lost)
    site.run(20)
    assert len(site.cluster.history.lost) == before


def test_a_stop_that_is_shorter_than_the_lag_loses_requests() -> None:
    """The pace is the cluster's: proxies that learn later than pods stop send requests to nobody."""
    site = Site(pace=Pace(stop_delay=0.25, lag=3.0))
    site.cluster.apply(app(replicas=1))
    site.run(10)
    site.cluster.add_traffic(Stream("shop", rate=40.0, callers={Caller.MESH: 1.0}))
    site.run(5)
    assert site.cluster.history.lost == []
    site.cluster.delete(DEPLOYMENT, "shop-primary")
    site.run(3)
    assert len(site.cluster.history.lost) > 40


def test_scrapes_come_at_their_interval_and_match_the_traffic() -> None:
    """A sample of every counter each scrape; the last one is what was answered until then."""
    site = _serving()
    site.run(10)
    moments = sorted({at for _, _, at in site.sink.samples})
    assert moments == [START + 15, START + 20]
    last = [(labels, value) for labels, value, at in site.sink.samples if at == moments[-1]]
    counted = sum(
        value
        for labels, value in last
        if labels["__name__"] == "istio_requests_total" and labels["reporter"] == "destination"
    )
    assert counted == sum(site.cluster.traffic.answered.values())


def test_a_pod_that_stops_is_scraped_to_its_end() -> None:
    """What a pod answered on its way out is counted."""
    site = _serving()
    site.run(6)
    site.cluster.delete(DEPLOYMENT, "shop-primary")
    site.run(4)
    last = [labels for labels, _, at in site.sink.samples if at == START + 20]
    assert len({labels["pod"] for labels in last if labels["reporter"] == "destination"}) == 4
    site.run(5)
    last = [labels for labels, _, at in site.sink.samples if at == START + 25]
    assert len({labels["pod"] for labels in last if labels["reporter"] == "destination"}) == 2


def test_a_hot_loop_is_found() -> None:
    """A hook whose status differs each time is called without end: that is an error, not a hang."""
    site = Site(restless=True)
    site.cluster.apply(app())
    with pytest.raises(HotLoopError, match=r"^The hook was called 200 times without time passing\.$"):
        site.run(1)


def test_a_settled_cluster_writes_nothing() -> None:
    """Time passes, users come, and nobody writes anything."""
    site = _serving()
    site.run(30)
    quiet = site.cluster.now
    site.run(120)
    assert [write for write in site.cluster.history.writes if write.at > quiet] == []


def test_writes_can_be_asked_for_by_writer() -> None:
    """The history tells who wrote what since when."""
    site = _serving()
    moment = site.cluster.now
    site.cluster.patch("shop", image="shop:v2")
    site.run(2)
    written = [write.key.kind.kind for write in site.cluster.history.writes_since(moment, WHO)]
    assert written == ["Deployment", "CanaryApp"]
    assert len(site.cluster.history.writes_since(moment, PERSON)) == 1


@pytest.mark.parametrize(
    ("reached", "answer", "at"),
    [
        pytest.param(lambda cluster: cluster.now >= START + 3, True, 3, id="reached"),
        pytest.param(lambda _: True, True, 0, id="reached before"),
        pytest.param(lambda _: False, False, 5, id="not within the limit"),
        pytest.param(lambda cluster: cluster.now >= START + 5, True, 5, id="reached at the limit"),
    ],
)
def test_the_cluster_runs_until_something_is_reached(
    *, reached: Callable[[Cluster], bool], answer: bool, at: float
) -> None:
    """It stops as soon as that is so, or at the limit, and says which."""
    site = Site()
    assert asyncio.run(site.cluster.run_until(reached, 5.0)) is answer
    assert site.cluster.now == START + at


def test_time_goes_in_whole_ticks() -> None:
    """A tick that does not fit is not begun."""
    site = Site()
    site.run(0.2)
    assert site.cluster.now == START
    site.run(0.6)
    assert site.cluster.now == START + 0.5


@pytest.mark.parametrize(
    ("patch", "spec"),
    [
        pytest.param({"image": "shop:v2"}, {"image": "shop:v2", "deep": {"a": 1, "b": [1]}}, id="a field"),
        pytest.param({"deep": None}, {"image": "shop:v1"}, id="None removes"),
        pytest.param({"deep": {"a": 2}}, {"image": "shop:v1", "deep": {"a": 2, "b": [1]}}, id="objects merge"),
        pytest.param({"deep": {"a": None}}, {"image": "shop:v1", "deep": {"b": [1]}}, id="None removes inside"),
        pytest.param({"deep": {"b": [2]}}, {"image": "shop:v1", "deep": {"a": 1, "b": [2]}}, id="lists are replaced"),
        pytest.param({"image": {"a": 1}}, {"image": {"a": 1}, "deep": {"a": 1, "b": [1]}}, id="an object for a value"),
        pytest.param({"gone": None}, {"image": "shop:v1", "deep": {"a": 1, "b": [1]}}, id="None for nothing"),
    ],
)
def test_a_patch_merges(patch: dict[str, Any], spec: dict[str, Any]) -> None:
    """As a JSON merge patch does (RFC 7386)."""
    site = Site()
    site.cluster.apply(app(deep={"a": 1, "b": [1]}))
    site.cluster.patch("shop", **patch)
    assert site.cluster.app("shop")["spec"] == spec


def test_apply_creates_and_replaces() -> None:
    """The second apply replaces the spec, and labels and annotations where the manifest has any."""
    site = Site()
    manifest = app()
    del manifest["metadata"]["namespace"]
    made = site.cluster.apply(with_metadata(manifest, labels={"a": "1"}))
    assert made["metadata"]["namespace"] == "default"
    assert "namespace" not in manifest["metadata"]
    site.cluster.annotate("shop", "canary.atze.io/retry", "1")
    after = site.cluster.apply(with_metadata(changed(manifest, image="shop:v2"), labels={"b": "2"}))
    assert after["spec"] == {"image": "shop:v2"}
    assert after["metadata"]["labels"] == {"b": "2"}
    assert after["metadata"]["annotations"] == {"canary.atze.io/retry": "1"}


def test_a_person_can_do_what_kubectl_does() -> None:
    """Annotate, edit, delete, restore a status: each is a write of that person, and the rest follows."""
    site = Site()
    site.cluster.apply(app())
    site.run(2)
    site.cluster.annotate("shop", "a", "1")
    site.cluster.annotate("shop", "b", "2")
    assert site.cluster.app("shop")["metadata"]["annotations"] == {"a": "1", "b": "2"}
    site.cluster.edit(VIRTUAL_SERVICE, "shop", lambda obj: obj["spec"].update(http=[]))
    site.cluster.edit(VIRTUAL_SERVICE, "not-there", lambda _: None)
    route = site.cluster.child(VIRTUAL_SERVICE, "shop")
    assert route
    assert route["spec"]["http"] == []
    site.cluster.set_status("shop", {"phase": "Old"})
    assert site.cluster.status("shop") == {"phase": "Old"}
    site.cluster.set_status("shop", None)
    assert site.cluster.status("shop") == {}
    site.run(1)
    assert site.cluster.status("shop")["image"] == "shop:v1"
    restored = site.cluster.child(VIRTUAL_SERVICE, "shop")
    assert restored
    assert restored["spec"]["http"]
    site.cluster.delete(CANARY_APP, "shop")
    site.run(1)
    assert site.cluster.app("shop") == {}
    assert site.cluster.child(SERVICE, "shop") is None


def test_what_is_not_there_cannot_be_deleted() -> None:
    """A person is told so."""
    with pytest.raises(NotFoundError, match=r"^Service default/shop is not found\.$"):
        Site().cluster.delete(SERVICE, "shop")


def test_the_same_story_is_told_twice_the_same() -> None:
    """The cluster is deterministic: same acts, same writes, same requests, same samples."""

    def story() -> tuple[object, ...]:
        site = _serving()
        site.cluster.patch("shop", image="shop:v2")
        site.run(30)
        history = site.cluster.history
        return history.writes, history.syncs, history.lost, site.sink.samples, site.cluster.traffic.answered

    assert story() == story()
