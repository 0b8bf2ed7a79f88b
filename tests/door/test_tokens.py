"""The bearer token that Metacontroller sends, and everything else that somebody might send instead."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.door.files import UnusableFileError
from app.main import create_app
from app.settings import Settings
from tests.contract.hook import app_at, ask, settled
from tests.door.mounted import Mounted

OLD = "old-0123456789abcdef"
NEW = "new-0123456789abcdef"
HOOKS = ["/sync", "/finalize", "/customize"]


@pytest.fixture
def secret(tmp_path: Path) -> Mounted:
    """A mounted Secret with one token."""
    return Mounted(tmp_path / "secret", {"accepted": f"{OLD}\n".encode()})


@pytest.fixture
def app(secret: Mounted) -> FastAPI:
    """A hook that asks for it."""
    return app_at(settled(), token_file=secret / "accepted")


def sent(app: FastAPI, *authorization: str, path: str = "/sync", body: bytes | None = None) -> httpx.Response:
    """A request with these Authorization headers."""
    headers = [("Authorization", value) for value in authorization]
    return ask(app, "POST", path, content=settled().request if body is None else body, headers=headers)


@pytest.mark.parametrize("path", HOOKS)
def test_the_right_token_opens_every_hook(app: FastAPI, path: str) -> None:
    """As Metacontroller sends it; the scheme's case does not matter (RFC 9110, section 11.1)."""
    for scheme in ("Bearer", "bearer", "BEARER"):
        assert sent(app, f"{scheme} {OLD}", path=path).status_code == 200


WRONG = {
    "none": (),
    "empty": ("",),
    "another": (f"Bearer {NEW}",),
    "the-beginning-of-it": (f"Bearer {OLD[:-1]}",),
    "more-than-it": (f"Bearer {OLD}x",),
    "another-case": (f"Bearer {OLD.upper()}",),
    "an-empty-one": ("Bearer ",),
    "the-scheme-alone": ("Bearer",),
    "the-token-alone": (OLD,),
    "another-scheme": (f"Basic {OLD}",),
    "no-space": (f"Bearer{OLD}",),
    "quoted": (f'Bearer "{OLD}"',),
    "twice": (f"Bearer {OLD}", f"Bearer {OLD}"),
    "one-of-two": (f"Bearer {NEW}", f"Bearer {OLD}"),
    "a-list": (f"Bearer {NEW}, Bearer {OLD}",),
    "not-ascii": (f"Bearer {OLD}\xe9",),
}


