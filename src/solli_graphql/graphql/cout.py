"""What an operation costs, told from its selection and its variables before it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from graphql import GraphQLError
from solli_graphql.db.plan.sources import Catalogue, Field, Many, Selected, Selection, Unknown
from solli_graphql.domain.errors import LimiteDepassee
from solli_graphql.graphql.documents import Root
from solli_graphql.graphql.facettes import axes_de
from solli_graphql.graphql.limits import Limits
from solli_graphql.quotas import Quota, QuotaDepasse

LECTURE, ECRITURE, INTROSPECTION = 1, 10, 10  # points of a root
TOTAL, RECHERCHE = 10, 10  # points of a totalCount, of a search of texts
FACETTE = 20  # points of each axis of facettes
RACINES = {"statistiques": 100}  # points of a root that reads all that it finds
OBJETS_PAR_POINT = 20
LISTE = 10  # elements of a list that says no size
PAGE, PAGE_MAXIMUM = 20, 100
ROWS = ("edges", "nodes")
Variables = Any
Arguments = dict[str, Any] | None  # None where they are not valid, which executing them tells


class Cost(NamedTuple):
    """What an operation costs its caller, and what they have left, where that is counted."""

    demande: int
    maximum: int | None
    restant: int | None


@dataclass(frozen=True)
class Weight:
    """What one object brings: objects, itself included, then lists of others."""

    objects: int
    lists: tuple[tuple["Length", tuple["Weight", ...]], ...] = ()

    def of(self, variables: Variables) -> int:
        """Count the objects, at most, for these variables."""
        if not self.lists:
            return self.objects
        return self.objects + sum(
            length(variables) * max(w.of(variables) for w in each) for length, each in self.lists
        )


@dataclass(frozen=True)
class Length:
    """How long the list of a field may be."""

    selected: Selected
    field: Field

    def __call__(self, variables: Variables) -> int:
        """Ask the field's own arguments."""
        if not isinstance(self.field.source, Many):
            return LISTE
        given = self.field.source.criteria(**self.selected.arguments(variables))
        return int(given.get("limite", LISTE))

    @property
    def fixed(self) -> bool:
        """Tell whether no variable decides it."""
        try:
            self(Unknown())
        except LookupError:
            return False
        return True


def weigh(catalogue: Catalogue, type_: str, selection: Selection) -> Weight:
    """Weigh a selection on an object; one that is made of its parent's columns weighs nothing."""
    objects, lists = int(catalogue[type_].relation is not None), []
    for selected in selection:
        if not selected.on:
            continue
        field = catalogue[type_].fields[selected.name]
        each = tuple(weigh(catalogue, *on) for on in selected.on.items())
        length = Length(selected, field)
        if field.many and length.fixed and not any(w.lists for w in each):
            objects += length(Unknown()) * max(w.objects for w in each)
        elif field.many:
            lists.append((length, each))
        else:
            objects += max(w.objects for w in each)
            lists.extend(x for w in each for x in w.lists)
    return Weight(objects, tuple(lists))


@dataclass(frozen=True)
class Price:
    """The price of a root: its points, and what each of its rows brings."""

    points: int
    page: bool = False
    weights: tuple[Weight, ...] = ()
    facettes: tuple[Selected, ...] = ()

    @cached_property
    def _each(self) -> int | None:
        """How many objects each row brings, where no variable decides it."""
        return None if any(w.lists for w in self.weights) else self._of({})

    def _of(self, variables: Variables) -> int:
        return max([w.of(variables) for w in self.weights], default=0)

    def of(self, arguments: Mapping[str, Any], variables: Variables) -> tuple[int, int]:
        """Give the points, and the objects at most, for these arguments and variables."""
        each = self._each
        objects = (self._of(variables) if each is None else each) * self._rows(arguments)
        points = self.points - (-objects // OBJETS_PAR_POINT)
        filtre = arguments.get("filtre") or getattr(arguments.get("input"), "filtre", None)
        if getattr(filtre, "texte", None):
            points += RECHERCHE
        for asked in self.facettes:
            points += FACETTE * len(axes_de(asked, variables))
        return points, objects

    def _rows(self, arguments: Mapping[str, Any]) -> int:
        if self.page:
            first, last = arguments.get("first"), arguments.get("last")
            size = last if first is None else first
            return PAGE if size is None else min(max(size, 0), PAGE_MAXIMUM)
        return len(arguments["ids"]) if "ids" in arguments else 1


def price(catalogue: Catalogue, kind: str, selected: Selected) -> Price:
    """Price a root of an operation of this kind ("query" or "mutation")."""
    if selected.name.startswith("__"):
        return Price(0 if selected.name == "__typename" else INTROSPECTION)
    points = ECRITURE if kind == "mutation" else RACINES.get(selected.name, LECTURE)
    connection = next((t for t in selected.on if t.endswith("Connection")), None)
    if connection is None:
        return Price(points, weights=tuple(weigh(catalogue, *on) for on in selected.on.items()))
    selection = selected.on[connection]
    total = TOTAL * any(s.name == "totalCount" for s in selection)
    parts = [weigh(catalogue, *on) for s in selection for on in s.on.items() if s.name in ROWS]
    objects, lists = sum(w.objects for w in parts), tuple(x for w in parts for x in w.lists)
    facettes = tuple(s for s in selection if s.name == "facettes")
    return Price(points + total, page=True, weights=(Weight(objects, lists),), facettes=facettes)


class Till:
    """Prices the operations of all callers, and takes the points from their buckets."""

    def __init__(self, catalogue: Catalogue, limits: Limits, quota: Quota) -> None:
        self._catalogue, self._limits, self._quota = catalogue, limits, quota

    async def charge(
        self,
        caller: int,
        kind: str,
        roots: Sequence[Root],
        variables: Variables,
        *,
        only_price: bool,
    ) -> tuple[list[Arguments], Cost]:
        """Give the arguments of each root, once they are paid for. Raises LimiteDepassee."""
        given: list[Arguments] = []
        points = objects = 0
        for root in roots:
            try:
                given.append(root.selected.arguments(variables))
            except GraphQLError:
                given.append(None)
            if root.price is None:
                root.price = price(self._catalogue, kind, root.selected)
            p, n = root.price.of(given[-1] or {}, variables)
            points, objects = points + p, objects + n
        self._limits.check_objects(objects)
        if not self._quota.capacity:
            return given, Cost(points, None, None)
        return given, await self._pay(caller, points, only_price=only_price)

    async def _pay(self, caller: int, points: int, *, only_price: bool) -> Cost:
        capacity = self._quota.capacity
        if points > capacity and not only_price:
            message = f"Cette demande coûte {points} points : au plus {capacity}."
            raise LimiteDepassee(message)
        return Cost(points, capacity, await self._quota.take(caller, 0 if only_price else points))

    def refused(self, refusal: QuotaDepasse) -> Cost:
        """Give the cost of what could not be paid."""
        return Cost(refusal.demande, self._quota.capacity, refusal.restant)
