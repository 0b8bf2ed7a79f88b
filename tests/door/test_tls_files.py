"""Files for TLS that cannot be used: told with a sentence before anything is served."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from app.door.files import UnusableFileError
from app.door.tls import load_context
from tests.door.certificates import files_of, ours, theirs
from tests.door.mounted import Mounted


@pytest.fixture
def secret(tmp_path: Path) -> Mounted:
    """A mounted Secret in which all is well."""
    return Mounted(tmp_path / "secret", {**ours().server(), "ca.crt": ours().pem})


def encrypted(key: bytes) -> bytes:
    """A key that needs a password."""
    loaded = load_pem_private_key(key, None)
    return loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


def broken(case: str) -> dict[str, bytes]:
    """A Secret with something wrong in it."""
    good = {**ours().server(), "ca.crt": ours().pem}
    changes: dict[str, dict[str, bytes]] = {
        "another-key": {"tls.key": theirs().server()["tls.key"]},
        "no-certificate-in-the-file": {"tls.crt": b"hello\n"},
        "an-empty-key": {"tls.key": b""},
        "an-encrypted-key": {"tls.key": encrypted(good["tls.key"])},
        "no-authorities-in-the-file": {"ca.crt": b"hello\n"},
        "empty-authorities": {"ca.crt": b""},
    }
    return {**good, **changes[case]}


PAIR = "The certificate {0}/tls.crt and the key {0}/tls.key cannot be used: "
AUTHORITIES = "The client authorities {0}/ca.crt cannot be used: "


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("another-key", PAIR),
        ("no-certificate-in-the-file", PAIR),
        ("an-empty-key", PAIR),
        ("an-encrypted-key", PAIR),
        ("no-authorities-in-the-file", AUTHORITIES),
        ("empty-authorities", AUTHORITIES),
    ],
)
def test_files_that_cannot_be_used_are_told_with_a_sentence(secret: Mounted, case: str, sentence: str) -> None:
    """Which file, and what OpenSSL says of it; nobody is asked for a password on a terminal."""
    secret.swap(broken(case))
    with pytest.raises(UnusableFileError) as refused:
        load_context(files_of(secret))
    assert str(refused.value).startswith(sentence.format(secret.folder))
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("name", ["tls.crt", "tls.key", "ca.crt"])
def test_a_missing_file_is_told_with_a_sentence(secret: Mounted, name: str) -> None:
    """Which one it is."""
    good = {**ours().server(), "ca.crt": ours().pem}
    del good[name]
    secret.swap(good)
    with pytest.raises(UnusableFileError) as refused:
        load_context(files_of(secret))
    assert str(refused.value) == f"The file {secret / name} cannot be read: No such file or directory."
