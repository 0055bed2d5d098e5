"""The limits of a document: at each it is accepted, above it is refused."""

from typing import Any

import pytest

from client import Client, Compte
from requetes import GRAPHQL, JSON, MOI, ask, asking, send


def fields(count: int) -> str:
    """Select this many fields, two of them above the others."""
    return "{ moi { " + "id " * (count - 1) + "} }"


def aliases(count: int) -> str:
    """Write this many aliases."""
    return "{ moi { " + " ".join(f"a{i}: id" for i in range(count)) + " } }"


def directives(count: int) -> str:
    """Write this many directives."""
    return "{ moi { " + "id @include(if: true) " * count + "} }"


def operations(count: int) -> str:
    """Write this many operations."""
    return " ".join(f"query o{i} {{ moi {{ id }} }}" for i in range(count))


def tokens(count: int) -> str:
    """Write this many lexical tokens in few fields: a list argument takes them."""
    return "{ nodes(ids: [" + '"a" ' * (count - 12) + "]) { id } }"


def octets(count: int) -> str:
    """Write this many bytes, most of them in a comment."""
    return (MOI + " #").ljust(count, "x")


class TestLimits:
    @pytest.mark.parametrize(
        ("write", "limit"),
        [(fields, 300), (aliases, 30), (directives, 30), (tokens, 1500), (octets, 20 * 1024)],
    )
    async def test_of_one_document(
        self, client: Client, agent: Compte, write: Any, limit: int
    ) -> None:
        """
        A document at a limit is accepted; one above it is a 400 with LIMITE_DEPASSEE for all.
        """
        assert "LIMITE_DEPASSEE" not in await ask(client, agent, write(limit))
        for accept in (JSON, GRAPHQL):
            body = asking(query=write(limit + 1))
            assert await send(client, agent, body, 400, accept=accept) == ["LIMITE_DEPASSEE"]

    async def test_of_bytes_counts_utf_8(self, client: Client, agent: Compte) -> None:
        """
        The size of a document is that of its UTF-8, not its number of characters.
        """
        query = MOI + " #" + "é" * 10_300
        assert await ask(client, agent, query) == ["LIMITE_DEPASSEE"]

    @pytest.mark.parametrize("excess", [0, 1])
    async def test_of_operations(self, client: Client, agent: Compte, excess: int) -> None:
        """
        A document has at most 10 operations.
        """
        body = asking(query=operations(10 + excess), operationName="o3")
        expected = ["LIMITE_DEPASSEE"] if excess else []
        assert await send(client, agent, body, 400 if excess else 200) == expected

    @pytest.mark.parametrize("excess", [0, 1])
    async def test_of_depth(self, client: Client, agent: Compte, excess: int) -> None:
        """
        A document is at most 12 deep: one of 13 is told its depth before it is validated.
        """
        query = "{ " + "a { " * (11 + excess) + "a" + " }" * (12 + excess)
        expected = "LIMITE_DEPASSEE" if excess else "BAD_USER_INPUT"
        assert set(await ask(client, agent, query)) == {expected}

    @pytest.mark.parametrize("excess", [0, 1])
    async def test_of_depth_through_fragments(
        self, client: Client, agent: Compte, excess: int
    ) -> None:
        """
        The depth of a fragment counts where it is spread.
        """
        query = "{ a { a { a { a { a { a { ...f } } } } } } } fragment f on X { "
        query += "b { " * (5 + excess) + "b" + " }" * (6 + excess)
        expected = "LIMITE_DEPASSEE" if excess else "BAD_USER_INPUT"
        assert set(await ask(client, agent, query)) == {expected}

    @pytest.mark.parametrize(
        "selection",
        ["a: {0} b: {0}", "... {{ a: {0} }} b: {0}", "...f ...g", "...h", "a: {0} ...f"],
    )
    async def test_of_mutations(self, client: Client, agent: Compte, selection: str) -> None:
        """
        A document has one mutation root, however it is written.
        """
        one = 'cloturer(input: {id: "x"}) { __typename }'
        fragments = {
            "f": f" fragment f on Mutation {{ c: {one} }}",
            "g": f" fragment g on Mutation {{ d: {one} }}",
            "h": f" fragment h on Mutation {{ e: {one} f: {one} }}",
        }
        query = "mutation { " + selection.format(one) + " }"
        query += "".join(text for name, text in fragments.items() if f"...{name}" in selection)
        assert await ask(client, agent, query) == ["LIMITE_DEPASSEE"]

    async def test_of_lists(self, client: Client, agent: Compte) -> None:
        """
        A list of an input has at most 100 items.
        """
        query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        assert await ask(client, agent, query, ids=["a"] * 100) == []
        codes = await ask(client, agent, query, ids=["a"] * 101)
        assert codes in (["LIMITE_DEPASSEE"], ["BAD_USER_INPUT"])
