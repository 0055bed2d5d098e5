"""What the two engines promise: whole commands, one winner, safe connections, bounded waits."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from fabrique import TRAITER, Client, Make
from solli_graphql.db import models as m
from solli_graphql.db import postgres, sqlite
from solli_graphql.db.database import Database, Statement, Tx, insert, read
from solli_graphql.db.migrate import connect_to, migrate
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.errors import LimiteDepassee, Occupe

AJOUTER = insert(m.cle)
NOMS: Statement[str] = Statement(sa.select(m.cle.c.nom).order_by(m.cle.c.nom), str)


async def ajouter(tx: Tx, *noms: str) -> None:
    for nom in noms:
        await tx.write((AJOUTER, {"nom": nom, "valeur": b"v"}))


async def echouer(tx: Tx, nom: str) -> None:
    await ajouter(tx, nom)
    raise LookupError(nom)


async def noms(db: Database) -> list[str]:
    return [nom for nom in await read(db, NOMS) if nom != "pseudonymes"]


@pytest.fixture
async def db(empty_url: str) -> AsyncIterator[Database]:
    """
    Open a migrated database of the test's own.
    """
    await migrate(empty_url)
    opened = connect_to(empty_url, pool=4)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[sqlite.Sqlite]:
    """
    Open an SQLite database of the test's own.
    """
    url = f"sqlite:///{tmp_path / 'essai.db'}"
    await migrate(url)
    opened = connect_to(url, pool=1)
    assert isinstance(opened, sqlite.Sqlite)
    await opened.open()
    yield opened
    await opened.close()


class TestCommands:
    async def test_one_that_raises_leaves_nothing(self, db: Database) -> None:
        """
        What a command raises reaches its caller, and nothing that it wrote stays.
        """
        with pytest.raises(LookupError):
            await db.write(echouer, "a")
        assert await noms(db) == []

    async def test_one_that_raises_costs_the_others_nothing(self, db: Database) -> None:
        """
        Commands that wait together stand each on their own: one may fail, the others are kept.
        """
        commands = [db.write(echouer if i % 3 else ajouter, f"{i:02d}") for i in range(30)]
        outcomes = await asyncio.gather(*commands, return_exceptions=True)
        assert sum(isinstance(o, LookupError) for o in outcomes) == 20
        assert await noms(db) == [f"{i:02d}" for i in range(0, 30, 3)]

    async def test_a_database_error_costs_the_others_nothing(self, db: Database) -> None:
        """
        A command that breaks a constraint fails alone.
        """
        commands = [db.write(ajouter, nom) for nom in ("a", "b", "a", "c")]
        outcomes = await asyncio.gather(*commands, return_exceptions=True)
        assert sum(isinstance(o, Exception) for o in outcomes) == 1
        assert await noms(db) == ["a", "b", "c"]

    async def test_a_simulated_one_leaves_nothing(self, db: Database) -> None:
        """
        A simulated command gives its result and writes nothing, among others that do.
        """

        async def compter(tx: Tx, nom: str) -> int:
            await ajouter(tx, nom)
            return len(await tx.all(NOMS))

        simulated, _ = await asyncio.gather(db.simulate(compter, "a"), db.write(ajouter, "b"))
        assert simulated >= 2
        assert await noms(db) == ["b"]

    async def test_a_cancelled_caller_s_still_commits(self, db: Database) -> None:
        """
        A command that has begun ends, even if its caller goes.
        """
        await db.write(ajouter, "a")
        task = asyncio.ensure_future(db.write(ajouter, "b"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for _ in range(200):
            if await noms(db) == ["a", "b"]:
                return
            await asyncio.sleep(0.01)
        assert await noms(db) == ["a", "b"]

    async def test_closing_waits_for_what_is_under_way(self, empty_url: str) -> None:
        """
        Closing a database waits for the commands that were given to it.
        """
        await migrate(empty_url)
        db = connect_to(empty_url, pool=2)
        await db.open()
        tasks = [asyncio.ensure_future(db.write(ajouter, str(i))) for i in range(5)]
        await asyncio.sleep(0)
        await db.close()
        await asyncio.gather(*tasks)
        await db.open()
        assert len(await noms(db)) == 5
        await db.close()

    async def test_ids_are_never_given_twice(self, db: Database) -> None:
        """
        Commands at once draw different ids.
        """

        async def tirer(tx: Tx) -> int:
            return await tx.next_id()

        ids = await asyncio.gather(*(db.write(tirer) for _ in range(40)))
        assert len(set(ids)) == 40


class TestRaces:
    @pytest.mark.parametrize("agents", [2, 8])
    async def test_one_wins(self, client: Client, make: Make, agents: int) -> None:
        """
        Of several gestes at once on one version exactly one wins; the others get the conflict.
        """
        s = await make.affaire()
        assert s.destinataire is not None
        collegues = [await make.role(Role.RECEPTEUR, s.destinataire) for _ in range(agents)]
        entree = {"id": s.gid, "statut": "EN_COURS", "miseAJour": "Moi.", "versionAttendue": 1}
        replies = await asyncio.gather(
            *(client.execute(TRAITER, par=c, input=entree) for c in collegues)
        )
        answers = [r.data["traiter"] for r in replies]
        names = sorted(a["__typename"] for a in answers)
        assert names == ["ActionPriseEnCompte", *["ConflitDeVersion"] * (agents - 1)]
        conflits = [a for a in answers if a["__typename"] == "ConflitDeVersion"]
        assert {c["versionActuelle"] for c in conflits} == {2}
        lines = Statement[Any](
            sa.select(m.historique.c.seq).where(
                m.historique.c.sollicitation_id == sa.bindparam("id", type_=sa.BigInteger)
            )
        )
        assert len(await read(client.db, lines, id=s.id)) == 2


class TestSqlite:
    async def test_every_connection_is_safe(self, embedded: sqlite.Sqlite) -> None:
        """
        Every connection is in WAL, syncs fully and keeps foreign keys.
        """
        connections = {n: c for n, c in vars(embedded).items() if hasattr(c, "execute")}
        assert len(connections) == 3
        for connection in connections.values():
            for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
                assert connection.execute(f"PRAGMA {pragma}").fetchone()[0] == value

    async def test_no_connection_is_made_elsewhere(self) -> None:
        """
        Connections to SQLite are made by one function.
        """
        source = Path(sqlite.__file__).parent.parent
        made = [
            str(path.relative_to(source))
            for path in source.rglob("*.py")
            for _ in re.findall(r"sqlite3\.connect\(", path.read_text(encoding="utf-8"))
        ]
        assert made == ["db/sqlite.py"]

    async def test_a_command_that_awaits_something_else_is_refused(
        self, embedded: sqlite.Sqlite
    ) -> None:
        """
        A command that awaits anything but its transaction is refused; its group is kept.
        """

        async def dormir(tx: Tx) -> None:
            await ajouter(tx, "perdu")
            await asyncio.sleep(0)

        commands = [
            embedded.write(ajouter, "a"),
            embedded.write(dormir),
            embedded.write(ajouter, "b"),
        ]
        outcomes = await asyncio.gather(*commands, return_exceptions=True)
        assert isinstance(outcomes[1], RuntimeError)
        assert "await" in str(outcomes[1])
        assert await noms(embedded) == ["a", "b"]

    async def test_a_foreign_lock_is_occupe(
        self, embedded: sqlite.Sqlite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A write lock held too long by another process is Occupe; once freed, writing goes on.
        """
        monkeypatch.setattr(sqlite, "LOCK_TIMEOUT", 0.1)
        other = sqlite.connect(str(tmp_path / "essai.db"))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Occupe):
            await embedded.write(ajouter, "a")
        assert await noms(embedded) == []
        other.execute("ROLLBACK")
        other.close()
        await embedded.write(ajouter, "b")
        assert await noms(embedded) == ["b"]

    async def test_a_foreign_lock_that_is_freed_is_waited_for(
        self, embedded: sqlite.Sqlite, tmp_path: Path
    ) -> None:
        """
        A write lock that another process frees in time is waited for.
        """
        other = sqlite.connect(str(tmp_path / "essai.db"))
        other.execute("BEGIN IMMEDIATE")
        task = asyncio.ensure_future(embedded.write(ajouter, "a"))
        await asyncio.sleep(0.05)
        assert not task.done()
        other.execute("ROLLBACK")
        other.close()
        await task
        assert await noms(embedded) == ["a"]

    async def test_a_long_read_moves_to_a_thread(
        self, embedded: sqlite.Sqlite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A read too long for the loop is interrupted there, and answered by a thread.
        """
        threads: list[str] = []
        original = sqlite._read

        def told(*args: Any) -> Sequence[Sequence[Any]]:
            threads.append(threading.current_thread().name)
            return original(*args)

        monkeypatch.setattr(sqlite, "_read", told)
        monkeypatch.setattr(sqlite, "ON_THE_LOOP", 0.0)
        assert await read(embedded, LONGUE) == [100_000]
        assert len(threads) == 2
        assert threads[0] == threading.main_thread().name
        assert threads[1] != threads[0]

    async def test_a_read_that_never_ends_is_cut(
        self, embedded: sqlite.Sqlite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        A read past the time limit is LimiteDepassee, and the next ones are answered.
        """
        monkeypatch.setattr(sqlite, "ON_THE_LOOP", 0.0)
        monkeypatch.setattr(sqlite, "SQL_TIMEOUT", 0.0)
        with pytest.raises(LimiteDepassee):
            await read(embedded, LONGUE)
        assert await noms(embedded) == []


_n = sa.select(sa.literal(1).label("n")).cte("n", recursive=True)
_n = _n.union_all(sa.select(_n.c.n + 1).where(_n.c.n < 100_000))
LONGUE: Statement[int] = Statement(sa.select(sa.func.count()).select_from(_n), int)


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
        monkeypatch.setitem(postgres.TIMEOUTS, "lock_timeout", "100")
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        db: Any = client.db
        await db._pool.expire_connections()  # the next ones take the shorter timeout
        db._pool._connect_kwargs["server_settings"] = {**postgres.TIMEOUTS}
        other = await asyncpg.connect(db._url)
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


class TestPlans:
    @pytest.mark.parametrize(
        "query",
        [
            """{ synthese(espace: RECUES, first: 3) { totalCount
                 nodes { historique(first: 2) { seq } } pageInfo { endCursor } } }""",
            """{ sollicitations(espace: RECUES, filtre: {texte: "abc"}, last: 2)
                 { nodes { id commentairesEmetteur { texte } } } }""",
            "{ structures(first: 5) { nodes { services { code } } } categories { code } }",
            "{ moi { id } nodes(ids: []) { id } }",
        ],
    )
    async def test_skip_no_rows(
        self, client: Client, make: Make, monkeypatch: pytest.MonkeyPatch, query: str
    ) -> None:
        """
        No statement skips rows by OFFSET, which would read them; SQLite's is the constant 0.
        """
        s = await make.affaire()
        seen: list[tuple[str, list[Any]]] = []
        fetch = client.db.fetch

        async def told(statement: Statement[Any], values: Any) -> Any:
            text = statement.on(client.db.dialect)
            seen.append((text.sql, text.bind(values)))
            return await fetch(statement, values)

        monkeypatch.setattr(client.db, "fetch", told)
        assert (await client.execute(query, par=s.recepteur)).codes == []
        assert seen
        for sql, bound in seen:
            for found in re.finditer(r"\bOFFSET\b", sql):
                assert client.db.dialect.name == "sqlite"
                assert bound[sql[: found.start()].count("?")] == 0
