"""uvicorn's protocol with limits: deadlines to receive and to be read, a bounded head."""

import asyncio
import socket
import struct
from asyncio import TimerHandle
from functools import lru_cache
from typing import Any, Literal

from uvicorn._types import ASGISendEvent
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from solli_graphql.http.edge import REFUSED, Edge, refusal

LINGER = 2.0  # seconds for a client to read its refusal, while what it still sends is dropped
PIPELINED = 64  # requests that wait behind the one being answered
SEND_BUFFER = (
    256 * 1024
)  # bytes that the system keeps for a client: by itself it takes 10 times more
FRAMING = {b"connection", b"transfer-encoding"}
Part = Literal["head", "body"]


class TooMuch(Exception):
    """Stops the parser: the head is too large, or too many requests came at once."""


class Cycle(RequestResponseCycle):
    """One request and its answer: one that comes in one piece is written at once."""

    _start: Any = None  # the answer's head, until there is something of its body

    async def send(self, message: ASGISendEvent) -> None:
        if not self.response_started and message["type"] == "http.response.start":
            self._start, self.response_started = message, True
            return
        start, self._start = self._start, None
        if start is None:
            await super().send(message)
        elif whole := self._whole(start, message):
            self.transport.write(whole)
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()
        else:
            self.response_started = False
            await super().send(start)
            await super().send(message)

    def _whole(self, start: Any, message: Any) -> bytes:
        """Give all that is to be written; nothing where uvicorn has to see to it."""
        if self.disconnected or self.flow.write_paused or self.scope["method"] == "HEAD":
            return b""
        body, headers = message.get("body", b""), [*self.default_headers, *start["headers"]]
        if message.get("more_body") or (b"content-length", b"%d" % len(body)) not in headers:
            return b""
        lines = [_line(header) for header in headers]
        if not all(lines):
            return b""
        end = b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
        return b"".join([STATUS_LINE[start["status"]], *lines, end, body])


