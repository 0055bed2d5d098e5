"""Commands on the list of trusted documents."""

import json
from pathlib import Path

import click

from solli_graphql.cli.modules import configured, listed
from solli_graphql.cli.outils import commande, main, reglages

FICHIER = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.group(help="Fait et vérifie une liste de documents (SOLLI_DOCUMENTS).")
def documents() -> None:
    """Group the commands on lists."""


@documents.command(help="Écrit la liste des documents de ces FICHIERS .graphql, un par fichier.")
@click.argument("fichiers", nargs=-1, required=True, type=FICHIER)
@commande
async def lister(fichiers: tuple[Path, ...]) -> None:
    """Print the list of these documents, each checked."""
    limites, ecrits = configured.limits(reglages()), {}
    for fichier in fichiers:
        texte = fichier.read_text("utf-8")
        listed.check(str(fichier), texte, limites)
        ecrits[listed.identifier(texte)] = texte
    click.echo(json.dumps(ecrits, ensure_ascii=False, indent=2))


@documents.command(help="Dit si la LISTE peut servir, et le premier document en faute.")
@click.argument("liste", type=FICHIER)
@commande
async def verifier(liste: Path) -> None:
    """Check a list as a start does."""
    reglees = reglages()
    lue = listed.load(liste, configured.limits(reglees), introspection=not reglees.documents_seuls)
    click.echo(f"{len(lue.texts)} documents.", err=True)
