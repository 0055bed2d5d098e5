"""How a database means to answer: the statements of an operation, and the plan of each."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from solli_graphql.db.database import Database, Statement
from solli_graphql.db.plan.reader import Reader
from solli_graphql.domain.acteur import Acteur
from solli_graphql.graphql.executor import Executor, Request
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.schema import readable
from solli_graphql.services.liens import Liens

GRANDES = (
    *("sollicitation", "sollicitation_recherche", "historique", "historique_texte"),
    *("piece_jointe", "evenement", "idempotence"),
)
SQLITE_SCAN = re.compile(r"SCAN (\w+?)(_\d+)?( USING (COVERING )?INDEX .*| VIRTUAL TABLE .*)?")


@dataclass
class Plans:
    """Answers operations, and keeps the statements that were sent."""

    db: Database
    sent: list[tuple[Statement[Any], Mapping[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        reader = Reader(self, readable(), secret=b"s" * 32, links=Liens(b"").pour)  # type: ignore[arg-type]
        self._executor = Executor(reader, None, limits=Limits(), open_introspection=False)

    @property
    def dialect(self) -> Any:
        """Give the dialect of the database."""
        return self.db.dialect

    async def fetch(self, statement: Statement[Any], values: Mapping[str, Any]) -> Any:
        """Note the statement, and run it."""
        self.sent.append((statement, values))
        return await self.db.fetch(statement, values)

    async def faults(self, acteur: Acteur, query: str, **variables: Any) -> list[str]:
        """Answer an operation, and list what its plans do that none should."""
        self.sent.clear()
        reply = await self._executor.execute(acteur, Request(query, variables, None))
        assert "errors" not in reply.body, reply.body
        return [f for sent in self.sent for f in await self._of(*sent)]

    async def _of(self, statement: Statement[Any], values: Mapping[str, Any]) -> list[str]:
        text = statement.on(self.dialect)
        bound = text.bind(values)
        if self.dialect.name == "sqlite":
            return [*_skipped(text.sql, bound), *self._sqlite(text.sql, bound)]
        found = await self._postgres(text.sql, bound)
        return [*found, *(["OFFSET"] if "OFFSET" in text.sql else [])]

    def _sqlite(self, sql: str, bound: list[Any]) -> Iterator[str]:
        connection: Any = self.db._short_reads  # type: ignore[attr-defined]
        for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", bound):
            scan = SQLITE_SCAN.fullmatch(step)
            if scan and scan[1] in GRANDES and not scan[3]:
                yield step

    async def _postgres(self, sql: str, bound: list[Any]) -> list[str]:
        pool: Any = self.db._pool  # type: ignore[attr-defined]
        async with pool.acquire() as connection:
            told = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *bound)
        return [
            f"{n['Node Type']} on {n['Relation Name']}"
            for n in _nodes(json.loads(told)[0]["Plan"])
            if n["Node Type"] == "Seq Scan" and n["Relation Name"] in GRANDES
        ]


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _skipped(sql: str, bound: list[Any]) -> Iterator[str]:
    """SQLAlchemy writes an OFFSET for SQLite, whose value must be the constant 0."""
    for found in re.finditer(r"\bOFFSET\b", sql):
        if bound[sql[: found.start()].count("?")] != 0:
            yield "OFFSET"
