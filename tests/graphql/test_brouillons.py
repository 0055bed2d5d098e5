"""Drafts and internal texts, which the emitter knows nothing of."""

import json
import re
from typing import Any

import pytest

from client import Client
from documents import MUTATIONS
from fabrique import Affaire, Make
from histoires import CHEMINS, HISTOIRE
from lectures import tout, trouver
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import DestinataireActuel, Routage, StatutSollicitation

S, D = StatutSollicitation, DestinataireActuel


def anonyme(body: Any, a: Affaire) -> str:
    """Replace what two sollicitations may differ by: id, number and dates."""
    text = json.dumps(body, ensure_ascii=False)
    text = text.replace(a.gid, "ID").replace(a.numero, "NUMERO")
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", "DATE", text)


class TestDrafts:
    async def test_two_stories_look_the_same(self, make: Make) -> None:
        """
        A story with drafts and one without are, step by step, the same to the emitter.
        """
        avec = await make.affaire()
        sans = await make.autre(avec)

        for geste in HISTOIRE:
            if geste not in MUTATIONS:
                await make.geste(avec, "EN_COURS", "Un brouillon.")
                await make.geste(avec, "EN_COURS", "Un autre brouillon.")
            faits = [anonyme(await make.geste(a, geste), a) for a in (avec, sans)]
            fiches = [anonyme(await make.lire(a, a.emetteur), a) for a in (avec, sans)]
            assert fiches[0] == fiches[1], geste
            assert geste not in MUTATIONS or faits[0] == faits[1], geste

        fiche = await make.lire(avec, avec.emetteur)
        seqs = [h["seq"] for h in fiche["historique"]]
        assert seqs == list(range(len(HISTOIRE) + 1, 0, -1))

    @pytest.mark.parametrize("routage", Routage)
    @pytest.mark.parametrize("statut", [S.A_TRAITER, S.EN_COURS])
    @pytest.mark.parametrize("chez", D)
    async def test_one_changes_no_byte(
        self,
        client: Client,
        make: Make,
        routage: Routage,
        statut: StatutSollicitation,
        chez: DestinataireActuel,
    ) -> None:
        """
        Nothing that the emitter can read changes by a byte when a draft is kept.
        """
        if routage is Routage.SUPPORT:
            chez = D.SUPPORT
        a = await make.affaire(statut, chez, routage=routage)
        await make.autre(a)
        avant = await tout(client, a, a.emetteur, "EMISES")

        await make.geste(a, "EN_COURS", "Un brouillon.")

        assert await tout(client, a, a.emetteur, "EMISES") == avant
        assert (await make.lire(a, a.emetteur))["statut"] == "A_TRAITER"

    async def test_one_after_a_complement(self, client: Client, make: Make) -> None:
        """
        A draft after a complément leaves the emitter's view as the complément made it.
        """
        a = await make.affaire(S.EN_ATTENTE_INFORMATIONS)
        await make.geste(a, "REPONDRE_COMPLEMENT")
        avant = await tout(client, a, a.emetteur, "EMISES")

        await make.geste(a, "EN_COURS")

        assert await tout(client, a, a.emetteur, "EMISES") == avant

    async def test_one_moves_nothing(self, client: Client, make: Make) -> None:
        """
        A draft comes first in the receiver's order of updates, and nowhere in the emitter's.
        """
        a = await make.affaire()
        b = await make.autre(a)
        await make.geste(a, "EN_COURS")

        for par, espace, attendu in (
            (a.emetteur, "EMISES", [b.gid, a.gid]),
            (a.recepteur, "RECUES", [a.gid, b.gid]),
        ):
            for tri, ordre in (("DESC", attendu), ("ASC", attendu[::-1])):
                nodes = await trouver(
                    client, par, espace, tri=f"DATE_MISE_A_JOUR_{tri}", categorie="FACTURE"
                )
                assert [n["id"] for n in nodes] == ordre, (espace, tri)

    async def test_one_cannot_be_filtered(self, client: Client, make: Make) -> None:
        """
        To the emitter EN_COURS finds nothing, and A_TRAITER finds what is really EN_COURS.
        """
        a = await make.affaire(S.EN_COURS)

        vus = {
            (par, statut): [n["id"] for n in await trouver(client, qui, par, statut=[statut])]
            for par, qui in (("EMISES", a.emetteur), ("RECUES", a.recepteur))
            for statut in ("A_TRAITER", "EN_COURS")
        }

        assert vus["EMISES", "EN_COURS"] == vus["RECUES", "A_TRAITER"] == []
        assert vus["EMISES", "A_TRAITER"] == vus["RECUES", "EN_COURS"] == [a.gid]
        assert await trouver(client, a.emetteur, "EMISES", statut=["EN_COURS", "CLOTUREE"]) == []

    @pytest.mark.parametrize("geste", MUTATIONS)
    async def test_one_shows_in_no_refusal(self, make: Make, geste: str) -> None:
        """
        A refused geste of the emitter tells of the statut and version of their own view.
        """
        a = await make.affaire()
        essais: tuple[dict[str, Any], ...] = ({}, {"versionAttendue": 1}, {"versionAttendue": 2})
        avant = [await make.tenter(a, geste, a.emetteur, **e) for e in essais]

        await make.geste(a, "EN_COURS")

        apres = [await make.tenter(a, geste, a.emetteur, **e) for e in essais]
        assert apres == avant
        assert [m["code"] for m in apres] == [*["TRANSITION_INTERDITE"] * 2, "CONFLIT_DE_VERSION"]
        assert apres[0]["statutActuel"] == "A_TRAITER"

    async def test_none_among_what_happened_since(self, make: Make) -> None:
        """
        A conflict tells the emitter what they could see happen since, and nothing else.
        """
        a = await make.affaire(S.EN_COURS)
        await make.geste(a, "MAUVAISE_AFFECTATION", "Pour le support seul.")
        await make.geste(a, "EN_COURS", "Brouillon du support.")

        membre = await make.tenter(a, "ROUVRIR", a.emetteur, versionAttendue=1)

        assert (membre["code"], membre["versionActuelle"]) == ("CONFLIT_DE_VERSION", 2)
        ligne = {"seq": 2, "nouveauStatut": "A_TRAITER", "commentaire": None}
        assert membre["modifications"] == [ligne]


