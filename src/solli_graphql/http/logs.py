"""One line of log a request, and its metrics: never a text, a name, a token or an address."""

import sys
import time
import uuid
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate

import orjson
import structlog
from prometheus_client import REGISTRY, Histogram, Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from solli_graphql.http.edge import SECURITY
from solli_graphql.logs import LINE, Soon, trace

log = structlog.get_logger()
BUCKETS = Histogram.DEFAULT_BUCKETS


# A request, once it is answered: its method, path and status, its seconds, and when that was.
Answered = tuple[str, str, int, float, float]


class Requests(Collector):
    """
    Logs requests and counts them, a fifth of a second later, and many together.

    structlog takes three times as long, prometheus_client's own metrics ten.
    """

    def __init__(self) -> None:
        self._new: list[Answered] = []
        self._soon = Soon(self.tell)
        self._counts: dict[tuple[str, str, int], int] = defaultdict(int)
        # By path: how many fell in each bucket, then the sum.
        self._seconds: dict[str, list[float]] = defaultdict(lambda: [0.0] * (len(BUCKETS) + 1))

    def add(self, method: str, path: str, status: int, seconds: float) -> None:
        """Take one."""
        self._new.append((method, path, status, seconds, time.time()))
        self._soon.ask()

    def tell(self) -> None:
        """Log and count what was taken."""
        new, self._new = self._new, []
        for method, path, status, seconds, date in new:
            self._counts[method, path, status] += 1
            times = self._seconds[path]
            times[bisect_left(BUCKETS, seconds)] += 1
            times[-1] += seconds
            line = {
                "event": "requete",
                "timestamp": datetime.fromtimestamp(date, UTC),
                "methode": method,
                "chemin": path,
                "statut": status,
                "ms": round(seconds * 1000, 1),
                "level": "info",
            }
            sys.stderr.buffer.write(orjson.dumps(line, option=LINE))
        sys.stderr.buffer.flush()

    def collect(self) -> Iterator[Metric]:
        """Give the metrics, as Prometheus has them."""
        self.tell()
        labels = ("method", "path", "status")
        counts = CounterMetricFamily("solli_requests", "Requests", labels=labels)
        for (method, path, status), n in self._counts.items():
            counts.add_metric((method, path, str(status)), n)
        seconds = HistogramMetricFamily("solli_request_seconds", "Time to answer", labels=("path",))
        for path, (*times, total) in self._seconds.items():
            buckets = zip(map(floatToGoString, BUCKETS), accumulate(times), strict=True)
            seconds.add_metric((path,), list(buckets), total)
        yield from (counts, seconds)


REQUESTS = Requests()
REGISTRY.register(REQUESTS)


class Logged:
    """Logs each request once it is answered, and answers 500 for what nobody caught."""

    def __init__(self, app: ASGIApp, paths: frozenset[str]) -> None:
        self._app, self._paths = app, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, told)
        except Exception as e:  # noqa: BLE001
            incident = uuid.uuid4().hex
            log.error("erreur_interne", incident=incident, **trace(e))  # noqa: TRY400 - see trace
            await _internal_error(told, incident)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "autre"
            REQUESTS.add(scope["method"], path, status, time.perf_counter() - start)


async def _internal_error(send: Send, incident: str) -> None:
    body = (
        b'{"errors":[{"message":"Erreur interne.","extensions":{"code":"ERREUR_INTERNE",'
        b'"incident":"' + incident.encode() + b'"}}]}'
    )
    headers = [(b"content-type", b"application/json; charset=utf-8"), *SECURITY]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
