"""The small model leaves nothing out that a decision reads."""

import json
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.exhaustive.hook import View
from tests.exhaustive.moments import read_part
from tests.exhaustive.search import Bounds, Search
from tests.golden.case import Case, all_cases


@pytest.mark.parametrize("folder", all_cases(), ids=lambda folder: folder.name)
def test_sentences_and_conditions_are_not_read(folder: Path, tmp_path: Path) -> None:
    """A request whose status lacks what the model leaves out leads to the same children and the same next state."""
    case = Case.read(folder)
    request = json.loads(case.request)
    try:
        request["parent"]["status"] = read_part(request["parent"]["status"])
    except (KeyError, TypeError, AttributeError):
        return  # no whole status: the model has none either, or one that is recovered
    (tmp_path / "request.json").write_text(json.dumps(request), "utf-8")
    answer = replace(case, folder=tmp_path).play()
    assert (answer.status, answer.asked) == (case.status, [case.asked] if case.asked else [])
    if answer.status == HTTPStatus.OK:
        assert answer.body["children"] == case.response["children"]
        assert read_part(answer.body["status"]) == read_part(case.response["status"])


def test_times_further_back_make_no_difference() -> None:
    """A time that the model takes for the longest ago leads to the same answer when it is longer ago still."""
    search = Search(Bounds(faults=0, changes=1))
    search.run()
    compared = 0
    for state in search.states:
        view = View(state.parent, state.children)
        status = search.hook.statuses.further_back(state.parent.status)
        answer, further = search.hook.ask(view), search.hook.ask_with(view, status)
        assert answer is not None
        assert further is not None
        assert (further.wanted, further.status) == (answer.wanted, answer.status)
        compared += status != search.hook.statuses.written(state.parent.status)
    assert compared
