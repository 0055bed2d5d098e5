"""Loads many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from solli_graphql.db import postgres
from solli_graphql.db.database import Text, insert
from solli_graphql.db.models import TRIGRAMMES
from solli_graphql.db.opening import SQLITE, sqlite_path
from solli_graphql.db.sqlite import connect

Rows = Sequence[dict[str, Any]]


class Loader(Protocol):
    """Takes rows; the indexes that only slow it down are made at the end."""

    async def load(self, table: sa.Table, rows: Rows) -> None:
        """Insert rows that have every column of the table."""

    async def run(self, sql: str) -> None:
        """Run a statement of ours."""

    async def flush(self) -> None:
        """End a batch: SQLite commits it, or its log would grow as large as the database."""


class _Sqlite:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._texts: dict[str, Text[Any]] = {}
        self._dialect = SQLiteDialect_pysqlite(paramstyle="qmark")

    async def load(self, table: sa.Table, rows: Rows) -> None:
        text = self._texts.setdefault(table.name, insert(table).on(self._dialect))
        self._connection.executemany(text.sql, map(text.bind, rows))

    async def run(self, sql: str) -> None:
        self._connection.execute(sql)

    async def flush(self) -> None:
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")


class _Postgres:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def load(self, table: sa.Table, rows: Rows) -> None:
        columns = table.columns.keys()
        records: Iterable[list[Any]] = ([row[c] for c in columns] for row in rows)
        await self._connection.copy_records_to_table(table.name, records=records, columns=columns)

    async def run(self, sql: str) -> None:
        await self._connection.execute(sql)

    async def flush(self) -> None:
        """Keep it all in one transaction."""


@asynccontextmanager
async def loading(url: str, *tables: sa.Table) -> AsyncIterator[Loader]:
    """Load; what is kept up to date row by row beside these tables is dropped, then made again."""
    names = [t.name for t in tables]
    if url.startswith(SQLITE):
        connection = connect(sqlite_path(url))
        try:
            connection.execute("PRAGMA foreign_keys=OFF")  # every key is ours
            connection.execute("BEGIN IMMEDIATE")
            made = connection.execute(SQLITE_MADE, (orjson.dumps(names).decode(),)).fetchall()
            async with _without(_Sqlite(connection), made) as loader:
                yield loader
            connection.execute(REBUILD)
            connection.execute("COMMIT")
        finally:
            connection.close()
        return
    connection = await postgres.connect(url)
    try:
        fast = _without(_Postgres(connection), await connection.fetch(POSTGRES_MADE, names))
        async with connection.transaction(), fast as loader:
            yield loader
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


# The kind, name and definition of each plain index, and of each trigger of SQLite.
SQLITE_MADE = """SELECT type, name, sql FROM sqlite_master
WHERE type IN ('index', 'trigger') AND sql IS NOT NULL
AND tbl_name IN (SELECT value FROM json_each(?)) ORDER BY name"""
POSTGRES_MADE = """SELECT 'index', indexname, indexdef FROM pg_indexes
WHERE tablename = ANY($1) AND indexdef NOT LIKE 'CREATE UNIQUE %' ORDER BY indexname"""
REBUILD = f"INSERT INTO {TRIGRAMMES} ({TRIGRAMMES}) VALUES ('rebuild')"  # noqa: S608 - our own name


@asynccontextmanager
async def _without(loader: Any, made: Sequence[Sequence[str]]) -> AsyncIterator[Loader]:
    for kind, name, _ in made:
        await loader.run(f"DROP {kind} {name}")
    yield loader
    for _, _, sql in made:
        await loader.run(sql)
