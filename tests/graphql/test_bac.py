"""The sandbox: the other party played by the demonstration."""

from typing import Any

import pytest

from client import Client, Compte
from documents import RESULTAT
from fabrique import Affaire, Make
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.errors import AccesRefuse
from solli_graphql.domain.workflow import StatutSollicitation
from solli_graphql.graphql.mutation import Context

S = StatutSollicitation
JOUER = f"""mutation($id: ID!, $geste: GesteAutrePartie!) {{
  jouerAutrePartie(id: $id, geste: $geste) {{ {RESULTAT} }}
}}"""


async def jouer(client: Client, a: Affaire, par: Compte, geste: str) -> Any:
    """
    Have the other party act, and give the member that answers.
    """
    reply = await client.execute(JOUER, par=par, id=a.gid, geste=geste)
    return reply.data["jouerAutrePartie"]


async def fait(client: Client, a: Affaire, par: Compte, geste: str) -> tuple[str, str]:
    """
    Have the other party act; give the statut and who has it, as the caller then sees them.
    """
    membre = await jouer(client, a, par, geste)
    assert membre["__typename"] == "ActionPriseEnCompte", membre
    assert membre["confirmation"] == "L'autre partie a agi."
    lu = membre["sollicitation"]
    return lu["statut"], lu["destinataireActuel"]


class TestJouerAutrePartie:
    async def test_a_supplier_plays_a_cycle_alone(self, client: Client, make: Make) -> None:
        """
        An emitter is asked, answers, is answered, reopens, is transferred, answered again, closes.
        """
        a = await make.affaire()
        un = a.emetteur
        assert await fait(client, a, un, "DEMANDER") == ("EN_ATTENTE_INFORMATIONS", "STRUCTURE")
        await make.geste(a, "REPONDRE_COMPLEMENT")
        assert await fait(client, a, un, "REPONDRE") == ("REPONSE_APPORTEE", "STRUCTURE")
        await make.geste(a, "ROUVRIR")
        assert await fait(client, a, un, "TRANSFERER") == ("A_TRAITER", "SUPPORT")
        assert await fait(client, a, un, "REPONDRE") == ("REPONSE_APPORTEE", "SUPPORT")
        await make.geste(a, "CLOTURER")

    async def test_an_agent_plays_a_cycle_alone(self, client: Client, make: Make) -> None:
        """
        A receiver asks and is answered, answers and has it reopened, answers and has it closed.
        """
        a = await make.affaire(S.EN_ATTENTE_INFORMATIONS)
        assert await fait(client, a, a.recepteur, "REPONDRE") == ("A_TRAITER", "STRUCTURE")
        await make.geste(a, "RESOLUE")
        assert await fait(client, a, a.recepteur, "ROUVRIR") == ("A_TRAITER", "STRUCTURE")
        await make.geste(a, "RESOLUE")
        assert await fait(client, a, a.recepteur, "CLOTURER") == ("CLOTUREE", "STRUCTURE")

    async def test_it_is_told_as_the_other_party_s(self, client: Client, make: Make) -> None:
        """
        The history names whoever holds the other party, and says that it is a demonstration.
        """
        a = await make.affaire()
        await jouer(client, a, a.emetteur, "DEMANDER")
        ligne = (await make.lire(a, a.emetteur))["historique"][0]
        assert ligne["auteur"] == {"nom": a.recepteur.nom, "prenom": a.recepteur.prenom}
        assert ligne["commentaire"].startswith("Question de démonstration")

    @pytest.mark.parametrize(
        ("statut", "role", "geste", "code"),
        [
            (S.REPONSE_APPORTEE, "emetteur", "ROUVRIR", "ACCES_REFUSE"),
            (S.A_TRAITER, "recepteur", "REPONDRE", "ACCES_REFUSE"),
            (S.REPONSE_APPORTEE, "emetteur", "DEMANDER", "TRANSITION_INTERDITE"),
            (S.A_TRAITER, "recepteur", "CLOTURER", "TRANSITION_INTERDITE"),
        ],
    )
    async def test_what_is_refused(
        self,
        client: Client,
        make: Make,
        statut: StatutSollicitation,
        role: str,
        geste: str,
        code: str,
    ) -> None:
        """
        One's own geste is one's own, and the table holds for the other party too.
        """
        a = await make.affaire(statut)
        membre = await jouer(client, a, getattr(a, role), geste)
        assert membre["code"] == code

    async def test_what_one_does_not_see(self, client: Client, make: Make) -> None:
        """
        What is not the caller's is as absent as what does not exist.
        """
        a, b = await make.affaire(), await make.affaire()
        assert (await jouer(client, a, b.emetteur, "REPONDRE"))["code"] == "INTROUVABLE"

    async def test_an_analyst_plays_nobody(self, client: Client, make: Make) -> None:
        """
        Who is no party plays none.
        """
        a = await make.affaire()
        analyste = await make.role(Role.ANALYSTE, a.destinataire)
        assert (await jouer(client, a, analyste, "REPONDRE"))["code"] == "ACCES_REFUSE"


class TestReinitialiserDemo:
    async def test_is_for_who_administers_it_all(self, client: Client, make: Make) -> None:
        """
        An administrator of one structure does not erase everybody's work.
        """
        lieu = await make.lieu()
        admin = await make.compte(Habilitation(Role.ADMINISTRATEUR, lieu.id))
        reply = await client.execute(
            f"mutation {{ reinitialiserDemo {{ {RESULTAT} }} }}", par=admin
        )
        assert reply.codes == ["ACCES_REFUSE"]


class TestProduction:
    def test_has_no_sandbox(self) -> None:
        """
        Where there is no demonstration, its actions are refused.
        """
        with pytest.raises(AccesRefuse, match="SOLLI_MODE=demo"):
            _ = Context(*[None] * 5, cle=None).demonstration  # type: ignore[arg-type]
