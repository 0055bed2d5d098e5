"""All that differs between the two SQL dialects in a read."""

import re
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

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        return None if dialect.name == "postgresql" else _json


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class Condition(sa.ColumnElement[bool]):
    """A condition written as it is: compared with 1, as SQLAlchemy would, it loses its index."""

    inherit_cache = False
    type = sa.Boolean()

    def self_group(self, against: Any = None) -> Any:
        """Stand beside AND and OR without a comparison or parentheses."""
        del against
        return self


class In(Condition):
    """A column that is one of a bound list's values."""

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


class Untried(sa.ColumnElement[Any]):
    """A column that SQLite must not look up: it takes any index for a choice of ten rows."""

    inherit_cache = False

    def __init__(self, column: sa.ColumnElement[Any]) -> None:
        self.column, self.type = column, column.type


@compiles(Untried)
def _as_it_is(element: Untried, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.column, **kw))


@compiles(Untried, "sqlite")
def _plus(element: Untried, compiler: Any, **kw: Any) -> str:
    return f"+{compiler.process(element.column, **kw)}"


class Anywhere(sa.types.TypeDecorator[str]):
    """A text bound as the pattern that finds it anywhere, each character meaning itself."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return f"*{_GLOB.sub(_BRACKETED, value)}*"
        return f"%{_LIKE.sub(_ESCAPED, value)}%"


_GLOB, _BRACKETED = re.compile(r"[*?[]"), r"[\g<0>]"
_LIKE, _ESCAPED = re.compile(r"[\\%_]"), r"\\\g<0>"


class Holds(Condition):
    """A text column that holds a bound text; both are folded already."""

    def __init__(self, column: sa.ColumnElement[Any], name: str) -> None:
        self.column, self.pattern = column, sa.bindparam(name, type_=Anywhere())


@compiles(Holds, "postgresql")
def _like(element: Holds, compiler: Any, **kw: Any) -> str:
    column, pattern = (compiler.process(e, **kw) for e in (element.column, element.pattern))
    return f"{column} LIKE {pattern}"


@compiles(Holds, "sqlite")
def _glob(element: Holds, compiler: Any, **kw: Any) -> str:
    column, pattern = (compiler.process(e, **kw) for e in (element.column, element.pattern))
    return f"{column} GLOB {pattern}"


FEW = 500


class Found(Condition):
    """
    The row of a key, in a table of folded texts, holds a bound text.

    PostgreSQL chooses, by its statistics, whether to begin with the trigrams or to test each row.
    SQLite knows nothing of FTS5's: here it counts a few, then tests against the list of all of
    them, or where they are many reads the text of each row that its index brings.
    """

    def __init__(
        self, key: sa.ColumnElement[Any], text: sa.Column[Any], trigrams: str, name: str
    ) -> None:
        (primary,) = text.table.primary_key
        self.of, self.holds = key, Holds(text, name)
        self.trigrams = Holds(sa.literal_column(f"{trigrams}.{text.name}"), name)
        self.table = trigrams
        self.beside = sa.exists().where(primary == key, self.holds)


@compiles(Found, "postgresql")
def _exists(element: Found, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.beside, **kw))


@compiles(Found, "sqlite")
def _few_or_many(element: Found, compiler: Any, **kw: Any) -> str:
    def part(e: sa.ColumnElement[Any]) -> str:
        return str(compiler.process(e, **kw))

    table = element.table
    counted = f"SELECT 1 FROM {table} WHERE {part(element.trigrams)} LIMIT {FEW}"  # noqa: S608 - compiled parts
    few = f"(SELECT count(*) FROM ({counted})) < {FEW}"  # noqa: S608 - compiled parts
    listed = f"{part(element.of)} IN (SELECT rowid FROM {table} WHERE {part(element.trigrams)})"  # noqa: S608 - compiled parts
    return f"CASE WHEN {few} THEN {listed} ELSE {part(element.beside)} END"


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
