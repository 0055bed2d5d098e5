"""The command that exports a list, as its reader sees it."""

import os
import sys
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from solli_graphql.cli.modules import exports, flux, graphql, identite, lignes, reader
from solli_graphql.cli.outils import base, commande, echouer, main, reglages
from solli_graphql.domain.acteur import Espace
from solli_graphql.domain.objets import FormatExport
from solli_graphql.domain.workflow import StatutSollicitation

if TYPE_CHECKING:
    from solli_graphql.services.exports import Demande

JOUR = click.DateTime(["%Y-%m-%d"])


def _choix(enumeration: Any) -> click.Choice[str]:
    return click.Choice([str(v) for v in enumeration], case_sensitive=False)


@main.command("export", help="Exporte dans FICHIER une liste, telle que COURRIEL la voit.")
@click.argument("fichier", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--courriel", required=True, help="Qui lit.")
@click.option("--espace", required=True, type=_choix(Espace), help="Espace.")
@click.option("--format", "nom_format", type=_choix(FormatExport), help="Sinon, selon FICHIER.")
@click.option("--synthese", is_flag=True, help="La Synthèse, sans critère.")
@click.option("--statut", multiple=True, type=_choix(StatutSollicitation), help="Statuts.")
@click.option("--categorie", help="Code de la catégorie.")
@click.option("--sous-categorie", help="Code de la sous-catégorie.")
@click.option("--deposee-du", type=JOUR, help="Premier jour de dépôt.")
@click.option("--deposee-au", type=JOUR, help="Dernier jour de dépôt.")
@click.option("--texte", help="Texte cherché.")
@commande
async def exporter(
    fichier: Path, courriel: str, espace: str, nom_format: str | None, **criteres: Any
) -> None:
    """Write an export, whole or not at all."""
    if fichier.exists():  # noqa: ASYNC240 - nothing else runs
        echouer(f"{fichier} existe déjà : choisissez un autre nom.")
    demande = _demande(espace, nom_format or fichier.suffix.removeprefix("."), **criteres)
    async with base(reglages()) as db:
        acteur = await identite.acteur(db, courriel)
        secret = await identite.cle(db, identite.PSEUDONYMES)
        if acteur is None or secret is None:
            echouer(f"Aucun compte en usage n'a l'adresse {courriel}.")
        lire = reader.Reader(db, graphql.readable(), secret=secret, links=_sans_liens)
        lues = lignes.Lignes(lire)
        nombre = await lues.compter(acteur, demande)
        exports.verifier(demande, nombre)
        partiel = fichier.with_name(f".{fichier.name}.partiel")
        try:
            with (
                click.progressbar(length=nombre, label="Export", file=sys.stderr) as barre,
                partiel.open("wb") as sortie,
            ):
                octets = flux.Flux(db, lues, 1).octets(acteur, demande, barre.update)
                async with aclosing(octets):
                    async for morceau in octets:
                        sortie.write(morceau)
                sortie.flush()
                os.fsync(sortie.fileno())
            partiel.replace(fichier)
        finally:
            partiel.unlink(missing_ok=True)
    click.echo(f"{nombre} sollicitations dans {fichier}.", err=True)


def _sans_liens(_: int) -> Any:
    """Make no link: an export has none."""


def _demande(espace: str, nom: str, *, synthese: bool, **criteres: Any) -> "Demande":
    if nom.upper() not in [*map(str, FormatExport)]:
        echouer("Donnez --format, ou un fichier en .csv, .xlsx ou .jsonl.")
    filtre = {n: _critere(v) for n, v in criteres.items() if v}
    filtre_ou_rien = None if synthese and not filtre else filtre
    demande: Demande = exports.Demande(
        Espace(espace), FormatExport(nom.upper()), filtre_ou_rien, synthese=synthese
    )
    return demande


def _critere(valeur: Any) -> Any:
    if isinstance(valeur, tuple):
        return [StatutSollicitation(v) for v in valeur]
    return valeur.date() if isinstance(valeur, datetime) else valeur
