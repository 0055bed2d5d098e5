"""
Strawberry, tuned as most would write it once they have read its documentation on performance.

Dictionaries as objects (`default_resolver`), parsing and validation cached, orjson in the view, a
root that looks ahead and reads all that is below it in one statement: our plan's own text, on
asyncpg with its own pool. No identity. `python -m benchmarks.reads.tuned FILE PORT`.
"""

# ruff: noqa: N815 - a dictionary's key is a field's name

import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from enum import Enum
from operator import getitem
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from benchmarks.reads.bare import BarePostgres, built, handed, serve

PARIS = ZoneInfo("Europe/Paris")
GIVEN = handed()
DB = BarePostgres(GIVEN)


@strawberry.enum
class Espace(Enum):
    """Whose side."""

    RECUES = 1
    SUPPORT = 2


@strawberry.enum
class TriSollicitations(Enum):
    """The order."""

    DATE_DEPOT_DESC = 1


@strawberry.enum
class StatutSollicitation(Enum):
    """The states that are asked for."""

    EN_COURS = 1
    REPONSE_APPORTEE = 2
    CLOTUREE = 3


@strawberry.type
class Libelle:
    """A category, or a sub-category."""

    libelle: str


@strawberry.type
class Structure:
    """A structure."""

    designation: str


@strawberry.type
class Service:
    """A service."""

    code: str
    libelle: str


@strawberry.type
class Auteur:
    """An author."""

    nom: str
    prenom: str


@strawberry.type
class Ligne:
    """A line of the history."""

    seq: int
    date: datetime
    auteur: Auteur
    ancienStatut: str | None
    nouveauStatut: str
    commentaire: str | None


@strawberry.type
class Piece:
    """An attachment."""

    id: strawberry.ID
    nomFichier: str
    typeMime: str
    taille: int
    dateAjout: datetime
    etat: str


def _lines(root: Any, first: int = 20) -> Any:
    return root["historique"][:first]


@strawberry.type
class Sollicitation:
    """A sollicitation."""

    id: strawberry.ID
    numero: str
    version: int
    statut: str
    statutLibelle: str
    motif: str | None
    dateDepot: datetime
    dateMiseAJour: datetime
    description: str
    categorie: Libelle
    sousCategorie: Libelle
    structureEmettrice: Structure
    serviceDestinataire: Service | None
    historique: list[Ligne] = strawberry.field(resolver=_lines)
    piecesJointes: list[Piece]


@strawberry.type
class PageInfo:
    """A page's place."""

    hasNextPage: bool
    endCursor: str | None


@strawberry.type
class Page:
    """A page."""

    nodes: list[Sollicitation]
    pageInfo: PageInfo
    totalCount: int


@strawberry.input
class FiltreSollicitations:
    """The criteria."""

    statut: list[StatutSollicitation] | None = None
    categorie: str | None = None
    deposeeDu: date | None = None
    deposeeAu: date | None = None


@strawberry.input
class TraiterInput:
    """What W4 sends."""

    id: strawberry.ID
    statut: StatutSollicitation
    miseAJour: str
    versionAttendue: int
    cleIdempotence: str


@strawberry.type
class ActionPriseEnCompte:
    """The outcome of W4."""

    confirmation: str
    sollicitation: Sollicitation


async def _read(name: str, *values: Any) -> Any:
    ((sql, _),) = GIVEN["sent"][name]
    answer = built(name, await DB.fetch(sql, values), GIVEN["libelles"], DB.lists)
    return next(iter(answer.values()))


def _day(day: date | None, days: int = 0) -> datetime:
    """Give the instant at which a day begins in Paris."""
    begin = (day or date(2000, 1, 1)) + timedelta(days=days)
    return datetime(begin.year, begin.month, begin.day, tzinfo=PARIS)


@strawberry.type
class Query:
    """The reads."""

    @strawberry.field
    async def synthese(self, espace: Espace, first: int = 20) -> Page:
        """W1."""
        del espace, first
        page: Page = await _read("W1", GIVEN["structure"])  # the size is in the statement
        return page

    @strawberry.field
    async def sollicitation(self, numero: str) -> Sollicitation | None:
        """W2: look-ahead finds `first` of the history."""
        found: Sollicitation = await _read("W2", 10, GIVEN["structure"], numero)
        return found

    @strawberry.field
    async def sollicitations(
        self,
        info: strawberry.Info,
        espace: Espace,
        filtre: FiltreSollicitations,
        tri: TriSollicitations | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Page:
        """W3 and W5: look-ahead finds whether the total is asked."""
        del espace, tri
        asked = {field.name for field in info.selected_fields[0].selections}  # type: ignore[union-attr]
        size, begin = first + 1, _day(filtre.deposeeDu)
        if "totalCount" in asked:
            statuts = sorted(s.name for s in filtre.statut or ())
            end, categorie = _day(filtre.deposeeAu, 1), filtre.categorie
            values = (GIVEN["structure"], categorie, statuts, begin, end, size)
            page: Page = await _read("W3", *values)
        elif after is None:
            page = await _read("W5p1", begin)
        else:
            instant, id_ = orjson.loads(base64.b64decode(after))
            page = await _read("W5", begin, datetime.fromisoformat(instant), id_)
        return page


@strawberry.type
class Mutation:
    """The write."""

    @strawberry.mutation
    async def traiter(self, input: TraiterInput) -> ActionPriseEnCompte:  # noqa: A002
        """W4: the statements one by one, as the bare limit sends them."""
        entree = {**vars(input), "statut": input.statut.name}
        made: ActionPriseEnCompte = await DB.traiter(entree)  # type: ignore[assignment]
        return made


class View(GraphQL):
    """The view, with orjson."""

    def encode_json(self, data: object) -> bytes:
        """Write JSON."""
        return orjson.dumps(data)


SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    config=StrawberryConfig(auto_camel_case=False, default_resolver=getitem),
    extensions=[ParserCache, ValidationCache],
)


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    await DB.open()
    yield


if __name__ == "__main__":
    view: Any = View(SCHEMA, graphql_ide=None)
    serve(Starlette(routes=[Route("/graphql", view)], lifespan=_lifespan), int(sys.argv[2]))
