"""The hook as a process of its own, with real signals and a real network."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, Any, Final

import httpx
import pytest

from app import __main__ as program
from app.main import create_app
from app.settings import Settings
from tests.contract.hook import NOTHING_FOUND, checking, first, post, prometheus_says

PATIENCE: Final = 60.0
"""Seconds after which a process that hangs is ended, so that the test fails."""


def environment(**variables: str) -> dict[str, str]:
    """The environment of this process, with no settings but these; any free port will do, and no delay at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CANARYAPP_")}
    chosen = {"HOST": "127.0.0.1", "PORT": "0", "STOP_DELAY_SECONDS": "0", **variables}
    return {**kept, **{f"CANARYAPP_{name}": value for name, value in chosen.items()}}


@contextmanager
def started(*command: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process; whatever happens, it does not outlive the test."""
    with subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, "-u", *command],
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def read_until(output: IO[str] | None, phrase: str) -> str:
    """Reads lines until one has the phrase in it, and returns that line."""
    assert output is not None
    seen = []
    for line in output:
        seen.append(line)
        if phrase in line:
            return line
    raise AssertionError(f"{phrase!r} was not said, but: {''.join(seen)}")


def address(line: str, scheme: str = "http") -> str:
    """The address in uvicorn's line."""
    return next(word for word in line.replace('"', " ").split() if word.startswith(f"{scheme}://"))


@contextmanager
def slow_prometheus() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """Its address, whether it was asked, and when it may answer."""
    asked, may_answer = threading.Event(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.set()
            may_answer.wait(PATIENCE)
            body = json.dumps(NOTHING_FOUND).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked, may_answer
        finally:
            may_answer.set()
            server.shutdown()
            serving.join()


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGINT])
def test_python_m_app_serves_until_it_is_told_to_stop(ended_by: signal.Signals) -> None:
    """It says where it listens, serves, refuses what is too large, logs a line a decision, and ends with status 0."""
    with started("-m", "app", MAX_BODY_BYTES="1000000") as process:
        url = address(read_until(process.stdout, "Uvicorn running on"))
        answers = [
            httpx.get(f"{url}/readyz", trust_env=False),
            httpx.post(f"{url}/sync", content=first().request, trust_env=False),
            httpx.post(f"{url}/sync", content=b" " * 5_000_000, trust_env=False),
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 413]
        process.send_signal(ended_by)
        rest, _ = process.communicate()
        assert process.returncode == 0
        lines = [json.loads(line) for line in rest.splitlines()]
        assert [line["app"] for line in lines if "app" in line] == ["default/shop"]
        assert {line["logger"] for line in lines if "app" not in line} == {"uvicorn.error"}


@contextmanager
def syncing(url: str) -> Iterator[list[httpx.Response | httpx.HTTPError]]:
    """A sync in the background; what came of it is there afterwards."""
    came: list[httpx.Response | httpx.HTTPError] = []

    def sync() -> None:
        try:
            came.append(httpx.post(f"{url}/sync", content=checking().request, trust_env=False, timeout=PATIENCE))
        except httpx.HTTPError as problem:
            came.append(problem)

    thread = threading.Thread(target=sync)
    thread.start()
    try:
        yield came
    finally:
        thread.join()


def waiting_for(prometheus: str, **more: str) -> dict[str, str]:
    """Settings of a hook that waits for this Prometheus as long as it takes."""
    return {
        "PROMETHEUS_URL": prometheus,
        "PROMETHEUS_ORIGINS": prometheus,
        "QUERY_DEADLINE_SECONDS": "60",
        **more,
    }


def test_a_request_under_way_is_finished_first() -> None:
    """After SIGTERM a sync that waits for Prometheus still gets its answer; then the process ends with status 0."""
    with (
        slow_prometheus() as (prometheus, asked, may_answer),
        started("-m", "app", **waiting_for(prometheus)) as process,
    ):
        url = address(read_until(process.stdout, "Uvicorn running on"))
        with syncing(url) as came:
            assert asked.wait(PATIENCE)
            process.send_signal(signal.SIGTERM)
            read_until(process.stdout, "Waiting for connections to close")
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{url}/healthz", trust_env=False)
            may_answer.set()
        process.communicate()
        assert process.returncode == 0
    assert isinstance(came[0], httpx.Response)
    assert came[0].status_code == 200
    assert list(came[0].json()) == ["status", "children", "resyncAfterSeconds"]


