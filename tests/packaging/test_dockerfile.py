"""The image: its Dockerfile's own steps are followed in a folder, and the hook is started from what they leave.

The only test that reaches for PyPI, as `docker build .` does.
"""

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.main import create_app
from app.resource import names
from app.settings import Settings
from tests.packaging.dockerfile import Stage, parse
from tests.packaging.engine import Image, build
from tests.packaging.manifests import ROOT

BUILD_TOOLS = ("pip", "setuptools", "wheel", "hatchling", "editables")
NOT_OF_THE_HOOK = ("app.simulation", "app.cli", "typer", "rich", "yaml", "pytest", "hypothesis", "mypy", "coverage")
START_LIMIT = 60.0
REQUEST = {
    "parent": {
        "apiVersion": names.API_VERSION,
        "kind": names.KIND,
        "metadata": {"name": "shop", "namespace": "default", "uid": "1", "generation": 1},
        "spec": {"image": "shop:v1", "imageListenPort": 8088},
    },
    "children": {group: {} for group in names.CHILD_GROUPS},
    "finalizing": False,
}


@dataclass(frozen=True)
class Running:
    """The hook, started as the image starts it."""

    process: subprocess.Popen[bytes]
    port: int

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        """Status and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body)
        response = connection.getresponse()
        try:
            return response.status, response.read().decode()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    """The Dockerfile."""
    return parse((ROOT / "Dockerfile").read_text("utf-8"))


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image]:
    """What the steps leave, by stage."""
    return build(ROOT, tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def image(images: dict[str, Image]) -> Image:
    """What is shipped."""
    return images[""]


@pytest.fixture
def running(image: Image, stages: list[Stage]) -> Iterator[Running]:
    """The hook, ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = image.found(stages[-1].last("CMD").command)
    chosen = {"CANARYAPP_PORT": str(port), "CANARYAPP_HOST": "127.0.0.1", "CANARYAPP_STOP_DELAY_SECONDS": "0"}
    environment = image.environment(chosen)
    with subprocess.Popen(command, cwd=image.directory, env=environment) as process:  # noqa: S603 - the image's own
        hook = Running(process, port)
        try:
            _wait_until_ready(hook)
            yield hook
        finally:
            process.kill()


def _wait_until_ready(hook: Running) -> None:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if hook.ask("GET", "/readyz")[0] == 200:
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"The hook ended with {hook.process.wait(0.05)}.")
    pytest.fail(f"The hook was not ready after {START_LIMIT} s.")


def test_the_image_serves_a_sync_is_healthy_and_ends_with_status_0(
    running: Running, image: Image, stages: list[Stage]
) -> None:
    """A container of the image answers Metacontroller, passes its own health check, and stops when asked to."""
    before = _files(image)
    status, body = running.ask("POST", "/sync", json.dumps(REQUEST))
    assert status == 200, body
    assert json.loads(body)["status"]["phase"] == "Initializing"
    assert _check(image, stages, running.port).returncode == 0
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(START_LIMIT) == 0
    assert _check(image, stages, running.port).returncode != 0
    assert _files(image) == before, "A read-only file system would have refused this."


def test_the_image_holds_the_locked_packages_and_no_tools(images: dict[str, Image], image: Image) -> None:
    """No package is missing, none is there beside the lock, and nothing that could install one."""
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements/run.txt").read_text("utf-8"), re.MULTILINE))
    listing = "import importlib.metadata as m; print(*sorted(d.metadata['Name'] for d in m.distributions()))"
    installed = image.run(["python", "-c", listing]).stdout.split()
    assert {_canonical(name) for name in installed} == {_canonical(name) for name in locked}
    venv = str(images["build"].path("/opt/venv/bin/python"))
    checked = images["build"].run(["python", "-m", "pip", "--python", venv, "check"])
    assert (checked.returncode, checked.stdout.strip()) == (0, "No broken requirements found.")


def test_the_lock_covers_what_the_project_says_it_needs() -> None:
    """The image is installed from the lock alone; a dependency that was never locked does not go unnoticed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {_canonical(re.split(r"[^\w.-]", requirement)[0]) for requirement in project["dependencies"]}
    lock = (ROOT / "requirements/run.txt").read_text("utf-8")
    locked = {_canonical(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    assert needed <= locked


@pytest.mark.parametrize("module", [*BUILD_TOOLS, *NOT_OF_THE_HOOK])
def test_the_image_does_not_hold(image: Image, module: str) -> None:
    """Build tools, test tools, the command line and the simulation stay out of the image."""
    finding = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is not None)"
    pythons = [image.path("/opt/venv/bin/python"), image.path("/usr/local/bin/python")]
    assert [image.run([str(python), "-c", finding]).returncode for python in pythons] == [0, 0]


def test_the_image_holds_the_licence(image: Image) -> None:
    """Whoever gets the image gets the licence, as it asks for."""
    assert (image.directory / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_bytecode_of_the_hook_is_there_already(image: Image) -> None:
    """The file system is read-only: no start compiles what the build could have compiled."""
    sources = sorted(path for path in (image.directory / "app").rglob("*.py"))
    compiled = [path for path in sources if list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))]
    assert compiled == sources


def test_the_container_is_no_root_and_says_where_it_listens(stages: list[Stage]) -> None:
    """The user is numeric, for runAsNonRoot, and the port is the hook's default."""
    final = stages[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", final.last("USER").rest)
    assert final.last("EXPOSE").rest == str(Settings.model_fields["port"].default)
    assert final.last("LABEL").pairs["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_the_process_neither_writes_bytecode_nor_holds_back_its_log(image: Image) -> None:
    """A read-only file system is not written to, and a log line is there when it is written."""
    assert image.variables["PYTHONDONTWRITEBYTECODE"] == "1"
    assert image.variables["PYTHONUNBUFFERED"] == "1"


def test_the_health_check_asks_a_route_of_the_hook(stages: list[Stage]) -> None:
    """The health check follows the configured port and asks for /healthz."""
    *_, program = _health_command(stages)
    assert "CANARYAPP_PORT" in program
    assert "'/healthz'" in program
    assert "/healthz" in create_app(Settings()).openapi()["paths"]


def test_the_health_check_goes_to_the_probes_port_where_there_is_one(image: Image, stages: list[Stage]) -> None:
    """The other port may speak TLS, and want to see a certificate."""

    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Healthy) as server:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        ports = {"CANARYAPP_PORT": "1", "CANARYAPP_PROBE_PORT": str(server.server_port)}
        assert image.run(_health_command(stages), **ports).returncode == 0
        answering.join()


def test_the_base_image_is_pinned_once(stages: list[Stage]) -> None:
    """Build and run use the same Python, which the project supports."""
    outside = [stage.base for stage in stages if stage.base not in {earlier.name for earlier in stages}]
    (pinned,) = outside
    version = re.fullmatch(r"python:3\.(\d+)-slim-\w+", pinned)
    assert version is not None
    assert int(version[1]) >= 11


def _health_command(stages: list[Stage]) -> list[str]:
    check = stages[-1].last("HEALTHCHECK").rest
    words = json.loads(check.removeprefix("CMD "))
    return [str(word) for word in words]


def _check(image: Image, stages: list[Stage], port: int) -> subprocess.CompletedProcess[str]:
    return image.run(_health_command(stages), CANARYAPP_PORT=str(port))


def _files(image: Image) -> set[Path]:
    return set(image.root.rglob("*"))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
