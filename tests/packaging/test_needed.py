"""The hook's packages: each is there because the hook needs it, and it gets along with them alone."""

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.golden.case import CASES
from tests.packaging.locks import asked, locked
from tests.packaging.manifests import ROOT

_OTHER_HOUSE: Final = ("cli", "simulation")
"""Folders of app/ that the image does not hold."""
_CASE: Final = "a-step-under-way-is-checked"
_SERVE: Final = """
import asyncio, json, sys

class Door:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(name)

request, refused = sys.argv[1], set(json.loads(sys.argv[2]))
sys.meta_path.insert(0, Door())
for name in [name for name in sys.modules if name.partition(".")[0] in refused]:
    del sys.modules[name]

from app.__main__ import main
from app.main import create_app
from app.settings import Settings

app, body, sent = create_app(Settings(query_deadline_seconds=0.001)), open(request, "rb").read(), []

async def receive():
    return {"type": "http.request", "body": body}

async def send(event):
    sent.append(event)

scope = {"type": "http", "method": "POST", "path": "/sync", "headers": [], "query_string": b"", "root_path": ""}
asyncio.run(app(scope, receive, send))
print(json.dumps([sent[0]["status"], sorted({name.split(".")[0] for name in sys.modules})]))
"""


@cache
def owners() -> Mapping[str, list[str]]:
    """The distributions of every top-level module that is installed."""
    return {module: [canonicalize_name(name) for name in found] for module, found in packages_distributions().items()}


def declared() -> list[Requirement]:
    """What the project says that the hook needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]]


def test_every_locked_package_is_needed() -> None:
    """Declared, or asked for by one that is; nothing got into the image by chance."""
    packages = {canonicalize_name(one.name): one for one in locked("run")}
    reached: set[str] = set()
    waiting = [canonicalize_name(one.name) for one in declared()]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [canonicalize_name(one.name) for one in asked([packages[name]])]
    assert set(packages) == reached


def test_every_declared_package_is_imported_by_the_hook() -> None:
    """A dependency that no module of the hook makes use of is not declared."""
    imported = set()
    for path in (ROOT / "app").rglob("*.py"):
        if path.relative_to(ROOT / "app").parts[0] not in _OTHER_HOUSE:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
                imported |= {name.split(".")[0] for name in names}
    used = {name for module in imported for name in owners().get(module, [])}
    assert {canonicalize_name(one.name) for one in declared()} <= used


def test_a_sync_is_served_with_the_locked_packages_alone() -> None:
    """A fresh interpreter that can load nothing else serves a sync, with its question to Prometheus."""
    assert json.loads((CASES / _CASE / "case.json").read_text("utf-8"))["asked"]
    held = {canonicalize_name(one.name) for one in locked("run")} | {"canaryapp-operator"}
    others = [module for module, found in owners().items() if not held & set(found)]
    assert {"rich", "typer", "yaml", "hypothesis"} <= set(others)
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-I", "-c", _SERVE, str(CASES / _CASE / "request.json"), json.dumps(others)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    status, modules = json.loads(done.stdout.splitlines()[-1])
    assert status == 200
    loaded = {name for module in modules for name in owners().get(module, [])}
    assert loaded <= held
    assert {"fastapi", "httpx", "pydantic", "promql-parser", "uvicorn"} <= loaded
