"""The operator's hands: every command, its help and its errors in French."""

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from solli_graphql import __version__
from solli_graphql.aide import en_francais
from solli_graphql.domain.acteur import MINUTES_MAXIMUM
from solli_graphql.domain.errors import Empechement, SolliError


class _Module:
    """A module imported at its first use: `--help` is there at once, and a server holds no more."""

    def __init__(self, name: str) -> None:
        self._name = f"solli_graphql.{name}"

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    from solli_graphql import settings
    from solli_graphql.db import backup, migrate, opening, sqlite
    from solli_graphql.db.database import Database
    from solli_graphql.demo import acces, chargement, comptes
    from solli_graphql.graphql import schema as graphql
    from solli_graphql.http import page
    from solli_graphql.services import (
        administration,
        identite,
        jetons,
        referentiel,
        retention,
        verification,
    )
    from solli_graphql.settings import Settings
else:
    settings, graphql = _Module("settings"), _Module("graphql.schema")
    backup, migrate = _Module("db.backup"), _Module("db.migrate")
    opening, sqlite = _Module("db.opening"), _Module("db.sqlite")
    chargement, comptes = _Module("demo.chargement"), _Module("demo.comptes")
    acces, page = _Module("demo.acces"), _Module("http.page")
    administration, identite = _Module("services.administration"), _Module("services.identite")
    referentiel, retention = _Module("services.referentiel"), _Module("services.retention")
    verification, jetons = _Module("services.verification"), _Module("services.jetons")

T = TypeVar("T")
en_francais()


def _echouer(message: str) -> None:
    raise click.ClickException(message)


def reglages() -> "Settings":
    """Read the settings, or say in French which one is wrong."""
    try:
        return settings.Settings()
    except settings.ValidationError as e:
        noms = ", ".join(f"SOLLI_{'_'.join(map(str, x['loc'])).upper()}" for x in e.errors())
        message = f"Réglage invalide : {noms}. Voir docs/settings.md."
        raise click.ClickException(message) from e


