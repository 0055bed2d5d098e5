"""SQLite: short reads on the loop, long ones on a thread, one writer thread with group commit."""

import asyncio
import importlib
import os
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from solli_graphql.db.database import (
    PATIENT,
    TROP_LONGUE,
    Command,
    Statement,
    Timeouts,
    Unreachable,
    Values,
    Write,
)
from solli_graphql.domain.errors import LimiteDepassee, Occupe

sqlite3: Any
try:
    sqlite3 = importlib.import_module("pysqlite3.dbapi2")
except ImportError:  # no wheel for this platform
    sqlite3 = importlib.import_module("sqlite3")

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
NEXT_ID = "UPDATE compteur SET valeur = valeur + 1 WHERE nom = 'sollicitation' RETURNING valeur"
ON_THE_LOOP, OPENING, RETRY = 0.02, 5.0, 0.0005  # seconds
GROUP = 32


def connect(path: str, *, busy: int = 5000, frozen: bool = False) -> Any:
    """
    Make a connection: each has the same safeguards. Raises Unreachable.

    frozen: a file that nobody changes, such as a backup, is only read, with no trace beside it.
    """
    name = Path(path).absolute().as_uri() + ("?immutable=1" if frozen else "")
    options = {"isolation_level": None, "check_same_thread": False, "cached_statements": 512}
    try:
        connection = sqlite3.connect(name, uri=True, **options)
        if frozen:
            connection.execute("PRAGMA schema_version").close()
        else:
            _safeguard(connection, busy, time.monotonic() + OPENING)
    except sqlite3.Error as e:
        raise Unreachable("ce fichier ne peut pas être ouvert comme une base SQLite") from e
    return connection


def _safeguard(connection: Any, busy: int, deadline: float) -> None:
    """Set what every connection needs; a new file may be locked by another's first one."""
    while True:
        try:
            return _set(connection, busy)
        except sqlite3.OperationalError as e:
            if "locked" not in str(e) or time.monotonic() > deadline:
                raise
        time.sleep(RETRY)


def _set(connection: Any, busy: int) -> None:
    for pragma in (
        f"busy_timeout={busy}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-32768",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def safe_with_several_processes() -> bool:
    """Tell whether this SQLite is free of the WAL-reset bug (fixed in 3.51.3, 3.50.7, 3.44.6)."""
    version = sqlite3.sqlite_version_info
    return version >= (3, 51, 3) or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in ((3, 50, 7), (3, 44, 6))
    )


class SqliteTx:
    """A transaction on the writer's connection: it never suspends."""

    held = True

    def __init__(self, connection: Any, dialect: sa.Dialect) -> None:
        self._connection, self._dialect = connection, dialect

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        text = statement.on(self._dialect)
        raw = self._connection.execute(text.sql, text.bind(values)).fetchone()
        return None if raw is None else text.row(raw)

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        text = statement.on(self._dialect)
        return [text.row(raw) for raw in self._connection.execute(text.sql, text.bind(values))]

    async def write(self, *writes: Write) -> None:
        for statement, values in writes:
            text = statement.on(self._dialect)
            self._connection.execute(text.sql, text.bind(values))

    async def next_id(self) -> int:
        return int(self._connection.execute(NEXT_ID).fetchone()[0])


class SqliteSnapshot:
    """A read transaction on a connection of its own, read on a thread."""

    def __init__(self, connection: Any, dialect: sa.Dialect, seconds: float) -> None:
        self._connection, self.dialect, self._seconds = connection, dialect, seconds

    async def stream(
        self, statement: Statement[Any], values: Values, size: int
    ) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
        text, cursor = statement.on(self.dialect), self._connection.cursor()
        begin = partial(cursor.execute, text.sql, text.bind(values))
        await self._on_a_thread(begin)
        while rows := await self._on_a_thread(partial(cursor.fetchmany, size)):
            yield rows

    async def _on_a_thread(self, work: Callable[[], Any]) -> Any:
        _limit(self._connection, self._seconds)
        return await _on_a_thread(self._connection, work)


async def _on_a_thread(connection: Any, work: Callable[[], T]) -> T:
    """
    Read, and interrupt SQLite when the caller gives up: the connection is then free.

    Raises LimiteDepassee past the limit that the connection has.
    """
    reading = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(reading)
    except sqlite3.OperationalError as e:
        raise (LimiteDepassee(TROP_LONGUE) if _interrupted(e) else e) from e
    except asyncio.CancelledError:
        connection.interrupt()
        await asyncio.wait([reading])
        reading.exception()
        raise


@dataclass(eq=False)
class Waiting:
    """A command that waits for the writer, and whom to tell."""

    command: Callable[[SqliteTx], Awaitable[Any]]
    keep: bool
    future: asyncio.Future[Any]


