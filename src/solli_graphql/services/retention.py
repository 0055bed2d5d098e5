"""What is kept for a time only: the outcomes of keys, events, what exports were asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.colonnes import Instant
from solli_graphql.db.database import Statement, Tx
from solli_graphql.services import liens

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


_VIEUX = {
    _vieux(m.idempotence): DUREE,
    _vieux(m.evenement): DUREE,
    _vieux(m.export): timedelta(seconds=2 * liens.DUREE),
}


async def purger(tx: Tx) -> int:
    """Delete a batch of what is older than its time; give how many rows, 0 when all is done."""
    now = datetime.now(UTC)
    return sum([len(await tx.all(s, avant=now - duree)) for s, duree in _VIEUX.items()])
