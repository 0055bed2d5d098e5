"""A real server on the loopback, and sockets that speak to it byte by byte."""

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from solli_graphql.app import create_app
from solli_graphql.http.protocol import Protocol
from solli_graphql.settings import Settings

PATIENCE = 20.0  # seconds: far more than any deadline of the tests
HOST = b"Host: localhost\r\n"


@dataclass(frozen=True)
class Answer:
    """What came back until the server closed, or until the length that it told."""

    status: int
    headers: dict[str, str]
    body: bytes
    rest: bytes = b""

    @property
    def code(self) -> str | None:
        """Give the code of the first error."""
        errors: list[dict[str, Any]] = json.loads(self.body).get("errors", [])
        return str(errors[0]["extensions"]["code"]) if errors else None


class Server:
    """A uvicorn with our protocol, on a thread."""

    def __init__(self, settings: Settings) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            create_app(settings),
            http=Protocol,
            loop="uvloop",
            ws="none",
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=int(PATIENCE),
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.01)

    def stop(self) -> bool:
        """Stop as SIGTERM does; tell whether it did so long before the hard limit."""
        self._server.should_exit = True
        self._thread.join(PATIENCE / 2)
        return not self._thread.is_alive()

    def connect(self, *, small: bool = False) -> socket.socket:
        """Connect; a small one lets the system keep little of what it does not read."""
        s = socket.socket()
        s.settimeout(PATIENCE)
        if small:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", self.port))
        return s

    def ask(self, *parts: bytes) -> Answer:
        """Send bytes on a connection of their own, and read one answer."""
        with self.connect() as s:
            for part in parts:
                s.sendall(part)
            return answer(s)


def answer(s: socket.socket) -> Answer:
    """Read one answer."""
    got = b""
    while b"\r\n\r\n" not in got:
        chunk = s.recv(65536)
        if not chunk:
            raise EOFError(got)
        got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = {n.lower(): v.strip() for n, _, v in (x.partition(":") for x in lines)}
    length = int(headers.get("content-length", 0))
    while len(body) < length and (chunk := s.recv(65536)):
        body += chunk
    return Answer(int(line.split()[1]), headers, body[:length], body[length:])


def closed(s: socket.socket) -> bytes:
    """Wait until the server closes; give what it said before."""
    got = b""
    try:
        while chunk := s.recv(65536):
            got += chunk
    except ConnectionResetError:
        pass
    return got


def hung_up(s: socket.socket) -> bool:
    """Wait, without reading anything, until the server has cut the connection."""
    poll = select.poll()
    poll.register(s, 0)
    return bool(poll.poll(PATIENCE * 1000))


def cut_while_sending(s: socket.socket, piece: bytes) -> bool:
    """Send the same again and again, until the server cuts the connection."""
    for _ in range(1000):
        try:
            s.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            return True
        time.sleep(0.005)
    return False


@contextmanager
def listening(settings: Settings) -> Iterator[Server]:
    """Serve for a time."""
    server = Server(settings)
    try:
        yield server
    finally:
        assert server.stop()


def head(*lines: bytes, start: bytes = b"GET /vivant HTTP/1.1\r\n", size: int = 0) -> bytes:
    """Write a head, filled up to a size."""
    text = start + HOST + b"".join(line + b"\r\n" for line in lines)
    if size:
        text += b"X: ".ljust(size - len(text) - 4, b"x") + b"\r\n"
    return text + b"\r\n"


def post(body: bytes, *lines: bytes, length: int | None = None) -> bytes:
    """Write a POST of JSON."""
    told = b"Content-Length: %d" % (len(body) if length is None else length)
    start = b"POST /graphql HTTP/1.1\r\n"
    return head(b"Content-Type: application/json", told, *lines, start=start) + body
