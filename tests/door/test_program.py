"""`python -m app` with a lock on its door: a process of its own, with everything that can be set."""

import json
import signal
from pathlib import Path

import httpx
import pytest

from app import __main__ as program
from tests.contract.hook import first
from tests.contract.test_process import address, environment, read_until, started
from tests.door.certificates import ours, theirs, trusting
from tests.door.mounted import Mounted

TOKEN = "0123456789abcdef-token"  # noqa: S105 - it opens nothing but this test


@pytest.fixture
def secret(tmp_path: Path) -> Mounted:
    """Certificate, key, authority and tokens."""
    return Mounted(
        tmp_path / "secret", {**ours().server(), "ca.crt": ours().pem, "accepted": TOKEN.encode(), "short": b"x"}
    )


def settings(secret: Mounted) -> dict[str, str]:
    """All of them."""
    return {
        "TLS_CERTIFICATE_FILE": secret / "tls.crt",
        "TLS_KEY_FILE": secret / "tls.key",
        "TLS_CLIENT_CA_FILE": secret / "ca.crt",
        "TOKEN_FILE": secret / "accepted",
        "PROBE_PORT": "0",
    }


def test_all_locks_hold_together_and_are_changed_while_it_runs(secret: Mounted) -> None:
    """Certificate and token are both needed, probes need neither; new ones are taken without a restart; status 0."""
    with started("-m", "app", **settings(secret)) as process:
        url = address(read_until(process.stdout, "Uvicorn running on"), "https").replace("127.0.0.1", "localhost")
        probes = address(read_until(process.stdout, "Uvicorn running on"))
        friend, bearer = trusting(ours(), ours().client()), {"Authorization": f"Bearer {TOKEN}"}

        def sync(headers: dict[str, str]) -> httpx.Response:
            return httpx.post(f"{url}/sync", content=first().request, headers=headers, verify=friend, trust_env=False)

        assert (sync(bearer).status_code, sync({}).status_code) == (200, 401)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/healthz", verify=trusting(ours()), trust_env=False)
        assert httpx.get(f"{probes}/readyz", trust_env=False).json() == {"status": "ready"}
        assert httpx.post(f"{probes}/sync", content=first().request, headers=bearer, trust_env=False).status_code == 404
        secret.swap({**theirs().server(), "ca.crt": theirs().pem, "accepted": b"another-0123456789abcdef"})
        with pytest.raises(httpx.ConnectError):
            sync(bearer)
        friend = trusting(theirs(), theirs().client())
        assert sync(bearer).status_code == 401
        assert sync({"Authorization": "Bearer another-0123456789abcdef"}).status_code == 200
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate()
        assert process.returncode == 0
        assert TOKEN not in rest
        events = [json.loads(line)["event"] for line in rest.splitlines()]
        assert [events.count(event) for event in ("certificates read again", "tokens read again")] == [1, 1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"TOKEN_FILE": "short"}, "Line 1 of the token file {0}/short is shorter than 16 characters."),
        ({"TLS_CLIENT_CA_FILE": "missing"}, "The file {0}/missing cannot be read: No such file or directory."),
    ],
)
def test_a_file_that_cannot_be_used_ends_it_with_a_sentence(
    secret: Mounted, changes: dict[str, str], sentence: str
) -> None:
    """Status 1, and nothing is served: no door stands open because its lock is broken."""
    chosen = {**settings(secret), **{name: secret / file for name, file in changes.items()}}
    with started("-m", "app", **chosen) as process:
        said, _ = process.communicate()
        assert (process.returncode, said) == (1, sentence.format(secret.folder) + "\n")


def test_a_lock_without_a_file_ends_it_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that lost its value does not leave the door open."""
    for name, value in environment(TOKEN_FILE="").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == "CANARYAPP_TOKEN_FILE: String should have at least 1 character, got ''."
