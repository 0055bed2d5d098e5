"""Five twins send each key at once, through kills: one effect and one answer for a key (K3)."""

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from benchmarks.reliability import shocks
from benchmarks.reliability.clients import DONE, Client, submit
from benchmarks.reliability.load import Twin, repeat
from benchmarks.reliability.servers import serving
from benchmarks.reliability.world import Base, database, people, texts, verify

TWINS = 5


@dataclass(frozen=True)
class Size:
    """How much is asked of one run."""

    keys: int
    kills: int
    pause: tuple[float, float]
    limit: float
    workers: tuple[int, ...] = (1, 1)


SIZES = {"ci": Size(100, 1, (0.1, 0.3), 120), "full": Size(2000, 20, (0.3, 1.5), 1200, (2, 1))}


def run(base: Base, size: Size, *, seed: int = 1, mutant: str = "") -> dict[str, Any]:
    """Run the twins and the kills, and give their figures."""
    who, dice = people(base.url), random.Random(seed)  # noqa: S311
    with serving(base.url, base.folder, *size.workers, mutant=mutant) as servers:
        ports, end = [s.port for s in servers], time.time() + size.limit
        client = Client(ports)
        gid = client.ask(submit(who, "celle des jumeaux"))["sollicitation"]["id"]
        client.close()
        context = get_context("spawn")
        barrier, results = context.Barrier(TWINS), context.Queue()
        twins = [Twin(r, ports, who, gid, size.keys, end) for r in range(TWINS)]
        processes = [
            context.Process(target=repeat, args=(t, barrier, results), daemon=True) for t in twins
        ]
        for p in processes:
            p.start()

        def going_on(given: Counter[str]) -> bool:
            # Those that are killed come back by their supervisor: the last ones may be back late.
            return results.empty() and time.time() < end and given.total() < 50 * size.kills

        known = shocks.everything(base, servers, dice)
        chosen = {"workers": known["workers"]} if size.kills else {}
        given = shocks.give(chosen, dice, size.pause, going_on) if chosen else Counter[str]()
        try:
            got = [results.get(timeout=size.limit) for _ in processes]
        finally:
            for p in processes:
                p.join(10)
                p.kill()
    outcomes = [outcome for _, outcome, _ in sorted(got)]
    figures = _figures(outcomes, texts(base.url))
    no_answers = sum((Counter(failures) for *_, failures in got), Counter[str]())
    figures |= {"kills": dict(given), "no_answers": dict(no_answers), "seed": seed}
    return figures | {"faults": verify(base.url)[:5]}


def _figures(
    outcomes: Sequence[Sequence[tuple[str, str, bool]]], found: Counter[str]
) -> dict[str, Any]:
    keys = [*zip(*outcomes, strict=True)]
    effects = [found[f"jumeau-{n:06d}"] for n in range(len(keys))]
    answers = Counter(kind for key in keys for kind, *_ in key)
    return {
        "keys": len(keys),
        "effects": sum(effects),
        "once": effects.count(1),
        "same_answer": sum(len({made for _, made, _ in key}) == 1 for key in keys),
        "first_answers": sum(not again for key in keys for *_, again in key),
        "replays": sum(again for key in keys for *_, again in key),
        "other_answers": {k: n for k, n in answers.items() if k != DONE},
    }


def broken(figures: dict[str, Any], size: Size) -> list[str]:
    """Say which promises a run broke."""
    checks = {
        "every key": figures["keys"] == size.keys,
        "one effect each": figures["once"] == figures["effects"] == size.keys,
        "one answer each": figures["same_answer"] == size.keys and not figures["other_answers"],
        "at most one first": figures["first_answers"] <= size.keys,
        "enough kills": sum(figures["kills"].values()) >= size.kills,
        "verify": not figures["faults"],
    }
    return [name for name, holds in checks.items() if not holds]


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; give the figures and what is broken."""
    size = SIZES[asked.size]
    if asked.count:
        size = Size(asked.count, size.kills, size.pause, size.limit, size.workers)
    with database(engine) as base:
        figures = run(base, size, seed=asked.seed, mutant=asked.mutant)
    return figures, broken(figures, size)
