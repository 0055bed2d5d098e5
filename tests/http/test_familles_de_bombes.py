"""The families of bombs of benchmarks/bombs, each in its three sizes."""

import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[2]))  # benchmarks is no part of the product
from benchmarks.bombs.families import FAMILIES, Bomb, bombs

from client import Client, Compte
from graphql import GraphQLError
from requetes import checked
from solli_graphql.domain.errors import SolliError
from solli_graphql.graphql.coercion import RequestError
from solli_graphql.graphql.documents import Document
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.schema import core, schema

REFUSED = {"LIMITE_DEPASSEE", "BAD_USER_INPUT"}
CALLS = 400_000  # of functions, Python's and C's, to judge one document
ANSWER = 256 * 1024  # bytes
BY_FAMILY = {name: [b for b in bombs() if b.family == name] for name in FAMILIES}


def judged(text: str) -> int:
    """Count the calls of functions that judging a document takes."""
    calls = Counter[str]()

    def count(_: FrameType, event: str, __: Any) -> None:
        calls[event] += 1

    sys.setprofile(count)
    try:
        Document(schema, core(), Limits(), text)
    except (SolliError, RequestError, GraphQLError):
        pass
    finally:
        sys.setprofile(None)
    return calls["call"] + calls["c_call"]


def documents() -> list[Any]:
    """List the documents of the families, about at the limits."""
    written = {name: family.write(family.counts[1]) for name, family in FAMILIES.items()}
    texts = {n: w.get("query") if isinstance(w, dict) else w for n, w in written.items()}
    return [pytest.param(t, id=name) for name, t in texts.items() if isinstance(t, str)]


class TestFamilies:
    def test_are_many(self) -> None:
        """
        There are more than a hundred families.
        """
        assert len(FAMILIES) > 100

    @pytest.mark.parametrize("text", documents())
    def test_take_a_bounded_work(self, text: str) -> None:
        """
        Judging a document takes so many calls at most, whatever it holds: a count, not a time.
        """
        assert judged(text) < CALLS

    @pytest.mark.parametrize("family", FAMILIES)
    async def test_are_answered_or_refused(
        self, client: Client, agent: Compte, family: str
    ) -> None:
        """
        Each size is answered or clearly refused, without much to read; beyond the limits, refused.
        """
        for bomb in BY_FAMILY[family]:
            codes = await self._send(client, agent, bomb)
            assert codes <= REFUSED, bomb.size
            assert codes or bomb.size != "beyond"

    async def _send(self, client: Client, par: Compte, bomb: Bomb) -> set[str]:
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {client.jeton(par.courriel)}",
        }
        r = await client.http.post("/graphql", content=bomb.body(1), headers=headers)
        assert len(r.content) < ANSWER
        errors = checked(r).get("errors", [])
        assert all(e["message"] for e in errors)
        return {e["extensions"]["code"] for e in errors}
