"""Runs one operation's roots: asks the permissions, reads by the plan, calls the commands."""

import asyncio
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import structlog

from graphql import GraphQLError
from solli_graphql.db.plan.compiler import project
from solli_graphql.db.plan.reader import Reader
from solli_graphql.db.plan.reads import Read
from solli_graphql.db.plan.reads import Root as Prepared
from solli_graphql.db.plan.sources import Selected
from solli_graphql.db.queries import Nodes
from solli_graphql.db.statistiques import Groupement
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import LECTURE_SEULE, AccesRefuse, EntreeInvalide, SolliError
from solli_graphql.graphql.coercion import Values
from solli_graphql.graphql.cout import Arguments
from solli_graphql.graphql.documents import Operation, Root, Tree
from solli_graphql.graphql.facettes import ajouter
from solli_graphql.graphql.introspection import META, Introspection
from solli_graphql.graphql.limits import check_arguments
from solli_graphql.graphql.refus import MEMBERS, Since
from solli_graphql.graphql.schema import core
from solli_graphql.graphql.statistiques import compter
from solli_graphql.logs import trace

log = structlog.get_logger()


class Means(Protocol):
    """What an executor lends."""

    slow: asyncio.Lock
    refused: Callable[..., None] | None

    @property
    def reader(self) -> Reader:
        """Give what reads."""

    def context(self, cle: str | None) -> Any:
        """Give what a mutation's function takes as its info."""


