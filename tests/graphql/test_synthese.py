"""The work lists: each open sollicitation in the one of who owes an action."""

import pytest

from client import Client, Compte
from fabrique import Make
from histoires import CHEMINS
from lectures import CHERCHER, plusieurs
from solli_graphql.domain.acteur import Espace, Role
from solli_graphql.domain.workflow import DestinataireActuel, Routage, StatutSollicitation

S, D = StatutSollicitation, DestinataireActuel
SYNTHESE = """
query($espace: Espace!, $last: Int) {
  synthese(espace: $espace, last: $last) { totalCount nodes { id dateDepot } }
}
"""


async def synthese(client: Client, par: Compte, espace: str) -> list[str]:
    """Give the ids of the end of a work list."""
    reply = await client.execute(SYNTHESE, par, espace=espace, last=100)
    return [n["id"] for n in reply.data["synthese"]["nodes"]]


class TestSynthese:
    @pytest.mark.parametrize("routage", Routage)
    @pytest.mark.parametrize(("statut", "chez"), CHEMINS)
    async def test_every_open_one_is_in_exactly_one(
        self,
        client: Client,
        make: Make,
        routage: Routage,
        statut: StatutSollicitation,
        chez: DestinataireActuel,
    ) -> None:
        """
        An open sollicitation is in the work list of who owes an action, any other in none.
        """
        chez = D.SUPPORT if routage is Routage.SUPPORT else chez
        a = await make.affaire(statut, chez, routage=routage)
        cotes = {"EMISES": a.emetteur, "SUPPORT": a.support}
        cotes |= {"RECUES": a.recepteur} if routage is Routage.METIER else {}

        lists = [e for e, par in cotes.items() if a.gid in await synthese(client, par, e)]

        a_prendre = ["RECUES" if chez is D.STRUCTURE else "SUPPORT"]
        attendu = {S.A_TRAITER: a_prendre, S.EN_COURS: a_prendre}
        assert lists == attendu.get(
            statut, ["EMISES"] if statut is S.EN_ATTENTE_INFORMATIONS else []
        )

    @pytest.mark.parametrize(
        ("espace", "gestes"),
        [("RECUES", ()), ("EMISES", ("DEMANDE_INFORMATION",)), ("SUPPORT", ("EN_COURS",))],
    )
    async def test_the_oldest_deposit_comes_first(
        self, client: Client, make: Make, espace: str, gestes: tuple[str, ...]
    ) -> None:
        """
        A work list is ordered by deposit, the oldest first, whatever happened since.
        """
        affaires = await plusieurs(make, 3)
        for a in affaires[::-1]:
            for geste in (*(["MAUVAISE_AFFECTATION"] if espace == "SUPPORT" else []), *gestes):
                await make.geste(a, geste)
        par = {"RECUES": "recepteur", "EMISES": "emetteur", "SUPPORT": "support"}[espace]

        found = await synthese(client, getattr(affaires[0], par), espace)

        assert found[-3:] == [a.gid for a in affaires]

    async def test_follows_each_transition(self, client: Client, make: Make) -> None:
        """
        Each transition moves a sollicitation to the work list of who must act next.
        """
        a = await make.affaire()
        cotes = {"EMISES": a.emetteur, "RECUES": a.recepteur, "SUPPORT": a.support}
        seen = []

        for geste in (
            *("EN_COURS", "DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "MAUVAISE_AFFECTATION"),
            *("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "MAUVAISE_AFFECTATION", "RESOLUE"),
            *("ROUVRIR", "RESOLUE", "CLOTURER", "ROUVRIR"),
        ):
            await make.geste(a, geste)
            seen.append([e for e, par in cotes.items() if a.gid in await synthese(client, par, e)])

        assert [" ".join(lists) for lists in seen] == [
            *("RECUES", "EMISES", "RECUES", "SUPPORT"),
            *("EMISES", "SUPPORT", "RECUES", ""),
            *("RECUES", "", "", "RECUES"),
        ]

    @pytest.mark.parametrize("espace", Espace)
    @pytest.mark.parametrize("role", Role)
    async def test_needs_a_role(
        self, client: Client, make: Make, role: Role, espace: Espace
    ) -> None:
        """
        An espace where the caller holds no role is refused, in lists and in searches.
        """
        lieu = None if role is Role.SUPPORT else await make.lieu()
        par = await make.role(role, lieu)
        admis = {
            *((Role.EMETTEUR, Espace.EMISES), (Role.RECEPTEUR, Espace.RECUES)),
            *((Role.ANALYSTE, Espace.RECUES), (Role.SUPPORT, Espace.SUPPORT)),
        }

        replies = [
            await client.execute(SYNTHESE, par, espace=espace),
            await client.execute(CHERCHER, par, espace=espace, filtre={"numero": "S-2020-1"}),
        ]

        codes = [] if (role, espace) in admis else ["ACCES_REFUSE"]
        assert [r.codes for r in replies] == [codes, codes]
        assert [r.body["data"] is None for r in replies] == [bool(codes)] * 2
