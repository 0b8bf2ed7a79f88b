"""The locks: what they name is all that is installed, on any day and by any pip."""

import re
from collections import defaultdict

import pytest
from packaging.utils import canonicalize_name

from tests.packaging.locks import asked, entries, locked

LOCKS = ("run", "cli", "dev")


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
