"""What SQLite promises: safe connections and bounded waits."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures import ajouter, noms
from solli_graphql.db import sqlite
from solli_graphql.db.database import Statement, Timeouts, Tx, read
from solli_graphql.db.migrate import migrate
from solli_graphql.db.opening import connect_to
from solli_graphql.domain.errors import LimiteDepassee, Occupe


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
        monkeypatch.setattr(embedded, "_timeouts", Timeouts(lock=0.1))
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
        monkeypatch.setattr(embedded, "_timeouts", Timeouts(sql=0.0))
        with pytest.raises(LimiteDepassee):
            await read(embedded, LONGUE)
        assert await noms(embedded) == []

    async def test_a_read_whose_caller_goes_is_stopped(
        self, embedded: sqlite.Sqlite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        SQLite stops working on a read that is given up; the next long read is answered.
        """
        monkeypatch.setattr(sqlite, "ON_THE_LOOP", 0.0)
        monkeypatch.setattr(embedded, "_timeouts", Timeouts(sql=3600))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read(embedded, SANS_FIN), 0.1)
        assert await read(embedded, LONGUE) == [100_000]


_n = sa.select(sa.literal(1).label("n")).cte("n", recursive=True)
_n = _n.union_all(sa.select(_n.c.n + 1).where(_n.c.n < 100_000))
LONGUE: Statement[int] = Statement(sa.select(sa.func.count()).select_from(_n), int)
_m = sa.select(sa.literal(1).label("n")).cte("m", recursive=True)
_m = _m.union_all(sa.select(_m.c.n + 1))
SANS_FIN: Statement[int] = Statement(sa.select(sa.func.count()).select_from(_m), int)
