"""Commands on the data: checked, kept, erased, imported."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from solli_graphql.cli.modules import (
    administration,
    backup,
    effacement,
    pieces,
    referentiel,
    retention,
    storage,
    verification,
)
from solli_graphql.cli.outils import base, commande, echouer, main, reglages, tracer

PIECES = "pieces"  # the folder of a backup that holds the attachments


@main.command(help="Vérifie les invariants de la base ; sort avec 1 si l'un est rompu.")
@click.option(
    "--head",
    is_flag=True,
    help="Écrit seulement l'empreinte de tous les historiques, à publier ailleurs.",
)
@commande
async def verify(*, head: bool) -> None:
    """Check the invariants of a live database."""
    reglees = reglages()
    async with base(reglees) as db:
        if head:
            click.echo(await verification.tete(db))
            return
        nombre = await verification.compter(db)
        with click.progressbar(length=nombre, label="Vérification", file=sys.stderr) as barre:
            bilan = await verification.verifier(
                db, lambda faute: click.echo(str(faute)), barre.update
            )
        magasin = storage.Storage(reglees.storage)
        verifiees, abimees = await pieces.verifier(db, magasin, click.echo)
    click.echo(f"{bilan.sollicitations} sollicitations, {bilan.fautes} en faute.", err=True)
    click.echo(f"{verifiees} pièces jointes, {abimees} en faute.", err=True)
    if bilan.fautes or abimees:
        sys.exit(1)


@main.command(
    help="Supprime clés et événements de plus de 7 jours, envois abandonnés depuis un jour."
)
@commande
async def purge() -> None:
    """Delete what is kept for a time only."""
    total, reglees = 0, reglages()
    async with base(reglees) as db:
        while lignes := await db.write(retention.purger):
            total += lignes
        magasin, plafond = storage.Storage(reglees.storage), reglees.piece_octets
        fichiers = await pieces.collecter(db, magasin, plafond=plafond)
    click.echo(f"{total} lignes supprimées, {fichiers} envois abandonnés.", err=True)


@main.command("backup", help="Sauvegarde la base dans DOSSIER, neuf ou vide, sans l'arrêter.")
@click.argument("dossier", type=click.Path(file_okay=False, path_type=Path))
@commande
async def sauvegarder(dossier: Path) -> None:
    """Back up a live database."""
    settings = reglages()
    async with base(settings) as db:
        faite = await backup.backup(settings.database_url, dossier)
        # After the rows: a row never names a file that is not there yet.
        vers = _pieces(dossier)
        copiees, manquantes = await pieces.copier(db, storage.Storage(settings.storage), vers)
    if manquantes:
        echouer(f"{manquantes} pièces jointes manquent, ou viennent d'être retirées : recommencez.")
    click.echo(f"Sauvegarde : {faite}, {copiees} pièces jointes.", err=True)


def _pieces(dossier: Path) -> "storage.Storage":
    """Give the storage of a backup."""
    return storage.Storage(f"{storage.LOCAL}{(dossier / PIECES).absolute()}")


@main.command("restore", help="Restaure DOSSIER dans la base vide de SOLLI_DATABASE_URL.")
@click.argument("dossier", type=click.Path(exists=True, file_okay=False, path_type=Path))
@commande
async def restaurer(dossier: Path) -> None:
    """Restore a backup."""
    settings = reglages()
    await backup.restore(settings.database_url, dossier)
    async with base(settings) as db:
        de = _pieces(dossier)
        copiees, manquantes = await pieces.copier(db, de, storage.Storage(settings.storage))
    if manquantes:
        echouer(f"La base est restaurée, mais {manquantes} pièces jointes manquent à {dossier}.")
    click.echo(
        f"La base et {copiees} pièces jointes sont restaurées : vérifiez avec « solli verify ».",
        err=True,
    )


@main.group("referentiel", help="Structures, services et catégories.")
def groupe_referentiel() -> None:
    """Group what concerns reference data."""


@groupe_referentiel.command(
    "importer", help="Montre ce que FICHIER changerait, puis l'applique. Rien n'est supprimé."
)
@click.argument("fichier", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--simulation", is_flag=True, help="Montre seulement.")
@commande
async def importer(fichier: Path, *, simulation: bool) -> None:
    """Show the difference, then apply it."""
    lu = referentiel.lire(fichier.read_bytes())  # noqa: ASYNC240 - nothing else runs
    async with base(reglages()) as db:
        changements = await referentiel.comparer(db, lu)
        for changement in changements:
            click.echo(str(changement))
        bilan = referentiel.compter(changements)
        if changements and not simulation:
            await db.write(referentiel.appliquer, changements)
    fait = "Simulation : " if simulation else ""
    click.echo(
        f"{fait}{bilan.ajouts} ajouts, {bilan.modifications} modifications, "
        f"{bilan.retraits} mises hors d'usage.",
        err=True,
    )


@main.group("administrateur", help="Administrateurs du portail.")
def groupe_administrateur() -> None:
    """Group what concerns administrators."""


@groupe_administrateur.command("creer", help="Donne à COURRIEL l'administration du portail.")
@click.argument("courriel")
@click.option("--nom", default="", help="Nom.")
@click.option("--prenom", default="", help="Prénom.")
@click.option("--sujet", help="Sujet chez le fournisseur d'identité.")
@commande
async def creer(courriel: str, nom: str, prenom: str, sujet: str | None) -> None:
    """Make the first administrator."""
    adresse = administration.lire_courriel(courriel)
    reglees = reglages()
    async with base(reglees) as db:
        trace = await tracer(db, reglees)
        fait = await db.write(
            administration.creer_administrateur,
            *(adresse, nom or adresse.split("@")[0], prenom, sujet),
        )
        if fait and trace:
            trace.noter("CREER_ADMINISTRATEUR", acteur=None, cible=fait)
    click.echo(
        f"{adresse} est administrateur." if fait else f"{adresse} était déjà administrateur.",
        err=True,
    )


@main.command("effacer-personne", help="Efface COURRIEL de ce qui est clos et assez ancien.")
@click.argument("courriel")
@click.option("--oui", is_flag=True, help="Ne pas demander de confirmation.")
@commande
async def effacer(courriel: str, *, oui: bool) -> None:
    """Erase a person; what is open or too recent is told, and erased by a later run."""
    reglees = reglages()
    adresse = administration.lire_courriel(courriel)
    duree = timedelta(days=reglees.conservation_jours)
    if not oui:
        question = f"Effacer {adresse} sans retour, et fermer son compte ?"
        click.confirm(question, abort=True, err=True)
    async with base(reglees) as db:
        dernier = await effacement.dernier(db)
        with click.progressbar(length=dernier, label="Effacement", file=sys.stderr) as barre:
            avant = datetime.now(UTC) - duree
            bilan = await effacement.effacer(db, adresse, avant, barre.update)
        await pieces.collecter(db, storage.Storage(reglees.storage))
    if not bilan.connue:
        echouer(f"Personne n'est connu à cette adresse : {adresse}.")
    click.echo(
        f"{bilan.effacees} sollicitations effacées ; {bilan.restantes} sont ouvertes, ou closes "
        f"depuis moins de {duree.days} jours : relancez plus tard.",
        err=True,
    )
