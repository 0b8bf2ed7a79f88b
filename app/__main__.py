"""`python -m app`: the hook under uvicorn, configured from the environment."""

import uvicorn

from app.settings import Settings


def main() -> None:
    """Serves until SIGTERM or SIGINT; requests under way are finished first."""
    settings = Settings()
    uvicorn.run(
        "app.main:app",
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=15,
    )


if __name__ == "__main__":
    main()
