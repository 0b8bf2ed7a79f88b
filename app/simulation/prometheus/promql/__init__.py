"""PromQL over the series store: parsed by promql-parser, evaluated here.

Supported: selectors, offset, subqueries, rate, increase, irate, delta, idelta, resets, changes, the `*_over_time`
functions, absent, scalar, vector, time, rounding and clamping, sort, label_replace, histogram_quantile, all
aggregations but count_values, arithmetic, comparison, and/or/unless, on/ignoring, group_left/group_right. Not
supported: the `@` modifier, native histograms, everything else; the error names it.
"""

from app.simulation.prometheus.promql.errors import QueryError, UnsupportedQueryError
from app.simulation.prometheus.promql.evaluate import RangeSeries, evaluate_instant, evaluate_range
from app.simulation.prometheus.promql.values import Matrix, Sample, Scalar, Text, Value, Vector

__all__ = [
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
