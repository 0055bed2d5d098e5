"""A folder like a frontend's: its operations, the documented settings of its tools, the schema."""

import shutil
import subprocess
from pathlib import Path

import pytest

from blocs import ecrire
from paquets import ICI, outil, relier


def poser(dossier: Path) -> Path:
    """Fill such a folder."""
    shutil.copytree(ICI / "frontend", dossier, dirs_exist_ok=True)
    shutil.copy(ICI.parent / "schema.graphql", dossier)
    ecrire("clients.md", dossier)
    relier(dossier, "clients", "no tools of a frontend")
    return dossier


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    return poser(tmp_path)


@pytest.fixture(scope="session")
def compilee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Such a folder, whose operations have their types and whose code is JavaScript, in `js`.
    """
    dossier = poser(tmp_path_factory.mktemp("frontend"))
    subprocess.run(["node", "possible-types.mjs"], cwd=dossier, check=True, timeout=60)
    for commande in (
        ("relay-compiler", "relay.config.json"),
        ("graphql-codegen", "--config", "codegen.mjs"),
        ("tsc", "-p", "."),
    ):
        dit = outil(dossier, *commande)
        assert dit.returncode == 0, dit.stdout + dit.stderr
    return dossier
