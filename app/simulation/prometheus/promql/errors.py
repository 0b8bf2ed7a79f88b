"""How a query fails."""


class QueryError(Exception):
    """The query is wrong, or cannot be evaluated on this data; the message is a sentence."""


class UnsupportedQueryError(QueryError):
    """The query is PromQL, but not of the part that is supported; the message names the construct."""
