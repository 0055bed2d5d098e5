"""Builds the application, once: the routes, what requests go through, and what serves them."""

import asyncio
import gc
import multiprocessing
import signal
import sys
from collections.abc import AsyncIterator
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
from solli_graphql.http import health, page
from solli_graphql.http.edge import Edge, Guard
from solli_graphql.http.logs import Logged
from solli_graphql.logs import configurer
from solli_graphql.runtime import Service
from solli_graphql.services.liens import CHEMIN
from solli_graphql.settings import Settings


class Direct:
    """Hands the requests for one path to what serves it."""

    def __init__(self, app: ASGIApp, path: str, to: ASGIApp) -> None:
        self._app, self._path, self._to = app, path, to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        direct = scope["type"] == "http" and scope["path"] == self._path
        await (self._to if direct else self._app)(scope, receive, send)


async def _schema(_: Request) -> Response:
    return PlainTextResponse(sdl())


def edge(settings: Settings) -> Edge:
    """Give what one connection may take."""
    return Edge(
        head_bytes=settings.entete_octets,
        headers=settings.entete_nombre,
        head_seconds=settings.delai_entete,
        body_seconds=settings.delai_corps,
        send_seconds=settings.delai_envoi,
        idle_seconds=settings.delai_inactivite,
    )


def _middleware(settings: Settings, paths: frozenset[str]) -> list[Middleware]:
    """List what a request goes through, the outermost first."""
    logged = Middleware(Logged, paths=paths)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=("GET", "POST"),
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
        Route("/graphql", service),
        Route(f"{CHEMIN}{{jeton}}", service.download),
        Route("/schema.graphql", _schema),
        Route("/vivant", health.vivant),
        Route("/pret", health.pret(service.ready)),
        Route("/metrics", health.metrics),
    ]
    if settings.page:
        routes += page.routes(demo=settings.demo)
    if settings.demo:
        routes.append(Route("/demo/comptes", page.comptes(partial(acces.emettre, service.db))))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        _die_with_the_supervisor()
        await service.open()
        yield {"edge": edge(settings)}
        await service.close()

    paths = frozenset(route.path for route in routes)
    # The last one: nearly every request is for /graphql, and goes there past Starlette's router.
    direct = Middleware(Direct, path="/graphql", to=service)
    middleware = [*_middleware(settings, paths), direct]
    app = Starlette(routes=routes, lifespan=lifespan, middleware=middleware)
    app.state.service = service
    return app


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
