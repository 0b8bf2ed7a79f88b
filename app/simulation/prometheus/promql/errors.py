"""How a query fails."""


class QueryError(Exception):
    """The query cannot be evaluated on this data; the message is a sentence."""


class InvalidQueryError(QueryError):
    """The query cannot be evaluated on any data: it does not parse, or is of the wrong type."""


class UnsupportedQueryError(QueryError):
    """The query is PromQL, but not of the part that is supported; the message names the construct."""
