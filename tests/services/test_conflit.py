"""What a conflict tells, through the schema."""

import pytest

from client import Client
from documents import REPONDRE, ROUVRIR
from effets import LIGNES, compter, membre, resolue
from fabrique import Make
from solli_graphql.domain.workflow import StatutSollicitation

S = StatutSollicitation
CONFLIT = """
  mutation($input: TraiterInput!) { traiter(input: $input) { __typename
    ... on Refus { code message }
    ... on ConflitDeVersion { versionActuelle
      sollicitation { version statut brouillon priseEnChargePar { id } }
      modifications { seq ancienStatut nouveauStatut commentaire auteur { nom } } } } }
"""
CONFLIT_EMETTEUR = CONFLIT.replace("TraiterInput", "RouvrirInput").replace("traiter(", "rouvrir(")


class TestConflit:
    async def test_tells_the_treating_side_everything(self, client: Client, make: Make) -> None:
        """
        A conflict tells the treating side the version, the sollicitation and what happened since.
        """
        s = await make.affaire(S.EN_COURS)
        await make.geste(s, "DEMANDE_INFORMATION", "Laquelle ?")
        entree = resolue(s, None, versionAttendue=1)
        reply = await client.execute(CONFLIT, par=s.recepteur, input=entree)
        conflit = membre(reply)
        assert conflit["versionActuelle"] == 3
        assert conflit["sollicitation"]["statut"] == "EN_ATTENTE_INFORMATIONS"
        lines = [(x["seq"], x["nouveauStatut"], x["commentaire"]) for x in conflit["modifications"]]
        assert lines == [(3, "EN_ATTENTE_INFORMATIONS", "Laquelle ?"), (2, "EN_COURS", "Un texte.")]
        assert conflit["modifications"][0]["auteur"]["nom"] == s.recepteur.nom

    async def test_never_tells_the_emitter_of_a_draft(self, client: Client, make: Make) -> None:
        """
        A conflict tells the emitter their own view: no EN_COURS, no draft, no taker, no gap.
        """
        s = await make.affaire(S.EN_COURS)
        await make.geste(s, "RESOLUE", "Oui.")
        entree = {"id": s.gid, "commentaire": "Non.", "versionAttendue": 1}
        conflit = membre(await client.execute(CONFLIT_EMETTEUR, par=s.emetteur, input=entree))
        assert conflit["versionActuelle"] == 2
        assert conflit["sollicitation"] == {
            "version": 2,
            "statut": "REPONSE_APPORTEE",
            "brouillon": None,
            "priseEnChargePar": None,
        }
        (line,) = conflit["modifications"]
        assert (line["seq"], line["ancienStatut"]) == (2, "A_TRAITER")

    async def test_a_draft_is_no_conflict_to_the_emitter(self, client: Client, make: Make) -> None:
        """
        A draft after the reopening that the emitter expects does not conflict in their view.
        """
        s = await make.affaire(S.EN_COURS)
        entree = {"id": s.gid, "commentaire": "Non.", "versionAttendue": 1}
        refus = membre(await client.execute(ROUVRIR, par=s.emetteur, input=entree))
        assert (refus["code"], refus["statutActuel"]) == ("TRANSITION_INTERDITE", "A_TRAITER")

    @pytest.mark.parametrize("version", [0, -1, 7])
    async def test_of_a_version_that_never_was(
        self, client: Client, make: Make, version: int
    ) -> None:
        """
        A version that never was is a conflict too, with what happened since, or nothing.
        """
        s = await make.affaire()
        entree = resolue(s, None, versionAttendue=version)
        conflit = membre(await client.execute(CONFLIT, par=s.recepteur, input=entree))
        assert (conflit["code"], conflit["versionActuelle"]) == ("CONFLIT_DE_VERSION", 1)
        assert len(conflit["modifications"]) == (1 if version < 1 else 0)

    async def test_changes_nothing(self, client: Client, make: Make) -> None:
        """
        A command in conflict changes nothing.
        """
        s = await make.affaire(S.EN_ATTENTE_INFORMATIONS)
        entree = {"id": s.gid, "reponse": "Voici.", "versionAttendue": 1}
        reply = await client.execute(REPONDRE, par=s.emetteur, input=entree)
        assert reply.codes == ["CONFLIT_DE_VERSION"]
        assert await compter(client, LIGNES, s.id) == 2
