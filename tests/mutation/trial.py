"""One mutant before its tests, in a process of its own that ends with the verdict."""

import gc
import json
import os
import resource
import signal
import traceback
from collections.abc import Callable
from typing import Final

SURVIVED: Final = ""
ENDLESS: Final = "the limit of time or memory"

_PATIENCE: Final = 5.0
"""How many times its time a test may take, beside `_START` seconds for everything else."""
_START: Final = 20
_MEMORY: Final = 4 * 2**30

Trial = Callable[[], str]
"""Breaks the process that it runs in, for good; answers with the test that failed, or `SURVIVED`."""

Word = dict[str, str]
"""A verdict, or a problem, or nothing."""


class TrialError(Exception):
    """A trial itself is broken, not only its mutant."""


def start(trial: Trial, seconds: float) -> tuple[int, int]:
    """Starts a trial whose tests take so long; the process id, and what to read the verdict from once it has ended."""
    readable, writable = os.pipe()
    gc.freeze()
    child = os.fork()
    if child:
        os.close(writable)
        return child, readable
    os.close(readable)
    try:
        _limit(seconds)
        os.write(writable, json.dumps(_word(trial)).encode())
    finally:
        os._exit(0)


def _word(trial: Trial) -> Word:
    try:
        return {"verdict": trial()}
    except Exception:  # noqa: BLE001 - told to the process that waits
        return {"problem": traceback.format_exc()}


def heard(readable: int) -> Word:
    """What a process left behind that has ended."""
    with os.fdopen(readable, "rb") as pipe:
        word: Word = json.loads(pipe.read() or b"{}")
    return word


def verdict(word: Word) -> str:
    """The test that failed, `SURVIVED`, or `ENDLESS` where the process left no word.

    Raises:
        TrialError: no test was asked.
    """
    if "problem" in word:
        raise TrialError(word["problem"])
    return word.get("verdict", ENDLESS)


def _limit(seconds: float) -> None:
    most = int(seconds * _PATIENCE) + _START
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.alarm(3 * most)
