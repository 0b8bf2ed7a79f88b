"""Structured logs: one line per decision, JSON by default (structlog)."""

import logging
from typing import Any

import structlog

from app.settings import Settings
from app.sync import Synced


def configure(settings: Settings) -> None:
    """Sends every log line of this process through structlog, to standard output."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if settings.log_format == "json" else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        cache_logger_on_first_use=True,
    )


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
