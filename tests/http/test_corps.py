"""Bodies: malformed, too long, and of another Content-Type."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from client import Client, Compte
from requetes import GRAPHQL, JSON, asking, send

WRONG: dict[str, list[Any]] = {
    "query": [1, [], {}, True],
    "variables": ["a", [], 1, False],
    "extensions": ["a", [], 1, False],
    "operationName": [1, [], {}, True],
}
DEEP = b"[" * 100_000 + b"]" * 100_000


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

    @pytest.mark.parametrize("excess", [0, 1])
    async def test_brackets_are_counted(self, client: Client, agent: Compte, excess: int) -> None:
        """
        A body has at most 20,000 objects and lists: reading them would hold others up.
        """
        others = 5  # of the body, of its query, of its variables and of their list
        lists: list[list[str]] = [[]] * (20_000 - others + excess)
        codes = await send(client, agent, asking(variables={"a": lists}))
        assert codes == (["BAD_USER_INPUT"] if excess else [])
