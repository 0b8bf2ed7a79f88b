"""What every model of the API shares."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel


class ApiModel(BaseModel):
    """A frozen model with camelCase names on the wire; fields it does not know are let pass."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, validate_default=False
    )


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, so that short steps are not rounded away."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _aware(moment: object) -> object:
    """Reads a time without a zone as UTC, as every time in a Kubernetes object is."""
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if isinstance(parsed, datetime) and parsed.tzinfo is None:
        return parsed.replace(tzinfo=UTC)
    return parsed


Time = Annotated[datetime, BeforeValidator(_aware), PlainSerializer(format_time, return_type=str)]
