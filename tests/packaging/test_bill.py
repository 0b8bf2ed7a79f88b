"""The bill of materials: what is in it is what the image installs, to the hash."""

import json
import re
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from app import __version__
from tests.packaging.bill import BILL, made
from tests.packaging.locks import entries


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    """As it is committed."""
    found: dict[str, Any] = json.loads(BILL.read_text("utf-8"))
    return found


def test_the_bill_is_up_to_date_and_can_be_made_again() -> None:
    """The lock makes this bill to the byte, on any day; `make sbom` writes it anew."""
    assert made() == BILL.read_bytes(), "requirements/run.cdx.json is stale: run `make sbom`."


def test_the_bill_lists_what_the_lock_names(bill: dict[str, Any]) -> None:
    """The same packages in the same versions with the same hashes, no more and no less."""
    listed = {
        (canonicalize_name(one["name"]), one["version"], frozenset(hash_["content"] for hash_ in _hashes(one)))
        for one in bill["components"]
    }
    named = set()
    for entry in entries("run"):
        pinned = re.match(r"([\w.-]+)(?:\[[^]]*\])?==(\S+)", entry)
        assert pinned is not None, entry
        hashes = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
        named.add((canonicalize_name(pinned[1]), pinned[2], hashes))
    assert listed == named
    assert len(bill["components"]) == len(named)


def test_the_bill_can_be_matched_with_known_vulnerabilities(bill: dict[str, Any]) -> None:
    """Each component has the package URL by which scanners find it; the whole is this version of the operator."""
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    whole = bill["metadata"]["component"]
    assert (whole["name"], whole["version"]) == ("canaryapp-operator", __version__)
    for one in bill["components"]:
        assert one["purl"] == f"pkg:pypi/{canonicalize_name(one['name'])}@{one['version']}"
        assert {hash_["alg"] for hash_ in _hashes(one)} == {"SHA-256"}


def test_the_bill_says_nothing_about_where_and_when_it_was_made(bill: dict[str, Any]) -> None:
    """No time, no serial number, no index but the public one."""
    assert "serialNumber" not in bill
    assert "timestamp" not in bill["metadata"]
    addresses = {
        reference["url"].split("/")[2] for one in bill["components"] for reference in one["externalReferences"]
    }
    assert addresses == {"pypi.org"}


def _hashes(component: dict[str, Any]) -> list[dict[str, str]]:
    return [found for reference in component["externalReferences"] for found in reference.get("hashes", [])]
