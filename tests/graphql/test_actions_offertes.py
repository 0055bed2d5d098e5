"""What is offered is accepted, and what is not offered is refused."""

from dataclasses import dataclass
from itertools import product

import pytest

from client import Client, Compte
from documents import MUTATIONS
from fabrique import Affaire, Make
from histoires import CHEMINS, GESTES
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.workflow import (
    Action,
    DestinataireActuel,
    Routage,
    StatutSollicitation,
    StatutTraitement,
)

S, D = StatutSollicitation, DestinataireActuel
OFFRE = """
query($id: ID!) { node(id: $id) { ... on Sollicitation {
  version statut
  actionsPossibles {
    action disponible champsRequis codeIndisponibilite motifIndisponibilite
    statutsProposes { statut libelle aide statutResultant }
  }
} } }
"""
# What each of the emitter's gestes leads to, and each choice of whoever has it (D11, D21b).
RESULTATS: dict[str, StatutSollicitation] = {
    StatutTraitement.DEMANDE_INFORMATION: S.EN_ATTENTE_INFORMATIONS,
    StatutTraitement.RESOLUE: S.REPONSE_APPORTEE,
    StatutTraitement.MAUVAISE_AFFECTATION: S.A_TRAITER,
    StatutTraitement.EN_COURS: S.EN_COURS,
    Action.REPONDRE_COMPLEMENT: S.A_TRAITER,
    Action.ROUVRIR: S.A_TRAITER,
    Action.CLOTURER: S.CLOTUREE,
}
DE_L_EMETTEUR: dict[StatutSollicitation, set[str]] = {
    S.A_TRAITER: set(),
    S.EN_COURS: set(),
    S.EN_ATTENTE_INFORMATIONS: {Action.REPONDRE_COMPLEMENT},
    S.REPONSE_APPORTEE: {Action.ROUVRIR, Action.CLOTURER},
    S.CLOTUREE: {Action.ROUVRIR},
}
AILLEURS = {f"{role} ailleurs": role for role in Role if role is not Role.SUPPORT}
QUI = ("emetteur", "recepteur", "support", "analyste", "emetteur et traitant", *AILLEURS)


@dataclass(frozen=True)
class Cas:
    """A state, and somebody who looks at it."""

    routage: Routage
    statut: StatutSollicitation
    chez: DestinataireActuel
    qui: str

    @property
    def offerts(self) -> set[str]:
        """List the gestes open in this case: the table of D21b, written a second time."""
        traitants = {"emetteur et traitant"} if self.chez is self.du_traitant else set()
        traitants |= {"recepteur"} if self.chez is D.STRUCTURE else {"support"}
        choix: set[str] = set()
        if self.qui in traitants and self.statut in (S.A_TRAITER, S.EN_COURS):
            choix = set(StatutTraitement)
        if self.routage is Routage.SUPPORT:
            choix -= {StatutTraitement.MAUVAISE_AFFECTATION}
        emetteur = self.qui in ("emetteur", "emetteur et traitant")
        return choix | (DE_L_EMETTEUR[self.statut] if emetteur else set())

    @property
    def du_traitant(self) -> DestinataireActuel:
        """Tell for whom the one who is on both sides treats."""
        return D.STRUCTURE if self.routage is Routage.METIER else D.SUPPORT

    def sans_la_voir(self, geste: str) -> str:
        """Give the code of a refusal to somebody who does not see the sollicitation."""
        emetteurs, traitants = {"EMETTEUR ailleurs"}, {"RECEPTEUR ailleurs", "support"}
        a_le_role = self.qui in (emetteurs if geste in MUTATIONS else traitants)
        return "INTROUVABLE" if a_le_role else "ACCES_REFUSE"

    def __str__(self) -> str:
        return f"{self.routage}-{self.statut}-{self.chez}-{self.qui}"

    async def affaire(self, make: Make) -> tuple[Affaire, Compte]:
        """Make the sollicitation, and whoever looks at it."""
        a = await make.affaire(self.statut, self.chez, routage=self.routage)
        return a, await self._qui(make, a)

    async def _qui(self, make: Make, a: Affaire) -> Compte:
        if (role := AILLEURS.get(self.qui)) is not None:
            return await make.role(role, await make.lieu())
        if self.qui == "analyste":
            return await make.role(Role.ANALYSTE, a.destinataire)
        if self.qui == "emetteur et traitant":
            traitant = (
                Habilitation(Role.RECEPTEUR, a.destinataire.id)
                if a.destinataire
                else Habilitation(Role.SUPPORT)
            )
            return await make.compte(Habilitation(Role.EMETTEUR, a.emettrice.id), traitant)
        par: Compte = getattr(a, self.qui)
        return par


CAS = [
    Cas(routage, statut, chez, qui)
    for routage, (statut, chez), qui in product(Routage, CHEMINS, QUI)
    if routage is Routage.METIER or (chez is D.SUPPORT and qui != "recepteur")
]
ACCEPTES = [(cas, geste) for cas in CAS for geste in GESTES if geste in cas.offerts]


@dataclass(frozen=True)
class Offre:
    """What the schema offers to somebody, now."""

    offerts: dict[str, str | None]  # each geste, and the statut announced
    refuses: dict[str, str]  # each geste, and the code announced
    version: int


