"""Compiles a selection tree to the columns of one select, and to the source that reads its rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Protocol

import sqlalchemy as sa

from solli_graphql.db.plan.dialects import Nested, nested_rows
from solli_graphql.db.plan.sources import (
    Catalogue,
    Column,
    Columns,
    Computed,
    Embedded,
    Entity,
    Link,
    Many,
    One,
    Relation,
    Selected,
    Selection,
)


class Regard(Protocol):
    """How the caller sees the rows (`db/visibilite.py`)."""

    @property
    def vues(self) -> Any: ...
    @property
    def vue(self) -> Any: ...
    def read(self, relation: str, name: str, c: Columns, v: Any) -> Any: ...
    def sql(self, relation: str, name: str, c: Columns) -> sa.ColumnElement[Any]: ...
    def exists(self, relation: str, c: Columns) -> list[sa.ColumnElement[bool]]: ...


# A criterion's SQL, from the caller's regard, the columns, and the name its value is bound to.
Criterion = Callable[[Any, Columns, str], sa.ColumnElement[bool]]
Criteria = Mapping[str, Mapping[str, Criterion]]


@dataclass(eq=False)
class Level:
    """One select under construction: its FROM, its columns, the variables that receive them."""

    prefix: str
    origin: sa.FromClause
    columns: list[sa.ColumnElement[Any]] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)
    _joined: dict[int, Columns] = field(default_factory=dict)

    def add(self, column: sa.ColumnElement[Any]) -> str:
        """Select a column, once, and give its variable."""
        if id(column) not in self._names:
            self._names[id(column)] = f"{self.prefix}{len(self.columns)}"
            self.columns.append(column)
        return self._names[id(column)]

    def join(self, relation: Relation, fk: sa.ColumnElement[Any], *, optional: bool) -> Columns:
        """Join what a foreign key points at, once."""
        if id(fk) not in self._joined:
            table, columns = relation.alias()
            self.origin = self.origin.join(table, columns["id"] == fk, isouter=optional)
            self._joined[id(fk)] = columns
        return self._joined[id(fk)]

    @property
    def variables(self) -> str:
        """Give the tuple that unpacks one row."""
        return "".join(f"{self.prefix}{i}, " for i in range(len(self.columns)))

    def select(self) -> sa.Select[Any]:
        """Give the select of the columns, labelled by position."""
        labelled = (c.label(f"c{i}") for i, c in enumerate(self.columns))
        return sa.select(*labelled).select_from(self.origin)


@dataclass(eq=False)
class NestedLists:
    """The nested lists of a selection, numbered, so that their arguments have a name in the SQL."""

    catalogue: Catalogue
    lists: dict[int, tuple[int, Selected, Many]] = field(default_factory=dict)

    def collect(self, entity: Entity, selection: Selection) -> None:
        """Give a number to every list below a selection."""
        for s in selection:
            if (chosen := entity.fields.get(s.name)) is None or chosen.target is None:
                continue
            if isinstance(chosen.source, Many):
                self.lists[id(s)] = (len(self.lists), s, chosen.source)
            if not isinstance(chosen.source, Computed):
                self.collect(self.catalogue[chosen.target], s.on[chosen.target])

    def criteria(self, variables: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        """Give the criteria of each list for these variables."""
        return {n: many.criteria(**s.arguments(variables)) for n, s, many in self.lists.values()}


class Compiler:
    """Turns the fields selected on one root into columns and Python source."""

    def __init__(
        self,
        catalogue: Catalogue,
        criteria: Criteria,
        regard: Regard,
        *,
        dialect: str,
        secret: bytes,
        root: Level,
        lists: NestedLists,
        shapes: Mapping[int, tuple[str, ...]],
    ) -> None:
        self.catalogue, self.criteria, self.regard = catalogue, criteria, regard
        self.constants: dict[str, Any] = {"nested": nested_rows(dialect)}
        self._secret, self._root = secret, root
        self._lists, self._shapes = lists.lists, shapes

    def constant(self, value: Any) -> str:
        """Name a Python value in the source: no value is ever written into it."""
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def object(self, level: Level, entity: Entity, c: Columns, selection: Selection) -> str:
        """Write the source of one object: a dict literal."""
        fields = (f"{s.key!r}: {self._field(level, entity, c, s)}" for s in selection)
        return "{" + ", ".join(fields) + "}"

    def _field(self, level: Level, entity: Entity, c: Columns, s: Selected) -> str:
        if s.name == "__typename":
            return repr(entity.name)
        return self._sourced(level, entity, c, s)

    def _sourced(self, level: Level, entity: Entity, c: Columns, s: Selected) -> str:
        chosen = entity.fields[s.name]
        match chosen.source:
            case Column(name, _):
                return self._value(level, entity, c, name or chosen.python_name)
            case Computed(function, names):
                return self._computed(level, entity, c, s, function, names)
            case Embedded(prefix, present):
                return self._embedded(level, entity, c, s, prefix, present)
            case One(fk):
                return self._one(level, entity, c, s, fk)
            case Link():
                return self._link(level, entity, c, chosen.source)
            case Many():
                return self._many(level, c, s, self._target(entity, s))
        message = f"{entity.name}.{s.name} has no source"
        raise TypeError(message)

    def _link(self, level: Level, entity: Entity, c: Columns, source: Link) -> str:
        link = f"link({self.constant(source.genre)}, {level.add(c['id'])})"
        if source.when is None:
            return link
        return f"({link} if {self._value(level, entity, c, source.when)} else None)"

    def _value(self, level: Level, entity: Entity, c: Columns, name: str) -> str:
        """Write the source of one column, in the caller's view."""
        if name in ("droits", "espace", "cle"):
            return self._ambient(name)
        relation = _name(entity)
        reads = {v: self.regard.read(relation, name, c, v) for v in self.regard.vues}
        if any(isinstance(r, Computed) for r in reads.values()):
            return self._by_view(level, c, reads)
        if all(r is None for r in reads.values()):
            return "None"
        return self._column(level, self.regard.sql(relation, name, c))

    def _by_view(self, level: Level, c: Columns, reads: Mapping[Any, Any]) -> str:
        """Write the choice between what the views read, where one of them computes it."""
        sources = {v: self._read(level, c, r) for v, r in reads.items()}
        *others, last = sources.values()
        if not others:
            return last
        vue = self._root.add(self.regard.vue)
        choices = [f"{source} if {vue} == {str(v)!r} else " for v, source in sources.items()]
        return f"({''.join(choices[:-1])}{last})"

    def _read(self, level: Level, c: Columns, read: Any) -> str:
        if read is None:
            return "None"
        if isinstance(read, Computed):
            values = (
                self._ambient(n) if n == "cle" else self._column(level, c[n]) for n in read.columns
            )
            return f"{self.constant(read.function)}({', '.join(values)})"
        return self._column(level, read)

    def _column(self, level: Level, column: sa.ColumnElement[Any]) -> str:
        variable = level.add(column)
        return f"({variable} == 1)" if isinstance(column.type, sa.Boolean) else variable

    def _ambient(self, name: str) -> str:
        """Write what is known of the caller rather than read from the row's own columns."""
        if name == "cle":
            return self.constant(self._secret)
        value = getattr(self.regard, name)
        if isinstance(value, sa.ColumnElement):
            return self._root.add(value)
        # The hash of an enum's member is a call in Python, which a cache would make for each row.
        return self.constant(value.value if isinstance(value, Enum) else value)

    def _computed(
        self,
        level: Level,
        entity: Entity,
        c: Columns,
        s: Selected,
        function: Callable[..., Any],
        names: tuple[str, ...],
    ) -> str:
        values = ", ".join(self._value(level, entity, c, n) for n in names)
        target = entity.fields[s.name].target
        if target is None:
            return f"{self.constant(function)}({values})"
        projected = _projected(function, self.catalogue, target, s.on[target])
        return f"{self.constant(projected)}({values})"

    def _target(self, entity: Entity, s: Selected) -> Entity:
        return self.catalogue[str(entity.fields[s.name].target)]

    def _embedded(
        self,
        level: Level,
        entity: Entity,
        c: Columns,
        s: Selected,
        prefix: str,
        present: str | None,
    ) -> str:
        target = self._target(entity, s)
        parts = (
            f"{f.key!r}: {target.name!r}"
            if f.name == "__typename"
            else f"{f.key!r}: "
            + self._value(level, entity, c, prefix + target.fields[f.name].python_name)
            for f in s.on[target.name]
        )
        source = "{" + ", ".join(parts) + "}"
        if present is None:
            return source
        return f"(None if {level.add(c[present])} is None else {source})"

    def _one(self, level: Level, entity: Entity, c: Columns, s: Selected, name: str) -> str:
        target = self._target(entity, s)
        fk = self.regard.sql(_name(entity), name, c)
        if isinstance(fk, sa.sql.elements.Null):
            return "None"
        optional = bool(getattr(fk, "nullable", True))
        columns = level.join(target.read_from(), fk, optional=optional)
        source = self.object(level, target, columns, s.on[target.name])
        if not optional:
            return source
        return f"(None if {level.add(columns['id'])} is None else {source})"

    def _many(self, level: Level, c: Columns, s: Selected, target: Entity) -> str:
        number, _, many = self._lists[id(s)]
        table, columns = (many.through or target.read_from()).alias()
        below = Level(f"{level.prefix}{number}_", table)
        source = self.object(below, target, columns, s.on[target.name])
        if not below.columns:
            below.add(columns[many.fk])
        select = self._listed(below, columns, target, many, number).where(
            columns[many.fk] == c["id"]
        )
        variable = level.add(Nested(select.correlate_except(*_tables(below.origin))))
        return f"[{source} for ({below.variables}) in nested({variable})]"

    def _listed(
        self, below: Level, c: Columns, target: Entity, many: Many, number: int
    ) -> sa.Select[Any]:
        """Select a nested list: the criteria that its arguments gave, its order, its bound."""
        relation = _name(target)
        names = self._shapes[number]
        conditions = [
            self.criteria[target.name][n](self.regard, c, f"n{number}_{n}")
            for n in names
            if n != "limite"
        ]
        select = below.select().where(*self.regard.exists(relation, c), *conditions)
        key = self.regard.sql(relation, many.order.lstrip("-"), c)
        select = select.order_by(key.desc() if many.order.startswith("-") else key)
        if "limite" in names:
            select = select.limit(sa.bindparam(f"n{number}_limite", type_=sa.Integer))
        return select


