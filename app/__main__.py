"""`python -m app`: the hook under uvicorn, configured from the environment."""

import signal
import sys
from types import FrameType

from pydantic import ValidationError

from app.door.files import UnusableFileError
from app.serving.server import make_server
from app.settings import Settings, refused_variables


def main() -> None:
    """Serves until SIGTERM or SIGINT; requests under way are finished first, and the exit status is then 0."""
    # Until the server heeds signals itself. The first process of a container would not be ended by one otherwise.
    signal.signal(signal.SIGTERM, _end)
    try:
        make_server(Settings()).run()
    except ValidationError as invalid:
        sys.exit("\n".join(refused_variables(invalid)))
    except UnusableFileError as unusable:
        sys.exit(str(unusable))


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
