"""The safety rules of a rollout as executable invariants over what really happened.

They read requests, responses and writes as they went over the wire, and share no code with the hook that they judge.
"""

from app.simulation.safety.invariants import INVARIANTS, Breach, breaches

__all__ = ["INVARIANTS", "Breach", "breaches"]
