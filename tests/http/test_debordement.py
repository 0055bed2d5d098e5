"""Overload: what has no place, or takes too long, is told to come back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from client import Client
from conftest import servir
from documents import TRAITER
from fabrique import Affaire, Make
from solli_graphql.db import sqlite
from solli_graphql.db.migrate import migrate
from solli_graphql.domain.errors import Occupe
from solli_graphql.http.edge import Turnstile
from solli_graphql.settings import Mode, Settings


async def wait(event: asyncio.Event) -> str:
    await event.wait()
    return "fait"


class TestTurnstile:
    async def test_has_so_many_places(self) -> None:
        """
        With two places a third operation is refused at once, and has one as soon as another ends.
        """
        turnstile, event = Turnstile(2, 60), asyncio.Event()
        inside = [asyncio.create_task(turnstile.run(wait(event))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Occupe):
            await turnstile.run(wait(event))
        event.set()
        assert await asyncio.gather(*inside) == ["fait", "fait"]
        assert await turnstile.run(wait(event)) == "fait"

    async def test_has_so_much_time(self) -> None:
        """
        An operation that takes too long is stopped, and its place is free again.
        """
        turnstile, event = Turnstile(1, 0.01), asyncio.Event()
        with pytest.raises(Occupe, match="à temps"):
            await turnstile.run(wait(event))
        event.set()
        assert await turnstile.run(wait(event)) == "fait"

    async def test_leaves_its_place_when_the_caller_goes(self) -> None:
        """
        An operation that is cancelled leaves its place.
        """
        turnstile, event = Turnstile(1, 60), asyncio.Event()
        task = asyncio.create_task(turnstile.run(wait(event)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        event.set()
        assert await turnstile.run(wait(event)) == "fait"


@asynccontextmanager
async def held(folder: Path, **settings: Any) -> AsyncIterator[tuple[Client, Affaire]]:
    """Serve an SQLite database of the test's own, whose write lock somebody holds."""
    path = folder / "tenue.db"
    url = f"sqlite:///{path}"
    await migrate(url)
    given = Settings(mode=Mode.DEMO, database_url=url, _env_file=None, **settings)
    async with servir(given) as client:
        s = await Make(client).affaire()
        other = sqlite.connect(str(path))
        other.execute("BEGIN IMMEDIATE")
        yield client, s
        if other.in_transaction:
            other.execute("ROLLBACK")
        other.close()


def traiter(client: Client, s: Affaire) -> Any:
    """Send an action, which waits for the lock."""
    entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui.", "cleIdempotence": "c" * 16}
    return client.execute(TRAITER, par=s.recepteur, input=entree)


class TestOverload:
    async def test_is_told_at_once(self, tmp_path: Path) -> None:
        """
        With one place, whoever comes while it is taken is a 503 with OCCUPE and Retry-After.
        """
        async with held(tmp_path, operations=1) as (client, s):
            first = asyncio.create_task(traiter(client, s))
            await asyncio.sleep(0.1)
            second = await traiter(client, s)
            assert not first.done()
            await first
        assert (second.status, second.codes) == (503, ["OCCUPE"])
        assert second.headers["retry-after"] == "1"

    async def test_a_slow_operation_is_told_to_come_back(self, tmp_path: Path) -> None:
        """
        An action that takes too long is OCCUPE; it may end all the same, and its key tells.
        """
        async with held(tmp_path, delai_operation=2, delai_verrou=20) as (client, s):
            reply = await traiter(client, s)
        assert (reply.status, reply.codes) == (503, ["OCCUPE"])
        assert "clé d'idempotence" in reply.body["errors"][0]["message"]

    async def test_a_lock_held_too_long(self, tmp_path: Path) -> None:
        """
        A lock is awaited for as long as the setting says.
        """
        async with held(tmp_path, delai_verrou=0.1) as (client, s):
            reply = await traiter(client, s)
        assert (reply.status, reply.codes) == (503, ["OCCUPE"])
