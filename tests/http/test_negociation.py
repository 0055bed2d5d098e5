"""The media type of an answer, and its status."""

import pytest

from client import Client, Compte
from requetes import GRAPHQL, JSON, MOI, asking, send


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("accept", "expected"),
        [
            ("", JSON),
            ("*/*", JSON),
            (JSON, JSON),
            (GRAPHQL, GRAPHQL),
            ("application/*", GRAPHQL),
            (f"{GRAPHQL}, {JSON}", GRAPHQL),
            (f"{JSON}, {GRAPHQL}", JSON),
            (f"{GRAPHQL};q=0.5, {JSON}", JSON),
            (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
            (f"text/html, {GRAPHQL};q=0.1", GRAPHQL),
            (f"{JSON};q=0, {GRAPHQL};q=0.2", GRAPHQL),
            (f"{JSON};q=0, */*", GRAPHQL),
            (f"{GRAPHQL.upper()} ; q=1", GRAPHQL),
        ],
    )
    async def test_the_best_is_chosen(
        self, client: Client, agent: Compte, accept: str, expected: str
    ) -> None:
        """
        The media type of an answer is chosen by q, then by order.
        """
        headers = {"accept": accept}

        reply = await client.post({"query": MOI}, par=agent, headers=headers)

        assert reply.status == 200
        assert reply.headers["content-type"] == f"{expected}; charset=utf-8"

    @pytest.mark.parametrize(
        "accept", ["text/html", "image/*", f"{JSON};q=0", f"{GRAPHQL};q=x", f"{JSON};q=nan"]
    )
    async def test_none_is_406(self, client: Client, agent: Compte, accept: str) -> None:
        """
        A client that accepts none of the two media types gets a 406.
        """
        assert await send(client, agent, asking(), 406, accept=accept) == ["BAD_USER_INPUT"]

    @pytest.mark.parametrize(
        "query",
        ["{ moi", "{ inconnu }", "query($a: Int!) { moi { id } }", "fragment a on Query {a}"],
    )
    async def test_a_request_error_is_400_without_data(
        self, client: Client, agent: Compte, query: str
    ) -> None:
        """
        A document that cannot run is a 400 without data in the newer media type, a 200 in JSON.
        """
        for accept, status in ((GRAPHQL, 400), (JSON, 200)):
            reply = await client.post({"query": query}, par=agent, headers={"accept": accept})
            assert reply.status == status
            assert "data" not in reply.body
            assert set(reply.codes) == {"BAD_USER_INPUT"}

    async def test_an_executed_one_is_200(self, client: Client, agent: Compte) -> None:
        """
        A document that ran is a 200 in both media types, even where a field has failed.
        """
        query = "{ synthese(espace: SUPPORT, first: 101) { totalCount } moi { id } }"
        for accept in (GRAPHQL, JSON):
            reply = await client.post({"query": query}, par=agent, headers={"accept": accept})
            assert (reply.status, reply.codes) == (200, ["BAD_USER_INPUT"])
            assert reply.body["data"] is None
