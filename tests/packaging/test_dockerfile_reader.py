"""The little reader of Dockerfiles that the tests of the image rely on."""

from pathlib import Path

import pytest

from tests.packaging.dockerfile import expand, ignored, parse
from tests.packaging.manifests import ROOT

TEXT = """\
# syntax
FROM python:3.12 AS build
ENV A=1 \\
    # in between
    B="two words"
COPY --from=x --chown=1:1 a b
FROM build
cmd ["python", "-m", "app"]
"""


def test_stages_and_instructions_are_read_as_docker_reads_them() -> None:
    """Continued lines, comments in them, flags, names of stages and lower case."""
    build, final = parse(TEXT)
    assert (build.base, build.name, final.base, final.name) == ("python:3.12", "build", "build", "")
    assert build.last("ENV").pairs == {"A": "1", "B": "two words"}
    assert build.last("COPY").flags == {"from": "x", "chown": "1:1"}
    assert build.last("COPY").words == ["a", "b"]
    assert final.last("CMD").command == ["python", "-m", "app"]


def test_a_command_in_shell_form_is_refused() -> None:
    """A shell in between would keep SIGTERM from the hook."""
    (stage,) = parse("FROM x\nCMD python -m app")
    with pytest.raises(ValueError, match="CMD python -m app is not in exec form"):
        _ = stage.last("CMD").command


def test_variables_are_replaced() -> None:
    """Both spellings, and an unset name is empty."""
    assert expand("/opt:$PATH:${HOME}:$NONE", {"PATH": "/bin", "HOME": "/home"}) == "/opt:/bin:/home:"


@pytest.mark.parametrize(
    ("path", "kept_out"),
    [
        pytest.param(".git/config", True, id="history"),
        pytest.param(".venv/bin/python", True, id="environment"),
        pytest.param("tests/packaging/engine.py", True, id="tests"),
        pytest.param("app/main.py", False, id="the hook"),
        pytest.param("app/rollout/rules/stable.py", False, id="the hook, deeper"),
        pytest.param("app/cli/main.py", True, id="the command line"),
        pytest.param("app/simulation/mesh/traffic.py", True, id="the simulation"),
        pytest.param("app/__pycache__/main.cpython-312.pyc", True, id="stale bytecode"),
        pytest.param("app/rollout/__pycache__/fit.cpython-312.pyc", True, id="stale bytecode, deeper"),
        pytest.param("requirements/run.txt", False, id="the lock"),
        pytest.param("requirements/dev.txt", True, id="the lock for developers"),
        pytest.param("LICENSE", False, id="the licence"),
    ],
)
def test_only_what_the_image_needs_reaches_the_engine(path: str, kept_out: bool) -> None:  # noqa: FBT001 - a table
    """.dockerignore keeps secrets, history and tools of a developer's folder out of every layer."""
    assert ignored(Path(path), (ROOT / ".dockerignore").read_text("utf-8")) is kept_out
