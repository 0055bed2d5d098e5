"""What is kept for seven days."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from client import Client
from documents import TRAITER
from fabrique import Affaire, Make
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, Tx, read
from solli_graphql.services.retention import purger

CLE = "une-cle-de-retention-{}"


async def treated(client: Client, make: Make, cle: str) -> Affaire:
    """Treat a new sollicitation with a key."""
    s = await make.affaire()
    entree = {"id": s.gid, "statut": "RESOLUE", "miseAJour": "Oui.", "cleIdempotence": cle}
    reply = await client.execute(TRAITER, par=s.recepteur, input=entree)
    assert reply.codes == []
    return s


async def age(tx: Tx, table: sa.Table, id_: int, days: int) -> None:
    """Make what a table holds of a sollicitation older."""
    date = datetime.now(UTC) - timedelta(days=days, minutes=1)
    cible = table.c.sollicitation_id == sa.bindparam("cible", type_=sa.BigInteger)
    older: Statement[Any] = Statement(table.update().where(cible), columns=("date",))
    await tx.write((older, {"cible": id_, "date": date}))


async def left(client: Client, table: sa.Table, id_: int) -> int:
    """Count what a table holds of a sollicitation."""
    held: Statement[int] = Statement(
        sa.select(sa.func.count())
        .select_from(table)
        .where(table.c.sollicitation_id == sa.bindparam("id", type_=sa.BigInteger)),
        int,
    )
    return (await read(client.db, held, id=id_))[0]


class TestPurger:
    async def test_deletes_what_is_older_than_seven_days(self, client: Client, make: Make) -> None:
        """
        Keys and events are kept for seven days, then deleted; the history stays.
        """
        tables = {m.idempotence: 1, m.evenement: 2}
        old, young = [await treated(client, make, CLE.format(i)) for i in range(2)]
        for table in tables:
            await client.db.write(age, table, old.id, 7)
            await client.db.write(age, table, young.id, 6)

        while await client.db.write(purger):
            pass

        assert [await left(client, t, old.id) for t in tables] == [0, 0]
        assert [await left(client, t, young.id) for t in tables] == [*tables.values()]
        assert await left(client, m.historique, old.id) == 2
