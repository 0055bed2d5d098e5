"""Packages of npm that tests need, pinned in a folder of theirs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ICI = Path(__file__).parent


def installer(nom: str, sinon: str) -> Path:
    """
    Install the packages of tests/NOM beside the repository's own files, once.

    Without Node the test is skipped, which says so (`sinon`); in CI it fails.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        assert not os.environ.get("CI"), "node and npm are needed"
        pytest.skip(f"node or npm is missing: {sinon}")
    source, cache = ICI / nom, ICI.parent / f".{nom}_cache"
    lock = (source / "package-lock.json").read_bytes()
    fait = cache / "package-lock.json"
    if fait.exists() and fait.read_bytes() == lock:
        return cache
    neuf = cache.with_name(f".{nom}-{os.getpid()}_cache")
    neuf.mkdir()
    for fichier in ("package.json", ".npmrc"):
        shutil.copy(source / fichier, neuf)
    (neuf / "package-lock.json").write_bytes(lock)
    subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=neuf,
        check=True,
        capture_output=True,
        timeout=300,
    )
    shutil.rmtree(cache, ignore_errors=True)
    neuf.rename(cache)
    return cache


def relier(dossier: Path, nom: str, sinon: str) -> None:
    """Let the code of a folder import the packages of tests/NOM."""
    lien = dossier / "node_modules"
    if not lien.exists():
        lien.symlink_to(installer(nom, sinon) / "node_modules")


def outil(dossier: Path, nom: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of those packages in such a folder."""
    commande = [str(dossier / "node_modules" / ".bin" / nom), *arguments]
    return subprocess.run(
        commande, cwd=dossier, check=False, capture_output=True, text=True, timeout=120
    )
