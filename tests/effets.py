"""What tests of a command's effect share: its input, its answer, and what was written."""

from typing import Any

import sqlalchemy as sa

from client import Client, Compte, Reply
from documents import TRAITER
from fabrique import Affaire
from solli_graphql.db import models as m
from solli_graphql.db.database import Statement, read

CLE = "une-cle-de-test-{:04d}"
COMPTER: Statement[int] = Statement(
    sa.select(sa.func.count())
    .select_from(m.sollicitation)
    .where(m.sollicitation.c.structure_emettrice_id == sa.bindparam("id", type_=sa.BigInteger)),
    int,
)
LIGNES: Statement[int] = Statement(
    sa.select(sa.func.count())
    .select_from(m.historique)
    .where(m.historique.c.sollicitation_id == sa.bindparam("id", type_=sa.BigInteger)),
    int,
)
CLES: Statement[int] = Statement(
    sa.select(sa.func.count())
    .select_from(m.idempotence)
    .where(m.idempotence.c.utilisateur_id == sa.bindparam("id", type_=sa.BigInteger)),
    int,
)


async def compter(client: Client, statement: Statement[int], id_: int) -> int:
    (nombre,) = await read(client.db, statement, id=id_)
    return nombre


def membre(reply: Reply) -> Any:
    (value,) = reply.data.values()
    return value


def resolue(s: Affaire, cle: str | None = CLE.format(1), **champs: Any) -> dict[str, Any]:
    """Write the input that answers a sollicitation."""
    return {
        "id": s.gid,
        "statut": "RESOLUE",
        "miseAJour": "Oui.",
        "cleIdempotence": cle,
        **champs,
    }


async def traiter(client: Client, par: Compte, **entree: Any) -> Any:
    return membre(await client.execute(TRAITER, par=par, input=entree))
