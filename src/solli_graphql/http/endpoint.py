"""POST and GET /graphql."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from solli_graphql.domain.errors import (
    EntreeInvalide,
    LimiteDepassee,
    NonAuthentifie,
    SolliError,
)
from solli_graphql.http import auth
from solli_graphql.http.negotiation import GRAPHQL, JSON, is_json, negotiate
from solli_graphql.services.identite import Identite


class TooLarge(LimiteDepassee):
    """The body is larger than what is read."""


class Reply(Protocol):
    """What the executor answers."""

    @property
    def body(self) -> dict[str, Any]: ...
    @property
    def executed(self) -> bool: ...
    @property
    def code(self) -> str | None: ...


Execute = Callable[..., Awaitable[Reply]]


class Endpoint:
    """The GraphQL door: it reads a request, has it executed, and writes the answer."""

    def __init__(self, execute: Execute, identite: Identite, *, body_limit: int, get: bool) -> None:
        self._execute, self._identite = execute, identite
        self._limit, self._get = body_limit, get

    async def __call__(self, request: Request) -> Response:
        media = negotiate(request.headers.get("accept"))
        if media is None:
            message = f"Ce service répond en {GRAPHQL} ou {JSON}."
            return _error(EntreeInvalide(message), 406, JSON)
        try:
            acteur = await auth.acteur(request, self._identite)
            asked = await self._read(request)
        except NonAuthentifie as e:
            return _error(e, UNAUTHORIZED, media)
        except TooLarge as e:
            return _error(e, 413, media)
        except UnsupportedMediaType as e:
            return _error(e, 415, media)
        except SolliError as e:
            return _error(e, BAD_REQUEST, media)
        return _answer(await self._execute(acteur, **asked), media)

    async def _read(self, request: Request) -> dict[str, Any]:
        """Read what is asked. Raises EntreeInvalide, TooLarge or UnsupportedMediaType."""
        if request.method == "GET":
            asked: Any = dict(request.query_params)
            for name in ("variables", "extensions"):
                if name in asked:
                    asked[name] = _loads(asked[name].encode())
        else:
            if not is_json(request.headers.get("content-type")):
                message = "Le corps doit être du JSON en UTF-8 (Content-Type: application/json)."
                raise UnsupportedMediaType(message)
            asked = _loads(await self._body(request))
        return {
            **_checked(asked),
            "cle": request.headers.get("idempotency-key"),
            "read_only": request.method == "GET",
        }

    async def _body(self, request: Request) -> bytes:
        """Read the body, cut as soon as it is too large."""
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._limit:
                    message = f"Le corps dépasse la limite de {self._limit // 1024} Kio."
                    raise TooLarge(message)
        except ClientDisconnect as e:
            message = "Le corps est incomplet."
            raise EntreeInvalide(message) from e
        return bytes(body)


class UnsupportedMediaType(EntreeInvalide):
    """The body is not declared as JSON."""


def _loads(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as e:
        message = "Le corps n'est pas du JSON valide en UTF-8."
        raise EntreeInvalide(message) from e


def _checked(asked: Any) -> dict[str, Any]:
    """Check the shape of a request. Raises EntreeInvalide."""
    if not isinstance(asked, dict):
        message = "Le corps doit être un objet JSON qui porte query."
        raise EntreeInvalide(message)
    query, variables = asked.get("query"), asked.get("variables")
    name, extensions = asked.get("operationName"), asked.get("extensions")
    if not isinstance(query, str) or not query.strip():
        message = "query doit être un texte."
        raise EntreeInvalide(message)
    if not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
        message = "variables et extensions doivent être des objets."
        raise EntreeInvalide(message)
    if not isinstance(name, str | None):
        message = "operationName doit être un texte."
        raise EntreeInvalide(message)
    return {"query": query, "variables": variables or {}, "operation_name": name or None}


OK, BAD_REQUEST, UNAUTHORIZED, UNAVAILABLE = 200, 400, 401, 503
STATUSES = {"NON_AUTHENTIFIE": UNAUTHORIZED, "OCCUPE": UNAVAILABLE}


def _answer(reply: Reply, media: str) -> Response:
    status = STATUSES.get(reply.code or "", OK)
    # A document over a limit is 400 for all; other request errors only in the newer media type.
    strict = media == GRAPHQL or reply.code == LimiteDepassee.code
    if status == OK and strict and not reply.executed:
        status = BAD_REQUEST
    return _response(reply.body, status, media)


def _error(error: SolliError, status: int, media: str) -> Response:
    errors = [{"message": error.message, "extensions": {"code": error.code}}]
    return _response({"errors": errors}, status, media)


def _response(body: dict[str, Any], status: int, media: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status == UNAVAILABLE:
        headers["Retry-After"] = "1"
    return Response(orjson.dumps(body), status, headers, f"{media}; charset=utf-8")
