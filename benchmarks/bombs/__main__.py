"""python -m benchmarks.bombs [--seconds N] [--only FAMILY]: what each bomb costs, and the loop."""

import argparse
import http.client
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bombs.families import Bomb, bombs
from benchmarks.reliability.servers import Server, serving, solli
from benchmarks.reliability.world import Base, database

ATTACKERS = 8
CPU, LAG = 50, 100  # ms: what the promises L1 allow
KNOWN = b'{"query": "{ moi { id } }"}'
VERSIONS = ("graphql-core", "strawberry-graphql", "starlette", "uvicorn", "uvloop", "orjson")


class Door:
    """One connection to the server, opened again where it was closed."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._connection: http.client.HTTPConnection | None = None

    def post(self, body: bytes) -> tuple[int, bytes]:
        """Send a body; give the status and the answer, or 0 where it was cut."""
        return self._ask("POST", "/graphql", body)

    def get(self, path: str) -> bytes:
        """Ask for a page."""
        return self._ask("GET", path, None)[1]

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            self._connection.request(method, path, body, self._headers)
            response = self._connection.getresponse()
            answer = response.status, response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            return 0, b""
        if response.will_close:
            self._connection.close()
            self._connection = None
        return answer


def main() -> int:
    """Measure, print the figures as JSON, and say by the status whether they hold."""
    parser = argparse.ArgumentParser(prog="benchmarks.bombs", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="of the attack; 0: none")
    parser.add_argument("--turns", type=int, default=5, help="of each bomb; 0: the attack alone")
    parser.add_argument("--only", default="", help="a part of the families' names")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--sollicitations", type=int, default=1000)
    asked = parser.parse_args()
    chosen = [b for b in bombs() if asked.only in b.family]
    with database(asked.engine) as base:
        token = prepared(base, asked.sollicitations)
        more = {"SOLLI_COUT_CAPACITE": "0", "SOLLI_STORAGE_URL": f"file://{base.folder}/pieces"}
        module = "benchmarks.bombs.watched"
        with serving(base.url, base.folder, 1, module=module, more=more) as (server,):
            warm(server, token, chosen)
            each = chosen if asked.turns else []
            costs = [cost(server, token, bomb, asked.turns) for bomb in each]
            attack = attacked(server, token, chosen, asked.seconds) if asked.seconds else None
    broken = [c["bomb"] for c in costs if c["cpu_ms"] > CPU or c["statuses"].keys() & {"500", "0"}]
    if attack and (attack["lag_own_ms"]["most"] > LAG or attack["errors"]):
        broken.append("attack")
    line = {"broken": broken, **machine(asked.engine), "attack": attack, "bombs": costs}
    sys.stdout.write(json.dumps(line) + "\n")
    return bool(broken)


def prepared(base: Base, count: int) -> str:
    """Load the demonstration, and give a token of its support."""
    solli(base.url, "demo", "--sollicitations", str(count), folder=base.folder)
    return solli(base.url, "token", "support@demo.example", folder=base.folder)[1].strip()


def warm(server: Server, token: str, chosen: list[Bomb]) -> None:
    """Send each family once, so that nothing is imported or compiled while it is measured."""
    door = Door(server.port, token)
    for bomb in chosen:
        door.post(bomb.body(0))


def cost(server: Server, token: str, bomb: Bomb, turns: int) -> dict[str, Any]:
    """Send a bomb some times, another document each time; give what the server's CPU did."""
    door, taken = Door(server.port, token), []
    statuses: Counter[int] = Counter()
    size = 0
    for turn in range(1, turns + 1):
        body = bomb.body(turn)
        begin = cpu(server.pid)
        status, answer = door.post(body)
        taken.append((cpu(server.pid) - begin) / 1e6)
        statuses[status] += 1
        size = max(size, len(answer))
    return {
        "bomb": f"{bomb.family}, {bomb.size}",
        "bytes": len(bomb.body(1)),
        "cpu_ms": round(median(taken), 1),
        "cpu_most_ms": round(max(taken), 1),
        "statuses": {str(k): n for k, n in statuses.items()},
        "answer_bytes": size,
    }


def cpu(pid: int) -> int:
    """Give the nanoseconds of CPU that all threads of a process have had."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks)


def attacked(server: Server, token: str, chosen: list[Bomb], seconds: float) -> dict[str, Any]:
    """Have clients send all bombs in turn, each another document; give what the loop told."""
    Door(server.port, token).get("/retard")
    end = time.monotonic() + seconds

    def attack(rank: int) -> Counter[str]:
        door, seen, turn = Door(server.port, token), Counter[str](), 1000 * (rank + 1)
        while time.monotonic() < end:
            bomb = chosen[(turn * ATTACKERS + rank) % len(chosen)]
            turn += 1
            seen[str(door.post(bomb.body(turn))[0])] += 1
        return seen

    def beside() -> list[float]:
        door, taken = Door(server.port, token), []
        while time.monotonic() < end:
            begin = time.monotonic()
            door.post(KNOWN)
            taken.append(1000 * (time.monotonic() - begin))
            time.sleep(0.02)
        return sorted(taken)

    with ThreadPoolExecutor(ATTACKERS + 1) as pool:
        attackers = [pool.submit(attack, rank) for rank in range(ATTACKERS)]
        known = pool.submit(beside).result()
        statuses = sum((a.result() for a in attackers), Counter[str]())
    late, own = json.loads(Door(server.port, token).get("/retard"))
    return {
        "seconds": seconds,
        "attackers": ATTACKERS,
        "sent": sum(statuses.values()),
        "statuses": dict(statuses),
        "errors": statuses["500"] + statuses["0"],
        "lag_ms": quantiles(late),
        "lag_own_ms": quantiles(own),
        "known_ms": quantiles([round(x, 1) for x in known]),
    }


def quantiles(values: list[float]) -> dict[str, float]:
    """Give the median, the 99th percentile and the largest of sorted values."""
    last = len(values) - 1
    return {"p50": values[last // 2], "p99": values[last * 99 // 100], "most": values[last]}


def machine(engine: str) -> dict[str, Any]:
    """Say where and when."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "engine": engine,
        "cores": os.cpu_count(),
        "load": [round(x, 1) for x in os.getloadavg()],
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in VERSIONS},
    }


if __name__ == "__main__":
    sys.exit(main())
