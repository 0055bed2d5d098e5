"""Where a field's value comes from, and the selection tree that a document becomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

Columns = Mapping[str, sa.ColumnElement[Any]]


@dataclass(frozen=True)
class Column:
    """
    A column of the row; without a name, the one that the field is named after.

    never_null: why a column that the database lets be null is not so here.
    """

    name: str | None = None
    never_null: str | None = None


@dataclass(frozen=True)
class Embedded:
    """An object made of columns of the same row; absent where `present` is null."""

    prefix: str
    present: str | None = None


@dataclass(frozen=True)
class One:
    """The object that a foreign key points at."""

    fk: str


@dataclass(frozen=True)
class Many:
    """
    The objects whose `fk` points back at this one, ordered by a column ("-": backwards).

    criteria: the field's arguments, as Python values, to named criteria of the target;
    a criterion named `limite` bounds the list.
    """

    fk: str
    order: str
    criteria: Callable[..., dict[str, Any]] = dict
    through: "Relation | None" = None  # an association, where no column points back


@dataclass(frozen=True, eq=False)
class Computed:
    """A pure, total function of columns; it has a small domain where it returns objects."""

    function: Callable[..., Any]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """
    A personal link to what a row stands for: made for the caller, at the time of the answer.

    when: a column that is 0 or null where there is none.
    """

    genre: Any  # services/liens.py knows
    when: str | None = None


Source = Column | Embedded | One | Many | Computed | Link


class Relation:
    """A table, with the one that stands beside each of its rows."""

    def __init__(
        self, table: sa.Table, beside: sa.Table | None = None, *, name: str | None = None
    ) -> None:
        self.name, self._table, self._beside = name or table.name, table, beside

    def alias(self) -> tuple[sa.FromClause, Columns]:
        """Give a fresh FROM and its columns by name."""
        one = self._table.alias()
        if self._beside is None:
            return one, dict(one.c)
        other = self._beside.alias()
        on = sa.and_(*(one.c[k.name] == other.c[k.name] for k in self._beside.primary_key))
        return one.join(other, on), {**dict(other.c), **dict(one.c)}


class Linked(Relation):
    """A table seen from the other side of an association that names it."""

    def __init__(self, table: sa.Table, association: sa.Table) -> None:
        super().__init__(table)
        self._association = association

    def alias(self) -> tuple[sa.FromClause, Columns]:
        """Give the association joined with the table, and the columns of both."""
        (one, c), link = super().alias(), self._association.alias()
        return link.join(one, link.c[f"{self.name}_id"] == c["id"]), {**dict(link.c), **c}


@dataclass(frozen=True, eq=False)
class Field:
    """A field of the schema: its Python name, its source, the object type it gives, if any."""

    python_name: str
    source: Source | None
    target: str | None
    required: bool = False  # never null, says the schema
    many: bool = False


@dataclass(frozen=True, eq=False)
class Entity:
    """An object type of the schema: its fields by GraphQL name, and what it is read from."""

    name: str
    relation: Relation | None
    fields: Mapping[str, Field]

    def read_from(self) -> Relation:
        """Give what it is read from. Raises TypeError if it is not read by itself."""
        if self.relation is None:
            message = f"{self.name} is not read from the database"
            raise TypeError(message)
        return self.relation


Catalogue = Mapping[str, Entity]


class Selected(NamedTuple):
    """A selected field: fragments, conditions and merging are already resolved."""

    key: str
    name: str
    arguments: Callable[[Mapping[str, Any]], dict[str, Any]]
    on: Mapping[str, "Selection"]  # concrete type -> what is selected on it


Selection = tuple[Selected, ...]


class Unknown(dict[str, Any]):
    """The variables before any request: whoever asks for one learns that it cannot be known yet."""

    def _unknown(self, *_: Any) -> Any:
        raise LookupError

    get = keys = items = __getitem__ = __iter__ = _unknown
