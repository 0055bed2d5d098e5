"""Runs a `Read`: finds or compiles its statement, binds its values, builds its answer."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from solli_graphql.db.cursors import Page, cursor
from solli_graphql.db.database import Snapshot, Statement
from solli_graphql.db.plan.compiler import Compiler, Criteria, Level, NestedLists, Regard
from solli_graphql.db.plan.nowhere import Nowhere, Source
from solli_graphql.db.plan.sources import Catalogue, Columns, Entity, Selected, Selection, Unknown
from solli_graphql.domain.acteur import Vue

T = TypeVar("T")
Links = Callable[[int], Callable[[Any, int], str]]  # caller's id -> (kind, row's id) -> link
Note = Callable[[int, str, list[int]], None]  # caller's id, type, ids of the rows
ALL = 2**31 - 1  # rows
MAX_SHAPES = 64  # statements kept for one root of one document


class Read(NamedTuple):
    """What to read. The names of the criteria make the SQL; their values are only bound."""

    type: str
    criteria: Mapping[str, Any]
    rights: Any  # visibilite.Rights
    espace: Any = None
    order: str = "ID"
    page: Page | None = None  # a connection; otherwise all rows, a bounded few


class Order(NamedTuple):
    """The column that rows are sorted by, then by id in the same direction."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Schema:
    """What the reader knows of the nouns: their fields, criteria, orders and visibility."""

    catalogue: Catalogue
    criteria: Criteria
    orders: Mapping[str, Mapping[str, Order]]
    visible: Callable[[Read, Columns], tuple[sa.ColumnElement[bool], Regard]]
    personal: frozenset[tuple[str, str]] = frozenset()  # fields that tell something of a person

    def is_personal(self, type_: str, selection: Selection) -> bool:
        """Tell whether a selection holds such a field, at any depth."""
        return any(
            (type_, s.name) in self.personal
            or any(self.is_personal(below, inner) for below, inner in s.on.items())
            for s in selection
        )


@dataclass(frozen=True)
class Compiled:
    """A statement, what builds its answer, and the count for a page that is empty."""

    statement: Statement[Any]
    build: Callable[..., Any]
    count: Statement[Any] | None = None
    id: int = 0  # where the id stands in a row of a page
    personal: bool = False  # whether the caller reads something of a person


class Nested(NamedTuple):
    """The criteria of nested lists: their names, by list, and the values to bind."""

    names: Mapping[int, tuple[str, ...]]
    values: Mapping[str, Any]


@dataclass(eq=False)
class Root:
    """What is selected of one read, with the statements that it was compiled to, by shape."""

    schema: Schema
    type: str
    selection: Selection
    connection: bool = False
    compiled: dict[tuple[Any, ...], Compiled] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facettes = [s for s in self.selection if self.connection and s.name == "facettes"]
        self.lists = NestedLists(self.schema.catalogue)
        for selection in self._on_rows():
            self.lists.collect(self.schema.catalogue[self.type], selection)
        try:
            self._fixed: Nested | None = self._nested(Unknown())
        except LookupError:
            self._fixed = None  # variables decide

    def nested(self, variables: Mapping[str, Any]) -> "Nested":
        """Give the criteria of the nested lists for these variables."""
        return self._fixed or self._nested(variables)

    def _nested(self, variables: Mapping[str, Any]) -> "Nested":
        criteria = self.lists.criteria(variables)
        return Nested(
            {n: tuple(c) for n, c in criteria.items()},
            {f"n{n}_{name}": v for n, c in criteria.items() for name, v in c.items()},
        )

    def _on_rows(self) -> list[Selection]:
        """Give what is selected on the rows themselves: below `nodes`, and `edges { node }`."""
        if not self.connection:
            return [self.selection]
        nodes = [s.on[self.type] for s in self.selection if s.name == "nodes"]
        edges = [s.on[f"{self.type}Edge"] for s in self.selection if s.name == "edges"]
        return nodes + [s.on[self.type] for edge in edges for s in edge if s.name == "node"]


