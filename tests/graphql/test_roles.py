"""What each role may know: analysts, both sides, the support, the services."""

import pytest

from client import Client
from documents import SOUMETTRE
from fabrique import Make, depot
from lectures import tout, trouver
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.workflow import Action, DestinataireActuel, Routage, StatutSollicitation

S, D = StatutSollicitation, DestinataireActuel


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
