"""A folder like a frontend's: its operations, the documented settings of its tools, the schema."""

import shutil
from pathlib import Path

import pytest

from blocs import ecrire
from paquets import ICI, relier


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    shutil.copytree(ICI / "frontend", tmp_path, dirs_exist_ok=True)
    shutil.copy(ICI.parent / "schema.graphql", tmp_path)
    ecrire("clients.md", tmp_path)
    relier(tmp_path, "clients", "no tools of a frontend")
    return tmp_path