async def offre(client: Client, a: Affaire, par: Compte) -> Offre:
    """Read what is offered; what one does not see offers nothing."""
    node = (await client.execute(OFFRE, par=par, id=a.gid)).data["node"]
    offerts: dict[str, str | None] = {}
    refuses: dict[str, str] = {}
    if node is None:
        return Offre(offerts, {}, 0)
    for action in node["actionsPossibles"]:
        proposes = {p["statut"]: p["statutResultant"] for p in action["statutsProposes"]}
        traiter = action["action"] == Action.TRAITER
        gestes = [str(c) for c in StatutTraitement] if traiter else [action["action"]]
        ouverts = dict(proposes) if traiter else dict.fromkeys(gestes)
        offerts |= ouverts if action["disponible"] else {}
        code = action["codeIndisponibilite"] or "TRANSITION_INTERDITE"
        refuses |= {g: code for g in gestes if g not in offerts}
        assert action["disponible"] == (action["motifIndisponibilite"] is None)
    return Offre(offerts, refuses, node["version"])


class TestTheStates:
    def test_each_can_be_reached(self) -> None:
        """
        The tests reach every statut at every destinataire, and know where every geste leads.
        """
        assert set(CHEMINS) == set(product(S, D))
        assert set(RESULTATS) == set(GESTES)
        assert set(DE_L_EMETTEUR) == set(S)


class TestOfferedIsAccepted:
    @pytest.mark.parametrize("cas", CAS, ids=str)
    async def test_and_the_rest_refused(self, client: Client, make: Make, cas: Cas) -> None:
        """
        What is offered would be accepted, the rest is refused as announced, and nothing changes.
        """
        a, par = await cas.affaire(make)
        vu = await offre(client, a, par)
        assert set(vu.offerts) == cas.offerts
        avant = await make.photo(a)

        for geste in GESTES:
            simule = await make.tenter(a, geste, par, simulation=True)
            if geste in vu.offerts:
                assert simule["__typename"] == "ActionPriseEnCompte"
                assert simule["simulation"]["statut"] == RESULTATS[geste]
                assert vu.offerts[geste] in (None, RESULTATS[geste])
                continue
            assert simule == await make.tenter(a, geste, par)
            assert simule["code"] == vu.refuses.get(geste, cas.sans_la_voir(geste)), geste

        assert await make.photo(a) == avant

    @pytest.mark.parametrize(("cas", "geste"), ACCEPTES, ids=str)
    async def test_and_happens(self, client: Client, make: Make, cas: Cas, geste: str) -> None:
        """
        An accepted geste leads to the announced statut, by exactly one line of the history.
        """
        a, par = await cas.affaire(make)
        avant = await make.photo(a)
        simule = await make.tenter(a, geste, par, simulation=True)
        vu = await offre(client, a, par)

        fait = await make.tenter(a, geste, par, versionAttendue=vu.version)

        assert fait["simulation"] is None
        assert fait["sollicitation"]["version"] == vu.version + 1
        assert fait["sollicitation"]["statut"] == RESULTATS[geste]
        assert simule["confirmation"] == fait["confirmation"]
        apres = await make.photo(a)
        assert [len(t) for t in apres] == [
            len(avant[0]),
            1,
            len(avant[2]) + 1,
            len(avant[3]) + 1,
            0,
        ]

    @pytest.mark.parametrize("statut", S)
    async def test_a_stale_version_is_refused(
        self, make: Make, statut: StatutSollicitation
    ) -> None:
        """
        Another version than the caller's is a conflict, whatever the statut, and changes nothing.
        """
        a = await make.affaire(statut)
        avant = await make.photo(a)

        for geste, par in product(GESTES, (a.emetteur, a.recepteur)):
            membre = await make.tenter(a, geste, par, versionAttendue=99)
            assert membre["code"] in ("CONFLIT_DE_VERSION", "ACCES_REFUSE")

        assert await make.photo(a) == avant


class TestActionsPossibles:
    async def test_the_words_of_the_guide(self, client: Client, make: Make) -> None:
        """
        Each choice comes with the guide's word for it, and what the text field then means.
        """
        a = await make.affaire()
        node = (await client.execute(OFFRE, par=a.recepteur, id=a.gid)).data["node"]

        traiter = next(x for x in node["actionsPossibles"] if x["action"] == "TRAITER")

        assert traiter["champsRequis"] == ["statut", "miseAJour"]
        assert {p["statut"]: p["libelle"] for p in traiter["statutsProposes"]} == {
            "DEMANDE_INFORMATION": "Demande d'information",
            "RESOLUE": "Résolue",
            "MAUVAISE_AFFECTATION": "Mauvaise affectation",
            "EN_COURS": "En cours",
        }
        assert all(p["aide"] for p in traiter["statutsProposes"])

    async def test_each_action_is_told_once(self, client: Client, make: Make) -> None:
        """
        Every action is listed, with its required fields, whether it is open or not.
        """
        a = await make.affaire()
        node = (await client.execute(OFFRE, par=a.emetteur, id=a.gid)).data["node"]

        assert {x["action"]: x["champsRequis"] for x in node["actionsPossibles"]} == {
            "TRAITER": ["statut", "miseAJour"],
            "REPONDRE_COMPLEMENT": ["reponse"],
            "ROUVRIR": ["commentaire"],
            "CLOTURER": [],
        }
