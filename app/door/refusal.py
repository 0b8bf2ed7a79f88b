"""A request that is not served, and why."""

from collections.abc import Mapping


class RefusedError(Exception):
    """A request that is not served: the caller's fault, or one too many.

    Attributes:
        status: the HTTP status (4xx); the message is a sentence for the answer.
        headers: of the answer.
    """

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        """`status` is the HTTP status."""
        super().__init__(sentence)
        self.status = status
        self.headers = dict(headers or {})
