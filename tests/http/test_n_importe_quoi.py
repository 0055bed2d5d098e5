"""Anything at all, as a body, a query or a variable."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client import Client, Compte
from requetes import asking, send

SETTINGS = settings(
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
