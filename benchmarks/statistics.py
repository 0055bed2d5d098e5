"""
python -m benchmarks.statistics FOLDER [ROWS…]: on PostgreSQL, as the rows grow to a million.

The demonstration's rows are copied, a few minutes apart, until there are enough: what statistics
read. Their histories are not, because nothing here reads them.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from benchmarks.reads import data
from benchmarks.reliability.servers import solli
from solli_graphql.db import models as m
from solli_graphql.db.opening import connect_to
from solli_graphql.db.plan.reader import Reader
from solli_graphql.domain.acteur import Acteur, Habilitation, Role
from solli_graphql.graphql.executor import Executor, Request
from solli_graphql.graphql.limits import Limits
from solli_graphql.graphql.schema import readable

BASE, SIZES, ROUNDS = 20_000, (100_000, 300_000, 1_000_000), 5
STRUCTURE = "statistiques(espace: RECUES, {}) {{ total groupes {{ cles {{ code }} nombre {} }} }}"
DELAYS = "premiereReponse { mediane centile90 } resolution { mediane centile90 }"
RATES = "temps { emetteur structure support } reouvertures { taux } mauvaisesAffectations { taux }"
MONTH = 'filtre: { deposeeDu: "2026-03-01", deposeeAu: "2026-03-31" }'
ASKED = {
    "counts by statut": STRUCTURE.format("grouperPar: [STATUT]", ""),
    "rates and times by month": STRUCTURE.format("grouperPar: [MOIS]", RATES),
    "everything, together": STRUCTURE.format("filtre: null", f"{DELAYS} {RATES}"),
    "everything, by month": STRUCTURE.format("grouperPar: [MOIS]", f"{DELAYS} {RATES}"),
    "everything, by category and statut": STRUCTURE.format(
        "grouperPar: [CATEGORIE, STATUT]", f"{DELAYS} {RATES}"
    ),
    "everything, of a month, by service": STRUCTURE.format(
        f"{MONTH}, grouperPar: [SERVICE]", f"{DELAYS} {RATES}"
    ),
}


async def grow(connection: Any, rows: int) -> None:
    """Copy sollicitations until there are enough."""
    columns = [c.name for c in m.sollicitation.c if c.name not in ("id", "numero", "date_depot")]
    copied = ", ".join(columns)
    count = await connection.fetchval("SELECT count(*) FROM sollicitation")
    if count >= rows:
        return
    indexes = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'sollicitation' "
        "AND indexdef NOT LIKE 'CREATE UNIQUE %'"
    )
    for name, _ in indexes:
        await connection.execute(f"DROP INDEX {name}")
    await connection.execute(
        f"INSERT INTO sollicitation (id, numero, date_depot, {copied}) "  # noqa: S608 - our names
        f"SELECT id + n * {BASE}, numero || '-' || n, date_depot - n * interval '7 minutes', "
        f"{copied} FROM sollicitation, generate_series($1::int, $2::int) n WHERE id <= {BASE}",
        *(count // BASE, rows // BASE - 1),
        timeout=3600,
    )
    for _, definition in indexes:
        await connection.execute(definition, timeout=3600)
    await connection.execute("VACUUM (ANALYZE) sollicitation", timeout=3600)


async def measure(ask: Callable[[Acteur, str], Awaitable[Any]], acteur: Acteur) -> None:
    """Print the median, and the slowest, of what somebody asks."""
    for name, selection in ASKED.items():
        times = []
        for _ in range(ROUNDS + 1):
            start = time.perf_counter()
            found = await ask(acteur, f"{{ {selection} }}")
            times.append(1000 * (time.perf_counter() - start))
        total = found["statistiques"]["total"]
        said = f"{median(times[1:]):7,.0f} ms (slowest {max(times[1:]):,.0f})"
        print(f"  {name:36} {total:9,} rows {said}", flush=True)  # noqa: T201


async def run(url: str, sizes: Sequence[int]) -> None:
    """Measure at each size, for an analyst of the whole portal, and for one of a structure."""
    connection = await asyncpg.connect(url)
    structure = await connection.fetchval(
        "SELECT structure_destinataire_id FROM sollicitation "
        "WHERE structure_destinataire_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    db = connect_to(url, pool=1)
    await db.open()
    reader = Reader(db, readable(), secret=b"of a measure", links=lambda _: lambda *_: "")
    executor = Executor(reader, None, limits=Limits(), open_introspection=False)

    async def ask(acteur: Acteur, query: str) -> Any:
        reply = await executor.execute(acteur, Request(query, {}))
        return reply.body["data"]

    for rows in sizes:
        await grow(connection, rows)
        for who, where in (("the whole portal", None), ("one structure", structure)):
            load = f"load {os.getloadavg()[0]:.0f}"
            print(f"{rows:,} sollicitations, an analyst of {who}, {load}", flush=True)  # noqa: T201
            await measure(ask, Acteur(1, "", "", (Habilitation(Role.ANALYSTE, where),)))
    await connection.close()
    await db.close()


async def _made(where: str) -> None:
    """Make the database, but for one that a former run has left."""
    connection = await asyncpg.connect(where)
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = 'statistics'"):
        await connection.execute("CREATE DATABASE statistics")
        await connection.execute("ALTER DATABASE statistics SET work_mem = '64MB'")
    await connection.close()


def main() -> None:
    """Start a PostgreSQL in a folder, fill it, and measure."""
    folder = Path(sys.argv[1])
    sizes = [int(n) for n in sys.argv[2:]] or SIZES
    with data.postgres(folder) as cluster:
        url = cluster.uri.replace("/postgres?", "/statistics?")
        asyncio.run(_made(cluster.uri))
        status, said = solli(url, "demo", "--sollicitations", str(BASE), folder=folder, within=7200)
        if status:
            raise RuntimeError(said)
        asyncio.run(run(url, sizes))


if __name__ == "__main__":
    main()
