"""The Deployment controller makes pods, rolls updates, and says how far it is."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from app.simulation.kubernetes.deployments import REVISION
from app.simulation.kubernetes.images import PodBehaviour
from app.simulation.kubernetes.objects import key_of
from app.simulation.kubernetes.rolling import read_limits
from tests.simulation.kubernetes.manifests import app, deployment, owned_by, with_metadata
from tests.simulation.kubernetes.yard import PRIMARY, REACTION, STOP_DELAY, TICK, Yard

NEVER = PodBehaviour(seconds_to_ready=None)
ROLLING = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_a_new_deployment_gets_its_pods() -> None:
    """Pods are there after the controller's reaction, ready after their start, and the status says so."""
    yard = Yard()
    yard.apply(replicas=3)
    assert yard.status == {}
    assert yard.after(REACTION).status == {}
    yard.after(TICK)
    assert yard.numbers() == (0, 0, 0, 0, 3)
    assert yard.condition("Progressing") == ("True", "NewReplicaSetCreated")
    assert yard.after(TICK).numbers() == (3, 3, 0, 0, 3)
    assert yard.condition("Available") == ("False", "MinimumReplicasUnavailable")
    assert yard.condition("Progressing") == ("True", "ReplicaSetUpdated")
    assert yard.after(1).numbers() == (3, 3, 3, 3, 0)
    assert yard.condition("Available") == ("True", "MinimumReplicasAvailable")
    assert yard.condition("Progressing") == ("True", "NewReplicaSetAvailable")
    pod = next(iter(yard.controller.pods()))
    assert (pod.namespace, pod.workload, pod.image, pod.role) == ("default", "shop-primary", "shop:v1", "primary")


def test_the_status_says_which_generation_it_is_about() -> None:
    """`observedGeneration` follows the change after the controller's reaction, and not before."""
    yard = Yard()
    yard.apply()
    yard.after(5)
    yard.apply(replicas=3)
    assert (yard.object["metadata"]["generation"], yard.status["observedGeneration"]) == (2, 1)
    assert yard.after(TICK).status["observedGeneration"] == 1
    assert yard.after(TICK).status["observedGeneration"] == 2


def test_a_settled_deployment_is_not_written() -> None:
    """Nothing changes, nothing is written."""
    yard = Yard()
    yard.apply()
    version = yard.after(10).object["metadata"]["resourceVersion"]
    assert yard.after(60).object["metadata"]["resourceVersion"] == version


def test_the_controller_writes_its_revision() -> None:
    """Each template has a number in an annotation of somebody else's; a template that comes back gets the next one."""
    yard = Yard()
    yard.apply(tag="v1")
    seen = [yard.after(20).object["metadata"]["annotations"][REVISION]]
    for tag in ("v2", "v1"):
        yard.apply(tag=tag)
        seen.append(yard.after(20).object["metadata"]["annotations"][REVISION])
    assert seen == ["1", "2", "3"]


def test_a_pod_is_available_after_min_ready_seconds() -> None:
    """Ready is not available: that takes `minReadySeconds` without a break."""
    yard = Yard()
    yard.apply(minReadySeconds=10)
    yard.after(REACTION + TICK + 1)
    assert yard.numbers() == (2, 2, 2, 0, 2)
    assert yard.after(9.5).numbers() == (2, 2, 2, 0, 2)
    assert yard.after(0.5).numbers() == (2, 2, 2, 2, 0)


def test_a_rolling_update_replaces_one_by_one() -> None:
    """With a surge of one and nothing unavailable: one more, wait, one less, until all are new."""
    yard = Yard()
    yard.apply(strategy=ROLLING)
    yard.after(10)
    yard.apply(tag="v2", strategy=ROLLING)
    seen: list[list[str]] = []
    for _ in yard.run(15):
        if yard.tags() not in seen:
            seen.append(yard.tags())
    assert seen == [["v1", "v1"], ["v1", "v1", "v2"], ["v1", "v2"], ["v1", "v2", "v2"], ["v2", "v2"]]
    assert yard.numbers() == (2, 2, 2, 2, 0)
    assert yard.condition("Progressing") == ("True", "NewReplicaSetAvailable")


