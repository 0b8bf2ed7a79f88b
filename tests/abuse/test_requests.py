"""Real requests, damaged in every way: nothing breaks, nothing slips out, and no child is lost."""

from collections import Counter
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.abuse.attempt import KINDS, PATHS, attempt
from tests.abuse.oracle import Oracle
from tests.abuse.target import Target

_MOST_REFUSED: Final = 0.95
"""Of the attempts of a kind: where all were refused, nobody would look at what the hook makes of the rest."""
_STEADY: Final = settings(
    max_examples=120,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""The same examples in every run; `make soak-input` tries others, and many more."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_request_is_answered_safely_or_refused(kind: str, target: Target, oracle: Oracle) -> None:
    """Whatever is done to a request: an answer that keeps every child, or a refusal with a sentence."""

    @_STEADY
    @given(st.randoms(use_true_random=False))
    def search(random: Random) -> None:
        tried = attempt(random, kind)
        answer = target.ask(tried)
        assert list(oracle.objections(tried, answer)) == []
        assert target.ask(tried).body == answer.body, "The same input has another answer the second time (rule R9)."

    search()


def test_every_kind_reaches_the_decision(target: Target) -> None:
    """The sample is not refused at the door: of each kind some are decided on, and all paths are tried."""
    paths = Counter[str]()
    for kind in KINDS:
        tried = [attempt(Random(f"{kind}{number}"), kind) for number in range(60)]  # noqa: S311 - no secret
        served = sum(target.ask(one).status == 200 for one in tried)
        assert served >= (1 - _MOST_REFUSED) * len(tried), kind
        paths.update(one.path for one in tried)
    assert set(paths) == set(PATHS)


def test_the_same_seed_gives_the_same_attempts() -> None:
    """What the soak found can be found again by its seed, whatever was tried before."""
    assert [_body(seed) for seed in range(50)] == [_body(seed) for seed in range(50)]


def _body(seed: int) -> bytes:
    return attempt(Random(seed)).body  # noqa: S311 - no secret
