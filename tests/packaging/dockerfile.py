"""Reads a Dockerfile: stages and instructions, as far as this repository makes use of them."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
        word: in capitals, such as `COPY`.
        flags: `--name=value`, without the dashes.
        rest: what follows, on one line.
    """

    word: str
    flags: Mapping[str, str]
    rest: str

    @property
    def words(self) -> list[str]:
        """What follows, split as a shell does it."""
        return shlex.split(self.rest)

    @property
    def pairs(self) -> dict[str, str]:
        """The `name=value` of ENV, LABEL and ARG."""
        return dict(word.split("=", 1) for word in self.words)

    @property
    def command(self) -> list[str]:
        """The command of a CMD in exec form.

        Raises:
            ValueError: it is in shell form, so that a shell would get the signals.
        """
        if not self.rest.startswith("["):
            raise ValueError(f"{self.word} {self.rest} is not in exec form")
        return [str(word) for word in json.loads(self.rest)]


@dataclass(frozen=True)
class Stage:
    """What stands between two FROM.

    Attributes:
        base: an image, or an earlier stage.
        name: "" where it has none.
        instructions: in their order.
    """

    base: str
    name: str
    instructions: tuple[Instruction, ...]

    def last(self, word: str) -> Instruction:
        """The instruction that counts where only the last one does."""
        return [instruction for instruction in self.instructions if instruction.word == word][-1]


def parse(text: str) -> list[Stage]:
    """The stages of a Dockerfile."""
    stages: list[Stage] = []
    for instruction in map(_instruction, _logical_lines(text)):
        if instruction.word == "FROM":
            base, *name = instruction.words
            stages.append(Stage(base, name[-1] if name else "", ()))
        else:
            last = stages.pop()
            stages.append(Stage(last.base, last.name, (*last.instructions, instruction)))
    return stages


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$NAME` and `${NAME}` replaced; a name that is not set is empty."""
    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", lambda found: variables.get(found[1] or found[2], ""), text)


def ignored(path: Path, patterns: str) -> bool:
    """Whether a .dockerignore keeps a path (of the context) from the engine: the last pattern that fits decides."""
    verdict = False
    for line in patterns.splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#") and _fits(path, pattern.removeprefix("!").strip("/")):
            verdict = not pattern.startswith("!")
    return verdict


def _fits(path: Path, pattern: str) -> bool:
    """A pattern fits a path or a folder above it."""
    parts = (re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*").replace(r"\?", "[^/]"),)
    expression = re.compile(*parts)
    return any(expression.fullmatch(above.as_posix()) for above in (path, *path.parents))


def _logical_lines(text: str) -> Iterator[str]:
    joined = ""
    for line in text.splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        joined += line.strip()
        if joined.endswith("\\"):
            joined = joined[:-1].rstrip() + " "
            continue
        yield joined
        joined = ""


def _instruction(line: str) -> Instruction:
    word, _, rest = line.partition(" ")
    flags: dict[str, str] = {}
    while found := re.match(r"--(\w[\w-]*)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(word.upper(), flags, rest.strip())
