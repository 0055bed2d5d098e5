"""Runs an operation: asks the permissions, reads by the plan, calls the commands, answers."""

import asyncio
import gc
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import structlog

from graphql import (
    GraphQLError,
    GraphQLSyntaxError,
)
from solli_graphql.db.plan.compiler import project
from solli_graphql.db.plan.reader import Read, Reader
from solli_graphql.db.plan.reader import Root as Prepared
from solli_graphql.db.plan.sources import Selected
from solli_graphql.db.queries import Nodes
from solli_graphql.db.statistiques import Groupement
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import (
    LECTURE_SEULE,
    AccesRefuse,
    EntreeInvalide,
    NonAuthentifie,
    SolliError,
)
from solli_graphql.graphql.coercion import RequestError, Values
from solli_graphql.graphql.cout import Arguments, Cost, Till
from solli_graphql.graphql.documents import Document, Documents, Operation, Root, Tree
from solli_graphql.graphql.facettes import ajouter
from solli_graphql.graphql.introspection import Introspection
from solli_graphql.graphql.limits import Limits, check_arguments
from solli_graphql.graphql.mutation import Context
from solli_graphql.graphql.refus import MEMBERS, Since
from solli_graphql.graphql.schema import core, schema
from solli_graphql.graphql.statistiques import compter
from solli_graphql.logs import trace
from solli_graphql.quotas import Quota, QuotaDepasse, Unlimited

log = structlog.get_logger()
INTROSPECTION = ("__schema", "__type")
GUESS = " Did you mean "


class Request(NamedTuple):
    """What a client sent."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None = None
    cle: str | None = None
    read_only: bool = False  # GET
    price_only: bool = False


class Reply(NamedTuple):
    """The answer; executed is False for an error of the request itself, which has no data."""

    body: dict[str, Any]
    executed: bool
    code: str | None = None  # of the first error
    cost: Cost | None = None
    wait: int = 0  # seconds until there are points enough
    obsolescences: Sequence[dict[str, str]] = ()


class Executor:
    """Executes documents on one database."""

    def __init__(
        self,
        reader: Reader,
        sollicitations: Any,
        comptes: Any = None,
        televersements: Any = None,
        exports: Any = None,
        bac: Any = None,
        *,
        limits: Limits,
        open_introspection: bool,
        quota: Quota | None = None,
        documents: Documents | None = None,
        refused: Callable[..., None] | None = None,
    ) -> None:
        self._reader, self.refused = reader, refused
        self._services = (sollicitations, comptes, televersements, exports, bac)
        self._open_introspection, self._limits = open_introspection, limits
        self._till = Till(reader.schema.catalogue, limits, quota or Unlimited())
        self._documents = Documents({}) if documents is None else documents
        # One thread at a time for what is slow: several would keep the loop from its core.
        self.slow = asyncio.Lock()

    def dry(self) -> "Executor":
        """Give an executor that plans for this one, and reads nothing."""
        return Executor(
            *(self._reader.dry(), *self._services),
            limits=self._limits,
            open_introspection=self._open_introspection,
            documents=self._documents,
        )

    async def execute(self, acteur: Acteur | None, request: Request) -> Reply:
        """Answer a request; whatever happens is told in the answer's errors."""
        try:
            document = self._documents.get(request.query) or await self._document(request.query)
            operation = document.operation(request.operation_name)
            variables = operation.variables(request.variables)
            roots = operation.roots(variables)
            if acteur is None or request.read_only:
                self._admit(acteur, operation, roots, request)
            who = acteur or Acteur(0, "", "")
            arguments, cost = await self._till.charge(
                *(who.id, operation.kind, roots, variables), only_price=request.price_only
            )
        except (RequestError, GraphQLSyntaxError) as e:
            errors = getattr(e, "errors", [e])
            return _refused([_formatted(error) for error in errors])
        except QuotaDepasse as e:
            return _refused([_told(e)], cost=self._till.refused(e), wait=e.attente)
        except SolliError as e:
            return _refused([_told(e)])
        except RecursionError:
            message = "Ce document est trop imbriqué."
            return _refused([{"message": message, "extensions": {"code": "LIMITE_DEPASSEE"}}])
        if request.price_only:
            return Reply({"data": None}, executed=True, cost=cost)
        execution = _Execution(self, who, operation, variables, request)
        body = await execution.run(zip(roots, arguments, strict=True))
        code = body["errors"][0]["extensions"]["code"] if "errors" in body else None
        obsolete = operation.obsolescences(request.variables)
        return Reply(body, executed=True, code=code, cost=cost, obsolescences=obsolete)

    async def _document(self, text: str) -> Document:
        """Read a document, on a thread: a large one takes tens of milliseconds; and keep it."""
        async with self.slow:
            if text in self._documents:
                return self._documents[text]
            document = await asyncio.to_thread(_judged, self._limits, text)
            self._documents.keep(text, document)
        return document

    def _admit(
        self, acteur: Acteur | None, operation: Operation, roots: tuple[Root, ...], r: Request
    ) -> None:
        """Refuse an anonymous caller, but to introspection where it is open, and writes by GET."""
        if acteur is None:
            pure = all(root.selected.name.startswith("__") for root in roots)
            if not (pure and self._open_introspection):
                raise NonAuthentifie
        if r.read_only and operation.kind != "query":
            message = "GET ne sert que les lectures."
            raise EntreeInvalide(message)

    @property
    def reader(self) -> Reader:
        """Give what reads."""
        return self._reader

    def context(self, cle: str | None) -> Any:
        """Give what a mutation's function takes as its info."""
        return SimpleNamespace(context=Context(*self._services, cle=cle))


def _judged(limits: Limits, text: str) -> Document:
    """Judge a document, and free what validation leaves: by the thousand it makes long pauses."""
    try:
        return Document(schema, core(), limits, text)
    finally:
        gc.collect(1)


def _refused(errors: list[dict[str, Any]], **more: Any) -> Reply:
    code = errors[0]["extensions"]["code"]
    return Reply({"errors": errors}, executed=False, code=code, **more)


def _told(error: SolliError) -> dict[str, Any]:
    return {"message": error.message, "extensions": {"code": error.code}}


def _formatted(error: GraphQLError) -> dict[str, Any]:
    """Format an error of graphql-core's own: the request is malformed. It guesses no name."""
    formatted: dict[str, Any] = dict(error.formatted)
    formatted["message"] = error.message.partition(GUESS)[0]  # hide_suggestions leaves one
    formatted["extensions"] = {"code": EntreeInvalide.code}
    return formatted


class _Execution:
    """One execution: its answer so far."""

    def __init__(
        self,
        executor: Executor,
        acteur: Acteur,
        operation: Operation,
        variables: Values,
        request: Request,
    ) -> None:
        self._executor, self._acteur, self._operation = executor, acteur, operation
        self._reader, self._variables, self._request = executor.reader, variables, request
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
        if name in INTROSPECTION:
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
            info = self._executor.context(self._request.cle)
            member = await root.function(self._acteur, info, **arguments)
        except SolliError as e:
            if type(e) not in MEMBERS:
                raise
            if self._executor.refused:
                self._executor.refused(self._acteur.id, [e.code], mutation=root.selected.name)
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
        async with self._executor.slow:
            return await asyncio.to_thread(self._introspection.root, root.nodes)
