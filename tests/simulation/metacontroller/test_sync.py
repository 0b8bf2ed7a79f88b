"""One sync: what the hook is sent, what becomes of its answer, and when it is asked again."""

import asyncio
from itertools import pairwise

import pytest

from app.resource import names
from app.simulation.kubernetes.errors import AdmissionError
from app.simulation.kubernetes.objects import DEPLOYMENT, SERVICE, Key, Object
from app.simulation.metacontroller.controller import CHILD_KINDS, COMPOSITE_CONTROLLER
from app.simulation.metacontroller.hook import HookAnswer
from tests.simulation.kubernetes.manifests import START, app, changed, deployment, service, with_metadata
from tests.simulation.metacontroller.bench import QUIET, SHOP, Bench

OURS = Key(SERVICE, "default", "shop")
PRIMARY = Key(DEPLOYMENT, "default", "shop-primary")


def test_the_hook_is_sent_what_metacontroller_sends() -> None:
    """Controller, parent, a group for every kind of children even where there are none, nothing related."""
    bench = Bench()
    bench.children = [service(), deployment()]
    bench.work()
    first = bench.request(0)
    assert list(first) == ["controller", "parent", "children", "related", "finalizing"]
    assert (first["related"], first["finalizing"]) == ({}, False)
    assert first["controller"] == COMPOSITE_CONTROLLER
    assert first["parent"] == bench.parent
    assert first["children"] == {group: {} for group in names.CHILD_GROUPS}
    last = bench.request()["children"]
    assert (list(last["Service.v1"]), list(last["Deployment.apps/v1"])) == (["shop"], ["shop-primary"])
    assert last["Service.v1"]["shop"] == bench.get(OURS)


def test_the_groups_are_those_that_the_hook_expects() -> None:
    """The keys are `Kind.version` for the core group and `Kind.group/version` for others."""
    assert {kind.group_key for kind in CHILD_KINDS} == set(names.CHILD_GROUPS)
    assert CHILD_KINDS[0].group_key == "Service.v1"


def test_children_are_seen_by_name_and_namespace() -> None:
    """A parent sees nothing of another namespace, and its own children go into its own namespace."""
    bench = Bench()
    made = service()
    del made["metadata"]["namespace"]
    bench.children = [made]
    bench.store.create(with_metadata(app(), namespace="other"), "person")
    bench.work()
    assert bench.get(OURS)
    assert bench.get(Key(SERVICE, "other", "shop"))
    assert {sync.parent for sync in bench.syncs} == {"default/shop", "other/shop"}


def test_the_status_is_replaced_whole_and_gets_the_generation() -> None:
    """What the hook does not say is gone; `observedGeneration` is that of the parent it saw."""
    bench = Bench()
    bench.status = {"phase": "Starting", "weight": 10}
    bench.work()
    assert bench.get(SHOP)["status"] == {"phase": "Starting", "weight": 10, "observedGeneration": 1}
    bench.status = {"phase": "Stable", "observedGeneration": 99}
    bench.store.update(changed(bench.get(SHOP), image="shop:v2"), "person")
    bench.work()
    assert bench.get(SHOP)["status"] == {"phase": "Stable", "observedGeneration": 2}


def test_a_status_that_does_not_differ_is_not_written() -> None:
    """The hook is asked once more after its status was written, and then there is rest."""
    bench = Bench()
    bench.status = {"phase": "Stable"}
    assert bench.work() == 2
    assert bench.written() == [("status", "CanaryApp", "shop")]
    assert bench.work(QUIET) == 0


def test_a_status_that_always_differs_is_a_hot_loop() -> None:
    """Every written status asks for the next sync, without time passing."""
    bench = Bench()
    bench.restless = True
    with pytest.raises(AssertionError, match=r"^The hook was called 50 times without time passing\.$"):
        bench.work()


def test_a_status_is_written_over_whatever_came_between() -> None:
    """A write to the parent during the sync is no conflict: the status is read again, then written."""
    bench = Bench()
    bench.settle()
    stale = bench.get(SHOP)
    bench.store.update(with_metadata(stale, labels={"team": "a"}), "person")
    bench.faults.stale_parent = stale
    bench.status = {"phase": "Stable"}
    bench.work()
    assert bench.get(SHOP)["status"]["phase"] == "Stable"
    assert bench.get(SHOP)["metadata"]["labels"] == {"team": "a"}