def test_pods_that_are_not_ready_go_first() -> None:
    """A scale-down takes the pods that are missed least: not ready, then ready for the shortest time."""
    yard = Yard()
    yard.apply(replicas=1)
    yard.after(10)
    yard.apply(replicas=2)
    yard.after(10)
    first, second = (pod.name for pod in yard.controller.pods())
    yard.images.change("v1", seconds_to_ready=None)
    yard.apply(replicas=3)
    yard.after(REACTION)
    yard.images.change("v1", seconds_to_ready=1.0)
    yard.apply(replicas=2)
    yard.after(REACTION + TICK)
    assert [pod.name for pod in yard.controller.pods()] == [first, second]
    yard.apply(replicas=1)
    yard.after(REACTION + TICK)
    assert [pod.name for pod in yard.controller.pods()] == [first]


def test_an_old_pod_that_crashed_goes_before_a_young_one_that_is_ready() -> None:
    """Readiness counts before age."""
    yard = Yard(v1=PodBehaviour(ready_for=20.0, down_for=1000.0))
    yard.apply(replicas=1)
    yard.after(10)
    yard.apply(replicas=2)
    yard.after(15)
    assert yard.numbers() == (2, 2, 1, 1, 1)
    yard.apply(replicas=1)
    assert yard.after(2).numbers() == (1, 1, 1, 1, 0)


def test_pods_that_stop_are_not_counted_but_still_run() -> None:
    """A pod on its way out is in no number of the status; its process runs until it has stopped."""
    yard = Yard()
    yard.apply(replicas=2)
    yard.after(10)
    yard.apply(replicas=1)
    yard.after(REACTION + 2 * TICK)
    assert yard.numbers() == (1, 1, 1, 1, 0)
    assert len(yard.controller.running(yard.clock.now)) == 2
    leaving = [pod for pod in yard.controller.pods(leaving=True) if pod.deleted is not None]
    assert [pod.ready_since for pod in leaving] == [None]
    yard.after(STOP_DELAY)
    assert len(yard.controller.running(yard.clock.now)) == 1
    yard.after(120)
    assert len(list(yard.controller.pods(leaving=True))) == 1


def test_a_pod_that_never_gets_ready_holds_the_update() -> None:
    """The old pods stay, and the deadline is missed in so many words."""
    yard = Yard(v2=NEVER)
    yard.apply(strategy=ROLLING)
    yard.after(10)
    yard.apply(tag="v2", strategy=ROLLING, progressDeadlineSeconds=60)
    assert yard.after(59).condition("Progressing") == ("True", "ReplicaSetUpdated")
    assert yard.after(4).condition("Progressing") == ("False", "ProgressDeadlineExceeded")
    assert yard.numbers() == (3, 1, 2, 2, 1)
    assert yard.condition("Available") == ("True", "MinimumReplicasAvailable")


def test_progress_puts_the_deadline_off() -> None:
    """Every pod that gets available is progress: a slow update does not miss a deadline that is longer than a pod."""
    yard = Yard(v2=PodBehaviour(seconds_to_ready=50.0))
    yard.apply(replicas=3, strategy=ROLLING)
    yard.after(10)
    yard.apply(replicas=3, tag="v2", strategy=ROLLING, progressDeadlineSeconds=60)
    reasons = {yard.condition("Progressing")[1] for _ in yard.run(200)}
    assert reasons == {"NewReplicaSetAvailable", "NewReplicaSetCreated", "ReplicaSetUpdated"}
    assert yard.numbers() == (3, 3, 3, 3, 0)


def test_a_missed_deadline_ends_with_progress() -> None:
    """A template that comes back is progress as soon as the controller sees its pods, which still run."""
    yard = Yard(v2=NEVER)
    yard.apply(strategy=ROLLING)
    yard.after(10)
    yard.apply(tag="v2", strategy=ROLLING, progressDeadlineSeconds=60)
    yard.after(70)
    yard.apply(tag="v1", strategy=ROLLING, progressDeadlineSeconds=60)
    assert yard.after(REACTION).condition("Progressing") == ("False", "ProgressDeadlineExceeded")
    assert yard.after(5).condition("Progressing") == ("True", "NewReplicaSetAvailable")
    assert yard.tags() == ["v1", "v1"]


