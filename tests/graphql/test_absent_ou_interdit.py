"""What is forbidden is answered as what does not exist."""

import json
from dataclasses import replace
from typing import Any

import pytest

from client import Client, Compte
from documents import SOUMETTRE, demander
from fabrique import Lieu, Make, depot
from histoires import GESTES
from lectures import trouver
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.numeros import gid

INCONNUE = gid("Sollicitation", 10**15)
LECTURES = {
    "node": "query($id: ID!) { node(id: $id) { id __typename } }",
    "nodes": "query($id: ID!) { nodes(ids: [$id, $id]) { id } }",
    "sollicitation": "query($numero: String!) { sollicitation(numero: $numero) { id } }",
}
ENTREES: tuple[dict[str, Any], ...] = (
    {},
    {"simulation": True},
    {"versionAttendue": 99},
    {"cleIdempotence": "0123456789abcdef"},
    {"cleIdempotence": "courte"},
)
ETRANGERS = [*(f"{role} ailleurs" for role in Role), "personne"]


async def etranger(make: Make, qui: str) -> Compte:
    """Make somebody whom a sollicitation that was never transferred does not concern."""
    if qui == "personne":
        return await make.compte()
    role = Role(qui.split(maxsplit=1)[0])
    return await make.role(role, None if role is Role.SUPPORT else await make.lieu())


class TestAbsentAndForbidden:
    @pytest.mark.parametrize("qui", ETRANGERS)
    @pytest.mark.parametrize("lecture", LECTURES)
    async def test_look_alike_in_reads(
        self, client: Client, make: Make, lecture: str, qui: str
    ) -> None:
        """
        A forbidden sollicitation is read exactly as one that does not exist.
        """
        a, par = await make.affaire(), await etranger(make, qui)

        replies = [
            await client.execute(LECTURES[lecture], par, **ids)
            for ids in (
                {"id": a.gid, "numero": a.numero},
                {"id": INCONNUE, "numero": "S-2020-99999999"},
            )
        ]

        assert replies[0].body == replies[1].body
        assert a.gid not in json.dumps(replies[0].body)

    @pytest.mark.parametrize("qui", ETRANGERS)
    @pytest.mark.parametrize("geste", GESTES)
    async def test_look_alike_in_mutations(
        self, client: Client, make: Make, geste: str, qui: str
    ) -> None:
        """
        A mutation answers the same about a forbidden sollicitation as about none.
        """
        a, par = await make.affaire(), await etranger(make, qui)

        for texte in ("Un texte.", "", "\x07", "é" * 10_001):
            for entree in ENTREES:
                document, champs = demander(geste, texte)
                replies = [
                    await client.execute(document, par, input={"id": i, **champs, **entree})
                    for i in (a.gid, INCONNUE)
                ]
                assert replies[0].body == replies[1].body
                assert replies[0].codes[0] in ("INTROUVABLE", "ACCES_REFUSE")

    @pytest.mark.parametrize("role", [Role.RECEPTEUR, Role.ANALYSTE])
    async def test_look_alike_in_searches(self, client: Client, make: Make, role: Role) -> None:
        """
        No search, list or count tells of what another structure received.
        """
        a, lieu = await make.affaire(), await make.lieu()
        par = await make.role(role, lieu)

        for filtre in ({"numero": a.numero}, {"texte": "facture"}, {"categorie": "FACTURE"}):
            assert await trouver(client, par, "RECUES", **filtre) == []

    @pytest.mark.parametrize(
        "champs", [{}, {"serviceEmetteur": "S1"}, {"description": ""}, {"courriel": "x"}]
    )
    async def test_emitting_structures_look_alike(
        self, client: Client, make: Make, champs: dict[str, Any]
    ) -> None:
        """
        Submitting for a structure that is not one's own tells nothing of whether it exists.
        """
        autre, publique = await make.lieu(publique=False), await make.lieu()
        par = await make.role(Role.EMETTEUR, await make.lieu())

        for inconnue in (replace(autre, id=10**15), Lieu(0, "", {})):
            replies = [
                await client.execute(SOUMETTRE, par, input=depot(lieu, publique, **champs))
                for lieu in (autre, inconnue)
            ]
            assert replies[0].body == replies[1].body
            assert replies[0].codes == ["ACCES_REFUSE"]

    async def test_a_private_person_as_receiver(self, client: Client, make: Make) -> None:
        """
        Naming a private person as receiver answers as naming nobody does.
        """
        personne = await make.lieu(publique=False, particulier=True)
        emettrice = await make.lieu()
        par = await make.role(Role.EMETTEUR, emettrice)

        replies = [
            await client.execute(SOUMETTRE, par, input=depot(emettrice, lieu))
            for lieu in (personne, replace(personne, id=10**15))
        ]

        assert replies[0].body == replies[1].body

    async def test_a_key_of_somebody_else(self, client: Client, make: Make) -> None:
        """
        An idempotency key that somebody else used tells nothing.
        """
        a = await make.affaire()
        document, champs = demander("RESOLUE")
        entree = {"id": a.gid, **champs, "cleIdempotence": f"cle-de-{a.numero}"}
        await client.execute(document, a.recepteur, input=entree)
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        reply = await client.execute(document, par, input=entree)

        assert reply.codes == ["INTROUVABLE"]