class Sqlite:
    """An SQLite database in a file."""

    def __init__(self, path: str, timeouts: Timeouts) -> None:
        self.dialect: sa.Dialect = SQLiteDialect_pysqlite(paramstyle="qmark")
        self.path, self._timeouts = path, timeouts
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._long = asyncio.Lock()

    def exists(self) -> bool:
        return os.path.exists(self.path)  # noqa: PTH110

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._short_reads, self._long_reads = connect(self.path), connect(self.path)
        self._inode = os.stat(self.path).st_ino  # noqa: PTH116
        self._writes = connect(self.path, busy=0)  # SQLite's own waiting starves a process
        self._thread = threading.Thread(target=self._serve, name="solli-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        for connection in (self._short_reads, self._long_reads, self._writes):
            connection.close()

    async def alive(self) -> bool:
        try:
            return os.stat(self.path).st_ino == self._inode  # noqa: PTH116
        except OSError:
            return False

    async def fetch(self, statement: Statement[Any], values: Values) -> Sequence[Sequence[Any]]:
        text = statement.on(self.dialect)
        bound = text.bind(values)
        try:
            return _read(self._short_reads, text.sql, bound, ON_THE_LOOP)
        except sqlite3.OperationalError as e:
            if not _interrupted(e):
                raise
        async with self._long:
            work = partial(_read, self._long_reads, text.sql, bound, self._timeouts.sql)
            return await _on_a_thread(self._long_reads, work)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqliteSnapshot]:
        connection = connect(self.path)
        try:
            connection.execute("BEGIN")
            yield SqliteSnapshot(connection, self.dialect, PATIENT * self._timeouts.sql)
        finally:
            connection.close()

    async def write(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._submit(lambda tx: command(tx, *args, **kwargs), keep=True)

    async def write_once(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.write(command, *args, **kwargs)

    async def simulate(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._submit(lambda tx: command(tx, *args, **kwargs), keep=False)

    async def _submit(self, command: Callable[[SqliteTx], Awaitable[R]], *, keep: bool) -> R:
        future: asyncio.Future[R] = self._loop.create_future()
        self._queue.put(Waiting(command, keep, future))
        return await future

    def _serve(self) -> None:
        """Run commands in groups until told to stop: the writer thread."""
        while (first := self._queue.get()) is not None:
            group, stop = [first], False
            while len(group) < GROUP and not self._queue.empty():
                if (following := self._queue.get()) is None:
                    stop = True
                    break
                group.append(following)
            outcomes = self._run(group)
            self._loop.call_soon_threadsafe(_tell, group, outcomes)
            if stop:
                return

    def _run(self, group: list[Waiting]) -> list[Any]:
        """Run a group in one transaction, a savepoint each: a refusal costs the others nothing."""
        try:
            self._begin(time.monotonic() + self._timeouts.lock)
            outcomes = [self._one(waiting) for waiting in group]
            kept = any(
                w.keep and not isinstance(o, BaseException)
                for w, o in zip(group, outcomes, strict=True)
            )
            self._writes.execute("COMMIT" if kept else "ROLLBACK")
        except (sqlite3.Error, Occupe) as e:  # busy, full, damaged: nothing of the group stays
            if self._writes.in_transaction:
                self._writes.execute("ROLLBACK")
            return [e] * len(group)
        return outcomes

    def _begin(self, deadline: float) -> None:
        while True:
            try:
                self._writes.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as e:
                if "locked" not in str(e) or time.monotonic() > deadline:
                    raise Occupe from e
                time.sleep(RETRY)
            else:
                return

    def _one(self, waiting: Waiting) -> Any:
        """Run one command; give its result or what it raised."""
        self._writes.execute("SAVEPOINT command")
        keep = waiting.keep
        try:
            outcome = _drive(waiting.command(SqliteTx(self._writes, self.dialect)))
        except Exception as e:
            if not self._writes.in_transaction:  # SQLite has itself rolled all back
                raise
            outcome, keep = e, False
        if not keep:
            self._writes.execute("ROLLBACK TO command")
        self._writes.execute("RELEASE command")
        return outcome


def _drive(command: Awaitable[Any]) -> Any:
    """Run a coroutine that awaits nothing but its transaction, in one go."""
    try:
        command.send(None)  # type: ignore[attr-defined]
    except StopIteration as end:
        return end.value
    command.close()  # type: ignore[attr-defined]
    message = "a command may await nothing but its transaction"
    raise RuntimeError(message)


def _tell(group: list[Waiting], outcomes: list[Any]) -> None:
    for waiting, outcome in zip(group, outcomes, strict=True):
        if waiting.future.done():  # its caller has gone; what it asked for is done all the same
            continue
        if isinstance(outcome, BaseException):
            waiting.future.set_exception(outcome)
        else:
            waiting.future.set_result(outcome)


def _read(connection: Any, sql: str, bound: list[Any], budget: float) -> Sequence[Sequence[Any]]:
    """Read all rows within a budget of seconds, or be interrupted."""
    _limit(connection, budget)
    rows: Sequence[Sequence[Any]] = connection.execute(sql, bound).fetchall()
    return rows


def _limit(connection: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 20_000)


def _interrupted(error: Exception) -> bool:
    return "interrupted" in str(error)
