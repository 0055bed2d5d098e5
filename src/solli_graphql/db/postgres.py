"""PostgreSQL by asyncpg: fused writes, whole-command retries."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache, partial
from typing import Any, ParamSpec, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

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
from solli_graphql.db.pool import Pool
from solli_graphql.domain.errors import LimiteDepassee, Occupe

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
NEXT_ID = "SELECT nextval('sollicitation_numero')"
ATTEMPTS = 3
# Where a clash is with a twin, or with whoever acted meanwhile, of the same rank in the history.
CLASHES = {"idempotence", "historique", "historique_texte", "evenement"}
CONNECT = 10  # seconds
FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError)
REASONS = {
    ConnectionRefusedError: "rien n'écoute à cette adresse",
    FileNotFoundError: "rien n'écoute à cette adresse",
    asyncpg.InvalidPasswordError: "le mot de passe est refusé",
    asyncpg.InvalidAuthorizationSpecificationError: "cet utilisateur est refusé",
    asyncpg.InvalidCatalogNameError: "cette base n'existe pas",
}
LOST = (
    Unreachable,
    *(OSError, asyncpg.PostgresConnectionError, asyncpg.InternalClientError),
    *(asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError),
    asyncpg.TooManyConnectionsError,
)
INCERTAIN = (
    "La base s'est interrompue pendant l'enregistrement : relisez avant de recommencer, "
    "ou recommencez avec la même clé d'idempotence."
)


def lost(error: Exception) -> bool:
    """Tell a database that went away from any other failure."""
    closed = isinstance(error, asyncpg.InterfaceError) and re.search("clos|released", str(error))
    return bool(closed) or isinstance(error, LOST)


def unreachable(error: Exception) -> Unreachable:
    """Say in French why a connection failed: never the driver's words, which quote the URL."""
    return Unreachable(REASONS.get(type(error), "la connexion a échoué"))


async def connect(url: str, **settings: str) -> Any:
    """Make one connection. Raises Unreachable."""
    try:
        return await asyncpg.connect(url, timeout=CONNECT, server_settings=settings)
    except FAILURES as e:
        raise unreachable(e) from e


class PostgresTx:
    """A transaction on one connection; unless it is held, each statement is one of its own."""

    def __init__(self, connection: Any, dialect: sa.Dialect, *, held: bool) -> None:
        self._connection, self._dialect, self.held = connection, dialect, held

    async def one(self, statement: Statement[T], /, **values: Any) -> T | None:
        text = statement.on(self._dialect)
        raw = await self._connection.fetchrow(text.sql, *text.bind(values))
        return None if raw is None else text.row(raw)

    async def all(self, statement: Statement[T], /, **values: Any) -> list[T]:
        text = statement.on(self._dialect)
        return [text.row(r) for r in await self._connection.fetch(text.sql, *text.bind(values))]

    async def write(self, *writes: Write) -> None:
        texts = [statement.on(self._dialect) for statement, _ in writes]
        values = [
            v for text, (_, named) in zip(texts, writes, strict=True) for v in text.bind(named)
        ]
        writing = self._connection.execute(_fuse(tuple(t.sql for t in texts)), *values)
        await (writing if self.held else _committing(writing))

    async def next_id(self) -> int:
        return int(await self._connection.fetchval(NEXT_ID))


@lru_cache(maxsize=128)
def _fuse(statements: tuple[str, ...]) -> str:
    """Make one statement of several writes: WITH w0 AS (…), … and the last one."""
    fused, shift = [], 0
    for sql in statements:
        places = {int(n) for n in re.findall(r"\$(\d+)", sql)}
        fused.append(_shifted(sql, shift))
        shift += len(places)
    *firsts, last = fused
    ctes = ", ".join(f"w{i} AS ({sql})" for i, sql in enumerate(firsts))
    return f"WITH {ctes} {last}" if ctes else last


def _shifted(sql: str, by: int) -> str:
    return re.sub(r"\$(\d+)", lambda m: f"${int(m[1]) + by}", sql)


class PostgresSnapshot:
    """A transaction that only reads, and sees nothing of what others commit meanwhile."""

    def __init__(self, connection: Any, dialect: sa.Dialect) -> None:
        self._connection, self.dialect = connection, dialect

    async def stream(
        self, statement: Statement[Any], values: Values, size: int
    ) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
        text = statement.on(self.dialect)
        try:
            cursor = await self._connection.cursor(text.sql, *text.bind(values))
            while rows := await cursor.fetch(size):
                yield rows
        except Exception as e:
            _tell(e)
            raise


