"""Builds the application, once: the routes, what requests go through, and what serves them."""

import asyncio
import gc
import multiprocessing
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from solli_graphql.demo import acces
from solli_graphql.graphql.schema import sdl
from solli_graphql.http import health, page, portes
from solli_graphql.http.edge import Edge, Guard, trusting
from solli_graphql.http.logs import REQUESTS, Logged
from solli_graphql.http.negotiation import Headers
from solli_graphql.logs import configurer
from solli_graphql.runtime import Service
from solli_graphql.services.liens import CHEMIN, ENVOIS
from solli_graphql.settings import Settings

GRAPHQL = "/graphql"


class Application(Starlette):
    """Starlette, past which the usual request goes to /graphql: it would take as long as SQL."""

    def __init__(
        self, service: Service, usual: ASGIApp, hosts: Sequence[str], **parts: Any
    ) -> None:
        super().__init__(**parts)
        self.state.service, self._usual = service, usual
        self.router.redirect_slashes = False  # it fails on a query string that is not UTF-8
        self._trusted = trusting(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] == "http" and scope["path"] == GRAPHQL
        if asked and not self._unusual(scope["headers"]):
            await self._usual(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _unusual(self, headers: Headers) -> bool:
        """Tell what the middleware has to judge: a repeated header, another origin, a host."""
        given = dict(headers)
        repeated = len(given) < len(headers)
        return repeated or b"origin" in given or not self._trusted(given.get(b"host", b""))


async def _schema(_: Request) -> Response:
    return PlainTextResponse(sdl())


def edge(settings: Settings) -> Edge:
    """Give what one connection may take."""
    return Edge(
        head_bytes=settings.entete_octets,
        headers=settings.entete_nombre,
        head_seconds=settings.delai_entete,
        body_seconds=settings.delai_corps,
        uploads=ENVOIS,
        upload_seconds=settings.delai_televersement,
        send_seconds=settings.delai_envoi,
        idle_seconds=settings.delai_inactivite,
    )


def _middleware(settings: Settings, paths: frozenset[str]) -> list[Middleware]:
    """List what a request goes through, the outermost first."""
    logged = Middleware(Logged, paths=paths)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=("GET", "POST", "PUT"),
        allow_headers=("Authorization", "Content-Type", "Idempotency-Key"),
        expose_headers=("Retry-After",),
    )
    guard = Middleware(Guard, hosts=settings.hosts)
    return [guard, cors, logged] if settings.origins else [guard, logged]


def _die_with_the_supervisor() -> None:
    """Stop when uvicorn's supervisor is gone: its workers would keep the port for ever."""
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_reader(parent.sentinel)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(parent.sentinel, stop)


def create_app(settings: Settings, *, patience: int = 0, prepared: bool = False) -> Starlette:
    """
    Build the application for these settings.

    patience: how many seconds it waits for its database;
    prepared: whether it compiles the known operations once it is open.
    """
    service = Service(settings, patience, prepared=prepared)
    routes = [
        Route(GRAPHQL, service),
        Route(f"{CHEMIN}{{jeton}}", service.download),
        Route(f"{ENVOIS}{{jeton}}", service.upload, methods=["PUT"]),
        Route("/schema.graphql", _schema),
        Route("/vivant", health.vivant),
        Route("/pret", health.pret(service.ready)),
        Route("/metrics", health.metrics),
    ]
    if settings.page:
        routes += page.routes(demo=settings.demo)
    if settings.demo:
        routes.append(Route("/demo/comptes", page.comptes(partial(acces.emettre, service.db))))

    portes.verifier(routes)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        _die_with_the_supervisor()
        await service.open()
        yield {"edge": edge(settings)}
        await service.close()
        REQUESTS.tell()

    paths = frozenset(route.path for route in routes)
    middleware = _middleware(settings, paths)
    usual, hosts = Logged(service, paths), settings.hosts
    return Application(
        service, usual, hosts, routes=routes, lifespan=lifespan, middleware=middleware
    )


def create() -> Starlette:
    """
    Build the application for the settings of the environment: what uvicorn's workers call.

    `solli serve` has found the database there: a worker started again when it is away must wait,
    since uvicorn stops them all when one cannot start.
    """
    configurer()
    app = create_app(Settings(), patience=60, prepared=True)
    gc.freeze()  # what was imported stays: a full collection of it would stop the loop
    gc.enable()
    return app
