"""The routes of the GraphiQL page: what is served, to whom, and under which policy."""

import gzip
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from client import Client
from solli_graphql.app import create_app
from solli_graphql.http import page
from solli_graphql.settings import Mode, Settings

INDEX = """<!doctype html><html><head><meta name="solli-demo" content="non"><title>GraphiQL</title>
<script src="/page/assets/index-abc123.js"></script></head></html>"""
SCRIPT = b"console.log('bonjour')" * 50


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    Put a page of two files where the built one would be.
    """
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "assets" / "index-abc123.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "index-abc123.js.gz").write_bytes(gzip.compress(SCRIPT))
    monkeypatch.setattr(page, "FOLDER", tmp_path)
    return tmp_path


Served = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def served(client: Client, settings: Settings) -> Served:
    """
    Serve the application on the tests' database, with other settings.
    """
    assert client

    @asynccontextmanager
    async def serving(**changed: object) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(settings.model_copy(update=changed))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
                yield http

    return serving


class TestPage:
    async def test_of_a_demonstration(self, folder: Path, served: Served) -> None:
        """
        In demo mode the page may switch accounts, and load nothing from elsewhere.
        """
        assert folder
        async with served() as http:
            r = await http.get("/")
        assert 'content="oui"' in r.text
        assert r.headers["cache-control"] == "no-cache"
        policy = r.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "http" not in policy

    async def test_of_production(self, folder: Path, served: Served) -> None:
        """
        Switched on in production, it gives no token; switched off in a demonstration, it is a 404.
        """
        assert folder
        async with served(mode=Mode.PRODUCTION, graphiql=True) as http:
            r, comptes = await http.get("/"), await http.get("/demo/comptes")
        assert (r.status_code, comptes.status_code) == (200, 404)
        assert 'content="non"' in r.text
        async with served(graphiql=False) as http:
            assert (await http.get("/")).status_code == 404

    async def test_says_how_to_build_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: Served
    ) -> None:
        """
        Where the page is not built, `/` says in French how to get it.
        """
        monkeypatch.setattr(page, "FOLDER", tmp_path / "absent")
        async with served() as http:
            r = await http.get("/")
        assert "make install" in r.text
        assert "GraphiQL" in r.text.split("</title>")[0]


class TestAssets:
    @pytest.mark.parametrize("encoding", ["gzip, br", "identity"])
    async def test_is_kept_for_ever(self, folder: Path, served: Served, encoding: str) -> None:
        """
        A file whose name holds its hash is kept for ever, compressed for who can read that.
        """
        assert folder
        async with served() as http:
            (name,) = re.findall(r'src="([^"]+)"', (await http.get("/")).text)
            r = await http.get(name, headers={"accept-encoding": encoding})
        assert r.content == SCRIPT
        assert r.headers.get("content-encoding") == ("gzip" if "gzip" in encoding else None)
        assert r.headers["content-type"].startswith("text/javascript")
        assert "immutable" in r.headers["cache-control"]
        assert r.headers["x-content-type-options"] == "nosniff"
        assert r.headers["content-security-policy"] == page.POLICY

    @pytest.mark.parametrize("name", ["..%2findex.html", "absent.js", "%2e%2e/index.html", ""])
    async def test_serves_nothing_else(self, folder: Path, served: Served, name: str) -> None:
        """
        A name that was not built is a 404, whatever it is.
        """
        assert folder
        async with served() as http:
            assert (await http.get(f"/page/assets/{name}")).status_code == 404
