"""The command that prints statistics, and draws them."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from solli_graphql.cli.exportation import choix, criteres, filtre_de, lecteur, nouveau
from solli_graphql.cli.modules import db_statistiques, dessin, queries
from solli_graphql.cli.outils import base, commande, main, reglages
from solli_graphql.domain.acteur import ROLES_DE_L_ESPACE, Espace
from solli_graphql.domain.errors import AccesRefuse
from solli_graphql.domain.statistiques import AxeStatistiques, duree

if TYPE_CHECKING:
    from solli_graphql.domain.statistiques import Delai, Groupe, Part, Statistiques

COLONNES = (
    *("Nombre", "1re réponse", "(9 sur 10)", "Résolution", "(9 sur 10)"),
    *("Émetteur", "Structure", "Support", "Rouvertes", "Transférées", "Complétées"),
)

DITES = {
    Espace.EMISES: "émises",
    Espace.RECUES: "reçues",
    Espace.SUPPORT: "passées par le support",
}


@main.command("statistiques", help="Compte et mesure ce que COURRIEL voit.")
@click.option("--courriel", required=True, help="Qui lit.")
@click.option("--espace", required=True, type=choix(Espace), help="Espace.")
@click.option("--par", multiple=True, type=choix(AxeStatistiques), help="Axe ; au plus 3.")
@click.option(
    "--graphique",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FICHIER.svg",
    help="Dessine aussi, dans un nouveau fichier.",
)
@criteres
@commande
async def statistiques(
    courriel: str, espace: str, par: Sequence[str], graphique: Path | None, **filtre: Any
) -> None:
    """Print a table of groups, and draw it where a file is named."""
    async with base(reglages()) as db:
        acteur, reader = await lecteur(db, courriel)
        if not acteur.roles & ROLES_DE_L_ESPACE[Espace(espace)]:
            raise AccesRefuse
        axes = [AxeStatistiques(a) for a in par]
        groupement = queries.statistiques(acteur, Espace(espace), filtre_de(filtre), axes)
        question = partial(
            db_statistiques.statistiques, groupement=groupement, delais=db_statistiques.DELAIS
        )
        lues = await reader.ask(question)
    for ligne in _tableau(lues):
        click.echo(ligne)
    if graphique:
        titre = f"{lues.total} sollicitations {DITES[Espace(espace)]}"
        with nouveau(graphique) as sortie:
            sortie.write(dessin.svg(lues, titre).encode())


def _tableau(lues: "Statistiques") -> Iterator[str]:
    """Write a table: a column of names, then figures to the right."""
    lignes = [("", *COLONNES), *((g.libelle, *_chiffres(g)) for g in lues.groupes)]
    larges = [max(map(len, colonne)) for colonne in zip(*lignes, strict=True)]
    for nom, *chiffres in lignes:
        suite = (x.rjust(large) for x, large in zip(chiffres, larges[1:], strict=True))
        yield "  ".join((nom.ljust(larges[0]), *suite)).rstrip()


def _chiffres(g: "Groupe") -> Iterator[str]:
    yield str(g.nombre)
    yield from _delai(g.premiere_reponse)
    yield from _delai(g.resolution)
    yield from map(duree, (g.temps.emetteur, g.temps.structure, g.temps.support))
    yield from map(_taux, (g.reouvertures, g.mauvaises_affectations, g.demandes_information))


def _delai(delai: "Delai") -> tuple[str, str]:
    return duree(delai.mediane), duree(delai.centile90)


def _taux(part: "Part") -> str:
    return "–" if part.taux is None else f"{100 * part.taux:.1f} %".replace(".", ",")
