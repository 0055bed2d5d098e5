"""python -m benchmarks.reads: build the data, start every contender, measure, report."""

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from statistics import median
from tempfile import gettempdir, mkdtemp
from typing import Any

import asyncpg

from benchmarks.reads import data, report, rounds, statements
from benchmarks.reads.contenders import PEERS, Base, Contender, install, serving
from benchmarks.reads.workloads import CALLERS, READS
from benchmarks.reliability.cluster import Cluster
from benchmarks.reliability.world import using
from solli_graphql.db.database import Database
from solli_graphql.services import identite

ALL = (*READS, "W4")
ATTEMPTS = 3
RESULTS = Path(__file__).parent / "results"


def say(text: str) -> None:
    """Tell what is going on."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def base(folder: Path, engine: str, rows: int, cluster: Cluster) -> Base:
    """Build or find a data set, and see what our plan sends it."""
    say(f"data: {engine}, {rows} rows")
    facts = data.prepared(folder, engine, rows, cluster)
    url = data.url(folder, engine, rows, cluster)

    async def look(db: Database) -> Base:
        sent = await statements.record(db, facts)
        agent = await identite.acteur(db, CALLERS["W4"])
        key = await db.write(identite.cle_demo)
        assert agent is not None  # noqa: S101
        return Base(url, str(cluster.socket), facts, sent, agent, key)

    return asyncio.run(using(url, look))


def contenders(asked: argparse.Namespace, cluster: Cluster) -> list[Contender]:
    """List the contenders, each with its share of the subjects of W4."""
    logs = Path(mkdtemp(prefix="solli-reads-"))
    say(f"logs of the servers: {logs}")
    big, small = asked.big, asked.rows
    postgres = base(asked.data, "postgresql", small, cluster)
    table: list[tuple[str, str, str, Base, tuple[str, ...]]] = [
        ("hello", "uvicorn, “hello”", "bare", postgres, ("hello",)),
        ("bare", "the bare limit", "bare", postgres, ALL),
        ("solli", "solli-graphql", "solli", postgres, ALL),
        ("mercurius", "Mercurius, jit, hand-written SQL", "mercurius", postgres, ALL),
        ("postgraphile", "PostGraphile 5", "postgraphile", postgres, ALL),
        ("tuned", "Strawberry, tuned", "tuned", postgres, ALL),
    ]
    if not asked.no_sqlite:
        sqlite = base(asked.data, "sqlite", small, cluster)
        table += [
            ("bare-sqlite", "the bare limit, SQLite", "bare", sqlite, ALL),
            ("solli-sqlite", "solli-graphql, SQLite", "solli", sqlite, ALL),
        ]
    if big:
        large = base(asked.data, "postgresql", big, cluster)
        table += [
            ("bare-big", f"the bare limit, {big:,} rows", "bare", large, ALL),
            ("solli-big", f"solli-graphql, {big:,} rows", "solli", large, ALL),
        ]
    chosen = [row for row in table if not asked.only or row[0] in asked.only.split(",")]
    made = [Contender(*row[:4], logs, row[4], asked.pool, asked.python) for row in chosen]
    for one in made:
        others = [c for c in made if c.base is one.base and "W4" in c.workloads]
        if one in others:
            one.subjects = one.base.facts.subjects[others.index(one) :: len(others)]
    return made


async def _functions(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute((PEERS / "postgraphile.sql").read_text())
    await connection.close()


def check(everybody: list[Contender]) -> None:
    """Hold the answers to be the same, on each data set. Raises Void."""
    for workload in ALL:
        seen: dict[str, tuple[str, Any]] = {}
        for c in everybody:
            if workload in c.workloads:
                found, _ = rounds.answer(c, workload)
                first, expected = seen.setdefault(c.base.url, (c.name, found))
                if found != expected:
                    raise rounds.Void(report.difference(workload, c.name, found, first, expected))
    say("the answers are the same")


def starts(everybody: list[Contender], times: int) -> dict[str, dict[str, Any]]:
    """Start each alone, in turn; give its seconds to the first answer, and its memory then."""
    figures: dict[str, dict[str, Any]] = {c.name: {"start": [], "rest": []} for c in everybody}
    for turn in range(times):
        for c in everybody if turn % 2 else reversed(everybody):
            figures[c.name]["start"].append(c.started())
            figures[c.name]["rest"].append(c.memory())
            c.stop()
    return figures


class Run:
    """All rounds of a run, interleaved, in the reverse order each time."""

    def __init__(self, asked: argparse.Namespace, cluster: Cluster) -> None:
        self._asked, self._cluster = asked, cluster
        self.rounds: list[dict[str, Any]] = []
        self.void: list[str] = []

    def play(self, everybody: list[Contender]) -> None:
        """Play every workload; `hello` is a contender of W1."""
        for workload in self._asked.workloads.split(","):
            here = [(c, workload) for c in everybody if workload in c.workloads]
            if workload == "W1":
                here = [(c, "hello") for c in everybody if c.workloads == ("hello",)] + here
            for c, name in here:
                self._once(c, name, 16, self._asked.warm)
            for connections in map(int, self._asked.connections.split(",")):
                for turn in range(self._asked.rounds):
                    for c, name in reversed(here) if turn % 2 else here:
                        if figures := self._once(c, name, connections, self._asked.seconds):
                            self.rounds.append(figures)
                for c, name in here:
                    self._tell(c.name, name, connections)

    def _once(
        self, c: Contender, workload: str, connections: int, seconds: float
    ) -> dict[str, Any] | None:
        """Play a round, again if it is void; None if it is void each time."""
        for _ in range(ATTEMPTS):
            try:
                played = rounds.play(c, workload, connections, seconds, self._cluster)
            except rounds.Void as e:
                self.void.append(f"{c.name} {workload} {connections}: {e}")
                say(f"void: {self.void[-1]}")
                continue
            return asdict(played)
        return None

    def _tell(self, name: str, workload: str, connections: int) -> None:
        wanted = (name, workload, connections)
        mine = [
            f for f in self.rounds if (f["contender"], f["workload"], f["connections"]) == wanted
        ]
        if mine:
            rate, cpu = (median(f[k] for f in mine) for k in ("rate", "cpu"))
            say(f"{workload:5} {connections:3} {name:14} {rate:9.0f} /s {cpu:7.0f} µs")


def main() -> None:
    """Measure, or write the report of a measure again."""
    parser = argparse.ArgumentParser(prog="benchmarks.reads", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(gettempdir(), "solli-reads"),
        help="where data sets are kept",
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--big", type=int, default=2_000_000, help="0 for none")
    parser.add_argument("--no-sqlite", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--warm", type=float, default=4, help="seconds not counted, before all")
    parser.add_argument("--connections", default="16,1,64")
    parser.add_argument("--workloads", default=",".join(ALL))
    parser.add_argument("--only", default="", help="names of contenders, separated by commas")
    parser.add_argument("--pool", type=int, default=4, help="connections of each to PostgreSQL")
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="that serves ours: of an environment without the development tools, for the start",
    )
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--build", action="store_true", help="build the data sets and stop")
    parser.add_argument("--check", action="store_true", help="compare the answers and stop")
    parser.add_argument("--report", type=Path, help="a JSON of results: write its report again")
    asked = parser.parse_args()
    if asked.report:
        report.write(json.loads(asked.report.read_text()), asked.report.parent)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # or the servers would stay
    asked.data, asked.machine = asked.data.absolute(), report.machine()
    if not (asked.build or asked.check):
        rounds.wrk()
    with data.postgres(asked.data) as cluster:
        everybody = contenders(asked, cluster)
        if asked.build:
            return
        if any(c.kind in ("mercurius", "postgraphile") for c in everybody):
            install()
        for c in everybody:
            if c.kind == "postgraphile":
                asyncio.run(_functions(c.base.url))
        begun = starts(everybody, 0 if asked.check else asked.starts)
        with serving(everybody):
            check(everybody)
            if asked.check:
                return
            run = Run(asked, cluster)
            run.play(everybody)
            for c in everybody:
                begun[c.name]["after"] = c.memory()
    result = report.told(asked, everybody, begun, run.rounds, run.void)
    report.write(result, asked.results)


if __name__ == "__main__":
    main()
