"""Golden cases: one folder a situation; adding one adds no code."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from tests.golden.case import CASES, Case, all_cases
from tests.golden.schema import closed_status_schema

UPDATE = "UPDATE_CASES" in os.environ
"""Set to write the responses instead of checking them; they are to be read before they are kept."""


@pytest.mark.parametrize("folder", all_cases(), ids=lambda folder: folder.name)
def test_the_hook_answers_as_the_case_says(folder: Path) -> None:
    """A recorded situation always leads to the same answer, and to the same question to Prometheus."""
    case = Case.read(folder)
    answer = case.play()
    if UPDATE:
        case.keep(answer)
        case = Case.read(folder)
    assert answer.status == case.status
    assert answer.body == case.response
    assert answer.asked == ([] if case.asked is None else [case.asked])


@pytest.mark.parametrize("folder", all_cases(), ids=lambda folder: folder.name)
def test_the_status_of_every_case_fits_the_schema(folder: Path) -> None:
    """The API server stores every status whole: the schema knows each of its fields."""
    case = Case.read(folder)
    if case.status != 200:
        return
    jsonschema.validate(case.response["status"], closed_status_schema())


@pytest.mark.parametrize("folder", all_cases(), ids=lambda folder: folder.name)
def test_every_case_answers_twice_alike(folder: Path) -> None:
    """Same observation, same response, byte for byte (rule R9)."""
    case = Case.read(folder)
    first, second = case.play(), case.play()
    assert json.dumps(first.body) == json.dumps(second.body)


def test_every_folder_is_a_case_with_a_sentence() -> None:
    """A folder holds the three files, and says why it is there."""
    for folder in sorted(path for path in CASES.iterdir() if path.is_dir()):
        assert {path.name for path in folder.iterdir()} == {"case.json", "request.json", "response.json"}, folder.name
        assert Case.read(folder).why.endswith("."), folder.name
