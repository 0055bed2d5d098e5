"""Is the process alive, is it ready, how is it doing."""

from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


async def vivant(_: Request) -> Response:
    """Answer as long as the process runs."""
    return JSONResponse({"vivant": True})


def pret(
    check: Callable[[], Awaitable[dict[str, bool]]],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer 200 when every part can be used, 503 otherwise."""

    async def answer(_: Request) -> Response:
        parts = await check()
        ready = all(parts.values())
        return JSONResponse({"pret": ready, **parts}, 200 if ready else 503)

    return answer


async def metrics(_: Request) -> Response:
    """Give the counters, in the format of Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
