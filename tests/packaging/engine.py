"""Builds an image's file system from a Dockerfile in a folder, without Docker: runs RUN, follows COPY, ENV and WORKDIR.

The base image is a fresh virtual environment of this Python at /usr/local. Absolute paths are mapped below the stage's
folder, so nothing outside is written. What it does not know is an error.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.packaging.dockerfile import Instruction, Stage, expand, ignored, parse

_NOTHING_TO_DO = {"LABEL", "EXPOSE", "HEALTHCHECK", "CMD", "USER"}


@dataclass
class Image:
    """A file system, and how a process starts in it.

    Attributes:
        root: the folder that stands for /.
        workdir: as the Dockerfile has it.
        variables: its ENV, with paths mapped.
    """

    root: Path
    workdir: str = "/"
    variables: dict[str, str] = field(default_factory=dict)

    def path(self, absolute: str) -> Path:
        """Where a path of the image is."""
        return self.root / absolute.lstrip("/")

    @property
    def directory(self) -> Path:
        """Where the working directory is."""
        return self.path(self.workdir)

    def mapped(self, text: str) -> str:
        """A text with its absolute paths mapped."""
        return re.sub(r"(?<![\w./~-])/(?=\w)", f"{self.root}/", text)

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """The environment of a process: the image's, on top of what this machine needs to reach the network."""
        strange = ("PYTHON", "VIRTUAL_ENV", "CANARYAPP_", "COV_", "COVERAGE_")
        host = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
        return host | self.variables | dict(extra)

    def run(self, command: list[str], **extra: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in the image and waits for it."""
        return subprocess.run(  # noqa: S603 - the Dockerfile's own commands
            self.found(command),
            cwd=self.directory,
            env=self.environment(extra),
            capture_output=True,
            text=True,
            check=False,
        )

    def found(self, command: list[str]) -> list[str]:
        """A command with its program looked up on the image's own PATH."""
        program = shutil.which(command[0], path=self.variables["PATH"])
        if program is None:
            raise FileNotFoundError(f"There is no {command[0]} in the image.")
        return [program, *command[1:]]


def build(context: Path, workshop: Path) -> dict[str, Image]:
    """The images of all stages by name, the last one as ""; `workshop` is an empty folder."""
    built: dict[str, Image] = {}
    ignore = (context / ".dockerignore").read_text("utf-8")
    for number, stage in enumerate(parse((context / "Dockerfile").read_text("utf-8"))):
        image = _start(stage, built, workshop / str(number))
        for instruction in stage.instructions:
            _follow(instruction, image, built, _Context(context, ignore))
        built[stage.name] = image
    return built


@dataclass(frozen=True)
class _Context:
    folder: Path
    ignore: str

    def files(self, source: str) -> list[Path]:
        """What a COPY takes, relative to the context."""
        start = self.folder / source
        found = [start] if start.is_file() else [path for path in start.rglob("*") if path.is_file()]
        relative = [path.relative_to(self.folder) for path in found]
        return [path for path in relative if not ignored(path, self.ignore)]


def _start(stage: Stage, built: Mapping[str, Image], root: Path) -> Image:
    if stage.base in built:
        base = built[stage.base]
        shutil.copytree(base.root, root, symlinks=True)
        variables = {name: value.replace(str(base.root), str(root)) for name, value in base.variables.items()}
        return Image(root, base.workdir, variables)
    if not re.fullmatch(r"python:3\.\d+[\w.-]*", stage.base):
        raise ValueError(f"{stage.base} is no Python image")
    subprocess.run([sys.executable, "-m", "venv", root / "usr/local"], check=True)  # noqa: S603 - this Python
    return Image(root, variables={"PATH": f"{root}/usr/local/bin"})


def _follow(instruction: Instruction, image: Image, built: Mapping[str, Image], context: _Context) -> None:
    match instruction.word:
        case "ENV":
            image.variables |= {
                name: expand(image.mapped(value), image.variables) for name, value in instruction.pairs.items()
            }
        case "WORKDIR":
            image.workdir = instruction.rest
            image.directory.mkdir(parents=True, exist_ok=True)
        case "RUN":
            _run(instruction.rest, image)
        case "COPY":
            _copy(instruction, image, built, context)
        case word if word not in _NOTHING_TO_DO:
            raise ValueError(f"{word} is not understood")


def _run(line: str, image: Image) -> None:
    done = image.run([*_words(image.mapped(line))])
    if done.returncode != 0:
        raise RuntimeError(f"RUN {line} ended with {done.returncode}: {done.stderr}")


def _words(line: str) -> list[str]:
    """A RUN is one plain command, so that its program is looked up in the image and nowhere else."""
    if found := re.search(r"[;&|<>`$]", line):
        raise ValueError(f"RUN {line}: {found[0]} is not understood")
    return line.split()


def _copy(instruction: Instruction, image: Image, built: Mapping[str, Image], context: _Context) -> None:
    source, target = instruction.words
    destination = image.directory / image.mapped(target)
    if origin := instruction.flags.get("from"):
        start = built[origin].path(source)
        shutil.copytree(start, destination, symlinks=True)
        return
    files = context.files(source)
    if not files:
        raise FileNotFoundError(f"COPY {source}: there is no such file in the context")
    for path in files:
        to = destination / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(context.folder / path, to)
