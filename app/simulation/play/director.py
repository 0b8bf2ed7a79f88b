"""Playing a story on the cluster. Time is the cluster's: virtual in tests, real in the demo."""

from collections.abc import Awaitable, Callable

from app.simulation.play.moments import at_rest
from app.simulation.play.script import Act, Cue
from app.simulation.play.stage import Stage


class StuckError(Exception):
    """An act does not come to its end; the message says which one, and where it stands."""


class _Prompter:
    """Knows which cue is the next one, and since when it has been due."""

    def __init__(self, cues: tuple[Cue, ...]) -> None:
        self._cues = list(cues)
        self._due: float | None = None

    def done(self) -> bool:
        return not self._cues

    def next(self, stage: Stage) -> Cue | None:
        """The cue whose moment has come; it is given once."""
        cue, now = self._cues[0], stage.cluster.now
        if self._due is None and cue.when(stage):
            self._due = now + cue.delay
        if self._due is None or now < self._due:
            return None
        self._due = None
        return self._cues.pop(0)


async def play(
    stage: Stage,
    acts: tuple[Act, ...],
    *,
    advance: Callable[[], Awaitable[None]],
    say: Callable[[str], None],
    limit: float,
) -> None:
    """Plays the acts to their ends.

    Args:
        stage: what they play on.
        acts: in their order.
        advance: lets some time pass, at least one tick of the cluster.
        say: is told what is done.
        limit: the cluster's seconds that one act may take.

    Raises:
        StuckError: an act does not come to its end.
    """
    for act in acts:
        say(act.says)
        act.begin(stage)
        await _play_on(stage, act, advance=advance, say=say, limit=limit)


async def _play_on(
    stage: Stage, act: Act, *, advance: Callable[[], Awaitable[None]], say: Callable[[str], None], limit: float
) -> None:
    prompter, end = _Prompter(act.cues), stage.cluster.now + limit
    while stage.cluster.now < end:
        await advance()
        if not prompter.done():
            if cue := prompter.next(stage):
                say(cue.says)
                cue.then(stage)
        elif at_rest(stage):
            return
    where = str((stage.status().get("decision") or {}).get("message", "the hook has not decided anything"))
    raise StuckError(f"«{act.says}» has not come to an end within {limit:.0f} s: {where}")
