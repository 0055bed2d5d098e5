"""Creates, upgrades and rebuilds a database; tells which version of the schema it has."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from solli_graphql.db import postgres
from solli_graphql.db.models import TRIGRAMMES, cle
from solli_graphql.db.opening import SQLITE, connect_to, sqlite_path
from solli_graphql.db.sqlite import connect, sqlite3

T = TypeVar("T")
VERROU = 7655540184  # "solli", on a telephone's keys
SANS_TRIGRAMMES = (
    "L'extension pg_trgm de PostgreSQL, que demande la recherche de texte, n'a pas pu être créée. "
    "Installez-la avec le serveur, puis faites exécuter « CREATE EXTENSION pg_trgm » dans la base "
    "par un rôle qui en a le droit, et relancez."
)


class NoTrigrams(ValueError):
    """PostgreSQL has no pg_trgm, or this role may not create it; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(SANS_TRIGRAMMES)


def is_mapped(_: Any, name: str | None, *__: Any) -> bool:
    """Tell Alembic whether the models are to say it: not what each engine has its own way."""
    return not (name or "").startswith(TRIGRAMMES)


def _config(connection: Any = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Give the last migration; `opening.HEAD` names it too."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


async def on(url: str, work: Callable[[sa.Connection], T]) -> T:
    """Do something in one transaction on a synchronous connection. Raises Unreachable."""
    connect_to(url, pool=1)
    if url.startswith(SQLITE):
        return await asyncio.to_thread(_on_sqlite, url, work)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: postgres.connect(url), poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _on_sqlite(url: str, work: Callable[[sa.Connection], T]) -> T:
    Path(sqlite_path(url)).absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        "sqlite://", creator=lambda: connect(sqlite_path(url)), module=sqlite3, poolclass=NullPool
    )
    sa.event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            return work(connection)
    finally:
        engine.dispose()


async def version(url: str) -> str | None:
    """Give the schema version that the database has, or None."""
    return await on(url, lambda c: MigrationContext.configure(c).get_current_revision())


async def migrate(url: str) -> bool:
    """Create or upgrade the schema; tell whether anything changed. Raises NoTrigrams."""

    def upgrade(connection: sa.Connection) -> bool:
        _alone(connection)
        if MigrationContext.configure(connection).get_current_revision() == head():
            return False
        _upgrade(connection)
        return True

    return await on(url, upgrade)


def _upgrade(connection: sa.Connection) -> None:
    """Run the migrations that are missing. Raises NoTrigrams."""
    try:
        command.upgrade(_config(connection), "head")
    except sa.exc.DBAPIError as e:
        if '"pg_trgm"' in str(e.orig):
            raise NoTrigrams from e
        raise


def _alone(connection: sa.Connection) -> None:
    """Let one process migrate at a time; SQLite has begun by taking its only write lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(VERROU)))


async def rebuild(url: str, *, keep: str) -> None:
    """Drop everything and create it anew, but for one key that others may hold."""

    def again(connection: sa.Connection) -> None:
        _alone(connection)
        kept = None
        if MigrationContext.configure(connection).get_current_revision():
            one = sa.select(cle.c.valeur).where(cle.c.nom == keep)
            kept = connection.execute(one).scalar_one_or_none()
            command.downgrade(_config(connection), "base")
        _upgrade(connection)
        if kept:
            connection.execute(cle.insert(), {"nom": keep, "valeur": kept})

    await on(url, again)
