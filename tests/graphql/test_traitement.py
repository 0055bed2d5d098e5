"""What a geste leaves behind, and that a simulated one leaves nothing."""

import pytest

from client import Client
from documents import demander
from fabrique import Make, permise
from histoires import GESTES, PERMIS
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import (
    DestinataireActuel,
    Routage,
    StatutSollicitation,
    StatutTraitement,
)

S, D = StatutSollicitation, DestinataireActuel


class TestWhere:
    async def test_the_support_returns_it(self, make: Make) -> None:
        """
        The support's MAUVAISE_AFFECTATION returns it to the structure it was first sent to.
        """
        a = await make.affaire(S.A_TRAITER, D.SUPPORT)

        fait = await make.geste(a, "MAUVAISE_AFFECTATION")

        s = fait["sollicitation"]
        assert (s["destinataireActuel"], s["motif"]) == ("STRUCTURE", "TRANSFEREE")
        fiche = await make.lire(a, a.recepteur)
        assert a.destinataire
        assert fiche["structureDestinataire"]["id"] == a.destinataire.gid
        assert fiche["statutLibelle"] == "A traiter"

    @pytest.mark.parametrize("chez", D)
    async def test_a_complement_goes_to_whoever_asked(
        self, make: Make, chez: DestinataireActuel
    ) -> None:
        """
        A complément goes back to the structure or to the support, whoever asked.
        """
        a = await make.affaire(S.EN_ATTENTE_INFORMATIONS, chez)

        s = (await make.geste(a, "REPONDRE_COMPLEMENT"))["sollicitation"]

        assert (s["destinataireActuel"], s["motif"]) == (chez, "COMPLEMENT_RECU")

    @pytest.mark.parametrize("routage", Routage)
    @pytest.mark.parametrize("statut", [S.REPONSE_APPORTEE, S.CLOTUREE])
    async def test_a_reopening_goes_back_to_the_origin(
        self, make: Make, routage: Routage, statut: StatutSollicitation
    ) -> None:
        """
        What the support answered reopens at the first structure, where the routing named one.
        """
        a = await make.affaire(statut, D.SUPPORT, routage=routage)

        s = (await make.geste(a, "ROUVRIR"))["sollicitation"]

        origine = D.STRUCTURE if routage is Routage.METIER else D.SUPPORT
        assert (s["destinataireActuel"], s["motif"]) == (origine, "ROUVERTE")


class TestEnCours:
    async def test_a_colleague_takes_over(self, make: Make) -> None:
        """
        A colleague may take over, visibly, and their draft replaces the other.
        """
        a = await make.affaire()
        collegue = await make.role(Role.RECEPTEUR, a.destinataire)
        await make.geste(a, "EN_COURS", "Le premier.")

        await make.tenter(a, "EN_COURS", collegue, "Le second.")

        fiche = await make.lire(a, a.recepteur)
        assert fiche["priseEnChargePar"]["id"] == collegue.gid
        assert (fiche["brouillon"], fiche["version"]) == ("Le second.", 3)
        assert [h["auteur"]["nom"] for h in fiche["historique"][:2]] == [
            collegue.nom,
            a.recepteur.nom,
        ]

    @pytest.mark.parametrize("geste", [c for c in StatutTraitement if c != "EN_COURS"])
    @pytest.mark.parametrize("chez", D)
    async def test_any_other_geste_ends_it(
        self, make: Make, chez: DestinataireActuel, geste: str
    ) -> None:
        """
        Any transition but EN_COURS clears the draft and who had taken it, by whoever does it.
        """
        a = await make.affaire(S.EN_COURS, chez)
        qui = a.recepteur if chez is D.STRUCTURE else a.support
        avant = await make.lire(a, qui)
        assert (avant["brouillon"], avant["priseEnChargePar"]["id"]) == ("Un texte.", qui.gid)

        await make.geste(a, geste)

        apres = await make.lire(a, qui)
        assert (apres["brouillon"], apres["priseEnChargePar"]) == (None, None)

    async def test_the_reason_is_kept(self, make: Make) -> None:
        """
        Why it is to be treated is kept through a draft, and gone with the answer.
        """
        a = await make.affaire(S.EN_ATTENTE_INFORMATIONS)
        gestes = ("REPONDRE_COMPLEMENT", "EN_COURS", "RESOLUE")

        faits = [await make.geste(a, geste) for geste in gestes]

        motifs = [f["sollicitation"]["motif"] for f in faits]
        assert motifs == ["COMPLEMENT_RECU", "COMPLEMENT_RECU", None]


