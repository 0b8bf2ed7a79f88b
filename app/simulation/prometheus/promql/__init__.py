"""PromQL over the series store: parsed by promql-parser, evaluated here.

Supported, with the results of Prometheus 3:

- selectors with all four matchers, `offset`, ranges open on the left, a lookback of five minutes; subqueries
- rate, increase, delta, irate, idelta, resets, changes, absent_over_time, and the `_over_time` functions avg, min, max,
  sum, count, last, present, quantile, stddev, stdvar
- abs, ceil, floor, round, exp, ln, log2, log10, sqrt, sgn, clamp, clamp_min, clamp_max, sort, sort_desc, absent,
  scalar, vector, time, label_replace, histogram_quantile over classic histograms
- sum, avg, min, max, count, group, stddev, stdvar, quantile, topk, bottomk, by and without labels
- arithmetic, comparison with and without `bool`, `and`, `or`, `unless`; `on`, `ignoring`, `group_left`, `group_right`

Not supported: the `@` and `fill` modifiers, native histograms, count_values, limitk, limit_ratio, every other function,
staleness markers. But for the last, the error names it. More in docs/simulation.md.
"""

from app.simulation.prometheus.promql.aggregate import AGGREGATIONS
from app.simulation.prometheus.promql.build import SUPPORTED_FUNCTIONS
from app.simulation.prometheus.promql.errors import InvalidQueryError, QueryError, UnsupportedQueryError
from app.simulation.prometheus.promql.evaluate import RangeSeries, evaluate_instant, evaluate_range
from app.simulation.prometheus.promql.values import Matrix, Sample, Scalar, Text, Value, Vector

__all__ = [
    "AGGREGATIONS",
    "SUPPORTED_FUNCTIONS",
    "InvalidQueryError",
    "Matrix",
    "QueryError",
    "RangeSeries",
    "Sample",
    "Scalar",
    "Text",
    "UnsupportedQueryError",
    "Value",
    "Vector",
    "evaluate_instant",
    "evaluate_range",
]
