"""What the team does: everything that can be changed in the spec, at any moment."""

from typing import Any, Final

from hypothesis import strategies as st

from tests.safety.stage import IMAGES, NAME, SPEC
from tests.safety.storm.story import Story, happening

_PLANS: Final = (
    None,
    [{"weight": 50}],
    [{"weight": 100, "durationSeconds": 2}],
    [{"weight": 5, "durationSeconds": 1}, {"weight": 60, "durationSeconds": 9}],
    [{"weight": weight} for weight in (1, 2, 3, 20, 40, 60, 80)],
)
_TRAFFIC: Final = (
    None,
    {"hosts": ["shop.example.com"]},
    {"hosts": ["shop.example.com"], "gateways": ["istio-ingress/public", "mesh"]},
    {"gateways": ["istio-ingress/public"]},
    {"gateways": ["mesh"]},
)
_TEMPLATES: Final = (
    None,
    {"metadata": {"labels": {"team": "a"}}},
    {"spec": {"containers": [{"name": NAME, "env": [{"name": "CURRENCY", "value": "EUR"}]}]}},
)
_QUERIES: Final = (None, SPEC["prometheusQuery"], "vector(1) > 2", "0 / vector(0)", "sum(", "max_over_time(up[5s:1s])")
_SETTINGS: Final[tuple[dict[str, Any], ...]] = (
    *({"replicas": count} for count in (0, 1, 2, 3)),
    *({"testReplicas": count} for count in (1, 2, 3)),
    *({"imageListenPort": port} for port in (0, 8088, 8089)),
    *({"drainSeconds": seconds} for seconds in (0, 3, 10)),
    *({"progressDeadlineSeconds": seconds} for seconds in (5, 30, 60)),
    *({"trafficShiftUpdateInterval": seconds} for seconds in (1, 5)),
    *({"deploymentReadyWaitTime": seconds} for seconds in (0, 1, 4)),
    {"failWhenPrometheusFails": False},
    {"failWhenPrometheusFails": None},
)


class Team(Story):
    """The team that owns the CanaryApp."""

    def __init__(self) -> None:
        """No retry was asked for yet."""
        super().__init__()
        self.retries = 0

    @happening(tag=st.sampled_from(IMAGES))
    def the_image_changes(self, tag: str) -> None:
        """The team names a version: a new one, the stable one, the failed one."""
        self.cluster.patch(NAME, image=f"shop:{tag}")

    @happening(serving=st.booleans())
    def the_change_is_taken_back(self, *, serving: bool) -> None:
        """The spec goes back to the stable version, or to the failed one."""
        status = self.theatre.status
        if image := status.get("stableImage" if serving else "lastFailedTag"):
            self.cluster.patch(NAME, image=image)

    @happening(template=st.sampled_from(_TEMPLATES))
    def the_template_changes(self, template: dict[str, Any] | None) -> None:
        """Labels or environment of the pods."""
        self.cluster.patch(NAME, template=None)
        self.cluster.patch(NAME, template=template)

    @happening(fields=st.sampled_from(_SETTINGS))
    def a_setting_changes(self, fields: dict[str, Any]) -> None:
        """What needs no rollout, or is refused."""
        self.cluster.patch(NAME, **fields)

    @happening(fields=st.lists(st.sampled_from(_SETTINGS), min_size=2, max_size=3), tag=st.sampled_from(IMAGES))
    def much_changes_at_once(self, fields: list[dict[str, Any]], tag: str) -> None:
        """Several changes of the spec between two syncs."""
        for one in fields:
            self.cluster.patch(NAME, **one)
        self.cluster.patch(NAME, image=f"shop:{tag}")

    @happening(paused=st.sampled_from([True, None]))
    def the_rollout_is_paused(self, *, paused: bool | None) -> None:
        """Paused, or let go on."""
        self.cluster.patch(NAME, paused=paused)

    @happening(steps=st.sampled_from(_PLANS))
    def the_plan_changes(self, steps: list[dict[str, int]] | None) -> None:
        """Shorter, longer, other weights, other lengths."""
        self.cluster.patch(NAME, strategy={"steps": steps} if steps else None)

    @happening(traffic=st.sampled_from(_TRAFFIC))
    def the_traffic_changes(self, traffic: dict[str, Any] | None) -> None:
        """Other hosts and gateways, or calls from the mesh alone."""
        self.cluster.patch(NAME, traffic=None)
        self.cluster.patch(NAME, traffic=traffic)

    @happening(query=st.sampled_from(_QUERIES))
    def the_query_changes(self, query: str | None) -> None:
        """Another one, none, or one that is refused."""
        self.cluster.patch(NAME, prometheusQuery=query)

    @happening()
    def a_retry_is_asked_for(self) -> None:
        """A person wants the failed revision tried again."""
        self.retries += 1
        self.cluster.annotate(NAME, "canary.atze.io/retry", str(self.retries))
