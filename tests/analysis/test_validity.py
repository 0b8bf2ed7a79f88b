"""Whether a query can be asked, and the sentence where it cannot."""

from pathlib import Path

import promql_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.validity import query_error

NUMBER = "must give an instant vector, got a number, which is always there, so that every candidate would fail"
RANGE = "must give an instant vector, got a range vector"
STRING = "must give an instant vector, got a string"
BEYOND = "is no PromQL: a number in it is beyond all bounds"


@pytest.mark.parametrize(
    "query",
    [
        'increase(istio_requests_total{destination_service_name="canaryapp-sample",response_code=~"5.*"}[20s]) > 2',
        "m",
        "-m",
        "(m)",
        "m > 2 # too many",
        "vector(1)",
        "m == bool 1",
        "1 > bool m",
        "absent(m)",
        "sum by (pod) (rate(m[1h30m]))",
        "histogram_quantile(0.99, sum by (le) (rate(m_bucket[300]))) > 500",
        "rate(m[0x10])",
        "rate(m[1e3] offset 5m)",
        "m offset -5m",
        "m @ end()",
        "max_over_time(rate(m[1m])[5m:])",
        "max_over_time(rate(m[1m])[5m: 10s ])",
        "max_over_time(m[1w:])",
        "max_over_time(m[5m: ])",
        "rate(m[1ms])",
        "rate(m[1y]) > 1",
        '{a=~"x{1}"}',
        '{"a.b", c="d"}',
        "m\n>\r\n2\t",
        'label_replace(m, "a", "$1", "b", "(.*){2}")',
        r'm{a=~"\\d{3}"}',
        r"m{a=~'5\\d\\d'}",
        r"m{a=~`5\d\d`}",
        r"m{a=`C:\dir`}",
        'm{a=`say "no"`}',
        "m{a=`two\nlines`}",
        "m{a=~`é|😀`}",
        r'm{a=~"\\Q.\\E"}',
        r'm{a!~"\\pL{2}"}',
        'm{a=~ # which\n "x"}',
    ],
)
def test_good_queries(query: str) -> None:
    """Every instant vector can be asked, however it is written."""
    assert query_error(query) is None


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        pytest.param("", "is no PromQL: no expression found in input", id="empty"),
        pytest.param(" \t\n", "is no PromQL: no expression found in input", id="only spaces"),
        pytest.param("# nothing", "is no PromQL: no expression found in input", id="only a comment"),
        pytest.param("sum(rate(m[1m])", "is no PromQL: unclosed left parenthesis", id="an open parenthesis"),
        pytest.param("m) + (m", "is no PromQL: unexpected right parenthesis ')'", id="parentheses turned round"),
        pytest.param("m >", "is no PromQL: invalid promql query", id="an open end"),
        pytest.param("unknown(m)", "is no PromQL: unknown function with name 'unknown'", id="an unknown function"),
        pytest.param('m{a="b}', 'is no PromQL: unterminated quoted string "', id="an open string"),
        pytest.param(r'm{a="\d"}', "is no PromQL: unknown escape sequence 'd'", id="an escape that there is not"),
        pytest.param(r'm{a=~"\d"}', "is no PromQL: unknown escape sequence 'd'", id="the same in a regex"),
        pytest.param('m{a=~"("}', "is no PromQL: illegal regex for (", id="a broken regex"),
        pytest.param("m{a=~`(`}", "is no PromQL: illegal regex for (", id="a broken raw regex"),
        pytest.param(
            '{a=""}',
            "is no PromQL: vector selector must contain at least one non-empty matcher",
            id="a selector of everything",
        ),
        pytest.param(
            '{a!~"x{1}"}',
            "is no PromQL: vector selector must contain at least one non-empty matcher",
            id="a selector of nearly everything",
        ),
        pytest.param("rate(m[1m1h])", "is no PromQL: not a valid duration string: 1m1h", id="units out of order"),
        pytest.param("rate(m[0s])", "is no PromQL: duration must be greater than 0", id="a range of 0 s"),
        pytest.param("rate(m[0])", "must not have ranges and steps below 1 ms, got [0]", id="a range of 0"),
        pytest.param(
            "rate(m[1m:0])", "must not have ranges and steps below 1 ms, got [1m:0]", id="a subquery step of 0"
        ),
        pytest.param(
            "rate(m[0.0001])", "must not have ranges and steps below 1 ms, got [0.0001]", id="a range of nothing"
        ),
        pytest.param(
            "rate(m[1w:] offset 1d) + rate(m[1s:])",
            "must not look back for more than 604800 s where it has subqueries, got 604801 s",
            id="subqueries that would be waited for too long",
        ),
        pytest.param("m[5m]", RANGE, id="a range vector"),
        pytest.param("m[5m] offset 1m # [", RANGE, id="a range vector with an offset and a comment"),
        pytest.param("m[5m:1m]", RANGE, id="a subquery alone"),
        pytest.param("((m[5m]))", RANGE, id="a range vector in parentheses"),
        pytest.param('"up"', STRING, id="a string"),
        pytest.param("`up`", STRING, id="a raw string"),
        pytest.param("1", NUMBER, id="a number"),
        pytest.param("time() > bool 3", NUMBER, id="a comparison of numbers"),
        pytest.param("scalar(m)", NUMBER, id="a vector made a number"),
        pytest.param("rate(m[1e30])", BEYOND, id="a range beyond all bounds"),
        pytest.param("rate(m[1m:1e400])", BEYOND, id="a step beyond all bounds"),
        pytest.param("m offset 1e30", BEYOND, id="an offset beyond all bounds"),
        pytest.param("rate(m[9223372036854775807])", BEYOND, id="a range just beyond all bounds"),
        pytest.param(
            "\ud800",
            "is no PromQL: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed",
            id="half a character",
        ),
        pytest.param(
            "-" * 201 + "m", "must have at most 200 operators, parentheses and ranges, got 201", id="too deep"
        ),
        pytest.param(
            '"a"and' * 201 + " m",
            "must have at most 200 operators, parentheses and ranges, got 201",
            id="between strings",
        ),
        pytest.param(
            "m" + " AND m" * 201, "must have at most 200 operators, parentheses and ranges, got 201", id="too long"
        ),
    ],
)
def test_bad_queries(query: str, problem: str) -> None:
    """What Prometheus would refuse, or what could not be decided on, is refused with a sentence that says why."""
    assert query_error(query) == problem


