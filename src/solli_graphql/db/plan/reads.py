"""What to read, and what is kept of a read once it is compiled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from solli_graphql.db.cursors import Page
from solli_graphql.db.database import Statement
from solli_graphql.db.plan.compiler import Criteria, NestedLists, Regard
from solli_graphql.db.plan.sources import Catalogue, Columns, Selection, Unknown


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
    in_order: Callable[[Read], bool]  # whether the first rows of one index are the page
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
