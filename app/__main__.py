"""`python -m app`: the hook under uvicorn, configured from the environment."""

import gc
import importlib
import math
import signal
import sys
from types import FrameType
from typing import Final

import uvicorn
from pydantic import ValidationError

from app import logs
from app.settings import Settings, refused_variables

_YOUNG_OBJECTS: Final = 20_000
"""New objects between two looks of the garbage collector: about as many as ten syncs make."""


def main() -> None:
    """Serves until SIGTERM or SIGINT; requests under way are finished first, and the exit status is then 0."""
    try:
        settings = Settings()
    except ValidationError as invalid:
        sys.exit("\n".join(refused_variables(invalid)))
    importlib.import_module("app.main")
    # What is imported stays until the end; the garbage collector need not look through it again and again. A request
    # leaves next to nothing behind that is not freed by itself.
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    # uvicorn raises the signal that stopped it once more when all is done; that must not look like a crash.
    signal.signal(signal.SIGTERM, _end)
    uvicorn.run(
        "app.main:app",
        host=settings.host,
        port=settings.port,
        log_config=logs.of_the_server(settings),
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # A sync under way may still wait for Prometheus.
        timeout_graceful_shutdown=math.ceil(settings.query_deadline_seconds) + 10,
    )


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
