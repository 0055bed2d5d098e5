"""How often the writer syncs: `kill -9` cannot tell FULL from NORMAL, so the calls are counted."""

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.reliability.servers import environment
from benchmarks.reliability.world import EMETTEUR, RECEPTEUR, Base, database, people, using
from solli_graphql.db.database import Database
from solli_graphql.domain.numeros import gid
from solli_graphql.domain.workflow import StatutTraitement
from solli_graphql.services import identite
from solli_graphql.services.depot import Depot
from solli_graphql.services.sollicitations import Options, Sollicitations

COMMITS = {"ci": 100, "full": 1000}
CALLS = "fsync,fdatasync"


def run(base: Base, commits: int) -> dict[str, Any]:
    """Count the syncs of the product's own writer, then with the guarantee taken away."""
    who = people(base.url)
    strict, lax = (
        ("FULL", "NORMAL") if base.engine == "sqlite" else ("on", "off")
    )  # synchronous, synchronous_commit
    counts = {}
    for guarantee in (strict, lax):
        # The opening and the first pages sync too: what an empty run counts is taken off.
        empty, full = (
            _count(base, who.emettrice, who.publique, n, guarantee) for n in (0, commits)
        )
        counts[guarantee] = round((full - empty) * 100 / commits, 1)
    return {"commits": commits, "syncs_per_100_commits": counts}


def _count(base: Base, emettrice: str, publique: str, commits: int, guarantee: str) -> int:
    summary = base.folder / "strace.txt"
    summary.unlink(missing_ok=True)
    trace = ["strace", "-f", "-c", "-e", f"trace={CALLS}", "-o", str(summary)]
    writer = [sys.executable, "-m", "benchmarks.reliability.fsyncs"]
    words = [base.url, emettrice, publique, str(commits), guarantee]
    env = environment(base.url)
    if base.engine == "sqlite":
        subprocess.run([*trace, *writer, *words], env=env, check=True, timeout=600)  # noqa: S603
        return _calls(summary)
    assert base.cluster is not None  # noqa: S101
    watch = subprocess.Popen(  # noqa: S603
        [*trace, "-p", str(base.cluster.pid)], stderr=subprocess.PIPE, text=True
    )
    try:
        assert watch.stderr is not None  # noqa: S101
        watch.stderr.readline()  # "attached": the backends that it starts now are followed
        subprocess.run([*writer, *words], env=env, check=True, timeout=600)  # noqa: S603
        time.sleep(0.5)
    finally:
        watch.terminate()
        watch.communicate(timeout=60)
    return _calls(summary)


def _calls(summary: Path) -> int:
    rows = re.findall(
        r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\D.*sync$", summary.read_text(), re.MULTILINE
    )
    return sum(int(n) for n in rows)


async def write(db: Database, structures: tuple[str, str], commits: int, guarantee: str) -> None:
    """Do one command after another, each its own commit."""
    writes: Any = getattr(db, "_writes", None)
    if writes is not None:
        writes.execute(f"PRAGMA synchronous={guarantee}").close()
    emetteur = await identite.acteur(db, EMETTEUR)
    recepteur = await identite.acteur(db, RECEPTEUR)
    assert emetteur  # noqa: S101
    assert recepteur  # noqa: S101
    service = Sollicitations(db)
    depot = Depot(
        *("FACTURE", "SUIVI", structures[0], "a@charge.example", "Compter."),
        structure_destinataire=structures[1],
    )
    made = (await service.soumettre(emetteur, depot, Options())).id
    target = gid("Sollicitation", made or 0)
    for n in range(commits):
        await service.traiter(
            recepteur,
            target,
            statut=StatutTraitement.EN_COURS,
            texte=f"Brouillon {n}",
            options=Options(),
        )


def broken(figures: dict[str, Any]) -> list[str]:
    """Say which promises a run broke."""
    if "skipped" in figures:
        return []
    strict, lax = figures["syncs_per_100_commits"].values()
    checks = {"a sync for each commit": strict >= 100, "fewer without": lax < 50}  # noqa: PLR2004
    return [name for name, holds in checks.items() if not holds]


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; give the figures and what is broken."""
    if shutil.which("strace") is None:
        return {"skipped": "strace is not installed (apt-get install strace)"}, []
    with database(engine, own=True) as base:
        figures = run(base, asked.count or COMMITS[asked.size])
    return figures, broken(figures)


if __name__ == "__main__":
    url, emettrice, publique, number, wanted = sys.argv[1:]
    suffix = "" if url.startswith("sqlite") else f"&options=-c%20synchronous_commit%3D{wanted}"
    asyncio.run(
        using(url + suffix, lambda db: write(db, (emettrice, publique), int(number), wanted))
    )
