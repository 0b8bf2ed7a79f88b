"""Structured logs: one line per decision, JSON by default (structlog), to standard output."""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from structlog.typing import Processor

from app.settings import Settings
from app.sync import Synced

_ENCODER: Final = json.JSONEncoder(default=repr)


def configure(settings: Settings) -> None:
    """Sets how the hook logs from now on."""
    structlog.configure(
        processors=[*_common(), *_rendering(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
    )


def of_the_server(settings: Settings) -> dict[str, Any]:
    """For `logging.config`: what uvicorn and other libraries log comes out in the same form as the hook's own lines."""
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.stdlib.add_logger_name, *_common()],
                "processors": [meta, *_rendering(settings)],
            }
        },
        "handlers": {
            "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "structlog"}
        },
        "root": {"handlers": ["stdout"], "level": settings.log_level.upper()},
        # httpx logs a line for every query; the measurement is in the decision's line.
        "loggers": {"httpx": {"level": "WARNING"}},
    }


def log_decision(synced: Synced, seconds: float) -> None:
    """One line for a sync: what was decided for which app, and why."""
    observation, decision = synced.observation, synced.decision
    structlog.get_logger().info(
        "decision",
        app=f"{observation.namespace}/{observation.app}",
        revision=decision.status.candidate_revision or decision.status.stable_revision,
        phase=decision.status.phase.value,
        stage=decision.status.stage.value,
        weight=decision.status.weight,
        action=decision.outcome.action.value,
        reason=decision.outcome.reason.value,
        message=decision.outcome.message,
        seconds=round(seconds, 4),
    )


def _encode(line: Mapping[str, Any], **_: Any) -> str:
    """JSON; one encoder for all lines, since making one takes longer than using it."""
    return _ENCODER.encode(line)


def _common() -> Sequence[Processor]:
    return (structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True))


def _rendering(settings: Settings) -> Sequence[Processor]:
    if settings.log_format == "json":
        return (structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_encode))
    # Plain tracebacks: the pretty ones print the values of all variables, and with them whole CanaryApps.
    return (
        structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback),
    )
