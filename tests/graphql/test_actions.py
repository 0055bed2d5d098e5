"""What is offered is accepted, what is not offered is refused, and what a geste leaves behind."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from fabrique import (
    CHEMINS,
    GESTES,
    MUTATIONS,
    SOUMETTRE,
    Affaire,
    Client,
    Compte,
    Make,
    demander,
    depot,
)
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


# --- texts -----------------------------------------------------------------------------------

VIDES = [
    "",
    "   ",
    "\n",
    "\r\n\t",
    "\u00a0\u2003",
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u2800",
    "\u3164",
]
CONTROLES = ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\r"]
CHAMPS: dict[str, str] = {
    **dict.fromkeys(StatutTraitement, "miseAJour"),
    Action.REPONDRE_COMPLEMENT: "reponse",
    Action.ROUVRIR: "commentaire",
    Action.CLOTURER: "commentaire",
}
PERMIS: dict[str, StatutSollicitation] = {
    **dict.fromkeys(StatutTraitement, S.A_TRAITER),
    Action.REPONDRE_COMPLEMENT: S.EN_ATTENTE_INFORMATIONS,
    Action.ROUVRIR: S.REPONSE_APPORTEE,
    Action.CLOTURER: S.REPONSE_APPORTEE,
}
OBLIGATOIRES = [g for g in GESTES if g is not Action.CLOTURER]


async def permise(make: Make, geste: str) -> tuple[Affaire, Compte]:
    """Make a sollicitation on which this geste can be made, and whoever can."""
    a = await make.affaire(PERMIS[geste])
    return a, await make.qui(a, geste)


def refus(membre: Any) -> tuple[str, str, list[str]]:
    """Give the code, the field, and the codes of a refused text."""
    return membre["code"], membre["champ"], [e["code"] for e in membre["erreurs"]]


class TestTexts:
    @pytest.mark.parametrize("geste", OBLIGATOIRES)
    async def test_a_blank_one_is_refused(self, make: Make, geste: str) -> None:
        """
        A text that shows nothing counts as empty, for every geste whose text is mandatory.
        """
        a, par = await permise(make, geste)
        avant = await make.photo(a)

        for vide in [*VIDES, "".join(VIDES)]:
            membre = await make.tenter(a, geste, par, vide)
            assert refus(membre) == ("CHAMP_INVALIDE", CHAMPS[geste], ["OBLIGATOIRE"]), repr(vide)

        assert await make.photo(a) == avant

    @pytest.mark.parametrize("vide", [*VIDES, None], ids=ascii)
    async def test_a_closing_needs_none(self, make: Make, vide: str | None) -> None:
        """
        Closing without a text, or with one that shows nothing, leaves no comment.
        """
        a, par = await permise(make, Action.CLOTURER)

        await make.tenter(a, Action.CLOTURER, par, commentaire=vide)

        fiche = await make.lire(a, par)
        assert (fiche["statut"], fiche["historique"][0]["commentaire"]) == ("CLOTUREE", None)

    @pytest.mark.parametrize("geste", GESTES)
    async def test_their_length(self, make: Make, geste: str) -> None:
        """
        A text has at most 10,000 characters, however its accents were typed.
        """
        a, par = await permise(make, geste)

        trop = await make.tenter(a, geste, par, "é" * 10_001)
        juste = await make.tenter(a, geste, par, "e\u0301" * 10_000)

        assert refus(trop) == ("CHAMP_INVALIDE", CHAMPS[geste], ["TROP_LONG"])
        assert juste["__typename"] == "ActionPriseEnCompte"

    @pytest.mark.parametrize("geste", GESTES)
    async def test_control_characters(self, make: Make, geste: str) -> None:
        """
        A control character other than a newline or a tab is refused.
        """
        a, par = await permise(make, geste)

        for c in CONTROLES:
            membre = await make.tenter(a, geste, par, f"un{c}deux")
            assert refus(membre) == ("CHAMP_INVALIDE", CHAMPS[geste], ["FORMAT"]), ascii(c)

    @pytest.mark.parametrize("geste", GESTES)
    async def test_newlines(self, make: Make, geste: str) -> None:
        """
        CRLF becomes LF; tabs and formatting characters are kept, surrounding space is not.
        """
        a, _ = await permise(make, geste)

        await make.geste(a, geste, " un\r\ndeux\tet \u202etrois\u202c \n")

        fiche = await make.lire(a, a.recepteur)
        attendu = "un\ndeux\tet \u202etrois\u202c"
        assert fiche["historique"][0]["commentaire"] == attendu
        assert fiche["brouillon"] == (attendu if geste == "EN_COURS" else None)
        publics = (Action.REPONDRE_COMPLEMENT, Action.ROUVRIR)
        textes = [c["texte"] for c in fiche["commentairesEmetteur"]]
        assert textes == ([attendu] if geste in publics else [])

    @pytest.mark.parametrize("geste", GESTES)
    async def test_who_may_not_is_told_first(self, make: Make, geste: str) -> None:
        """
        A blank text from somebody without the role tells them of the role alone.
        """
        a, par = await permise(make, geste)
        autre = a.recepteur if par == a.emetteur else a.emetteur

        assert (await make.tenter(a, geste, autre, ""))["code"] == "ACCES_REFUSE"


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


# --- what is left behind ---------------------------------------------------------------------


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
