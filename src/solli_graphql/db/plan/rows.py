"""Compiles the select of a root's rows, and the function that builds its answer from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from solli_graphql.db.cursors import Page, cursor
from solli_graphql.db.database import Statement
from solli_graphql.db.plan.compiler import Compiler, Level
from solli_graphql.db.plan.reads import Compiled, Order, Read, Root
from solli_graphql.db.plan.sources import Columns, Entity, Selected

SIZES = frozenset({10, 20, 25, 50, 100})  # of the usual pages


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

    def page(self, root: Root, read: Read, *, written: bool) -> Compiled:
        """
        Compile a connection: its fields in the order in which they were asked.

        PostgreSQL supposes that a bound size is a tenth of the rows, and plans such a statement
        each time it runs. A usual size is `written` where the rows are an index's first ones;
        elsewhere PostgreSQL would believe that walking an index finds so few of them soon.
        """
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
        size = sa.bindparam("size", type_=sa.Integer)
        usual = written and page.size in SIZES
        select = select.limit(sa.literal_column(f"{page.size + 1}") if usual else size)
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
