"""The operator's configuration, from the environment (`CANARYAPP_…`) into frozen settings."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

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