def test_readiness_goes_first_and_new_requests_are_served_meanwhile() -> None:
    """Until everybody knows that the pod is going, whoever still comes is served, and told not to come back.

    A second SIGTERM ends it, whatever is under way.
    """
    with (
        slow_prometheus() as (prometheus, asked, _),
        started("-m", "app", **waiting_for(prometheus, STOP_DELAY_SECONDS="300")) as process,
    ):
        url = address(read_until(process.stdout, "Uvicorn running on"))
        with syncing(url) as came:
            assert asked.wait(PATIENCE)
            process.send_signal(signal.SIGTERM)
            read_until(
                process.stdout, "Told to stop; not ready any more, new connections are taken for 300 more seconds."
            )
            ready, alive, synced = (
                httpx.get(f"{url}/readyz", trust_env=False),
                httpx.get(f"{url}/healthz", trust_env=False),
                httpx.post(f"{url}/sync", content=first().request, trust_env=False),
            )
            assert (ready.status_code, ready.json()) == (503, {"error": "The hook is about to stop."})
            assert [answer.status_code for answer in (alive, synced)] == [200, 200]
            assert [answer.headers["Connection"] for answer in (alive, synced)] == ["close", "close"]
            process.send_signal(signal.SIGTERM)
            read_until(process.stdout, "Told to stop again; requests that are not answered: ")
            process.communicate()
            assert process.returncode == 0
    (one,) = came
    assert isinstance(one, httpx.HTTPError) or one.status_code == 500


def test_the_delay_ends_by_itself() -> None:
    """One SIGTERM is enough."""
    with started("-m", "app", STOP_DELAY_SECONDS="0.01") as process:
        read_until(process.stdout, "Uvicorn running on")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate()
        assert process.returncode == 0
        assert "Application shutdown complete." in said


def test_uvicorn_serves_the_same_application() -> None:
    """`uvicorn app.main:app` is the other way to start it."""
    with started("-m", "uvicorn", "app.main:app", "--port", "0") as process:
        url = address(read_until(process.stdout, "Uvicorn running on"))
        answer = httpx.post(f"{url}/sync", content=first().request, trust_env=False)
        assert answer.status_code == 200
        assert [child["kind"] for child in answer.json()["children"]] == [
            child["kind"] for child in json.loads(first().response)["children"]
        ]


def test_settings_that_make_no_sense_end_it_with_a_sentence() -> None:
    """No traceback: the variable, what is wrong with it, and a status that is not 0."""
    with started("-m", "app", PROMETHEUS_URL="http://elsewhere:9090", LOG_LEVEL="info") as process:
        said, _ = process.communicate()
        assert process.returncode == 1
        assert said == (
            "CANARYAPP_PROMETHEUS_URL names http://elsewhere:9090, which the operator does not allow; "
            "allowed: http://prometheus.istio-system.svc:9090.\n"
        )


WITHOUT_THE_BENCH: Final = """
import sys
for name in ("typer", "rich", "yaml", "hatchling", "jsonschema", "pytest", "hypothesis"):
    sys.modules[name] = None
import app.main
print(sorted(name for name in sys.modules if name.startswith(("app.simulation", "app.cli"))))
"""


def test_the_hook_needs_nothing_of_the_test_bench() -> None:
    """The image has neither the command line's packages nor a use for the embedded cluster."""
    with started("-c", WITHOUT_THE_BENCH) as process:
        said, _ = process.communicate()
        assert (process.returncode, said) == (0, "[]\n")


def test_a_signal_before_it_serves_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first process of a container heeds SIGTERM from the beginning; that it did not start is no failure then."""

    def start(_: Settings) -> Any:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(program, "make_server", start)
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            program.main()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended.value.code == 0


def test_what_is_imported_is_out_of_the_collectors_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The garbage collector does not look through the modules again and again while requests wait."""
    frozen: list[object] = []

    class Served:
        def run(self) -> None:
            frozen.append("served")

    monkeypatch.setattr(program, "make_server", lambda _: Served())
    monkeypatch.setattr("gc.freeze", lambda: frozen.append("frozen"))
    monkeypatch.setattr("gc.set_threshold", frozen.append)
    before = signal.getsignal(signal.SIGTERM)
    try:
        program.main()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert frozen == ["frozen", 20_000, "served"]


def test_the_time_is_that_of_the_machine() -> None:
    """Where no other clock is given, a sync happens now, in UTC."""
    app = create_app(Settings(log_level="error"), transport=prometheus_says(NOTHING_FOUND))
    before = datetime.now(UTC)
    since = post(app, first().request).json()["status"]["phaseSince"]
    assert before - timedelta(milliseconds=1) <= datetime.fromisoformat(since) <= datetime.now(UTC)
