"""The operator's configuration, from the environment (`CANARYAPP_…`) into frozen settings."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.door.admission import Bounds
from app.door.tls import TlsFiles
from app.prometheus.client import Limits
from app.prometheus.origins import AllowedOrigins, origin_error
from app.rollout.timings import Timings

PREFIX: Final = "CANARYAPP_"
DEFAULT_PROMETHEUS: Final = "http://prometheus.istio-system.svc:9090"


class Settings(BaseSettings):
    """Frozen settings; the process does not start with settings that contradict each other."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    host: Annotated[str, Field(min_length=1, description="Address to listen on.")] = "0.0.0.0"  # noqa: S104 - a pod's own network
    port: Annotated[int, Field(ge=0, le=65_535, description="Port to listen on.")] = 8080
    probe_port: Annotated[
        int | None,
        Field(ge=0, le=65_535, description="Port without TLS for `/healthz`, `/readyz` and `/metrics` alone."),
    ] = None
    stop_delay_seconds: Annotated[
        float, Field(ge=0, le=300, description="After SIGTERM: not ready, but new connections are still served.")
    ] = 5.0
    # Not empty: a lock must not be left off by a variable that lost its value.
    token_file: Annotated[
        str | None,
        Field(min_length=1, description="Bearer tokens that open the hooks, one a line; nobody needs one without it."),
    ] = None
    tls_certificate_file: Annotated[
        str | None, Field(min_length=1, description="The hook's certificate (PEM); without it, it speaks plain HTTP.")
    ] = None
    tls_key_file: Annotated[
        str | None, Field(min_length=1, description="Key of that certificate (PEM, not encrypted).")
    ] = None
    tls_client_ca_file: Annotated[
        str | None,
        Field(min_length=1, description="Authorities (PEM) by one of which a client's certificate must be signed."),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="Least severe level that is logged.")
    ] = "info"
    log_format: Annotated[Literal["json", "console"], Field(description="One JSON object a line, or for people.")] = (
        "json"
    )
    prometheus_url: Annotated[str, Field(description="Asked where a CanaryApp names no other.")] = DEFAULT_PROMETHEUS
    prometheus_origins: Annotated[
        str, NoDecode, Field(description="Origins that a CanaryApp may name, separated by commas.")
    ] = DEFAULT_PROMETHEUS
    query_deadline_seconds: Annotated[
        float, Field(gt=0, le=60, description="For all queries of a sync; well below the webhook's timeout.")
    ] = 5.0
    max_answer_bytes: Annotated[int, Field(ge=1024, description="Of one answer of Prometheus.")] = 4 * 1024 * 1024
    max_body_bytes: Annotated[int, Field(ge=1024, description="Of one request of Metacontroller.")] = 16 * 1024 * 1024
    body_deadline_seconds: Annotated[
        float,
        Field(gt=0, le=60, description="For the body of a request; with the one above below the webhook's timeout."),
    ] = 3.0
    max_bytes_in_progress: Annotated[
        int, Field(ge=1024, description="Of all requests that wait for an answer; one more is answered 429.")
    ] = 32 * 1024 * 1024
    check_interval_seconds: Annotated[
        float, Field(gt=0, le=3600, description="Between two questions to Prometheus during a rollout.")
    ] = 10.0
    prometheus_tolerated_intervals: Annotated[
        int,
        Field(ge=0, le=1000, description="Check intervals without an answer before failWhenPrometheusFails decides."),
    ] = 3
    settle_seconds: Annotated[
        float, Field(ge=0, le=600, description="How long a route must have stood before traffic follows it.")
    ] = 5.0

    @model_validator(mode="after")
    def _default_is_allowed(self) -> Self:
        try:
            origins = self.origins
        except ValueError as refused:
            raise ValueError(f"{PREFIX}PROMETHEUS_ORIGINS: {refused}") from None
        if problem := origin_error(self.prometheus_url, origins):
            raise ValueError(f"{PREFIX}PROMETHEUS_URL {problem}")
        return self

    @model_validator(mode="after")
    def _door_can_close(self) -> Self:
        if (self.tls_certificate_file is None) != (self.tls_key_file is None):
            raise ValueError(f"{PREFIX}TLS_CERTIFICATE_FILE and {PREFIX}TLS_KEY_FILE are only of use together")
        if self.tls_client_ca_file and not self.tls_certificate_file:
            raise ValueError(f"{PREFIX}TLS_CLIENT_CA_FILE is only of use with {PREFIX}TLS_CERTIFICATE_FILE")
        if self.max_bytes_in_progress < self.max_body_bytes:
            raise ValueError(
                f"{PREFIX}MAX_BYTES_IN_PROGRESS is {self.max_bytes_in_progress}, "
                f"which is less than {PREFIX}MAX_BODY_BYTES, {self.max_body_bytes}"
            )
        return self

    @property
    def bounds(self) -> Bounds:
        """Of requests."""
        return Bounds(
            body_bytes=self.max_body_bytes,
            body_seconds=self.body_deadline_seconds,
            held_bytes=self.max_bytes_in_progress,
        )

    @property
    def tls_files(self) -> TlsFiles | None:
        """The credentials of the hook as a server, where it has some."""
        if self.tls_certificate_file is None or self.tls_key_file is None:
            return None
        client_ca = Path(self.tls_client_ca_file) if self.tls_client_ca_file else None
        return TlsFiles(Path(self.tls_certificate_file), Path(self.tls_key_file), client_ca)

    @property
    def origins(self) -> AllowedOrigins:
        """Where Prometheus may be asked."""
        return AllowedOrigins.parse(tuple(filter(None, (url.strip() for url in self.prometheus_origins.split(",")))))

    @property
    def timings(self) -> Timings:
        """The operator's own intervals."""
        return Timings(
            settle=self.settle_seconds,
            check_interval=self.check_interval_seconds,
            prometheus_tolerance=self.prometheus_tolerated_intervals * self.check_interval_seconds,
            prometheus_url=self.prometheus_url,
        )

    @property
    def limits(self) -> Limits:
        """Bounds of one sync's questions to Prometheus."""
        return Limits(deadline=self.query_deadline_seconds, max_bytes=self.max_answer_bytes)


def refused_variables(invalid: ValidationError) -> list[str]:
    """Why the environment makes no settings: a sentence for each variable that is refused."""
    return [_sentence(error) for error in invalid.errors(include_url=False)]


def _sentence(error: ErrorDetails) -> str:
    if not error["loc"]:
        return f"{error['msg'].removeprefix('Value error, ')}."
    return f"{PREFIX}{str(error['loc'][0]).upper()}: {error['msg']}, got {error['input']!r}."
