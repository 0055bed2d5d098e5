"""SIGTERM among stalled clients and running commands: all are answered, then it exits in time."""

import argparse
import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import asyncpg

from benchmarks.reliability.clients import DONE, Client, Demand, NoAnswer, People, act, submit
from benchmarks.reliability.servers import Server, serving
from benchmarks.reliability.world import Base, database, people, texts, verify
from solli_graphql.db.sqlite import connect

WITHIN = 25.0  # seconds, promised
HELD = 1.0  # seconds during which the commands wait for a lock of ours
STALLED = {"ci": 20, "full": 200}
RUNNING = {"ci": 8, "full": 64}
# What a stalled client has sent: nothing, half a head, a head without its body, half a body.
HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
WHOLE_HEAD = HEAD + b"Content-Length: 1000\r\n\r\n"
HALVES = (b"", HEAD[:40], WHOLE_HEAD, WHOLE_HEAD + b'{"query": "{ moi')


def run(base: Base, stalled: int, running: int) -> dict[str, Any]:
    """Stall, start commands that must wait, send SIGTERM, and count who was answered."""
    who = people(base.url)
    with serving(base.url, base.folder, 1) as (server,):
        demands = _demands(server, who, running)
        sockets = [_stall(server.port, HALVES[n % len(HALVES)]) for n in range(stalled)]
        with ThreadPoolExecutor(running) as pool:
            with _locked(base):
                answers = [pool.submit(_once, server.port, d) for d in demands]
                time.sleep(HELD / 2)  # they are all at the lock now
                begin = time.monotonic()
                waiter = threading.Thread(target=server.terminate, args=(WITHIN + 20,))
                waiter.start()
                time.sleep(HELD / 2)
            got = [a.result(60) for a in answers]
        waiter.join(60)
        seconds, gone = time.monotonic() - begin, server.gone()
        for s in sockets:
            s.close()
        said = server.said()
    found = texts(base.url)
    acknowledged = [n for n, x in enumerate(got) if x == DONE]
    return {
        "stalled": stalled,
        "running": running,
        "acknowledged": len(acknowledged),
        "present": sum(found[f"dernier-{n}"] for n in acknowledged),
        "others": sorted({x for x in got if x != DONE}),
        "exited": gone,
        "exit_seconds": round(seconds, 1),
        "tracebacks": said.count("Traceback"),
        "faults": verify(base.url)[:5],
    }


def _demands(server: Server, who: People, running: int) -> list[Demand]:
    """Make a sollicitation, and the gestes on it that will be under way at the end."""
    client = Client([server.port])
    gid = client.ask(submit(who, "celle qui attend"))["sollicitation"]["id"]
    client.close()
    return [act(who, "EN_COURS", gid, f"dernier-{n}") for n in range(running)]


def _once(port: int, demand: Demand) -> str:
    client = Client([port], timeout=60)
    try:
        kind: str = client.ask(demand)["__typename"]
    except NoAnswer as e:
        return str(e)
    finally:
        client.close()
    return kind


def _stall(port: int, half: bytes) -> socket.socket:
    s = socket.create_connection(("127.0.0.1", port), timeout=10)
    s.sendall(half)
    return s


@contextmanager
def _locked(base: Base) -> Iterator[None]:
    """Hold what every command needs: SQLite's write lock, or the rows of PostgreSQL."""
    if base.engine == "sqlite":
        connection = connect(base.url.removeprefix("sqlite:///"))
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
        connection.close()
        return
    with asyncio.Runner() as runner:
        postgres = runner.run(asyncpg.connect(base.url))
        runner.run(postgres.execute("BEGIN; SELECT id FROM sollicitation FOR UPDATE"))
        yield
        runner.run(postgres.execute("ROLLBACK"))
        runner.run(postgres.close())


def broken(figures: dict[str, Any]) -> list[str]:
    """Say which promises a run broke."""
    checks = {
        "exits in time": figures["exited"] and figures["exit_seconds"] <= WITHIN,
        "all under way are answered": figures["acknowledged"] == figures["running"],
        "acknowledged is present": figures["present"] == figures["acknowledged"],
        "verify": not figures["faults"],
    }
    return [name for name, holds in checks.items() if not holds]


def main(engine: str, asked: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Run it on an engine; give the figures and what is broken."""
    with database(engine) as base:
        figures = run(base, STALLED[asked.size], RUNNING[asked.size])
    return figures, broken(figures)
