"""Runs a `Read`: finds or compiles its statement, binds its values, builds its answer."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from solli_graphql.db.cursors import Page
from solli_graphql.db.database import Snapshot
from solli_graphql.db.plan.compiler import Compiler, Level
from solli_graphql.db.plan.reads import Compiled, Read, Root, Schema
from solli_graphql.db.plan.rows import SIZES, Rows
from solli_graphql.db.plan.where import Nowhere, Source
from solli_graphql.domain.acteur import Vue

T = TypeVar("T")
Links = Callable[[int], Callable[[Any, int], str]]  # caller's id -> (kind, row's id) -> link
Note = Callable[[int, str, list[int]], None]  # caller's id, type, ids of the rows
ALL = 2**31 - 1  # rows
MAX_SHAPES = 64  # statements kept for one root of one document


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
        way = page and (page.backward, page.id is not None, page.size if page.size in SIZES else 0)
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
        if root.connection:
            compiled = rows.page(root, read, written=self.schema.in_order(read))
        else:
            compiled = rows.all(root)
        personal = regard.vues != (Vue.ANALYSTE,) and self.schema.is_personal(
            read.type, root.selection
        )
        return replace(compiled, personal=personal)


def _caller(read: Read) -> int:
    id_: int = read.rights.values.get("acteur", 0)
    return id_
