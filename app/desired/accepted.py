"""The settings in force, kept on children for the day when the spec is refused."""

import json

from app.resource import names
from app.resource.spec import Spec


def accepted_settings(settings: Spec) -> dict[str, str]:
    """The annotation that keeps the spec, without image and template, which the ControllerRevisions keep."""
    accepted = settings.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude_defaults=True, exclude={"image", "template"}
    )
    return {names.ANNOTATION_ACCEPTED: json.dumps(accepted, sort_keys=True, separators=(",", ":"))}
