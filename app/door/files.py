"""Files with secrets that somebody else replaces while the process runs."""

from collections.abc import Sequence
from pathlib import Path

Stamp = tuple[tuple[int, int, int, int] | None, ...]
"""What differs when one of some files was replaced or edited; None stands for a file that is not there."""


class UnusableFileError(Exception):
    """A needed file cannot be used; the message is a sentence that names it and shows nothing of its content."""


def stamp(paths: Sequence[Path]) -> Stamp:
    """The stamp of the files that the paths lead to now.

    Kubernetes mounts a Secret as links through a folder that is swapped as a whole: the path stays, the file behind it
    is another one.
    """
    return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
