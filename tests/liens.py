"""What tests of personal links have in common."""

from typing import Any

import sqlalchemy as sa

from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, Tx

RETIRER: Statement[Any] = Statement(
    m.habilitation.delete().where(m.habilitation.c.utilisateur_id == sa.bindparam("qui"))
)


async def retirer(tx: Tx, qui: int) -> None:
    """Take every right away from somebody."""
    await tx.write((RETIRER, {"qui": qui}))
