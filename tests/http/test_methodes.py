"""Methods: GET reads, POST writes, others are refused."""

import json

import httpx
import pytest

from client import Client, Compte
from documents import TRAITER
from fabrique import Make
from fournisseur import Servir
from requetes import MOI, checked
from solli_graphql.settings import Mode


class TestMethods:
    async def get(self, client: Client, agent: Compte, **params: str) -> httpx.Response:
        headers = {"authorization": f"Bearer {client.jeton(agent.courriel)}"}
        return await client.http.get("/graphql", params=params, headers=headers)

    async def test_get_reads_in_demo_mode(self, client: Client, agent: Compte) -> None:
        """
        GET answers a query, with its variables and operationName in the URL.
        """
        query = "query a($i: ID!) { node(id: $i) { id } } query b { moi { id } }"
        variables = json.dumps({"i": agent.gid})

        r = await self.get(client, agent, query=query, variables=variables, operationName="a")

        assert r.json()["data"] == {"node": {"id": agent.gid}}

    @pytest.mark.parametrize(
        ("mode", "get", "statut"),
        [
            (Mode.DEMO, False, 405),
            (Mode.DEMO, None, 401),
            (Mode.PRODUCTION, True, 401),
            (Mode.PRODUCTION, None, 405),
        ],
    )
    async def test_get_is_a_setting(
        self, servir: Servir, *, mode: Mode, get: bool | None, statut: int
    ) -> None:
        """
        GET is a demonstration's, unless SOLLI_GET says otherwise; it wants a token like POST.
        """
        http = await servir(mode=mode, get=get)
        assert (await http.get("/graphql", params={"query": MOI})).status_code == statut

    async def test_get_never_writes(self, client: Client, make: Make) -> None:
        """
        A mutation by GET is refused, and nothing changes.
        """
        s = await make.affaire()
        entree = {"input": {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}}

        r = await self.get(client, s.recepteur, query=TRAITER, variables=json.dumps(entree))

        assert [e["extensions"]["code"] for e in checked(r)["errors"]] == ["BAD_USER_INPUT"]
        query = "query($id: ID!) { node(id: $id) { ... on Sollicitation { version } } }"
        reply = await client.execute(query, par=s.recepteur, id=s.gid)
        assert reply.data == {"node": {"version": 1}}

    @pytest.mark.parametrize(
        "params",
        [
            {},
            {"query": ""},
            {"query": MOI, "variables": "x"},
            {"query": MOI, "variables": "[]"},
            {"query": MOI, "extensions": "1"},
            {"query": MOI, "variables": "[" * 5000},
        ],
    )
    async def test_a_malformed_get_is_400(
        self, client: Client, agent: Compte, params: dict[str, str]
    ) -> None:
        """
        A GET without a query, or whose variables are no object, is a 400.
        """
        r = await self.get(client, agent, **params)
        assert r.status_code == 400
        assert [e["extensions"]["code"] for e in checked(r)["errors"]] == ["BAD_USER_INPUT"]

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
    async def test_others_are_405(self, client: Client, method: str) -> None:
        """
        Methods other than GET and POST are a 405 that names those two.
        """
        r = await client.http.request(method, "/graphql")
        assert r.status_code == 405
        assert {"GET", "POST"} <= set(r.headers["allow"].split(", "))

    async def test_405_has_a_code(self, client: Client) -> None:
        """
        A 405 has a stable code, as every other refusal.
        """
        r = await client.http.put("/graphql")
        assert [e["extensions"]["code"] for e in checked(r)["errors"]] == ["BAD_USER_INPUT"]
