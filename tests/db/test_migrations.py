"""The migrations make what the models say, and can be taken back."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from conftest import new_database
from solli_graphql.db import migrate as mg
from solli_graphql.db.models import cle, metadata
from solli_graphql.db.opening import HEAD

CLES = sa.select(cle.c.nom, cle.c.valeur).order_by(cle.c.nom)


# Ready, it waits for the others: then all start at once.
PROCESSUS = """
import asyncio, sys
from solli_graphql.db.migrate import head, migrate
head(), print("ready", flush=True), sys.stdin.readline()
asyncio.run(migrate(sys.argv[1]))
"""


async def keys(url: str) -> dict[str, bytes]:
    """Read the keys of a database."""
    return await mg.on(url, lambda c: {str(nom): bytes(v) for nom, v in c.execute(CLES)})


async def names(url: str) -> set[str]:
    """List the tables, with what else a schema holds."""

    def read(connection: sa.Connection) -> set[str]:
        inspector = sa.inspect(connection)
        found = set(inspector.get_table_names())
        if connection.dialect.name == "sqlite":
            kinds = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        else:
            kinds = (
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                "UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
                "AND NOT EXISTS (SELECT 1 FROM pg_depend "  # an extension's: it may serve others
                "WHERE objid = pg_proc.oid AND deptype = 'e') "
                "UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
            )
        return found | set(connection.exec_driver_sql(kinds).scalars())

    return await mg.on(url, read)


def _compare(connection: sa.Connection) -> list[Any]:
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "target_metadata": metadata,
        "include_object": mg.is_mapped,
    }
    return [*compare_metadata(MigrationContext.configure(connection, opts=options), metadata)]


class TestMigrations:
    async def test_equal_the_models(self, empty_url: str) -> None:
        """
        A migrated database has exactly the tables, columns, indexes and keys of the models.
        """
        await mg.migrate(empty_url)
        assert await mg.on(empty_url, _compare) == []

    async def test_have_every_constraint_of_the_models(self, empty_url: str) -> None:
        """
        Every CHECK of the models is in the migrated database, under its name.
        """
        await mg.migrate(empty_url)
        expected = {
            str(c.name)
            for t in metadata.sorted_tables
            for c in t.constraints
            if isinstance(c, sa.CheckConstraint)
        }

        def found(connection: sa.Connection) -> set[str]:
            inspector = sa.inspect(connection)
            tables = inspector.get_table_names()
            return {str(c["name"]) for t in tables for c in inspector.get_check_constraints(t)}

        assert await mg.on(empty_url, found) == expected

    async def test_tell_the_version(self, empty_url: str) -> None:
        """
        An empty database has no version; a migrated one has the program's, and migrates no more.
        """
        assert await mg.version(empty_url) is None
        assert await mg.migrate(empty_url) is True
        assert await mg.version(empty_url) == mg.head()
        assert await mg.migrate(empty_url) is False

    def test_end_where_the_program_thinks(self) -> None:
        """
        The version that a server asks of its database is that of the last migration.
        """
        assert mg.head() == HEAD

    async def test_run_once_for_several(self, empty_url: str) -> None:
        """
        Several processes that migrate one database at once all end well, and make it once.
        """
        args = (sys.executable, "-c", PROCESSUS, empty_url)
        several = [
            await asyncio.create_subprocess_exec(*args, stdin=PIPE, stdout=PIPE, stderr=PIPE)
            for _ in range(3)
        ]
        for process in several:
            assert process.stdout is not None
            assert await asyncio.wait_for(process.stdout.readline(), 30) == b"ready\n"
        ends = [asyncio.wait_for(process.communicate(b"\n"), 30) for process in several]
        told = [err.decode() for _, err in await asyncio.gather(*ends)]
        assert [process.returncode for process in several] == [0, 0, 0], told
        assert await mg.on(empty_url, _compare) == []

    async def test_can_be_taken_back(self, empty_url: str) -> None:
        """
        A downgrade leaves nothing behind, and the upgrade after it makes the same again.
        """
        await mg.migrate(empty_url)
        made = await names(empty_url)
        await mg.on(empty_url, lambda c: command.downgrade(mg._config(c), "base"))
        left = await names(empty_url)
        assert {n for n in left if not n.startswith("alembic_version")} == set()
        await mg.migrate(empty_url)
        assert await names(empty_url) == made
        assert await mg.on(empty_url, _compare) == []

    async def test_rebuild_keeps_one_key(self, empty_url: str) -> None:
        """
        A rebuilt database keeps the one key that was asked for, and makes the others anew.
        """
        await mg.migrate(empty_url)
        row = {"nom": "jetons_demo", "valeur": b"k" * 32}
        await mg.on(empty_url, lambda c: c.execute(cle.insert(), row))
        before = await keys(empty_url)
        await mg.rebuild(empty_url, keep="jetons_demo")
        after = await keys(empty_url)
        assert after["jetons_demo"] == b"k" * 32
        assert after["pseudonymes"] != before["pseudonymes"]
        assert await mg.on(empty_url, _compare) == []

    async def test_rebuild_makes_an_empty_one(self, empty_url: str) -> None:
        """
        Rebuilding an empty database makes it.
        """
        await mg.rebuild(empty_url, keep="jetons_demo")
        assert await mg.version(empty_url) == mg.head()
        assert set(await keys(empty_url)) == {"pseudonymes"}

    async def test_say_who_may_create_what_searches(self, postgres: str) -> None:
        """
        A role that may not create pg_trgm is told what to ask for, and nothing is left half made.
        """
        url = await new_database(postgres)
        role = f"r{uuid4().hex}"
        for sql in (f"CREATE ROLE {role} LOGIN", f"GRANT ALL ON SCHEMA public TO {role}"):
            await mg.on(url, lambda c, sql=sql: c.exec_driver_sql(sql))  # type: ignore[misc]
        theirs = sa.make_url(url).set(username=role).render_as_string()
        with pytest.raises(mg.NoTrigrams, match="CREATE EXTENSION pg_trgm"):
            await mg.migrate(theirs)
        assert await names(url) == set()

    async def test_fail_whole(self, empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A migration that fails leaves nothing: the next one starts from the beginning.
        """
        upgrade = command.upgrade

        def fail(*args: Any) -> None:
            upgrade(*args)
            message = "at the last moment"
            raise RuntimeError(message)

        monkeypatch.setattr(command, "upgrade", fail)
        with pytest.raises(RuntimeError, match="at the last moment"):
            await mg.migrate(empty_url)
        assert await names(empty_url) == set()
        monkeypatch.undo()
        assert await mg.migrate(empty_url) is True
