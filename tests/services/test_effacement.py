"""Erasing a person leaves nothing of them, and a history that still verifies (P2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from client import Client, Compte
from fabrique import Affaire, Make
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, read
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import DestinataireActuel, StatutSollicitation
from solli_graphql.services.effacement import Bilan, effacer
from solli_graphql.services.identite import acteur
from solli_graphql.services.verification import Faute, verifier

CLOTUREE, STRUCTURE = StatutSollicitation.CLOTUREE, DestinataireActuel.STRUCTURE
DEMAIN = datetime.now(UTC) + timedelta(days=1)
DIT = {
    "description": "Mon secret à moi",
    "courriel": "secret@tests.example",
    "telephone": "0102030405",
}


async def dite(client: Client, s: Affaire) -> str:
    """
    Tell all that the database holds of a sollicitation and of its pieces, as one text.
    """
    tables = (m.sollicitation, m.historique_texte, m.sollicitation_recherche)
    held = []
    for t in tables:
        key = t.c.id if t is m.sollicitation else t.c.sollicitation_id
        all_: Statement[Any] = Statement(
            sa.select(t).where(key == sa.bindparam("cle", type_=sa.BigInteger))
        )
        held.append(await read(client.db, all_, cle=s.id))
    return repr(held).lower()


async def efface(client: Client, qui: str, avant: datetime = DEMAIN) -> Bilan:
    """
    Erase somebody, and check that no history has a fault that it had not (other tests plant some).
    """
    avant_: list[Faute] = []
    apres: list[Faute] = []
    await verifier(client.db, avant_.append, lambda _: None)
    bilan = await effacer(client.db, qui, avant, lambda _: None)
    await verifier(client.db, apres.append, lambda _: None)
    assert apres == avant_
    return bilan


class TestEffacer:
    async def test_leaves_nothing_of_an_emitter(self, client: Client, make: Make) -> None:
        """
        Texts, names, contact, search and account of an emitter are gone; the others' are not.
        """
        s = await make.affaire(CLOTUREE, STRUCTURE, **DIT)  # type: ignore[arg-type]
        assert "secret" in await dite(client, s)
        assert await efface(client, s.emetteur.courriel) == Bilan(1, 0)
        held = await dite(client, s)
        for gone in ("secret", "0102030405", s.emetteur.nom.lower(), s.emetteur.prenom.lower()):
            assert gone not in held
        assert s.recepteur.nom.lower() in held
        vue = await make.lire(s, s.recepteur)
        assert (vue["description"], vue["contact"]) == ("[effacé]", None)
        assert vue["historique"][-1]["auteur"] == {"nom": "[effacé]", "prenom": "[effacé]"}
        assert await acteur(client.db, s.emetteur.courriel) is None

    async def test_leaves_nothing_of_an_agent(self, client: Client, make: Make) -> None:
        """
        What an agent wrote is gone, drafts and internal texts too; what the emitter wrote is not.
        """
        s = await make.affaire(**DIT)  # type: ignore[arg-type]
        for geste in ("EN_COURS", "DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "RESOLUE"):
            await make.geste(s, geste, f"Texte de {geste}.")
        assert await efface(client, s.recepteur.courriel) == Bilan(1, 0)
        held = await dite(client, s)
        for gone in ("en_cours.", "demande_information.", "resolue.", s.recepteur.nom.lower()):
            assert gone not in held
        assert "secret" in held
        assert "repondre_complement." in held

    async def test_a_contact_without_an_account(self, client: Client, make: Make) -> None:
        """
        Somebody who was only a contact is erased with the deposit that names them.
        """
        contact = {**DIT, "courriel": "seul@secret.example"}
        s = await make.affaire(CLOTUREE, STRUCTURE, **contact)  # type: ignore[arg-type]
        assert await efface(client, "seul@secret.example") == Bilan(1, 0)
        assert "secret" not in await dite(client, s)
        assert await acteur(client.db, s.emetteur.courriel) is not None

    async def test_waits_for_what_is_open_or_recent(self, client: Client, make: Make) -> None:
        """
        What is open, or closed for less than the retention, stays; the account is closed at once.
        """
        ouverte = await make.affaire(**DIT)  # type: ignore[arg-type]
        photo = await make.photo(ouverte)
        assert await efface(client, ouverte.emetteur.courriel) == Bilan(0, 1)
        recente = await make.affaire(CLOTUREE, STRUCTURE, **DIT)  # type: ignore[arg-type]
        hier = datetime.now(UTC) - timedelta(days=1)
        assert await efface(client, recente.emetteur.courriel, hier) == Bilan(0, 1)
        assert await make.photo(ouverte) == photo
        for somebody in (ouverte.emetteur, recente.emetteur):
            assert await acteur(client.db, somebody.courriel) is None
        assert recente.emetteur.nom.lower() in await dite(client, recente)

    async def test_nobody(self, client: Client) -> None:
        """
        Somebody whom nothing names is told to be unknown.
        """
        assert await efface(client, "personne@tests.example") == Bilan(0, 0, connue=False)

    async def test_is_no_longer_searched(self, client: Client, make: Make) -> None:
        """
        Erased words find nothing.
        """
        s = await make.affaire(CLOTUREE, STRUCTURE, description="Le xylophone de Zoé")
        query = (
            """{ sollicitations(espace: RECUES, filtre: {texte: "xylophone"}) { totalCount } }"""
        )
        analyste: Compte = await make.role(Role.ANALYSTE, s.destinataire)
        found = [await client.execute(query, par=p) for p in (s.recepteur, analyste)]
        assert [r.data["sollicitations"]["totalCount"] for r in found] == [1, 1]
        await efface(client, s.emetteur.courriel)
        found = [await client.execute(query, par=p) for p in (s.recepteur, analyste)]
        assert [r.data["sollicitations"]["totalCount"] for r in found] == [0, 0]
