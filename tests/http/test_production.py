"""Production mode."""

from collections.abc import AsyncIterator

import httpx
import pytest

from client import Client, Compte
from documents import SOUMETTRE
from graphql import get_introspection_query
from jetons import check_401
from requetes import MOI
from solli_graphql.app import create_app
from solli_graphql.settings import Mode, Settings


@pytest.fixture(scope="session")
async def production(client: Client, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """
    Serve the application in production mode, on the same database.
    """
    assert client
    app = create_app(settings.model_copy(update={"mode": Mode.PRODUCTION}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            yield http


class TestProduction:
    @pytest.mark.parametrize("query", [MOI, "{ __typename }", get_introspection_query()])
    async def test_refuses_demo_tokens_and_anonymous_introspection(
        self, client: Client, personne: Compte, production: httpx.AsyncClient, query: str
    ) -> None:
        """
        In production a demo token is a 401, and so is introspection without one.
        """
        demo = {"authorization": f"Bearer {client.jeton(personne.courriel)}"}
        for headers in ({}, demo):
            r = await production.post("/graphql", json={"query": query}, headers=headers)
            check_401(r)

    async def test_says_nothing_more_to_a_writer(
        self, client: Client, personne: Compte, production: httpx.AsyncClient
    ) -> None:
        """
        In production a mutation with a demo token is a 401 too.
        """
        headers = {"authorization": f"Bearer {client.jeton(personne.courriel)}"}
        check_401(await production.post("/graphql", json={"query": SOUMETTRE}, headers=headers))

    async def test_serves_neither_page_nor_get(self, production: httpx.AsyncClient) -> None:
        """
        In production `/` is a 404 and GET /graphql a 405; no route gives a token.
        """
        for path in ("/", "/demo/comptes"):
            assert (await production.get(path)).status_code == 404
        assert (await production.get("/graphql", params={"query": MOI})).status_code == 405

    @pytest.mark.parametrize("path", ["/vivant", "/pret", "/metrics", "/schema.graphql"])
    async def test_serves_the_rest(self, production: httpx.AsyncClient, path: str) -> None:
        """
        In production the health pages and the schema are served.
        """
        assert (await production.get(path)).status_code == 200
