"""Loads many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from solli_graphql.db import postgres
from solli_graphql.db.database import Text, insert
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
async def loading(url: str, table: sa.Table) -> AsyncIterator[Loader]:
    """Load; the plain indexes of a table are dropped, then made again."""
    if url.startswith(SQLITE):
        connection = connect(sqlite_path(url))
        try:
            connection.execute("PRAGMA foreign_keys=OFF")  # every key is ours
            connection.execute("BEGIN IMMEDIATE")
            async with _without_indexes(_Sqlite(connection), table) as loader:
                yield loader
            connection.execute("COMMIT")
        finally:
            connection.close()
        return
    connection = await postgres.connect(url)
    try:
        fast = _without_indexes(_Postgres(connection), table)
        async with connection.transaction(), fast as loader:
            yield loader
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


@asynccontextmanager
async def _without_indexes(loader: Any, table: sa.Table) -> AsyncIterator[Loader]:
    dialect = "sqlite" if isinstance(loader, _Sqlite) else "postgresql"
    indexes = sorted(table.indexes, key=lambda i: str(i.name))
    for index in indexes:
        await loader.run(f"DROP INDEX {index.name}")
    yield loader
    for index in indexes:
        await loader.run(_create(index, dialect))


def _create(index: sa.Index, dialect: str) -> str:
    where = index.dialect_options[dialect].get("where")
    columns = ", ".join(c.name for c in index.columns)
    table = index.table.name if index.table is not None else ""
    condition = f" WHERE {where}" if where is not None else ""
    return f"CREATE INDEX {index.name} ON {table} ({columns}){condition}"