@pytest.mark.parametrize(("resync", "at"), [(30, [0, 30, 60]), (0.5, [0, 0.5, 1.0]), (0, [0]), (-5, [0])])
def test_a_resync_is_scheduled(resync: float, at: list[float]) -> None:
    """The hook is asked again after the seconds it named, and not at all for 0 or less."""
    bench = Bench()
    bench.work()
    bench.syncs.clear()
    bench.resync = resync
    bench.metacontroller.restart(bench.clock.now)
    for _ in range(3):
        bench.work()
        bench.clock.now += resync if resync > 0 else 30
    assert bench.at() == at


def test_an_event_does_not_put_a_resync_off() -> None:
    """A resync that was asked for comes, even if an event brought a sync before that asked for a later one."""
    bench = Bench()
    bench.resync = 30
    bench.settle()
    bench.resync = 100
    bench.clock.now += 10
    bench.store.update(changed(bench.get(SHOP), image="shop:v2"), "person")
    bench.settle()
    assert bench.work(19.9) == 0
    assert bench.work(0.1) == 1


@pytest.mark.parametrize("event", ["parent changed", "child changed", "child's status changed", "child deleted"])
def test_every_change_asks_for_a_sync(event: str) -> None:
    """A change of the parent or of a child, by whomever, brings the hook a request at once."""
    bench = Bench()
    bench.children = [service(), deployment()]
    bench.settle()
    if event == "parent changed":
        bench.store.update(with_metadata(bench.get(SHOP), annotations={"retry": "1"}), "person")
    elif event == "child changed":
        bench.store.update(changed(bench.get(OURS), selector={"app": "other"}), "person")
    elif event == "child's status changed":
        bench.store.update_status({**bench.get(PRIMARY), "status": {"replicas": 2}}, "controller")
    else:
        bench.store.delete(OURS, "person")
    assert bench.work()


def test_a_parent_that_is_gone_is_no_work() -> None:
    """A deleted parent is forgotten without asking the hook; its children were collected."""
    bench = Bench()
    bench.children, bench.resync = [service()], 30
    bench.settle()
    bench.store.delete(SHOP, "person")
    assert bench.work(60) == 0
    assert bench.store.list(SERVICE) == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(HookAnswer(500, b"no"), id="500"),
        pytest.param(HookAnswer(503, b""), id="503"),
        pytest.param(HookAnswer(200, b"<html>"), id="not JSON"),
        pytest.param(HookAnswer(200, b"[]"), id="another shape"),
        pytest.param(None, id="out of reach"),
    ],
)
def test_a_failed_call_changes_nothing_and_is_tried_again(answer: HookAnswer | None) -> None:
    """Nothing is created, deleted or written; the tries come 5 ms apart, then 10, 20, 40, 80, until one succeeds."""
    bench = Bench()
    bench.children, bench.status, bench.resync = [service()], {"phase": "Stable"}, 30
    bench.settle()
    bench.answer = answer
    bench.store.update(changed(bench.get(SHOP), image="shop:v2"), "person")
    for _ in range(200):
        bench.work()
        bench.clock.now += 1 / 1024
    assert bench.written() == []
    waits = [round((after - before) * 1024) for before, after in pairwise(bench.at())]
    assert waits == [6, 11, 21, 41, 82]
    assert all(sync.error for sync in bench.syncs)
    bench.answer = ""
    assert bench.work(0.2)
    assert bench.syncs[-1].error == ""
    assert bench.get(SHOP)["status"]["observedGeneration"] == 2


def test_a_success_ends_the_backoff() -> None:
    """After a success, the next failure is tried again after 5 ms, however many there were before."""
    bench = Bench()
    for _ in range(2):
        bench.answer = None
        bench.store.update(with_metadata(bench.get(SHOP), labels={"n": str(len(bench.syncs))}), "person")
        assert [bench.work(seconds) for seconds in (0, 0.004, 0.002, 0.008, 0.004)] == [1, 0, 1, 0, 1]
        bench.answer = ""
        assert bench.work(1)


