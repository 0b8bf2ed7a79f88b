"""The walls of the house: who may import whom, and where there is no clock, network or environment."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent.parent

PURE: Final = ("app.rollout", "app.analysis", "app.desired", "app.resource")
"""What decides and describes: the same observation always leads to the same answer."""

OUTSIDE_WORLD: Final = frozenset(
    {
        "asyncio",
        "concurrent",
        "fastapi",
        "http",
        "httpx",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "pydantic_settings",
        "random",
        "secrets",
        "select",
        "socket",
        "starlette",
        "structlog",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "uuid",
        "uvicorn",
    }
)
CLOCKS: Final = frozenset({"now", "utcnow", "today"})
SIDE_EFFECTS: Final = frozenset({"open", "input", "print", "exec", "eval", "__import__"})

FLOORS: Final = (
    ("app.__main__",),
    ("app.main", "app.serving"),
    ("app.endpoint",),
    ("app.hook",),
    ("app.logs",),
    ("app.settings", "app.sync", "app.telemetry"),
    ("app.door",),
    ("app.desired",),
    ("app.rollout",),
    ("app.resource.refusals",),  # reads a spec with the rules of PromQL and of origins
    ("app.prometheus", "app.analysis"),
    ("app.wire",),
    ("app.observed",),
    ("app.resource",),
    ("app.simulation", "app.cli"),
)
"""From the roof down; a module imports from its own floor and from those below. The last floor is another house."""

SINGLE_USERS: Final = {
    "fastapi": ("app.main", "app.cli", "app.simulation"),
    "starlette": ("app.main", "app.cli", "app.simulation"),
    "uvicorn": ("app.serving", "app.cli", "app.simulation"),
    "h11": ("app.serving.protocol",),
    "ssl": ("app.door.tls",),
    "pydantic_settings": ("app.settings",),
    "prometheus_client": ("app.telemetry",),
    "structlog": ("app.door", "app.logs", "app.endpoint"),
    "promql_parser": ("app.analysis", "app.simulation"),
    "httpx": ("app.prometheus.client", "app.prometheus.pools", "app.main", "app.simulation", "app.cli"),
    "os": ("app.simulation.hook_process", "app.cli"),
}
"""Packages that few modules know, and which."""


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the application by its name."""
    found = {}
    for path in sorted((ROOT / "app").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text("utf-8"), str(path))
    return found


def imports(name: str) -> Iterator[str]:
    """What a module imports: modules, not the names in them."""
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules() else str(node.module)


def within(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of these, or inside of one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def floor(name: str) -> int:
    """The floor of a module; the package itself is below all."""
    return next((index for index, packages in enumerate(FLOORS) if within(name, packages)), len(FLOORS))


PURE_MODULES: Final = [name for name in modules() if within(name, PURE)]


def test_there_is_something_behind_the_walls() -> None:
    """The tests below look at what they should: every module has its floor."""
    assert {name.split(".")[1] for name in PURE_MODULES} == {package.split(".")[1] for package in PURE}
    assert [name for name in modules() if floor(name) == len(FLOORS)] == ["app"]


@pytest.mark.parametrize("name", PURE_MODULES)
def test_below_the_sync_there_is_no_outside_world(name: str) -> None:
    """No clock, no environment, no randomness, no network, no files: a decision can be replayed."""
    assert OUTSIDE_WORLD & {imported.split(".")[0] for imported in imports(name)} == set()
    calls = [node.func for node in ast.walk(modules()[name]) if isinstance(node, ast.Call)]
    assert [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCKS] == []
    assert [call.id for call in calls if isinstance(call, ast.Name) and call.id in SIDE_EFFECTS] == []
    assert not any(isinstance(node, ast.Await | ast.AsyncFunctionDef) for node in ast.walk(modules()[name]))


@pytest.mark.parametrize("name", [name for name in modules() if not within(name, FLOORS[-1])])
def test_imports_point_downwards(name: str) -> None:
    """No floor knows of the one above it, and none knows of the simulation or the command line."""
    upwards = [imported for imported in imports(name) if within(imported, ("app",)) and floor(imported) < floor(name)]
    assert upwards == []
    assert [imported for imported in imports(name) if within(imported, FLOORS[-1])] == []


@pytest.mark.parametrize(("package", "users"), SINGLE_USERS.items(), ids=SINGLE_USERS)
def test_a_package_is_known_where_it_belongs(package: str, users: tuple[str, ...]) -> None:
    """The framework, the HTTP client and the environment are each known to few modules."""
    known = [name for name in modules() if package in {imported.split(".")[0] for imported in imports(name)}]
    assert [name for name in known if not within(name, users)] == []
    assert known


def test_the_benchmarks_are_no_part_of_the_application() -> None:
    """What is measured does not know what measures it, nor the parser that it is measured against."""
    imported = {imported.split(".")[0] for name in modules() for imported in imports(name)}
    assert imported & {"benchmarks", "orjson"} == set()


def test_no_module_imports_itself_in_a_circle() -> None:
    """Every module can be understood from those that it imports."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " → ".join((*path, name))
        if name not in done:
            for imported in imports(name):
                if imported in modules() and imported != "app":
                    visit(imported, (*path, name))
            done.add(name)

    for name in modules():
        visit(name, ())
