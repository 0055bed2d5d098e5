"""One line of log a request, and its metrics: never a text, a name, a token or an address."""

import time
import uuid
from functools import lru_cache

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from solli_graphql.logs import noter, trace

REQUESTS = Counter("solli_requests", "Requests", ("method", "path", "status"))
SECONDS = Histogram("solli_request_seconds", "Time to answer", ("path",))
log = structlog.get_logger()


@lru_cache(maxsize=1024)
def _metrics(method: str, path: str, status: int) -> tuple[Counter, Histogram]:
    """Give the metrics of such a request: finding them by their labels costs more than counting."""
    return REQUESTS.labels(method, path, status), SECONDS.labels(path)


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
            self._tell(scope, status, time.perf_counter() - start)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        path = scope["path"] if scope["path"] in self._paths else "autre"
        requests, durations = _metrics(scope["method"], path, status)
        requests.inc()
        durations.observe(seconds)
        ms = round(seconds * 1000, 1)
        noter("requete", methode=scope["method"], chemin=path, statut=status, ms=ms)


async def _internal_error(send: Send, incident: str) -> None:
    body = (
        b'{"errors":[{"message":"Erreur interne.","extensions":{"code":"ERREUR_INTERNE",'
        b'"incident":"' + incident.encode() + b'"}}]}'
    )
    headers = [(b"content-type", b"application/json; charset=utf-8")]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
