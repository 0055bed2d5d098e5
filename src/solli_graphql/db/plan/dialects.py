"""All that differs between the two SQL dialects in a read."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles


class Listed(sa.types.TypeDecorator[list[Any]]):
    """A list bound as one value: an array, or JSON text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(self.item))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return value if dialect.name == "postgresql" else orjson.dumps(value).decode()


class In(sa.ColumnElement[bool]):
    """A column that is one of a bound list's values."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: sa.ColumnElement[Any], name: str) -> None:
        item = sa.BigInteger() if isinstance(column.type, sa.Integer) else sa.Text()
        self.column, self.listed = column, sa.bindparam(name, type_=Listed(item))


@compiles(In, "postgresql")
def _in_array(element: In, compiler: Any, **kw: Any) -> str:
    column, listed = (compiler.process(e, **kw) for e in (element.column, element.listed))
    return f"{column} = ANY({listed})"


@compiles(In, "sqlite")
def _in_json(element: In, compiler: Any, **kw: Any) -> str:
    column, listed = (compiler.process(e, **kw) for e in (element.column, element.listed))
    return f"{column} IN (SELECT value FROM json_each({listed}))"  # noqa: S608 - compiled parts


def contains(column: sa.ColumnElement[Any], name: str, count: int) -> sa.ColumnElement[bool]:
    """Compare with one bound value, or several: one is `=`, which keeps the index order."""
    if count == 1:
        return column == sa.bindparam(name, type_=column.type)
    return In(column, name)


class Nested(sa.ColumnElement[Any]):
    """A list of rows inside a row, from a correlated select."""

    inherit_cache = False
    type = sa.types.NullType()

    def __init__(self, select: sa.Select[Any]) -> None:
        self.select = select


@compiles(Nested, "postgresql")
def _nested_array(element: Nested, compiler: Any, **kw: Any) -> str:
    columns = [c.element for c in element.select.selected_columns if isinstance(c, sa.Label)]
    rows = element.select.with_only_columns(sa.func.row(*columns), maintain_column_froms=True)
    return f"array{compiler.process(rows.scalar_subquery(), **kw)}"


@compiles(Nested, "sqlite")
def _nested_json(element: Nested, compiler: Any, **kw: Any) -> str:
    # A .subquery() in FROM would not be correlated: the text of a scalar one is put there.
    columns = ", ".join(f"n.{c.key}" for c in element.select.selected_columns)
    rows = compiler.process(element.select.scalar_subquery(), **kw)
    return f"(SELECT json_group_array(json_array({columns})) FROM {rows} n)"  # noqa: S608 - compiled parts


def nested_rows(dialect: str) -> Callable[[Any], Sequence[Any]]:
    """Give what turns a nested column into rows: asyncpg has already decoded it."""
    return orjson.loads if dialect == "sqlite" else list