def _tables(origin: sa.FromClause) -> Iterator[sa.FromClause]:
    """List the tables that a FROM is made of."""
    if isinstance(origin, sa.Join):
        yield from _tables(origin.left)
        yield from _tables(origin.right)
    else:
        yield origin


def _name(entity: Entity) -> str:
    return entity.relation.name if entity.relation else ""


def _projected(
    function: Callable[..., Any], catalogue: Catalogue, target: str, selection: Selection
) -> Callable[..., Any]:
    """Compute objects and keep what is selected of them, once per distinct input."""

    @lru_cache(maxsize=256)
    def projected(*values: Any) -> Any:
        return project(function(*values), catalogue, target, selection)

    return projected


def project(value: Any, catalogue: Catalogue, target: str, selection: Selection) -> Any:
    """Turn plain objects into dicts of what is selected of them."""
    if value is None:
        return None
    if type(value) in (list, tuple):
        return [project(v, catalogue, target, selection) for v in value]
    fields = catalogue[target].fields
    answer: dict[str, Any] = {}
    for s in selection:
        if s.name == "__typename":
            answer[s.key] = target
            continue
        chosen = fields[s.name]
        inner = getattr(value, chosen.python_name)
        below = chosen.target
        answer[s.key] = inner if below is None else project(inner, catalogue, below, s.on[below])
    return answer
