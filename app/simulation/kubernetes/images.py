"""How the pods of an image behave: when they get ready, what they answer, and how fast."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

DEFAULT_PATHS: Final[Mapping[str, int]] = {"/hello": 200}
NOT_FOUND: Final = 404


@dataclass(frozen=True)
class PodBehaviour:
    """What a pod of an image does.

    Attributes:
        seconds_to_ready: from its start until it is ready, None for never.
        ready_for: seconds after which it crashes, None for never.
        down_for: seconds from a crash until it is ready again.
        answers: HTTP status by path; other paths are answered with 404.
        latency: milliseconds of an answer.
    """

    seconds_to_ready: float | None = 1.0
    ready_for: float | None = None
    down_for: float = 10.0
    answers: Mapping[str, int] = field(default_factory=lambda: dict(DEFAULT_PATHS))
    latency: float = 8.0

    def ready(self, age: float) -> bool:
        """Whether a pod is ready `age` seconds after its start."""
        if self.seconds_to_ready is None or age < self.seconds_to_ready:
            return False
        if self.ready_for is None:
            return True
        return (age - self.seconds_to_ready) % (self.ready_for + self.down_for) < self.ready_for

    def answer(self, path: str) -> int:
        """The HTTP status for a path."""
        return self.answers.get(path, NOT_FOUND)


class ImageCatalog:
    """The behaviour of every image, by its tag; it may change while the cluster runs."""

    def __init__(self, default: PodBehaviour | None = None, **tags: PodBehaviour) -> None:
        """`tags` are behaviours by tag: `v3=PodBehaviour(…)`."""
        self._default = default or PodBehaviour()
        self._tags = dict(tags)
        self._roles: dict[tuple[str, str], PodBehaviour] = {}

    def set(self, tag: str, behaviour: PodBehaviour, role: str = "") -> None:
        """Sets the behaviour of a tag from now on; of its primary or secondary pods only where `role` says so."""
        if role:
            self._roles[tag, role] = behaviour
        else:
            self._tags[tag] = behaviour

    def change(self, tag: str, role: str = "", **fields: object) -> None:
        """Changes some fields of a tag's behaviour."""
        self.set(tag, replace(self.behaviour(f"image:{tag}", role), **fields), role)  # type: ignore[arg-type]

    def behaviour(self, image: str, role: str) -> PodBehaviour:
        """How the pods of an image behave in a role (`primary`, `secondary`)."""
        tag = image.rpartition(":")[2]
        return self._roles.get((tag, role)) or self._tags.get(tag) or self._default