def test_another_template_starts_a_deadline_of_its_own() -> None:
    """After a missed deadline, the next new template is in progress again."""
    yard = Yard(v2=NEVER)
    yard.apply(strategy=ROLLING)
    yard.after(10)
    yard.apply(tag="v2", strategy=ROLLING, progressDeadlineSeconds=60)
    yard.after(70)
    yard.apply(tag="v3", strategy=ROLLING, progressDeadlineSeconds=60)
    assert yard.after(REACTION + TICK).condition("Progressing")[0] == "True"
    assert yard.after(15).condition("Progressing") == ("True", "NewReplicaSetAvailable")
    assert yard.tags() == ["v3", "v3"]


def test_a_deployment_that_was_complete_does_not_miss_its_deadline() -> None:
    """Pods that crash after the rollout make it unavailable; they are no rollout that hangs."""
    yard = Yard(v1=PodBehaviour(ready_for=20.0, down_for=10_000.0))
    yard.apply(progressDeadlineSeconds=60)
    yard.after(200)
    assert yard.numbers() == (2, 2, 0, 0, 2)
    assert yard.condition("Available") == ("False", "MinimumReplicasUnavailable")
    assert yard.condition("Progressing") == ("True", "NewReplicaSetAvailable")


def test_pods_in_a_crash_loop_come_and_go() -> None:
    """A pod that crashes is ready again after a while, and crashes again; once complete, that is no new progress."""
    yard = Yard(v1=PodBehaviour(ready_for=5.0, down_for=5.0))
    yard.apply(replicas=1)
    yard.after(3)
    yard.apply(replicas=2)
    yard.after(1)
    ready, reasons = [], set()
    for _ in yard.run(30):
        ready.append(yard.numbers()[2])
        reasons.add(yard.condition("Progressing")[1])
    assert sum(before != after for before, after in pairwise(ready)) == 12
    assert set(ready) == {0, 1, 2}
    assert reasons == {"NewReplicaSetAvailable"}


def test_a_condition_keeps_the_time_of_its_turn() -> None:
    """`lastTransitionTime` moves when the status turns, `lastUpdateTime` with every progress."""
    yard = Yard()
    yard.apply(replicas=1)
    yard.after(10)
    made = {one["type"]: one for one in yard.status["conditions"]}
    assert made["Progressing"]["lastTransitionTime"] == "2026-01-01T00:00:00Z"
    assert made["Progressing"]["lastUpdateTime"] == "2026-01-01T00:00:02Z"
    assert made["Available"]["lastTransitionTime"] == "2026-01-01T00:00:02Z"


def test_pods_of_a_deleted_deployment_go() -> None:
    """Whoever deletes a Deployment, or its parent, stops its pods; one of the same name starts anew."""
    yard = Yard()
    parent = yard.store.create(app(), "person")
    yard.store.create(owned_by(deployment(), parent), "metacontroller")
    yard.after(5)
    yard.store.delete(key_of(parent), "person")
    assert yard.store.get(PRIMARY) is None
    yard.after(TICK)
    assert list(yard.controller.pods()) == []
    assert len(yard.controller.running(yard.clock.now)) == 2
    yard.apply(replicas=1)
    assert yard.after(5).numbers() == (1, 1, 1, 1, 0)


def test_a_deployment_that_is_replaced_within_a_tick_starts_anew() -> None:
    """The pods of the one that is gone do not count for the one that came."""
    yard = Yard()
    yard.apply()
    yard.after(5)
    before = {pod.name for pod in yard.controller.pods()}
    yard.store.delete(PRIMARY, "person")
    yard.apply()
    yard.after(TICK)
    assert list(yard.controller.pods()) == []
    yard.after(5)
    assert len(list(yard.controller.pods())) == 2
    assert before <= {pod.name for pod in yard.controller.pods(leaving=True) if pod.deleted is not None}


def test_a_deployment_that_is_going_keeps_its_pods() -> None:
    """With a finalizer it stands: it is neither scaled nor updated, and its status still follows its pods."""
    yard = Yard()
    yard.store.create(with_metadata(deployment(), finalizers=["a/b"]), "person")
    yard.after(5)
    yard.store.delete(PRIMARY, "person")
    yard.store.update(with_metadata(deployment(tag="v2", replicas=5), finalizers=["a/b"]), "person")
    yard.images.change("v1", seconds_to_ready=None)
    assert yard.after(5).tags() == ["v1", "v1"]
    assert yard.numbers() == (2, 0, 0, 0, 2)
    assert yard.status["observedGeneration"] == yard.object["metadata"]["generation"] == 3
    yard.store.update(with_metadata(yard.object, finalizers=[]), "person")
    assert list(yard.after(TICK).controller.pods()) == []


