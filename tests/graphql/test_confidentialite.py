"""What each side may know, and what does not exist for it."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from fabrique import (
    CHEMINS,
    FICHE,
    GESTES,
    MUTATIONS,
    SOUMETTRE,
    Affaire,
    Client,
    Compte,
    Lieu,
    Make,
    demander,
    depot,
)
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.numeros import gid
from solli_graphql.domain.workflow import (
    Action,
    DestinataireActuel,
    Routage,
    StatutSollicitation,
)

S, D = StatutSollicitation, DestinataireActuel
INCONNUE = gid("Sollicitation", 10**15)
HISTOIRE = (
    *("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "MAUVAISE_AFFECTATION"),
    *("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "RESOLUE", "ROUVRIR"),
    *("MAUVAISE_AFFECTATION", "MAUVAISE_AFFECTATION", "RESOLUE", "CLOTURER", "ROUVRIR"),
)
PAR_NUMERO = FICHE + "query($numero: String!) { sollicitation(numero: $numero) { ...Fiche } }"
PAGES = """
fragment Page on SollicitationConnection {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { id version statut statutLibelle motif dateMiseAJour
    historique(first: 2, avantSeq: 3) { seq nouveauStatut } } }
}
query($espace: Espace!, $filtre: FiltreSollicitations!) {
  synthese(espace: $espace) { ...Page }
  depot: sollicitations(espace: $espace, filtre: $filtre) { ...Page }
  ancien: sollicitations(espace: $espace, filtre: $filtre, tri: DATE_DEPOT_ASC) { ...Page }
  recent: sollicitations(espace: $espace, filtre: $filtre, tri: DATE_MISE_A_JOUR_DESC) { ...Page }
  vieux: sollicitations(espace: $espace, filtre: $filtre, tri: DATE_MISE_A_JOUR_ASC, first: 1) {
    ...Page }
}
"""
TROUVER = """
query($espace: Espace!, $filtre: FiltreSollicitations!, $tri: TriSollicitations) {
  sollicitations(espace: $espace, filtre: $filtre, tri: $tri) {
    totalCount nodes { id statut statutLibelle brouillon priseEnChargePar { id } }
  }
}
"""


async def tout(client: Client, a: Affaire, par: Compte, espace: str) -> str:
    """Read all that somebody can of a sollicitation and of the lists that hold it, as text."""
    filtre = {"categorie": "FACTURE" if a.destinataire else "PORTAIL"}
    lus = [
        await client.execute(FICHE + "query($i: ID!) { node(id: $i) { ...Fiche } }", par, i=a.gid),
        await client.execute(PAR_NUMERO, par, numero=a.numero),
        await client.execute(PAGES, par, espace=espace, filtre=filtre),
    ]
    assert all(reply.codes == [] for reply in lus)
    return "\n".join(json.dumps(reply.body, ensure_ascii=False) for reply in lus)


async def trouver(
    client: Client, par: Compte, espace: str, *, tri: str | None = None, **filtre: Any
) -> list[Any]:
    """Search, and give the rows."""
    reply = await client.execute(TROUVER, par, espace=espace, filtre=filtre, tri=tri)
    found = reply.data["sollicitations"]
    assert found["totalCount"] == len(found["nodes"])
    nodes: list[Any] = found["nodes"]
    return nodes


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


class TestAnalyste:
    async def test_has_the_treating_view_without_drafts(self, make: Make) -> None:
        """
        An analyst reads the statut and the transfer comments, neither drafts nor their lines' text.
        """
        a = await make.affaire()
        analyste = await make.role(Role.ANALYSTE, a.destinataire)
        for geste in ("EN_COURS", "MAUVAISE_AFFECTATION", "EN_COURS"):
            await make.geste(a, geste, f"Texte de {geste}")

        fiche = await make.lire(a, analyste)

        assert (fiche["statut"], fiche["version"], fiche["brouillon"]) == ("EN_COURS", 4, None)
        assert [h["commentaire"] for h in fiche["historique"]] == [
            *(None, "Texte de MAUVAISE_AFFECTATION", None, None)
        ]
        assert fiche["statutLibelle"] == "Transférée au support"

    async def test_knows_nobody(self, client: Client, make: Make) -> None:
        """
        Contacts, authors and who has taken it are stand-ins to an analyst, ids included.
        """
        a = await make.soumise(
            *(await make.lieu(publique=False), await make.lieu()),
            courriel="marie.durand@tests.example",
            telephone="01 23 45 67 89",
        )
        analyste = await make.role(Role.ANALYSTE, a.destinataire)
        for geste in ("DEMANDE_INFORMATION", "REPONDRE_COMPLEMENT", "EN_COURS"):
            await make.geste(a, geste)

        lu = await tout(client, a, analyste, "RECUES")

        for qui in (a.emetteur, a.recepteur):
            assert not any(f'"{x}"' in lu for x in (qui.nom, qui.prenom, qui.gid, qui.courriel))
        assert "marie.durand" not in lu
        assert "01 23 45 67 89" not in lu

    async def test_tells_people_apart(self, client: Client, make: Make) -> None:
        """
        A stand-in is the same for one person everywhere, and finds nobody.
        """
        a = await make.affaire(S.EN_COURS)
        b = await make.autre(a)
        await make.geste(b, "EN_COURS")
        analyste = await make.role(Role.ANALYSTE, a.destinataire)

        fiches = [await make.lire(s, analyste) for s in (a, b)]

        pris = fiches[0]["priseEnChargePar"]
        assert pris == fiches[1]["priseEnChargePar"]
        auteurs = [h["auteur"]["nom"] for h in fiches[0]["historique"]]
        assert pris["nom"] == auteurs[0] != auteurs[1]
        assert fiches[0]["contact"] == fiches[1]["contact"]
        reply = await client.execute(
            "query($id: ID!) { node(id: $id) { id } }", analyste, id=pris["id"]
        )
        assert reply.body == {"data": {"node": None}}

    @pytest.mark.parametrize("statut", S)
    async def test_can_do_nothing(self, make: Make, statut: StatutSollicitation) -> None:
        """
        No action is open to an analyst, for want of a role.
        """
        a = await make.affaire(statut)
        fiche = await make.lire(a, await make.role(Role.ANALYSTE, a.destinataire))

        codes = {x["action"]: x["codeIndisponibilite"] for x in fiche["actionsPossibles"]}

        assert codes == dict.fromkeys(Action, "ACCES_REFUSE")
        assert not any(x["disponible"] for x in fiche["actionsPossibles"])

    async def test_of_the_whole_portal(self, make: Make) -> None:
        """
        An analyst of the whole portal reads what structures received, not what the support did.
        """
        analyste = await make.role(Role.ANALYSTE)

        recue = await make.lire(a := await make.affaire(), analyste)
        routee = await make.affaire(S.A_TRAITER, D.SUPPORT, routage=Routage.SUPPORT)

        assert recue["id"] == a.gid
        assert await make.lire(routee, analyste) is None


class TestPriseEnChargePar:
    async def test_is_no_criterion_for_the_others(self, client: Client, make: Make) -> None:
        """
        Searching by who has taken it finds for those who treat, and nothing for anybody else.
        """
        a = await make.affaire(S.EN_COURS)
        analyste = await make.role(Role.ANALYSTE, a.destinataire)
        pseudonyme = (await make.lire(a, analyste))["priseEnChargePar"]["id"]

        treating = await trouver(client, a.recepteur, "RECUES", priseEnChargePar=a.recepteur.gid)
        assert [n["id"] for n in treating] == [a.gid]
        for par, espace in ((a.emetteur, "EMISES"), (analyste, "RECUES")):
            for qui in (a.recepteur.gid, pseudonyme):
                criteres = {"priseEnChargePar": qui, "categorie": "FACTURE"}
                assert await trouver(client, par, espace, **criteres) == []

    async def test_row_by_row(self, client: Client, make: Make) -> None:
        """
        Somebody who treats one and analyses another may search the first alone by its taker.
        """
        a, b = await make.affaire(S.EN_COURS), await make.affaire(S.EN_COURS)
        assert a.destinataire
        assert b.destinataire
        par = await make.compte(
            Habilitation(Role.RECEPTEUR, a.destinataire.id),
            Habilitation(Role.ANALYSTE, b.destinataire.id),
        )

        found = [
            [
                n["id"]
                for n in await trouver(client, par, "RECUES", priseEnChargePar=s.recepteur.gid)
            ]
            for s in (a, b)
        ]

        assert found == [[a.gid], []]
        fiches = [await make.lire(s, par) for s in (a, b)]
        assert fiches[0]["priseEnChargePar"]["id"] == a.recepteur.gid
        assert fiches[1]["priseEnChargePar"]["id"] != b.recepteur.gid
        assert (fiches[0]["brouillon"], fiches[1]["brouillon"]) == ("Un texte.", None)


class TestBothSides:
    @pytest.mark.parametrize("role", [Role.RECEPTEUR, Role.SUPPORT])
    async def test_see_the_treating_view_everywhere(
        self, client: Client, make: Make, role: Role
    ) -> None:
        """
        Somebody with rights on both sides has the treating view, in EMISES too.
        """
        chez = D.STRUCTURE if role is Role.RECEPTEUR else D.SUPPORT
        a = await make.affaire(S.EN_COURS, chez)
        traitant = a.destinataire.id if a.destinataire and role is Role.RECEPTEUR else None
        par = await make.compte(
            Habilitation(Role.EMETTEUR, a.emettrice.id), Habilitation(role, traitant)
        )

        (node,) = await trouver(client, par, "EMISES", statut=["EN_COURS"], numero=a.numero)

        assert (node["statutLibelle"], node["brouillon"]) == ("En cours", "Un texte.")
        assert await trouver(client, par, "EMISES", statut=["A_TRAITER"], numero=a.numero) == []
        fiche = await make.lire(a, par)
        assert fiche["historique"][0]["nouveauStatut"] == "EN_COURS"
        assert fiche["version"] == len(fiche["historique"])

    async def test_emitter_and_analyst(self, client: Client, make: Make) -> None:
        """
        An emitter who is an analyst of the receiver has the analyst's view: still no draft.
        """
        a = await make.affaire(S.EN_COURS)
        assert a.destinataire
        par = await make.compte(
            Habilitation(Role.EMETTEUR, a.emettrice.id),
            Habilitation(Role.ANALYSTE, a.destinataire.id),
        )

        (node,) = await trouver(client, par, "EMISES", statut=["EN_COURS"])

        assert (node["id"], node["brouillon"]) == (a.gid, None)
        assert node["priseEnChargePar"]["id"] != a.recepteur.gid

    async def test_emitter_here_and_receiver_elsewhere(self, client: Client, make: Make) -> None:
        """
        Treating elsewhere changes nothing to the emitter's view of what they sent.
        """
        a = await make.affaire(S.EN_COURS)
        par = await make.compte(
            Habilitation(Role.EMETTEUR, a.emettrice.id),
            Habilitation(Role.RECEPTEUR, (await make.lieu()).id),
        )

        assert await make.lire(a, par) == await make.lire(a, a.emetteur)
        assert await trouver(client, par, "EMISES", statut=["EN_COURS"]) == []
        assert await trouver(client, par, "RECUES", numero=a.numero) == []
        assert len(await trouver(client, par, "EMISES", statut=["A_TRAITER"])) == 1


class TestSupport:
    async def test_sees_from_transfer_on(self, client: Client, make: Make) -> None:
        """
        Nothing exists for the support before the transfer; then all does, for ever.
        """
        a = await make.affaire(S.EN_COURS)
        assert await make.lire(a, a.support) is None
        assert await trouver(client, a.support, "SUPPORT", numero=a.numero) == []

        await make.geste(a, "MAUVAISE_AFFECTATION", "À vous.")
        fiche = await make.lire(a, a.support)
        assert [h["commentaire"] for h in fiche["historique"]] == ["À vous.", "Un texte.", None]

        await make.geste(a, "MAUVAISE_AFFECTATION", "Non, à vous.")
        (node,) = await trouver(client, a.support, "SUPPORT", numero=a.numero)
        assert node["statutLibelle"] == "Chez la structure"


class TestServices:
    @pytest.mark.parametrize("role", [Role.EMETTEUR, Role.RECEPTEUR, Role.ANALYSTE])
    async def test_limit_an_habilitation(self, client: Client, make: Make, role: Role) -> None:
        """
        An habilitation on some services reaches what names one of them, and nothing else.
        """
        cote = "serviceEmetteur" if role is Role.EMETTEUR else "serviceDestinataire"
        espace = "EMISES" if role is Role.EMETTEUR else "RECUES"
        sans = await make.affaire()
        a, autre = [await make.autre(sans, **{cote: service}) for service in ("S1", "S2")]
        lieu = a.emettrice if role is Role.EMETTEUR else a.destinataire

        un = await make.role(role, lieu, "S1")
        deux = await make.role(role, lieu, "S1", "S2")

        assert [n["id"] for n in await trouver(client, un, espace, categorie="FACTURE")] == [a.gid]
        assert len(await trouver(client, deux, espace, categorie="FACTURE")) == 2
        assert [await make.lire(s, un) for s in (autre, sans)] == [None, None]
        assert (await make.lire(a, un))["id"] == a.gid

    async def test_limit_submissions(self, client: Client, make: Make) -> None:
        """
        One submits for one's own services only.
        """
        emettrice, publique = await make.lieu(publique=False), await make.lieu()
        par = await make.role(Role.EMETTEUR, emettrice, "S1")

        codes = []
        for service in ("S1", "S2", None):
            entree = depot(emettrice, publique, serviceEmetteur=service)
            codes.append((await client.execute(SOUMETTRE, par, input=entree)).codes)

        assert codes == [[], ["ACCES_REFUSE"], ["ACCES_REFUSE"]]

    async def test_limit_treating(self, make: Make) -> None:
        """
        A receiver of one service cannot treat what another received.
        """
        a = await make.affaire(serviceDestinataire="S2")
        par = await make.role(Role.RECEPTEUR, a.destinataire, "S1")

        assert (await make.tenter(a, "RESOLUE", par))["code"] == "INTROUVABLE"


LECTURES = {
    "node": "query($id: ID!) { node(id: $id) { id __typename } }",
    "nodes": "query($id: ID!) { nodes(ids: [$id, $id]) { id } }",
    "sollicitation": "query($numero: String!) { sollicitation(numero: $numero) { id } }",
}
ENTREES: tuple[dict[str, Any], ...] = (
    {},
    {"simulation": True},
    {"versionAttendue": 99},
    {"cleIdempotence": "0123456789abcdef"},
    {"cleIdempotence": "courte"},
)
ETRANGERS = [*(f"{role} ailleurs" for role in Role), "personne"]


async def etranger(make: Make, qui: str) -> Compte:
    """Make somebody whom a sollicitation that was never transferred does not concern."""
    if qui == "personne":
        return await make.compte()
    role = Role(qui.split(maxsplit=1)[0])
    return await make.role(role, None if role is Role.SUPPORT else await make.lieu())


class TestAbsentAndForbidden:
    @pytest.mark.parametrize("qui", ETRANGERS)
    @pytest.mark.parametrize("lecture", LECTURES)
    async def test_look_alike_in_reads(
        self, client: Client, make: Make, lecture: str, qui: str
    ) -> None:
        """
        A forbidden sollicitation is read exactly as one that does not exist.
        """
        a, par = await make.affaire(), await etranger(make, qui)

        replies = [
            await client.execute(LECTURES[lecture], par, **ids)
            for ids in (
                {"id": a.gid, "numero": a.numero},
                {"id": INCONNUE, "numero": "S-2020-99999999"},
            )
        ]

        assert replies[0].body == replies[1].body
        assert a.gid not in json.dumps(replies[0].body)

    @pytest.mark.parametrize("qui", ETRANGERS)
    @pytest.mark.parametrize("geste", GESTES)
    async def test_look_alike_in_mutations(
        self, client: Client, make: Make, geste: str, qui: str
    ) -> None:
        """
        A mutation answers the same about a forbidden sollicitation as about none.
        """
        a, par = await make.affaire(), await etranger(make, qui)

        for texte in ("Un texte.", "", "\x07", "é" * 10_001):
            for entree in ENTREES:
                document, champs = demander(geste, texte)
                replies = [
                    await client.execute(document, par, input={"id": i, **champs, **entree})
                    for i in (a.gid, INCONNUE)
                ]
                assert replies[0].body == replies[1].body
                assert replies[0].codes[0] in ("INTROUVABLE", "ACCES_REFUSE")

    @pytest.mark.parametrize("role", [Role.RECEPTEUR, Role.ANALYSTE])
    async def test_look_alike_in_searches(self, client: Client, make: Make, role: Role) -> None:
        """
        No search, list or count tells of what another structure received.
        """
        a, lieu = await make.affaire(), await make.lieu()
        par = await make.role(role, lieu)

        for filtre in ({"numero": a.numero}, {"texte": "facture"}, {"categorie": "FACTURE"}):
            assert await trouver(client, par, "RECUES", **filtre) == []

    @pytest.mark.parametrize(
        "champs", [{}, {"serviceEmetteur": "S1"}, {"description": ""}, {"courriel": "x"}]
    )
    async def test_emitting_structures_look_alike(
        self, client: Client, make: Make, champs: dict[str, Any]
    ) -> None:
        """
        Submitting for a structure that is not one's own tells nothing of whether it exists.
        """
        autre, publique = await make.lieu(publique=False), await make.lieu()
        par = await make.role(Role.EMETTEUR, await make.lieu())

        for inconnue in (replace(autre, id=10**15), Lieu(0, "", {})):
            replies = [
                await client.execute(SOUMETTRE, par, input=depot(lieu, publique, **champs))
                for lieu in (autre, inconnue)
            ]
            assert replies[0].body == replies[1].body
            assert replies[0].codes == ["ACCES_REFUSE"]

    async def test_a_private_person_as_receiver(self, client: Client, make: Make) -> None:
        """
        Naming a private person as receiver answers as naming nobody does.
        """
        personne = await make.lieu(publique=False, particulier=True)
        emettrice = await make.lieu()
        par = await make.role(Role.EMETTEUR, emettrice)

        replies = [
            await client.execute(SOUMETTRE, par, input=depot(emettrice, lieu))
            for lieu in (personne, replace(personne, id=10**15))
        ]

        assert replies[0].body == replies[1].body

    async def test_a_key_of_somebody_else(self, client: Client, make: Make) -> None:
        """
        An idempotency key that somebody else used tells nothing.
        """
        a = await make.affaire()
        document, champs = demander("RESOLUE")
        entree = {"id": a.gid, **champs, "cleIdempotence": f"cle-de-{a.numero}"}
        await client.execute(document, a.recepteur, input=entree)
        par = await make.role(Role.RECEPTEUR, await make.lieu())

        reply = await client.execute(document, par, input=entree)

        assert reply.codes == ["INTROUVABLE"]


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
