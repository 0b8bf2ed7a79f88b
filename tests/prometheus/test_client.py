"""Asking Prometheus: at once, within one deadline, bounded, and never elsewhere than where it was meant to go."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from app.analysis.measurement import Measurement, Query, Samples, Unanswered
from app.prometheus.client import Limits, PrometheusClient, open_http
from app.prometheus.origins import AllowedOrigins
from tests.prometheus.servers import NOTHING, Script, is_silent, listening, never_stops, says, sends

PROM = "http://prom:9090"
EMPTY = Samples(series=0, numbers=0, not_numbers=0, largest=None)
ENOUGH = 30.0
"""Seconds; a deadline that no test reaches."""
LITTLE = 0.05
"""Seconds; a deadline that is meant to be reached."""

Handler = Callable[[httpx.Request], Awaitable[httpx.Response]]


def query(url: str = PROM, name: str = "check", promql: str = 'rate(a{b="c"}[5s]) > 2') -> Query:
    """A query that goes there."""
    return Query(name, url, promql, start=1000.25, end=1120.5, step=5)


def client_of(
    http: httpx.AsyncClient, *origins: str, deadline: float = ENOUGH, max_bytes: int = 1 << 20, **more: Any
) -> PrometheusClient:
    """A client that may ask these origins."""
    return PrometheusClient(http, AllowedOrigins.parse(origins or (PROM,)), Limits(deadline, max_bytes), **more)


def measure(handler: Any, *queries: Query, **more: Any) -> tuple[Measurement, ...]:
    """What comes of the queries, with a server that a function plays."""

    async def go() -> tuple[Measurement, ...]:
        async with open_http(httpx.MockTransport(handler)) as http:
            return await client_of(http, **more).measure(queries or (query(),))

    return asyncio.run(go())


def measure_for_real(script: Script, **more: Any) -> Samples | Unanswered:
    """What comes of one query to a server on the loopback interface."""

    async def go() -> Samples | Unanswered:
        async with listening(script) as prometheus, open_http() as http:
            measured = await client_of(http, prometheus.url, **more).measure([query(prometheus.url)])
            return measured[0].answer

    return asyncio.run(go())


def answer(body: bytes | dict[str, Any] = NOTHING, status: int = 200) -> httpx.Response:
    """An answer whose body is still to be read, as that of a real server."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, stream=httpx.ByteStream(content))


def found(*values: str) -> dict[str, Any]:
    """An answer with one series for each value."""
    result = [{"metric": {"n": str(n)}, "values": [[1, value]]} for n, value in enumerate(values)]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


