"""Documents that requests name: by their id in a list, by their hash."""

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
from solli_graphql.domain.errors import DocumentInconnu
from solli_graphql.graphql.listed import identifier
from solli_graphql.http import named
from solli_graphql.http.named import Named, sha256

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


def apq(text: str, **fields: Any) -> dict[str, Any]:
    """Name a document by its hash, as Apollo's clients do."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text), **fields}}}


class TestApq:
    async def test_a_document_is_sent_once(
        self, client: Client, servir: Servir, agent: Compte, personne: Compte
    ) -> None:
        """
        An unknown hash is refused; sent once with its document, it then stands for it, for all.
        """
        http = await servir(apq=True)
        text = "{ moi { nom } }"

        first = await demander(http, client, agent, **apq(text))
        sent = await demander(http, client, agent, query=text, **apq(text))
        then = await demander(http, client, personne, query=None, **apq(text))
        headers = {"authorization": f"Bearer {client.jeton(agent.courriel)}"}
        params = {"extensions": json.dumps(apq(text)["extensions"])}
        by_get = await http.get("/graphql", params=params, headers=headers)

        assert first == (400, ["PERSISTED_QUERY_NOT_FOUND"])
        assert sent == (200, {"moi": {"nom": agent.nom}})
        assert then == (200, {"moi": {"nom": personne.nom}})
        assert checked(by_get)["data"] == {"moi": {"nom": agent.nom}}

    async def test_says_the_words_of_the_protocol(
        self, client: Client, servir: Servir, agent: Compte
    ) -> None:
        """
        Clients look for these messages, to send the document once, or always.
        """
        headers = {"authorization": f"Bearer {client.jeton(agent.courriel)}"}
        for on, message in (
            (True, "PersistedQueryNotFound"),
            (False, "PersistedQueryNotSupported"),
        ):
            http = await servir(apq=on)
            r = await http.post("/graphql", json=apq("{ a }"), headers=headers)
            assert [e["message"] for e in checked(r)["errors"]] == [message]

    async def test_the_hash_is_checked(self, client: Client, servir: Servir, agent: Compte) -> None:
        """
        A document under the hash of another is refused, and not kept.
        """
        http = await servir(apq=True)
        autre = "{ moi { prenom } }"
        refus = await demander(http, client, agent, query=MOI, **apq(autre))
        assert refus == (400, ["BAD_USER_INPUT"])
        assert (await demander(http, client, agent, **apq(autre)))[1] == [
            "PERSISTED_QUERY_NOT_FOUND"
        ]

    @pytest.mark.parametrize(
        "text", ["{ moi { age } }", "{ moi", "{ moi { " + "a: nom " * 400 + "} }"], ids=len
    )
    async def test_what_the_guard_refuses_is_not_kept(
        self, client: Client, servir: Servir, agent: Compte, text: str
    ) -> None:
        """
        A document that is wrong, or over a limit, is not registered.
        """
        http = await servir(apq=True)
        await demander(http, client, agent, query=text, **apq(text))
        assert (await demander(http, client, agent, **apq(text)))[1] == [
            "PERSISTED_QUERY_NOT_FOUND"
        ]

    async def test_anonymous_callers_neither_learn_nor_register(
        self, client: Client, servir: Servir, agent: Compte
    ) -> None:
        """
        Without a token a hash that is known and another one have one answer; nothing is kept.
        """
        http = await servir(apq=True)
        await demander(http, client, agent, query=MOI, **apq(MOI))
        introspection = "{ __typename }"
        for body in (apq(MOI), apq("{ a }"), {"query": introspection, **apq(introspection)}):
            assert await demander(http, client, None, **body) == (401, ["NON_AUTHENTIFIE"])
        assert (await demander(http, client, agent, **apq(introspection)))[1] == [
            "PERSISTED_QUERY_NOT_FOUND"
        ]

    @pytest.mark.parametrize(
        "body",
        [
            apq(MOI, version=2),
            apq(MOI, sha256Hash=1),
            apq(MOI, sha256Hash=sha256(MOI).upper()),
            apq(MOI, sha256Hash="é"),
            {"extensions": {"persistedQuery": sha256(MOI)}},
            {"extensions": [], "query": MOI},
            {"query": 1, **apq(MOI)},
            {"documentId": identifier(MOI), **apq(MOI)},
        ],
        ids=str,
    )
    async def test_a_malformed_one_is_400(
        self, client: Client, servir: Servir, agent: Compte, body: dict[str, Any]
    ) -> None:
        """
        What is not of Apollo's form, or names a document twice, is a malformed request.
        """
        http = await servir(apq=True)
        assert await demander(http, client, agent, **body) == (400, ["BAD_USER_INPUT"])

    async def test_off_it_changes_nothing(
        self, client: Client, servir: Servir, agent: Compte
    ) -> None:
        """
        Where it is off, a document that comes with its hash is answered, and not kept.
        """
        http = await servir()
        data = await demander(http, client, agent, query=MOI, **apq("another"))
        assert data == (200, {"moi": {"id": agent.gid}})
        await demander(http, client, agent, query=MOI, **apq(MOI))
        refus = await demander(http, client, agent, **apq(MOI))
        assert refus == (400, ["PERSISTED_QUERY_NOT_SUPPORTED"])

    @pytest.mark.parametrize("only", [False, True], ids=["beside", "only"])
    async def test_the_list_answers_hashes_too(
        self, client: Client, servir: Servir, agent: Compte, liste: Path, *, only: bool
    ) -> None:
        """
        A hash finds the listed document whose hash it is, whatever ids look like.
        """
        http = await servir(documents=liste, documents_seuls=only)
        moi = await demander(http, client, agent, **apq(MOI))
        usurpe = await demander(http, client, agent, **apq(MOI, sha256Hash=PERSONNE))
        assert moi == (200, {"moi": {"id": agent.gid}})
        refus = "PERSISTED_QUERY_NOT_FOUND" if only else "PERSISTED_QUERY_NOT_SUPPORTED"
        assert usurpe == (400, [refus])


class TestRegistered:
    def test_are_bounded_the_last_used_staying(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Past so many bytes those used longest ago go; registering one again drops no other.
        """
        a, b, c = ("a" * 100, "b" * 100, "c" * 100)
        monkeypatch.setattr(named, "MOST", 2 * named._size(a))
        kept = Named({}, apq=True)

        def known(text: str) -> bool:
            try:
                return kept.document(apq(text), anonymous=False) == (text, None)
            except DocumentInconnu:
                return False

        for text in (a, b, a, a, b):
            kept.register(sha256(text), text)
        assert [known(t) for t in (b, a)] == [True, True]
        kept.register(sha256(c), c)
        kept.register(sha256("d" * 2000), "d" * 2000)  # larger than all there is
        assert [known(t) for t in (a, b, c, "d" * 2000)] == [True, False, True, False]
