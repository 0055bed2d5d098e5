"""The least command that writes, and what it has written."""

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, insert, read

AJOUTER = insert(m.cle)
NOMS: Statement[str] = Statement(sa.select(m.cle.c.nom).order_by(m.cle.c.nom), str)


async def ajouter(tx: Tx, *noms: str) -> None:
    for nom in noms:
        await tx.write((AJOUTER, {"nom": nom, "valeur": b"v"}))


async def noms(db: Database) -> list[str]:
    return [nom for nom in await read(db, NOMS) if nom != "pseudonymes"]
