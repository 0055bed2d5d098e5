"""A database of the run's own, the people in it, and what its history says afterwards."""

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import sqlalchemy as sa

from benchmarks.reliability.clients import People
from benchmarks.reliability.cluster import Cluster
from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, read
from solli_graphql.db.migrate import migrate, on
from solli_graphql.db.opening import connect_to
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.numeros import gid
from solli_graphql.services import administration, identite, jetons, referentiel, verification

T = TypeVar("T")
STRUCTURES = (("73282932000074", False), ("55208131766522", True))
EMETTEUR, RECEPTEUR = "emetteur@charge.example", "recepteur@charge.example"
REFERENTIEL = {
    "categories": [
        {
            "code": "FACTURE",
            "libelle": "Factures",
            "sousCategories": [{"code": "SUIVI", "libelle": "Suivi", "routage": "METIER"}],
        }
    ],
    "structures": [
        {
            "identifiant": {"type": "SIRET", "valeur": siret},
            "designation": f"Structure {siret}",
            "raisonSociale": f"STRUCTURE {siret}",
            "publique": publique,
            "services": [],
        }
        for siret, publique in STRUCTURES
    ],
}


@dataclass(frozen=True)
class Base:
    """Where a run takes place; cluster is None on SQLite, and on a PostgreSQL of somebody else."""

    url: str
    folder: Path
    cluster: Cluster | None

    @property
    def engine(self) -> str:
        """Name the engine."""
        return "sqlite" if self.url.startswith("sqlite") else "postgresql"

    def another(self) -> str:
        """Give the URL of another database, empty, on the same engine."""
        if self.engine == "sqlite":
            return f"sqlite:///{self.folder / f'{uuid4().hex}.db'}"
        return asyncio.run(create_database(self.url))


@contextmanager
def database(engine: str, *, own: bool = False) -> Iterator[Base]:
    """Make an empty database; own asks for a PostgreSQL that may be killed."""
    folder = Path(tempfile.mkdtemp(prefix="solli-"))
    cluster = None
    try:
        if engine == "sqlite":
            yield Base(f"sqlite:///{folder / 'charge.db'}", folder, None)
            return
        given = os.environ.get("SOLLI_TEST_POSTGRES_URL")
        if given is None or own:
            cluster = Cluster(folder)
        uri = cluster.uri if cluster else str(given)
        yield Base(asyncio.run(create_database(uri)), folder, cluster)
    finally:
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def create_database(url: str) -> str:
    """Create an empty database on the same server, and give its URL."""
    name = f"r{uuid4().hex}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    before, _, options = url.partition("?")
    return f"{before.rsplit('/', 1)[0]}/{name}" + (f"?{options}" if options else "")


async def using(url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    """Do something with the product's own seam, then close."""
    db = connect_to(url, pool=2)
    await db.open()
    try:
        return await work(db)
    finally:
        await db.close()


def people(url: str) -> People:
    """Migrate, load two structures and two people, and give them tokens for an hour."""
    asyncio.run(migrate(url))
    return asyncio.run(using(url, _settle))


async def _settle(db: Database) -> People:
    key = await db.write(identite.cle_demo)
    lu = referentiel.Referentiel.model_validate(REFERENTIEL)
    await db.write(referentiel.appliquer, await referentiel.comparer(db, lu))
    t = m.structure.c
    known: Statement[Any] = Statement(sa.select(t.identifiant_valeur, t.id))
    ids = dict(await read(db, known))
    (emettrice, _), (publique, _) = STRUCTURES
    tokens = []
    for courriel, role, siret in (
        (EMETTEUR, Role.EMETTEUR, emettrice),
        (RECEPTEUR, Role.RECEPTEUR, publique),
    ):
        habilitations = [Habilitation(role, ids[siret])]
        await db.write(administration.creer, courriel, courriel, "Charge", habilitations)
        tokens.append(jetons.signer(key, courriel, minutes=60, maintenant=datetime.now(UTC)))
    emetteur, recepteur = tokens
    return People(
        emetteur, recepteur, gid("Structure", ids[emettrice]), gid("Structure", ids[publique])
    )


def texts(url: str) -> Counter[str]:
    """Count every text of the history, the descriptions of line 1 among them."""
    t = m.historique_texte.c

    def counted(connection: sa.Connection) -> Counter[str]:
        lines = connection.execute(sa.select(t.texte, t.texte_interne))
        found = Counter(a or b for a, b in lines if a or b)
        found.update(connection.execute(sa.select(m.sollicitation.c.description)).scalars())
        return found

    return asyncio.run(on(url, counted))


def number(url: str, table: sa.Table) -> int:
    """Count the rows of a table."""
    count = sa.select(sa.func.count()).select_from(table)
    return int(asyncio.run(on(url, lambda c: c.execute(count).scalar_one())))


def lines(url: str) -> dict[str, int]:
    """Count the lines of each sollicitation, by global id."""
    t = m.historique.c
    count = sa.select(t.sollicitation_id, sa.func.count()).group_by(t.sollicitation_id)
    rows = asyncio.run(on(url, lambda c: [tuple(r) for r in c.execute(count)]))
    return {gid("Sollicitation", int(id_)): int(n) for id_, n in rows}


def verify(url: str) -> list[str]:
    """Check every invariant, as `solli verify` does; give each fault."""
    found: list[str] = []

    async def check(db: Database) -> None:
        await verification.verifier(db, lambda fault: found.append(str(fault)), lambda _: None)

    asyncio.run(using(url, check))
    return found
