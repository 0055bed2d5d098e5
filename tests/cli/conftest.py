"""A command to run, and the databases to run it on."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commandes import PIECES, Solli, copier, done
from conftest import new_database
from solli_graphql.cli import main
from solli_graphql.db.migrate import migrate


@pytest.fixture
def solli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Solli:
    """
    Run a command where no .env interferes; a database is given by `url`, demo mode by default.
    """
    monkeypatch.chdir(tmp_path)
    for name in ("MODE", "DATABASE_URL", "POOL", "STORAGE_URL"):
        monkeypatch.delenv(f"SOLLI_{name}", raising=False)

    async def run(*args: Any, url: str = "", mode: str = "demo", **env: str) -> Result:
        settings = {"SOLLI_MODE": mode, **env} | ({"SOLLI_DATABASE_URL": url} if url else {})
        words = [str(a) for a in args]
        return await asyncio.to_thread(CliRunner().invoke, main, words, env=settings)

    return run


@pytest.fixture(scope="session")
async def modele(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """
    Give a demonstration of 40 to copy, on each engine.
    """
    if engine == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('modele') / 'modele.db'}"
    else:
        url = await new_database(request.getfixturevalue("postgres"))
    args, env = (
        ["demo", "--sollicitations", "40"],
        {"SOLLI_MODE": "demo", "SOLLI_DATABASE_URL": url},
    )
    if engine == "postgresql":
        PIECES[url] = tmp_path_factory.mktemp("modele") / "pieces"
        env["SOLLI_STORAGE_URL"] = f"file://{PIECES[url]}"
    done(await asyncio.to_thread(CliRunner().invoke, main, args, env=env))
    return url


@pytest.fixture(scope="session")
def vide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Give a migrated SQLite database to copy.
    """
    path = tmp_path_factory.mktemp("vide") / "vide.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def migre(vide: Path, tmp_path: Path) -> str:
    """
    Give a migrated SQLite database.
    """
    shutil.copy(vide, tmp_path / "solli.db")
    return f"sqlite:///{tmp_path / 'solli.db'}"


@pytest.fixture
async def demo_url(modele: str, tmp_path: Path) -> str:
    """
    Give a small demonstration to change, on each engine.
    """
    return await copier(modele, tmp_path)
