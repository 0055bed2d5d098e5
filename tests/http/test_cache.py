"""What is remembered of a token, and for how long."""

from time import monotonic
from typing import Any

import pytest
import sqlalchemy as sa

from client import Client, Compte
from fabrique import Make
from jetons import HEADER, UTILISATEUR, claims, now, sign
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, Tx
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.errors import NonAuthentifie
from solli_graphql.services.identite import OUBLI, Identite
from solli_graphql.services.jetons import TOLERANCE, Demo, Porteur
from solli_graphql.services.securite import Trace

HABILITATIONS: Statement[Any] = Statement(
    m.habilitation.delete().where(
        m.habilitation.c.utilisateur_id == sa.bindparam("cible", type_=sa.BigInteger)
    ),
    columns=[],
)


def neuve(client: Client) -> Identite:
    """Make one that remembers nothing."""
    return Identite(client.db, [Demo(client.cle)], Trace(b""))


class TestCache:
    async def test_a_revoked_right_is_gone_once_forgotten(self, client: Client, make: Make) -> None:
        """
        A habilitation deleted from the database no longer counts once the cache has forgotten it.
        """
        lieu = await make.lieu()
        agent = await make.role(Role.RECEPTEUR, lieu)
        identite, jeton = neuve(client), client.jeton(agent.courriel)
        assert (await identite.acteur(jeton)).roles == {Role.RECEPTEUR}

        async def retirer(tx: Tx) -> None:
            await tx.write((HABILITATIONS, {"cible": agent.id}))

        await client.db.write(retirer)
        assert (await identite.acteur(jeton)).roles == {Role.RECEPTEUR}
        identite._connus.clear()

        assert (await identite.acteur(jeton)).roles == frozenset()
        query = "{ synthese(espace: RECUES) { totalCount } }"
        assert (await client.execute(query, par=agent)).codes == ["ACCES_REFUSE"]

    async def test_an_inactive_account_is_gone_once_forgotten(
        self, client: Client, make: Make
    ) -> None:
        """
        An account put out of use is refused once the cache has forgotten it.
        """
        agent = await make.role(Role.SUPPORT)
        identite, jeton = neuve(client), client.jeton(agent.courriel)
        await identite.acteur(jeton)

        async def eteindre(tx: Tx) -> None:
            await tx.write((UTILISATEUR, {"cible": agent.id, "actif": False}))

        await client.db.write(eteindre)
        identite._connus.clear()
        with pytest.raises(NonAuthentifie):
            await identite.acteur(jeton)

    async def test_forgets_within_five_seconds(self, client: Client, make: Make) -> None:
        """
        What is remembered of a token is asked again after five seconds.
        """
        agent = await make.role(Role.SUPPORT)
        identite, jeton = neuve(client), client.jeton(agent.courriel)
        await identite.acteur(jeton)
        connu = identite._connus[jeton]
        for age, known in ((4, True), (5, False)):
            identite._connus[jeton] = connu._replace(jusque=connu.jusque - age)
            assert (await identite.acteur(jeton) is connu.acteur) is known

    async def test_remembers_so_many(
        self, client: Client, personne: Compte, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        Only so many tokens are remembered: the oldest is forgotten first.
        """
        monkeypatch.setattr("solli_graphql.services.identite.CONNUS", 2)
        identite = neuve(client)
        jetons = [
            sign(client, HEADER, claims(personne.courriel, exp=now() + 100 + n)) for n in range(3)
        ]
        for jeton in jetons:
            await identite.acteur(jeton)
        assert [*identite._connus] == jetons[1:]

    async def test_counts_from_the_question(self, client: Client, personne: Compte) -> None:
        """
        What an issuer said more than five seconds ago is asked again, however lately it was read.
        """
        assert await self.asked(client, personne, fin=now() + 60, depuis=monotonic() - OUBLI) == 2
        assert await self.asked(client, personne, fin=now() + 60, depuis=monotonic()) == 1

    async def test_never_outlives_the_token(self, client: Client, personne: Compte) -> None:
        """
        A token whose time is over is asked about again, however lately that was done.
        """
        depuis = monotonic()
        assert await self.asked(client, personne, fin=now() - TOLERANCE, depuis=depuis) == 2

    async def asked(self, client: Client, personne: Compte, **told: Any) -> int:
        """Count how often an issuer is asked about a token that is shown twice."""
        demandes = []

        class Emetteur:
            async def verifier(self, jeton: str) -> Porteur:
                demandes.append(jeton)
                return Porteur("courriel", personne.courriel, **told)

        identite = Identite(client.db, [Emetteur()], Trace(b""))
        for _ in range(2):
            assert (await identite.acteur("jeton")).id == personne.id
        return len(demandes)
