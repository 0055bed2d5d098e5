"""The directory: structures, categories, oneself and one's colleagues."""

from typing import Any

import pytest

from client import Client
from fabrique import Make
from lectures import NODES, ids
from solli_graphql.domain.acteur import Role


class TestDirectory:
    async def test_finds_structures(self, client: Client, make: Make) -> None:
        """
        The directory is searched by text, identifier and type of identifier.
        """
        lieu = await make.lieu()
        par = await make.compte()
        nom = f"structure {int(lieu.valeur[:9]) - 987000000:05d}"
        query = (
            """query($f: FiltreStructures) { structures(filtre: $f) { totalCount nodes { id } } }"""
        )

        async def trouves(**filtre: Any) -> list[str]:
            reply = await client.execute(query, par, f=filtre)
            return ids(reply.data["structures"])

        assert await trouves(texte=nom) == [lieu.gid]
        assert await trouves(texte=nom, type="SIRET", identifiant=lieu.valeur) == [lieu.gid]
        assert await trouves(identifiant=f" {lieu.valeur[:9]} {lieu.valeur[9:]}") == [lieu.gid]
        assert await trouves(texte=nom, type="RIDET") == []
        assert await trouves(texte="_" + nom[1:]) == []

    async def test_reads_one(self, client: Client, make: Make) -> None:
        """
        A structure is read by its identifier with its services, or is null.
        """
        lieu = await make.lieu(services=("B", "A"))
        query = """query($i: String!) { structure(identifiant: $i) {
          id designation raisonSociale identifiant { type valeur } services { code libelle } } }"""

        found = (await client.execute(query, await make.compte(), i=lieu.valeur)).data["structure"]
        aucune = (await client.execute(query, await make.compte(), i="12345678901234")).data

        assert found["id"] == lieu.gid
        assert found["identifiant"] == {"type": "SIRET", "valeur": lieu.valeur}
        assert found["services"] == [
            {"code": "A", "libelle": "Service A"},
            {"code": "B", "libelle": "Service B"},
        ]
        assert aucune == {"structure": None}

    async def test_is_paged_by_designation(self, client: Client, make: Make) -> None:
        """
        The pages of the directory follow the désignation and cover it once, from either end.
        """
        for _ in range(4):
            await make.lieu()
        par = await make.compte()
        query = """query($first: Int, $after: String, $last: Int, $before: String) {
          structures(filtre: {texte: "structure 0", type: SIRET}, first: $first, after: $after,
            last: $last, before: $before) {
            totalCount nodes { id designation } pageInfo { startCursor endCursor } } }"""

        async def lire(**bornes: Any) -> Any:
            return (await client.execute(query, par, **bornes)).data["structures"]

        un = await lire(first=2)
        deux = await lire(first=2, after=un["pageInfo"]["endCursor"])
        retour = await lire(last=2, before=deux["pageInfo"]["startCursor"])

        entire = (await lire(first=100))["nodes"]
        noms = [n["designation"] for n in entire]
        assert noms == sorted(noms)
        assert un["nodes"] + deux["nodes"] == entire[:4]
        assert retour == un

    async def test_hides_private_persons(self, client: Client, make: Make) -> None:
        """
        A private person does not exist in the directory, but for who acts for them.
        """
        personne = await make.lieu(publique=False, particulier=True)
        query = """query($i: String!, $g: ID!) {
          structure(identifiant: $i) { id } node(id: $g) { id } nodes(ids: [$g]) { id }
          structures(filtre: {identifiant: $i}) { totalCount nodes { id } }
          tous: structures(filtre: {type: PARTICULIER}, first: 100) { nodes { id } } }"""
        rien = {
            "structure": None,
            "node": None,
            "nodes": [None],
            "structures": {"totalCount": 0, "nodes": []},
        }

        for par in (
            *(await make.compte(), await make.role(Role.SUPPORT)),
            *(await make.role(Role.RECEPTEUR, await make.lieu()), await make.role(Role.ANALYSTE)),
        ):
            data = (await client.execute(query, par, i=personne.valeur, g=personne.gid)).data
            assert personne.gid not in ids(data.pop("tous"))
            assert data == rien
        par = await make.role(Role.EMETTEUR, personne)
        data = (await client.execute(query, par, i=personne.valeur, g=personne.gid)).data
        assert (data["structure"], ids(data["tous"])) == ({"id": personne.gid}, [personne.gid])

    async def test_lists_categories(self, client: Client, make: Make) -> None:
        """
        The categories in use come in order, with where each combination sends.
        """
        query = """{ categories { code libelle
          sousCategories { code routage numeroObjetRequis modele } } }"""

        factures, portail = (await client.execute(query, await make.compte())).data["categories"]

        suivi, rejet = factures["sousCategories"]
        assert suivi == {
            "code": "SUIVI",
            "routage": "METIER",
            "numeroObjetRequis": False,
            "modele": None,
        }
        assert (rejet["numeroObjetRequis"], bool(rejet["modele"])) == (True, True)
        assert [s["routage"] for s in portail["sousCategories"]] == ["SUPPORT"]

    @pytest.mark.parametrize("role", Role)
    async def test_knows_who_one_is(self, client: Client, make: Make, role: Role) -> None:
        """
        Everybody reads their own name, an analyst too.
        """
        par = await make.role(role, None if role is Role.SUPPORT else await make.lieu())

        reply = await client.execute("{ moi { id nom prenom } }", par)

        assert reply.data["moi"] == {"id": par.gid, "nom": par.nom, "prenom": par.prenom}

    async def test_shows_colleagues_only(self, client: Client, make: Make) -> None:
        """
        A user is found by those who treat in the same place, and by nobody else.
        """
        a = await make.affaire()
        collegue = await make.role(Role.RECEPTEUR, a.destinataire)
        etranger = await make.role(Role.RECEPTEUR, await make.lieu())

        found = [
            (await client.execute(NODES, par, ids=[a.recepteur.gid])).data["nodes"][0]
            for par in (collegue, etranger, a.emetteur)
        ]

        assert [n and n["nom"] for n in found] == [a.recepteur.nom, None, None]