@pytest.mark.parametrize("path", HOOKS)
@pytest.mark.parametrize("authorization", WRONG.values(), ids=WRONG)
def test_everything_else_is_401(
    app: FastAPI, authorization: tuple[str, ...], path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the scheme that is asked for and a sentence; neither in the answer nor in the log is there a token."""
    answer = ask(
        app,
        "POST",
        path,
        content=settled().request,
        headers=[(b"Authorization", value.encode("latin-1")) for value in authorization],
    )
    assert (answer.status_code, answer.json()) == (401, {"error": "The request carries no valid bearer token."})
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_stranger_s_body_is_not_read(app: FastAPI) -> None:
    """What is wrong with it is told only to those who may ask: the token comes first."""
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        read.append(b"{")
        yield read[-1]

    headers = {"Content-Encoding": "gzip", "Content-Length": "99999999999"}
    answer = ask(app, "POST", "/sync", content=body(), headers=headers)
    assert answer.status_code == 401
    assert read == []


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/docs", "/openapi.json"])
def test_nobody_is_asked_for_a_token_where_nothing_is_decided(app: FastAPI, path: str) -> None:
    """A kubelet and Prometheus have none, and the documentation is no secret."""
    assert ask(app, "GET", path).status_code == 200


def test_without_a_file_nobody_is_asked() -> None:
    """As before; a token that is sent nevertheless does no harm."""
    assert sent(app_at(settled()), f"Bearer {OLD}").status_code == 200
    assert sent(app_at(settled())).status_code == 200


def test_refusals_are_counted(app: FastAPI) -> None:
    """Somebody who tries is seen in the metrics."""
    sent(app)
    assert (
        'canaryapp_sync_duration_seconds_count{hook="sync",outcome="refused"} 1.0' in ask(app, "GET", "/metrics").text
    )


def test_a_token_is_rotated_without_a_restart(
    app: FastAPI, secret: Mounted, capsys: pytest.CaptureFixture[str]
) -> None:
    """First both are valid, then the new one alone; from the moment on at which the Secret is swapped."""

    def valid() -> list[int]:
        return [sent(app, f"Bearer {token}").status_code for token in (OLD, NEW)]

    assert valid() == [200, 401]
    secret.swap({"accepted": f"{OLD}\r\n\n  {NEW}  \n".encode()})
    assert valid() == [200, 200]
    secret.swap({"accepted": NEW.encode()})
    assert valid() == [401, 200]
    assert OLD not in (said := capsys.readouterr().out)
    assert NEW not in said


def test_a_file_that_is_edited_in_place_is_followed(tmp_path: Path) -> None:
    """Not only Kubernetes changes files."""
    file = tmp_path / "tokens"
    file.write_text(OLD, "utf-8")
    app = app_at(settled(), token_file=str(file))
    assert sent(app, f"Bearer {OLD}").status_code == 200
    file.write_text(f"{NEW}\n", "utf-8")
    assert [sent(app, f"Bearer {token}").status_code for token in (OLD, NEW)] == [401, 200]


UNUSABLE = {
    "empty": (b"", "holds no token."),
    "blank": (b"\n \r\n\t\n", "holds no token."),
    "short": (b"\n0123456789abcde\n", "is shorter than 16 characters."),
    "one-of-them-short": (f"{OLD}\nshort\n".encode(), "is shorter than 16 characters."),
    "with-a-space": (b"0123456789 abcdef", "holds a character that no token has."),
    "with-a-byte-order-mark": (b"\xef\xbb\xbf" + OLD.encode(), "holds a character that no token has."),
    "not-text": (bytes(range(128, 160)), "holds a character that no token has."),
    "too-large": (b"x" * 16_385, "is larger than 16384 bytes."),
}


@pytest.mark.parametrize(("content", "problem"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_without_a_good_token_stops_the_start(secret: Mounted, content: bytes, problem: str) -> None:
    """Nothing is served with a lock that does not close; the sentence names the file and shows nothing of it."""
    secret.swap({"accepted": content})
    with pytest.raises(UnusableFileError) as refused:
        create_app(Settings(token_file=secret / "accepted"))
    assert str(refused.value).endswith(problem)
    assert f"token file {secret / 'accepted'} " in str(refused.value)
    assert not set(filter(None, content.decode("latin-1").split())) & set(str(refused.value).split())


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_file_that_cannot_be_read_stops_the_start(secret: Mounted, name: str) -> None:
    """The sentence says why."""
    with pytest.raises(UnusableFileError, match=r"^The token file .* cannot be read: (No such file|Is a directory)"):
        create_app(Settings(token_file=secret / name))


@pytest.mark.parametrize(("content", "problem"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_goes_bad_closes_the_door(
    app: FastAPI, secret: Mounted, content: bytes, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even the tokens before are valid, until it is put right. The log says so once, not at every request."""
    secret.swap({"accepted": content})
    assert [sent(app, f"Bearer {OLD}").status_code for _ in range(3)] == [401, 401, 401]
    assert sent(app, "Bearer ").status_code == 401
    (line,) = capsys.readouterr().out.splitlines()
    logged = json.loads(line)
    assert (logged["level"], logged["event"]) == ("error", "no token is valid")
    assert logged["message"].endswith(problem)
    assert OLD not in line
    secret.swap({"accepted": OLD.encode()})
    assert sent(app, f"Bearer {OLD}").status_code == 200


def test_a_file_that_goes_away_closes_the_door(app: FastAPI, secret: Mounted) -> None:
    """Whoever takes the tokens away wants nobody to have one."""
    secret.swap({})
    assert sent(app, f"Bearer {OLD}").status_code == 401
    secret.swap({"accepted": OLD.encode()})
    assert sent(app, f"Bearer {OLD}").status_code == 200
