"""What is refused of a CanaryApp, with the path of the field and a sentence about its value."""

from typing import Any, Final

import pytest

from app.resource.refusal import Refusal, shown
from tests.resource.reading import LEAST, refusals

LONG: Final = "x" * 2000
URL: Final = "http://prometheus.istio-system.svc:9090"


def spec(**fields: Any) -> dict[str, Any]:
    """The least spec with some fields of its own."""
    return {**LEAST, **fields}


def traffic(hosts: list[str] | None, gateways: list[str] | None) -> dict[str, Any]:
    """A spec with hosts and gateways, where they are given."""
    return spec(traffic={key: value for key, value in (("hosts", hosts), ("gateways", gateways)) if value is not None})


def plan(*weights: object) -> dict[str, Any]:
    """A spec with a plan of these weights."""
    return spec(strategy={"steps": [{"weight": weight} for weight in weights]})


def nested(depth: int) -> list[Any]:
    """A list in a list, so many times."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def at_least(field: str, bound: int, got: object) -> str:
    """The sentence for a number that is too small."""
    return f"spec.{field}: input should be greater than or equal to {bound}, got {got}"


def at_most(field: str, bound: int, got: object) -> str:
    """The sentence for a number that is too large."""
    return f"spec.{field}: input should be less than or equal to {bound}, got {got}"


ASCII: Final = "must be printable ASCII characters without spaces"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        pytest.param(None, "spec: must be an object, got null", id="no spec"),
        pytest.param([], "spec: must be an object, got a list", id="a list"),
        pytest.param("v1", "spec: must be an object, got 'v1'", id="a string"),
        pytest.param(5, "spec: must be an object, got 5", id="a number"),
        pytest.param({"imageListenPort": 80}, "spec.image: is required", id="no image"),
        pytest.param({"image": "v1"}, "spec.imageListenPort: is required", id="no port"),
        pytest.param(spec(image=None), "spec.image: is required", id="image null"),
        pytest.param(
            {"image": "v1", "image_listen_port": 80}, "spec.imageListenPort: is required", id="a name of another form"
        ),
        pytest.param(
            spec(template={"spec": {"a": nested(300)}}),
            "spec.template.spec: is nested too deeply",
            id="a deep template",
        ),
        pytest.param(spec(image=""), "spec.image: must not be empty, got ''", id="empty image"),
        pytest.param(spec(image="a b"), f"spec.image: {ASCII}, got 'a b'", id="image with a space"),
        pytest.param(spec(image="a\n"), f"spec.image: {ASCII}, got 'a\\n'", id="image with a line end"),
        pytest.param(spec(image="ä:v1"), f"spec.image: {ASCII}, got 'ä:v1'", id="image with an umlaut"),
        pytest.param(
            spec(image=LONG),
            f"spec.image: string should have at most 1024 characters, got '{'x' * 78}…",
            id="long image",
        ),
        pytest.param(spec(image=5), "spec.image: input should be a valid string, got 5", id="image a number"),
        pytest.param(spec(imageListenPort=0), at_least("imageListenPort", 1, 0), id="port 0"),
        pytest.param(spec(imageListenPort=70000), at_most("imageListenPort", 65535, 70000), id="port 70000"),
        pytest.param(
            spec(imageListenPort="8088"),
            "spec.imageListenPort: input should be a valid integer, got '8088'",
            id="port as a string",
        ),
        pytest.param(
            spec(imageListenPort=True),
            "spec.imageListenPort: input should be a valid integer, got true",
            id="port true",
        ),
        pytest.param(
            spec(imageListenPort=80.5),
            "spec.imageListenPort: input should be a valid integer, got 80.5",
            id="half a port",
        ),
        pytest.param(spec(replicas=-1), at_least("replicas", 0, -1), id="negative replicas"),
        pytest.param(spec(replicas=10_001), at_most("replicas", 10_000, 10_001), id="too many replicas"),
        pytest.param(
            spec(replicas=10**5000), at_most("replicas", 10_000, "a number beyond all bounds"), id="endless replicas"
        ),
        pytest.param(
            spec(replicas=float("nan")), "spec.replicas: input should be a valid integer, got nan", id="replicas NaN"
        ),
        pytest.param(spec(testReplicas=0), at_least("testReplicas", 1, 0), id="no test replicas"),
        pytest.param(spec(testReplicas=10_001), at_most("testReplicas", 10_000, 10_001), id="too many test replicas"),
        pytest.param(spec(prometheusQuery=""), "spec.prometheusQuery: must not be empty, got ''", id="empty query"),
        pytest.param(
            spec(prometheusQuery="  "),
            "spec.prometheusQuery: is no PromQL: no expression found in input",
            id="blank query",
        ),
        pytest.param(
            spec(prometheusQuery="sum(rate(x[1m])"),
            "spec.prometheusQuery: is no PromQL: unclosed left parenthesis",
            id="unparsable query",
        ),
        pytest.param(
            spec(prometheusQuery="m[5m]"),
            "spec.prometheusQuery: must give an instant vector, got a range vector",
            id="a query of the wrong kind",
        ),
        pytest.param(
            spec(prometheusQuery="x" * 4097),
            f"spec.prometheusQuery: string should have at most 4096 characters, got '{'x' * 78}…",
            id="long query",
        ),
        pytest.param(spec(prometheusURL=""), "spec.prometheusURL: must not be empty", id="empty URL"),
        pytest.param(
            spec(prometheusURL="http://user:secret@host/" + LONG + LONG),
            "spec.prometheusURL: string should have at most 2048 characters",
            id="long URL, which may hold a password",
        ),
        pytest.param(
            spec(prometheusURL="http://evil.example:9090"),
            f"spec.prometheusURL: names http://evil.example:9090, which the operator does not allow; allowed: {URL}",
            id="a URL that is not allowed",
        ),
        pytest.param(
            spec(prometheusURL="http://user:secret@prometheus.istio-system.svc:9090"),
            "spec.prometheusURL: must not carry a user name or password",
            id="a URL with a password",
        ),
        pytest.param(
            spec(failWhenPrometheusFails="no"),
            "spec.failWhenPrometheusFails: input should be a valid boolean, got 'no'",
            id="no as a word",
        ),
        pytest.param(
            spec(failWhenPrometheusFails=1),
            "spec.failWhenPrometheusFails: input should be a valid boolean, got 1",
            id="1 for true",
        ),
        pytest.param(
            spec(trafficShiftUpdateInterval=0), at_least("trafficShiftUpdateInterval", 1, 0), id="steps of no time"
        ),
        pytest.param(
            spec(trafficShiftUpdateInterval=604_801),
            at_most("trafficShiftUpdateInterval", 604_800, 604_801),
            id="steps of more than a week",
        ),
        pytest.param(spec(deploymentReadyWaitTime=-1), at_least("deploymentReadyWaitTime", 0, -1), id="ready before"),
        pytest.param(
            spec(deploymentReadyWaitTime=86_401), at_most("deploymentReadyWaitTime", 86_400, 86_401), id="ready late"
        ),
        pytest.param(spec(template=[]), "spec.template: must be an object, got a list", id="template a list"),
        pytest.param(
            spec(template={"metadata": {"labels": {"a": 1}}}),
            "spec.template.metadata.labels.a: input should be a valid string, got 1",
            id="a label that is a number",
        ),
        pytest.param(
            spec(template={"spec": "x"}), "spec.template.spec: must be an object, got 'x'", id="a pod that is a string"
        ),
        pytest.param(spec(traffic="x"), "spec.traffic: must be an object, got 'x'", id="traffic a string"),
        pytest.param(traffic([], None), "spec.traffic.hosts: must not be empty, got a list", id="no hosts"),
        pytest.param(
            spec(traffic={"hosts": "x"}), "spec.traffic.hosts: must be a list, got 'x'", id="one host, without a list"
        ),
        pytest.param(traffic(["a", ""], None), "spec.traffic.hosts[1]: must not be empty, got ''", id="an empty host"),
        pytest.param(
            traffic([f"host-{number}" for number in range(51)], None),
            "spec.traffic.hosts: must have at most 50 entries, got a list",
            id="too many hosts",
        ),
        pytest.param(
            traffic(["*"], ["mesh"]),
            "spec.traffic.hosts: must not hold '*' with the gateway 'mesh': Istio refuses it",
            id="every host in the mesh",
        ),
        pytest.param(
            traffic(["*"], ["public", "mesh"]),
            "spec.traffic.hosts: must name hosts other than '*' beside the gateway 'mesh': Istio refuses '*' there",
            id="every host in the mesh and at a gateway",
        ),
        pytest.param(
            traffic(None, ["mesh", "public"]),
            "spec.traffic.hosts: must name hosts other than '*' beside the gateway 'mesh': Istio refuses '*' there",
            id="no host in the mesh and at a gateway",
        ),
        pytest.param(
            traffic(["shop"], ["mesh"]),
            "spec.traffic.hosts: must not name the app's own Service, which is always routed, got 'shop'",
            id="the app's own Service",
        ),
        pytest.param(
            traffic(["other", "shop.default.svc.cluster.local"], ["mesh"]),
            "spec.traffic.hosts: must not name the app's own Service, which is always routed, "
            "got 'shop.default.svc.cluster.local'",
            id="the app's own Service in full",
        ),
        pytest.param(
            traffic(["a.example", "a.example"], None),
            "spec.traffic.hosts: must not overlap, since Istio refuses that, got 'a.example' and 'a.example'",
            id="a host twice",
        ),
        pytest.param(
            traffic(["a.example", "b.example", "*.example"], None),
            "spec.traffic.hosts: must not overlap, since Istio refuses that, got 'a.example' and '*.example'",
            id="a host that another one covers",
        ),
        pytest.param(
            traffic(["*.a.example", "*.example"], None),
            "spec.traffic.hosts: must not overlap, since Istio refuses that, got '*.a.example' and '*.example'",
            id="hosts that another one covers",
        ),
        pytest.param(
            traffic(["*", "a.example"], None),
            "spec.traffic.hosts: must not overlap, since Istio refuses that, got '*' and 'a.example'",
            id="every host and one more",
        ),
        pytest.param(spec(strategy=5), "spec.strategy: must be an object, got 5", id="strategy a number"),
        pytest.param(plan(), "spec.strategy.steps: must not be empty, got a list", id="no steps"),
        pytest.param(
            spec(strategy={"steps": {"weight": 1}}), "spec.strategy.steps: must be a list, got an object", id="one step"
        ),
        pytest.param(
            spec(strategy={"steps": [{}]}), "spec.strategy.steps[0].weight: is required", id="a step without weight"
        ),
        pytest.param(
            spec(strategy={"steps": [None]}), "spec.strategy.steps[0]: must be an object, got null", id="a step null"
        ),
        pytest.param(plan(0), at_least("strategy.steps[0].weight", 1, 0), id="weight 0"),
        pytest.param(plan(10, 101), at_most("strategy.steps[1].weight", 100, 101), id="weight 101"),
        pytest.param(
            plan(10, 30, 20),
            "spec.strategy.steps[2].weight: must not fall below the step before it (30), got 20",
            id="weights that fall",
        ),
        pytest.param(
            spec(strategy={"steps": [{"weight": 1, "durationSeconds": 0}]}),
            at_least("strategy.steps[0].durationSeconds", 1, 0),
            id="a step of no time",
        ),
        pytest.param(
            spec(strategy={"steps": [{"weight": 1, "durationSeconds": 604_801}]}),
            at_most("strategy.steps[0].durationSeconds", 604_800, 604_801),
            id="a step of more than a week",
        ),
        pytest.param(
            spec(progressDeadlineSeconds=20),
            "spec.progressDeadlineSeconds: must be greater than deploymentReadyWaitTime (20), got 20",
            id="a deadline that nothing can keep",
        ),
        pytest.param(spec(progressDeadlineSeconds=0), at_least("progressDeadlineSeconds", 1, 0), id="deadline 0"),
        pytest.param(
            spec(progressDeadlineSeconds=604_801),
            at_most("progressDeadlineSeconds", 604_800, 604_801),
            id="a deadline after a week",
        ),
        pytest.param(spec(drainSeconds=-1), at_least("drainSeconds", 0, -1), id="draining before"),
        pytest.param(spec(drainSeconds=3601), at_most("drainSeconds", 3600, 3601), id="draining too long"),
        pytest.param(spec(revisionHistoryLimit=-1), at_least("revisionHistoryLimit", 0, -1), id="negative history"),
        pytest.param(spec(revisionHistoryLimit=101), at_most("revisionHistoryLimit", 100, 101), id="long history"),
        pytest.param(
            spec(paused="false"), "spec.paused: input should be a valid boolean, got 'false'", id="false as a word"
        ),
    ],
)
def test_refused(raw: object, problem: str) -> None:
    """Each bad spec is refused with one sentence: where, what, and the value."""
    assert refusals(raw) == [problem]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(plan(10, 10, 100), id="weights that stay, up to 100"),
        pytest.param(plan(*range(1, 51)), id="fifty steps"),
        pytest.param(traffic(["*"], None), id="every host"),
        pytest.param(traffic(["*"], ["public"]), id="every host at another gateway"),
        pytest.param(traffic(None, ["public"]), id="another gateway"),
        pytest.param(traffic(None, ["mesh"]), id="the mesh alone"),
        pytest.param(traffic(None, ["public", "partners"]), id="two other gateways"),
        pytest.param(
            traffic(["other.default.svc.cluster.local", "shopping.default.svc"], ["mesh"]),
            id="other Services in the mesh",
        ),
        pytest.param(traffic(["a.example"], ["mesh", "public"]), id="a host in the mesh and at a gateway"),
        pytest.param(traffic(["shop"], ["public"]), id="the app's name at a gateway"),
        pytest.param(traffic(["shop.example.org", "shopping"], ["mesh"]), id="hosts that look like the Service"),
        pytest.param(traffic(["*.a.example", "a.example", "*.b.example"], None), id="hosts apart"),
        pytest.param(spec(progressDeadlineSeconds=21), id="a deadline just after pods can be ready"),
        pytest.param(spec(replicas=0), id="no replicas"),
        pytest.param(spec(prometheusURL=URL + "/prometheus/"), id="an address with a path"),
        pytest.param(spec(image="x" * 1024), id="the longest image"),
    ],
)
def test_not_refused(raw: object) -> None:
    """What is just within the bounds is accepted."""
    assert refusals(raw) == []


TOO_LONG: Final = "metadata.name: must have at most 53 characters, so that the names of its children fit, got {}"
NOT_A_NAME: Final = (
    "metadata.name: must be lower case letters, digits and '-', starting with a letter, as its Service's name must, "
    "got {!r}"
)


@pytest.mark.parametrize(
    ("name", "problems"),
    [
        pytest.param("a", [], id="one letter"),
        pytest.param("a-1", [], id="a digit at the end"),
        pytest.param("a" * 53, [], id="53 characters"),
        pytest.param("a" * 54, [TOO_LONG.format(54)], id="54 characters"),
        pytest.param("a" * 253, [TOO_LONG.format(253)], id="253 characters"),
        pytest.param("1a", [NOT_A_NAME.format("1a")], id="a digit first"),
        pytest.param("a.b", [NOT_A_NAME.format("a.b")], id="a dot"),
        pytest.param("a-", [NOT_A_NAME.format("a-")], id="a hyphen at the end"),
        pytest.param("Shop", [NOT_A_NAME.format("Shop")], id="upper case"),
        pytest.param("shop\n", [NOT_A_NAME.format("shop\n")], id="a line end"),
    ],
)
def test_names(name: str, problems: list[str]) -> None:
    """A name is refused that its Service, or the longest of its children, could not be called by."""
    assert refusals(LEAST, name) == problems


def test_everything_is_told_in_the_order_of_the_fields() -> None:
    """Several refusals beyond the schema come together, in the order of the fields."""
    bad = spec(
        prometheusQuery="m[5m]",
        prometheusURL="ftp://host",
        template={"metadata": {"labels": {"app": "x"}}},
        traffic={"hosts": ["*"], "gateways": ["mesh"]},
        strategy={"steps": [{"weight": 2}, {"weight": 1}]},
        progressDeadlineSeconds=1,
    )
    assert [refusal.partition(": ")[0] for refusal in refusals(bad, "Shop")] == [
        "metadata.name",
        "spec.prometheusQuery",
        "spec.prometheusURL",
        "spec.template.metadata.labels[app]",
        "spec.traffic.hosts",
        "spec.strategy.steps[1].weight",
        "spec.progressDeadlineSeconds",
    ]


def test_everything_that_the_schema_refuses_is_told_in_the_order_of_the_fields() -> None:
    """Several refusals of the schema come together, after the name and in the order of the fields."""
    bad = {"strategy": {"steps": []}, "replicas": -1, "image": "", "paused": 1}
    assert [refusal.partition(": ")[0] for refusal in refusals(bad, "Shop")] == [
        "metadata.name",
        "spec.image",
        "spec.imageListenPort",
        "spec.replicas",
        "spec.strategy.steps",
        "spec.paused",
    ]


def test_ten_refusals_are_enough() -> None:
    """However much is wrong, no more is told than fits a status."""
    assert len(refusals(plan(*["x"] * 50))) == 10
    assert len(refusals(plan(*range(50, 0, -1)))) == 10


def test_long_paths_are_cut() -> None:
    """A path is bounded, whatever the team calls its labels."""
    (shown_refusal,) = refusals(spec(template={"metadata": {"labels": {"x" * 5000: "y"}}}))
    path, _, problem = shown_refusal.partition(": ")
    assert path == "spec.template.metadata.labels[" + "x" * 169 + "…"
    assert problem == "is no name for a label"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (1, "1"),
        (-(2**63), "-9223372036854775808"),
        (2**64, "a number beyond all bounds"),
        (1.5, "1.5"),
        ("it's", '"it\'s"'),
        ("x" * 100, "'" + "x" * 78 + "…"),
        ("\ud800", "'\\ud800'"),
        ({"password": "secret"}, "an object"),
        (["secret"], "a list"),
    ],
)
def test_values_in_sentences(value: object, words: str) -> None:
    """A value is named in JSON's words, short, and without what objects and lists hold."""
    assert shown(value) == words


def test_a_refusal_is_a_sentence() -> None:
    """A refusal reads as the field and what is wrong with it."""
    assert str(Refusal("spec.image", "is required")) == "spec.image: is required"