def test_many_operators_are_read() -> None:
    """As many operators as are promised can be used, and those in strings, comments and labels do not count."""
    assert query_error("m" + "+m" * 200) is None
    assert query_error('m{a="' + "+" * 900 + '"} # ' + "-" * 900) is None


def test_long_complaints_are_cut() -> None:
    """The sentence is bounded and on one line, even where the parser quotes the query."""
    problem = query_error("f" * 4000 + "(m)")
    assert problem is not None
    assert problem.startswith("is no PromQL: unknown function with name 'fff")
    assert len(problem) == len("is no PromQL: ") + 200
    assert problem.endswith("…")
    assert query_error('m{a=~"(\n"}') == "is no PromQL: invalid syntax"


def test_interrupts_are_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the parser does to itself is turned into a sentence; a signal to the process goes through."""

    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(promql_parser, "parse", interrupted)
    with pytest.raises(KeyboardInterrupt):
        query_error("not_remembered")


WORDS = st.sampled_from(
    [*(Path(__file__).parent / "words.txt").read_text("utf-8").split(), "\n", "\r", "\ud800", "\x00"]
)


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.one_of(
        st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join), st.lists(WORDS, max_size=8).map("".join)
    )
)
def test_whatever_is_asked(query: str) -> None:
    """Any text at all is either fine or refused with a sentence; nothing is raised."""
    problem = query_error(query)
    assert problem is None or 0 < len(problem) <= 300
