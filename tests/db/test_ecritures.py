"""What both engines promise of commands: whole, one winner, never one id twice."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from client import Client
from documents import TRAITER
from ecritures import NOMS, ajouter, noms
from fabrique import Make
from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.db.migrate import migrate
from solli_graphql.db.opening import connect_to
from solli_graphql.domain.acteur import Role


async def echouer(tx: Tx, nom: str) -> None:
    await ajouter(tx, nom)
    raise LookupError(nom)


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


LIGNES: Statement[Any] = Statement(
    sa.select(m.historique.c.seq).where(
        m.historique.c.sollicitation_id == sa.bindparam("id", type_=sa.BigInteger)
    )
)


class TestRaces:
    async def test_all_are_told_who_expect_nothing(self, client: Client, make: Make) -> None:
        """
        Of twelve drafts at once on one row, none of which expects a version, none is lost.
        """
        s = await make.affaire()
        assert s.destinataire is not None
        collegues = [await make.role(Role.RECEPTEUR, s.destinataire) for _ in range(12)]
        entree = {"id": s.gid, "statut": "EN_COURS", "miseAJour": "Moi."}
        replies = await asyncio.gather(
            *(client.execute(TRAITER, par=c, input=entree) for c in collegues)
        )
        assert {r.data["traiter"]["__typename"] for r in replies} == {"ActionPriseEnCompte"}
        assert len(await read(client.db, LIGNES, id=s.id)) == 13

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
        assert len(await read(client.db, LIGNES, id=s.id)) == 2
