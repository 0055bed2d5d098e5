"""`solli serve`, whose loop tells at /retard how late it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from solli_graphql import app, cli

STEP = 0.002  # seconds that the watch sleeps each time
_late: list[float] = []
_create = app.create


async def _watch() -> None:
    loop = asyncio.get_running_loop()
    while True:
        begin = loop.time()
        await asyncio.sleep(STEP)
        _late.append(loop.time() - begin - STEP)


async def _tell(_: Request) -> JSONResponse:
    """Give the delays since the last time, in milliseconds, the longest last; and forget them."""
    found = sorted(round(1000 * late, 1) for late in _late)
    _late.clear()
    return JSONResponse(found)


def create() -> Starlette:
    """Build the application, and watch its loop."""
    built = _create()
    lifespan = built.router.lifespan_context

    @asynccontextmanager
    async def watched(of: Starlette) -> AsyncIterator[Any]:
        async with lifespan(of) as state:
            watch = asyncio.create_task(_watch())
            yield state
            watch.cancel()

    built.router.lifespan_context = watched
    built.router.routes.append(Route("/retard", _tell))
    return built


if __name__ == "__main__":
    app.create = create  # uvicorn takes it by its name
    cli.main()
