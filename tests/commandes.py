"""What the tests of commands share: how a command ends, and a database read by hand."""

import json
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from click.testing import Result

from conftest import new_database
from solli_graphql.db import models as m
from solli_graphql.db.migrate import on
from solli_graphql.db.opening import SQLITE

Solli = Callable[..., Awaitable[Result]]
PIECES: dict[str, Path] = {}  # of a model on PostgreSQL, where its attachments are
LEUR_CLE = {"cle", "idempotence"}  # what no two databases share


def done(result: Result) -> Result:
    """Check that a command has succeeded."""
    assert result.exit_code == 0, (result.output, result.exception)
    return result


ANGLAIS = re.compile(
    r"\b(the|is|not|must|should|input|invalid|expected|failed|error)\b", re.IGNORECASE
)


def refused(result: Result) -> str:
    """Check that a command has failed with a French sentence, without a traceback; give it."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    said = result.stderr.removeprefix("Error: ").removeprefix("Erreur : ").strip()
    assert said.endswith((".", ")")) or "\n" in said or " : " in said, said
    assert not ANGLAIS.search(said), said
    return said


async def tables(url: str) -> dict[str, list[Any]]:
    """Read a database whole, table by table."""

    def read(connection: sa.Connection) -> dict[str, list[Any]]:
        return {
            t.name: [
                tuple(row) for row in connection.execute(sa.select(t).order_by(*t.primary_key))
            ]
            for t in m.metadata.sorted_tables
            if t.name not in LEUR_CLE
        }

    return await on(url, read)


async def execute(url: str, statement: Any, values: Any = None) -> None:
    """Change a database by hand, behind the program's back."""
    await on(url, lambda c: c.execute(statement, values or {}))


async def one(url: str, statement: Any) -> Any:
    """Read one value by hand."""
    return await on(url, lambda c: c.execute(statement).scalar_one())


async def first(url: str, statement: Any) -> Any:
    """Read the first row by hand."""
    return await on(url, lambda c: tuple(c.execute(statement).first() or ()))


async def copier(modele: str, tmp_path: Path) -> str:
    """Copy a database that nobody is connected to, and its attachments."""
    if modele.startswith(SQLITE):
        copie = tmp_path.with_suffix(".db")
        shutil.copy(modele.removeprefix(SQLITE), copie)
        shutil.copytree(f"{modele.removeprefix(SQLITE)}.pieces", f"{copie}.pieces")
        return f"{SQLITE}{copie}"
    before, _, options = modele.partition("?")
    base, name = before.rsplit("/", 1)
    # Where commands look by default, as they run in this folder.
    if PIECES[modele] != tmp_path / "pieces":
        shutil.copytree(PIECES[modele], tmp_path / "pieces", dirs_exist_ok=True)
    server = f"{base}/postgres" + (f"?{options}" if options else "")
    copied = await new_database(server, template=name)
    PIECES[copied] = tmp_path / "pieces"
    return copied


CATEGORIE = {"code": "C1", "libelle": "Un", "sousCategories": []}
SOUS = {"code": "S1", "libelle": "Sous", "routage": "SUPPORT"}
STRUCTURE: dict[str, Any] = {
    "identifiant": {"type": "SIRET", "valeur": "73282932000074"},
    "designation": "Ville",
    "raisonSociale": "VILLE",
    "publique": True,
    "services": [{"code": "V1", "libelle": "Voirie"}],
}
BON = {
    "categories": [{**CATEGORIE, "sousCategories": [SOUS, {**SOUS, "code": "S2"}]}],
    "structures": [STRUCTURE],
}


def ecrire(tmp_path: Path, contenu: Any) -> Path:
    """Write a file of reference data."""
    fichier = tmp_path / "referentiel.json"
    texte = contenu if isinstance(contenu, bytes) else json.dumps(contenu).encode()
    fichier.write_bytes(texte)
    return fichier
