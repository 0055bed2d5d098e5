"""What a reader reads from: a database, or nothing at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from solli_graphql.db.database import Statement, Values


class Source(Protocol):
    """What a reader asks of a database."""

    dialect: sa.Dialect

    async def fetch(self, statement: Statement[Any], values: Values) -> Sequence[Sequence[Any]]:
        """Read raw rows."""


@dataclass
class Nowhere:
    """A source that prepares statements and holds no rows: what is counted is 0."""

    dialect: sa.Dialect

    async def fetch(self, statement: Statement[Any], values: Values) -> Sequence[Sequence[Any]]:
        statement.on(self.dialect).bind(values)
        return [(0,)] if len(statement.core.exported_columns) == 1 else []
