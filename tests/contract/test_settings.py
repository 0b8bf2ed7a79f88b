"""The operator's configuration."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app import __main__ as program
from app.prometheus.client import Limits
from app.prometheus.origins import AllowedOrigins
from app.rollout.timings import Timings
from app.settings import Settings, refused_variables

PROMETHEUS = "http://prometheus.istio-system.svc:9090"

DEFAULTS: dict[str, Any] = {
    "host": "0.0.0.0",
    "port": 8080,
    "probe_port": None,
    "stop_delay_seconds": 5.0,
    "token_file": None,
    "tls_certificate_file": None,
    "tls_key_file": None,
    "tls_client_ca_file": None,
    "log_level": "info",
    "log_format": "json",
    "prometheus_url": PROMETHEUS,
    "prometheus_origins": PROMETHEUS,
    "query_deadline_seconds": 5.0,
    "max_answer_bytes": 4 * 1024 * 1024,
    "max_body_bytes": 16 * 1024 * 1024,
    "body_deadline_seconds": 3.0,
    "max_bytes_in_progress": 32 * 1024 * 1024,
    "check_interval_seconds": 10.0,
    "prometheus_tolerated_intervals": 3,
    "settle_seconds": 5.0,
}

VARIABLES: dict[str, tuple[str, Any]] = {
    "HOST": ("127.0.0.1", "127.0.0.1"),
    "PORT": ("0", 0),
    "PROBE_PORT": ("0", 0),
    "STOP_DELAY_SECONDS": ("0", 0.0),
    "TOKEN_FILE": ("/run/tokens", "/run/tokens"),
    "TLS_CERTIFICATE_FILE": ("/run/tls.crt", "/run/tls.crt"),
    "TLS_KEY_FILE": ("/run/tls.key", "/run/tls.key"),
    "TLS_CLIENT_CA_FILE": ("/run/ca.crt", "/run/ca.crt"),
    "LOG_LEVEL": ("debug", "debug"),
    "LOG_FORMAT": ("console", "console"),
    "PROMETHEUS_URL": (f"{PROMETHEUS}/prefix", f"{PROMETHEUS}/prefix"),
    "PROMETHEUS_ORIGINS": (f"{PROMETHEUS},http://b", f"{PROMETHEUS},http://b"),
    "QUERY_DEADLINE_SECONDS": ("0.5", 0.5),
    "MAX_ANSWER_BYTES": ("1024", 1024),
    "MAX_BODY_BYTES": ("1024", 1024),
    "BODY_DEADLINE_SECONDS": ("0.5", 0.5),
    "MAX_BYTES_IN_PROGRESS": ("16777217", 16 * 1024 * 1024 + 1),
    "CHECK_INTERVAL_SECONDS": ("3600", 3600.0),
    "PROMETHEUS_TOLERATED_INTERVALS": ("0", 0),
    "SETTLE_SECONDS": ("0", 0.0),
}


TOGETHER: dict[str, tuple[str, ...]] = {
    "TLS_CERTIFICATE_FILE": ("TLS_KEY_FILE",),
    "TLS_KEY_FILE": ("TLS_CERTIFICATE_FILE",),
    "TLS_CLIENT_CA_FILE": ("TLS_CERTIFICATE_FILE", "TLS_KEY_FILE"),
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(f"CANARYAPP_{variable}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_an_environment_there_are_defaults() -> None:
    """The operator runs unconfigured, and these are the values it then has."""
    assert Settings().model_dump() == DEFAULTS


@pytest.mark.parametrize(("variable", "case"), VARIABLES.items(), ids=VARIABLES)
def test_every_setting_comes_from_the_environment(
    variable: str, case: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one from the variable of its name, with the prefix, and it alone, but for those that need each other."""
    text, value = case
    monkeypatch.setenv(f"CANARYAPP_{variable}", text)
    set_with_it = {name: VARIABLES[name] for name in TOGETHER.get(variable, ())}
    for other, (other_text, _) in set_with_it.items():
        monkeypatch.setenv(f"CANARYAPP_{other}", other_text)
    others = {other.lower(): other_value for other, (_, other_value) in set_with_it.items()}
    assert Settings().model_dump() == {**DEFAULTS, **others, variable.lower(): value}


def test_no_setting_is_left_out_here() -> None:
    """The tables above name every setting, and each is documented."""
    assert list(DEFAULTS) == [name.lower() for name in VARIABLES] == list(Settings.model_fields)
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())


