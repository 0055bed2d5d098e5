"""Trusted documents: named by their id, out of a list."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from client import Client, Compte
from documents import TRAITER
from fabrique import Make
from fournisseur import Servir
from requetes import GRAPHQL, MOI, checked
from solli_graphql.graphql.listed import identifier

NOM = "query Nom($id: ID!) { node(id: $id) { ... on Utilisateur { nom } } }"
PERSONNE = "f" * 64  # looks like a hash, and is of another text
DEUX = "query a { moi { id } } query b { moi { nom } }"
LISTE = {identifier(MOI): MOI, "nom": NOM, PERSONNE: MOI, "traiter": TRAITER, "deux": DEUX}
Demander = Callable[..., Any]


@pytest.fixture
def liste(tmp_path: Path) -> Path:
    """
    A list of documents.
    """
    path = tmp_path / "documents.json"
    path.write_text(json.dumps(LISTE))
    return path


async def demander(
    http: httpx.AsyncClient, client: Client, par: Compte | None, **body: Any
) -> tuple[int, Any]:
    """Send a request, check its answer, and give its data or its codes."""
    headers = {"authorization": f"Bearer {client.jeton(par.courriel)}"} if par else {}
    r = await http.post("/graphql", json=body, headers=headers)
    answer = checked(r)
    if "errors" in answer:
        return r.status_code, [e["extensions"]["code"] for e in answer["errors"]]
    return r.status_code, answer["data"]


class TestTheList:
    async def test_an_id_stands_for_its_document(
        self, client: Client, servir: Servir, agent: Compte, liste: Path
    ) -> None:
        """
        A listed id, with its variables and operationName, is answered as its document is.
        """
        http = await servir(documents=liste)

        async def data(**body: Any) -> Any:
            return (await demander(http, client, agent, **body))[1]

        moi = {"moi": {"id": agent.gid}}
        assert await data(documentId=identifier(MOI)) == moi
        assert await data(documentId=PERSONNE) == moi
        assert await data(documentId="nom", variables={"id": agent.gid}) == {
            "node": {"nom": agent.nom}
        }
        assert await data(documentId="deux", operationName="b") == {"moi": {"nom": agent.nom}}
        assert await data(query=MOI, documentId=None) == moi

    async def test_a_mutation_can_be_listed(
        self, client: Client, make: Make, servir: Servir, liste: Path
    ) -> None:
        """
        A listed mutation is done by POST, and refused by GET.
        """
        http, s = await servir(documents=liste), await make.affaire()
        variables = {"input": {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}}
        headers = {"authorization": f"Bearer {client.jeton(s.recepteur.courriel)}"}
        url = {"documentId": "traiter", "variables": json.dumps(variables)}
        by_get = await http.get("/graphql", params=url, headers=headers)
        body = {"documentId": "traiter", "variables": variables}
        _, data = await demander(http, client, s.recepteur, **body)

        assert [e["extensions"]["code"] for e in checked(by_get)["errors"]] == ["BAD_USER_INPUT"]
        assert data["traiter"]["__typename"] == "ActionPriseEnCompte"

    async def test_get_names_one_too(
        self, client: Client, servir: Servir, agent: Compte, liste: Path
    ) -> None:
        """
        Where GET is served, it may name a document.
        """
        http = await servir(documents=liste)
        params = {"documentId": "nom", "variables": json.dumps({"id": agent.gid})}
        headers = {"authorization": f"Bearer {client.jeton(agent.courriel)}"}
        r = await http.get("/graphql", params=params, headers=headers)
        assert checked(r)["data"] == {"node": {"nom": agent.nom}}

    @pytest.mark.parametrize(
        "id_", ["inconnu", "", " nom", "Nom", "sha256:nom", f"sha256:{PERSONNE}"]
    )
    async def test_an_unknown_id_is_refused(
        self, client: Client, servir: Servir, agent: Compte, liste: Path, id_: str
    ) -> None:
        """
        An id that is not listed, to the letter, is refused by a code of its own.
        """
        http = await servir(documents=liste)
        refus = await demander(http, client, agent, documentId=id_)
        assert refus == (400, ["PERSISTED_QUERY_NOT_FOUND"])

    @pytest.mark.parametrize(
        "body",
        [
            {"documentId": 1},
            {"documentId": ["nom"]},
            {"documentId": "nom", "query": NOM},
            {"documentId": "nom", "query": ""},
            {"documentId": None},
            {"documentId": "nom", "variables": []},
        ],
        ids=str,
    )
    async def test_a_malformed_one_is_400(
        self, client: Client, servir: Servir, agent: Compte, liste: Path, body: dict[str, Any]
    ) -> None:
        """
        What is no id, or comes with a query beside it, is a malformed request.
        """
        http = await servir(documents=liste)
        assert await demander(http, client, agent, **body) == (400, ["BAD_USER_INPUT"])

    @pytest.mark.parametrize("only", [False, True], ids=["beside", "only"])
    async def test_without_a_token_nothing_is_told(
        self, client: Client, servir: Servir, liste: Path, *, only: bool
    ) -> None:
        """
        Without a token, or with a bad one, a listed id and an unknown one have one answer.
        """
        http = await servir(documents=liste, documents_seuls=only)
        bad = {"authorization": "Bearer x"}
        for headers in ({}, bad):
            answers = [
                await http.post("/graphql", json={"documentId": id_}, headers=headers)
                for id_ in ("nom", "inconnu", PERSONNE)
            ]
            assert {(r.status_code, r.content) for r in answers} == {(401, answers[0].content)}
        assert (await demander(http, client, None, documentId="nom"))[1] == ["NON_AUTHENTIFIE"]

    async def test_without_a_list_no_id_is_known(self, client: Client, agent: Compte) -> None:
        """
        A server without a list refuses ids, and answers queries as ever.
        """
        refus = await client.post({"documentId": identifier(MOI)}, par=agent)
        assert refus.codes == ["PERSISTED_QUERY_NOT_FOUND"]


class TestOnlyTheList:
    async def test_nothing_else_is_served(
        self, client: Client, servir: Servir, agent: Compte, liste: Path
    ) -> None:
        """
        In exclusive mode a query is refused, listed or not; an id is answered.
        """
        http = await servir(documents=liste, documents_seuls=True)
        for query in (MOI, "{ __typename }", "{"):
            refus = await demander(http, client, agent, query=query)
            assert refus == (400, ["DOCUMENT_REFUSE"])
        assert await demander(http, client, agent) == (400, ["DOCUMENT_REFUSE"])
        known = await demander(http, client, agent, documentId="nom", variables={"id": agent.gid})
        assert known == (200, {"node": {"nom": agent.nom}})

    async def test_serves_no_page(self, servir: Servir, liste: Path) -> None:
        """
        In exclusive mode the GraphiQL page, which could ask nothing, is not served.
        """
        http = await servir(documents=liste, documents_seuls=True)
        assert (await http.get("/")).status_code == 404

    async def test_a_refusal_is_400_in_both_media_types(
        self, client: Client, servir: Servir, agent: Compte, liste: Path
    ) -> None:
        """
        A refusal has its media type as every other one.
        """
        http = await servir(documents=liste, documents_seuls=True)
        token = {"authorization": f"Bearer {client.jeton(agent.courriel)}"}
        r = await http.post("/graphql", json={"query": MOI}, headers={**token, "accept": GRAPHQL})
        assert (r.status_code, r.headers["content-type"].split(";")[0]) == (400, GRAPHQL)
