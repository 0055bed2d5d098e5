"""What PostgreSQL promises: bounded waits, and clashes run again."""

import asyncio
from functools import partial
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from client import Client
from documents import TRAITER
from ecritures import NOMS, ajouter, noms
from fabrique import Make
from solli_graphql.db.database import Database, Statement, Timeouts, Tx, read
from solli_graphql.db.opening import connect_to
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.errors import LimiteDepassee, Occupe
from solli_graphql.services import sollicitations
from solli_graphql.services.televersements import joindre


class TestPostgres:
    async def test_a_lock_held_too_long_is_occupe(
        self, client: Client, make: Make, engine: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A row locked too long by another is OCCUPE, a 503 that says when to try again.
        """
        if engine == "sqlite":
            pytest.skip("SQLite has its own")
        s = await make.affaire()
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        db: Any = client.db
        await db._pool.close()  # the next ones take the shorter timeout
        shorter = partial(db._pool._connect, lock_timeout="100")
        monkeypatch.setattr(db._pool, "_connect", shorter)
        other = await db._pool._connect()
        async with other.transaction():
            await other.execute("SELECT 1 FROM sollicitation WHERE id = $1 FOR UPDATE", s.id)
            reply = await client.execute(TRAITER, par=s.recepteur, input=entree)
        await other.close()
        assert (reply.status, reply.codes) == (503, ["OCCUPE"])
        assert reply.headers["retry-after"] == "1"
        assert (await client.execute(TRAITER, par=s.recepteur, input=entree)).codes == []

    async def test_keeps_no_state_between_commands(self, db: Database, engine: str) -> None:
        """
        Every connection of the pool has its timeouts and speaks UTC.
        """
        if engine == "sqlite":
            pytest.skip("SQLite has no session")
        pool: Any = db
        async with pool._pool.acquire() as connection:
            for name, expected in (("statement_timeout", "5s"), ("lock_timeout", "2s")):
                assert await connection.fetchval(f"SHOW {name}") == expected
            assert await connection.fetchval("SHOW timezone") == "UTC"

    async def test_a_clash_is_run_again(self, db: Database, engine: str) -> None:
        """
        A command that a serialisation failure stops is run again, three times at most.
        """
        if engine == "sqlite":
            pytest.skip("SQLite writes one at a time")
        runs = 0

        async def heurter(tx: Tx, fois: int) -> None:
            nonlocal runs
            runs += 1
            await ajouter(tx, f"a{fois}")
            if runs <= fois:
                raise asyncpg.SerializationError

        await db.write(heurter, 2)
        assert (runs, await noms(db)) == (3, ["a2"])
        runs = -100
        with pytest.raises(asyncpg.SerializationError):
            await db.write(heurter, 0)
        assert runs == -97

    @pytest.mark.parametrize(
        ("attendue", "membre", "version"),
        [(1, "ConflitDeVersion", 2), (None, "ActionPriseEnCompte", 3)],
    )
    async def test_who_acts_meanwhile_is_seen(
        self,
        client: Client,
        make: Make,
        engine: str,
        monkeypatch: pytest.MonkeyPatch,
        attendue: int | None,
        membre: str,
        version: int,
    ) -> None:
        """
        An action that another one overtakes, between its reading and its writing, is run again.
        """
        if engine == "sqlite":
            pytest.skip("SQLite writes one at a time")
        s = await make.affaire()
        assert s.destinataire is not None
        collegue = await make.role(Role.RECEPTEUR, s.destinataire)
        entree: Any = {"id": s.gid, "statut": "EN_COURS", "miseAJour": "Moi."}
        overtaken: list[bool] = []

        async def late(*args: Any, **kwargs: Any) -> Any:
            if not overtaken:
                overtaken.append(True)
                await client.execute(TRAITER, par=collegue, input=entree)
            return await joindre(*args, **kwargs)

        monkeypatch.setattr(sollicitations, "joindre", late)
        entree |= {"versionAttendue": attendue}
        reply = await client.execute(TRAITER, par=s.recepteur, input=entree)
        assert reply.data["traiter"]["__typename"] == membre
        relue = await client.execute(
            "query($n: String!) { sollicitation(numero: $n) { version } }",
            par=s.recepteur,
            n=s.numero,
        )
        assert relue.data["sollicitation"]["version"] == version

    async def test_a_lost_commit_is_never_run_again(self, db: Database, engine: str) -> None:
        """
        A command whose connection is lost as it commits runs once: nobody knows what it did.
        """
        if engine == "sqlite":
            pytest.skip("SQLite has no connection to lose")
        pool: Any = db
        other = await pool._pool._connect()
        runs = 0

        async def perdre(tx: Any, *, lire: bool) -> None:
            nonlocal runs
            runs += 1
            pid = tx._connection.get_server_pid()
            await other.execute("SELECT pg_terminate_backend($1, 5000)", pid)
            if lire:
                await tx.all(NOMS)

        async def ecrire(tx: Any) -> None:
            await perdre(tx, lire=False)
            await ajouter(tx, "a")

        with pytest.raises(Occupe, match="relisez"):
            await db.write(perdre, lire=False)
        with pytest.raises(Occupe, match="relisez"):
            await db.write_once(ecrire)
        with pytest.raises(Occupe, match="réessayez"):
            await db.write(perdre, lire=True)
        await other.close()
        assert runs == 3

    async def test_a_read_whose_connection_goes_is_occupe(self, db: Database, engine: str) -> None:
        """
        A read that loses its connection is OCCUPE, and the next one has a new connection.
        """
        if engine == "sqlite":
            pytest.skip("SQLite has no connection to lose")
        dying: Statement[Any] = Statement(
            sa.select(sa.text("pg_terminate_backend(pg_backend_pid())"))
        )
        with pytest.raises(Occupe):
            await read(db, dying)
        assert await noms(db) == []

    async def test_stops_working_when_the_time_is_over(self, empty_url: str, engine: str) -> None:
        """
        A statement past its time is stopped by PostgreSQL itself, as the connection asked.
        """
        if engine == "sqlite":
            pytest.skip("SQLite has its own")
        db = connect_to(empty_url, pool=1, timeouts=Timeouts(sql=0.1))
        await db.open()
        with pytest.raises(LimiteDepassee):
            await read(db, SOMMEIL)
        await db.close()

    async def test_stops_working_for_a_caller_who_goes(self, db: Database, engine: str) -> None:
        """
        A read that is given up is cancelled in PostgreSQL.
        """
        if engine == "sqlite":
            pytest.skip("SQLite has its own")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read(db, SOMMEIL), 0.2)
        running = [1]
        for _ in range(100):  # 2 seconds; the statement itself would last for 5
            if (running := await read(db, EN_COURS)) == [0]:
                break
            await asyncio.sleep(0.02)
        assert running == [0]


SOMMEIL: Statement[Any] = Statement(sa.select(sa.func.pg_sleep(3600)))
_a = sa.table("pg_stat_activity", sa.column("query"), sa.column("state"))
EN_COURS: Statement[int] = Statement(
    sa.select(sa.func.count())
    .select_from(_a)
    .where(
        _a.c.state == sa.literal_column("'active'"),
        _a.c.query.like(sa.literal_column("'SELECT pg_sleep%'")),
    ),
    int,
)
