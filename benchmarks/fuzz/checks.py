"""What holds of every answer, whatever was asked."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks.fuzz.inputs import Inputs, Sent

LEAKS = re.compile(
    rb"Traceback|File \"|site-packages|\.py\b|SELECT |INSERT |sqlite|asyncpg|sqlalchemy"
    rb"|ERREUR_INTERNE",
    re.IGNORECASE,
)
ERROR = 500
OPEN = {"/metrics", "/schema.graphql"}  # they name what they like


@dataclass
class Found:
    """What came back: the statuses of each kind, and what must not be."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def note(self, sent: Sent, status: int, body: bytes) -> None:
        """Take an answer in."""
        self.statuses.setdefault(sent.kind, Counter())[status] += 1
        if status >= ERROR:
            self.faults.append(f"{status} {body[:300]!r} to {sent!r}"[:2000])
        if sent.path in OPEN or not _is_text(body):
            return
        asked = sent.body.lower() + sent.path.lower().encode()
        leaks = [m.group().lower() for m in LEAKS.finditer(body)]
        if any(leak not in asked for leak in leaks):  # what a client wrote may come back to it
            self.faults.append(f"{leaks} in {body[:500]!r} to {sent!r}"[:2000])


def _is_text(body: bytes) -> bool:
    """Tell a text from the bytes of a file: compressed, they hold any three letters by chance."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


async def call(app: Any, state: Any, sent: Sent) -> tuple[int, bytes]:
    """Hand a request to the application; give its status and its answer."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": sent.path,
        "raw_path": sent.path.encode(),
        "query_string": sent.query,
        "root_path": "",
        "headers": sent.headers,
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "state": dict(state or {}),
    }
    half = len(sent.body) // 2
    parts = [(sent.body[:half], True), (sent.body[half:], False)]
    status, body = 0, b""

    async def receive() -> dict[str, Any]:
        if not parts:
            await asyncio.sleep(3600)
        part, more = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": more}

    async def send(message: Any) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    await app(scope, receive, send)
    return status, body


async def run(app: Any, state: Any, inputs: Inputs, count: int) -> Found:
    """Send so many random requests, one after the other."""
    found = Found()
    for _ in range(count):
        sent = inputs.next()
        try:
            status, body = await call(app, state, sent)
        except Exception as e:  # noqa: BLE001 - nothing may come out of the application
            found.faults.append(f"{e!r} from {sent!r}"[:2000])
        else:
            found.note(sent, status, body)
    return found
