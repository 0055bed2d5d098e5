"""How many statements an answer costs."""

from typing import Any

import pytest

from client import Client
from documents import FICHE
from fabrique import Make
from lectures import plusieurs
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
