"""`make sbom`: the bill of materials of what the image installs, made from its lock (CycloneDX, JSON)."""

import os
import subprocess
import sys
from typing import Final

from tests.packaging.manifests import ROOT

BILL: Final = ROOT / "requirements" / "run.cdx.json"
_COMMAND: Final = ("requirements", "requirements/run.txt", "--pyproject", "pyproject.toml", "--of", "JSON")


def made() -> bytes:
    """The bill, valid against CycloneDX's schema; without times and serial numbers, so that a lock gives one bill.

    Raises:
        subprocess.CalledProcessError: the lock cannot be read, or the bill would not be valid.
    """
    # A set SOURCE_DATE_EPOCH would put a time into it. The warning is about dependencies: a lock does not say whose.
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *_COMMAND, "--output-reproducible", "--validate"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
    ).stdout


if __name__ == "__main__":
    BILL.write_bytes(made())
