"""Structured logs: one JSON object a line, in UTC, without personal data."""

import asyncio
import errno
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import structlog

PAUSE = 0.2  # seconds for which lines wait for others
LINE = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
ATOMIC = 4096  # bytes that a pipe takes whole, whoever else writes to it


def configurer() -> None:
    """Send our logs and uvicorn's to standard error, as JSON."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[ligne],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def ligne(_: object, level: str, fields: Mapping[str, Any]) -> bytes:
    """Write one line: structlog's only processor."""
    told = {**fields, "level": level, "timestamp": datetime.now(UTC)}
    return orjson.dumps(told, default=repr, option=orjson.OPT_UTC_Z)


class Soon:
    """Calls a function in a fifth of a second, once for all that ask for it meanwhile."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._loop: asyncio.AbstractEventLoop | None = None  # which is going to

    def ask(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(PAUSE, self._now)

    def _now(self) -> None:
        self._loop = None
        self._function()


class Journal:
    """
    Security events, a JSON object a line: in a file of their own, or on standard output.

    The file is opened anew each time, so that it can be moved away. What it refuses is told in the
    technical logs, and lost: the service goes on.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path, self._lines = path, list[bytes]()
        self._soon = Soon(self.flush)

    def check(self) -> None:
        """Check that the file can be written. Raises OSError."""
        os.close(self._open())

    def write(self, fields: Mapping[str, Any], *, now: bool = False) -> None:
        """Write one event; those that can wait go out together, in a fifth of a second."""
        told = {"event": "securite", "timestamp": datetime.now(UTC), **fields}
        self._lines.append(orjson.dumps(told, option=LINE))
        if now:
            self.flush()
        else:
            self._soon.ask()

    def flush(self) -> None:
        """Send out what is written."""
        lines, self._lines = self._lines, []
        if not lines:
            return
        try:
            target = self._open()
            try:
                for part in _parts(lines):
                    os.write(target, part)
            finally:
                os.close(target)
        except OSError as e:
            structlog.get_logger().error("journal_impossible", perdus=len(lines), **trace(e))

    def _open(self) -> int:
        if self._path is None:
            if sys.__stdout__ is None:  # it was closed: by now 1 may be the database's own file
                raise OSError(errno.EBADF, "no standard output")
            return os.dup(1)
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)


def _parts(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Join lines into writes that other processes' do not cut."""
    part = b""
    for line in lines:
        if part and len(part) + len(line) > ATOMIC:
            yield part
            part = b""
        part += line
    yield part


def trace(error: BaseException) -> dict[str, object]:
    """
    Tell where an error arose, never what it says.

    A driver's message quotes the values it was given: texts, names, addresses.
    """
    frames = traceback.extract_tb(error.__traceback__)[-20:]
    return {
        "erreur": type(error).__name__,
        "pile": [f"{f.filename}:{f.lineno} {f.name}" for f in frames],
    }