def _commande(function: Callable[..., Coroutine[Any, Any, T]]) -> Callable[..., T]:
    """Run a command's coroutine; a refusal becomes a sentence, never a traceback."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> T:
        try:
            return asyncio.run(function(*args, **kwargs))
        except (SolliError, Empechement, ValueError) as e:
            raise click.ClickException(str(e)) from e

    return run


@asynccontextmanager
async def _base(settings: "Settings") -> AsyncIterator["Database"]:
    """Open a migrated database, then close it. Raises Unreachable or NotMigrated."""
    db = opening.connect_to(settings.database_url, pool=settings.pool)
    await opening.open_migrated(db)
    try:
        yield db
    finally:
        await db.close()


@click.group(help="solli-graphql : l'API GraphQL des sollicitations.")
@click.version_option(__version__, prog_name="solli")
def main() -> None:
    """Group the commands."""


@main.command("migrate", help="Crée ou met à jour la base de SOLLI_DATABASE_URL.")
@_commande
async def migrer() -> None:
    """Create or upgrade the database."""
    change = await migrate.migrate(reglages().database_url)
    click.echo("La base est prête." if change else "La base était déjà à jour.", err=True)


@main.command(help="Prépare la base, puis charge la démonstration, toujours la même.")
@click.option(
    "--sollicitations",
    "nombre",
    type=click.IntRange(1, 10_000_000),
    default=500,
    show_default=True,
    help="Nombre de sollicitations.",
)
@click.option("--reset", is_flag=True, help="Efface tout d'abord (refusé en production).")
@_commande
async def demo(nombre: int, *, reset: bool) -> None:
    """Load the demonstration."""
    settings = reglages()
    if reset and not settings.demo:
        _echouer("--reset est refusé en production (SOLLI_MODE=demo pour une démonstration).")
    if reset:
        await migrate.rebuild(settings.database_url, keep=identite.DEMO)
    else:
        await migrate.migrate(settings.database_url)
    async with _base(settings) as db:
        if await chargement.remplie(db):
            if await chargement.interrompue(db):
                _echouer("Un chargement a été interrompu : recommencez avec --reset.")
            click.echo("La base contient déjà des données : rien n'a été changé.", err=True)
            return
        monde = await chargement.preparer(db)
    with click.progressbar(length=nombre, label="Sollicitations", file=sys.stderr) as barre:
        await chargement.charger(settings.database_url, monde, nombre, barre.update)
    click.echo(f"{nombre} sollicitations chargées.", err=True)


@main.command(help="Sert l'API.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d'écoute.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processus."
)
def serve(host: str, port: int, workers: int) -> None:
    """Serve."""
    gc.disable()  # until the application is built: nothing of what is imported is garbage
    import uvicorn  # noqa: PLC0415 - no other command needs it

    settings = reglages()
    if workers > 1 and settings.sqlite_path and not sqlite.safe_with_several_processes():
        _echouer("Ce SQLite ne supporte pas plusieurs processus sans risque : --workers 1.")
    _verifier(settings, host, port)
    if settings.page and not page.built():
        click.echo(page.A_CONSTRUIRE, err=True)
    if settings.demo:
        _annoncer(settings, host, port)
    uvicorn.run(
        "solli_graphql.app:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="solli_graphql.http.protocol:Protocol",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=20,
        timeout_worker_healthcheck=60,  # a worker imports for longer than the usual 5 s when busy
    )


@_commande
async def _verifier(settings: "Settings", host: str, port: int) -> None:
    """Say what would stop the server before it starts."""
    async with _base(settings):
        pass
    famille = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(famille) as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind((host, port))
        except OSError as e:
            message = f"Le port {port} de {host} n'est pas libre : choisissez-en un autre (--port)."
            raise ValueError(message) from e


@_commande
async def _annoncer(settings: "Settings", host: str, port: int) -> None:
    """Print where to open, and a ready token for each account."""
    async with _base(settings) as db:
        await db.write(identite.cle_demo)
        click.echo(f"\n  Ouvrir http://{host}:{port}/\n", err=True)
        for compte in await acces.emettre(db):
            click.echo(f"  {compte['courriel']}\n    {compte['jeton']}\n", err=True)


@main.command(help="Écrit un jeton d'accès de démonstration, seul sur la sortie standard.")
@click.argument("courriel")
@click.option(
    "--minutes",
    type=click.IntRange(1, MINUTES_MAXIMUM),
    default=60,
    show_default=True,
    help="Durée de validité.",
)
@click.option("--lecture", is_flag=True, help="Un jeton qui ne permet que de lire.")
@_commande
async def token(courriel: str, minutes: int, *, lecture: bool) -> None:
    """Print an access token of the demo issuer."""
    settings = reglages()
    if not settings.demo:
        _echouer("Les jetons de démonstration sont refusés en production (SOLLI_MODE=demo).")
    async with _base(settings) as db:
        if await identite.acteur(db, courriel) is None:
            connus = ", ".join(c.courriel for c in comptes.COMPTES)
            _echouer(f"Compte inconnu : {courriel}. Comptes de démonstration : {connus}.")
        cle = await db.write(identite.cle_demo)
    scope, date = jetons.LECTURE if lecture else None, datetime.now(UTC)
    click.echo(jetons.signer(cle, courriel, minutes=minutes, maintenant=date, scope=scope))


@main.command(help="Écrit le schéma GraphQL.")
def schema() -> None:
    """Print the SDL."""
    click.echo(graphql.sdl(), nl=False)


@main.command(help="Vérifie les invariants de la base ; sort avec 1 si l'un est rompu.")
@click.option(
    "--head",
    is_flag=True,
    help="Écrit seulement l'empreinte de tous les historiques, à publier ailleurs.",
)
@_commande
async def verify(*, head: bool) -> None:
    """Check the invariants of a live database."""
    async with _base(reglages()) as db:
        if head:
            click.echo(await verification.tete(db))
            return
        nombre = await verification.compter(db)
        with click.progressbar(length=nombre, label="Vérification", file=sys.stderr) as barre:
            bilan = await verification.verifier(
                db, lambda faute: click.echo(str(faute)), barre.update
            )
    click.echo(f"{bilan.sollicitations} sollicitations, {bilan.fautes} en faute.", err=True)
    if bilan.fautes:
        sys.exit(1)


@main.command(help="Supprime les clés d'idempotence et les événements de plus de 7 jours.")
@_commande
async def purge() -> None:
    """Delete what is kept for seven days only."""
    total = 0
    async with _base(reglages()) as db:
        while lignes := await db.write(retention.purger):
            total += lignes
    click.echo(f"{total} lignes supprimées.", err=True)


@main.command("backup", help="Sauvegarde la base dans DOSSIER, neuf ou vide, sans l'arrêter.")
@click.argument("dossier", type=click.Path(file_okay=False, path_type=Path))
@_commande
async def sauvegarder(dossier: Path) -> None:
    """Back up a live database."""
    settings = reglages()
    async with _base(settings):
        pass
    click.echo(f"Sauvegarde : {await backup.backup(settings.database_url, dossier)}", err=True)


@main.command("restore", help="Restaure DOSSIER dans la base vide de SOLLI_DATABASE_URL.")
@click.argument("dossier", type=click.Path(exists=True, file_okay=False, path_type=Path))
@_commande
async def restaurer(dossier: Path) -> None:
    """Restore a backup."""
    await backup.restore(reglages().database_url, dossier)
    click.echo("La base est restaurée : vérifiez-la avec « solli verify ».", err=True)


@main.group("referentiel", help="Structures, services et catégories.")
def groupe_referentiel() -> None:
    """Group what concerns reference data."""


@groupe_referentiel.command(
    "importer", help="Montre ce que FICHIER changerait, puis l'applique. Rien n'est supprimé."
)
@click.argument("fichier", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--simulation", is_flag=True, help="Montre seulement.")
@_commande
async def importer(fichier: Path, *, simulation: bool) -> None:
    """Show the difference, then apply it."""
    lu = referentiel.lire(fichier.read_bytes())  # noqa: ASYNC240 - nothing else runs
    async with _base(reglages()) as db:
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
@_commande
async def creer(courriel: str, nom: str, prenom: str, sujet: str | None) -> None:
    """Make the first administrator."""
    adresse = administration.lire_courriel(courriel)
    async with _base(reglages()) as db:
        fait = await db.write(
            administration.creer_administrateur,
            *(adresse, nom or adresse.split("@")[0], prenom, sujet),
        )
    click.echo(
        f"{adresse} est administrateur." if fait else f"{adresse} était déjà administrateur.",
        err=True,
    )


if __name__ == "__main__":
    main()
