"""What must be true of every answer, whatever was asked."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from jsonschema import Draft202012Validator

from app.main import create_app
from app.settings import Settings
from tests.abuse.attempt import Attempt
from tests.abuse.losses import lost
from tests.abuse.target import SECRET, Answer
from tests.golden.schema import closed_status_schema

_DELIBERATE: Final = (
    re.compile(r"The spec of .* is refused \(.*\) and the settings that were accepted last are lost, so .*", re.DOTALL),
    re.compile(r"The spec of .* is refused \(.{900,}…", re.DOTALL),
    re.compile(r"The template of revision '.*' of .* is lost: no ControllerRevision, no Deployment and .*", re.DOTALL),
    re.compile(r"The revision that the primary of .* runs cannot be told: its template has no label .*", re.DOTALL),
)
"""Where any answer would delete or rewrite what must stand (rule R4), cut if long."""
_INSIDE: Final = re.compile(rf"{SECRET}|Traceback|File \"|site-packages|/app/\w+|\.py\b|0x[0-9a-f]{{8,}}>")
"""Of the operator's inside: none of it is for the caller."""
_MOST: Final = 1024
"""Characters of a sentence: an event in Kubernetes has no more."""
_REFUSALS: Final = (400, 413, 422)


class Oracle:
    """Judges answers; whoever sees many of them makes one."""

    def __init__(self) -> None:
        """Reads what the hook's own documentation promises."""
        document = create_app(Settings()).openapi()
        self._answers = {
            path: Draft202012Validator({**document, **_schema_of(operations["post"]["responses"]["200"])})
            for path, operations in document["paths"].items()
            if "post" in operations
        }
        self._status = Draft202012Validator(closed_status_schema())

    def objections(self, attempt: Attempt, answer: Answer) -> Iterator[str]:
        """Every sentence about what is wrong with an answer."""
        text = answer.body.decode("utf-8", "replace")
        if found := _INSIDE.search(text.replace(_sent(attempt), "")):
            yield f"The answer holds {found[0]!r}."
        if SECRET in answer.logged and SECRET not in _sent(attempt):
            yield "The log holds the secret."
        if answer.content_type != "application/json":
            yield f"The answer is {answer.content_type!r}."
        if answer.status == 200:
            yield from self._about_ok(attempt, json.loads(text))
        else:
            yield from _about_refusal(answer.status, text)

    def _about_ok(self, attempt: Attempt, body: Any) -> Iterator[str]:
        if undocumented := [error.message for error in self._answers[attempt.path].iter_errors(body)]:
            yield f"The answer is not as documented: {undocumented}"
        elif attempt.path == "/sync":
            for error in self._status.iter_errors(body["status"]):
                yield f"The API server refuses the status: {error.message}"
            yield from lost(json.loads(attempt.body), body)


def deliberate(status: int, sentence: str) -> bool:
    """Whether a 500 is the one that says why no answer would be safe."""
    return status == 500 and any(form.fullmatch(sentence) for form in _DELIBERATE)


def _about_refusal(status: int, text: str) -> Iterator[str]:
    body = json.loads(text)
    sentence = body.get("error") if isinstance(body, dict) and len(body) == 1 else None
    if not isinstance(sentence, str) or not sentence.endswith((".", "…")) or len(sentence) > _MOST:
        yield f"The answer {text[:200]!r} is no sentence."
    elif status not in _REFUSALS and not deliberate(status, sentence):
        yield f"The answer is {status}: {sentence}"


def _schema_of(response: Any) -> dict[str, Any]:
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    return schema


def _sent(attempt: Attempt) -> str:
    return attempt.body.decode("utf-8", "replace")