def test_what_failed_is_in_the_history() -> None:
    """A sync is recorded with the request, the status, the body and a sentence."""
    bench = Bench()
    bench.answer = None
    bench.work()
    bench.refuse(503)
    bench.work(0.01)
    bench.answer = HookAnswer(200, b"{")
    bench.work(0.01)
    assert [(sync.status, sync.response) for sync in bench.syncs] == [(0, b""), (503, b"no"), (200, b"{")]
    assert [sync.error for sync in bench.syncs] == [
        "connection refused",
        "The hook answered 503: no",
        "The hook's answer is no response: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ]
    assert {sync.parent for sync in bench.syncs} == {"default/shop"}


def test_a_pause_that_the_hook_asks_for_is_honoured() -> None:
    """429 with Retry-After brings the next try then, not earlier, and is no failure."""
    bench = Bench()
    bench.refuse(429, {"Retry-After": "20"})
    for _ in range(60):
        bench.work()
        bench.clock.now += 1
    assert bench.at() == [0, 20, 40]
    assert bench.written() == []


def test_a_child_that_is_refused_stops_neither_the_others_nor_the_status() -> None:
    """The others are written, the status too, and the sync is tried again until the child is let in."""
    bench = Bench()
    bench.children, bench.status = [deployment(), service()], {"phase": "Starting"}
    bench.faults.refuse = lambda child: "refused by a webhook" if child["kind"] == "Service" else None
    bench.work()
    assert bench.written() == [("create", "Deployment", "shop-primary"), ("status", "CanaryApp", "shop")]
    assert bench.work(10) == 1
    bench.faults.refuse = lambda _: None
    assert bench.work(100)
    assert bench.get(OURS)
    bench.settle()
    assert bench.work(100) == 0


def test_the_api_server_refuses_children_too() -> None:
    """A child that is invalid, or that admission refuses, is like one that a webhook refuses."""
    bench = Bench()

    def admit(_verb: str, obj: Object) -> None:
        if obj["kind"] == "Deployment":
            raise AdmissionError("no")

    bench.store.admission.append(admit)
    bench.children = [changed(service("bad"), ports=[]), deployment(), service(), service("")]
    bench.work()
    assert bench.written() == [("create", "Service", "shop"), ("status", "CanaryApp", "shop")]
    assert bench.work(10) == 1


@pytest.mark.parametrize(
    "labels", [{"controller-uid": "other"}, None, {"team": 5}], ids=["another selector", "null", "a number"]
)
def test_a_child_with_wrong_labels_fails_the_whole_sync(labels: Object | None) -> None:
    """Before anything is done: no child is written, and no status; the resync that was asked for still comes."""
    bench = Bench()
    bench.settle()
    bench.children, bench.status, bench.resync = (
        [service("good"), with_metadata(service(), labels=labels)],
        {"a": 1},
        30,
    )
    bench.metacontroller.restart(bench.clock.now)
    assert bench.work() == 1
    assert bench.written() == []
    assert bench.work(0.005) == 1


def test_a_parent_that_is_going_gets_a_status_but_no_children() -> None:
    """Without a finalize hook, a parent on its way out is still synced, and its children are left alone."""
    bench = Bench()
    bench.children = [service()]
    bench.work()
    bench.store.update(with_metadata(bench.get(SHOP), finalizers=["a/b"]), "person")
    bench.store.delete(SHOP, "person")
    bench.children, bench.status = [deployment()], {"phase": "Stable"}
    bench.writes.clear()
    bench.work()
    assert "deletionTimestamp" in bench.request()["parent"]["metadata"]
    assert bench.written() == [("status", "CanaryApp", "shop")]
    assert bench.get(OURS)


def test_a_parent_that_was_replaced_gets_no_status_of_the_old_one() -> None:
    """The status is for the uid that the hook saw; what failed with its children is forgotten."""
    bench = Bench()
    bench.settle()
    stale = bench.get(SHOP)
    bench.store.delete(SHOP, "person")
    bench.store.create(app(), "person")
    bench.faults.stale_parent, bench.status, bench.children = stale, {"phase": "Old"}, [changed(service(), ports=[])]
    before = len(bench.writes)
    assert asyncio.run(bench.metacontroller.work(bench.clock.now))
    assert bench.writes[before:] == []
    assert "status" not in bench.get(SHOP)
    bench.children = []
    bench.work()
    assert bench.work(QUIET) == 0


def test_a_restart_looks_at_every_parent() -> None:
    """A new process forgets resyncs and failures, and syncs everything once."""
    bench = Bench()
    bench.store.create(app("other"), "person")
    bench.resync = 30
    bench.settle()
    bench.resync = 0
    bench.metacontroller.restart(bench.clock.now + 5)
    assert bench.work(4) == 0
    assert bench.work(1) == 2
    assert {sync.parent for sync in bench.syncs} == {"default/shop", "default/other"}
    assert bench.work(60) == 0
    assert bench.clock.now > START


def test_every_parent_is_looked_at_once_a_period() -> None:
    """`resyncPeriodSeconds` is for the day when an event or a resync is lost: nothing waits for longer."""
    bench = Bench()
    bench.settle()
    assert [bench.work(QUIET), bench.work(50), bench.work(QUIET), bench.work(50)] == [0, 1, 0, 1]