class TestInternalTexts:
    async def test_never_reach_the_emitter(self, client: Client, make: Make) -> None:
        """
        The texts of EN_COURS and MAUVAISE_AFFECTATION stand in nothing that the emitter reads.
        """
        a = await make.affaire()
        for geste in ("EN_COURS", "MAUVAISE_AFFECTATION") * 3:
            await make.geste(a, geste, f"Confidentiel {geste}")
        await make.geste(a, "RESOLUE", "Voici la réponse.")

        lu = await tout(client, a, a.emetteur, "EMISES")

        assert "Confidentiel" not in lu
        assert "Voici la réponse." in lu
        assert "Confidentiel" in await tout(client, a, a.recepteur, "RECUES")

    @pytest.mark.parametrize("statut", S)
    async def test_are_never_searched(
        self, client: Client, make: Make, statut: StatutSollicitation
    ) -> None:
        """
        No text of the treating side is found by a search, whoever searches.
        """
        a = await make.affaire()
        for geste in ("EN_COURS", "MAUVAISE_AFFECTATION", *CHEMINS[statut, D.STRUCTURE]):
            texte = "Zygomatique" if geste not in MUTATIONS else "Merci."
            await make.geste(a, geste, texte)
        analyste = await make.role(Role.ANALYSTE, a.destinataire)

        for par, espace in (
            *((a.emetteur, "EMISES"), (a.recepteur, "RECUES")),
            *((a.support, "SUPPORT"), (analyste, "RECUES")),
        ):
            assert await trouver(client, par, espace, texte="zygomatique") == []
