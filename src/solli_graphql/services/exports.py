"""Exports: what was asked, kept under the id that a personal link holds, and read as a list is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db import queries as q
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.db.plan.reads import Read
from solli_graphql.domain.acteur import ROLES_DE_L_ESPACE, Acteur, Espace
from solli_graphql.domain.errors import (
    AccesRefuse,
    ChampInvalide,
    CritereRequis,
    EntreeInvalide,
    ErreurDeChamp,
)
from solli_graphql.domain.objets import FormatExport, TriSollicitations
from solli_graphql.services.liens import Genre, Liens

LIGNES_XLSX = 1_048_575  # of a sheet, below its header
UN_DES_DEUX = "Donnez filtre, avec au moins un critère, ou synthese: true, et pas les deux."
_COLONNES = ("utilisateur_id", "date", "demande")
_AJOUTER: Statement[int] = Statement(
    m.export.insert().returning(m.export.c.id), int, columns=_COLONNES
)
_TROUVER: Statement[str] = Statement(
    sa.select(m.export.c.demande).where(
        m.export.c.id == sa.bindparam("id", type_=sa.BigInteger),
        m.export.c.utilisateur_id == sa.bindparam("utilisateur", type_=sa.BigInteger),
    ),
    str,
)


@dataclass(frozen=True)
class Demande:
    """What is exported: a work list, or what a filter finds; None for no filter at all."""

    espace: Espace
    format: FormatExport
    filtre: Mapping[str, Any] | None = None
    synthese: bool = False
    tri: TriSollicitations | None = None

    def permise(self, acteur: Acteur) -> bool:
        """Tell whether an acteur has a role in the espace."""
        return bool(acteur.roles & ROLES_DE_L_ESPACE[self.espace])

    def read(self, acteur: Acteur) -> Read:
        """
        Say what to read: what `synthese` and `sollicitations` would, with the same rights.

        Raises AccesRefuse without a role in the espace, ChampInvalide for anything else.
        """
        if not self.permise(acteur):
            raise AccesRefuse
        bornes = (0, None, None, None)
        try:
            if self.synthese:
                return self._synthese(acteur, bornes)
            filtre = self.filtre or {}
            if any("\0" in v for v in filtre.values() if isinstance(v, str)):
                raise _invalide("filtre", "FORMAT", "Un critère contient un caractère NUL.")
            return q.sollicitations(acteur, self.espace, filtre, self.tri, *bornes)
        except CritereRequis as e:
            raise _invalide("filtre", "OBLIGATOIRE", UN_DES_DEUX) from e
        except EntreeInvalide as e:
            raise _invalide("filtre", "FORMAT", e.message) from e

    def _synthese(self, acteur: Acteur, bornes: tuple[Any, ...]) -> Read:
        if self.filtre is not None:
            raise _invalide("synthese", "INTERDIT", UN_DES_DEUX)
        if self.tri not in (None, TriSollicitations.DATE_DEPOT_ASC):
            message = "Une Synthèse est du dépôt le plus ancien au plus récent."
            raise _invalide("tri", "INTERDIT", message)
        return q.synthese(acteur, self.espace, *bornes)


def _invalide(champ: str, code: str, message: str) -> ChampInvalide:
    return ChampInvalide(ErreurDeChamp(champ, code, message))


def verifier(demande: Demande, nombre: int) -> None:
    """Refuse what no sheet can hold. Raises ChampInvalide."""
    if demande.format is FormatExport.XLSX and nombre > LIGNES_XLSX:
        message = f"Une feuille a au plus {LIGNES_XLSX} lignes : choisissez CSV ou JSONL."
        raise _invalide("format", "INTERDIT", message)


class Prepare(NamedTuple):
    """An export that can be fetched: its link, and its exact number of rows now."""

    url: str
    nombre: int


Compter = Callable[[Acteur, Demande], Awaitable[int]]


class Exports:
    """What an acteur can export."""

    def __init__(self, db: Database, compter: Compter, liens: Liens) -> None:
        self._db, self._compter, self._liens = db, compter, liens

    async def preparer(self, acteur: Acteur, demande: Demande) -> Prepare:
        """Count the rows and give a link. Raises ChampInvalide or AccesRefuse."""
        nombre = await self._compter(acteur, demande)
        verifier(demande, nombre)
        id_ = await self._db.write(_garder, acteur.id, demande)
        return Prepare(self._liens.pour(acteur.id)(Genre.EXPORT, id_), nombre)

    async def trouver(self, acteur: Acteur, id_: int) -> Demande | None:
        """Find what this acteur asked under an id, or None."""
        lus = await read(self._db, _TROUVER, id=id_, utilisateur=acteur.id)
        return _lire(lus[0]) if lus else None


async def _garder(tx: Tx, utilisateur: int, demande: Demande) -> int:
    """Keep what was asked for the life of its link; `services/retention.py` deletes it."""
    texte = orjson.dumps(demande).decode()
    valeurs = {"utilisateur_id": utilisateur, "date": datetime.now(UTC), "demande": texte}
    return await tx.one(_AJOUTER, **valeurs) or 0


def _lire(texte: str) -> Demande:
    lu = orjson.loads(texte)
    filtre = lu["filtre"]
    for jour in ("deposee_du", "deposee_au"):
        if filtre and filtre.get(jour):
            filtre[jour] = date.fromisoformat(filtre[jour])
    tri = lu["tri"] and TriSollicitations(lu["tri"])
    espace, format_ = Espace(lu["espace"]), FormatExport(lu["format"])
    return Demande(espace, format_, filtre, synthese=lu["synthese"], tri=tri)
