"""The edge: what is refused before anything else looks, and what every answer carries."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeVar

import orjson
from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from solli_graphql.domain.errors import EntreeInvalide, LimiteDepassee, Occupe

T = TypeVar("T")
SECURITY = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:@/\[\]]+)(:\d{1,5})?")
# Read by probes, which call an address rather than a name.
ANY_HOST = frozenset({"/vivant", "/pret", "/metrics"})
REFUSED = Counter("solli_refused", "Requests and connections refused at the edge", ("why",))
WORDS = {
    "busy": (503, Occupe.code, Occupe.message),
    "head": (431, LimiteDepassee.code, "L'en-tête de la requête est trop grand."),
    "host": (
        400,
        EntreeInvalide.code,
        "La requête doit nommer un hôte, un seul, admis par SOLLI_HOTES.",
    ),
    "late": (408, LimiteDepassee.code, "La requête n'est pas arrivée à temps."),
    "malformed": (400, EntreeInvalide.code, "La requête n'est pas du HTTP valide."),
    "stopping": (503, Occupe.code, "Le service s'arrête : renvoyez la requête."),
}


@dataclass(frozen=True, slots=True)
class Edge:
    """What one connection may take: bytes, headers, seconds."""

    head_bytes: int
    headers: int
    head_seconds: float
    body_seconds: float
    uploads: str  # what begins the path of those whose body may take longer
    upload_seconds: float
    send_seconds: float
    idle_seconds: float


def refusal(why: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Write the answer to what is refused: its status, headers and body."""
    REFUSED.labels(why).inc()
    status, code, message = WORDS[why]
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        *SECURITY,
    ]
    if why != "busy":  # a busy server would rather not be connected to again
        headers.append((b"connection", b"close"))
    if code == Occupe.code:
        headers.append((b"retry-after", b"1"))
    return status, headers, body


async def refuse(send: Send, why: str) -> None:
    """Refuse a request before anything of it is read."""
    status, headers, body = refusal(why)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Guard:
    """Lets in what names one trusted host, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app = app
        self._trusted = trusting(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not (self._trusted(hosts[0]) or scope["path"] in ANY_HOST):
            await refuse(send, "host")
            return

        def guarded(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"] = secured(message["headers"])
            return send(message)

        await self._app(scope, receive, guarded)


def trusting(hosts: Sequence[str]) -> Callable[[bytes], bool]:
    """Give what tells whether a Host is one of these names."""
    return lru_cache(maxsize=256)(partial(trusted, frozenset(hosts)))


def trusted(names: frozenset[str], host: bytes) -> bool:
    """Tell whether a Host is one of these names, `*.name` being any name below it."""
    found = HOST.fullmatch(host.decode("latin-1").lower())
    if not found:
        return False
    wildcards = {"*", f"*.{found[1].partition('.')[2]}"}
    return found[1] in names or bool(wildcards & names)


def secured(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Add the security headers that an answer does not set itself."""
    return [*headers, *_missing(tuple([name for name, _ in headers]))]


@lru_cache(maxsize=256)
def _missing(names: tuple[bytes, ...]) -> list[tuple[bytes, bytes]]:
    return [header for header in SECURITY if header[0] not in names]


class Turnstile:
    """
    Lets so many operations run at once, for so long each; another one is told at once.

    One timer serves all operations: asyncio.timeout sets one each, a tenth of a short one's time.
    """

    def __init__(self, places: int, seconds: float) -> None:
        self._places, self._seconds = places, seconds
        self._since: dict[asyncio.Task[Any], float] = {}  # the oldest first
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def full(self) -> bool:
        """Tell whether there is no place, so that no work is spent on who would have none."""
        return len(self._since) >= self._places

    async def run(self, operation: Coroutine[Any, Any, T]) -> T:
        """Run it. Raises Occupe when there is no place, or when it takes too long."""
        if self.full:
            operation.close()
            REFUSED.labels("busy").inc()
            raise Occupe
        loop = asyncio.get_running_loop()
        task: Any = asyncio.current_task(loop)
        self._since[task] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._sweep, loop)
        try:
            return await operation
        except asyncio.CancelledError as e:
            if task not in self._late or task.uncancel():
                raise
            REFUSED.labels("slow").inc()
            raise Occupe(LENT) from e
        finally:
            del self._since[task]
            self._late.discard(task)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """Stop those whose time is over, and come back for the next one."""
        now = loop.time()
        for task, since in self._since.items():
            if since + self._seconds > now:
                self._timer = loop.call_at(since + self._seconds, self._sweep, loop)
                return
            if task not in self._late:
                self._late.add(task)
                task.cancel()
        self._timer = None


LENT = (
    "L'opération n'a pas abouti à temps : réessayez dans quelques secondes "
    "(pour une action, avec la même clé d'idempotence)."
)
