"""What a submission must name, and what it is told."""

from typing import Any

import pytest

from client import Client, Compte
from documents import SOUMETTRE
from fabrique import VIDES, Make, depot, refus


class TestASubmission:
    @pytest.mark.parametrize("champ", ["description", "courriel", "categorie", "sousCategorie"])
    async def test_needs_its_texts(self, client: Client, make: Make, champ: str) -> None:
        """
        A mandatory text that shows nothing is refused, and named.
        """
        s = await make.affaire()
        assert s.destinataire

        for vide in VIDES:
            entree = depot(s.emettrice, s.destinataire, **{champ: vide})
            membre = await self._soumettre(client, s.emetteur, entree)
            codes = [(e["champ"], e["code"]) for e in membre["erreurs"]]
            assert (membre["code"], membre["champ"]) == ("CHAMP_INVALIDE", champ)
            assert (champ, "OBLIGATOIRE") in codes, ascii(vide)

    async def test_tells_all_that_is_wrong(self, client: Client, make: Make) -> None:
        """
        Every wrong field is told at once, in the order in which they are read.
        """
        s = await make.affaire()
        faux = {"courriel": "pas une adresse", "description": "é" * 10_001, "telephone": "12"}
        entree = depot(s.emettrice, s.destinataire, **faux, serviceDestinataire="INCONNU")

        membre = await self._soumettre(client, s.emetteur, entree)

        assert {e["champ"]: e["code"] for e in membre["erreurs"]} == {
            "courriel": "FORMAT",
            "description": "TROP_LONG",
            "telephone": "FORMAT",
            "serviceDestinataire": "INCONNU",
        }
        assert membre["champ"] == membre["erreurs"][0]["champ"]

    @pytest.mark.parametrize(
        ("champs", "champ", "code"),
        [
            ({"structureDestinataire": None}, "structureDestinataire", "OBLIGATOIRE"),
            ({"structureDestinataire": "x"}, "structureDestinataire", "INCONNU"),
            ({"sousCategorie": "REJET"}, "numeroObjet", "OBLIGATOIRE"),
            ({"sousCategorie": "INCONNUE"}, "sousCategorie", "INCONNU"),
            ({"categorie": "PORTAIL"}, "sousCategorie", "INCONNU"),
            ({"serviceEmetteur": "INCONNU"}, "serviceEmetteur", "INCONNU"),
            ({"piecesJointes": ["x"]}, "piecesJointes", "INCONNU"),
            ({"cleIdempotence": "courte"}, "cleIdempotence", "FORMAT"),
        ],
    )
    async def test_follows_its_routing(
        self, client: Client, make: Make, champs: Any, champ: str, code: str
    ) -> None:
        """
        A submission to a service métier names what its combination asks for.
        """
        s = await make.affaire()
        entree = depot(s.emettrice, s.destinataire, **champs)

        membre = await self._soumettre(client, s.emetteur, entree)

        assert [(e["champ"], e["code"]) for e in membre["erreurs"]] == [(champ, code)]

    async def test_to_the_support_names_no_receiver(self, client: Client, make: Make) -> None:
        """
        A receiving structure is refused where the support treats, and so is a private one.
        """
        s = await make.affaire()
        assert s.destinataire
        support = depot(s.emettrice, None, structureDestinataire=s.destinataire.gid)
        privee = depot(s.emettrice, s.emettrice)
        service = depot(s.emettrice, None, serviceDestinataire="S1")

        membres = [await self._soumettre(client, s.emetteur, e) for e in (support, privee, service)]

        attendu = ("CHAMP_INVALIDE", "structureDestinataire", ["INTERDIT"])
        assert [refus(membre) for membre in membres[:2]] == [attendu, attendu]
        assert membres[2]["champ"] == "serviceDestinataire"

    async def test_simulated(self, client: Client, make: Make) -> None:
        """
        A simulated submission says where it would go, and writes nothing.
        """
        s = await make.affaire()
        entree = depot(s.emettrice, s.destinataire, simulation=True)

        membre = await self._soumettre(client, s.emetteur, entree)

        assert (membre["rejoue"], membre["sollicitation"]) == (False, None)
        assert membre["simulation"] == {
            "statut": "A_TRAITER",
            "libelleEmetteur": "Transmise",
            "libelleTraitant": "A traiter",
            "quitte": None,
            "entre": "RECUES",
        }
        query = "{ synthese(espace: RECUES) { totalCount } }"
        assert (await client.execute(query, par=s.recepteur)).data["synthese"]["totalCount"] == 1

    @staticmethod
    async def _soumettre(client: Client, par: Compte, entree: Any) -> Any:
        reply = await client.execute(SOUMETTRE, par=par, input=entree)
        return reply.data["soumettreSollicitation"]
