"""POST and GET /graphql."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from solli_graphql.domain.errors import (
    EntreeInvalide,
    LimiteDepassee,
    NonAuthentifie,
    Occupe,
    SolliError,
)
from solli_graphql.http import auth
from solli_graphql.http.negotiation import GRAPHQL, JSON, is_json, negotiate
from solli_graphql.services.identite import Identite


class TooLarge(LimiteDepassee):
    """The body is larger than what is read."""


class UnsupportedMediaType(EntreeInvalide):
    """The body is not declared as JSON."""


class MethodNotAllowed(EntreeInvalide):
    """The method is not one that is served here."""


class NotAcceptable(EntreeInvalide):
    """The client takes no media type of ours."""


OK, BAD_REQUEST, UNAUTHORIZED, UNAVAILABLE = 200, 400, 401, 503
STATUSES = {"NON_AUTHENTIFIE": UNAUTHORIZED, "OCCUPE": UNAVAILABLE}
REFUSALS: dict[type[SolliError], int] = {
    NonAuthentifie: UNAUTHORIZED,
    Occupe: UNAVAILABLE,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    TooLarge: 413,
    UnsupportedMediaType: 415,
}


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

    def __init__(
        self,
        execute: Execute,
        identite: Identite,
        *,
        body_limit: int,
        depth_limit: int,
        get: bool,
    ) -> None:
        self._execute, self._identite = execute, identite
        self._limit, self._depth = body_limit, depth_limit
        self._methods = ("POST", "GET") if get else ("POST",)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        media = negotiate(request.headers.get("accept"))
        try:
            self._admit(request, media)
            acteur = await auth.acteur(request, self._identite)
            asked = await self._read(request)
            reply = await self._execute(acteur, **asked)
        except SolliError as e:
            return self._refusal(e, media or JSON)
        return _answer(reply, media or JSON)

    def _admit(self, request: Request, media: str | None) -> None:
        """Check the method and the media type. Raises MethodNotAllowed or NotAcceptable."""
        if request.method not in self._methods:
            raise MethodNotAllowed(f"Méthodes admises : {', '.join(self._methods)}.")
        if media is None:
            raise NotAcceptable(f"Ce service répond en {GRAPHQL} ou {JSON}.")

    def _refusal(self, error: SolliError, media: str) -> Response:
        errors = [{"message": error.message, "extensions": {"code": error.code}}]
        response = _response({"errors": errors}, REFUSALS.get(type(error), BAD_REQUEST), media)
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(self._methods)
        return response

    async def _read(self, request: Request) -> dict[str, Any]:
        """Read what is asked. Raises EntreeInvalide, TooLarge or UnsupportedMediaType."""
        if request.method == "GET":
            asked: Any = dict(request.query_params)
            for name in ("variables", "extensions"):
                if name in asked:
                    asked[name] = self._loads(asked[name].encode())
        else:
            if not is_json(request.headers.get("content-type")):
                message = "Le corps doit être du JSON en UTF-8 (Content-Type: application/json)."
                raise UnsupportedMediaType(message)
            if request.headers.get("content-encoding", "identity") != "identity":
                message = "Le corps ne doit pas être compressé (pas de Content-Encoding)."
                raise UnsupportedMediaType(message)
            asked = self._loads(await self._body(request))
        return {
            **_checked(asked),
            "cle": request.headers.get("idempotency-key"),
            "read_only": request.method == "GET",
        }

    async def _body(self, request: Request) -> bytes:
        """Read the body, cut as soon as it is too large, or says that it is."""
        if int(request.headers.get("content-length", 0)) > self._limit:
            raise self._too_large()
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > self._limit:
                    raise self._too_large()
        except ClientDisconnect as e:
            message = "Le corps est incomplet."
            raise EntreeInvalide(message) from e
        return bytes(body)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"Le corps dépasse la limite de {self._limit // 1024} Kio.")

    def _loads(self, body: bytes) -> Any:
        """Read JSON. Raises EntreeInvalide, or LimiteDepassee past so many levels."""
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as e:
            message = "Le corps n'est pas du JSON valide en UTF-8."
            raise EntreeInvalide(message) from e
        # Most bodies open fewer brackets than there may be levels: no need to look inside.
        if body.count(b"{") + body.count(b"[") > self._depth and _deeper(value, self._depth):
            message = f"Le JSON est imbriqué sur plus de {self._depth} niveaux."
            raise LimiteDepassee(message)
        return value


def _deeper(value: Any, levels: int) -> bool:
    """Tell whether a value has more levels of lists and objects than these."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_deeper(v, levels - 1) for v in inner)


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


def _answer(reply: Reply, media: str) -> Response:
    status = STATUSES.get(reply.code or "", OK)
    # A document over a limit is 400 for all; other request errors only in the newer media type.
    strict = media == GRAPHQL or reply.code == LimiteDepassee.code
    if status == OK and strict and not reply.executed:
        status = BAD_REQUEST
    return _response(reply.body, status, media)


def _response(body: dict[str, Any], status: int, media: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status == UNAVAILABLE:
        headers["Retry-After"] = "1"
    return Response(orjson.dumps(body), status, headers, f"{media}; charset=utf-8")