def test_a_change_of_replicas_and_template_scales_first() -> None:
    """As in Kubernetes, the old replica set follows the new count before the update begins."""
    yard = Yard()
    yard.apply(strategy=ROLLING)
    yard.after(10)
    yard.apply(replicas=4, tag="v2", strategy=ROLLING)
    assert yard.after(REACTION + TICK).tags() == ["v1", "v1", "v1", "v1"]
    assert yard.after(TICK).tags() == ["v1", "v1", "v1", "v1", "v2"]
    assert yard.after(30).tags() == ["v2", "v2", "v2", "v2"]


def test_a_change_of_replicas_in_an_update_is_shared() -> None:
    """Old and new pods grow in proportion, and the update goes on."""
    yard = Yard(v2=NEVER)
    yard.apply(replicas=4, strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}})
    yard.after(10)
    yard.apply(replicas=4, tag="v2", strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}})
    assert yard.after(5).tags() == ["v1"] * 4 + ["v2"] * 2
    yard.apply(replicas=10, tag="v2", strategy={"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}})
    assert yard.after(5).tags() == ["v1"] * 8 + ["v2"] * 4


def test_old_replica_sets_are_forgotten() -> None:
    """A template that comes back is known, and no new rollout to judge; one beyond `revisionHistoryLimit` is new."""
    yard = Yard()
    for tag in ("v1", "v2", "v3"):
        yard.apply(tag=tag, revisionHistoryLimit=1)
        yard.after(20)
    yard.apply(tag="v2", revisionHistoryLimit=1)
    assert yard.after(REACTION + TICK).condition("Progressing")[1] == "NewReplicaSetAvailable"
    yard.after(20)
    yard.apply(tag="v1", revisionHistoryLimit=1)
    assert yard.after(REACTION + TICK).condition("Progressing")[1] == "NewReplicaSetCreated"
    assert yard.after(20).object["metadata"]["annotations"][REVISION] == "5"


SURGES = st.tuples(st.sampled_from((0, 1, 3, "25%", "100%")), st.sampled_from((0, 1, 2, "25%", "50%")))


@settings(derandomize=True, deadline=None, database=None, max_examples=25)
@given(
    replicas=st.integers(0, 6),
    rolling=SURGES.filter(lambda pair: pair != (0, 0)),
    min_ready=st.sampled_from((0, 2)),
    ready=st.lists(st.sampled_from((0.0, 0.5, 1.0, 3.0, None)), min_size=1, max_size=3),
    gap=st.sampled_from((1.0, 4.0, 12.0)),
)
def test_an_update_stays_between_floor_and_ceiling(
    *, replicas: int, rolling: tuple[int | str, int | str], min_ready: int, ready: list[float | None], gap: float
) -> None:
    """Whatever the new pods do, a rolling update keeps the available floor and never exceeds the surge."""
    tags = {f"u{number}": PodBehaviour(seconds_to_ready=seconds) for number, seconds in enumerate(ready)}
    yard = Yard(**tags)
    fields = {
        "replicas": replicas,
        "minReadySeconds": min_ready,
        "strategy": {"rollingUpdate": {"maxSurge": rolling[0], "maxUnavailable": rolling[1]}},
    }
    yard.apply(**fields)
    yard.after(6)
    limits = read_limits(yard.object["spec"])
    for tag in tags:
        yard.apply(tag=tag, **fields)
        for _ in yard.run(gap):
            pods = list(yard.controller.pods())
            assert len(pods) <= limits.ceiling
            assert sum(pod.available(yard.clock.now, min_ready) for pod in pods) >= limits.floor
    if ready[-1] is not None:
        yard.after(60)
        assert yard.tags() == [f"u{len(ready) - 1}"] * replicas
        assert yard.numbers() == (replicas, replicas, replicas, replicas, 0)
