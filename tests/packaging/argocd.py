"""Argo CD's health checks: Lua 5.1 with its basic functions and `table`, and nothing else (Argo CD, util/lua/lua.go).

String functions, too, are there only where an administrator sets `useOpenLibs` for the resource.
"""

from importlib import import_module
from typing import Any, Final

from tests.packaging.manifests import EXAMPLES, Object, read

KEY: Final = "resource.customizations.health.canary.atze.io_CanaryApp"
_WITHOUT_LIBRARIES: Final = "string, math, io, os, coroutine, debug = nil"
_WITHOUT_METHODS: Final = 'getmetatable("").__index = nil'


def script() -> str:
    """The health check of the examples."""
    (patch,) = read(EXAMPLES / "argocd/health/argocd-cm.yaml")
    return str(patch["data"][KEY])


def health(obj: Object) -> tuple[str, str]:
    """What Argo CD shows for an object: status and message."""
    runtime: Any = import_module("lupa.lua51").LuaRuntime(register_eval=False, register_builtins=False)
    runtime.execute(_WITHOUT_METHODS)
    runtime.execute(_WITHOUT_LIBRARIES)
    runtime.globals().python = None
    runtime.globals().obj = runtime.table_from(obj, recursive=True)
    said = runtime.execute(script())
    return said["status"], said["message"]