class Execution:
    """One execution: its answer so far."""

    def __init__(
        self,
        means: Means,
        acteur: Acteur,
        operation: Operation,
        variables: Values,
        cle: str | None,
    ) -> None:
        self._means, self._acteur, self._operation = means, acteur, operation
        self._reader, self._variables, self._cle = means.reader, variables, cle
        self._introspection: Introspection | None = None

    async def run(self, roots: Iterable[tuple[Root, Arguments]]) -> dict[str, Any]:
        """Execute the roots, one after the other; give the answer's data, and its errors."""
        data: dict[str, Any] = {}
        body: dict[str, Any] = {"data": data}
        for root, arguments in roots:
            try:
                data[root.selected.key] = await self._root(root, arguments)
            except Exception as e:  # noqa: BLE001
                body.setdefault("errors", []).append(self._error(root, e))
                if root.is_required:
                    body["data"] = None
                    break
                data[root.selected.key] = None
        return body

    def _error(self, root: Root, error: Exception) -> dict[str, Any]:
        """Tell a refusal; anything else is masked behind an incident number."""
        extensions, message = {"code": "ERREUR_INTERNE"}, "Erreur interne."
        if isinstance(error, SolliError):
            extensions, message = {"code": error.code}, error.message
        elif isinstance(error, GraphQLError):  # a variable that is null where its default was not
            extensions, message = {"code": EntreeInvalide.code}, error.message
        else:
            extensions["incident"] = uuid.uuid4().hex
            log.error("erreur_interne", incident=extensions["incident"], **trace(error))
        return {
            "message": message,
            "locations": root.locations,
            "path": [root.selected.key],
            "extensions": extensions,
        }

    async def _root(self, root: Root, arguments: Arguments) -> Any:
        name = root.selected.name
        if name == "__typename":
            return self._operation.type.name
        if name in META:
            return await self._introspect(root)
        if arguments is None:
            arguments = root.selected.arguments(self._variables)  # it raises, and says where
        check_arguments(arguments, texts=self._operation.kind == "query")
        if self._operation.kind == "mutation":
            return await self._command(root, arguments)
        self._ask(root, arguments)
        found = root.function(self._acteur, **arguments)
        if isinstance(found, Nodes):
            rows = await self._nodes(root, found)
        elif isinstance(found, Groupement):
            return await compter(self._reader, root.selected, found)
        elif found.page is not None:
            prepared = self._prepare(root, found.type, root.selected, connection=True)
            page = await self._reader.connection(prepared, found, self._variables)
            if prepared.facettes:
                await ajouter(self._reader, prepared.facettes, found, self._variables, page)
            return page
        else:
            rows = await self._rows(root, found, root.selected)
        return rows if root.is_list else next(iter(rows), None)

    def _ask(self, root: Root, arguments: Mapping[str, Any]) -> None:
        """Ask the permissions declared on a root, as Strawberry would. Raises AccesRefuse."""
        for permission in root.permissions:
            if permission.has_permission(self._acteur, None, **arguments) is not True:
                raise AccesRefuse

    async def _nodes(self, root: Root, nodes: Nodes) -> list[Any]:
        found: dict[tuple[str, int] | None, Any] = {}
        for read in nodes.reads:
            prepared = self._prepare(root, read.type, root.selected)
            rows = await self._reader.rows(prepared, read, self._variables)
            found |= {(read.type, id_): row for id_, row in rows}
        return [found.get(place) for place in nodes.places]

    async def _rows(self, root: Root, read: Read, selected: Selected) -> list[Any]:
        prepared = self._prepare(root, read.type, selected)
        return [row for _, row in await self._reader.rows(prepared, read, self._variables)]

    def _prepare(
        self, root: Root, type_: str, selected: Selected, *, connection: bool = False
    ) -> Prepared:
        """Find what the reader has compiled for a selection of this root."""
        key = (id(selected), type_)
        prepared: Prepared | None = root.prepared.get(key)
        if prepared is None:
            selection = selected.on[f"{type_}Connection" if connection else type_]
            prepared = Prepared(self._reader.schema, type_, selection, connection=connection)
            root.prepared[key] = prepared
        return prepared

    async def _command(self, root: Root, arguments: dict[str, Any]) -> Any:
        """Run a command; a refusal that the union has a member for is data."""
        try:
            if self._acteur.lecture_seule:
                raise AccesRefuse(LECTURE_SEULE)
            self._ask(root, arguments)
            info = self._means.context(self._cle)
            member = await root.function(self._acteur, info, **arguments)
        except SolliError as e:
            if type(e) not in MEMBERS:
                raise
            if self._means.refused:
                self._means.refused(self._acteur.id, [e.code], mutation=root.selected.name)
            member = MEMBERS[type(e)](e, self._acteur)
        return await self._payload(root, member)

    async def _payload(self, root: Root, member: Any) -> dict[str, Any]:
        """Project a member of the union: its own attributes, and what the plan reads for it."""
        name = type(member).__name__
        fields = self._reader.schema.catalogue[name].fields
        answer: dict[str, Any] = {}
        for s in root.selected.on[name]:
            if s.name == "__typename":
                answer[s.key] = name
                continue
            declared = fields[s.name]
            value = getattr(member, declared.python_name)
            if isinstance(value, Read):
                rows = await self._rows(root, value, s)
                answer[s.key] = rows[0] if rows else None
            elif isinstance(value, Since):
                answer[s.key] = await self._since(value, s)
            elif declared.target:
                catalogue = self._reader.schema.catalogue
                answer[s.key] = project(value, catalogue, declared.target, s.on[declared.target])
            else:
                answer[s.key] = value
        return answer

    async def _since(self, since: Since, s: Selected) -> list[Any]:
        """Read the history lines after a version, as the caller sees them."""
        read, version = since
        lines = Selected(s.key, "historique", lambda _: {"first": 100, "apres_seq": version}, s.on)
        prepared = Prepared(self._reader.schema, read.type, (lines,))
        rows = await self._reader.rows(prepared, read, self._variables)
        return rows[0][1][s.key] if rows else []

    async def _introspect(self, root: Root) -> Any:
        """Answer an introspection root, on a thread: a whole schema takes milliseconds."""
        if self._introspection is None:
            tree = Tree(self._operation, self._variables)
            self._introspection = Introspection(core(), tree)
        async with self._means.slow:
            return await asyncio.to_thread(self._introspection.root, root.nodes)
