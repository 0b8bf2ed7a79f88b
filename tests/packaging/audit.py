"""`make audit`: whether a locked package has a known vulnerability (pip-audit).

It ends with 0 where there is none, with 1 where there is one, and with 2 where the service could not be asked about
all: that is no finding, and no pass either.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.packaging.locks import locked
from tests.packaging.manifests import ROOT

EXPLAINED: Final[dict[str, str]] = {}
"""Known vulnerabilities that do no harm here, by name, each with the reason as a sentence."""
CLEAN, FOUND, NOT_ASKED = 0, 1, 2
_LOCK: Final = ROOT / "requirements" / "dev.txt"
"""Holds the other locks."""


@dataclass(frozen=True)
class Verdict:
    """What came of an audit.

    Attributes:
        status: of the process.
        sentences: for people.
    """

    status: int
    sentences: list[str]


def audit(lock: Path = _LOCK, options: Sequence[str] = ()) -> Verdict:
    """Asks the service about every package of a lock.

    Args:
        lock: with hashes.
        options: for pip-audit; another service than PyPI's.
    """
    ignored = [option for name in EXPLAINED for option in ("--ignore-vuln", name)]
    asking = ["-r", str(lock), "--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pip_audit", *asking, *ignored, *options],
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return Verdict(NOT_ASKED, [f"The service could not be asked: {last}"])
    return judge(answer["dependencies"])


def judge(dependencies: Sequence[dict[str, Any]]) -> Verdict:
    """Reads pip-audit's report: a finding counts, even where something else could not be asked about."""
    shipped = {one.name for one in locked("run")}
    found, unknown = [], []
    for one in dependencies:
        where = "in the image" if one["name"] in shipped else "for development"
        if "skip_reason" in one:
            unknown.append(f"The service does not know {one['name']} ({where}): {one['skip_reason']}.")
        for known in one.get("vulns", []):
            fixed = ", ".join(known["fix_versions"]) or "no version"
            found.append(f"{one['name']} {one['version']} ({where}) has {known['id']}, fixed in {fixed}.")
    if found or unknown:
        return Verdict(FOUND if found else NOT_ASKED, [*found, *unknown])
    if not dependencies:
        return Verdict(NOT_ASKED, ["No package was asked about."])
    explained = f", but for {', '.join(EXPLAINED)}" if EXPLAINED else ""
    return Verdict(CLEAN, [f"None of {len(dependencies)} packages has a known vulnerability{explained}."])


def main() -> int:
    """The command; its arguments go to pip-audit."""
    verdict = audit(options=sys.argv[1:])
    sys.stdout.write("\n".join(verdict.sentences) + "\n")
    if verdict.status == NOT_ASKED:
        sys.stdout.write("This is no finding, and no pass: ask again where the service can be reached.\n")
    return verdict.status


if __name__ == "__main__":
    sys.exit(main())
