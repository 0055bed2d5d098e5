"""Opens the database of a URL, and checks that it has the schema that this program needs."""

import sqlalchemy as sa

from solli_graphql.db.database import DEFAULT, Database, Statement, Timeouts, read
from solli_graphql.domain.errors import Empechement

SQLITE = "sqlite:///"
HEAD = "0001"  # the last of db/migrations/versions, told here since Alembic is slow to import
_VERSION: Statement[str] = Statement(
    sa.select(sa.column("version_num", sa.Text)).select_from(sa.table("alembic_version")), str
)


class NotMigrated(Empechement):
    """The database has no schema, or that of another version."""

    def __init__(self) -> None:
        super().__init__("La base n'est pas prête : lancez d'abord « solli migrate ».")


def connect_to(url: str, *, pool: int, timeouts: Timeouts = DEFAULT) -> Database:
    """Choose the engine of a URL. Raises ValueError for one that is neither."""
    if url.startswith(SQLITE):
        from solli_graphql.db.sqlite import Sqlite  # noqa: PLC0415 - a process needs one engine

        return Sqlite(sqlite_path(url), timeouts)
    if url.startswith(("postgresql://", "postgres://")):
        from solli_graphql.db.postgres import Postgres  # noqa: PLC0415 - and asyncpg is large

        return Postgres(url, timeouts, pool_size=pool)
    message = "SOLLI_DATABASE_URL doit commencer par sqlite:/// ou postgresql://."
    raise ValueError(message)


def sqlite_path(url: str) -> str:
    """Give the file that a URL names. Raises ValueError if it names none."""
    path = url.removeprefix(SQLITE)
    if not path or path == ":memory:":
        message = "SOLLI_DATABASE_URL doit nommer un fichier : sqlite:///solli.db, par exemple."
        raise ValueError(message)
    return path


async def open_migrated(db: Database) -> None:
    """Open a database that must have our schema. Raises Unreachable or NotMigrated."""
    if not db.exists():
        raise NotMigrated
    await db.open()
    if not await migrated(db):
        await db.close()
        raise NotMigrated


async def migrated(db: Database) -> bool:
    """Tell whether an open database can be used by this program."""
    try:
        return await db.alive() and await read(db, _VERSION) == [HEAD]
    except Exception:  # noqa: BLE001 - whatever its driver says, it cannot be used
        return False
