"""The GraphQL door: bodies, media types, methods and documents of every unwelcome kind."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabrique import TRAITER, Client, Compte, Make
from graphql import get_introspection_query
from solli_graphql.domain.acteur import Role
from solli_graphql.domain.workflow import DestinataireActuel, Routage

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
MOI = "{ moi { id } }"
LEAKS = re.compile(
    r"Traceback|File \"|site-packages|/work/|\.py\b|SELECT |INSERT |sqlite|asyncpg|sqlalchemy",
    re.IGNORECASE,
)
WRONG: dict[str, list[Any]] = {
    "query": [1, [], {}, True],
    "variables": ["a", [], 1, False],
    "extensions": ["a", [], 1, False],
    "operationName": [1, [], {}, True],
}
DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.fixture(scope="session")
async def agent(client: Client, make: Make) -> Compte:
    """
    Somebody of the support, who has a sollicitation to read.
    """
    assert client
    chez = DestinataireActuel.SUPPORT
    s = await make.affaire(destinataire=chez, routage=Routage.SUPPORT)
    return s.support


def checked(r: httpx.Response) -> Any:
    """Check what holds of every answer: never a 5xx, nothing of our insides; give its body."""
    assert r.status_code < 500, r.text
    assert not LEAKS.search(r.text), r.text
    body = r.json()
    assert "data" in body or body["errors"], body
    for error in body.get("errors", []):
        assert re.fullmatch(r"[A-Z_]+", error["extensions"]["code"])
        assert error["extensions"]["code"] != "ERREUR_INTERNE", body
    return body


async def send(
    client: Client, par: Compte, content: Any, status: int | None = None, **headers: str
) -> list[str]:
    """POST these bytes with a token, check the answer, and give its codes."""
    sent = {"content-type": JSON, "authorization": f"Bearer {client.jeton(par.courriel)}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    r = await client.http.post("/graphql", content=content, headers=sent)
    if status is not None:
        assert r.status_code == status, r.text
    return [e["extensions"]["code"] for e in checked(r).get("errors", [])]


async def ask(client: Client, par: Compte | None, query: str, **variables: Any) -> list[str]:
    """Send a document, check the answer, and give its codes."""
    headers = {} if par is None else {"authorization": f"Bearer {client.jeton(par.courriel)}"}
    body = {"query": query, "variables": variables}
    r = await client.http.post("/graphql", json=body, headers=headers)
    return [e["extensions"]["code"] for e in checked(r).get("errors", [])]


def asking(**parts: Any) -> bytes:
    """Write a body that asks for `moi`, with parts that replace or complete it."""
    return json.dumps({"query": MOI, **parts}).encode()


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"null",
            b'"x"',
            b"[]",
            b"{}",
            b"1",
            b"true",
            b"",
            b"{",
            b"\xff\xfe",
            b"\x00",
            DEEP,
            b'{"query":' + DEEP + b"}",
            b'{"query":"{moi{id}}","variables":{"a":"\\ud800"}}',
            b'{"query":"{moi{id}} #\xe9"}',
            b'{"query":"{moi{id}}"}{}',
            b'{"query":NaN}',
            b'[{"query":"{moi{id}}"}]',
            b'{"query":null}',
            b'{"query":""}',
            b'{"query":" \\n"}',
        ],
    )
    async def test_a_malformed_one_is_refused(
        self, client: Client, agent: Compte, body: bytes
    ) -> None:
        """
        A body that is not a request is a 400 with BAD_USER_INPUT, in both media types.
        """
        assert await send(client, agent, body, 400) == ["BAD_USER_INPUT"]
        assert await send(client, agent, body, 400, accept=GRAPHQL) == ["BAD_USER_INPUT"]

    @pytest.mark.parametrize(
        ("name", "value"), [(n, v) for n, values in WRONG.items() for v in values]
    )
    async def test_a_part_of_a_wrong_type_is_refused(
        self, client: Client, agent: Compte, name: str, value: Any
    ) -> None:
        """
        The query and operationName are texts, variables and extensions objects; else it is a 400.
        """
        assert await send(client, agent, asking(**{name: value}), 400) == ["BAD_USER_INPUT"]

    async def test_absent_and_null_parts_are_the_same(self, client: Client, agent: Compte) -> None:
        """
        Null variables, extensions and operationName, and unknown parts, change nothing.
        """
        parts = {"variables": None, "extensions": None, "operationName": None, "autre": 1}
        assert await send(client, agent, asking(**parts), 200) == []

    @pytest.mark.parametrize("excess", [0, 1])
    async def test_the_limit_is_256_kib(self, client: Client, agent: Compte, excess: int) -> None:
        """
        A body of 256 KiB is read; one byte more is a 413 with LIMITE_DEPASSEE.
        """
        body = asking().ljust(256 * 1024 + excess)

        codes = await send(client, agent, body, 413 if excess else 200)

        assert codes == ["LIMITE_DEPASSEE"] * excess

    async def test_an_endless_one_is_cut(self, client: Client, agent: Compte) -> None:
        """
        A chunked body without Content-Length is cut once it is over the limit.
        """
        read = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal read
            while read < 100:
                read += 1
                yield b" " * 16_384

        assert await send(client, agent, endless(), 413) == ["LIMITE_DEPASSEE"]
        assert read < 20

    @pytest.mark.parametrize(
        "given_type",
        [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/graphql",
            "application/json; charset=latin-1",
            "application/jsonx",
        ],
    )
    async def test_another_content_type_is_415(
        self, client: Client, agent: Compte, given_type: str
    ) -> None:
        """
        Only application/json in UTF-8 is read: anything else is a 415, so that no form can post.
        """
        codes = await send(client, agent, asking(), 415, content_type=given_type)
        assert codes == ["BAD_USER_INPUT"]

    @pytest.mark.parametrize(
        "given_type",
        ["application/json;charset=utf-8", 'Application/JSON; Charset="UTF-8"', JSON],
    )
    async def test_json_has_several_writings(
        self, client: Client, agent: Compte, given_type: str
    ) -> None:
        """
        The Content-Type is read without regard to case or to its charset's quotes.
        """
        assert await send(client, agent, asking(), 200, content_type=given_type) == []


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

        assert r.json() == {"data": {"node": {"id": agent.gid}}}

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


def doubling(levels: int) -> str:
    """Write a chain of fragments, each spread twice by the one before it."""
    chain = "".join(
        f" fragment f{i} on Utilisateur {{ ...f{i + 1} ...f{i + 1} }}" for i in range(levels)
    )
    return f"{{ moi {{ ...f0 }} }}{chain} fragment f{levels} on Utilisateur {{ id }}"


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


class TestValues:
    @pytest.mark.parametrize(
        "root",
        [
            "node(id: $t) { id }",
            "nodes(ids: [$t]) { id }",
            "sollicitation(numero: $t) { id }",
            "structure(identifiant: $t) { id }",
            "structures(filtre: {texte: $t}) { totalCount }",
            "synthese(espace: SUPPORT, after: $t) { totalCount }",
        ]
        + [
            f"sollicitations(espace: SUPPORT, filtre: {{{c}: $t}}) {{ totalCount }}"
            for c in (
                *("numero", "categorie", "sousCategorie", "identifiantEmetteur"),
                *("serviceDestinataire", "numeroObjet", "texte", "priseEnChargePar"),
            )
        ],
    )
    async def test_texts_of_queries(self, client: Client, agent: Compte, root: str) -> None:
        """
        A NUL in a query's argument is BAD_USER_INPUT; any other text finds something or nothing.
        """
        type_ = "ID!" if "id" in root.split(":", maxsplit=1)[0] or "priseEn" in root else "String!"
        query = f"query($t: {type_}) {{ {root} }}"
        assert await ask(client, agent, query, t="abc\0def") == ["BAD_USER_INPUT"]
        for texte in ("😀é\u202e\u200b'\"%_\\", "x" * 50_000, "\u0001\r\n\t", "' OR 1=1 --"):
            codes = await ask(client, agent, query, t=texte)
            assert set(codes) <= {"BAD_USER_INPUT", "CRITERE_REQUIS"}

    @pytest.mark.parametrize("texte", ["a\0b", "\0", "a\x07b"])
    async def test_texts_of_mutations(self, client: Client, make: Make, texte: str) -> None:
        """
        A NUL in a mutation's text is the ChampInvalide of its field.
        """
        s = await make.affaire()
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": texte}
        reply = await client.execute(TRAITER, par=s.recepteur, input=entree)
        assert reply.codes == ["CHAMP_INVALIDE"]
        assert reply.data["traiter"]["champ"] == "miseAJour"

    @pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**63, 10**30, 10**300, 1.5, -1, 101])
    async def test_numbers(self, client: Client, agent: Compte, number: float) -> None:
        """
        A number out of bounds is BAD_USER_INPUT, as a variable and as a literal.
        """
        root = "synthese(espace: SUPPORT, first: {}) {{ totalCount }}"
        variable = "query($n: Int) { " + root.format("$n") + " }"
        body = f'{{"query": "{variable}", "variables": {{"n": {number}}}}}'.encode()
        assert await send(client, agent, body) == ["BAD_USER_INPUT"]
        assert await ask(client, agent, f"{{ {root.format(number)} }}") == ["BAD_USER_INPUT"]

    async def test_a_huge_expected_version_is_a_conflict_or_malformed(
        self, client: Client, make: Make
    ) -> None:
        """
        An expected version that cannot be is a conflict; one over 32 bits is malformed.
        """
        s = await make.affaire()
        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        for version, code in ((2**31 - 1, "CONFLIT_DE_VERSION"), (2**31, "BAD_USER_INPUT")):
            sent = {**entree, "versionAttendue": version}
            reply = await client.execute(TRAITER, par=s.recepteur, input=sent)
            assert reply.codes == [code]

    async def test_emoji_come_back_as_they_were(self, client: Client, make: Make) -> None:
        """
        A text outside the basic plane is stored and given back unchanged.
        """
        s = await make.affaire(description="Où ? 👩‍👩‍👧 𝒳 😀")
        query = "query($id: ID!) { node(id: $id) { ... on Sollicitation { description } } }"
        reply = await client.execute(query, par=s.recepteur, id=s.gid)
        assert reply.data["node"]["description"] == "Où ? 👩‍👩‍👧 𝒳 😀"


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


class TestIncidents:
    @pytest.mark.parametrize("where", ["fetch", "write"])
    async def test_an_exception_is_masked(
        self, client: Client, make: Make, monkeypatch: pytest.MonkeyPatch, where: str
    ) -> None:
        """
        What nobody foresaw is ERREUR_INTERNE with an incident number, and tells nothing else.
        """
        s = await make.affaire()

        async def fail(*_: Any, **__: Any) -> Any:
            message = "SELECT secret FROM /etc/passwd"
            raise RuntimeError(message)

        entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui."}
        await client.execute(MOI, par=s.recepteur)  # now known to the cache of tokens
        jeton = {"authorization": f"Bearer {client.jeton(s.recepteur.courriel)}"}
        await client.post({"query": MOI}, headers=jeton)
        monkeypatch.setattr(client.db, where, fail)
        query = MOI if where == "fetch" else TRAITER
        reply = await client.post({"query": query, "variables": {"input": entree}}, headers=jeton)

        assert reply.codes == ["ERREUR_INTERNE"]
        (error,) = reply.body["errors"]
        assert re.fullmatch("[0-9a-f]{32}", error["extensions"]["incident"])
        assert error["message"] == "Erreur interne."
        assert "secret" not in json.dumps(reply.body)
        assert not LEAKS.search(json.dumps(reply.body))

    async def test_an_exception_outside_of_the_execution_is_masked(
        self, client: Client, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        An exception before the execution is a 500 with the same shape.
        """
        agent = await make.role(Role.SUPPORT)

        async def fail(*_: Any) -> Any:
            message = "SELECT secret FROM /etc/passwd"
            raise RuntimeError(message)

        monkeypatch.setattr(client.db, "fetch", fail)  # the token's bearer is looked up
        reply = await client.execute(MOI, par=agent)

        assert (reply.status, reply.codes) == (500, ["ERREUR_INTERNE"])
        assert re.fullmatch("[0-9a-f]{32}", reply.body["errors"][0]["extensions"]["incident"])
        assert "secret" not in json.dumps(reply.body)
