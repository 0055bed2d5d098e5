"""Documents made to cost much: doublings, cycles, chains and brackets."""

import asyncio
import time
from typing import Any

import pytest

from client import Client, Compte
from requetes import MOI, ask
from solli_graphql.db.plan.reader import Reader
from solli_graphql.graphql.coercion import RequestError
from solli_graphql.graphql.documents import Document, Documents
from solli_graphql.graphql.executor import Executor, Request
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.schema import core, readable, schema
from solli_graphql.services.liens import Liens


def doubling(levels: int) -> str:
    """Write a chain of fragments, each spread twice by the one before it."""
    chain = "".join(
        f" fragment f{i} on Utilisateur {{ ...f{i + 1} ...f{i + 1} }}" for i in range(levels)
    )
    return f"{{ moi {{ ...f0 }} }}{chain} fragment f{levels} on Utilisateur {{ id }}"


def chain(length: int) -> list[str]:
    """Write fragments that spread one the next."""
    links = [f"fragment f{i} on Query {{ ...f{i + 1} }}" for i in range(length)]
    return [*links, f"fragment f{length} on Query {{ moi {{ id }} }}"]


def each(count: int) -> str:
    """Write fragments of one field each."""
    return " ".join(f"fragment f{i} on Query {{ __typename }}" for i in range(count))


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

    @pytest.mark.parametrize("turned", [False, True])
    async def test_a_chain_of_fragments_is_bounded(
        self, client: Client, agent: Compte, *, turned: bool
    ) -> None:
        """
        Selections are at most 40 levels within each other, by fragments too, whatever their order.
        """
        for length, codes in ((37, []), (38, ["LIMITE_DEPASSEE"]), (180, ["LIMITE_DEPASSEE"])):
            parts = ["{ ...f0 }", *chain(length)]
            query = " ".join(reversed(parts) if turned else parts)
            assert await ask(client, agent, query) == codes

    @pytest.mark.parametrize("length", [2, 40, 180])
    async def test_rings_of_fragments_never_reach_validation(
        self, client: Client, agent: Compte, length: int
    ) -> None:
        """
        A ring of fragments is refused by the guard's own pass, however long.
        """
        parts = [f"fragment f{i} on Query {{ ...f{(i + 1) % length} }}" for i in range(length)]
        reply = await client.execute("{ ...f0 } " + " ".join(parts), par=agent)
        told = "Le fragment f0 se contient lui-même." if length < 40 else "L'imbrication de ce"
        assert reply.body["errors"][0]["message"].startswith(told)

    @pytest.mark.parametrize("kind", ["query", "mutation"])
    async def test_doublings_that_select_nothing(
        self, client: Client, agent: Compte, kind: str
    ) -> None:
        """
        Thirty doublings that end in an unknown fragment are refused, in a mutation as in a query.
        """
        parts = [f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(30)]
        query = f"{kind} {{ ...f0 }} " + " ".join(parts)
        assert await ask(client, agent, query) == ["LIMITE_DEPASSEE"]

    @pytest.mark.parametrize(
        ("write", "limit"),
        [
            (lambda n: "{ " + "moi { id } " * n + "}", 69),
            (lambda n: "{ " + 'node(id: "a") { id } ' * n + "}", 69),
            (lambda n: "{ " + "... on Query { moi { id } } " * n + "}", 69),
            (lambda n: "{ " + " ".join(f"...f{i}" for i in range(n)) + " } " + each(n), 69),
        ],
    )
    async def test_repeated_fields_are_bounded(
        self, client: Client, agent: Compte, write: Any, limit: int
    ) -> None:
        """
        Fields that validation compares two by two are 69 of one name, if they hold something.
        """
        assert await ask(client, agent, write(limit)) == []
        assert await ask(client, agent, write(limit + 1)) == ["LIMITE_DEPASSEE"]

    async def test_unused_fragments_count(self, client: Client, agent: Compte) -> None:
        """
        The fields of a fragment that nothing uses count as others.
        """
        query = "{ moi { id } } fragment f on Query { " + "moi { id } " * 300 + "}"
        assert await ask(client, agent, query) == ["LIMITE_DEPASSEE"]

    async def test_no_fragment_hides_another(self, client: Client, agent: Compte) -> None:
        """
        Two fragments of one name are refused before validation, which would look at both.
        """
        query = "{ moi { ...f } } fragment f on Utilisateur { " + "id " * 1000 + "}"
        query += " fragment f on Utilisateur { id }"
        reply = await client.execute(query, par=agent)
        assert [e["message"] for e in reply.body["errors"]] == [
            "Deux fragments de ce document ont le même nom."
        ]

    async def test_comments_are_tokens(self, client: Client, agent: Compte) -> None:
        """
        Comments count as tokens: 10,000 of them are refused, wherever they stand.
        """
        for query in ("#\n" * 9000 + MOI, MOI + "#\n" * 9000, "{" + "#\n" * 9000):
            assert await ask(client, agent, query) == ["LIMITE_DEPASSEE"]

    def test_an_error_does_not_show_the_document_at_each_place(self) -> None:
        """
        A refusal that names 350 places keeps one line, not an excerpt of the document for each.
        """
        query = "query(" + "\n" * 10_000 + "$a: Int " * 350 + ") { moi { id } }"
        with pytest.raises(RequestError) as refused:
            Document(schema, core(), Limits(), query)
        assert len(str(refused.value)) < 100


class TestKept:
    def test_documents_are_kept_within_a_weight(self) -> None:
        """
        Small documents are kept by the hundred, those of many roots by the dozen; listed ones stay.
        """
        listed = Document(schema, core(), Limits(), "{ __typename }")
        kept = Documents({"listed": listed})
        for i in range(600):
            kept.keep(f"a{i}", Document(schema, core(), Limits(), f"{{ a{i}: __typename }}"))
        assert len(kept) == 513
        assert "a599" in kept
        roots = " ".join(f"a{i}: __typename" for i in range(30))
        large = Document(schema, core(), Limits(), f"{{ {roots} }}")
        for i in range(600):
            kept.keep(f"b{i}", large)
        assert len(kept) < 30
        assert {"listed", "b599"} <= kept.keys()


class Watched(Limits):
    """Limits that tell how many documents are judged at the same time."""

    judging = most = 0

    def check_text(self, text: str) -> int:
        Watched.judging += 1
        Watched.most = max(Watched.most, Watched.judging)
        time.sleep(0.01)
        tokens = super().check_text(text)
        Watched.judging -= 1
        return tokens


class TestTurns:
    async def test_documents_are_judged_one_at_a_time(self, client: Client) -> None:
        """
        New documents that come together are parsed and validated one after the other.
        """
        reader = Reader(client.db, readable(), secret=b"", links=Liens(b"").pour)
        executor = Executor(reader, None, limits=Watched(), open_introspection=True)
        requests = [Request(f"{{ a{i}: __typename }}", {}) for i in range(8)]
        replies = await asyncio.gather(*(executor.execute(None, r) for r in requests))
        assert [r.body["data"] for r in replies] == [{f"a{i}": "Query"} for i in range(8)]
        assert Watched.most == 1