async def _or_busy(connecting: Awaitable[Any]) -> Any:
    """Wait for a connection. Raises Occupe where none can be made."""
    try:
        return await connecting
    except Unreachable as e:
        raise Occupe from e


async def _committing(ending: Awaitable[Any]) -> None:
    """Do what commits. Raises Occupe where nobody knows whether it did: it is never run again."""
    try:
        await ending
    except Exception as e:
        if not lost(e):
            raise
        raise Occupe(INCERTAIN) from e


def _tell(error: Exception) -> None:
    """Say in the product's words why a read failed. Raises LimiteDepassee or Occupe, or nothing."""
    if isinstance(error, asyncpg.QueryCanceledError):
        raise LimiteDepassee(TROP_LONGUE) from error
    if lost(error):
        raise Occupe from error


class Postgres:
    """A PostgreSQL database."""

    def __init__(self, url: str, timeouts: Timeouts, *, pool_size: int) -> None:
        self.dialect: sa.Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
        self._connect = partial(connect, url, **_server_settings(timeouts))
        self._pool = Pool(self._connect, pool_size)
        self._begin_snapshot = f"""BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SET LOCAL statement_timeout = {int(PATIENT * 1000 * timeouts.sql)}"""
        self._under_way: set[asyncio.Task[Any]] = set()

    def exists(self) -> bool:
        return True  # connecting tells

    async def open(self) -> None:
        self._pool.give(await self._pool.take())

    async def close(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._pool.close()

    async def alive(self) -> bool:
        return True  # a read tells

    async def fetch(self, statement: Statement[Any], values: Values) -> Sequence[Sequence[Any]]:
        text = statement.on(self.dialect)
        connection = await _or_busy(self._pool.take())
        try:
            rows: Sequence[Sequence[Any]] = await connection.fetch(text.sql, *text.bind(values))
        except Exception as e:
            _tell(e)
            raise
        finally:
            self._pool.give(connection)
        return rows

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[PostgresSnapshot]:
        connection = await _or_busy(self._connect())
        try:
            await connection.execute(self._begin_snapshot)
            yield PostgresSnapshot(connection, self.dialect)
        finally:
            connection.terminate()  # at once, whatever it was doing: there is nothing to keep

    async def write(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._shielded(lambda tx: command(tx, *args, **kwargs))

    async def write_once(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._shielded(lambda tx: command(tx, *args, **kwargs), held=False)

    async def simulate(self, command: Command[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._shielded(lambda tx: command(tx, *args, **kwargs), keep=False)

    async def _shielded(
        self,
        command: Callable[[PostgresTx], Awaitable[R]],
        *,
        keep: bool = True,
        held: bool = True,
    ) -> R:
        attempt = self._attempt(command, keep=keep, held=held, attempts=ATTEMPTS)
        task = asyncio.create_task(attempt)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def _attempt(
        self,
        command: Callable[[PostgresTx], Awaitable[R]],
        *,
        keep: bool,
        held: bool,
        attempts: int,
    ) -> R:
        try:
            async with self._pool.acquire() as connection:
                tx = PostgresTx(connection, self.dialect, held=held)
                return await (_whole(connection, command(tx), keep=keep) if held else command(tx))
        except (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError) as e:
            raise Occupe from e
        except Exception as e:
            if lost(e):
                raise Occupe from e
            if attempts <= 1 or not _retriable(e):
                raise
        return await self._attempt(command, keep=keep, held=True, attempts=attempts - 1)


async def _whole(connection: Any, command: Awaitable[R], *, keep: bool) -> R:
    """Run a command in one transaction."""
    await connection.execute("BEGIN")
    try:
        result = await command
    except BaseException:
        with suppress(*FAILURES):  # a lost connection has rolled back
            await connection.execute("ROLLBACK")
        raise
    await _committing(connection.execute("COMMIT" if keep else "ROLLBACK"))
    return result


def _server_settings(timeouts: Timeouts) -> dict[str, str]:
    """Give what each connection asks for as it starts: no statement is needed."""
    milliseconds = {"statement_timeout": timeouts.sql, "lock_timeout": timeouts.lock}
    return {n: str(int(s * 1000)) for n, s in milliseconds.items()} | {"timezone": "UTC"}


def _retriable(error: Exception) -> bool:
    """Tell a clash that a second run resolves: deadlock, stale plan, a twin's key or line."""
    if isinstance(error, asyncpg.UniqueViolationError):
        return error.table_name in CLASHES
    return isinstance(
        error,
        asyncpg.SerializationError
        | asyncpg.DeadlockDetectedError
        | asyncpg.InvalidCachedStatementError,
    )
