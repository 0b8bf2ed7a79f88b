"""What the hook is measured against: `python -m benchmarks.baseline PORT BYTES`, served as the hook is.

`POST /parse` parses the body with orjson and answers with so many constant bytes; `POST /wait` awaits 50 ms instead.
"""

import asyncio
import sys

import orjson
import uvicorn
from fastapi import FastAPI, Request, Response

from benchmarks.prometheus import AWAY


def create(size: int) -> FastAPI:
    """The application; its answers have `size` bytes."""
    app = FastAPI()
    constant = b'"' + b"x" * (size - 2) + b'"'

    @app.post("/parse")
    async def parse(request: Request) -> Response:
        orjson.loads(await request.body())
        return Response(constant, media_type="application/json")

    @app.post("/wait")
    async def wait(request: Request) -> Response:
        orjson.loads(await request.body())
        await asyncio.sleep(AWAY)
        return Response(constant, media_type="application/json")

    @app.get("/readyz")
    async def readyz() -> Response:
        return Response(b"{}")

    return app


def main(port: int, size: int) -> None:
    """Serves until SIGTERM, with the options of `python -m app`."""
    uvicorn.run(create(size), host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
