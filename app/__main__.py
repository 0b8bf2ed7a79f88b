"""`python -m app`: the hook under uvicorn, configured from the environment."""

import gc
import signal
import sys
from types import FrameType
from typing import Final

from pydantic import ValidationError

from app.door.files import UnusableFileError
from app.serving.server import Server, make_server
from app.settings import Settings, refused_variables

_YOUNG_OBJECTS: Final = 20_000
"""New objects between two looks of the garbage collector: about as many as ten syncs make."""


def main() -> None:
    """Serves until SIGTERM or SIGINT; requests under way are finished first, and the exit status is then 0."""
    # Until the server heeds signals itself. The first process of a container would not be ended by one otherwise.
    signal.signal(signal.SIGTERM, _end)
    server = _server()
    # What is imported stays until the end; the garbage collector need not look through it again and again. A request
    # leaves next to nothing behind that is not freed by itself.
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    server.run()


def _server() -> Server:
    try:
        return make_server(Settings())
    except ValidationError as invalid:
        sys.exit("\n".join(refused_variables(invalid)))
    except UnusableFileError as unusable:
        sys.exit(str(unusable))


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