class Reader:
    """Reads from one database."""

    def __init__(
        self, db: Source, schema: Schema, *, secret: bytes, links: Links, note: Note | None = None
    ) -> None:
        self._db, self.schema, self._secret, self._links = db, schema, secret, links
        self._note = note  # who reads something of a person

    def dry(self) -> "Reader":
        """Give a reader that compiles for this one, and reads nothing."""
        return self.on(Nowhere(self._db.dialect))

    def on(self, source: Source) -> "Reader":
        """Give a reader of another source, whose reads are not noted."""
        return Reader(source, self.schema, secret=self._secret, links=self._links)

    async def rows(
        self, root: Root, read: Read, variables: Mapping[str, Any]
    ) -> list[tuple[int, dict[str, Any]]]:
        """Read the rows of a list, as dicts, each after its id."""
        compiled, values = await self._prepare(root, read, variables)
        found = await self._db.fetch(compiled.statement, values)
        rows: list[tuple[int, dict[str, Any]]] = compiled.build(found, self._link(read))
        if compiled.personal and self._note and rows:
            self._note(_caller(read), read.type, [id_ for id_, _ in rows])
        return rows

    async def connection(
        self, root: Root, read: Read, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Read a page, as the dict of its connection."""
        page = read.page or Page(0)
        compiled, values = await self._prepare(root, read, variables)
        values |= {"size": page.size + 1, "key": page.key, "key_id": page.id}
        rows = list(await self._db.fetch(compiled.statement, values))
        total = rows[0][0] if rows else None
        if compiled.count and not rows:
            total = (await self._db.fetch(compiled.count, values))[0][0]
        more, rows = len(rows) > page.size, rows[: page.size]
        if page.backward:
            rows.reverse()
        beyond = page.id is not None
        following, preceding = (beyond, more) if page.backward else (more, beyond)
        link = self._link(read)
        answer: dict[str, Any] = compiled.build(rows, total, following, preceding, link)
        if compiled.personal and self._note and rows:
            self._note(_caller(read), read.type, [row[compiled.id] for row in rows])
        return answer

    async def ask(self, question: Callable[[Source, bytes], Awaitable[T]]) -> T:
        """Let a question that is no plan's read from the same source."""
        return await question(self._db, self._secret)

    async def stream(
        self, root: Root, read: Read, source: Snapshot, size: int
    ) -> AsyncGenerator[Callable[[], dict[str, Any]], None]:
        """Read all rows of a connection: so many at a time, each lot built by whoever calls it."""
        compiled, values = await self._prepare(root, read, {})
        link = self._link(read)
        values |= {"size": ALL, "key": None, "key_id": None}
        async with aclosing(source.stream(compiled.statement, values, size)) as lots:
            async for rows in lots:
                yield partial(compiled.build, rows, None, None, None, link)

    def _link(self, read: Read) -> Callable[[Any, int], str]:
        """Give what makes the caller's personal links; nobody's, where a type has none."""
        return self._links(_caller(read))

    async def _prepare(
        self, root: Root, read: Read, variables: Mapping[str, Any]
    ) -> tuple[Compiled, dict[str, Any]]:
        nested, page = root.nested(variables), read.page
        way = page and (page.backward, page.id is not None)
        shape = (
            *(read.rights.key, read.espace, read.order, way),
            *read.criteria,
            *nested.names.values(),
        )
        if (compiled := root.compiled.get(shape)) is None:
            await asyncio.sleep(0)  # compiling takes milliseconds: others first, between two
            compiled = self._compile(root, read, nested.names)
            if len(root.compiled) < MAX_SHAPES:
                root.compiled[shape] = compiled
        return compiled, {**read.rights.values, **read.criteria, **nested.values}

    def _compile(self, root: Root, read: Read, nested: Mapping[int, tuple[str, ...]]) -> Compiled:
        entity = self.schema.catalogue[read.type]
        table, c = entity.read_from().alias()
        visible, regard = self.schema.visible(read, c)
        criteria = self.schema.criteria.get(read.type, {})
        conditions = [visible, *(criteria[name](regard, c, name) for name in read.criteria)]
        level = Level("c", table)
        compiler = Compiler(
            *(self.schema.catalogue, self.schema.criteria, regard),
            dialect=self._db.dialect.name,
            secret=self._secret,
            root=level,
            lists=root.lists,
            shapes=nested,
        )
        order = self.schema.orders[read.type][read.order]
        rows = Rows(compiler, level, entity, c, conditions, order)
        compiled = rows.page(root, read) if root.connection else rows.all(root)
        personal = regard.vues != (Vue.ANALYSTE,) and self.schema.is_personal(
            read.type, root.selection
        )
        return replace(compiled, personal=personal)


def _caller(read: Read) -> int:
    id_: int = read.rights.values.get("acteur", 0)
    return id_


@dataclass(eq=False)
class Rows:
    """The select of a root's rows, and the source of the function that builds its answer."""

    compiler: Compiler
    level: Level
    entity: Entity
    c: Columns
    conditions: list[sa.ColumnElement[bool]]
    order: Order

    def __post_init__(self) -> None:
        relation = self.entity.read_from().name
        key = self.compiler.regard.sql(relation, self.order.column, self.c)
        self.keys = [key] if self.order.column == "id" else [key, self.c["id"]]

    def all(self, root: Root) -> Compiled:
        """Compile a list: all rows, in order, each after its id."""
        id_ = self.level.add(self.c["id"])
        source = self.compiler.object(self.level, self.entity, self.c, root.selection)
        select = self._select(backward=False)
        return Compiled(
            Statement(select), self._function("rows, link", self._each(f"({id_}, {source})"))
        )

    def page(self, root: Root, read: Read) -> Compiled:
        """Compile a connection: its fields in the order in which they were asked."""
        page = read.page or Page(0)
        counted = any(s.name == "totalCount" for s in root.selection)
        count = sa.select(sa.func.count()).select_from(self.level.origin).where(*self.conditions)
        if counted:
            self.level.add(count.correlate(None).scalar_subquery())
        fields = [(s, self._field(s, read.order)) for s in root.selection]
        id_ = self.level.add(self.c["id"])
        select = self._select(backward=page.backward)
        if page.id is not None:
            select = select.where(self._beyond(backward=page.backward))
        select = select.limit(sa.bindparam("size", type_=sa.Integer))
        source = ", ".join(f"{s.key!r}: {finish()}" for s, finish in fields)
        build = self._function("rows, total, following, preceding, link", "{" + source + "}")
        return Compiled(
            *(Statement(select), build, Statement(count) if counted else None),
            id=int(id_.removeprefix("c")),
        )

    def _select(self, *, backward: bool) -> sa.Select[Any]:
        descending = self.order.descending != backward
        sort = [k.desc() if descending else k.asc() for k in self.keys]
        return self.level.select().where(*self.conditions).order_by(*sort)

    def _beyond(self, *, backward: bool) -> sa.ColumnElement[bool]:
        """Keep what comes after the cursor: one index condition on both engines."""
        key, id_ = (
            sa.bindparam("key", type_=self.keys[0].type),
            sa.bindparam("key_id", type_=sa.BigInteger),
        )
        here, there = sa.tuple_(*self.keys), sa.tuple_(key, id_)
        return here < there if self.order.descending != backward else here > there

    def _function(self, parameters: str, source: str) -> Callable[..., Any]:
        """Make the function: its source holds schema names and repr() of response keys only."""
        code = f"lambda {parameters}: {source}"
        function: Callable[..., Any] = eval(code, dict(self.compiler.constants))  # noqa: S307
        function.__doc__ = code  # for whoever wants to see it
        return function

    def _each(self, source: str) -> str:
        return f"[{source} for ({self.level.variables}) in rows]"

    def _field(self, s: Selected, order: str) -> Callable[[], str]:
        """Compile a field of the connection; finish it once all columns of a row are known."""
        match s.name:
            case "__typename":
                return lambda: repr(f"{self.entity.name}Connection")
            case "totalCount":
                return lambda: "total"
            case "facettes":  # counted beside, and put there
                return lambda: "None"
            case "nodes":
                node = self._node(s)
                return lambda: self._each(node)
            case "edges":
                edge = self._object(f"{self.entity.name}Edge", s, order)
                return lambda: self._each(edge)
        info = self._object("PageInfo", s, order)
        return lambda: info

    def _object(self, type_: str, s: Selected, order: str) -> str:
        """Write an edge, or the pageInfo."""
        parts: Mapping[str, Callable[[Selected], str]] = {
            "__typename": lambda _: repr(type_),
            "node": self._node,
            "cursor": lambda _: self._cursor(order, "{}"),
            "hasNextPage": lambda _: "following",
            "hasPreviousPage": lambda _: "preceding",
            "startCursor": lambda _: f"{self._cursor(order, 'rows[0][{}]')} if rows else None",
            "endCursor": lambda _: f"{self._cursor(order, 'rows[-1][{}]')} if rows else None",
        }
        fields = (f"{f.key!r}: {parts[f.name](f)}" for f in s.on[type_])
        return "{" + ", ".join(fields) + "}"

    def _node(self, s: Selected) -> str:
        return self.compiler.object(self.level, self.entity, self.c, s.on[self.entity.name])

    def _cursor(self, order: str, place: str) -> str:
        """Write the cursor of a row whose columns stand at a place: their variables, or indices."""
        variables = [self.level.add(k) for k in self.keys]
        if place != "{}":
            variables = [place.format(v.removeprefix("c")) for v in variables]
        return f"{self.compiler.constant(cursor)}({order!r}, {', '.join(variables)})"