async def hang(_: httpx.Request) -> httpx.Response:
    """A server that never answers."""
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize(
    ("base", "target"),
    [
        (PROM, f"{PROM}/api/v1/query_range"),
        (f"{PROM}/", f"{PROM}/api/v1/query_range"),
        (f"{PROM}/prometheus", f"{PROM}/prometheus/api/v1/query_range"),
        (f"{PROM}/prometheus//", f"{PROM}/prometheus/api/v1/query_range"),
    ],
    ids=["bare", "slash", "prefix", "prefix-with-slashes"],
)
def test_a_query_is_a_post_of_a_form(base: str, target: str) -> None:
    """It goes to the range API below the base address, as a form, with times to the millisecond."""
    sent: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answer()

    (measured,) = measure(server, query(base))
    assert measured == Measurement(query(base), EMPTY)
    assert [(request.method, str(request.url)) for request in sent] == [("POST", target)]
    assert parse_qs(sent[0].content.decode()) == {
        "query": ['rate(a{b="c"}[5s]) > 2'],
        "start": ["1000.250"],
        "end": ["1120.500"],
        "step": ["5"],
    }
    assert sent[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert sent[0].headers["Accept-Encoding"] == "identity"


def test_no_query_asks_nobody() -> None:
    """A sync without a due query sends nothing."""
    assert measure(hang, *(), deadline=LITTLE)[0].answer == Unanswered("Prometheus did not answer within 0.05 seconds.")

    async def go() -> tuple[Measurement, ...]:
        async with open_http(httpx.MockTransport(hang)) as http:
            return await client_of(http).measure(())

    assert asyncio.run(go()) == ()


def test_all_queries_are_asked_at_once_and_answered_in_their_order() -> None:
    """No query waits for another one: this server answers none before it has got all."""

    async def go() -> tuple[Measurement, ...]:
        everyone = asyncio.Barrier(5)

        async def server(request: httpx.Request) -> httpx.Response:
            await everyone.wait()
            wanted = request.url.path.split("/")[1]
            return answer(found(wanted))

        async with open_http(httpx.MockTransport(server)) as http:
            return await client_of(http).measure([query(f"{PROM}/{number}", str(number)) for number in range(5)])

    measured = asyncio.run(go())
    assert [one.query.name for one in measured] == ["0", "1", "2", "3", "4"]
    assert [one.answer for one in measured] == [Samples(1, 1, 0, float(number)) for number in range(5)]


def test_the_deadline_ends_what_is_late_and_keeps_what_is_there() -> None:
    """A silent server is told with the deadline; the other queries of the same sync keep their answers."""

    async def server(request: httpx.Request) -> httpx.Response:
        return await hang(request) if "late" in request.url.path else answer()

    late, there = measure(server, query(f"{PROM}/late"), query(), deadline=LITTLE)
    assert late.answer == Unanswered("Prometheus did not answer within 0.05 seconds.")
    assert there.answer == EMPTY


def test_the_deadline_covers_the_body_too() -> None:
    """A server that begins to answer and then stops is as late as one that never begins."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        await is_silent(writer)

    assert measure_for_real(script, deadline=LITTLE) == Unanswered("Prometheus did not answer within 0.05 seconds.")
    assert measure_for_real(is_silent, deadline=LITTLE) == Unanswered("Prometheus did not answer within 0.05 seconds.")


def test_hundreds_of_apps_ask_at_once() -> None:
    """No query waits for another app's connection: this server answers none before it has got all."""
    apps = 150

    async def go() -> None:
        everyone = asyncio.Barrier(apps)

        async def script(writer: asyncio.StreamWriter) -> None:
            await everyone.wait()
            await says()(writer)

        async with listening(script) as prometheus, open_http() as http:
            client = client_of(http, prometheus.url)
            asked = [query(prometheus.url, promql=f"errors_{app} > 1") for app in range(apps)]
            measured = await asyncio.gather(*(client.measure([one]) for one in asked))
            assert {one.answer for (one,) in measured} == {EMPTY}

    asyncio.run(go())


def test_a_prometheus_that_hung_is_usable_again() -> None:
    """However many queries ran into the deadline at once, the next one is asked and answered."""

    async def go() -> None:
        async with listening(is_silent) as silent, listening(says()) as well, open_http() as http:
            impatient = client_of(http, silent.url, deadline=LITTLE)
            asked = [query(silent.url, promql=f"errors_{app} > 1") for app in range(50)]
            late = await asyncio.gather(*(impatient.measure([one]) for one in asked))
            assert {one.answer for (one,) in late} == {Unanswered("Prometheus did not answer within 0.05 seconds.")}
            (after,) = await client_of(http, well.url).measure([query(well.url)])
            assert after.answer == EMPTY

    asyncio.run(go())


def test_the_connection_is_kept_for_the_next_sync() -> None:
    """Syncs share their connections: a second question does not connect anew."""

    async def go() -> None:
        async with listening(says()) as prometheus, open_http() as http:
            for _ in range(3):
                await client_of(http, prometheus.url).measure([query(prometheus.url)])
            assert (prometheus.connections, len(prometheus.requests)) == (1, 3)

    asyncio.run(go())


def test_no_cookie_is_kept() -> None:
    """A Prometheus cannot make the operator carry anything into the next question, be it another app's."""

    async def go() -> None:
        async with (
            listening(says(headers="Set-Cookie: session=hunter2; Path=/\r\n")) as prometheus,
            open_http() as http,
        ):
            for _ in range(2):
                await client_of(http, prometheus.url).measure([query(prometheus.url)])
            assert len(prometheus.requests) == 2
            assert b"hunter2" not in b"".join(prometheus.requests)

    asyncio.run(go())


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_never_followed(status: str) -> None:
    """The server that it names gets no connection."""

    async def go() -> tuple[Any, int]:
        async with listening(says()) as elsewhere, open_http() as http:
            location = f"Location: {elsewhere.url}/\r\n"
            async with listening(says(b"", status=status, headers=location)) as prometheus:
                client = client_of(http, prometheus.url, elsewhere.url)
                measured = await client.measure([query(prometheus.url)])
                return measured[0].answer, elsewhere.connections

    said, connections = asyncio.run(go())
    assert said == Unanswered(f"Prometheus answered {status[:3]}; redirects are not followed.")
    assert connections == 0


@pytest.mark.parametrize("location", ["http://[", "\x80", "", "file:///etc/passwd"])
def test_an_odd_redirect_is_none_either(location: str) -> None:
    """Wherever it leads to: a sentence, no exception."""
    script = says(b"", status="302 Found", headers=f"Location: {location}\r\n")
    assert measure_for_real(script) in (
        Unanswered("Prometheus answered 302; redirects are not followed."),
        Unanswered("Prometheus could not be reached (RemoteProtocolError)."),
    )


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the environment are not used: queries go where the address says."""

    async def go() -> None:
        async with listening(says()) as proxy, listening(says()) as prometheus:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            async with open_http() as http:
                measured = await client_of(http, prometheus.url).measure([query(prometheus.url)])
            assert measured[0].answer == EMPTY
            assert proxy.connections == 0

    asyncio.run(go())


def test_a_refused_connection_is_a_sentence() -> None:
    """Nothing listens: unreachable, by the kind of the failure."""

    async def go() -> Any:
        async with listening(says()) as gone:
            pass
        async with open_http() as http:
            return (await client_of(http, gone.url).measure([query(gone.url)]))[0].answer

    assert asyncio.run(go()) == Unanswered("Prometheus could not be reached (ConnectError).")


BROKEN = {
    "nothing": (sends(b""), "Prometheus could not be reached (RemoteProtocolError)."),
    "garbage": (sends(b"hunter2\r\n\r\n"), "Prometheus could not be reached (RemoteProtocolError)."),
    "half-a-head": (sends(b"HTTP/1.1 200 OK\r\nContent-"), "Prometheus could not be reached (RemoteProtocolError)."),
    "half-a-body": (
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhunter2"),
        "Prometheus could not be reached (RemoteProtocolError).",
    ),
    "a-wrong-chunk": (
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhunter2\r\n"),
        "Prometheus could not be reached (RemoteProtocolError).",
    ),
    "an-endless-body": (never_stops, "Prometheus's answer is larger than 1048576 bytes."),
    "html": (
        says(b"<html>hunter2</html>", status="502 Bad Gateway", headers="Content-Type: text/html\r\n"),
        "Prometheus answered 502 with a body that is no answer of its API.",
    ),
    "an-error": (
        says(b'{"status":"error","errorType":"bad_data","error":"hunter2"}', status="400 Bad Request"),
        "Prometheus refused the query with 400 (bad_data).",
    ),
    "no-content": (
        sends(b"HTTP/1.1 204 No Content\r\n\r\n"),
        "Prometheus answered 204 with a body that is no answer of its API.",
    ),
    "compressed": (
        says(gzip.compress(NOTHING), headers="Content-Encoding: gzip\r\n"),
        "Prometheus's answer is compressed, which was not asked for.",
    ),
    "compressed-in-an-unknown-way": (
        says(NOTHING, headers="Content-Encoding: hunter2\r\n"),
        "Prometheus's answer is compressed, which was not asked for.",
    ),
}


@pytest.mark.parametrize(("script", "sentence"), BROKEN.values(), ids=BROKEN)
def test_whatever_a_server_does_is_a_sentence(script: Script, sentence: str) -> None:
    """No exception and no word of the answer, however broken the server is."""
    assert measure_for_real(script) == Unanswered(sentence)


def test_an_answer_that_is_too_large_is_cut_off() -> None:
    """The connection is closed: a server that never stops does not go on for as long as the operator lives."""

    async def go() -> None:
        cut_off = asyncio.Event()

        async def script(writer: asyncio.StreamWriter) -> None:
            try:
                await never_stops(writer)
            finally:
                cut_off.set()

        async with listening(script) as prometheus, open_http() as http:
            await client_of(http, prometheus.url, max_bytes=1024).measure([query(prometheus.url)])
            await asyncio.wait_for(cut_off.wait(), ENOUGH)

    asyncio.run(go())


def test_an_answer_that_says_it_is_not_compressed_is_taken() -> None:
    """`Content-Encoding: identity`, in any case, is no compression."""
    assert measure_for_real(says(headers="Content-Encoding: Identity\r\n")) == EMPTY


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (0, Samples(series=10_000, numbers=10_000, not_numbers=0, largest=9999.0)),
        (-1, "Prometheus's answer is larger than {limit} bytes."),
    ],
    ids=["within-the-cap", "one-byte-over-the-cap"],
)
def test_ten_thousand_series_are_counted_or_refused_by_their_size(room: int, said: Samples | str) -> None:
    """Every series counts up to the cap on the answer's size; beyond it nothing is concluded."""
    body = json.dumps(found(*(str(n) for n in range(10_000)))).encode()
    limit = len(body) + room
    (measured,) = measure(lambda _: answer(body), max_bytes=limit)
    assert measured.answer == (said if isinstance(said, Samples) else Unanswered(said.format(limit=limit)))


def test_a_cancelled_sync_is_cancelled() -> None:
    """A cancellation is passed on and is no answer of Prometheus."""

    async def go() -> None:
        asked = asyncio.Event()

        async def server(request: httpx.Request) -> httpx.Response:
            asked.set()
            return await hang(request)

        async with open_http(httpx.MockTransport(server)) as http:
            measuring = asyncio.create_task(client_of(http).measure([query()]))
            await asked.wait()
            measuring.cancel()
            with pytest.raises(asyncio.CancelledError):
                await measuring

    asyncio.run(go())


def test_a_defect_is_no_answer() -> None:
    """What is neither the server's nor the network's fault is raised, so that the sync ends with a 500."""

    def server(_: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as raised:
        measure(server)
    assert raised.group_contains(ZeroDivisionError)


def test_every_query_that_was_sent_is_observed() -> None:
    """Once each, by whether it was answered; what was refused before it was sent is no query."""
    seen: list[str] = []

    def observer(outcome: str, seconds: float) -> None:
        assert seconds >= 0
        seen.append(outcome)

    def server(request: httpx.Request) -> httpx.Response:
        return answer(status=500 if "bad" in request.url.path else 200)

    measure(server, query(), query(f"{PROM}/bad"), query("http://evil"), observer=observer)
    assert sorted(seen) == ["answered", "unanswered"]
