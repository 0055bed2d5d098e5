"""Eight processes race for the same transition: exactly one wins each round (S6)."""

import argparse
from collections import Counter
from collections.abc import Sequence
from multiprocessing import get_context
from typing import Any

from benchmarks.reliability.clients import DONE, Client, submit
from benchmarks.reliability.load import Race, race
from benchmarks.reliability.servers import serving
from benchmarks.reliability.world import Base, database, lines, people, verify

ROUNDS = {"ci": 100, "full": 10_000}
RACERS, ON_ONE = 8, 100
EXPECTED = {DONE, "ConflitDeVersion", "TransitionInterdite"}


def run(base: Base, rounds: int, *, mutant: str = "") -> dict[str, Any]:
    """Run the races and give their figures."""
    who = people(base.url)
    with serving(base.url, base.folder, 1, 1, mutant=mutant) as servers:
        client = Client([servers[0].port])
        demands = [submit(who, f"course {n}") for n in range(rounds // ON_ONE)]
        gids = [client.ask(d)["sollicitation"]["id"] for d in demands]
        client.close()
        tasks = [Race(rank, servers[rank % 2].port, who, gids, ON_ONE) for rank in range(RACERS)]
        outcomes = _together(tasks, rounds)
    return _figures(outcomes, lines(base.url)) | {"faults": verify(base.url)[:5]}


def _together(tasks: Sequence[Race], rounds: int) -> list[list[str]]:
    """Run every racer in a process of its own; give what each got, round by round."""
    context = get_context("spawn")
    barrier, results = context.Barrier(len(tasks)), context.Queue()
    processes = [
        context.Process(target=race, args=(t, barrier, results), daemon=True) for t in tasks
    ]
    for p in processes:
        p.start()
    try:
        got = dict(results.get(timeout=120 + rounds) for _ in tasks)
    finally:
        for p in processes:
            p.join(10)
            p.kill()
    return [got[t.rank] for t in tasks]


def _figures(outcomes: list[list[str]], lengths: dict[str, int]) -> dict[str, Any]:
    rounds = [*zip(*outcomes, strict=True)]
    winners = [r.count(DONE) for r in rounds]
    counts = Counter(x for r in rounds for x in r)
    return {
        "rounds": len(rounds),
        "single_winner": winners.count(1),
        "no_winner": winners.count(0),
        "doubles": sum(w > 1 for w in winners),
        "conflicts": counts["ConflitDeVersion"],
        "forbidden": counts["TransitionInterdite"],
        "errors": {k: v for k, v in counts.items() if k not in EXPECTED},
        "lines": sum(lengths.values()) - len(lengths),
    }


def broken(figures: dict[str, Any]) -> list[str]:
    """Say which promises a run broke."""
    rounds = figures["rounds"]
    checks = {
        "each round has one winner": figures["single_winner"] == rounds,
        "no double": figures["doubles"] == 0,
        "no error": not figures["errors"],
        "one line each": figures["lines"] == rounds,
        "verify": not figures["faults"],
    }
    return [name for name, holds in checks.items() if not holds]


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; give the figures and what is broken."""
    with database(engine) as base:
        figures = run(base, asked.count or ROUNDS[asked.size], mutant=asked.mutant)
    return figures, broken(figures)
