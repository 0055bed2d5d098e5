"""Checks the invariants of a live database, in constant memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, read
from solli_graphql.domain.preuve import fautes

LOT = 1000


@dataclass(frozen=True)
class Faute:
    """A sollicitation in fault, and why."""

    numero: str
    raison: str

    def __str__(self) -> str:
        """Say it on one line."""
        return f"{self.numero} : {self.raison}"


@dataclass(frozen=True)
class Bilan:
    """How many were checked, how many are in fault."""

    sollicitations: int
    fautes: int


Ligne = Mapping[str, Any]


def _ligne(*colonnes: sa.Column[Any]) -> Callable[..., Ligne]:
    noms = [c.name for c in colonnes]
    return lambda *valeurs: dict(zip(noms, valeurs, strict=True))


_t = m.sollicitation.c
_TOUTES = tuple(_t)
_ROWS: Statement[Ligne] = Statement(
    sa.select(*_TOUTES)
    .where(_t.id > sa.bindparam("apres", type_=sa.BigInteger))
    .order_by(_t.id)
    .limit(sa.bindparam("nombre", type_=sa.Integer)),
    _ligne(*_TOUTES),
)
_COLONNES = (
    *m.historique.c,
    *(c for c in m.historique_texte.c if c.name not in ("sollicitation_id", "seq")),
)
_LIGNES: Statement[Ligne] = Statement(
    sa.select(*_COLONNES)
    .select_from(m.historique)
    .outerjoin(m.historique_texte)
    .where(
        m.historique.c.sollicitation_id > sa.bindparam("apres", type_=sa.BigInteger),
        m.historique.c.sollicitation_id <= sa.bindparam("jusque", type_=sa.BigInteger),
    )
    .order_by(m.historique.c.sollicitation_id, m.historique.c.seq),
    _ligne(*_COLONNES),
)
_NOMBRE: Statement[int] = Statement(sa.select(sa.func.count()).select_from(m.sollicitation), int)
_TETES: Statement[Any] = Statement(
    sa.select(_t.id, _t.version, _t.tete)
    .where(_t.id > sa.bindparam("apres", type_=sa.BigInteger))
    .order_by(_t.id)
    .limit(10 * LOT)
)


async def tete(db: Database) -> str:
    """
    Hash every (id, seq, last link of its chain): the head to publish elsewhere.

    Compared later, it also shows what the chains alone cannot: a cut tail, a missing sollicitation.
    """
    somme, apres = sha256(), 0
    while rows := await read(db, _TETES, apres=apres):
        for id_, version, dernier in rows:
            somme.update(f"{id_} {version} {dernier.hex()}\n".encode())
        apres = rows[-1][0]
    return somme.hexdigest()


async def compter(db: Database) -> int:
    """Count what there is to check."""
    return (await read(db, _NOMBRE))[0]


async def verifier(
    db: Database, signaler: Callable[[Faute], None], avancer: Callable[[int], None]
) -> Bilan:
    """Check every sollicitation, telling each fault as it is found, and each batch."""
    vues = en_faute = apres = 0
    while rows := await read(db, _ROWS, apres=apres, nombre=LOT):
        jusque = rows[-1]["id"]
        lignes = await read(db, _LIGNES, apres=apres, jusque=jusque)
        par_id = {id_: [*g] for id_, g in groupby(lignes, lambda x: x["sollicitation_id"])}
        for row in rows:
            raisons = fautes(row, par_id.get(row["id"], []))
            if raisons and await _persiste(db, row["id"]):
                en_faute += 1
                for raison in raisons:
                    signaler(Faute(row["numero"], raison))
        vues, apres = vues + len(rows), jusque
        avancer(len(rows))
    return Bilan(vues, en_faute)


async def _persiste(db: Database, id_: int) -> bool:
    """Look again at one: somebody may have acted between the reading of row and history."""
    for _ in range(3):
        (row,) = await read(db, _ROWS, apres=id_ - 1, nombre=1)
        if not fautes(row, await read(db, _LIGNES, apres=id_ - 1, jusque=id_)):
            return False
    return True