def test_other_variables_and_files_are_let_pass(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only the variables that are documented are read: no file, and nothing that Kubernetes adds."""
    (tmp_path / ".env").write_text("CANARYAPP_PORT=1\n", "utf-8")
    monkeypatch.setenv("CANARYAPP_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("PORT", "2")
    assert Settings().model_dump() == DEFAULTS


REFUSED = {
    "an-empty-host": ("HOST", "", "String should have at least 1 character, got ''."),
    "a-word-for-a-port": (
        "PORT",
        "http",
        "Input should be a valid integer, unable to parse string as an integer, got 'http'.",
    ),
    "a-service-link-for-a-port": (
        "PORT",
        "tcp://10.0.0.1:80",
        "Input should be a valid integer, unable to parse string as an integer, got 'tcp://10.0.0.1:80'.",
    ),
    "a-negative-port": ("PORT", "-1", "Input should be greater than or equal to 0, got '-1'."),
    "port-70000": ("PORT", "70000", "Input should be less than or equal to 65535, got '70000'."),
    "a-word-for-the-probes-port": (
        "PROBE_PORT",
        "",
        "Input should be a valid integer, unable to parse string as an integer, got ''.",
    ),
    "a-long-delay": ("STOP_DELAY_SECONDS", "301", "Input should be less than or equal to 300, got '301'."),
    "an-empty-path-to-tokens": ("TOKEN_FILE", "", "String should have at least 1 character, got ''."),
    "an-empty-path-to-a-certificate": (
        "TLS_CERTIFICATE_FILE",
        "",
        "String should have at least 1 character, got ''.",
    ),
    "an-empty-path-to-a-key": ("TLS_KEY_FILE", "", "String should have at least 1 character, got ''."),
    "an-empty-path-to-authorities": ("TLS_CLIENT_CA_FILE", "", "String should have at least 1 character, got ''."),
    "no-time-for-a-body": ("BODY_DEADLINE_SECONDS", "0", "Input should be greater than 0, got '0'."),
    "next-to-nothing-in-progress": (
        "MAX_BYTES_IN_PROGRESS",
        "0",
        "Input should be greater than or equal to 1024, got '0'.",
    ),
    "an-unknown-level": ("LOG_LEVEL", "loud", "Input should be 'debug', 'info', 'warning' or 'error', got 'loud'."),
    "an-unknown-format": ("LOG_FORMAT", "xml", "Input should be 'json' or 'console', got 'xml'."),
    "no-deadline": ("QUERY_DEADLINE_SECONDS", "0", "Input should be greater than 0, got '0'."),
    "a-long-deadline": ("QUERY_DEADLINE_SECONDS", "61", "Input should be less than or equal to 60, got '61'."),
    "a-deadline-that-is-no-number": (
        "QUERY_DEADLINE_SECONDS",
        "nan",
        "Input should be less than or equal to 60, got 'nan'.",
    ),
    "an-endless-deadline": ("QUERY_DEADLINE_SECONDS", "inf", "Input should be less than or equal to 60, got 'inf'."),
    "a-small-answer": ("MAX_ANSWER_BYTES", "1023", "Input should be greater than or equal to 1024, got '1023'."),
    "a-small-body": ("MAX_BODY_BYTES", "0", "Input should be greater than or equal to 1024, got '0'."),
    "no-interval": ("CHECK_INTERVAL_SECONDS", "0", "Input should be greater than 0, got '0'."),
    "a-long-interval": ("CHECK_INTERVAL_SECONDS", "3601", "Input should be less than or equal to 3600, got '3601'."),
    "negative-tolerance": (
        "PROMETHEUS_TOLERATED_INTERVALS",
        "-1",
        "Input should be greater than or equal to 0, got '-1'.",
    ),
    "endless-tolerance": (
        "PROMETHEUS_TOLERATED_INTERVALS",
        "1001",
        "Input should be less than or equal to 1000, got '1001'.",
    ),
    "half-an-interval-of-tolerance": (
        "PROMETHEUS_TOLERATED_INTERVALS",
        "1.5",
        "Input should be a valid integer, unable to parse string as an integer, got '1.5'.",
    ),
    "negative-settling": ("SETTLE_SECONDS", "-1", "Input should be greater than or equal to 0, got '-1'."),
    "long-settling": ("SETTLE_SECONDS", "601", "Input should be less than or equal to 600, got '601'."),
}


@pytest.mark.parametrize(("variable", "value", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_value_out_of_bounds_is_refused(
    variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m app` ends with a sentence that names the variable, the bound and the value."""
    monkeypatch.setenv(f"CANARYAPP_{variable}", value)
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == f"CANARYAPP_{variable}: {sentence}"


CONTRADICTIONS = {
    "a-prometheus-that-is-not-allowed": (
        {"prometheus_url": "http://other:9090"},
        f"CANARYAPP_PROMETHEUS_URL names http://other:9090, which the operator does not allow; allowed: {PROMETHEUS}.",
    ),
    "origins-without-the-default": (
        {"prometheus_origins": "http://other:9090"},
        f"CANARYAPP_PROMETHEUS_URL names {PROMETHEUS}, which the operator does not allow; allowed: http://other:9090.",
    ),
    "no-origins": (
        {"prometheus_origins": " , "},
        f"CANARYAPP_PROMETHEUS_URL names {PROMETHEUS}, which the operator does not allow; allowed: none.",
    ),
    "a-prometheus-that-is-no-url": (
        {"prometheus_url": "prometheus:9090"},
        "CANARYAPP_PROMETHEUS_URL must start with http:// or https://.",
    ),
    "a-prometheus-with-a-password": (
        {"prometheus_url": "http://user:hunter2@prom:9090"},
        "CANARYAPP_PROMETHEUS_URL must not carry a user name or password.",
    ),
    "an-origin-that-is-no-url": (
        {"prometheus_origins": f"{PROMETHEUS}, prom:9090"},
        "CANARYAPP_PROMETHEUS_ORIGINS: entry 2 must start with http:// or https://.",
    ),
    "a-certificate-without-a-key": (
        {"tls_certificate_file": "/run/tls.crt"},
        "CANARYAPP_TLS_CERTIFICATE_FILE and CANARYAPP_TLS_KEY_FILE are only of use together.",
    ),
    "a-key-without-a-certificate": (
        {"tls_key_file": "/run/tls.key"},
        "CANARYAPP_TLS_CERTIFICATE_FILE and CANARYAPP_TLS_KEY_FILE are only of use together.",
    ),
    "authorities-of-clients-without-tls": (
        {"tls_client_ca_file": "/run/ca.crt"},
        "CANARYAPP_TLS_CLIENT_CA_FILE is only of use with CANARYAPP_TLS_CERTIFICATE_FILE.",
    ),
    "less-in-progress-than-one-body": (
        {"max_bytes_in_progress": 2048, "max_body_bytes": 4096},
        "CANARYAPP_MAX_BYTES_IN_PROGRESS is 2048, which is less than CANARYAPP_MAX_BODY_BYTES, 4096.",
    ),
    "an-origin-with-a-path": (
        {"prometheus_origins": f"{PROMETHEUS}/prefix"},
        "CANARYAPP_PROMETHEUS_ORIGINS: entry 1 must not have a path: an origin is scheme, host and port.",
    ),
}


@pytest.mark.parametrize(("values", "sentence"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_settings_that_contradict_each_other_are_refused(values: dict[str, Any], sentence: str) -> None:
    """The default Prometheus must be one of the allowed; no password gets into the message."""
    with pytest.raises(ValidationError) as refused:
        Settings(**values)
    assert refused_variables(refused.value) == [sentence]


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody corrects them one by one, restart by restart."""
    monkeypatch.setenv("CANARYAPP_PORT", "x")
    monkeypatch.setenv("CANARYAPP_SETTLE_SECONDS", "-1")
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert re.findall(r"^CANARYAPP_\w+", str(ended.value.code), re.MULTILINE) == [
        "CANARYAPP_PORT",
        "CANARYAPP_SETTLE_SECONDS",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "http://a,http://b:9090,https://c",
        " http://a , http://b:9090/ ,\thttps://c:443\n",
        "http://a,,https://c,http://b:9090,",
    ],
    ids=["plain", "spaced", "empty-entries"],
)
def test_several_origins_are_separated_by_commas(text: str) -> None:
    """Spaces around them and empty entries do not matter, nor does their order."""
    settings = Settings(prometheus_origins=text, prometheus_url="http://a")
    assert settings.origins == AllowedOrigins.parse(("http://a:80", "http://b:9090", "https://c:443"))


def test_settings_are_frozen() -> None:
    """Nothing changes the configuration of a process that runs."""
    with pytest.raises(ValidationError, match="Instance is frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_the_parts_get_what_the_settings_say() -> None:
    """Intervals for the rollout, bounds for the client: each value arrives where it is used."""
    settings = Settings(
        settle_seconds=1,
        check_interval_seconds=2,
        prometheus_tolerated_intervals=4,
        query_deadline_seconds=6,
        max_answer_bytes=7000,
        prometheus_url=f"{PROMETHEUS}/prefix",
    )
    assert settings.limits == Limits(deadline=6, max_bytes=7000)
    assert settings.timings == Timings(
        settle=1, check_interval=2, prometheus_tolerance=8, prometheus_url=f"{PROMETHEUS}/prefix"
    )
