"""What tools of attackers try in production: graphql-cop's checks, clairvoyance's hints."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from client import Client
from fournisseur import API, Provider, Servir
from graphql import get_introspection_query
from requetes import checked
from solli_graphql.db.database import Tx
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.services import administration
from solli_graphql.settings import Mode

ROUND = "{ fields { type " * 4 + "{ name } " + "} } " * 4


@pytest.fixture
async def attaquant(client: Client, provider: Provider, servir: Servir) -> httpx.AsyncClient:
    """
    Somebody of the support, by the identity provider, of a server in production.
    """
    sujet = uuid4().hex

    async def creer(tx: Tx) -> int:
        droits = [Habilitation(Role.SUPPORT)]
        courriel = f"{sujet}@tests.example"
        return await administration.creer(tx, courriel, "Cop", "", droits, sujet=sujet)

    await client.db.write(creer)
    http = await servir(mode=Mode.PRODUCTION, oidc_issuer=provider.url, oidc_audience=API)
    http.headers["authorization"] = f"Bearer {provider.personne(sujet)}"
    return http


async def codes(http: httpx.AsyncClient, body: Any, status: int) -> list[str]:
    """POST a body, check the answer, and give its codes."""
    r = await http.post("/graphql", json=body)
    assert r.status_code == status, r.text
    return [e["extensions"]["code"] for e in checked(r).get("errors", [])]


class TestGraphqlCop:
    @pytest.mark.parametrize(
        "query",
        [
            "query cop { " + " ".join(f"alias{i}: __typename" for i in range(101)) + " }",
            "query cop { " + "__typename\n" * 500 + "}",
        ],
        ids=["alias overloading", "field duplication"],
    )
    async def test_overloading(self, attaquant: httpx.AsyncClient, query: str) -> None:
        """
        A hundred aliases, or a field written five hundred times, are refused.
        """
        assert await codes(attaquant, {"query": query}, 400) == ["LIMITE_DEPASSEE"]

    async def test_directive_overloading(self, attaquant: httpx.AsyncClient) -> None:
        """
        Ten unknown directives do not make ten errors.
        """
        query = "query cop { __typename " + "@aa" * 10 + " }"
        assert 0 < len(await codes(attaquant, {"query": query}, 200)) < 10

    async def test_batch_query(self, attaquant: httpx.AsyncClient) -> None:
        """
        A list of requests is refused.
        """
        batch = [{"query": "query cop { __typename }"}] * 10
        assert await codes(attaquant, batch, 400) == ["BAD_USER_INPUT"]

    async def test_circular_introspection(self, attaquant: httpx.AsyncClient) -> None:
        """
        Introspection that goes round from types to fields and back is refused.
        """
        query = f"query cop {{ __schema {{ types {ROUND} }} }}"
        assert set(await codes(attaquant, {"query": query}, 200)) == {"BAD_USER_INPUT"}

    async def test_introspection(self, attaquant: httpx.AsyncClient) -> None:
        """
        Introspection is for those who are known.
        """
        del attaquant.headers["authorization"]
        for query in (get_introspection_query(), "{ __typename }"):
            assert await codes(attaquant, {"query": query}, 401) == ["NON_AUTHENTIFIE"]

    @pytest.mark.parametrize("path", ["/", "/graphiql", "/playground", "/console", "/graphql"])
    async def test_graphiql(self, attaquant: httpx.AsyncClient, path: str) -> None:
        """
        No page is there to try queries with.
        """
        r = await attaquant.get(path, headers={"accept": "text/html"})
        assert r.status_code in {404, 405, 406}
        assert "html" not in r.headers["content-type"]

    @pytest.mark.parametrize("query", ["query cop{__typename}", "mutation cop{__typename}"])
    async def test_get(self, attaquant: httpx.AsyncClient, query: str) -> None:
        """
        GET serves neither queries nor mutations.
        """
        r = await attaquant.get("/graphql", params={"query": query})
        assert (r.status_code, r.headers["allow"]) == (405, "POST")

    async def test_urlencoded_post(self, attaquant: httpx.AsyncClient) -> None:
        """
        A form, which a page elsewhere may send, is refused.
        """
        r = await attaquant.post("/graphql", data={"query": "query cop{__typename}"})
        assert r.status_code == 415
        assert checked(r)["errors"]

    async def test_trace_mode(self, attaquant: httpx.AsyncClient) -> None:
        """
        Answers tell their cost, and nothing of how they were made.
        """
        r = await attaquant.post("/graphql", json={"query": "query cop { __typename }"})
        assert r.json()["extensions"].keys() == {"cout"}
        assert not {h for h in r.headers if "trace" in h or "powered" in h or h == "server"}

    @pytest.mark.parametrize("query", ["qwerty cop { abc }", "query cop { __typename @a( }", "\0"])
    async def test_unhandled_errors(self, attaquant: httpx.AsyncClient, query: str) -> None:
        """
        What cannot be read is an error as others, without an exception in it.
        """
        r = await attaquant.post("/graphql", json={"query": query})
        (error,) = checked(r)["errors"]
        assert error.keys() <= {"message", "locations", "extensions"}
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}


class TestClairvoyance:
    @pytest.mark.parametrize(
        ("query", "hint"),
        [
            ("{ sollicitation_ { id } }", "sollicitations"),
            ("{ moi { noms } }", "prenom"),
            ("{ node(id: 1) { numero } }", "Sollicitation"),
            ("{ moi }", "{ ... }"),
            ("{ synthese(espace: RECUES, firs: 1) { totalCount } }", "first"),
            ("{ moi @skip(iff: true) { id } }", "'if'"),
            ("{ moi @skipp(if: true) { id } }", "@skip'"),
            ("{ ... on Quer { moi { id } } }", "Query"),
            ("query($f: FiltreSollicitation) { moi { id } }", "FiltreSollicitations"),
            ("{ synthese(espace: RECUE) { totalCount } }", "RECUES"),
            ('{ structures(filtre: {text: "a"}) { totalCount } }', "texte"),
        ],
    )
    async def test_nothing_is_suggested(
        self, attaquant: httpx.AsyncClient, query: str, hint: str
    ) -> None:
        """
        A name that is nearly right brings no other: neither field, type, argument nor value.
        """
        r = await attaquant.post("/graphql", json={"query": query})
        messages = " ".join(e["message"] for e in checked(r)["errors"])
        assert "Did you mean" not in messages
        assert hint not in messages

    async def test_nor_by_variables(self, attaquant: httpx.AsyncClient) -> None:
        """
        Nor does a value of a variable that is nearly right.
        """
        query = "query($e: Espace!, $f: FiltreSollicitations!) "
        query += "{ sollicitations(espace: $e, filtre: $f) { totalCount } }"
        given = {"e": "RECUE", "f": {"numer": "1", "statut": ["A_TRAITE"]}}
        r = await attaquant.post("/graphql", json={"query": query, "variables": given})
        messages = " ".join(e["message"] for e in checked(r)["errors"])
        assert messages
        assert not {"Did", "RECUES", "numero", "A_TRAITER"} & set(
            messages.replace("'", " ").split()
        )
