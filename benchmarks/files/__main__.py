"""python -m benchmarks.files [--count N] [--store local|s3] [--engine sqlite|postgresql]."""

import argparse
import asyncio
import json
import random
import sys
import threading
import time
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.files.clients import Sender, Sent
from benchmarks.files.s3 import s3
from benchmarks.reliability.clients import People
from benchmarks.reliability.servers import Server, serving
from benchmarks.reliability.world import Base, database, people, using
from solli_graphql.db import models as m
from solli_graphql.db.database import Database, Statement, Tx, read
from solli_graphql.domain.acteur import Habilitation, Role
from solli_graphql.domain.numeros import identifiant
from solli_graphql.services import administration, identite, jetons
from solli_graphql.services.pieces import collecter, verifier
from solli_graphql.storage import Storage

CLIENTS, EACH = 8, 25  # attempts of one person: what is given up counts against them for a day
PAUSE = (0.5, 2.0)  # seconds between two kills
HIER = datetime.now(UTC) - timedelta(days=2)
OLDER: Statement[Any] = Statement(
    m.televersement.update().where(m.televersement.c.id > 0), columns=["date"]
)
JOINED: Statement[Any] = Statement(sa.select(m.piece_jointe.c.sha256, m.piece_jointe.c.cle))
LEFT: Statement[int] = Statement(sa.select(sa.func.count()).select_from(m.televersement), int)


def main() -> int:
    """Run on each store asked for; print a JSON line each."""
    parser = argparse.ArgumentParser(prog="benchmarks.files", description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="uploads begun")
    parser.add_argument("--largest", type=int, default=300_000, help="bytes of the largest")
    parser.add_argument("--store", choices=("local", "s3"))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    asked, status = parser.parse_args(), 0
    for store in (asked.store,) if asked.store else ("local", "s3"):
        with s3() if store == "s3" else nullcontext("") as url, database(asked.engine) as base:
            figures = run(base, url or f"file://{base.folder}/pieces", asked)
        broken = [k for k in ("lost", "changed", "unasked", "orphans", "left") if figures[k]]
        named = {"name": "files", "store": store, "engine": asked.engine, "broken": broken}
        sys.stdout.write(json.dumps(named | figures) + "\n")
        sys.stdout.flush()
        status |= bool(broken)
    return status


def run(base: Base, url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Send, kill, collect, and set what was acknowledged against what is stored."""
    qui, begin = people(base.url), time.monotonic()
    tokens = asyncio.run(using(base.url, lambda db: senders(db, qui, asked.count // EACH + 1)))
    more = {"SOLLI_STORAGE_URL": url, "SOLLI_COUT_CAPACITE": "0"}
    with serving(base.url, base.folder, 1, more=more) as (server,):
        sent, kills = send(server, qui, tokens, asked)
    seconds = time.monotonic() - begin
    found = asyncio.run(using(base.url, lambda db: after(db, Storage(url), sent)))
    return {
        "begun": len(sent),
        "joined": sum(s.joined for s in sent),
        "cut": dict(Counter(s.how for s in sent)),
        "kills": kills,
        **found,
        "seconds": round(seconds),
        "seed": asked.seed,
    }


async def senders(db: Database, qui: People, count: int) -> list[str]:
    """Make people of the emitting structure, and give their tokens."""
    key, structure = await db.write(identite.cle_demo), identifiant(qui.emettrice, "Structure")
    right, tokens = [Habilitation(Role.EMETTEUR, structure)], []
    for rank in range(count):
        courriel = f"e{rank}@charge.example"
        await db.write(administration.creer, courriel, f"E{rank}", "Charge", right)
        tokens.append(jetons.signer(key, courriel, minutes=60, maintenant=datetime.now(UTC)))
    return tokens


def send(
    server: Server, qui: People, tokens: list[str], asked: argparse.Namespace
) -> tuple[list[Sent], int]:
    """Have clients send in threads while the server is killed and started again."""
    sent: list[Sent] = []
    ranks = iter(range(asked.count))
    lock = threading.Lock()

    def work(seed: int) -> None:
        sender = Sender(server.port, qui, random.Random(seed), asked.largest)  # noqa: S311
        while True:
            with lock:
                rank = next(ranks, None)
            if rank is None:
                return
            done = sender.one(tokens[rank // EACH])
            with lock:
                sent.append(done)

    threads = [threading.Thread(target=work, args=(asked.seed + n,)) for n in range(CLIENTS)]
    for t in threads:
        t.start()
    dice, kills = random.Random(asked.seed), 0  # noqa: S311
    while any(t.is_alive() for t in threads):
        time.sleep(dice.uniform(*PAUSE))
        if any(t.is_alive() for t in threads):
            server.kill(server.pid)
            kills += 1
    return sent, kills


async def after(db: Database, storage: Storage, sent: list[Sent]) -> dict[str, Any]:
    """Make what is left a day older, collect it, and count."""

    async def age(tx: Tx) -> None:
        await tx.write((OLDER, {"date": HIER}))

    await db.write(age)
    collected = await collecter(db, storage)
    collected += await storage.balayer(datetime.now(UTC) + timedelta(minutes=1))
    rows = await read(db, JOINED)
    held, stored = Counter(s for s, _ in rows), set(await storage.cles())
    faults: list[str] = []
    await verifier(db, storage, faults.append)
    asked = Counter(s.sha256 for s in sent)
    return {
        "collected": collected,
        "lost": sum(s.joined and not held[s.sha256] for s in sent),
        "changed": len(faults),
        "unasked": sum(n > asked[s] for s, n in held.items()),
        "orphans": len(stored - {cle for _, cle in rows}),
        "left": (await read(db, LEFT))[0],
        "stored": len(stored),
    }


if __name__ == "__main__":
    sys.exit(main())
