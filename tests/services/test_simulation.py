"""Simulations: what a command would do, through the schema."""

import pytest

from client import Client
from documents import SOUMETTRE
from effets import CLES, COMPTER, LIGNES, compter, membre, resolue, traiter
from fabrique import Make, depot
from solli_graphql.domain.workflow import StatutSollicitation

S = StatutSollicitation


class TestSimulation:
    @pytest.mark.parametrize(
        ("choix", "attendu"),
        [
            (
                "RESOLUE",
                ("REPONSE_APPORTEE", "Réponse apportée", "Réponse apportée", "RECUES", None),
            ),
            ("EN_COURS", ("EN_COURS", "Transmise", "En cours", None, None)),
            (
                "MAUVAISE_AFFECTATION",
                ("A_TRAITER", "Transmise au support", "A traiter", "RECUES", "SUPPORT"),
            ),
            (
                "DEMANDE_INFORMATION",
                (
                    "EN_ATTENTE_INFORMATIONS",
                    "Informations complémentaires requises",
                    "En attente d'informations",
                    "RECUES",
                    "EMISES",
                ),
            ),
        ],
    )
    async def test_of_a_geste(
        self, client: Client, make: Make, choix: str, attendu: tuple[str | None, ...]
    ) -> None:
        """
        A simulated geste tells the statut, the labels and the work lists, and writes nothing.
        """
        s = await make.affaire()
        entree = resolue(s, statut=choix, simulation=True, versionAttendue=1)
        fait = await traiter(client, s.recepteur, **entree)
        assert tuple(fait["simulation"].values()) == attendu
        assert (fait["rejoue"], fait["sollicitation"]["version"]) == (False, 1)
        assert await compter(client, LIGNES, s.id) == 1
        assert await compter(client, CLES, s.recepteur.id) == 0

    async def test_then_for_real(self, client: Client, make: Make) -> None:
        """
        The key of a simulated command is free for the real one, which is not simulated.
        """
        s = await make.affaire()
        await traiter(client, s.recepteur, **resolue(s, simulation=True))
        fait = await traiter(client, s.recepteur, **resolue(s))
        assert (fait["rejoue"], fait["simulation"]) == (False, None)
        assert fait["sollicitation"]["statut"] == "REPONSE_APPORTEE"

    async def test_of_a_submission(self, client: Client, make: Make) -> None:
        """
        A simulated submission makes nothing, and tells where it would go.
        """
        s = await make.affaire()
        for publique, entre in ((s.destinataire, "RECUES"), (None, "SUPPORT")):
            entree = depot(s.emettrice, publique, simulation=True)
            fait = membre(await client.execute(SOUMETTRE, par=s.emetteur, input=entree))
            assert (fait["sollicitation"], fait["simulation"]["entre"]) == (None, entre)
            assert fait["simulation"]["statut"] == "A_TRAITER"
            assert fait["simulation"]["quitte"] is None
        assert await compter(client, COMPTER, s.emettrice.id) == 1

    async def test_refuses_as_the_real_one(self, client: Client, make: Make) -> None:
        """
        A simulated command is refused where the real one would be.
        """
        s = await make.affaire(S.REPONSE_APPORTEE)
        refus = await traiter(client, s.recepteur, **resolue(s, simulation=True))
        assert refus["code"] == "TRANSITION_INTERDITE"
        conflit = await traiter(
            client, s.recepteur, **resolue(s, simulation=True, versionAttendue=1)
        )
        assert (conflit["code"], conflit["versionActuelle"]) == ("CONFLIT_DE_VERSION", 2)