class TestCounters:
    @pytest.mark.parametrize(
        ("gestes", "attendu"),
        [
            ((), (0, 0, False)),
            (("EN_COURS", "RESOLUE", "ROUVRIR"), (0, 1, False)),
            (("MAUVAISE_AFFECTATION", "RESOLUE"), (1, 0, False)),
            (("MAUVAISE_AFFECTATION", "MAUVAISE_AFFECTATION"), (2, 0, False)),
            (("RESOLUE", "ROUVRIR", "MAUVAISE_AFFECTATION"), (1, 1, False)),
            (("MAUVAISE_AFFECTATION", "RESOLUE", "CLOTURER", "ROUVRIR"), (1, 1, True)),
            (("MAUVAISE_AFFECTATION", "RESOLUE", "ROUVRIR") * 2, (2, 2, True)),
        ],
    )
    async def test_of_a_metier_sollicitation(
        self, make: Make, gestes: tuple[str, ...], attendu: tuple[int, int, bool]
    ) -> None:
        """
        Transfers and reopenings are counted, and the loop is seen once it has happened.
        """
        a = await make.affaire()
        for geste in gestes:
            await make.geste(a, geste)

        for par in (a.emetteur, a.recepteur):
            f = await make.lire(a, par)
            assert (f["transferts"], f["reouvertures"], f["allersRetours"]) == attendu

    async def test_of_a_support_sollicitation(self, make: Make) -> None:
        """
        What is routed to the support goes nowhere else: no transfer, no loop.
        """
        a = await make.affaire(S.REPONSE_APPORTEE, D.SUPPORT, routage=Routage.SUPPORT)
        await make.geste(a, "ROUVRIR")

        f = await make.lire(a, a.support)

        assert (f["transferts"], f["reouvertures"], f["allersRetours"]) == (0, 1, False)


class TestSimulation:
    @pytest.mark.parametrize("geste", GESTES)
    async def test_is_forgotten(self, client: Client, make: Make, geste: str) -> None:
        """
        A simulated geste shows the sollicitation as it still is, and keeps no idempotency key.
        """
        a, par = await permise(make, geste)
        avant = await make.photo(a)
        document, entree = demander(geste)
        entree |= {"id": a.gid, "cleIdempotence": f"simulation-{a.numero}"}

        reply = await client.execute(document, par=par, input={**entree, "simulation": True})

        (membre,) = reply.data.values()
        assert membre["sollicitation"]["statut"] == PERMIS[geste]
        assert await make.photo(a) == avant
        reel = await client.execute(document, par=par, input=entree)
        assert next(iter(reel.data.values()))["rejoue"] is False

    @pytest.mark.parametrize(
        ("statut", "geste", "quitte", "entre"),
        [
            (S.A_TRAITER, "DEMANDE_INFORMATION", "RECUES", "EMISES"),
            (S.A_TRAITER, "RESOLUE", "RECUES", None),
            (S.A_TRAITER, "MAUVAISE_AFFECTATION", "RECUES", "SUPPORT"),
            (S.A_TRAITER, "EN_COURS", None, None),
            (S.EN_COURS, "EN_COURS", None, None),
            (S.EN_ATTENTE_INFORMATIONS, "REPONDRE_COMPLEMENT", "EMISES", "RECUES"),
            (S.REPONSE_APPORTEE, "ROUVRIR", None, "RECUES"),
            (S.REPONSE_APPORTEE, "CLOTURER", None, None),
        ],
    )
    async def test_tells_which_lists_change(
        self,
        make: Make,
        statut: StatutSollicitation,
        geste: str,
        quitte: str | None,
        entre: str | None,
    ) -> None:
        """
        A simulation tells which Synthèse would lose it, and which would gain it.
        """
        a = await make.affaire(statut)

        membre = await make.tenter(a, geste, await make.qui(a, geste), simulation=True)

        simulation = membre["simulation"]
        assert (simulation["quitte"], simulation["entre"]) == (quitte, entre)
