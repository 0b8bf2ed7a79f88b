"""The object store keeps the API server's manners."""

from typing import Any

import pytest

from app.simulation.kubernetes.errors import AdmissionError, AlreadyExistsError, ConflictError, NotFoundError
from app.simulation.kubernetes.objects import CANARY_APP, DEPLOYMENT, SERVICE, Key, Object, key_of
from app.simulation.kubernetes.store import ObjectStore, Write
from tests.simulation.kubernetes.manifests import (
    START,
    Clock,
    app,
    changed,
    deployment,
    destination_rule,
    revision,
    service,
    store_at_start,
    virtual_service,
    with_metadata,
)

SHOP = Key(CANARY_APP, "default", "shop")


def _generation(obj: Object | None) -> int | None:
    assert obj
    generation: int | None = obj["metadata"].get("generation")
    return generation


def test_a_new_object_gets_what_the_server_gives() -> None:
    """Uid, time, version, generation and namespace come from the store; a status that is sent along is dropped."""
    made = store_at_start().create({**with_metadata(app(), namespace=""), "status": {"phase": "Stable"}}, "person")
    assert made["metadata"]["namespace"] == "default"
    assert made["metadata"]["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert made["metadata"]["uid"]
    assert made["metadata"]["resourceVersion"]
    assert made["metadata"]["generation"] == 1
    assert "status" not in made


def test_names_are_unique_by_kind_and_namespace() -> None:
    """A second object of the same name is refused, one of another kind or namespace is not."""
    store = store_at_start()
    store.create(app(), "person")
    store.create(service(), "person")
    store.create(with_metadata(app(), namespace="other"), "person")
    with pytest.raises(AlreadyExistsError, match=r"^CanaryApp default/shop already exists\.$"):
        store.create(app(), "person")


def test_objects_are_listed_by_name_and_namespace() -> None:
    """A list is sorted by name, and bounded to a namespace where one is asked for."""
    store = store_at_start()
    for name in ("b", "a"):
        store.create(app(name), "person")
    store.create(with_metadata(app("c"), namespace="other"), "person")
    assert [key_of(obj).name for obj in store.list(CANARY_APP)] == ["a", "b", "c"]
    assert [key_of(obj).name for obj in store.list(CANARY_APP, "default")] == ["a", "b"]


def test_what_is_given_out_is_a_copy() -> None:
    """Nobody changes the store by changing what it gave or took."""
    store, sent = store_at_start(), app()
    made = store.create(sent, "person")
    sent["spec"]["image"] = made["spec"]["image"] = store.list(CANARY_APP)[0]["spec"]["image"] = "other"
    read = store.get(SHOP)
    assert read
    assert read["spec"]["image"] == "shop:v1"


def test_a_whole_number_comes_back_without_a_fraction() -> None:
    """30.0 is read as 30, as JSON comes back from the API server; 0.5 stays."""
    store = store_at_start()
    store.update_status({**store.create(app(), "person"), "status": {"a": 30.0, "b": [0.5, True]}}, "hook")
    read = store.get(SHOP)
    assert read
    assert (repr(read["status"]["a"]), read["status"]["b"]) == ("30", [0.5, True])


@pytest.mark.parametrize(
    ("made", "change", "bumped"),
    [
        pytest.param(app(), {"spec": {"image": "shop:v2"}}, 2, id="a spec"),
        pytest.param(app(), {"metadata": {"labels": {"team": "a"}}}, 1, id="a label of a custom resource"),
        pytest.param(app(), {"metadata": {"annotations": {"note": "a"}}}, 1, id="an annotation of a custom resource"),
        pytest.param(virtual_service({"primary": 1}), {"spec": {"http": []}}, 2, id="a route"),
        pytest.param(deployment(), {"metadata": {"labels": {"team": "a"}}}, 1, id="a label of a Deployment"),
        pytest.param(deployment(), {"metadata": {"annotations": {"note": "a"}}}, 2, id="an annotation of a Deployment"),
        pytest.param(service(), {"metadata": {"labels": {"team": "a"}}}, None, id="a Service has no generation"),
        pytest.param(revision(), {"revision": 2}, None, id="a ControllerRevision has no generation"),
    ],
)
def test_the_generation_counts_what_is_asked_for(made: Object, change: dict[str, Any], bumped: int | None) -> None:
    """A change of what is asked for is a new generation; metadata is not, but for a Deployment's annotations."""
    store = store_at_start()
    before = store.create(made, "person")
    after = dict(before)
    for part, value in change.items():
        after[part] = {**before[part], **value} if isinstance(value, dict) else value
    assert _generation(store.update(after, "person")) == bumped


def test_a_status_has_a_door_of_its_own() -> None:
    """A status update changes the status and nothing else, and is no new generation; an update keeps the status."""
    store = store_at_start()
    made = store.create(app(), "person")
    store.update_status({**changed(made, image="other"), "status": {"phase": "Stable"}}, "hook")
    read = store.get(SHOP)
    assert read
    assert (read["spec"]["image"], read["status"], _generation(read)) == ("shop:v1", {"phase": "Stable"}, 1)
    after = store.update({**changed(read, image="shop:v2"), "status": {"phase": "Failed"}}, "person")
    assert (after["spec"]["image"], after["status"], _generation(after)) == ("shop:v2", {"phase": "Stable"}, 2)


@pytest.mark.parametrize(
    ("made", "kept"), [(deployment(), {"note": "a"}), (app(), {})], ids=["Deployment", "CanaryApp"]
)
def test_annotations_go_through_the_status_door_of_a_deployment_only(made: Object, kept: dict[str, str]) -> None:
    """The Deployment controller writes its revision with the status, and that is no new generation."""
    store = store_at_start()
    read = store.create(made, "person")
    after = store.update_status({**with_metadata(read, annotations={"note": "a"}), "status": {"a": 1}}, "controller")
    assert after["metadata"].get("annotations", {}) == kept
    assert _generation(after) == 1


@pytest.mark.parametrize("door", ["update", "update_status"])
def test_what_was_read_before_a_change_is_refused(door: str) -> None:
    """Who read an older version is told so; who names no version writes anyway."""
    store = store_at_start()
    old = store.create(app(), "person")
    store.update(changed(old, image="shop:v2"), "person")
    late = {**changed(old, image="shop:v3"), "status": {"phase": "Stable"}}
    with pytest.raises(ConflictError, match=r"^CanaryApp default/shop was changed: it was read at 2\.$"):
        getattr(store, door)(late, "late")
    late["metadata"] = {key: value for key, value in late["metadata"].items() if key != "resourceVersion"}
    getattr(store, door)(late, "late")


@pytest.mark.parametrize("door", ["update", "update_status"])
def test_an_object_that_is_not_there_cannot_be_changed(door: str) -> None:
    """A change of a missing object is refused."""
    with pytest.raises(NotFoundError, match=r"^CanaryApp default/shop is not found\.$"):
        getattr(store_at_start(), door)(app(), "person")


def test_a_change_of_nothing_is_no_write() -> None:
    """Nobody hears of an update that changes nothing, and the version stays."""
    store = store_at_start()
    made = store.update_status({**store.create(deployment(), "person"), "status": {"replicas": 2}}, "controller")
    heard: list[Write] = []
    store.watchers.append(heard.append)
    assert store.update(made, "person") == made
    assert store.update_status(made, "controller") == made
    assert heard == []


def test_system_fields_are_not_for_writers() -> None:
    """Uid, generation and creation time stay, whatever an update says."""
    store = store_at_start()
    made = store.create(app(), "person")
    forged = with_metadata(made, uid="other", generation=9, creationTimestamp="never", deletionTimestamp="now")
    assert store.update(forged, "person") == made


def test_watchers_hear_of_every_write() -> None:
    """A watcher gets the writer, the verb, the moment, and the object before and after."""
    clock = Clock()
    store, heard = ObjectStore(clock), list[Write]()
    store.watchers.append(heard.append)
    made = store.create(app(), "person")
    clock.now += 5
    after = store.update_status({**made, "status": {"phase": "Stable"}}, "hook")
    store.delete(SHOP, "person")
    assert [(write.verb, write.who, write.at - START) for write in heard] == [
        ("create", "person", 0),
        ("status", "hook", 5),
        ("delete", "person", 5),
    ]
    assert [write.before for write in heard] == [None, made, after]
    assert [write.after for write in heard] == [made, after, None]


def test_admission_can_refuse() -> None:
    """A refused create or update changes nothing; the rule sees the object with its defaults."""
    store = store_at_start()
    kept = store.create(service(), "person")

    def refuse(verb: str, obj: Object) -> None:
        raise AdmissionError(f"{verb} with type {obj['spec']['type']}")

    store.admission.append(refuse)
    with pytest.raises(AdmissionError, match=r"^create with type ClusterIP$"):
        store.create(service("other"), "person")
    with pytest.raises(AdmissionError, match=r"^update with type ClusterIP$"):
        store.update(changed(kept, selector={}), "person")
    assert store.list(SERVICE) == [kept]


def test_defaults_are_added() -> None:
    """What is read is in another form than what was written: the server fills in what was left out."""
    store = store_at_start()
    spec = store.create(deployment(), "person")["spec"]
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}
    assert (spec["progressDeadlineSeconds"], spec["revisionHistoryLimit"]) == (600, 10)
    container = spec["template"]["spec"]["containers"][0]
    assert (container["ports"][0]["protocol"], container["imagePullPolicy"]) == ("TCP", "IfNotPresent")
    assert spec["template"]["spec"]["restartPolicy"] == "Always"
    made = store.create(service(), "person")["spec"]
    assert (made["type"], made["ports"][0]["targetPort"], made["clusterIPs"]) == ("ClusterIP", 80, [made["clusterIP"]])
    rule = store.create(destination_rule(), "person")
    assert rule["spec"] == destination_rule()["spec"]


