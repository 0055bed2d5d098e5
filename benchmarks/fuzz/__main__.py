"""python -m benchmarks.fuzz [--count 200000] [--sockets 5000]: random requests, counted."""

import argparse
import asyncio
import json
import logging
import random
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import structlog

from benchmarks.fuzz import links
from benchmarks.fuzz.checks import Found, run
from benchmarks.fuzz.inputs import Inputs, wire
from benchmarks.reliability.servers import ROOT, serving, solli
from benchmarks.reliability.world import Base, database
from solli_graphql.app import create_app
from solli_graphql.settings import Mode, Settings

ACCOUNTS = ("support", "emetteur", "recepteur", "analyste", "admin")
CLIENTS = 8
PATIENCE = 3.0  # seconds for an answer on a connection
READY = ROOT / "src/solli_graphql/graphql/operations"


def main() -> int:
    """Send them, print what came back as JSON, and say by the status whether anything is wrong."""
    parser = argparse.ArgumentParser(prog="benchmarks.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=200_000, help="requests in process")
    parser.add_argument("--sockets", type=int, default=5_000, help="and on connections")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--sollicitations", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with database(asked.engine) as base:
        tokens = prepared(base, asked.sollicitations)
        begin = time.monotonic()
        found, inputs = asyncio.run(inside(base, tokens, asked))
        with serving(base.url, base.folder, 1, more=settings(base)) as (server,):
            over = outside(server.port, inputs, asked)
    line = {
        "engine": asked.engine,
        "seed": asked.seed,
        "seconds": round(time.monotonic() - begin),
        "faults": len(found.faults) + len(over.faults),
        "in_process": {k: dict(v) for k, v in found.statuses.items()},
        "on_connections": {k: dict(v) for k, v in over.statuses.items()},
        "first_faults": [*found.faults, *over.faults][:20],
    }
    sys.stdout.write(json.dumps(line) + "\n")
    return bool(line["faults"])


def documents() -> list[str]:
    """Read the ready queries, which the random documents are changes of."""
    return [f.read_text("utf-8") for f in sorted(READY.rglob("*.graphql"))]


def prepared(base: Base, count: int) -> dict[str, str]:
    """Load the demonstration, and give tokens of its accounts."""
    more = ("demo", "--sollicitations", str(count))
    solli(base.url, *more, folder=base.folder)
    return {
        name: solli(base.url, "token", f"{name}@demo.example", folder=base.folder)[1].strip()
        for name in ACCOUNTS
    }


def settings(base: Base) -> dict[str, str]:
    """Give what differs from the defaults: no points, so that all is really tried."""
    return {
        "SOLLI_COUT_CAPACITE": "0",
        "SOLLI_STORAGE_URL": f"file://{base.folder}/pieces",
        "SOLLI_DELAI_ENTETE": "1",
        "SOLLI_DELAI_CORPS": "1",
    }


async def inside(
    base: Base, tokens: dict[str, str], asked: argparse.Namespace
) -> tuple[Found, Inputs]:
    """Send requests to the application in this process; give what makes more of them, too."""
    given: dict[str, Any] = {
        "database_url": base.url,
        "storage_url": f"file://{base.folder}/pieces",
        "cout_capacite": 0,
    }
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    app = create_app(Settings(mode=Mode.DEMO, _env_file=None, **given))
    async with app.router.lifespan_context(app) as state:
        known = await links.links(app, state, tokens)
        inputs = Inputs(asked.seed, list(tokens.values()), documents(), known)
        return await run(app, state, inputs, asked.count), inputs


def outside(port: int, inputs: Inputs, asked: argparse.Namespace) -> Found:
    """Send requests on connections, some of them cut or changed in the middle."""
    found, dice = Found(), random.Random(asked.seed)  # noqa: S311 - of no secret
    every = [inputs.next() for _ in range(asked.sockets)]
    raws = [wire(sent, dice) for sent in every]
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(partial(exchange, port), raws))
    for sent, answer in zip(every, answers, strict=True):
        head, _, body = answer.partition(b"\r\n\r\n")
        words = head.split(b" ", 2)
        status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        found.note(sent, status, body)
    return found


def exchange(port: int, raw: bytes) -> bytes:
    """Send bytes, and read until the server closes, or says nothing more."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(raw)
            while part := connection.recv(65536):
                answer += part
        except OSError:
            pass
    return answer


if __name__ == "__main__":
    sys.exit(main())
