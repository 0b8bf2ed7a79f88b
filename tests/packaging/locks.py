"""Reading the locks."""

from collections.abc import Iterator
from importlib.metadata import requires

from packaging.requirements import Requirement

from tests.packaging.manifests import ROOT


def entries(lock: str) -> list[str]:
    """The entries of a lock, one per package: requirement and hashes on one line."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def locked(lock: str) -> list[Requirement]:
    """The requirements of a lock that this machine installs."""
    found = [Requirement(entry.split(" --hash", 1)[0].strip()) for entry in entries(lock)]
    return [one for one in found if one.marker is None or one.marker.evaluate()]


def asked(packages: list[Requirement]) -> Iterator[Requirement]:
    """What the installed packages of a lock ask for, with the extras they were asked for themselves."""
    for package in packages:
        for line in requires(package.name) or []:
            one = Requirement(line)
            extras = ["", *package.extras]
            if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras):
                yield one
