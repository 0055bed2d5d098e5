"""POST and GET /graphql."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import chain
from typing import Any, NamedTuple, Protocol

import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from solli_graphql.domain.acteur import Acteur
from solli_graphql.domain.errors import (
    EntreeInvalide,
    LimiteDepassee,
    NonAuthentifie,
    Occupe,
    SolliError,
)
from solli_graphql.http import auth
from solli_graphql.http.edge import SECURITY, Turnstile, refuse
from solli_graphql.http.named import Named
from solli_graphql.http.negotiation import GRAPHQL, JSON, Given, is_json, negotiate
from solli_graphql.services.identite import Identite
from solli_graphql.services.securite import Trace


class TooLarge(LimiteDepassee):
    """The body is larger than what is read."""


class UnsupportedMediaType(EntreeInvalide):
    """The body is not declared as JSON."""


class MethodNotAllowed(EntreeInvalide):
    """The method is not one that is served here."""


class NotAcceptable(EntreeInvalide):
    """The client takes no media type of ours."""


OK, BAD_REQUEST, UNAUTHORIZED, NOT_ALLOWED, TOO_MANY, UNAVAILABLE = 200, 400, 401, 405, 429, 503
MEDIA = {m: f"{m}; charset=utf-8".encode() for m in (GRAPHQL, JSON)}
IDENTITY = b"identity"
CONTAINERS = (dict, list)
BRACKETS = 20_000  # pairs of a body: a text of 10,000 characters may have some
# Seconds before a refusal for want of a place: clients that insist at once would take all the time.
PAUSE = 0.25
EXTRA = {UNAUTHORIZED: (b"www-authenticate", b"Bearer"), UNAVAILABLE: (b"retry-after", b"1")}
STATUSES = {"NON_AUTHENTIFIE": UNAUTHORIZED, "OCCUPE": UNAVAILABLE}
REFUSALS: dict[type[SolliError], int] = {
    NonAuthentifie: UNAUTHORIZED,
    Occupe: UNAVAILABLE,
    MethodNotAllowed: NOT_ALLOWED,
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
    @property
    def cost(self) -> Any: ...
    @property
    def wait(self) -> int: ...
    @property
    def obsolescences(self) -> Any: ...


Execute = Callable[..., Coroutine[Any, Any, Reply]]


class Answer(NamedTuple):
    """What goes back: a body, its status and its media type."""

    body: dict[str, Any]
    status: int
    media: str
    wait: int = 0  # seconds before trying again


class Endpoint:
    """
    The GraphQL door: it reads a request, has it executed, and writes the answer.

    It speaks ASGI itself: Starlette's Request and Response cost as much as a statement's rows.
    """

    def __init__(
        self,
        execute: Execute,
        request: Callable[..., Any],
        identite: Identite,
        turnstile: Turnstile,
        named: Named,
        trace: Trace,
        *,
        body_limit: int,
        depth_limit: int,
        get: bool,
    ) -> None:
        self._execute, self._request = execute, request
        self._identite, self._turnstile = identite, turnstile
        self._named, self._trace = named, trace
        self._limit, self._depth = body_limit, depth_limit
        self._methods = ("POST", "GET") if get else ("POST",)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._turnstile.full:
            await asyncio.sleep(PAUSE)
            await refuse(send, "busy")
            return
        answer = await self._respond(scope, receive)
        body = orjson.dumps(answer.body)
        headers = [
            (b"content-type", MEDIA[answer.media]),
            (b"content-length", b"%d" % len(body)),
            *SECURITY,
        ]
        if answer.wait:
            headers.append((b"retry-after", b"%d" % answer.wait))
        elif extra := EXTRA.get(answer.status):
            headers.append(extra)
        elif answer.status == NOT_ALLOWED:
            headers.append((b"allow", ", ".join(self._methods).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _respond(self, scope: Scope, receive: Receive) -> Answer:
        given = dict(reversed(scope["headers"]))  # the first of each name
        media, acteur = negotiate(given.get(b"accept")), None
        try:
            self._admit(scope["method"], media)
            acteur = await auth.acteur(scope["headers"], self._identite)
            asked = await self._read(scope, given, receive)
            new = None
            if self._named.concerns(asked):
                asked["query"], new = self._named.document(asked, anonymous=acteur is None)
            query, variables, name, price_only = _checked(asked)
            header, read_only = given.get(b"idempotency-key"), scope["method"] == "GET"
            cle = None if header is None else header.decode("latin-1")
            request = self._request(query, variables, name, cle, read_only, price_only)
            reply = await self._turnstile.run(self._execute(acteur, request))
            if new is not None and reply.executed:
                self._named.register(new, query)
        except SolliError as e:
            self._trace.refuser(_id(acteur), [e.code])
            return _refusal(e, media or JSON)
        if reply.code is not None:
            codes = [e["extensions"]["code"] for e in reply.body["errors"]]
            self._trace.refuser(_id(acteur), codes)
        return _answer(reply, media or JSON)

    def _admit(self, method: str, media: str | None) -> None:
        """Check the method and the media type. Raises MethodNotAllowed or NotAcceptable."""
        if method not in self._methods:
            raise MethodNotAllowed(f"Méthodes admises : {', '.join(self._methods)}.")
        if media is None:
            raise NotAcceptable(f"Ce service répond en {GRAPHQL} ou {JSON}.")

    async def _read(self, scope: Scope, given: Given, receive: Receive) -> dict[str, Any]:
        """Read what is asked. Raises EntreeInvalide, TooLarge or UnsupportedMediaType."""
        if scope["method"] == "GET":
            asked: Any = dict(QueryParams(scope["query_string"]))
            for part in ("variables", "extensions"):
                if part in asked:
                    asked[part] = self._loads(asked[part].encode())
        else:
            if not is_json(given.get(b"content-type")):
                message = "Le corps doit être du JSON en UTF-8 (Content-Type: application/json)."
                raise UnsupportedMediaType(message)
            if given.get(b"content-encoding", IDENTITY) not in (IDENTITY, b""):
                message = "Le corps ne doit pas être compressé (pas de Content-Encoding)."
                raise UnsupportedMediaType(message)
            asked = self._loads(await self._body(given, receive))
        if not isinstance(asked, dict):
            message = "Le corps doit être un objet JSON qui porte query."
            raise EntreeInvalide(message)
        return asked

    async def _body(self, given: Given, receive: Receive) -> bytes:
        """Read the body, cut as soon as it is too large, or says that it is."""
        if int(given.get(b"content-length") or 0) > self._limit:
            raise self._too_large()
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise EntreeInvalide("Le corps est incomplet.")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._limit:
                raise self._too_large()
            more = message.get("more_body", False)
        return b"".join(parts)  # mostly one, which is then not copied

    def _too_large(self) -> TooLarge:
        return TooLarge(f"Le corps dépasse la limite de {self._limit // 1024} Kio.")

    def _loads(self, body: bytes) -> Any:
        """Read JSON. Raises EntreeInvalide, or LimiteDepassee past so many levels."""
        opened = body.count(b"{") + body.count(b"[")
        # What closes less is not read to its end; in texts, both count.
        if opened > BRACKETS and body.count(b"}") + body.count(b"]") > BRACKETS:
            raise EntreeInvalide(f"Le JSON a plus de {BRACKETS} objets et listes.")
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as e:
            message = "Le corps n'est pas du JSON valide en UTF-8."
            raise EntreeInvalide(message) from e
        # Most bodies open fewer brackets than there may be levels: no need to look inside.
        if opened > self._depth and _deeper(value, self._depth):
            message = f"Le JSON est imbriqué sur plus de {self._depth} niveaux."
            raise LimiteDepassee(message)
        return value


def _id(acteur: Acteur | None) -> int | None:
    return None if acteur is None else acteur.id


def _deeper(value: Any, levels: int) -> bool:
    """Tell whether a value has more levels of lists and objects than these."""
    level = [value] if isinstance(value, CONTAINERS) else []
    for _ in range(levels):
        below = chain.from_iterable(v.values() if isinstance(v, dict) else v for v in level)
        level = [v for v in below if isinstance(v, CONTAINERS)]
    return bool(level)


def _checked(asked: dict[str, Any]) -> tuple[str, dict[str, Any], str | None, bool]:
    """Check the shape of a request. Raises EntreeInvalide."""
    query, variables = asked.get("query"), asked.get("variables")
    name, extensions = asked.get("operationName"), asked.get("extensions")
    if not isinstance(query, str) or not query or query.isspace():
        message = "query doit être un texte."
        raise EntreeInvalide(message)
    if not all(v is None or isinstance(v, dict) for v in (variables, extensions)):
        message = "variables et extensions doivent être des objets."
        raise EntreeInvalide(message)
    if name is not None and not isinstance(name, str):
        message = "operationName doit être un texte."
        raise EntreeInvalide(message)
    price_only = extensions is not None and extensions.get("simulationCout") is True
    return query, variables or {}, name or None, price_only


def _refusal(error: SolliError, media: str) -> Answer:
    errors = [{"message": error.message, "extensions": {"code": error.code}}]
    return Answer({"errors": errors}, REFUSALS.get(type(error), BAD_REQUEST), media)


def _answer(reply: Reply, media: str) -> Answer:
    if reply.cost is not None:
        asked, most, left = reply.cost
        reply.body["extensions"] = {"cout": {"demande": asked, "maximum": most, "restant": left}}
    if reply.obsolescences:
        reply.body["extensions"]["obsolescences"] = reply.obsolescences
    if reply.wait:
        return Answer(reply.body, TOO_MANY, media, reply.wait)
    status = OK if reply.code is None else STATUSES.get(reply.code, OK)
    # A document over a limit is 400 for all; other request errors only in the newer media type.
    strict = media == GRAPHQL or reply.code == LimiteDepassee.code
    if status == OK and strict and not reply.executed:
        status = BAD_REQUEST
    return Answer(reply.body, status, media)