def test_a_service_keeps_its_address() -> None:
    """Who replaces a Service's spec without naming its address does not change it."""
    store = store_at_start()
    made = store.create(service(), "person")
    after = store.update({**made, "spec": service(team="a")["spec"]}, "person")
    assert after["spec"] == {**made["spec"], "selector": {"app": "shop", "team": "a"}}


def test_deleting_takes_the_right_object() -> None:
    """A delete may name the uid that it means; another one is left alone."""
    store = store_at_start()
    made = store.create(app(), "person")
    with pytest.raises(
        ConflictError, match=rf"^CanaryApp default/shop has the uid {made['metadata']['uid']}, not x\.$"
    ):
        store.delete(SHOP, "person", uid="x")
    store.delete(SHOP, "person", uid=made["metadata"]["uid"])
    assert store.get(SHOP) is None
    with pytest.raises(NotFoundError, match=r"^CanaryApp default/shop is not found\.$"):
        store.delete(SHOP, "person")


@pytest.mark.parametrize(("made", "generation"), [(deployment(), 2), (service(), None)], ids=["Deployment", "Service"])
def test_an_object_with_a_finalizer_is_only_marked(made: Object, generation: int | None) -> None:
    """It stands, marked as going, until its last finalizer is taken off; a second delete does nothing."""
    store, key = store_at_start(), key_of(made)
    store.create(with_metadata(made, finalizers=["a/b"]), "person")
    store.delete(key, "person")
    going = store.get(key)
    assert going
    assert going["metadata"]["deletionTimestamp"] == "2026-01-01T00:00:00Z"
    assert _generation(going) == generation
    store.delete(key, "person")
    assert store.get(key) == going
    store.update(with_metadata(going, finalizers=[]), "finalizer")
    assert store.get(key) is None


def test_a_deployments_key_is_said_in_words() -> None:
    """Keys read well in messages and histories."""
    assert str(Key(DEPLOYMENT, "default", "shop-primary")) == "Deployment default/shop-primary"
    assert DEPLOYMENT.group_key == "Deployment.apps/v1"
    assert SERVICE.group_key == "Service.v1"