class Protocol(HttpToolsProtocol):
    """
    One connection, which no client can hold by being slow.

    A request that comes whole costs no timer: one is set only for what is still awaited. The limits
    come from the application, by the state of its lifespan.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False  # it would tell addresses; requests are logged by `http/logs.py`
        self._edge: Edge = app_state["edge"]
        self.timeout_keep_alive = self._edge.idle_seconds
        self._send_seconds = self._edge.send_seconds
        self._whole: Any = None  # the scope of the last request that came whole
        self._timed: Part | None = None  # what the timer is for
        self._answered: RequestResponseCycle | None = None  # where others wait behind it
        self._refused = False
        self._came = self._chunk = 0  # bytes since the last thing understood; of this chunk
        self._receiving: TimerHandle | None = None
        self._sending: TimerHandle | None = None
        self._why = "malformed"

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set(socket.SO_SNDBUF, SEND_BUFFER)
        self._timed = "head"
        self._expect(self._edge.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset()
        if self._sending is not None:
            self._sending.cancel()
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._chunk = len(data)
        self._came += self._chunk
        super().data_received(data)
        # Mostly requests come whole, and there is nothing more to do.
        if (self._came or self._whole is not self.scope) and not self._refused:
            self._await_rest()

    def on_headers_complete(self) -> None:
        limit = self._edge.head_bytes
        large = (self._chunk > limit or self._came > limit) and self._size() > limit
        if large or len(self.headers) > self._edge.headers or len(self.pipeline) >= PIPELINED:
            self._why = "head"
            raise TooMuch
        self._came, before = 0, self.cycle
        super().on_headers_complete()
        self.cycle.__class__ = Cycle  # uvicorn lets nobody say which to make
        if len(self.pipeline) == 1:
            self._answered = before

    def on_body(self, body: bytes) -> None:
        self._came = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._whole, self._came = self.scope, 0
        if self._receiving is not None:
            self._unset()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self.pipeline:
            self._answered = self.pipeline[-1][0]
        super().on_response_complete()
        if self.transport.is_closing():
            self._flush(self._send_seconds)
        elif self.cycle.response_complete and self.cycle.more_body:  # answered before it was read
            self._expect(LINGER)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._flush(self._send_seconds)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._sending is not None and not self.transport.is_closing():
            self._sending.cancel()
            self._sending = None

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._flush(LINGER)

    def shutdown(self) -> None:
        """Begin to stop: whoever has not sent a whole request is cut, the others are answered."""
        self._send_seconds = min(self._send_seconds, LINGER)
        super().shutdown()
        if self.transport.is_closing() or self._sending is not None:
            self._flush(LINGER)
        elif self._part() == "body" and not self.cycle.response_started:
            self._refuse("stopping")

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's English
        self._refuse(self._why)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: anybody may ask for an upgrade, and is answered as if they had not."""

    def _part(self) -> Part | None:
        """Tell which part of a request has begun to come; line ends between two are none."""
        if self._whole is self.scope:
            return None
        begun = self.cycle is not None and self.cycle.scope is self.scope
        return "body" if begun else "head"

    def _await_rest(self) -> None:
        """Set the timer of what is missing, once, or refuse a part that grows without end."""
        part = self._part() or "head"
        if self._came > self._edge.head_bytes:  # in a body these are trailers, never used
            self._refuse("head")
        elif self._timed != part or self._receiving is None:
            self._timed = part
            self._expect(self._edge.head_seconds if part == "head" else self._body_seconds())

    def _body_seconds(self) -> float:
        upload = self.scope["path"].startswith(self._edge.uploads)
        return self._edge.upload_seconds if upload else self._edge.body_seconds

    def _size(self) -> int:
        """Count the bytes of the head as it is usually written."""
        line = len(self.parser.get_method()) + len(self.url) + len("  HTTP/1.1\r\n")
        return line + sum(len(n) + len(v) + 4 for n, v in self.headers) + 2

    def _expect(self, seconds: float) -> None:
        """Give the client so long to send what is missing."""
        self._unset()
        self._receiving = self.loop.call_later(seconds, self._late)

    def _unset(self) -> None:
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def _late(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        part = self._part()
        if part is None or (part == "body" and not answering):
            self._close()
        elif self.flow.read_paused or (part == "head" and answering):  # it waits for us
            self._expect(self._edge.head_seconds)
        else:
            self._refuse("late")

    def _refuse(self, why: str) -> None:
        """Answer if the place is free, then close; what is still being sent is dropped."""
        self._refused = True
        self._unset()
        status, headers, body = refusal(why)
        if self._free():
            lines = b"".join(b"%s: %s\r\n" % header for header in headers)
            self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + body)
        self._forget()
        if why in {"late", "stopping"} or not self.transport.can_write_eof():
            self._close()
            return
        # To close at once what still sends would make its system throw our answer away.
        self.flow.resume_reading()
        self.transport.write_eof()
        self._sending = self.loop.call_later(LINGER, self.transport.abort)

    def _forget(self) -> None:
        """Have the answers under way go nowhere: uvicorn itself only knows the last one."""
        self.pipeline.clear()
        for cycle in (self._answered, self.cycle):
            if cycle is not None:
                cycle.disconnected = True
                cycle.message_event.set()

    def _free(self) -> bool:
        """Tell whether no other answer is being written, or awaited before this one."""
        cycle = self.cycle
        if self.pipeline or cycle is None or cycle.response_complete:
            return not self.pipeline
        return self._part() == "body" and not cycle.response_started

    def _close(self) -> None:
        self.transport.close()
        self._flush(LINGER)

    def _flush(self, seconds: float) -> None:
        """Give the client so long to read what is written to it."""
        if self._sending is not None:
            self._sending.cancel()
        self._sending = self.loop.call_later(seconds, self._unread)

    def _unread(self) -> None:
        self._sending = None
        if self.transport.get_write_buffer_size():
            REFUSED.labels("unread").inc()
            # The system, too, forgets at once what it holds for this client.
            self._set(socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()

    def _set(self, option: int, value: int | bytes) -> None:
        own = self.transport.get_extra_info("socket")
        if own is not None:
            own.setsockopt(socket.SOL_SOCKET, option, value)


@lru_cache(maxsize=1024)
def _line(header: tuple[bytes, bytes]) -> bytes:
    """Write a header; nothing for one that is malformed, or that says how the body comes."""
    name, value = header[0].lower(), header[1]
    if name in FRAMING or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        return b""
    return b"%s: %s\r\n" % (name, value)
