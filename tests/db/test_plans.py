"""What no statement does."""

import re
from typing import Any

import pytest

from client import Client
from fabrique import Make
from solli_graphql.db.database import Statement


class TestPlans:
    @pytest.mark.parametrize(
        "query",
        [
            """{ synthese(espace: RECUES, first: 3) { totalCount
                 nodes { historique(first: 2) { seq } } pageInfo { endCursor } } }""",
            """{ sollicitations(espace: RECUES, filtre: {texte: "abc"}, last: 2)
                 { nodes { id commentairesEmetteur { texte } } } }""",
            "{ structures(first: 5) { nodes { services { code } } } categories { code } }",
            "{ moi { id } nodes(ids: []) { id } }",
        ],
    )
    async def test_skip_no_rows(
        self, client: Client, make: Make, monkeypatch: pytest.MonkeyPatch, query: str
    ) -> None:
        """
        No statement skips rows by OFFSET, which would read them; SQLite's is the constant 0.
        """
        s = await make.affaire()
        seen: list[tuple[str, list[Any]]] = []
        fetch = client.db.fetch

        async def told(statement: Statement[Any], values: Any) -> Any:
            text = statement.on(client.db.dialect)
            seen.append((text.sql, text.bind(values)))
            return await fetch(statement, values)

        monkeypatch.setattr(client.db, "fetch", told)
        assert (await client.execute(query, par=s.recepteur)).codes == []
        assert seen
        for sql, bound in seen:
            for found in re.finditer(r"\bOFFSET\b", sql):
                assert client.db.dialect.name == "sqlite"
                assert bound[sql[: found.start()].count("?")] == 0
