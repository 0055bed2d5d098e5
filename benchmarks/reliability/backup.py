"""A backup taken under load is restored elsewhere, and holds all that was acknowledged (K5)."""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from benchmarks.reliability.cluster import binaries
from benchmarks.reliability.load import Load, read_acks, tell
from benchmarks.reliability.servers import serving, solli
from benchmarks.reliability.world import Base, database, people, texts, verify

TELLERS = 4


@dataclass(frozen=True)
class Size:
    """How much is written before the backup, and how many backups are taken."""

    before: int
    backups: int
    limit: float


SIZES = {"ci": Size(100, 1, 60), "full": Size(2000, 10, 900)}


def run(base: Base, size: Size) -> dict[str, Any]:
    """Write, back up meanwhile, restore each backup into a database of its own, and compare."""
    who, end = people(base.url), time.time() + size.limit
    taken: list[tuple[float, float, Any]] = []
    with serving(base.url, base.folder, 1) as (server,):
        context = get_context("spawn")
        count, stop = context.Value("i", 0), context.Event()
        loads = [Load(r, [server.port], who, base.folder, 0, end, 1) for r in range(TELLERS)]
        tellers = [
            context.Process(target=tell, args=(x, count, 1, stop), daemon=True) for x in loads
        ]
        for t in tellers:
            t.start()
        files = [x.file for x in loads]
        try:
            _wait(lambda: len(_acks(read_acks(files)[0])) >= size.before, end)
            for n in range(size.backups):
                folder, begin = base.folder / f"sauvegarde-{n}", time.time()
                _done(base, base.url, "backup", str(folder))
                taken.append((begin, time.time(), folder))
            _wait(lambda: any(at > taken[-1][1] for at in _acks(read_acks(files)[0]).values()), end)
        finally:
            stop.set()
            for t in tellers:
                t.join(60)
                t.kill()
    acks = _acks(read_acks(files)[0])
    figures = [_compare(base, acks, *one) for one in taken]
    total: Counter[str] = sum((Counter(f) for f in figures), Counter())
    return {"backups": len(figures), **{k: total[k] for k in figures[0]}}


def _acks(lines: list[dict[str, Any]]) -> dict[str, float]:
    return {x["ack"]: x["at"] for x in lines if "ack" in x}


def _wait(until: Callable[[], bool], end: float) -> None:
    while not until() and time.time() < end:
        time.sleep(0.1)


def _done(base: Base, url: str, *words: str) -> None:
    path = None if base.engine == "sqlite" else binaries()
    status, said = solli(url, *words, folder=base.folder, path=path)
    if status:
        raise RuntimeError(said)


def _compare(
    base: Base, acks: dict[str, float], begin: float, end: float, folder: Any
) -> dict[str, int]:
    """Restore one backup; count what it should hold, what it lacks, what it holds besides."""
    url = base.another()
    _done(base, url, "restore", str(folder))
    found = texts(url)
    before = [text for text, at in acks.items() if at < begin]
    return {
        "acknowledged_before": len(before),
        "missing": sum(found[text] == 0 for text in before),
        "doubled": sum(n > 1 for n in found.values()),
        "during_in_backup": sum(found[t] for t, at in acks.items() if begin <= at <= end),
        "during": sum(begin <= at <= end for at in acks.values()),
        "later_in_backup": sum(found[t] for t, at in acks.items() if at > end + 1),
        "faults": len(verify(url)),
    }


def broken(figures: dict[str, Any], size: Size) -> list[str]:
    """Say which promises a run broke."""
    checks = {
        "every backup": figures["backups"] == size.backups,
        "written before": figures["acknowledged_before"] >= size.before,
        "written meanwhile": figures["during"] > 0,
        "none missing": figures["missing"] == 0,
        "none doubled": figures["doubled"] == 0,
        "none from after": figures["later_in_backup"] == 0,
        "verify": figures["faults"] == 0,
    }
    return [name for name, holds in checks.items() if not holds]


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; give the figures and what is broken."""
    size = SIZES[asked.size]
    with database(engine) as base:
        figures = run(base, size)
    return figures, broken(figures, size)
