"""The operation that a document runs."""

import pytest

from client import Client, Compte
from requetes import GRAPHQL, ask, asking, send


class TestOperations:
    NAMED = "query a { moi { id } } query b { moi { nom } }"

    async def test_the_name_chooses(self, client: Client, agent: Compte) -> None:
        """
        An operationName chooses among several operations.
        """
        body = {"query": self.NAMED, "operationName": "b"}
        assert (await client.post(body, par=agent)).data == {"moi": {"nom": agent.nom}}

    @pytest.mark.parametrize("name", [None, "", "c"])
    async def test_no_name_or_an_unknown_one_is_refused(
        self, client: Client, agent: Compte, name: str | None
    ) -> None:
        """
        Several operations without a name, or with a name that none has, run nothing.
        """
        body = asking(query=self.NAMED, operationName=name)
        assert await send(client, agent, body, 400, accept=GRAPHQL) == ["BAD_USER_INPUT"]

    async def test_there_are_no_subscriptions(self, client: Client, agent: Compte) -> None:
        """
        A subscription is refused as malformed.
        """
        assert await ask(client, agent, "subscription { x }") == ["BAD_USER_INPUT"]
