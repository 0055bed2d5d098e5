"""The command that exports a list, as its reader sees it."""

import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from solli_graphql.cli.modules import exports, flux, graphql, identite, lignes, reader, storage
from solli_graphql.cli.outils import base, commande, echouer, main, reglages, tracer
from solli_graphql.domain.acteur import Espace
from solli_graphql.domain.objets import FormatExport, TriSollicitations, TypeObjet
from solli_graphql.domain.workflow import DestinataireActuel, StatutSollicitation

if TYPE_CHECKING:
    from solli_graphql.db.database import Database
    from solli_graphql.db.plan.reader import Reader
    from solli_graphql.domain.acteur import Acteur
    from solli_graphql.services.exports import Demande


def _jour(texte: str) -> date:
    """Read a day, written as in the schema."""
    try:
        return date.fromisoformat(texte)
    except ValueError as e:
        message = f"« {texte} » n'est pas un jour, comme 2026-03-31."
        raise click.BadParameter(message) from e


def choix(enumeration: Any) -> click.Choice[str]:
    """Offer the values of an enum."""
    return click.Choice([str(v) for v in enumeration], case_sensitive=False)


JOUR: dict[str, Any] = {"type": _jour, "metavar": "AAAA-MM-JJ"}
CRITERES: dict[str, dict[str, Any]] = {
    "numero": {"help": "Numéro."},
    "categorie": {"help": "Code de la catégorie."},
    "sous_categorie": {"help": "Code de la sous-catégorie."},
    "statut": {"multiple": True, "type": choix(StatutSollicitation), "help": "Statuts."},
    "deposee_du": {**JOUR, "help": "Premier jour de dépôt."},
    "deposee_au": {**JOUR, "help": "Dernier jour de dépôt."},
    "identifiant_emetteur": {"help": "Identifiant de la structure émettrice."},
    "service_destinataire": {"help": "Code du service destinataire."},
    "type_objet": {"type": choix(TypeObjet), "help": "Type de l'objet."},
    "numero_objet": {"help": "Numéro de l'objet."},
    "texte": {"help": "Texte cherché."},
    "prise_en_charge_par": {"help": "Identifiant global de qui l'a prise en charge."},
    "destinataire_actuel": {"type": choix(DestinataireActuel), "help": "Qui l'a."},
}


def criteres(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for each criterion of `FiltreSollicitations`."""
    for nom, option in reversed(CRITERES.items()):
        function = click.option(f"--{nom.replace('_', '-')}", nom, **option)(function)
    return function


@main.command("export", help="Exporte dans FICHIER une liste, telle que COURRIEL la voit.")
@click.argument("fichier", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--courriel", required=True, help="Qui lit.")
@click.option("--espace", required=True, type=choix(Espace), help="Espace.")
@click.option("--format", "nom_format", type=choix(FormatExport), help="Sinon, selon FICHIER.")
@click.option("--synthese", is_flag=True, help="La Synthèse, sans critère.")
@click.option("--tri", type=choix(TriSollicitations), help="Ordre.")
@criteres
@commande
async def exporter(
    fichier: Path, courriel: str, espace: str, nom_format: str | None, **criteres: Any
) -> None:
    """Write an export, whole or not at all."""
    if fichier.exists():  # noqa: ASYNC240 - nothing else runs
        _deja_la(fichier)
    demande = _demande(espace, nom_format or fichier.suffix.removeprefix("."), **criteres)
    reglees = reglages()
    async with base(reglees) as db:
        trace = await tracer(db, reglees)
        acteur, lire = await lecteur(db, courriel)
        lues = lignes.Lignes(lire)
        nombre = await lues.compter(acteur, demande)
        exports.verifier(demande, nombre)
        with (
            nouveau(fichier) as sortie,
            click.progressbar(length=nombre, label="Export", file=sys.stderr) as barre,
        ):
            octets = flux.Flux(db, lues, 1).octets(acteur, demande, barre.update)
            async with aclosing(octets):
                async for morceau in octets:
                    sortie.write(morceau)
        if trace:
            trace.noter("EXPORTER", acteur=acteur.id, espace=espace)
    click.echo(f"{nombre} sollicitations dans {fichier}.", err=True)


async def lecteur(db: "Database", courriel: str) -> tuple["Acteur", "Reader"]:
    """Give who reads, and what reads for them."""
    acteur = await identite.acteur(db, courriel)
    secret = await identite.cle(db, identite.PSEUDONYMES)
    if acteur is None or secret is None:
        echouer(f"Aucun compte en usage n'a l'adresse {courriel}.")
    return acteur, reader.Reader(db, graphql.readable(), secret=secret, links=_sans_liens)


@contextmanager
def nouveau(fichier: Path) -> Iterator[BinaryIO]:
    """Write a file that appears once it is whole and on the disk, and replaces no other."""
    partiel = fichier.with_name(f".{fichier.name}.{secrets.token_hex(4)}")
    try:
        with partiel.open("xb") as sortie:
            yield sortie
            sortie.flush()
            os.fsync(sortie.fileno())
        _poser(partiel, fichier)
    except FileExistsError:
        _deja_la(fichier)
    except OSError as e:
        raise click.ClickException(f"{fichier} ne peut pas être écrit.") from e
    finally:
        partiel.unlink(missing_ok=True)
    storage.fsync(fichier.parent)


def _poser(partiel: Path, fichier: Path) -> None:
    """Give a file its name. Raises FileExistsError where it is another's."""
    try:
        os.link(partiel, fichier)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        fichier.touch(exist_ok=False)
        partiel.replace(fichier)


def _deja_la(fichier: Path) -> NoReturn:
    echouer(f"{fichier} existe déjà : choisissez un autre nom.")


def _sans_liens(_: int) -> Any:
    """Make no link: an export has none."""


def filtre_de(criteres: Mapping[str, Any]) -> dict[str, Any]:
    """Give the filter that these options make."""
    return {n: [*v] if isinstance(v, tuple) else v for n, v in criteres.items() if v}


def _demande(
    espace: str, nom: str, *, synthese: bool, tri: str | None, **criteres: Any
) -> "Demande":
    if nom.upper() not in [*map(str, FormatExport)]:
        echouer("Donnez --format, ou un fichier en .csv, .xlsx ou .jsonl.")
    filtre = filtre_de(criteres)
    filtre_ou_rien = None if synthese and not filtre else filtre
    demande: Demande = exports.Demande(
        Espace(espace),
        FormatExport(nom.upper()),
        filtre_ou_rien,
        synthese=synthese,
        tri=TriSollicitations(tri) if tri else None,
    )
    return demande
