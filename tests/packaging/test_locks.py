"""The locks: what they name is all that is installed, on any day and by any pip."""

import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.manifests import ROOT

LOCKS = ("run", "cli", "dev")


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


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_names_one_version_and_its_hashes(lock: str) -> None:
    """Nothing is installed that was not looked at."""
    for entry in entries(lock):
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!]+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("lock", LOCKS)
def test_an_extra_that_a_dependency_asks_for_is_named(lock: str) -> None:
    """A pip of 2023 takes `name[extra]` for another package than `name`, and refuses it as not pinned once a newer
    version is out.
    """
    packages = locked(lock)
    named: dict[str, set[str]] = defaultdict(set)
    for package in packages:
        named[canonicalize_name(package.name)] |= package.extras
    assert packages
    for one in asked(packages):
        assert canonicalize_name(one.name) in named, f"{one} is not in requirements/{lock}.txt"
        assert one.extras <= named[canonicalize_name(one.name)], f"{one} is not in requirements/{lock}.txt"


def test_the_locks_agree() -> None:
    """The tests run with the versions that the image ships."""
    dev = {one.name: str(one.specifier) for one in locked("dev")}
    for lock in ("run", "cli"):
        for one in locked(lock):
            assert dev[one.name] == str(one.specifier), one.name
