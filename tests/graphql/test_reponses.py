"""The shape of answers: order, aliases, fragments, conditions, the history's pages."""

import json

import pytest

from client import Client
from fabrique import Affaire, Make
from solli_graphql.domain.workflow import StatutSollicitation

S = StatutSollicitation


class TestSelections:
    async def test_keep_the_order_asked(self, client: Client, make: Make) -> None:
        """
        The fields of an answer come in the order in which they are first met in the document.
        """
        a = await make.affaire()
        query = """query($id: ID!) {
          b: node(id: $id) { ... on Sollicitation { version ...F numero } id }
          __typename moi { prenom nom } a: node(id: $id) { id ...F }
        }
        fragment F on Sollicitation { statut categorie { libelle code } id contact { courriel } }"""

        data = (await client.execute(query, a.recepteur, id=a.gid)).data

        assert list(data) == ["b", "__typename", "moi", "a"]
        assert list(data["b"]) == ["version", "statut", "categorie", "id", "contact", "numero"]
        assert list(data["b"]["categorie"]) == ["libelle", "code"]
        assert list(data["a"]) == ["id", "statut", "categorie", "contact"]
        assert data["__typename"] == "Query"

    async def test_merge(self, client: Client, make: Make) -> None:
        """
        A field asked twice is answered once, with what either asked of it.
        """
        a = await make.affaire()
        query = """{ synthese(espace: RECUES) { nodes { numero structureEmettrice { id } }
            edges { node { id } } totalCount }
          synthese(espace: RECUES) { nodes { structureEmettrice { services { code } id } statut }
            edges { node { numero } cursor } } }"""

        page_ = (await client.execute(query, a.recepteur)).data["synthese"]

        assert list(page_) == ["nodes", "edges", "totalCount"]
        services = [{"code": "S1"}, {"code": "S2"}]
        emettrice = {"id": a.emettrice.gid, "services": services}
        assert page_["nodes"] == [
            {"numero": a.numero, "structureEmettrice": emettrice, "statut": "A_TRAITER"}
        ]
        assert list(page_["edges"][0]) == ["node", "cursor"]
        assert page_["edges"][0]["node"] == {"id": a.gid, "numero": a.numero}

    async def test_aliases(self, client: Client, make: Make) -> None:
        """
        One field under several names is answered under each, with each one's arguments.
        """
        a = await make.affaire(S.CLOTUREE)
        query = """query($id: ID!) { node(id: $id) { ... on Sollicitation {
          un: historique(first: 1) { seq } deux: historique(first: 2, avantSeq: 3) { s: seq }
          tout: historique { seq } aucun: historique(first: 0) { seq }
          moins: historique(first: -5) { seq }
          x: numero y: numero de: structureEmettrice { i: id } a: structureDestinataire { i: id }
        } } }"""

        node = (await client.execute(query, a.recepteur, id=a.gid)).data["node"]

        assert a.destinataire
        assert node == {
            "un": [{"seq": 3}],
            "deux": [{"s": 2}, {"s": 1}],
            "tout": [{"seq": 3}, {"seq": 2}, {"seq": 1}],
            "aucun": [],
            "moins": [],
            "x": a.numero,
            "y": a.numero,
            "de": {"i": a.emettrice.gid},
            "a": {"i": a.destinataire.gid},
        }

    @pytest.mark.parametrize("oui", [True, False])
    async def test_conditions(self, client: Client, make: Make, *, oui: bool) -> None:
        """
        @include and @skip decide by their variables, on fields and fragments, again each time.
        """
        a = await make.affaire()
        query = """query($id: ID!, $oui: Boolean!) { node(id: $id) {
          id @skip(if: $oui)
          ... on Sollicitation @include(if: $oui) { numero }
          ...F @skip(if: $oui)
          ... @include(if: true) { __typename }
        } moi @include(if: $oui) { nom } }
        fragment F on Sollicitation { statut @include(if: true) version @skip(if: true) }"""

        data = (await client.execute(query, a.recepteur, id=a.gid, oui=oui)).data

        present = ["numero", "__typename"] if oui else ["id", "statut", "__typename"]
        assert list(data["node"]) == present
        assert list(data) == (["node", "moi"] if oui else ["node"])

    async def test_typename_everywhere(self, client: Client, make: Make) -> None:
        """
        Every object tells its type.
        """
        a = await make.affaire(S.EN_COURS, typeObjet="FACTURE")
        await make.geste(a, "DEMANDE_INFORMATION")
        await make.geste(a, "REPONDRE_COMPLEMENT")
        await make.geste(a, "EN_COURS")
        query = """{ __typename synthese(espace: RECUES) { __typename pageInfo { __typename }
          edges { __typename node { __typename
            categorie { __typename sousCategories { __typename } } sousCategorie { __typename }
            contact { __typename } priseEnChargePar { __typename }
            structureEmettrice { __typename identifiant { __typename } services { __typename } }
            historique(first: 1) { __typename auteur { __typename } }
            commentairesEmetteur { __typename auteur { __typename } }
            actionsPossibles { __typename statutsProposes { __typename } } } } } }"""

        data = (await client.execute(query, a.recepteur)).data

        text = json.dumps(data)
        for nom in (
            *("Query", "SollicitationConnection", "PageInfo", "SollicitationEdge", "Sollicitation"),
            *("Categorie", "SousCategorie", "Contact", "Utilisateur", "Structure", "Identifiant"),
            *("Service", "LigneHistorique", "Auteur", "CommentaireEmetteur", "ActionPossible"),
            "StatutPropose",
        ):
            assert f'{{"__typename": "{nom}"' in text, nom

    @pytest.mark.parametrize(
        ("arguments", "attendu"),
        [
            *(("", [4, 3, 2, 1]), ("(first: 2)", [4, 3]), ("(avantSeq: 3)", [2, 1])),
            *(("(first: 1, avantSeq: 4)", [3]), ("(avantSeq: 1)", []), ("(avantSeq: -1)", [])),
            *(("(first: 1000)", [4, 3, 2, 1]), ("(first: null, avantSeq: null)", [4, 3, 2, 1])),
        ],
    )
    async def test_history_is_paged(
        self, client: Client, make: Make, arguments: str, attendu: list[int]
    ) -> None:
        """
        The history is read newest first, by pages, in the numbering of the caller's view.
        """
        a = await make.affaire(S.EN_COURS)
        for geste in ("EN_COURS", "RESOLUE", "EN_COURS", "ROUVRIR", "EN_COURS", "RESOLUE"):
            if geste != "EN_COURS" or await self._ouverte(make, a):
                await make.geste(a, geste)
        query = f"""query($n: String!) {{ sollicitation(numero: $n) {{
          historique{arguments} {{ seq }} }} }}"""

        data = (await client.execute(query, a.emetteur, n=a.numero)).data

        assert [h["seq"] for h in data["sollicitation"]["historique"]] == attendu

    @staticmethod
    async def _ouverte(make: Make, a: Affaire) -> bool:
        return (await make.lire(a, a.recepteur))["statut"] in ("A_TRAITER", "EN_COURS")
