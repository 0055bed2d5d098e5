"""How many statements an answer costs."""

from typing import Any

import pytest

from client import Client
from documents import FICHE
from fabrique import Make
from lectures import plusieurs
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.services import identite

NESTED = (
    FICHE
    + """
query Synthese($first: Int, $after: String) {
  synthese(espace: RECUES, first: $first, after: $after) {
    totalCount edges { cursor node { ...Fiche } } pageInfo { hasNextPage endCursor } } }
query Sollicitations($first: Int, $after: String) {
  sollicitations(espace: RECUES, filtre: {categorie: "FACTURE"}, first: $first, after: $after) {
    totalCount edges { cursor node { ...Fiche } } pageInfo { hasNextPage endCursor } } }
query Nodes($ids: [ID!]!) { nodes(ids: $ids) { ...Fiche } }
"""
)


@pytest.fixture
def statements(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """
    Gather the statements that reads send, but for finding who calls.
    """
    sent: list[Any] = []
    fetch = client.db.fetch

    async def counting(statement: Any, values: Any) -> Any:
        if statement not in identite._UTILISATEURS.values():
            sent.append(statement)
        return await fetch(statement, values)

    monkeypatch.setattr(client.db, "fetch", counting)
    return sent


class TestStatements:
    @pytest.mark.parametrize("taille", [2, 30])
    async def test_one_whatever_is_nested(
        self, client: Client, make: Make, statements: list[Any], taille: int
    ) -> None:
        """
        A list with all that is nested in it is one statement, however long it is.
        """
        affaires = await plusieurs(make, 6)
        for a in affaires[:3]:
            await make.geste(a, "EN_COURS")
        par = affaires[0].recepteur

        for nom, variables in (
            *(("Synthese", {"first": taille}), ("Sollicitations", {"first": taille})),
            ("Nodes", {"ids": [a.gid for a in affaires[:taille]]}),
        ):
            statements.clear()
            body = {"query": NESTED, "operationName": nom, "variables": variables}
            reply = await client.post(body, par=par)
            assert reply.codes == []
            assert len(statements) == 1, nom
            assert len(next(iter(reply.data.values()))) > 0

    @pytest.mark.parametrize("nom", ["Synthese", "Sollicitations"])
    async def test_two_at_most_for_an_empty_page(
        self, client: Client, make: Make, statements: list[Any], nom: str
    ) -> None:
        """
        An empty page with its count is two statements at most.
        """
        a = await make.affaire()
        body = {"query": NESTED, "operationName": nom, "variables": {"first": 5}}
        un = next(iter((await client.post(body, par=a.recepteur)).data.values()))
        statements.clear()

        body["variables"] = {"first": 5, "after": un["pageInfo"]["endCursor"]}
        deux = next(iter((await client.post(body, par=a.recepteur)).data.values()))

        assert (deux["edges"], deux["totalCount"]) == ([], 1)
        assert len(statements) <= 2

    @pytest.mark.parametrize(
        "query",
        [
            *("{ moi { id nom } }", "{ categories { code sousCategories { code modele } } }"),
            "{ structures { totalCount nodes { id services { code } identifiant { valeur } } } }",
        ],
    )
    async def test_one_for_the_others(
        self, client: Client, make: Make, statements: list[Any], query: str
    ) -> None:
        """
        The other roots are one statement each.
        """
        await make.lieu()
        par = await make.compte()
        statements.clear()

        reply = await client.execute(query, par)

        assert (reply.codes, len(statements)) == ([], 1)


LISTE = """
query($first: Int, $filtre: FiltreSollicitations!) {
  synthese(espace: RECUES, first: $first) { nodes { numero } }
  sollicitations(espace: RECUES, filtre: $filtre, first: $first) { nodes { numero } }
}"""


class TestSizes:
    @pytest.mark.parametrize(
        ("first", "filtre", "written"),
        [
            (50, {"deposeeDu": "2020-01-01"}, [True, True]),
            (None, {"deposeeAu": "2090-01-01"}, [True, True]),
            (51, {"deposeeDu": "2020-01-01"}, [False, False]),
            (50, {"deposeeDu": "2020-01-01", "categorie": "FACTURE"}, [True, False]),
            (50, {"texte": "facture"}, [True, False]),
        ],
    )
    async def test_usual_ones_are_written_where_an_index_has_the_rows_in_order(
        self,
        client: Client,
        make: Make,
        statements: list[Any],
        first: int | None,
        filtre: dict[str, str],
        written: list[bool],
    ) -> None:
        """
        A usual size is written where rows are an index's first ones; any other one is bound.
        """
        s = await make.affaire()
        statements.clear()
        reply = await client.execute(LISTE, par=s.recepteur, first=first, filtre=filtre)
        assert reply.codes == []
        size = f"LIMIT {(first or 20) + 1}"
        assert [size in sent.on(client.db.dialect).sql for sent in statements] == written

    async def test_of_several_structures_are_bound(
        self, client: Client, make: Make, statements: list[Any]
    ) -> None:
        """
        Rows of several structures stand in no index together: their size is bound.
        """
        lieux = [await make.lieu(), await make.lieu()]
        par = await make.compte(*(Habilitation(Role.RECEPTEUR, lieu.id) for lieu in lieux))
        await client.execute("{ synthese(espace: RECUES) { nodes { numero } } }", par=par)
        assert "LIMIT 21" not in statements[-1].on(client.db.dialect).sql
