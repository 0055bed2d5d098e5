"""Answers a request: finds its document, has it paid for, and its operation run."""

import asyncio
import gc
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from graphql import (
    GraphQLError,
    GraphQLSyntaxError,
)
from solli_graphql.db.plan.reader import Reader
from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import (
    EntreeInvalide,
    NonAuthentifie,
    SolliError,
)
from solli_graphql.graphql.coercion import RequestError
from solli_graphql.graphql.cout import Cost, Till
from solli_graphql.graphql.documents import Document, Documents, Operation, Root
from solli_graphql.graphql.execution import Execution
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.mutation import Context
from solli_graphql.graphql.schema import core, schema
from solli_graphql.quotas import Quota, QuotaDepasse, Unlimited

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
        execution = Execution(self, who, operation, variables, request.cle)
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
