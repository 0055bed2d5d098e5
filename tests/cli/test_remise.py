"""`reinitialiserDemo`: the world of `solli demo`, given back while it serves."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from client import Client, Compte
from commandes import Solli, done, execute, tables
from conftest import servir
from documents import RESULTAT
from solli_graphql.db import models as m
from solli_graphql.settings import Mode, Settings

REMETTRE = f"mutation {{ reinitialiserDemo {{ {RESULTAT} }} }}"
ADMIN = Compte(0, "admin@demo.example", "", "")
EMETTEUR = Compte(0, "emetteur@demo.example", "", "")
LISTE = """{ sollicitations(espace: EMISES, filtre: { deposeeDu: "2000-01-01" }, first: 100) {
  totalCount nodes { id statut version } } }"""
CREER = """mutation { creerUtilisateur(input: {
  courriel: "neuf@demo.example", nom: "Neuf", prenom: "Une" }) { __typename } }"""


async def jouer(client: Client) -> Any:
    """
    Change one of the emitter's, and give the list as it was before.
    """
    avant = (await client.execute(LISTE, par=EMETTEUR)).data
    ouvertes = [n for n in avant["sollicitations"]["nodes"] if n["statut"] == "A_TRAITER"]
    geste = "mutation($id: ID!) { jouerAutrePartie(id: $id, geste: REPONDRE) { __typename } }"
    fait = await client.execute(geste, par=EMETTEUR, id=ouvertes[0]["id"])
    assert fait.data["jouerAutrePartie"]["__typename"] == "ActionPriseEnCompte"
    assert (await client.execute(LISTE, par=EMETTEUR)).data != avant
    return avant


class TestReinitialiserDemo:
    async def test_gives_the_world_back(self, demo_url: str, solli: Solli) -> None:
        """
        Whatever was done, every table is as the demonstration had it; the chain is whole.
        """
        before = await tables(demo_url)
        settings = Settings(mode=Mode.DEMO, database_url=demo_url, _env_file=None)
        async with servir(settings) as client:
            avant = await jouer(client)
            await client.execute(CREER, par=ADMIN)
            reply = await client.execute(REMETTRE, par=ADMIN)
            assert "40 sollicitations" in reply.data["reinitialiserDemo"]["confirmation"]
            assert (await client.execute(LISTE, par=EMETTEUR)).data == avant
            await jouer(client)  # the next number, the next lines: all can go on
            await client.execute(REMETTRE, par=ADMIN)
        after = await tables(demo_url)
        assert after.pop("televersement") == before.pop("televersement") == []
        assert after == before
        done(await solli("verify", url=demo_url))

    async def test_nobody_sees_it_half_done(self, demo_url: str) -> None:
        """
        Who reads meanwhile finds the world before or the world after, and is never refused.
        """
        settings = Settings(mode=Mode.DEMO, database_url=demo_url, _env_file=None)
        async with servir(settings) as client:
            avant = await jouer(client)
            apres = (await client.execute(LISTE, par=EMETTEUR)).data
            remise = asyncio.create_task(client.execute(REMETTRE, par=ADMIN))
            vues = []
            while not remise.done():
                vues.append((await client.execute(LISTE, par=EMETTEUR)).data)
                await asyncio.sleep(0.01)
            assert (await remise).codes == []
        assert all(vue in (avant, apres) for vue in vues)
        assert len(vues) > 1

    async def test_the_history_is_only_added_to_again(self, demo_url: str) -> None:
        """
        What let go of the history for once holds it again.
        """
        settings = Settings(mode=Mode.DEMO, database_url=demo_url, _env_file=None)
        async with servir(settings) as client:
            await client.execute(REMETTRE, par=ADMIN)
        with pytest.raises(sa.exc.DBAPIError, match="append-only"):
            await execute(demo_url, m.historique.delete())

    async def test_a_large_one_is_left_alone(self, demo_url: str) -> None:
        """
        One that would take long to load is not loaded while it serves.
        """
        large = m.compteur.update().where(m.compteur.c.nom == "demonstration")
        await execute(demo_url, large.values(valeur=5000))
        settings = Settings(mode=Mode.DEMO, database_url=demo_url, _env_file=None)
        async with servir(settings) as client:
            avant = await jouer(client)
            reply = await client.execute(REMETTRE, par=ADMIN)
            assert reply.codes == ["ACCES_REFUSE"]
            assert (await client.execute(LISTE, par=EMETTEUR)).data != avant
