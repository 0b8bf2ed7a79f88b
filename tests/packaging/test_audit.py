"""The audit, with the real tool and a service of our own: a finding, a pass, and a service that is not there."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.packaging.audit import CLEAN, EXPLAINED, FOUND, NOT_ASKED, audit, judge
from tests.packaging.locks import locked
from tests.packaging.manifests import ROOT

LOCK = ROOT / "requirements" / "run.txt"
VULNERABILITY = {
    "id": "PYSEC-2026-1",
    "summary": "Made up.",
    "affected": [
        {
            "package": {"name": "starlette", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}


class Service(ThreadingHTTPServer):
    """Speaks as osv.dev does; knows of what it is told."""

    def __init__(self, known: dict[str, Any]) -> None:
        """`known` is vulnerabilities by package."""
        self.known, self.asked = known, set[str]()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def options(self) -> list[str]:
        """For pip-audit."""
        return ["-s", "osv", "--osv-url", f"http://127.0.0.1:{self.server_port}/v1/query"]


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        """Answers one query."""
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        self.server.asked.add(name)
        body = json.dumps({"vulns": [self.server.known[name]]} if name in self.server.known else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def service(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Runs while it is needed."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Service(request.param) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize("service", [{}], indirect=True, ids=["nothing-known"])
def test_a_clean_lock_passes(service: Service) -> None:
    """Every package of the lock was asked about, and the last sentence says how many."""
    verdict = audit(LOCK, service.options)
    names = {one.name for one in locked("run")}
    assert verdict.status == CLEAN, verdict.sentences
    assert verdict.sentences == [f"None of {len(names)} packages has a known vulnerability."]
    assert service.asked == names


@pytest.mark.parametrize("service", [{"starlette": VULNERABILITY}], indirect=True, ids=["one-known"])
def test_a_known_vulnerability_is_a_finding(service: Service) -> None:
    """The sentence names package, version and fix, and says whether it ships."""
    verdict = audit(LOCK, service.options)
    (version,) = (str(one.specifier).removeprefix("==") for one in locked("run") if one.name == "starlette")
    assert verdict.status == FOUND
    assert verdict.sentences == [f"starlette {version} (in the image) has PYSEC-2026-1, fixed in 99.0."]


def test_a_service_that_is_not_there_is_no_finding_and_no_pass() -> None:
    """Whoever reads the status can tell a vulnerability from a network."""
    with Service({}) as gone:
        options = gone.options
    verdict = audit(LOCK, options)
    assert verdict.status == NOT_ASKED
    assert verdict.sentences[0].startswith("The service could not be asked: ")


def test_a_package_that_the_service_does_not_know_was_not_audited() -> None:
    """pip-audit calls that no vulnerability; it is none that anybody has looked for."""
    skipped = {"name": "httpx", "skip_reason": "Dependency not found"}
    assert judge([skipped]).status == NOT_ASKED
    assert judge([]).status == NOT_ASKED
    broken = {"name": "mypy", "version": "1.0", "vulns": [{"id": "X-1", "fix_versions": []}]}
    assert judge([skipped, broken]).status == FOUND
    assert "mypy 1.0 (for development) has X-1, fixed in no version." in judge([skipped, broken]).sentences


def test_what_is_let_pass_has_a_reason() -> None:
    """An explanation is a sentence."""
    assert [name for name, reason in EXPLAINED.items() if not reason.endswith(".")] == []
