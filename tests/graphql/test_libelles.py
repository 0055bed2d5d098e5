"""The words that each side reads for a statut."""

from itertools import pairwise

import pytest

from client import Client
from documents import MUTATIONS
from fabrique import Make
from histoires import CHEMINS, HISTOIRE
from lectures import trouver
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.workflow import DestinataireActuel, StatutSollicitation

S, D = StatutSollicitation, DestinataireActuel
# D21: statut, destinataireActuel -> the words of the receiver, the emitter and the support.
LIBELLES = {
    (S.A_TRAITER, D.STRUCTURE): ("A traiter", "Transmise", "Chez la structure"),
    (S.EN_COURS, D.STRUCTURE): ("En cours", "Transmise", "Chez la structure"),
    (S.EN_ATTENTE_INFORMATIONS, D.STRUCTURE): (
        *("En attente d'informations", "Informations complémentaires requises"),
        "Chez la structure",
    ),
    (S.A_TRAITER, D.SUPPORT): ("Transférée au support", "Transmise au support", "A traiter"),
    (S.EN_COURS, D.SUPPORT): ("Transférée au support", "Transmise au support", "En cours"),
    (S.EN_ATTENTE_INFORMATIONS, D.SUPPORT): (
        *("Transférée au support", "Informations complémentaires requises"),
        "En attente d'informations",
    ),
    **{(S.REPONSE_APPORTEE, chez): ("Réponse apportée",) * 3 for chez in D},
    **{(S.CLOTUREE, chez): ("Clôturée",) * 3 for chez in D},
}


class TestLabels:
    @pytest.mark.parametrize(("statut", "chez"), CHEMINS)
    async def test_of_every_state(
        self, client: Client, make: Make, statut: StatutSollicitation, chez: DestinataireActuel
    ) -> None:
        """
        Every state has the words of each side, on the sollicitation, in lists and in the history.
        """
        a = await make.affaire()
        vue_du_support = ("MAUVAISE_AFFECTATION", "MAUVAISE_AFFECTATION")
        for geste in (*vue_du_support, *CHEMINS[statut, chez]):
            await make.geste(a, geste)
        recepteur, emetteur, support = LIBELLES[statut, chez]
        analyste = await make.role(Role.ANALYSTE, a.destinataire)

        for par, espace, attendu in (
            *((a.recepteur, "RECUES", recepteur), (analyste, "RECUES", recepteur)),
            *((a.emetteur, "EMISES", emetteur), (a.support, "SUPPORT", support)),
        ):
            fiche = await make.lire(a, par)
            (ligne,) = await trouver(client, par, espace, numero=a.numero)
            newest = fiche["historique"][0]["nouveauStatutLibelle"]
            assert [fiche["statutLibelle"], ligne["statutLibelle"], newest] == [attendu] * 3

    async def test_of_the_history(self, make: Make) -> None:
        """
        Each line starts from the statut and words that the line before it led to, for each side.
        """
        a = await make.affaire()
        for geste in HISTOIRE:
            if geste not in MUTATIONS:
                await make.geste(a, "EN_COURS")
            await make.geste(a, geste)

        for par in (a.emetteur, a.recepteur, a.support):
            lignes = (await make.lire(a, par))["historique"][::-1]
            assert (lignes[0]["ancienStatut"], lignes[0]["ancienStatutLibelle"]) == (None, None)
            for avant, apres in pairwise(lignes):
                assert apres["ancienStatut"] == avant["nouveauStatut"]
                assert apres["ancienStatutLibelle"] == avant["nouveauStatutLibelle"]

    async def test_of_who_treats_in_two_places(self, client: Client, make: Make) -> None:
        """
        Who receives and supports reads the support's words in SUPPORT, the receiver's elsewhere.
        """
        a = await make.affaire(S.A_TRAITER, D.SUPPORT)
        assert a.destinataire
        par = await make.compte(
            Habilitation(Role.RECEPTEUR, a.destinataire.id), Habilitation(Role.SUPPORT)
        )

        mots = [
            (await trouver(client, par, espace, numero=a.numero))[0]["statutLibelle"]
            for espace in ("SUPPORT", "RECUES")
        ]

        assert mots == ["A traiter", "Transférée au support"]
