"""Kill -9: a worker, a server and its workers, every server, PostgreSQL."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.reliability.servers import Server
from benchmarks.reliability.world import Base


def everything(base: Base, servers: Sequence[Server], dice: random.Random) -> dict[str, Any]:
    """Name each shock that can be given here."""

    def worker() -> None:
        server = dice.choice(servers)
        if pids := server.worker_pids():
            server.kill(dice.choice(pids))

    def group() -> None:
        _restart([dice.choice(servers)])

    def postmaster() -> None:
        if base.cluster:
            base.cluster.kill()
            time.sleep(dice.uniform(0, 0.5))
            base.cluster.start()
        _restart([s for s in servers if s.gone()])

    shocks = {"postmaster": postmaster} if base.cluster else {}
    return shocks | {"workers": worker, "group": group, "all": lambda: _restart(servers)}


def _restart(servers: Sequence[Server]) -> None:
    for server in servers:
        server.kill_all()
    for server in servers:
        server.launch()
    for server in servers:
        server.wait()


def give(
    shocks: dict[str, Callable[[], None]],
    dice: random.Random,
    pause: tuple[float, float],
    going_on: Callable[[Counter[str]], bool],
) -> Counter[str]:
    """Give each shock in its turn, workers every other time, as long as it goes on."""
    given = Counter[str]()
    others = [name for name in shocks if name != "workers"] or ["workers"]
    while going_on(given):
        time.sleep(dice.uniform(*pause))
        odd, rank = given.total() % 2, given.total() // 2
        name = others[rank % len(others)] if odd or "workers" not in shocks else "workers"
        shocks[name]()
        given[name] += 1
    return given
