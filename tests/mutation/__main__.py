"""`make mutants`: breaks the code on purpose, one thing at a time, and says what no test noticed."""

import argparse
import sys
import time

from tests.mutation import asked, explained, report, results, touching
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.pool import verdicts
from tests.mutation.scope import modules


def main() -> int:
    """The exit status: 1 where something survived without a reason, or an entry of `equivalent.toml` is wrong."""
    options = _options()
    chosen = modules(options.modules)
    mutants = [mutant for module in chosen for mutant in mutants_of(module)]
    reasons = explained.read()
    kept = results.known(trust=options.trust)
    asked.settle()
    touched = touching.read(results.TOUCHING) if kept.same else touching.watch(modules([]), results.TOUCHING)
    kept.write()
    open_ones = [
        mutant
        for mutant in mutants
        if mutant.name not in kept.verdicts and (options.equivalent or reasons.reason(mutant) is None)
    ]
    _try(open_ones, touched, kept, options.jobs)
    survivors = report.survivors(mutants, kept, reasons)
    for mutant in survivors:
        _say(report.told(mutant))
    noticed = report.wrong(mutants, kept, reasons)
    for mutant in noticed:
        _say(f"Not equivalent, noticed by {kept.verdicts[mutant.name]}:\n{report.told(mutant)}")
    stale = reasons.stale(chosen)
    for key in stale:
        _say(f"No mutant fits this entry of {explained.LIST.name} any more: {key}")
    _say(report.table(mutants, kept, reasons))
    return 1 if survivors or noticed or stale else 0


def _try(open_ones: list[Mutant], touched: touching.Touching, kept: results.Results, jobs: int) -> None:
    start = time.monotonic()
    try:
        for count, (mutant, verdict) in enumerate(verdicts(open_ones, touched, jobs), start=1):
            kept.add(mutant, verdict)
            if count % 200 == 0:
                _say(f"{count} of {len(open_ones)} mutants after {time.monotonic() - start:.0f} s.")
    finally:
        kept.write()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="files or folders, all by default")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument(
        "--trust", action="store_true", help="take what was noticed before as noticed, whatever has changed since"
    )
    parser.add_argument(
        "--equivalent", action="store_true", help="try those of equivalent.toml, too: none may be noticed"
    )
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
