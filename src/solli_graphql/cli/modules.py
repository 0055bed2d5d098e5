"""The modules that commands work with, each imported at its first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "acces",
    "administration",
    "backup",
    "chargement",
    "comptes",
    "configured",
    "db_statistiques",
    "dessin",
    "effacement",
    "exports",
    "flux",
    "graphql",
    "identite",
    "jetons",
    "lignes",
    "listed",
    "migrate",
    "opening",
    "page",
    "pieces",
    "queries",
    "reader",
    "referentiel",
    "retention",
    "securite",
    "settings",
    "sqlite",
    "storage",
    "verification",
]


class _Module:
    """A module imported at its first use: `--help` is there at once, and a server holds no more."""

    def __init__(self, name: str) -> None:
        self._name = f"solli_graphql.{name}"

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    from solli_graphql import configured, settings, storage
    from solli_graphql.db import backup, migrate, opening, queries, sqlite
    from solli_graphql.db import statistiques as db_statistiques
    from solli_graphql.db.plan import reader
    from solli_graphql.demo import acces, chargement, comptes
    from solli_graphql.exports import graphique as dessin
    from solli_graphql.graphql import flux, lignes, listed
    from solli_graphql.graphql import schema as graphql
    from solli_graphql.http import page
    from solli_graphql.services import (
        administration,
        effacement,
        exports,
        identite,
        jetons,
        pieces,
        referentiel,
        retention,
        securite,
        verification,
    )
else:
    settings, graphql = _Module("settings"), _Module("graphql.schema")
    listed, configured = _Module("graphql.listed"), _Module("configured")
    exports, flux = _Module("services.exports"), _Module("graphql.flux")
    lignes, reader = _Module("graphql.lignes"), _Module("db.plan.reader")
    backup, migrate = _Module("db.backup"), _Module("db.migrate")
    opening, sqlite = _Module("db.opening"), _Module("db.sqlite")
    queries, db_statistiques = _Module("db.queries"), _Module("db.statistiques")
    dessin = _Module("exports.graphique")
    chargement, comptes = _Module("demo.chargement"), _Module("demo.comptes")
    acces, page = _Module("demo.acces"), _Module("http.page")
    administration, identite = _Module("services.administration"), _Module("services.identite")
    effacement = _Module("services.effacement")
    securite = _Module("services.securite")
    referentiel, retention = _Module("services.referentiel"), _Module("services.retention")
    pieces, storage = _Module("services.pieces"), _Module("storage")
    verification, jetons = _Module("services.verification"), _Module("services.jetons")
