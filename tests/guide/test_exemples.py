"""Every example of the guide is run, as its readers would, on a demonstration of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from exemples import blocs, comparer, jouer, programme, semblable
from graphql import parse, validate
from paquets import installer
from prises import listening
from solli_graphql.graphql.schema import core
from solli_graphql.settings import Mode, Settings

RACINE = Path(__file__).parents[2]
PAGES = [RACINE / "docs" / "index.md", *sorted((RACINE / "docs" / "guide").glob("*.md"))]
AVEC = {
    langue: [p for p in PAGES if any(b.langue == langue for b in blocs(p))]
    for langue in ("sh", "python", "ts")
}

# Pages with commands that are not run: those that install, which CI runs first, or need a name.
SANS = {"demarrer", "exploiter"}

TSC = """--strict --noUncheckedIndexedAccess --target es2022 --module nodenext
    --types node --skipLibCheck""".split()


def nom(page: Path) -> str:
    return page.stem


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Load the demonstration that `make run` loads, once.
    """
    dossier = tmp_path_factory.mktemp("demonstration")
    env = os.environ | {"SOLLI_MODE": "demo", "SOLLI_DATABASE_URL": "sqlite:///solli-demo.db"}
    commande = [sys.executable, "-m", "solli_graphql.cli", "demo"]
    subprocess.run(commande, cwd=dossier, env=env, check=True, capture_output=True, timeout=120)
    return dossier


@pytest.fixture
def dossier(modele: Path, tmp_path: Path) -> Path:
    """
    Make a folder as `make run` leaves it: the demonstration, and `.venv/bin/solli`.
    """
    dossier = tmp_path / "solli-graphql"
    shutil.copytree(modele, dossier)
    solli = dossier / ".venv" / "bin" / "solli"
    solli.parent.mkdir(parents=True)
    solli.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m solli_graphql.cli "$@"\n')
    solli.chmod(0o755)
    return dossier


@pytest.fixture
def port(dossier: Path) -> Iterator[int]:
    """
    Serve it.
    """
    base = f"sqlite:///{dossier / 'solli-demo.db'}"
    with listening(Settings(mode=Mode.DEMO, database_url=base, _env_file=None)) as server:
        yield server.port


@pytest.fixture
def jetons(port: int) -> dict[str, str]:
    """
    Give the tokens that examples read in the environment: EMETTEUR, RECEPTEUR…
    """
    comptes = httpx.get(f"http://127.0.0.1:{port}/demo/comptes").raise_for_status().json()
    return {c["courriel"].partition("@")[0].upper().replace("-", "_"): c["jeton"] for c in comptes}


class TestExemples:
    @pytest.mark.parametrize("page", AVEC["sh"], ids=nom)
    def test_in_a_shell(self, page: Path, dossier: Path, port: int, jetons: dict[str, str]) -> None:
        """
        The commands of a page do what it says, and answer what it shows.
        """
        for outil in ("bash", "curl", "jq"):
            if not shutil.which(outil):
                assert not os.environ.get("CI"), f"{outil} is needed"
                pytest.skip(f"{outil} is missing: the commands of the guide are not run")
        script = dossier / "exemples.sh"
        script.write_text("set -euo pipefail\n" + programme(page, "sh", port))

        comparer(page, "sh", jouer(["bash", str(script)], dossier, port, **jetons))

    @pytest.mark.parametrize("page", AVEC["python"], ids=nom)
    def test_in_python(self, page: Path, dossier: Path, port: int, jetons: dict[str, str]) -> None:
        """
        The Python of a page does what it says.
        """
        script = dossier / "exemples.py"
        script.write_text(programme(page, "python", port))

        comparer(page, "python", jouer([sys.executable, str(script)], dossier, port, **jetons))

    @pytest.mark.parametrize("page", AVEC["ts"], ids=nom)
    def test_in_typescript(
        self, page: Path, dossier: Path, port: int, jetons: dict[str, str]
    ) -> None:
        """
        The TypeScript of a page is well typed, strictly, and does what it says.
        """
        paquets = installer("guide", "the TypeScript of the guide is not run")
        (dossier / "node_modules").symlink_to(paquets / "node_modules")
        shutil.copy(paquets / "package.json", dossier)
        (dossier / "exemples.ts").write_text(programme(page, "ts", port))
        jouer(["node", "node_modules/typescript/bin/tsc", *TSC, "exemples.ts"], dossier, port)

        comparer(page, "ts", jouer(["node", "exemples.js"], dossier, port, **jetons))


class TestPages:
    @pytest.mark.parametrize("page", PAGES, ids=nom)
    def test_holds_nothing_that_is_not_tested(self, page: Path) -> None:
        """
        What is not run is a GraphQL document that is valid, or an answer.
        """
        for bloc in blocs(page):
            ou = f"{page.name}:{bloc.ligne}"
            if bloc.langue == "graphql":
                assert validate(core(), parse(bloc.texte)) == [], ou
            elif bloc.langue == "json":
                json.loads(bloc.texte)
            else:
                admises = (
                    "sh",
                    "python",
                    "ts",
                    "text",
                    *(["console"] if nom(page) in SANS else []),
                )
                assert bloc.langue in admises, ou

    def test_the_commands_of_the_first_minutes_are_counted(self) -> None:
        """
        The first page has as many commands as it announces.
        """
        page = RACINE / "docs" / "guide" / "demarrer.md"
        assert "**sept commandes**" in page.read_text(encoding="utf-8")
        assert len([b for b in blocs(page) if b.langue in ("sh", "console")]) == 7


class TestSemblable:
    @pytest.mark.parametrize(
        ("montre", "vrai"),
        [
            ({"a": 1}, {"a": 2}),
            ({"a": 1}, {"b": 1}),
            ([1], [1, 2]),
            ([1, 2, "…"], [1]),
            ("S-…", "T-1"),
            (None, ""),
            (True, 1),
            ("a…", 1),
        ],
    )
    def test_what_is_not_true_is_seen(self, montre: object, vrai: object) -> None:
        """
        A shown answer that the server does not give is a failure.
        """
        assert not semblable(montre, vrai)

    def test_what_changes_may_be_left_out(self) -> None:
        """
        « … » stands for a part of a text, or for the rest of a list; keys may be left out.
        """
        assert semblable({"a": ["S-…", "…"]}, {"a": ["S-2026-1", 2, 3], "b": 4})
