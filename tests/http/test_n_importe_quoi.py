"""Anything at all, as a body, a query or a variable."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[2]))  # benchmarks is no part of the product
from benchmarks.fuzz import links
from benchmarks.fuzz.__main__ import documents
from benchmarks.fuzz.checks import Found, call, run
from benchmarks.fuzz.inputs import Inputs, Sent

from client import Client, Compte
from fabrique import Make
from requetes import asking, send
from solli_graphql.app import create_app
from solli_graphql.settings import Settings

REQUESTS_OF_ALL_KINDS = 1500  # python -m benchmarks.fuzz sends 200,000
SETTINGS = hypothesis_settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(SCALARS, lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=12)
REQUESTS = st.dictionaries(
    st.sampled_from(["query", "variables", "operationName", "extensions"]), VALUES
)
WORDS = st.sampled_from(
    [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "$a",
        "@skip(if: true)",
        "...",
        "on",
        "Query",
        "query",
        "mutation",
        "fragment",
        "f",
        "moi",
        "id",
        "node",
        "nodes",
        '"x"',
        "1",
        "null",
        "__schema",
        "__typename",
        "synthese",
        "espace: SUPPORT",
        "subscription",
        "#",
        "\ufeff",
    ]
)


class TestAnything:
    @SETTINGS
    @given(value=VALUES | REQUESTS)
    async def test_as_a_body(self, client: Client, agent: Compte, value: Any) -> None:
        """
        Any JSON value as a body gets an answer below 500, with a code.
        """
        codes = await send(client, agent, json.dumps(value).encode())
        assert codes or isinstance(value, dict)

    @SETTINGS
    @given(query=st.text() | st.lists(WORDS, max_size=30).map(" ".join))
    async def test_as_a_query(self, client: Client, agent: Compte, query: str) -> None:
        """
        Any text as a query gets an answer below 500, with a code where it is refused.
        """
        await send(client, agent, asking(query=query))

    @SETTINGS
    @given(value=VALUES)
    async def test_as_a_variable(self, client: Client, agent: Compte, value: Any) -> None:
        """
        Any JSON value as an input gets an answer below 500, with a code.
        """
        query = "query($i: FiltreSollicitations!) { sollicitations(espace: SUPPORT, filtre: $i) "
        body = asking(query=query + "{ totalCount } }", variables={"i": value})
        assert await send(client, agent, body)

    async def test_at_every_door(self, client: Client, make: Make, settings: Settings) -> None:
        """
        Changes of good documents, bodies, headers and real links never get a 5xx, nor our insides.
        """
        s = await make.affaire()
        tokens = {"support": s.support, "emetteur": s.emetteur, "recepteur": s.recepteur}
        jetons = {role: client.jeton(qui.courriel) for role, qui in tokens.items()}
        app = create_app(settings)
        async with app.router.lifespan_context(app) as state:
            real = await links.links(app, state, jetons)
            assert len(real) > 3
            inputs = Inputs(1, list(jetons.values()), documents(), real)
            found = await run(app, state, inputs, REQUESTS_OF_ALL_KINDS)
        assert found.faults == []
        assert found.statuses.keys() == {"documents", "variables", "bodies", "headers", "paths"}
        assert all(statuses[200] for statuses in found.statuses.values())

    @pytest.mark.parametrize("path", ["/graphql/", "/telechargements/a/", "/schema.graphql/"])
    async def test_as_a_query_string(self, settings: Settings, path: str) -> None:
        """
        A query string that is not UTF-8 after a path that is nearly one of ours is a 404.
        """
        host = [(b"host", b"localhost")]
        sent = Sent("paths", "GET", path, b"\xff", host, b"")
        assert (await call(create_app(settings), None, sent))[0] == 404

    def test_what_is_wrong_is_found(self) -> None:
        """
        A 5xx, an internal error and a piece of our insides are faults; what was sent is none.
        """
        sent = Sent("bodies", "POST", "/graphql", b"", [], b"select sqlite")
        for status, body, faults in (
            (500, b"", 1),
            (200, b"ERREUR_INTERNE", 1),
            (400, b'File "/x/y.py", line 3', 1),
            (400, b"select sqlite", 0),
        ):
            found = Found()
            found.note(sent, status, body)
            assert len(found.faults) == faults
