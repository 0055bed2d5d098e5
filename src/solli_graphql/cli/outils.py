"""What every command is made with: settings, a database, refusals in French."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from solli_graphql import __version__
from solli_graphql.aide import en_francais
from solli_graphql.cli.modules import configured, identite, opening, securite, settings
from solli_graphql.domain.errors import Empechement, SolliError

if TYPE_CHECKING:
    from solli_graphql.db.database import Database
    from solli_graphql.services.securite import Trace
    from solli_graphql.settings import Settings

T = TypeVar("T")
en_francais()


def echouer(message: str) -> NoReturn:
    """Stop the command with a sentence."""
    raise click.ClickException(message)


def reglages() -> "Settings":
    """Read the settings, or say in French which one is wrong."""
    try:
        return settings.Settings()
    except settings.ValidationError as e:
        noms = ", ".join(f"SOLLI_{'_'.join(map(str, x['loc'])).upper()}" for x in e.errors())
        message = f"Réglage invalide : {noms}. Voir docs/settings.md."
        raise click.ClickException(message) from e


def commande(function: Callable[..., Coroutine[Any, Any, T]]) -> Callable[..., T]:
    """Run a command's coroutine; a refusal becomes a sentence, never a traceback."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> T:
        try:
            return asyncio.run(function(*args, **kwargs))
        except (SolliError, Empechement, ValueError) as e:
            raise click.ClickException(str(e)) from e

    return run


@asynccontextmanager
async def base(settings: "Settings") -> AsyncIterator["Database"]:
    """Open a migrated database, then close it. Raises Unreachable or NotMigrated."""
    db = opening.connect_to(settings.database_url, pool=settings.pool)
    await opening.open_migrated(db)
    try:
        yield db
    finally:
        await db.close()


async def tracer(db: "Database", settings: "Settings") -> "Trace | None":
    """
    Give what leaves security events in their file, if there is one: the output is the command's.

    Raises Empechement before anything is done if it cannot be written.
    """
    secret = await identite.cle(db, identite.PSEUDONYMES)
    if settings.journal_securite is None or secret is None:
        return None
    return securite.Trace(secret, configured.journal(settings))


@click.group(help="solli-graphql : l'API GraphQL des sollicitations.")
@click.version_option(__version__, prog_name="solli")
def main() -> None:
    """Group the commands."""
