"""The server to try rollouts with."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.packaging.dockerfile import parse
from tests.packaging.manifests import EXAMPLES, read

FOLDER = EXAMPLES / "status-code-server"


@dataclass(frozen=True)
class Serving:
    """The server on a free port."""

    process: subprocess.Popen[str]
    port: int

    def dial(self) -> socket.socket:
        """A connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def ask(self, path: str) -> tuple[int, str, str | None]:
        """Status, body and what is said of the connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(), response.getheader("Connection")


@pytest.fixture
def serving() -> Iterator[Serving]:
    """Version v2."""
    environment = {**os.environ, "VERSION": "v2", "PORT": "0"}
    with subprocess.Popen(  # noqa: S603 - the example's own program
        [sys.executable, FOLDER / "server.py"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = re.fullmatch(r"Serving v2 at port (\d+)\n", process.stdout.readline())
            assert said is not None
            yield Serving(process, int(said[1]))
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        pytest.param("/hello", 200, "Hello! v2", id="a good answer"),
        pytest.param("/nothello", 500, "NotHello! v2", id="a bad one"),
        pytest.param("/hello?again=1", 200, "Hello! v2", id="a query does not matter"),
        pytest.param("/", 404, "No such page! v2", id="anything else"),
    ],
)
def test_the_path_decides_the_status(serving: Serving, path: str, status: int, body: str) -> None:
    """/hello is well, /nothello is not, and the version comes from the environment."""
    assert serving.ask(path) == (status, body, "close")


def test_a_request_under_way_is_answered_before_the_end(serving: Serving) -> None:
    """SIGTERM loses no request that the server has begun with, and the status is 0."""
    with serving.dial() as half:
        half.sendall(b"GET /hello HTTP/1.1\r\n")
        # Connections are taken in their order: once this one is answered, the server has the first.
        assert serving.ask("/hello")[0] == 200
        serving.process.send_signal(signal.SIGTERM)
        _wait_until_refused(serving)
        half.sendall(b"Host: localhost\r\n\r\n")
        assert half.makefile("rb").read().endswith(b"Hello! v2")
    assert serving.process.wait(20) == 0


def _wait_until_refused(serving: Serving) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            serving.dial().close()
        except ConnectionError:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"The server ended with {serving.process.wait(0.02)} and a request under way.")
    pytest.fail("The server still takes connections 20 s after SIGTERM.")


def test_the_image_takes_the_version_as_an_argument_and_runs_as_no_root() -> None:
    """`docker build --build-arg VERSION=v2` makes v2; it listens where the sample CanaryApp says."""
    (stage,) = parse((FOLDER / "Dockerfile").read_text("utf-8"))
    assert stage.last("ARG").pairs == {"VERSION": "v1"}
    assert stage.last("ENV").pairs["VERSION"] == "$VERSION"
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", stage.last("USER").rest)
    assert (FOLDER / stage.last("CMD").command[-1]).is_file()
    (app,) = read(EXAMPLES / "canaryapp.yaml")
    assert stage.last("EXPOSE").rest == str(app["spec"]["imageListenPort"])
    assert f'"{stage.last("EXPOSE").rest}"' in (FOLDER / "server.py").read_text("utf-8")


def test_both_images_stand_on_the_same_python() -> None:
    """One pull for both."""
    hook, sample = (parse((folder / "Dockerfile").read_text("utf-8"))[0] for folder in (EXAMPLES.parent, FOLDER))
    assert sample.base == hook.base
