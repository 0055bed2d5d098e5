"""Puts a fresh demonstration in the place of the one that is served, in one transaction."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db import pieces as p
from solli_graphql.db.database import Database, Statement, Tx, insert, read
from solli_graphql.domain.errors import AccesRefuse
from solli_graphql.domain.objets import EtatTeleversement
from solli_graphql.services.televersements import IDS
from solli_graphql.storage import Storage

PLUS_GRANDE = 2000  # sollicitations: a larger one would be loaded for longer than anybody waits
TROP_GRANDE = (
    f"Cette démonstration dépasse {PLUS_GRANDE} sollicitations : relancez "
    "« solli demo --reset », le service arrêté."
)
NOMBRE = "demonstration"  # how many were loaded, among the counters
LOT = 50  # rows written at once
GARDEES = {m.cle.name, m.compteur.name}  # what tokens are signed by; what counts
TABLES = [t for t in m.metadata.sorted_tables if t.name not in GARDEES]
Lignes = Mapping[str, list[dict[str, Any]]]

_NOMBRE: Statement[int] = Statement(
    sa.select(m.compteur.c.valeur).where(m.compteur.c.nom == NOMBRE), int
)
_CLES: Statement[str] = Statement(
    sa.union(
        *(sa.select(t.c.cle).where(t.c.cle.is_not(None)) for t in (m.piece_jointe, m.televersement))
    ),
    str,
)
_COMPTER: Statement[Any] = Statement(
    m.compteur.update().where(m.compteur.c.nom == "sollicitation"), columns=("valeur",)
)
_DECLENCHEUR: Statement[str] = Statement(
    sa.select(sa.column("sql", sa.Text))
    .select_from(sa.table("sqlite_master"))
    .where(sa.column("name", sa.Text) == "historique_delete"),
    str,
)


class Copie:
    """The demonstration as it was when it was loaded."""

    def __init__(self, db: Database, storage: Storage) -> None:
        self._db, self._storage = db, storage
        self._seul = asyncio.Lock()

    async def remettre(self) -> int:
        """
        Give the world back, to all at once; tell how many sollicitations it has.

        Raises AccesRefuse for one that is too large, or Occupe.
        """
        nombre = next(iter(await read(self._db, _NOMBRE)), 0)
        if not 0 < nombre <= PLUS_GRANDE:
            raise AccesRefuse(TROP_GRANDE)
        async with self._seul:
            lignes = await asyncio.to_thread(_fraiche, nombre, self._storage)
            await self._db.write(_remplacer, lignes, nombre, self._db.dialect.name)
        return nombre


def _fraiche(nombre: int, storage: Storage) -> Lignes:
    # What loads a demonstration is slow to import, and hardly ever needed while it serves.
    from solli_graphql.demo.fraiche import fraiche  # noqa: PLC0415

    return asyncio.run(fraiche(nombre, TABLES, storage))


async def _remplacer(tx: Tx, lignes: Lignes, nombre: int, dialecte: str) -> None:
    """Write these rows in the place of all others; bytes that nothing names are for `collecter`."""
    restees = {*await tx.all(_CLES)} - {r["cle"] for r in lignes[m.piece_jointe.name]}
    await _vider(tx, dialecte)
    for table in TABLES:
        toutes, ecrire = lignes[table.name], insert(table)
        for debut in range(0, len(toutes), LOT):
            await tx.write(*((ecrire, ligne) for ligne in toutes[debut : debut + LOT]))
    for cle in restees:
        id_ = 1 + secrets.randbelow(IDS)
        await tx.write((p.ANNONCER, p.sans_personne(id_, cle, EtatTeleversement.PERIME)))
    if dialecte == "sqlite":
        await tx.write((_COMPTER, {"valeur": nombre}))
        return
    pieces = len(lignes[m.piece_jointe.name])
    for nom, dernier in (("sollicitation_numero", nombre), ("piece_jointe_id_seq", pieces)):
        await _executer(tx, f"ALTER SEQUENCE {nom} RESTART WITH {dernier + 1}")


async def _vider(tx: Tx, dialecte: str) -> None:
    """Delete every row: the history, which is only ever added to, is let go of this once."""
    if dialecte == "sqlite":
        avant, apres = "DROP TRIGGER historique_delete", await tx.one(_DECLENCHEUR)
    else:
        avant, apres = (
            f"ALTER TABLE historique {verbe} TRIGGER historique_ajout_seul"
            for verbe in ("DISABLE", "ENABLE")
        )
    await _executer(tx, avant)
    for table in reversed(TABLES):
        await tx.write((Statement(table.delete()), {}))
    await _executer(tx, str(apres))


async def _executer(tx: Tx, sql: str) -> None:
    await tx.write((Statement(sa.text(sql)), {}))
