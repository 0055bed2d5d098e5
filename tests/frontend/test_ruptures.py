"""What breaks clients between versions: graphql-inspector, and what the changelog says of it."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from paquets import ICI

SCHEMA = ICI.parent / "schema.graphql"
# The schema of the last version, that a release copies there: a shallow clone has no tags to ask.
PUBLIE = SCHEMA.with_name("schema.released.graphql")
CHANGELOG = (ICI.parent / "CHANGELOG.md").read_text()
VERSION = r"^## \[(\d[^\]]*)\]"


def silences(dossier: Path, ancien: Path, nouveau: Path, changelog: str) -> list[str]:
    """List the breaking changes that Changed and Removed, of what is to come, do not name."""
    commande = ["node", "changements.mjs", str(ancien), str(nouveau)]
    dit = subprocess.run(commande, cwd=dossier, check=True, capture_output=True, timeout=60)
    a_venir = re.split(VERSION, changelog, maxsplit=1, flags=re.MULTILINE)[0]
    sections = re.findall(
        r"^### (?:Changed|Removed)\n(.*?)(?=^##|\Z)", a_venir, re.MULTILINE | re.DOTALL
    )
    dits = set(re.findall(r"`([^`]+)`", "".join(sections)))
    return [r["message"] for r in json.loads(dit.stdout) if r["path"] not in dits]


def test_what_breaks_since_the_last_version_is_told(dossier: Path) -> None:
    """
    Once a version is out its schema is kept, and each breaking change since has an entry.
    """
    assert PUBLIE.exists() == bool(re.search(VERSION, CHANGELOG, re.MULTILINE))
    if PUBLIE.exists():
        assert silences(dossier, PUBLIE, SCHEMA, CHANGELOG) == []


@pytest.mark.parametrize(
    ("description", "avant", "apres", "chemin"),
    [
        ("Pourquoi elle est à traiter.", "motif", "raison", "Sollicitation.motif"),
        ("Raison sociale.", "String!", "String", "Structure.raisonSociale"),
        ("Structures publiques, ou non.", "Boolean", "Boolean!", "FiltreStructures.publique"),
        ("L'émetteur l'a rouverte.", "ROUVERTE", "REPRISE", "MotifATraiter.ROUVERTE"),
        ("Issue d'une mutation.", " | Introuvable", "", "ResultatAction"),
    ],
)
def test_what_breaks_needs_an_entry(
    dossier: Path, description: str, avant: str, apres: str, chemin: str
) -> None:
    """
    A breaking change is found until Changed or Removed, of what is to come, names its place.
    """
    debut, dite, suite = SCHEMA.read_text().partition(f'"""{description}"""')
    assert avant in suite
    nouveau = dossier / "nouveau.graphql"
    nouveau.write_text(debut + dite + suite.replace(avant, apres, 1))
    entree = f"- `{chemin}`.\n"
    ailleurs = f"## [Unreleased]\n### Added\n{entree}## [1.0.0]\n### Removed\n{entree}"
    assert len(silences(dossier, SCHEMA, nouveau, ailleurs)) == 1
    assert silences(dossier, SCHEMA, nouveau, f"## [Unreleased]\n### Removed\n{entree}") == []


def test_what_is_added_needs_none(dossier: Path) -> None:
    """
    A new field breaks nobody.
    """
    nouveau = dossier / "nouveau.graphql"
    nouveau.write_text(SCHEMA.read_text().replace("  pdfUrl: ", "  neuf: String\n  pdfUrl: ", 1))
    assert silences(dossier, SCHEMA, nouveau, "") == []
