"""python -m benchmarks.exports: rows a second of each format, and what others wait meanwhile."""

import argparse
import asyncio
import gc
import json
import os
import resource
import subprocess
import sys
import time
from contextlib import aclosing
from datetime import date
from statistics import quantiles
from typing import Any

import uvloop

from benchmarks.reliability.servers import solli
from benchmarks.reliability.world import database
from solli_graphql.db.database import Timeouts
from solli_graphql.db.opening import connect_to
from solli_graphql.db.plan.reader import Reader
from solli_graphql.domain.acteur import Espace
from solli_graphql.domain.objets import FormatExport
from solli_graphql.graphql.flux import Flux
from solli_graphql.graphql.lignes import Lignes
from solli_graphql.graphql.schema import readable
from solli_graphql.services import identite
from solli_graphql.services.exports import Demande

COURRIEL = "analyste@demo.example"  # who sees most
CALME = 2.0  # seconds without an export, to know what the machine itself makes others wait


def main() -> None:
    """Measure each engine and format in a process of its own; print a JSON line each."""
    parser = argparse.ArgumentParser(prog="benchmarks.exports", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of the demonstration")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    parser.add_argument(
        "--url", help="a demonstration that is there, rather than one made for this"
    )
    parser.add_argument("--format", type=FormatExport, help="measure this one in this process")
    asked = parser.parse_args()
    if asked.format:
        sys.stdout.write(json.dumps(uvloop.run(measure(asked.url, asked.format))) + "\n")
        return
    if asked.url:
        each(asked.url)
        return
    for engine in (asked.engine,) if asked.engine else ("sqlite", "postgresql"):
        with database(engine) as base:
            solli(base.url, "demo", "--sollicitations", str(asked.rows), folder=base.folder)
            each(base.url)


def each(url: str) -> None:
    """Measure every format on a database."""
    for format_ in FormatExport:
        words = ("-m", "benchmarks.exports", "--url", url, "--format", format_)
        subprocess.run([sys.executable, *words], check=True)  # noqa: S603


async def measure(url: str, format_: FormatExport) -> dict[str, Any]:
    """Stream one export to nobody, beside a task that only sleeps."""
    db = connect_to(url, pool=2, timeouts=Timeouts(5, 2))
    await db.open()
    acteur = await identite.acteur(db, COURRIEL)
    if acteur is None:
        raise SystemExit("this is no demonstration")
    reader = Reader(db, readable(), secret=b"k", links=lambda _: lambda *_: "")
    flux = Flux(db, Lignes(reader), 1)
    demande = Demande(Espace.RECUES, format_, {"deposee_du": date(2000, 1, 1)})
    gc.freeze()  # as a server does
    calm = await lags(asyncio.sleep(CALME))
    begin, cpu, before = time.perf_counter(), time.process_time(), peak()
    told: dict[str, Any] = {"engine": db.dialect.name, "format": format_}
    waited = await lags(stream(flux, acteur, demande, told))
    seconds = time.perf_counter() - begin
    told["rows_per_second"] = round(told["rows"] / seconds)
    told["cpu_us_per_row"] = round(1e6 * (time.process_time() - cpu) / told["rows"], 1)
    told["more_memory_mib"] = round(peak() - before, 1)
    told["loop_lag_ms"] = {"calm": calm, "export": waited}
    await db.close()
    return told | {"load": round(os.getloadavg()[0], 1)}


async def stream(flux: Flux, acteur: Any, demande: Demande, told: dict[str, Any]) -> None:
    """Take the whole of an export, and tell its size and the time of its first bytes."""
    begin, rows, octets = time.perf_counter(), 0, 0

    def advance(n: int) -> None:
        nonlocal rows
        rows += n

    async with aclosing(flux.octets(acteur, demande, advance)) as chunks:
        async for chunk in chunks:
            if not octets and chunk:
                told["first_byte_ms"] = round(1000 * (time.perf_counter() - begin))
            octets += len(chunk)
    told.update({"rows": rows, "bytes_per_row": octets // max(rows, 1)})


async def lags(work: Any) -> dict[str, float]:
    """Run something; give how late a task that sleeps 2 ms was woken meanwhile."""
    task, late = asyncio.ensure_future(work), []
    while not task.done():
        begin = time.perf_counter()
        await asyncio.sleep(0.002)
        late.append(1000 * (time.perf_counter() - begin) - 2)
    await task
    p99 = quantiles(late, n=100)[98] if len(late) > 1 else late[0]
    return {"p99": round(p99, 1), "max": round(max(late), 1)}


def peak() -> float:
    """Give the most memory that the process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
