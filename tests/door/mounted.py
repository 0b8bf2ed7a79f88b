"""Files as Kubernetes mounts those of a Secret: links through a folder that is swapped as a whole."""

from collections.abc import Mapping
from pathlib import Path


class Mounted:
    """A mounted Secret."""

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        """Mounts it in a folder that may not be there yet."""
        self.folder = folder
        self._version = 0
        folder.mkdir(exist_ok=True)
        self.swap(files)

    def swap(self, files: Mapping[str, bytes]) -> None:
        """The Secret has changed. Files that it does not hold any more are links to nothing."""
        self._version += 1
        versioned = self.folder / f"..{self._version}"
        versioned.mkdir()
        for name, content in files.items():
            (versioned / name).write_bytes(content)
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(Path("..data") / name)
        link = self.folder / "..data_tmp"
        link.symlink_to(versioned.name)
        link.replace(self.folder / "..data")

    def __truediv__(self, name: str) -> str:
        """The path of a file."""
        return str(self.folder / name)
