"""Documents made to cost much: doublings, cycles, chains and brackets."""

from typing import Any

import pytest

from client import Client, Compte
from requetes import ask


def doubling(levels: int) -> str:
    """Write a chain of fragments, each spread twice by the one before it."""
    chain = "".join(
        f" fragment f{i} on Utilisateur {{ ...f{i + 1} ...f{i + 1} }}" for i in range(levels)
    )
    return f"{{ moi {{ ...f0 }} }}{chain} fragment f{levels} on Utilisateur {{ id }}"


class TestBombs:
    async def test_doubling_fragments_are_refused_in_linear_time(
        self, client: Client, agent: Compte
    ) -> None:
        """
        Thirty levels of fragments that double are refused: 2^30 fields are never walked.
        """
        assert await ask(client, agent, doubling(30)) == ["LIMITE_DEPASSEE"]

    @pytest.mark.parametrize("levels", [6, 7, 8])
    async def test_doubling_fragments_count_all_their_fields(
        self, client: Client, agent: Compte, levels: int
    ) -> None:
        """
        A fragment spread twice counts twice: 2^8 fields are within 300, 2^9 are not.
        """
        assert await ask(client, agent, doubling(levels)) == []
        assert await ask(client, agent, doubling(9)) == ["LIMITE_DEPASSEE"]

    @pytest.mark.parametrize(
        "query",
        [
            "{ moi { ...a } } fragment a on Utilisateur { ...a }",
            "{ moi { ...a } } fragment a on Node { ...b } fragment b on Node { ...a }",
            "{ ...a } fragment a on Query { moi { id } ...b } fragment b on Query { ...a }",
            "mutation { ...a } fragment a on Mutation { ...a }",
        ],
    )
    async def test_cycles_are_refused(self, client: Client, agent: Compte, query: str) -> None:
        """
        A fragment that spreads itself is refused.
        """
        assert set(await ask(client, agent, query)) <= {"BAD_USER_INPUT", "LIMITE_DEPASSEE"}
        assert await ask(client, agent, query)

    @pytest.mark.parametrize(
        "query",
        [
            "{" * 1000,
            "{a" * 400,
            "{ moi { id }",
            "}",
            "{ moi(",
            "{ moi { id } } }",
            f"{{ node(id: {'[' * 700}{']' * 700}) {{ id }} }}",
            f"{{ node(id: {'[' * 1000}",
            f"{{ node(id: {'{a:' * 450}1{'}' * 450}) {{ id }} }}",
            f"query($a: {'[' * 700}Int",
            f"query($a: Int = {'[' * 500}1{']' * 500}) {{ moi {{ id }} }}",
        ],
    )
    async def test_brackets_are_refused(self, client: Client, agent: Compte, query: str) -> None:
        """
        Brackets left open, or nested by the hundred, are refused without being recursed on.
        """
        codes = set(await ask(client, agent, query))
        assert codes
        assert codes <= {"BAD_USER_INPUT", "LIMITE_DEPASSEE"}

    @pytest.mark.parametrize("level", [list, dict])
    async def test_deep_variables_are_refused(
        self, client: Client, agent: Compte, level: type
    ) -> None:
        """
        Variables nested by the hundred are refused.
        """
        value: Any = "x"
        for _ in range(300):
            value = [value] if level is list else {"texte": value}
        query = "query($f: FiltreStructures) { structures(filtre: $f) { totalCount } }"
        assert set(await ask(client, agent, query, f=value)) <= {
            "BAD_USER_INPUT",
            "LIMITE_DEPASSEE",
        }

    async def test_a_chain_of_fragments_is_answered(self, client: Client, agent: Compte) -> None:
        """
        The longest chain of fragments that fits in 1,500 tokens is answered, or refused.
        """
        chain = "".join(f" fragment f{i} on Query {{ ...f{i + 1} }}" for i in range(180))
        query = f"{{ ...f0 }}{chain} fragment f180 on Query {{ moi {{ id }} }}"
        assert await ask(client, agent, query) in ([], ["LIMITE_DEPASSEE"])
        query = query.replace("moi { id }", "__schema { queryType { name } }")
        assert await ask(client, agent, query) in ([], ["LIMITE_DEPASSEE"])
