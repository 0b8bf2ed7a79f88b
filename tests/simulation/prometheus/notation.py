"""Series in the notation of Prometheus's own rule tests, and answers in a form that tables can hold.

`load(10, {'m{a="1"}': "0+5x3 _ 7"})` is a series with a sample every ten seconds from the moment 0 on: 0, 5, 10, 15,
none, 7. `5x3` repeats: 5, 5, 5, 5; `_x3` are three samples that are missing.
"""

import re
from collections.abc import Iterator, Mapping

from app.simulation.prometheus.promql import Matrix, Scalar, Text, Vector, evaluate_instant, evaluate_range
from app.simulation.prometheus.series import SeriesStore

Points = list[tuple[float, float]]

_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_TERM = re.compile(r"(?P<first>_|[+-]?(?:[\d.]+(?:e[+-]?\d+)?|Inf|NaN))(?P<step>[+-][\d.]+)?(?:x(?P<more>\d+))?")


def load(interval: float, series: Mapping[str, str]) -> SeriesStore:
    """A store with these series, their samples `interval` seconds apart, the first at 0."""
    store = SeriesStore()
    samples = [
        (number * interval, labels_of(name), value)
        for name, values in series.items()
        for number, value in enumerate(values_of(values))
        if value is not None
    ]
    for at, labels, value in sorted(samples, key=lambda sample: sample[0]):
        store.append(labels, value, at)
    return store


def labels_of(text: str) -> dict[str, str]:
    """`m{a="1"}` as labels."""
    name, _, rest = text.partition("{")
    labels = {label: value.replace("\\n", "\n") for label, value in _LABEL.findall(rest)}
    return {"__name__": name, **labels} if name else labels


def values_of(text: str) -> Iterator[float | None]:
    """The values of a series; None where a sample is missing."""
    for word in text.split():
        term = _TERM.fullmatch(word)
        assert term is not None, word
        first, step, more = term["first"], float(term["step"] or 0), int(term["more"] or 0)
        if first == "_":
            yield from [None] * max(1, more)
        else:
            yield from (float(first) + number * step for number in range(more + 1))


def text_of(labels: Mapping[str, str]) -> str:
    """Labels as `m{a="1"}`, sorted."""
    pairs = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()) if name != "__name__")
    name = labels.get("__name__", "")
    return f"{name}{{{pairs}}}" if pairs or not name else name


def ask(store: SeriesStore, query: str, at: float) -> dict[str, float]:
    """The vector that an instant query gives, by labels; a number has none: `{}`."""
    pairs = ask_in_order(store, query, at)
    made = dict(pairs)
    assert len(made) == len(pairs), pairs
    return made


def ask_in_order(store: SeriesStore, query: str, at: float) -> list[tuple[str, float]]:
    """The vector that an instant query gives, in its order."""
    value = evaluate_instant(store, query, at)
    if isinstance(value, Scalar):
        return [("{}", value.value)]
    assert isinstance(value, Vector), value
    return [(text_of(sample.labels), sample.value) for sample in value.samples]


def ask_text(store: SeriesStore, query: str, at: float) -> str:
    """The string that an instant query gives."""
    value = evaluate_instant(store, query, at)
    assert isinstance(value, Text), value
    return value.value


def ask_windows(store: SeriesStore, query: str, at: float) -> dict[str, Points]:
    """The range vector that an instant query gives, by labels."""
    value = evaluate_instant(store, query, at)
    assert isinstance(value, Matrix), value
    return {text_of(one.labels): list(zip(one.times, one.values, strict=True)) for one in value.windows}


def ask_range(store: SeriesStore, query: str, start: float, end: float, step: float) -> dict[str, Points]:
    """What a range query gives, by labels."""
    return {text_of(one.labels): one.points for one in evaluate_range(store, query, start, end, step)}
