"""How many pods each replica set of a Deployment may have (Kubernetes, pkg/controller/deployment/{rolling,sync}.go).

Numbers in, numbers out. Replica sets come oldest first, as the Deployment controller sorts them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """A Deployment's numbers, resolved: surge is rounded up, unavailability down, and not both are 0."""

    replicas: int
    surge: int
    unavailable: int

    @property
    def ceiling(self) -> int:
        """The most pods that there may be, those that are stopping not counted."""
        return self.replicas + self.surge

    @property
    def floor(self) -> int:
        """The fewest available pods that an update may leave."""
        return self.replicas - self.unavailable


@dataclass(frozen=True)
class Size:
    """A replica set in numbers: pods wanted, and those of them that are available."""

    wanted: int
    available: int


def read_limits(spec: Mapping[str, Any]) -> Limits:
    """The limits in a Deployment's spec, as the API server gives it."""
    replicas, rolling = spec["replicas"], spec["strategy"]["rollingUpdate"]
    surge = _resolve(rolling["maxSurge"], replicas, math.ceil)
    unavailable = min(_resolve(rolling["maxUnavailable"], replicas, math.floor), replicas)
    return Limits(replicas, surge, min(1, replicas) if surge == unavailable == 0 else unavailable)


def grown(limits: Limits, new: int, total: int) -> int:
    """The next size of the newest replica set; `total` counts the pods of all of them.

    One that is too large shrinks at once; one that is too small grows as far as the ceiling lets it.
    """
    if new > limits.replicas:
        return limits.replicas
    return new + max(0, min(limits.ceiling - total, limits.replicas - new))


def shrunk(limits: Limits, new: Size, old: Sequence[Size]) -> list[int]:
    """The next sizes of the older replica sets: pods that are not available go first, then as many as the floor allows.

    What the newest one lacks in availability is taken off what may go, so that a broken update takes nobody's place.
    """
    sizes = [size.wanted for size in old]
    budget = new.wanted + sum(sizes) - limits.floor - (new.wanted - new.available)
    if budget <= 0:
        return sizes
    for index, size in enumerate(old):
        broken = min(budget, size.wanted - size.available)
        sizes[index] -= broken
        budget -= broken
    spare = new.available + sum(size.available for size in old) - limits.floor
    for index, wanted in enumerate(sizes):
        going = max(0, min(spare, wanted))
        sizes[index] -= going
        spare -= going
    return sizes


def rescaled(limits: Limits, old_ceiling: int, sizes: Sequence[int]) -> list[int]:
    """The next sizes after a change of `replicas`; one replica set at least has pods, the newest comes last.

    Where one alone has pods, it follows. Where the newest has them all, the older ones go. In the middle of a rolling
    update all grow or shrink in proportion, the larger ones first; the largest takes what rounding leaves.
    """
    active = [index for index, size in enumerate(sizes) if size > 0]
    made = list(sizes)
    if len(active) == 1:
        made[active[0]] = limits.replicas
        return made
    if sizes[-1] == limits.replicas:
        return [0] * (len(sizes) - 1) + [sizes[-1]]
    missing = (limits.ceiling if limits.replicas else 0) - sum(sizes)
    # Of equal ones, the newer grows first and the older shrinks first.
    ranked = sorted(active, key=lambda index: (-sizes[index], -index if missing > 0 else index))
    left = missing
    for index in ranked:
        share = _round(sizes[index] * limits.ceiling / old_ceiling) if limits.replicas else 0
        step = min(share - sizes[index], left) if missing > 0 else max(share - sizes[index], left)
        made[index] += step
        left -= step
    made[ranked[0]] = max(0, made[ranked[0]] + left)
    return made


def _resolve(value: int | str, replicas: int, rounding: Callable[[float], int]) -> int:
    """A number, or a percentage of the replicas."""
    return rounding(replicas * int(value.rstrip("%")) / 100) if isinstance(value, str) else value


def _round(value: float) -> int:
    """Half away from zero, as Go rounds."""
    return math.floor(value + 0.5)
