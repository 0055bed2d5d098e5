"""Servers and PostgreSQL are killed under load; no acknowledgement is lost or doubled (K1, K2)."""

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from benchmarks.reliability import shocks
from benchmarks.reliability.load import Load, read_acks, tell
from benchmarks.reliability.servers import serving, solli
from benchmarks.reliability.world import Base, database, people, texts, verify

TELLERS = 8


@dataclass(frozen=True)
class Size:
    """How much is asked of one run."""

    acks: int
    kills: int
    pause: tuple[float, float]  # seconds between two kills
    limit: float  # seconds in all
    workers: tuple[int, ...] = (1, 1)  # of each server


SIZES = {
    "ci": Size(500, 3, (0.2, 0.8), 120),
    "full": Size(100_000, 60, (1.0, 4.0), 3000, (2, 1)),
}


def run(
    base: Base, size: Size, *, only: Sequence[str] = (), seed: int = 1, mutant: str = ""
) -> dict[str, Any]:
    """Run the load and the kills, and give their figures."""
    who, begin, dice = people(base.url), time.monotonic(), random.Random(seed)  # noqa: S311
    with serving(base.url, base.folder, *size.workers, mutant=mutant) as servers:
        context = get_context("spawn")
        count, stop, end = context.Value("i", 0), context.Event(), time.time() + size.limit
        quota, ports = -(-size.acks // TELLERS), [s.port for s in servers]
        loads = [Load(r, ports, who, base.folder, quota, end + 60, seed) for r in range(TELLERS)]
        tellers = [
            context.Process(target=tell, args=(x, count, size.kills, stop), daemon=True)
            for x in loads
        ]
        for t in tellers:
            t.start()

        def going_on(given: Counter[str]) -> bool:
            count.value = given.total()
            return any(t.is_alive() for t in tellers) and time.time() < end

        known = shocks.everything(base, servers, dice)
        chosen = {k: v for k, v in known.items() if not only or k in only}
        try:
            given = shocks.give(chosen, dice, size.pause, going_on)
        finally:
            stop.set()
            for t in tellers:
                t.join(120)
                t.kill()
    seconds = time.monotonic() - begin
    acks, failures = read_acks([x.file for x in loads])
    figures = account(acks, texts(base.url))
    figures |= {"kills": dict(given), "no_answers": dict(failures), "seed": seed}
    return figures | {"load_seconds": round(seconds), "faults": verify(base.url)[:5]}


def account(acks: list[dict[str, Any]], found: Counter[str]) -> dict[str, Any]:
    """Set what was acknowledged against what the history holds."""
    done = [x["ack"] for x in acks if "ack" in x]
    given_up = [x["given_up"] for x in acks if "given_up" in x]
    failed = [x for x in acks if "failed" in x]
    return {
        "acknowledged": len(done),
        "lost": sum(found[t] == 0 for t in done),
        "doubled": sum(n > 1 for n in found.values()),
        "replayed": sum(x.get("replayed", False) for x in acks),
        "given_up": len(given_up),
        "given_up_done": sum(found[t] for t in given_up),
        "unasked": len(found.keys() - {*done, *given_up, *(x["failed"] for x in failed)}),
        "failed": [x["why"] for x in failed][:5],
    }


def broken(figures: dict[str, Any], size: Size) -> list[str]:
    """Say which promises a run broke."""
    checks = {
        "enough acknowledged": figures["acknowledged"] >= size.acks,
        "enough kills": sum(figures["kills"].values()) >= size.kills,
        "none lost": figures["lost"] == 0,
        "none doubled": figures["doubled"] == 0,
        "none unasked": figures["unasked"] == 0,
        "none refused": not figures["failed"],
        "verify": not figures["faults"] and not figures.get("verify"),
    }
    return [name for name, holds in checks.items() if not holds]


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; give the figures and what is broken."""
    only, size = [k for k in asked.only.split(",") if k], SIZES[asked.size]
    if asked.count:
        kills = max(4, min(60, asked.count // 500))
        limit = max(size.limit, 60 + 20 * kills)
        size = Size(asked.count, kills, size.pause, limit, size.workers)
    with database(engine, own=not only or "postmaster" in only) as base:
        figures = run(base, size, only=only, seed=asked.seed, mutant=asked.mutant)
        figures["verify"], _ = solli(base.url, "verify", folder=base.folder)
    return figures, broken(figures, size)
