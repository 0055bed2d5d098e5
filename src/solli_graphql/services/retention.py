"""What is kept for a time only: the outcomes of idempotency keys, the events nobody took."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.colonnes import Instant
from solli_graphql.db.database import Statement, Tx

DUREE = timedelta(days=7)
LOT = 5000


def _vieux(table: sa.Table) -> Statement[Any]:
    """Delete some of the rows older than `avant`, and give one row for each."""
    cle = sa.tuple_(*table.primary_key)
    anciens = (
        sa.select(*table.primary_key)
        .where(table.c.date < sa.bindparam("avant", type_=Instant))
        .limit(LOT)
    )
    return Statement(table.delete().where(cle.in_(anciens)).returning(sa.literal(1)))


_VIEUX = tuple(_vieux(table) for table in (m.idempotence, m.evenement))


async def purger(tx: Tx) -> int:
    """Delete a batch of what is older than seven days; give how many rows, 0 when all is done."""
    avant = datetime.now(UTC) - DUREE
    return sum([len(await tx.all(statement, avant=avant)) for statement in _VIEUX])
