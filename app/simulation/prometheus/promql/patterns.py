"""Regular expressions: Prometheus speaks RE2, Python does not quite."""

import json
import re
import warnings
from functools import lru_cache
from typing import Final

import promql_parser as promql

from app.simulation.prometheus.promql.errors import UnsupportedQueryError

_POSIX_CLASS: Final = re.compile(r"\[:\^?[a-z]+:\]")


@lru_cache(maxsize=256)
def compiled(text: str) -> re.Pattern[str]:
    """The pattern, to be matched as a whole; a dot matches a line break, and digits are ASCII (Prometheus 3).

    Raises:
        UnsupportedQueryError: RE2 may know this, Python does not.
    """
    try:
        if not _POSIX_CLASS.search(text):
            with warnings.catch_warnings(action="ignore", category=FutureWarning):
                # Python warns of what may once be set operations; today they are plain sets, as in RE2.
                return re.compile(text, re.DOTALL | re.ASCII)
    except re.error:
        pass
    raise UnsupportedQueryError(f"The regular expression {text} is not supported.")


@lru_cache(maxsize=256)
def is_expression(text: str) -> bool:
    """Whether Prometheus could compile it, as far as promql-parser knows; it checks matchers, nothing else."""
    try:
        promql.parse(f"{{a=~{json.dumps(text, ensure_ascii=False)},b='1'}}")
    except ValueError:
        return False
    return True
