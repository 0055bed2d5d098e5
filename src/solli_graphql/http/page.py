"""The GraphiQL page: built by Node into the package, served under a strict policy."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent.parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY}  # the other headers are the edge's
FOR_EVER = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}  # names hold a hash
TYPES = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf"}
A_CONSTRUIRE = "La page GraphiQL n'est pas construite : il faut Node.js 20, puis « make install »."
ABSENTE = f"""<!doctype html>
<html lang="fr">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>GraphiQL : page à construire</title>
<body style="max-width: 40rem; margin: 4rem auto; padding: 0 1rem; font-family: sans-serif">
<h1>Le service fonctionne</h1>
<p>{A_CONSTRUIRE}</p>
<p>L'API répond à l'adresse <code>/graphql</code> ;
son schéma est à l'adresse <a href="/schema.graphql">/schema.graphql</a>.</p>
</html>
"""


def built() -> bool:
    """Tell whether the package holds the page."""
    return (FOLDER / "index.html").is_file()


def routes(*, demo: bool) -> list[Route]:
    """Give the page at `/` and its files, or how to get them."""
    if not built():
        return [Route("/", _html(ABSENTE))]
    html = (FOLDER / "index.html").read_text(encoding="utf-8")
    if demo:
        html = html.replace('name="solli-demo" content="non"', 'name="solli-demo" content="oui"')
    return [Route("/", _html(html)), Route("/page/assets/{name}", _assets())]


def _html(html: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        return HTMLResponse(html, headers={**HEADERS, "Cache-Control": "no-cache"})

    return answer


def _assets() -> Callable[[Request], Awaitable[Response]]:
    """Serve the files that were built, and no other: their names are known from the start."""
    files = {path.name: path for path in (FOLDER / "assets").iterdir()}

    async def answer(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None:
            return Response(status_code=404)
        media, compressed = TYPES.get(path.suffix), files.get(f"{path.name}.gz")
        if compressed is None:
            return FileResponse(path, headers=FOR_EVER, media_type=media)
        headers = {**FOR_EVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            path, headers["Content-Encoding"] = compressed, "gzip"
        return FileResponse(path, headers=headers, media_type=media)

    return answer


def comptes(
    emettre: Callable[[], Awaitable[list[dict[str, Any]]]],
) -> Callable[[Request], Awaitable[Response]]:
    """Give the demonstration's accounts, each with a fresh token: for the page's switch."""

    async def answer(_: Request) -> Response:
        return JSONResponse(await emettre(), headers={"Cache-Control": "no-store"})

    return answer
