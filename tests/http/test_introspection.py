"""Introspection, alone and beside data."""

import pytest

from client import Client, Compte
from graphql import execute_sync, get_introspection_query, parse
from requetes import MOI, ask
from solli_graphql.graphql.schema import core

INTROSPECTIONS = (
    get_introspection_query(specified_by_url=True, input_value_deprecation=True),
    """
      { __type(name: "Query") { __typename kind fields { ...f type { ofType { ...t } } } } }
      fragment f on __Field { name args { name defaultValue } isDeprecated }
      fragment t on __Type { kind name possibleTypes { name } interfaces { name } }
    """,
    """
      query($d: Boolean = true, $n: Boolean = false) { __schema { subscriptionType { name } types {
        name @skip(if: $n) enumValues(includeDeprecated: $d) { name } isOneOf specifiedByURL
        inputFields { name type { name kind } } inputFields { isDeprecated }
      } } }
    """,
    """
      { a: __type(name: "Rien") { name } __typename
        __schema { directives { name locations args { name } isRepeatable } } }
    """,
)


class TestIntrospection:
    async def test_the_standard_one_is_accepted(self, client: Client) -> None:
        """
        The standard introspection query is answered, without a token in demo mode.
        """
        query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)
        reply = await client.execute(query)
        assert reply.codes == []
        assert reply.data["__schema"]["queryType"]["name"] == "Query"

    @pytest.mark.parametrize(
        "query",
        [
            "{ __typename }",
            '{ __type(name: "Query") { name } }',
            "mutation { __typename }",
            "{ ...f } fragment f on Query { __schema { types { name } } }",
        ],
    )
    async def test_the_pure_one_is_open(self, client: Client, query: str) -> None:
        """
        Pure introspection needs no token in demo mode.
        """
        assert await ask(client, None, query) == []

    @pytest.mark.parametrize(
        "query",
        [
            MOI,
            "{ __typename moi { id } }",
            "{ __schema { types { name } } ...f } fragment f on ",
            "{ __typename moi @skip(if: false) { id } }",
            "{ categories { code } }",
        ],
    )
    async def test_data_needs_a_token(self, client: Client, query: str) -> None:
        """
        Introspection mixed with data needs a token.
        """
        query += "Query { moi { id } }" if query.endswith("on ") else ""
        reply = await client.execute(query)
        assert (reply.status, reply.codes) == (401, ["NON_AUTHENTIFIE"])
        assert "data" not in reply.body

    async def test_stands_beside_data_and_variables(self, client: Client, agent: Compte) -> None:
        """
        Introspection is answered beside data whose variables are of any type.
        """
        query = """
          query($du: Date, $f: FiltreSollicitations!, $e: Espace!, $nom: String!) {
            __type(name: $nom) { name }
            a: sollicitations(espace: $e, filtre: $f) { totalCount }
            b: sollicitations(espace: $e, filtre: { deposeeDu: $du }, first: 0) { totalCount }
          }"""
        filtre = {"deposeeDu": "2031-01-01", "statut": ["A_TRAITER"]}
        reply = await client.execute(
            query, par=agent, du="2031-01-01", f=filtre, e="SUPPORT", nom="Date"
        )
        assert reply.codes == []
        assert reply.data["__type"] == {"name": "Date"}

    @pytest.mark.parametrize("query", INTROSPECTIONS)
    async def test_answers_as_graphql_core(self, client: Client, agent: Compte, query: str) -> None:
        """
        Introspection answers what graphql-core does.
        """
        expected = execute_sync(core(), parse(query))
        assert expected.errors is None
        reply = await client.execute(query, par=agent)
        assert (reply.codes, reply.data) == ([], expected.data)

    async def test_is_bounded(self, client: Client, agent: Compte) -> None:
        """
        Introspection gives at most 12,000 fields, all roots together.
        """
        types = "types { fields { name args { name description type { name kind } } } }"
        for inside in (
            " ".join(f"a{i}: __schema {{ {types} }}" for i in range(30)),
            "__schema { " + " ".join(f"a{i}: {types}" for i in range(30)) + " }",
        ):
            assert set(await ask(client, agent, f"{{ {inside} }}")) == {"LIMITE_DEPASSEE"}
