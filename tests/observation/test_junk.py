"""Whatever stands where a status should be: it is read, or recovered from, and nothing breaks."""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.desired.children import desired_children
from app.resource.status import Phase, Status
from app.rollout.committed import read_committed
from app.rollout.observation import UnrecoverableError, observe
from app.rollout.timings import Timings
from tests.observation.recorded import moments, recorded_requests
from tests.observation.requests import NOW, ORIGINS, parsed

Json = dict[str, Any]

LEAVES: Final = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "x", "Stable", "Shifting", "Settled", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
)
FIELDS: Final = st.sampled_from([field.alias or name for name, field in Status.model_fields.items()])
JUNK: Final = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=5), max_leaves=12
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield here
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield from paths(held, (*here, key))


def replaced(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """The value with junk in one place."""
    if not path:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], junk)
    return copy


def status_of(request: Json) -> Json:
    """The status of a request, empty where it has none."""
    return dict(request["parent"].get("status") or {})


def with_status(request: Json, status: Any) -> Json:
    """The request with another status."""
    return request | {"parent": request["parent"] | {"status": status}}


MOMENTS: Final = dict(moments())
BEGUN: Final = [name for name in MOMENTS if name != "None-None"]
STEADY: Final = settings(derandomize=True, database=None, deadline=None, max_examples=200)
"""The same examples in every run."""


@STEADY
@given(junk=JUNK)
def test_no_status_breaks_the_reading(junk: Any) -> None:
    """A status is read whole or not at all, whatever it is."""
    read = read_committed(junk, NOW)
    assert read is None or isinstance(read, Status)


@STEADY
@given(moment=st.sampled_from(list(MOMENTS)), junk=JUNK, data=st.data())
def test_junk_anywhere_in_a_status_is_survived(moment: str, junk: Any, data: st.DataObject) -> None:
    """A status that was edited in one place is read or recovered from, in every phase."""
    status = status_of(MOMENTS[moment])
    path = data.draw(st.sampled_from(list(paths(status))))
    found = observe(parsed(with_status(MOMENTS[moment], replaced(status, path, junk))), ORIGINS, Timings(), NOW)
    assert found.committed.stable_revision in {"", *found.revisions}


@STEADY
@given(moment=st.sampled_from(BEGUN), junk=JUNK, data=st.data())
def test_junk_anywhere_in_a_child_is_survived(moment: str, junk: Any, data: st.DataObject) -> None:
    """A child of a shape that no API server would let in is read as far as it goes, or refused at the door."""
    groups = MOMENTS[moment]["children"]
    group = data.draw(st.sampled_from([name for name, found in groups.items() if found]))
    name = data.draw(st.sampled_from(list(groups[group])))
    parts = st.sampled_from([path for path in paths(groups[group][name]) if path])
    found = {**groups[group], name: replaced(groups[group][name], data.draw(parts), junk)}
    request = MOMENTS[moment] | {"children": groups | {group: found}}
    try:
        read = parsed(request)
    except ValidationError:
        return
    with contextlib.suppress(UnrecoverableError):
        desired_children(observe(read, ORIGINS, Timings(), NOW))


@STEADY
@given(moment=st.sampled_from(list(MOMENTS)), cut=st.integers(0, 30))
def test_a_status_that_lost_fields_is_survived(moment: str, cut: int) -> None:
    """Half a status is recovered from, in every phase."""
    kept = dict(list(status_of(MOMENTS[moment]).items())[:cut])
    found = observe(parsed(with_status(MOMENTS[moment], kept)), ORIGINS, Timings(), NOW)
    assert found.committed.stable_revision in {"", *found.revisions}


def test_every_request_of_a_whole_rollout_is_read() -> None:
    """What the embedded cluster sends is read, and nothing of it was lost on the way."""
    for body in recorded_requests():
        found = observe(parsed(json.loads(body)), ORIGINS, Timings(), NOW)
        assert not found.recovered
        assert not found.refusals


def without_status(request: Json) -> Json:
    """The request after a backup was restored."""
    return with_status(request, None)


def without_revisions(request: Json) -> Json:
    """The request after somebody deleted the ControllerRevisions."""
    return request | {"children": request["children"] | {"ControllerRevision.apps/v1": {}}}


LOSSES: Final = [
    *(pytest.param(moment, without_status, id=f"no status: {moment}") for moment in BEGUN),
    *(
        pytest.param(moment, without_revisions, id=f"no revisions: {moment}")
        for moment in BEGUN
        if moment != "Promoting-Updating"
    ),
]


@pytest.mark.parametrize(("moment", "loss"), LOSSES)
def test_a_loss_at_any_moment_keeps_what_serves(moment: str, loss: Callable[[Json], Json]) -> None:
    """The stable revision is found again without the status, and without the ControllerRevisions."""
    request = MOMENTS[moment]
    before = observe(parsed(request), ORIGINS, Timings(), NOW)
    after = observe(parsed(loss(request)), ORIGINS, Timings(), NOW)
    assert after.committed.stable_revision == before.committed.stable_revision
    assert after.revision(after.committed.stable_revision) == before.revision(before.committed.stable_revision)


def test_a_stable_template_that_is_lost_in_a_promotion_gives_way_to_what_the_primary_runs() -> None:
    """Where nothing has the old template any more, the primary stays as it is, and the secondary goes the safe way."""
    found = observe(parsed(without_revisions(MOMENTS["Promoting-Updating"])), ORIGINS, Timings(), NOW)
    assert found.children.primary is not None
    assert found.committed.stable_revision == found.children.primary.revision
    assert (found.committed.phase, found.recovered) == (Phase.ROLLING_BACK, True)
