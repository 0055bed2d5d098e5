"""`solli serve`, whose loop tells at /retard how late it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from solli_graphql import app, cli

STEP = 0.005  # seconds that the watch sleeps each time
MINE = Path("/proc/thread-self/schedstat")
_late: list[tuple[float, float]] = []
_create = app.create


async def _watch() -> None:
    loop = asyncio.get_running_loop()
    while True:
        begin, waited = loop.time(), _waited()
        await asyncio.sleep(STEP)
        late = loop.time() - begin - STEP
        _late.append((late, max(0.0, late - (_waited() - waited))))


def _waited() -> float:
    """Give the seconds that this thread has waited for a core, others having them all."""
    return int(MINE.read_text().split()[1]) / 1e9


async def _tell(_: Request) -> JSONResponse:
    """Give the delays since the last time, in milliseconds, waits for a core included or not."""
    whole, own = (
        sorted(round(1000 * late, 1) for late in each) for each in zip(*_late, strict=True)
    )
    _late.clear()
    return JSONResponse([whole, own])


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
