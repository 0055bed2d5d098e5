"""Builds the site: a copy of docs/ with what is made from the code, then zensical."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from diagramme import svg
from graphql import FieldDefinitionNode, ObjectTypeDefinitionNode, parse
from solli_graphql.domain.acteur import Role, Vue
from solli_graphql.domain.diagramme import nommer, tableau
from solli_graphql.domain.libelles import LIBELLES, Cote
from solli_graphql.domain.workflow import TRANSITIONS, DestinataireActuel, StatutSollicitation
from solli_graphql.graphql.schema import sdl

RACINE = Path(__file__).parents[2]
DOCS = RACINE / "docs"
OUI, NON = "✓", "·"
LECTURES = {
    "CLAIR": "tel quel",
    "PROPRE": "valeur de sa vue",
    "MASQUE": "rien",
    "PSEUDONYME": "pseudonyme",
}


def construire(chantier: Path, site: Path) -> None:
    """Build the site, in a folder of work that is emptied first; a warning is a failure."""
    shutil.rmtree(chantier, ignore_errors=True)
    shutil.copytree(DOCS, chantier / "docs", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for page in (chantier / "docs").rglob("*.md"):
        page.write_text(completer(page.read_text(encoding="utf-8")), encoding="utf-8")
    config = (RACINE / "zensical.toml").read_text(encoding="utf-8")
    config = config.replace('"@ingenieurs"', ingenieurs())
    (chantier / "zensical.toml").write_text(config, encoding="utf-8")
    commande = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    subprocess.run(commande, cwd=chantier, check=True)
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(chantier / "site", site)


def ingenieurs() -> str:
    """List, as TOML, the pages of docs/ that are no part of the French guide: all of them."""
    pages = [p.name for p in sorted(DOCS.glob("*.md")) if p.name != "index.md"]
    decisions = [f"decisions/{p.name}" for p in sorted((DOCS / "decisions").glob("*.md"))]
    return f'{", ".join(map(repr, pages))}, {{ "Decisions" = {decisions} }}'


def completer(page: str) -> str:
    """Put what is made at its marks, the diagram too; name the files out of docs/, no pages."""
    page = re.sub("<!-- diagramme -->.*<!-- /diagramme -->", lambda _: svg(), page, flags=re.DOTALL)
    for nom, produire in PRODUITS.items():
        page = page.replace(f"<!-- produit : {nom} -->", produire())
    return re.sub(r"\[([^]]+)\]\((?:\.\./)+([^)]+)\)", _hors_du_site, page)


def _hors_du_site(lien: re.Match[str]) -> str:
    """Write a link that leaves docs/ as a path of the repository."""
    chemin = lien[2].split("#")[0]
    return lien[0] if (DOCS / chemin).exists() else f"{lien[1]} (`{chemin}`)"


def _champs(*noms: str) -> Iterator[tuple[str, FieldDefinitionNode]]:
    """Give the fields of some types of the schema, or of all."""
    for type_ in parse(sdl()).definitions:
        if isinstance(type_, ObjectTypeDefinitionNode) and type_.name.value in (
            noms or type_.name.value
        ):
            yield from ((type_.name.value, champ) for champ in type_.fields or ())


def _directive(champ: FieldDefinitionNode, nom: str) -> dict[str, Any]:
    """Give the arguments of a field's directive, or nothing."""
    for directive in champ.directives or ():
        if directive.name.value == nom:
            return {a.name.value: a.value for a in directive.arguments or ()}
    return {}


def _table(entete: Iterable[str], lignes: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table."""
    entete = [*entete]
    toutes = [entete, ["---"] * len(entete), *lignes]
    return "\n".join(f"| {' | '.join(ligne)} |" for ligne in toutes)


def _phrase(champ: FieldDefinitionNode) -> str:
    return champ.description.value if champ.description else ""


def racines() -> str:
    """Say which roles may call each root, as the permission classes print it in the schema."""
    lignes = []
    for _, champ in _champs("Query", "Mutation", "Subscription"):
        roles = {r.value for r in _directive(champ, "autorise")["roles"].values}
        oui = [OUI if r in roles else NON for r in Role]
        lignes.append([f"`{champ.name.value}`", *oui, _phrase(champ)])
    return _table(["racine", *(f"`{r}`" for r in Role), "ce qu'elle fait"], lignes)


def gestes() -> str:
    """Say which roles have each transition, as the table of the workflow has it."""
    lignes = [
        [nommer(t), f"`{t.action}`", *(OUI if r in t.roles else NON for r in Role)]
        for t in TRANSITIONS
    ]
    return _table(["geste", "action", *(f"`{r}`" for r in Role)], lignes)


def lectures() -> str:
    """Say how each view reads the fields that are not the same to all."""
    lignes = []
    for type_, champ in _champs():
        if lu := _directive(champ, "lecture"):
            vues = [LECTURES[lu[v.lower()].value] for v in Vue]
            lignes.append([f"`{type_}.{champ.name.value}`", *vues])
    return _table(["champ", "émetteur", "récepteur et support", "analyste"], lignes)


def mots() -> str:
    """Say the words of each side for each state."""
    lignes = []
    for statut in StatutSollicitation:
        for chez in DestinataireActuel:
            dits = [LIBELLES[c].get((statut, chez), "ne le sait pas") for c in Cote]
            lignes.append([f"`{statut}`", f"`{chez}`", *dits])
    return _table(["statut", "chez", "émetteur", "récepteur", "support"], lignes)


PRODUITS = {
    "mots": mots,
    "racines": racines,
    "gestes": gestes,
    "lectures": lectures,
    "transitions": tableau,
    "vie": svg,
}


if __name__ == "__main__":
    construire(RACINE / ".site_cache", RACINE / "site")
