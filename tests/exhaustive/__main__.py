"""`python -m tests.exhaustive`: ever larger bounds, for as long as it is told; status 1 where a rule is broken."""

import argparse
import sys
import time
from dataclasses import replace
from typing import Final

from tests.exhaustive.search import EVERY_PLACE, Bounds, Report, Search

LEVELS: Final = (
    Bounds(faults=1, changes=1),
    Bounds(faults=2, changes=0),
    Bounds(faults=0, changes=3),
    Bounds(faults=1, changes=1, gateways=("istio-ingress/public",)),
    Bounds(faults=1, changes=2),
    Bounds(faults=2, changes=1),
    Bounds(faults=2, changes=2),
)
"""From small to large. A gateway brings a second VirtualService, so that the two can differ."""


def main() -> int:
    """Searches; the exit status is 1 where something was found, or one level does not lead everywhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.exhaustive", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long to search (10)")
    parser.add_argument("--level", type=int, help="only this level, from 0, to its end")
    chosen = parser.parse_args()
    if chosen.level is not None:
        report = _searched(LEVELS[chosen.level])
        return 0 if report.complete and not report.findings and report.places >= EVERY_PLACE else 1
    end, findings = time.monotonic() + 60 * chosen.minutes, 0
    for bounds in LEVELS:
        if (left := end - time.monotonic()) > 0:
            findings += len(_searched(replace(bounds, seconds=left)).findings)
    return 1 if findings else 0


def _searched(bounds: Bounds) -> Report:
    report = Search(bounds).run()
    ways = ", ".join(bounds.gateways)
    sys.stdout.write(f"{bounds.faults} faults, {bounds.changes} changes, gateways {ways}: {report}\n")
    sys.stdout.flush()
    return report


if __name__ == "__main__":
    sys.exit(main())
