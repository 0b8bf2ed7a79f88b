"""What every model of the API shares."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

MAX_IMAGE: Final = 1024
"""Characters of an image's name."""


MAX_REVISION_NAME: Final = 63
"""Characters of a revision's name, which is the value of a label."""


class ApiModel(BaseModel):
    """A frozen model with camelCase names on the wire; fields it does not know are let pass."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True, validate_default=False
    )


def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, so that short steps are not rounded away."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _utc(moment: object) -> datetime:
    """A time in UTC, which one without a zone is, as every time in a Kubernetes object."""
    if not isinstance(moment, str | datetime):
        raise ValueError("must be a time")  # noqa: TRY004 - pydantic makes a ValidationError of it
    parsed = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if parsed.tzinfo is UTC:
        return parsed
    try:
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("is out of range in UTC") from None


def plain_number(value: float) -> float:
    """With at most three decimals, and with none where it is whole: Metacontroller takes 0.0 and 0 for a difference."""
    rounded = round(value, 3)
    return int(rounded) if rounded.is_integer() else rounded


Time = Annotated[datetime, BeforeValidator(_utc), PlainSerializer(format_time, return_type=str)]
Duration = Annotated[float, PlainSerializer(plain_number, return_type=int | float)]
