"""Commands that prepare the service and run it."""

import gc
import socket
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from solli_graphql.cli.modules import (
    acces,
    chargement,
    comptes,
    configured,
    graphql,
    identite,
    jetons,
    migrate,
    page,
    sqlite,
    storage,
)
from solli_graphql.cli.outils import base, commande, echouer, main, reglages
from solli_graphql.domain.acteur import MINUTES_MAXIMUM

if TYPE_CHECKING:
    from solli_graphql.settings import Settings


@main.command("migrate", help="Crée ou met à jour la base de SOLLI_DATABASE_URL.")
@commande
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
@commande
async def demo(nombre: int, *, reset: bool) -> None:
    """Load the demonstration."""
    settings = reglages()
    if reset and not settings.demo:
        echouer("--reset est refusé en production (SOLLI_MODE=demo pour une démonstration).")
    if reset:
        await migrate.rebuild(settings.database_url, keep=identite.DEMO)
    else:
        await migrate.migrate(settings.database_url)
    async with base(settings) as db:
        if await chargement.remplie(db):
            if await chargement.interrompue(db):
                echouer("Un chargement a été interrompu : recommencez avec --reset.")
            click.echo("La base contient déjà des données : rien n'a été changé.", err=True)
            return
        monde = await chargement.preparer(db)
    with click.progressbar(length=nombre, label="Sollicitations", file=sys.stderr) as barre:
        magasin = storage.Storage(settings.storage)
        await chargement.charger(
            settings.database_url, monde, nombre, barre.update, storage=magasin
        )
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
        echouer("Ce SQLite ne supporte pas plusieurs processus sans risque : --workers 1.")
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
        proxy_headers=False,  # nothing is decided on a client's address
        timeout_graceful_shutdown=20,
        timeout_worker_healthcheck=60,  # a worker imports for longer than the usual 5 s when busy
    )


@commande
async def _verifier(settings: "Settings", host: str, port: int) -> None:
    """Say what would stop the server before it starts."""
    async with base(settings):
        pass
    configured.journal(settings)
    if settings.documents:
        configured.documents(settings)
    famille = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(famille) as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind((host, port))
        except OSError as e:
            message = f"Le port {port} de {host} n'est pas libre : choisissez-en un autre (--port)."
            raise ValueError(message) from e


@commande
async def _annoncer(settings: "Settings", host: str, port: int) -> None:
    """Print where to open, and a ready token for each account."""
    async with base(settings) as db:
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
@commande
async def token(courriel: str, minutes: int, *, lecture: bool) -> None:
    """Print an access token of the demo issuer."""
    settings = reglages()
    if not settings.demo:
        echouer("Les jetons de démonstration sont refusés en production (SOLLI_MODE=demo).")
    async with base(settings) as db:
        if await identite.acteur(db, courriel) is None:
            connus = ", ".join(c.courriel for c in comptes.COMPTES)
            echouer(f"Compte inconnu : {courriel}. Comptes de démonstration : {connus}.")
        cle = await db.write(identite.cle_demo)
    scope, date = jetons.LECTURE if lecture else None, datetime.now(UTC)
    click.echo(jetons.signer(cle, courriel, minutes=minutes, maintenant=date, scope=scope))


@main.command(help="Écrit le schéma GraphQL.")
def schema() -> None:
    """Print the SDL."""
    click.echo(graphql.sdl(), nl=False)
