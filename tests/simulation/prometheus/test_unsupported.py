"""What is PromQL and is not supported here: the error names it, before any data is looked at."""

import re

import pytest

from app.simulation.prometheus.promql import InvalidQueryError, UnsupportedQueryError, evaluate_instant, evaluate_range
from app.simulation.prometheus.series import SeriesStore

UNSUPPORTED = {
    "m @ 5": "The @ modifier is not supported.",
    "m @ start()": "The @ modifier is not supported.",
    "m @ end() offset 5m": "The @ modifier is not supported.",
    "rate(m[5m] @ 5)": "The @ modifier is not supported.",
    "max_over_time(m[5m:1m] @ 5)": "The @ modifier is not supported.",
    "sum(1 + m @ 5)": "The @ modifier is not supported.",
    'count_values("v", m)': "The aggregation count_values is not supported.",
    "limitk(2, m)": "The aggregation limitk is not supported.",
    "limit_ratio(0.5, m)": "The aggregation limit_ratio is not supported.",
    "m + on(a) fill(0) n": "The fill modifiers are not supported.",
    "m + fill_left(0) n": "The fill modifiers are not supported.",
    "m + fill_right(0) n": "The fill modifiers are not supported.",
    'm{a=~"[[:alpha:]]+"}': "The regular expression [[:alpha:]]+ is not supported.",
    'm{a=~"\\\\pL"}': r"The regular expression \pL is not supported.",
    "sum(1 + 2 * hour())": "The function hour is not supported.",
    **{
        call: f"The function {call.partition('(')[0]} is not supported."
        for call in (
            "histogram_avg(m)",
            "histogram_count(m)",
            "histogram_sum(m)",
            "histogram_fraction(0, 1, m)",
            "histogram_stddev(m)",
            "histogram_stdvar(m)",
            "deriv(m[5m])",
            "predict_linear(m[5m], 60)",
            "double_exponential_smoothing(m[5m], 0.1, 0.1)",
            "mad_over_time(m[5m])",
            'label_join(m, "a", "-", "b", "c")',
            "timestamp(m)",
            "hour()",
            "day_of_week(m)",
            "pi()",
            "sin(m)",
            'sort_by_label(m, "a")',
            "info(m)",
        )
    },
}


@pytest.mark.parametrize(("query", "sentence"), UNSUPPORTED.items(), ids=UNSUPPORTED.keys())
def test_an_unsupported_construct_is_named(query: str, sentence: str) -> None:
    """In a sentence, for instant and range queries, even where there is no series at all."""
    with pytest.raises(UnsupportedQueryError) as instant:
        evaluate_instant(SeriesStore(), query, 0)
    with pytest.raises(UnsupportedQueryError) as ranged:
        evaluate_range(SeriesStore(), query, 0, 60, 10)
    assert (str(instant.value), str(ranged.value)) == (sentence, sentence)


@pytest.mark.parametrize("expression", ["[[:digit:]]", r"\pL"], ids=["posix class", "unicode class"])
def test_a_regular_expression_that_python_does_not_know_is_named(expression: str) -> None:
    """In `label_replace`, where it is looked at when it is used."""
    escaped = expression.replace("\\", "\\\\")
    query = f"label_replace(vector(1), 'a', 'b', 'c', '{escaped}')"
    with pytest.raises(UnsupportedQueryError) as refusal:
        evaluate_instant(SeriesStore(), query, 0)
    assert str(refusal.value) == f"The regular expression {expression} is not supported."


INVALID = {
    "": "parse error: no expression found in input",
    "m{": "parse error: unexpected end of input inside braces",
    "nonsense(m)": "parse error: unknown function with name 'nonsense'",
    "rate(m)": "parse error: expected type matrix in call to function 'rate', got vector",
    "1 == 1": "parse error: comparisons between scalars must use BOOL modifier",
    "{}": "parse error: vector selector must contain at least one non-empty matcher",
    'm{a=~"("}': "parse error: illegal regex for (",
    "sum(1)": "parse error: expected type vector in aggregation expression, got scalar",
    "m[5m] + 1": "parse error: binary expression must contain only scalar and instant vector types",
    "m and 1": "parse error: set operator 'and' not allowed in binary scalar expression",
    "m or on(a) group_left n": "parse error: no grouping allowed for 'or' operation",
}


@pytest.mark.parametrize(("query", "sentence"), INVALID.items(), ids=INVALID.keys())
def test_what_is_no_promql_does_not_parse(query: str, sentence: str) -> None:
    """The sentence is the parser's."""
    with pytest.raises(InvalidQueryError, match=f"^{re.escape(sentence)}$"):
        evaluate_instant(SeriesStore(), query, 0)
